"""The page of recurring duties: what is open, filing and its refusals, the yearly plan and its approval."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from domain.organisation import Actor, Role
from domain.values import PersonId, UnitId, local
from storage import programme as record
from storage.scope import Principal
from tests import seats
from tests.web.conftest import Web, form_of, text_of
from workflows import programme


def seat(profile: str, unit: str, role: Role) -> Principal:
    return Principal(profile, Actor(unit=UnitId(unit), role=role, person=PersonId("p-1")))


STREET = seat("qingpu", "xiayang", Role.LIAISON)
MONTH, YEAR = f"{local(datetime.now(UTC)):%Y-%m}", f"{local(datetime.now(UTC)):%Y}"
ROUTINE, PLAN = f"/programme/routine/{MONTH}", f"/programme/listing-plan/{YEAR}"


@pytest.fixture(scope="module")
def running(web: Web) -> Web:
    at = web.qingpu

    async def ready() -> None:
        for profile in ("qingpu", "jingan"):
            await programme.ensure(at.client, profile, at.settings.task_queue)
            while not await at.database.read(record.find, profile):  # noqa: ASYNC110 nothing to wait on
                await asyncio.sleep(0.05)

    web.loop.run(ready())
    return web


def file(web: Web, principal: Principal, path: str, action: str = "", **typed: object) -> str:
    page = web.see(principal, path)
    assert page.status_code == 200, page.text
    hidden = form_of(page.text, action or path)
    answer = web._browsers[principal].post(action or path, data={**hidden, **typed}, follow_redirects=True)
    return text_of(answer.text)


@pytest.mark.requirement("REG-11", "CAD-08")
def test_a_window_stands_in_the_inbox_of_those_who_owe_it(running: Web) -> None:
    owed = running.see(STREET, "/inbox").text.split("通知</h2>")[0]
    assert f'class="act-link" href="{ROUTINE}"' in owed and f"日常排查 {MONTH}" in text_of(owed)
    assert ROUTINE not in running.see(seats.OFFICE, "/inbox").text, "the office inspects nothing itself"


@pytest.mark.requirement("REG-11", "CAD-08")
def test_a_unit_sees_what_it_owes_and_what_is_left_after_it_filed(running: Web) -> None:
    assert f"日常排查 {MONTH}" in text_of(running.see(STREET, "/programme").text)
    today = local(datetime.now(UTC)).date().isoformat()

    said = file(running, STREET, ROUTINE, inspected_on=today, covered=["公共安全·消防安全"], found="0")

    assert "已填报，记入排查计划的记录" in said
    assert "已报，尚未排全" in said
    assert "应排未排 10 项" in text_of(running.see(STREET, "/programme").text)


@pytest.mark.requirement("REG-11")
def test_what_is_lacking_is_said_beside_what_was_typed(running: Web) -> None:
    said = file(running, STREET, ROUTINE, text="只写了说明")

    assert "“日常排查”填报有误" in said
    assert "只写了说明" in said


@pytest.mark.requirement("REG-11")
def test_the_office_sees_every_unit_and_files_nothing_for_them(running: Web) -> None:
    page = running.see(seats.OFFICE, ROUTINE)

    assert "赵巷镇" in text_of(page.text)
    assert f'action="{ROUTINE}"' not in page.text
    english = running.browser(seats.OFFICE, language="en").get(ROUTINE)
    assert "How units stand" in english.text


@pytest.mark.requirement("SUP-12", "CLS-15")
def test_the_yearly_plan_goes_from_the_office_to_the_government_and_back(running: Web) -> None:
    office = seat("jingan", "office", Role.OFFICE)
    government = seat("jingan", "qzf", Role.LISTING_AUTHORITY)
    decision = f"{PLAN}/decision"

    assert "待审定" in file(running, office, PLAN, document="静专办〔2026〕3号", text="本年度无重大事故隐患")
    assert "退回" in file(running, government, PLAN, decision, approve="false", reason="请附清单")
    file(running, office, PLAN, document="静专办〔2026〕4号", text="附清单")
    approved = file(running, government, PLAN, decision, approve="true", document="静府〔2026〕12号")

    assert "已完成" in approved
    assert "静府〔2026〕12号" in approved


@pytest.mark.requirement("REG-11", "CAD-08")
def test_the_programme_leaves_as_a_sheet_with_a_row_for_each_unit(running: Web) -> None:
    page = running.see(seats.OFFICE, "/programme?show=all").text
    assert 'href="/programme.xlsx?show=all"' in page and 'href="/programme.csv?show=all"' in page

    head, *rows = (
        running.see(seats.OFFICE, "/programme.csv?show=all").text.removeprefix("\ufeff").splitlines()
    )
    assert head.startswith("事项,周期,填报内容")
    assert len([row for row in rows if row.startswith(f"日常排查,{MONTH},")]) > 5
    own = running.see(STREET, "/programme.csv?show=all").text.splitlines()[1:]
    assert own and all(",夏阳街道," in row for row in own)
    assert running.see(seats.OFFICE, "/programme.xlsx").content.startswith(b"PK")
