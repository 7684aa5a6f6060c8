"""Overview, board, inbox, topics and sheets as pages."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import pytest

from domain.values import local
from tests import seats
from tests.web.conftest import Web, form_of, text_of
from tests.web.looking import listed

LARGEST = 60 * 1024


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/inbox",
        "/obligations",
        "/obligations?state=",
        "/board",
        "/units",
        "/units/xiayang",
        "/catalogue",
        "/catalogue/S06-02",
        "/calendar",
    ],
)
@pytest.mark.parametrize("who", [seats.DESK, seats.LIAISON, seats.AUDITOR])
def test_every_seat_can_read_every_page(web: Web, path: str, who: object) -> None:
    answer = web.see(who, path)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert len(answer.content) <= LARGEST
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/units/nowhere", "/catalogue/X99-99", "/calendar/12", "/calendar/next"])
def test_what_there_is_not_is_said(web: Web, path: str) -> None:
    assert web.see(seats.DESK, path).status_code == 404


def test_the_overview_counts_what_the_reader_sees(web: Web) -> None:
    web.assigned()

    def open_of(who: object) -> int:
        page = web.see(who, "/").text  # type: ignore[arg-type]
        return int(page.split('href="/hazards?open=true&amp;order=due"><b>')[1].split("<")[0])

    before, other = open_of(seats.DESK), open_of(seats.OTHER_STREET)
    web.assigned()
    assert (open_of(seats.DESK), open_of(seats.OTHER_STREET)) == (before + 1, other)


@pytest.mark.requirement("SUP-01")
def test_a_notice_is_acknowledged_by_its_own_seat_only(web: Web) -> None:
    hazard = web.assigned()
    page = web.see(seats.LIAISON, "/inbox").text
    item = page.split('<li id="notice-')
    notice = next(one.split('"')[0] for one in item[1:] if hazard in one)
    path = f"/notices/{notice}/receipt"
    assert f'action="{path}"' in page
    refused = web._browsers[seats.LIAISON].post("/notices/999999999/receipt")
    assert refused.status_code == 404
    web.see(seats.OFFICE, "/inbox")
    assert web._browsers[seats.OFFICE].post(path).status_code == 403
    answer = web._browsers[seats.LIAISON].post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/inbox#notice-{notice}")
    assert "已签收" in web.see(seats.LIAISON, "/inbox").text


def test_what_waits_for_a_unit_stands_in_its_inbox(web: Web) -> None:
    hazard = web.assigned()
    assert hazard in web.see(seats.LIAISON, "/inbox").text.split("通知</h2>")[0]
    assert hazard not in web.see(seats.OTHER_STREET, "/inbox").text


@pytest.mark.requirement("SUP-01", "ACT-19")
def test_what_waits_is_done_in_two_steps_from_the_inbox(web: Web) -> None:
    hazard = web.assigned()
    inbox = web.see(seats.LIAISON, "/inbox").text
    address = f"/hazards/{hazard}?act=sign"
    assert f'href="{address}#h-acts"' in inbox
    assert f'href="{address}#h-acts"' not in web.see(seats.HANDLER, "/inbox").text, "not a handler's to sign"
    page = web.see(seats.LIAISON, address).text
    assert 'id="do-sign" open>' in page and page.count(" open>") == 1
    assert page.index('id="do-sign"') < page.index('id="do-return"')
    assert 'id="do-sign">' in web.see(seats.LIAISON, f"/hazards/{hazard}").text


@pytest.mark.requirement("SUP-01")
def test_the_inbox_holds_what_seats_owe_besides(web: Web) -> None:
    hazard = web.remediating()
    web.give(seats.OFFICE, hazard, "issue_notice", rung="L2", matter="请说明原因")
    inbox = web.see(seats.PRINCIPAL, "/inbox").text.split("通知</h2>")[0]
    assert f'href="/hazards/{hazard}?act=reason#h-acts"' in inbox and "说明超期原因" in inbox
    assert 'id="do-state_reason" open>' in web.see(seats.PRINCIPAL, f"/hazards/{hazard}?act=reason").text


@pytest.mark.requirement("SUP-01")
def test_what_seats_owe_stands_on_a_page_until_it_is_done(web: Web) -> None:
    hazard = web.remediating()
    web.give(seats.OFFICE, hazard, "issue_notice", rung="L2", matter="请说明原因")
    path = f"/obligations?state=open&hazard={hazard}"
    page = text_of(web.see(seats.OFFICE, path).text)
    assert all(word in page for word in (hazard, "说明超期原因", "夏阳街道", "一把手", "未签收"))
    assert hazard in web.see(seats.LIAISON, path).text.split("<table")[1]
    assert "<table" not in web.see(seats.OTHER_STREET, path).text, "it is not about them"
    sheet = web.see(seats.OFFICE, f"/obligations.csv?state=open&hazard={hazard}")
    assert sheet.content.startswith(b"\xef\xbb\xbf") and hazard in sheet.text

    assert web.act(seats.PRINCIPAL, hazard, "state_reason", reason="雨天停工").status_code == 303
    assert "<table" not in web.see(seats.OFFICE, path).text
    assert "已完成" in text_of(web.see(seats.OFFICE, f"/obligations?state=done&hazard={hazard}").text)
    assert web.see(seats.OFFICE, "/obligations?kind=tea").status_code == 422


@pytest.mark.requirement("N94")
def test_a_year_that_is_not_published_is_marked_provisional(web: Web) -> None:
    assert "尚未公布" in web.see(seats.DESK, "/calendar/2031").text
    page = web.see(seats.DESK, "/calendar/2026").text
    assert "尚未公布" not in page and 'class="make_up' in page and 'class="holiday' in page


@pytest.mark.requirement("SUP-12", "MOD-03")
def test_the_board_shows_each_part_of_a_listed_hazard(web: Web) -> None:
    hazard = listed(web)
    text = text_of(web.see(seats.OFFICE, "/board").text)
    assert hazard in text and "竖线为今天，圆点为时间节点" in text
    for unit in ("区交通委 牵头", "夏阳街道 配合", "区应急局 配合"):
        assert unit in text
    board = web.see(seats.OFFICE, "/board").text
    own_lane = board.split("<b>区应急局</b>")[1].split("</tr>")[0]
    said = text_of(own_lane)
    assert "待签收" in said and "签收 ·" in said, "what it owes next, not what it owes last"
    assert "区应急局的事项" in said and "未完成" in said and '<circle class="ahead"' in own_lane
    assert "夏阳街道的事项" not in said
    own = text_of(web.see(seats.LIAISON, f"/hazards/{hazard}").text)
    assert "子任务" in own and "夏阳街道的事项" in own
    assert hazard not in web.see(seats.OTHER_STREET, "/board").text


@pytest.mark.requirement("RPT-01")
def test_a_list_is_exported_as_it_was_narrowed(web: Web) -> None:
    wanted, other = web.planning(), web.reported()
    page = web.see(seats.DESK, "/hazards?state=PLANNING").text
    assert 'href="/hazards.csv?state=PLANNING"' in page
    sheet = web.see(seats.DESK, "/hazards.csv?state=PLANNING").text
    assert wanted in sheet and other not in sheet
    assert web.see(seats.DESK, "/hazards.xlsx?state=PLANNING&text=").content[:2] == b"PK"
    assert wanted not in web.see(seats.OTHER_STREET, "/hazards.csv").text
    assert web.browser().get("/hazards.csv").status_code == 303


def test_a_display_is_told_of_a_change_and_of_nothing_else(web: Web) -> None:
    web.see(seats.DESK, "/")
    lines: list[str] = []
    with web._browsers[seats.DESK].stream("GET", "/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        reading = stream.iter_lines()
        lines.append(next(reading))
        assert "changed" not in lines[0]
        hazard = web.reported()
        for line in reading:
            lines.append(line)
            if line.startswith("event:"):
                break
    assert lines[-1] == "event: changed"
    assert hazard not in "".join(lines)
    assert web.browser().get("/live").status_code == 303


def test_a_new_hazard_page_is_of_today(web: Web) -> None:
    today = local(datetime.now(UTC))
    page = web.see(seats.DESK, f"/hazards/{web.reported()}").text
    assert f"{today.month}月{today.day}日" in page


def test_a_token_signs_in_where_seats_are_not_for_choosing() -> None:
    from web.accounts import SIGN_INS

    class Rooms:
        class identity:
            @staticmethod
            async def principal(token: str) -> object:
                assert token == "abc"
                return seats.DESK

    found = asyncio.run(SIGN_INS["token"].seat(Rooms, {"token": " abc "}))  # type: ignore[arg-type]
    assert found == seats.DESK


def test_the_form_of_a_listing_asks_for_its_four_criteria(web: Web) -> None:
    hazard = web.registered()
    page = web.see(seats.LIAISON, f"/hazards/{hazard}/request_listing").text
    assert form_of(page, f"/hazards/{hazard}/request_listing")
    for name in ("complex_cause", "wide_scope", "hard_to_remediate", "major_impact"):
        assert f'name="criteria.{name}"' in page


@pytest.mark.requirement("SUP-01")
def test_the_office_urges_many_at_once_and_is_told_what_became_of_each(web: Web) -> None:
    late, other, cleared = web.assigned(), web.planning(), web.cleared()
    page = web.see(seats.OFFICE, "/hazards").text
    assert f'name="hazard" value="{late}"' in page
    assert 'action="/urge"' not in web.see(seats.LIAISON, "/hazards").text
    form = {**form_of(page, "/urge"), "matter": "请抓紧办理", "hazard": [late, other, cleared]}
    office = web._browsers[seats.OFFICE]
    answer = text_of(office.post("/urge", data=form).text)
    assert "已发出 2 件，共选 3 件" in answer and "wrong-state" in answer
    office.post("/urge", data=form)  # pressed twice
    for hazard in (late, other):
        events = web.get(seats.AUDITOR, f"/v1/hazards/{hazard}/events").json()["items"]
        assert [event["type"] for event in events].count("issue_notice") == 1
    assert office.post("/urge", data={"matter": "无"}).status_code == 422
    web.see(seats.LIAISON, "/")
    refused = web._browsers[seats.LIAISON].post("/urge", data={**form, "_key": "another"})
    assert "已发出 0 件" in text_of(refused.text) and "not-your-right" in refused.text


@pytest.mark.requirement("A14", "VER-06", "SUP-12")
@pytest.mark.parametrize(
    ("profile", "office", "own", "never"),
    [
        ("putuo", "专班办公室", ["区级挂牌整治", "本级整治"], ["清零办", "领导小组"]),
        ("jingan", "区安委办", ["挂牌督办", "已销项"], ["清零办", "挂牌整治", "已清零", "未清零"]),
        (
            "pingdu-town",
            "镇综治办",
            ["排查整治", "已销号"],
            ["清零办", "城运中心", "街镇", "已清零", "未清零"],
        ),
        ("qingpu", "区清零办", ["挂牌整治", "已清零（销号）"], []),
    ],
)
def test_the_pages_of_a_district_are_in_its_own_words(
    web: Web, profile: str, office: str, own: list[str], never: list[str]
) -> None:
    browser = web.browser(seats.who(office, "office", "office-1", profile))
    text = "".join(re.sub(r"<[^>]+>", " ", browser.get(path).text) for path in ("/", "/hazards", "/board"))

    assert [word for word in own if word not in text] == []
    assert [word for word in never if word in text] == []


@pytest.mark.requirement("RPT-01")
def test_a_seat_saves_a_list_under_its_own_name_and_nobody_else_sees_it(web: Web) -> None:
    browser, colleague, other = web.browser(seats.OFFICE), web.browser(seats.OFFICE), web.browser(seats.DESK)
    page = browser.get("/hazards?overdue=true&state=PLANNING&limit=10").text
    query = form_of(page, "/views")["query"]
    assert query == "overdue=true&state=PLANNING"  # how long a page is belongs to no list
    answer = browser.post("/views", data={"name": " 超期  方案 ", "query": query})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/hazards?{query}")
    for one in (browser, colleague):
        shown = one.get("/hazards").text
        assert "overdue=true&amp;state=PLANNING" in shown and "超期 方案" in text_of(shown)
    assert "超期 方案" not in text_of(other.get("/hazards").text)

    browser.post("/views", data={"name": "超期 方案", "query": "open=true"})  # the same name: in its place
    shown = browser.get("/hazards").text
    assert "overdue=true&amp;state=PLANNING" not in shown and text_of(shown).count("超期 方案") == 1
    assert colleague.post("/views/remove", data={"name": "超期 方案", "query": ""}).status_code == 303
    assert "超期 方案" not in text_of(browser.get("/hazards").text)


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("", "open=true", "清单名称应为1至30个字"),
        ("长" * 31, "open=true", "清单名称应为1至30个字"),
        ("坏的", "state=NOWHERE", "state"),
    ],
)
def test_a_list_that_cannot_be_kept_is_refused_beside_its_name(
    web: Web, name: str, query: str, said: str
) -> None:
    browser = web.browser(seats.OFFICE)
    answer = browser.post("/views", data={"name": name, "query": query})
    assert answer.status_code == 422 and said in text_of(answer.text)
    assert "我的清单" not in browser.get("/hazards").text


def test_a_seat_keeps_twenty_lists_and_is_told_to_remove_one(web: Web) -> None:
    browser = web.browser(seats.AUDITOR)
    for n in range(20):
        assert browser.post("/views", data={"name": f"清单{n}", "query": "open=true"}).status_code == 303
    answer = browser.post("/views", data={"name": "又一个", "query": "open=true"})
    assert answer.status_code == 422 and "每个席位最多保存20个清单" in text_of(answer.text)
    assert browser.post("/views", data={"name": "清单3", "query": "open=false"}).status_code == 303
    for n in range(20):
        browser.post("/views/remove", data={"name": f"清单{n}"})
