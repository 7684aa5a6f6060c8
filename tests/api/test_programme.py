"""Recurring duties over HTTP: what is open, filing, refusals, the office's registers, notices without a hazard."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.organisation import Actor, Role
from domain.values import PersonId, UnitId, local
from storage import programme as record
from storage.scope import Principal
from tests import seats
from tests.api.conftest import Api
from workflows import programme

WINDOWS = "/v1/programme/windows"


def seat(unit: str, role: Role) -> Principal:
    return Principal("qingpu", Actor(unit=UnitId(unit), role=role, person=PersonId("p-1")))


STREET, OTHER_STREET = seat("xiayang", Role.LIAISON), seat("yingpu", Role.LIAISON)


@pytest.fixture(scope="module")
def running(api: Api) -> Api:
    at = api.qingpu
    api.loop.run(programme.ensure(at.client, "qingpu", at.settings.task_queue))
    while not api.get(seats.OFFICE, WINDOWS).json()["items"]:
        pass
    return api


def month() -> str:
    return f"{local(datetime.now(UTC)):%Y-%m}"


def routine(api: Api, principal: Principal) -> dict[str, Any]:
    found = api.get(principal, f"{WINDOWS}/routine/{month()}")
    assert found.status_code == 200, found.text
    answer: dict[str, Any] = found.json()
    return answer


def inspected(**more: Any) -> dict[str, Any]:
    today = local(datetime.now(UTC)).date().isoformat()
    return {"inspected_on": today, "covered": ["公共安全·消防安全"], "found": 0} | more


def file(api: Api, principal: Principal, key: str = "", **form: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return api.call(principal, "POST", f"{WINDOWS}/routine/{month()}/filings", headers, json=form)


@pytest.mark.requirement("REG-11", "CAD-08")
def test_a_unit_sees_its_own_part_and_the_office_everybody_s(running: Api) -> None:
    (own,) = routine(running, STREET)["parts"]
    everybody = routine(running, seats.OFFICE)

    assert own["unit"]["id"] == "xiayang"
    assert len(everybody["parts"]) > 30
    assert everybody["due"].endswith("+08:00")
    listed = running.get(seats.OFFICE, f"{WINDOWS}?duty=routine&owing=true").json()["items"]
    assert listed[0]["owing"] == everybody["owing"]


@pytest.mark.requirement("REG-11", "CAD-08", "INT-01")
def test_an_inspection_is_filed_once_a_key_and_shows_what_is_left(running: Api) -> None:
    hazard = running.registered()
    first = file(running, STREET, "a-key", **inspected(found=1, hazards=[hazard]))
    again = file(running, STREET, "a-key", **inspected(found=1, hazards=[hazard]))

    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert first.headers["Idempotency-Key"] == "a-key"
    (part,) = again.json()["parts"]
    assert (part["found"], part["hazards"], part["progress"]) == (1, [hazard], "PARTLY")
    assert len(part["left"]) == 10
    assert len(again.json()["filed"]) == 1
    taken = file(running, OTHER_STREET, "a-key", **inspected())
    assert (taken.status_code, taken.json()["code"]) == (422, "key-reused")


@pytest.mark.requirement("CAD-08")
def test_nothing_found_is_an_answer(running: Api) -> None:
    scope = routine(running, OTHER_STREET)["parts"][0]["scope"]

    answer = file(running, OTHER_STREET, **inspected(covered=scope))

    assert answer.json()["parts"][0]["progress"] == "DONE"


@pytest.mark.requirement("REG-11", "CAD-02", "SUP-12")
@pytest.mark.parametrize(
    ("status", "code", "principal", "path", "form"),
    [
        (422, "F18.incomplete", STREET, "routine/{month}/filings", {"found": 0}),
        (422, "F18.hazards", STREET, "routine/{month}/filings", {"found": 1, "hazards": ["QP-2026-999999"]}),
        (422, "invalid", STREET, "routine/{month}/filings", {"unheard": "of"}),
        (403, "F18.not-yours", seat("xiayang", Role.DISCOVERER), "routine/{month}/filings", {}),
        (404, "F18.not-owed", STREET, "summary/{month}/filings", {"document": "1号"}),
        (404, "F18.no-such-window", STREET, "nothing/{month}/filings", {}),
        (
            403,
            "F18.not-your-approval",
            seats.OFFICE,
            "routine/{month}/units/xiayang/decision",
            {"approve": True},
        ),
    ],
)  # fmt: skip
def test_a_refusal_is_a_problem_that_names_its_rule(
    running: Api, status: int, code: str, principal: Principal, path: str, form: dict[str, Any]
) -> None:
    answer = running.call(principal, "POST", f"{WINDOWS}/{path.format(month=month())}", json=form)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if code != "invalid":
        assert answer.json()["code"] == code
        assert answer.json()["requirement"]


@pytest.mark.requirement("REG-11", "SEC-01")
def test_what_is_none_of_a_unit_s_business_is_not_there(running: Api) -> None:
    hidden = running.get(STREET, f"{WINDOWS}/summary/{month()}")

    assert (hidden.status_code, hidden.json()["code"]) == (404, "F18.no-such-window")
    assert running.get(STREET, "/v1/programme/registers").status_code == 403


@pytest.mark.requirement("ACT-08")
def test_the_office_notes_a_meeting(running: Api) -> None:
    line = {"book": "meeting", "on": "2026-11-20", "subject": "领导小组第三次会议", "units": ["xiayang"]}

    noted = running.call(seats.OFFICE, "POST", "/v1/programme/registers", json=line)

    assert noted.status_code == 201, noted.text
    lines = running.get(seats.AUDITOR, "/v1/programme/registers").json()["items"]
    assert [one["subject"] for one in lines] == ["领导小组第三次会议"]
    assert lines[0]["hash"] == noted.json()["hash"]


@pytest.mark.requirement("CAD-03", "SUP-01")
def test_who_is_late_finds_a_notice_in_his_inbox(running: Api) -> None:
    """The programme's own clock is put past the end of the month."""
    at, window = running.qingpu, routine(running, seats.OFFICE)
    handle = at.client.get_workflow_handle(programme.id_of("qingpu"))

    async def past_the_end() -> None:
        now = await at.skipper.get_current_time(handle)
        left = datetime.fromisoformat(window["due"]) - now
        await at.skipper.fast_forward(handle, left.total_seconds() + 60)

    running.loop.run(past_the_end())

    notices = running.get(STREET, "/v1/notices").json()["items"]
    late = next(
        one for one in notices if one["window"] == f"routine/{month()}" and one["document"] == "应排未排通知"
    )
    assert late["hazard"] is None
    assert late["href"] == f"{WINDOWS}/routine/{month()}"
    receipt = running.call(STREET, "POST", f"/v1/notices/{late['id']}/receipt")
    assert receipt.json()["receipt"]["person"] == "p-1"
    assert at.database.read_now(record.verify, "qingpu") == []
