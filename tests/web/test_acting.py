"""Acting from pages: the same door, the same refusals, nothing twice and nothing typed lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from domain.values import local
from tests import seats
from tests.web.conftest import Web, form_of, text_of


def state_of(web: Web, hazard: str) -> dict:
    return web.get(seats.AUDITOR, f"/v1/hazards/{hazard}").json()


def day(days: int) -> str:
    return (local(datetime.now(UTC)) + timedelta(days=days)).date().isoformat()


def plan(days: int = 1) -> dict[str, str]:
    return {
        "responsible_unit": "夏阳街道",
        "responsible_leader.person": "leader-1",
        "responsible_staff.0.person": "handler-1",
        "measures": "拆除隔断，\r\n清退住人",
        "milestones.0.what": "拆除隔断",
        "milestones.0.due.day": day(days),
        "goals.1.text": "隔断全部拆除",
    }


@pytest.mark.requirement("ACT-19", "PLN-01")
def test_a_liaison_signs_and_a_handler_files_the_plan(web: Web) -> None:
    hazard = web.assigned()
    answer = web.act(
        seats.LIAISON, hazard, "sign", **{"handler.person": "handler-1", "handler.post": "专管员"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/hazards/{hazard}?done=sign")
    assert "“签收”已办理" in web.see(seats.LIAISON, answer.headers["location"]).text
    assert state_of(web, hazard)["handler"] == {"person": "handler-1", "post": "专管员"}
    answer = web.act(seats.HANDLER, hazard, "submit_plan", **plan())
    assert answer.status_code == 303, text_of(answer.text)
    now = state_of(web, hazard)
    assert now["state"] == "REMEDIATING"
    assert [node["what"] for node in now["plan"]["milestones"]] == ["拆除隔断"]
    assert [goal["text"] for goal in now["plan"]["goals"]] == ["隔断全部拆除"]


def test_a_bad_form_comes_back_with_what_was_typed_and_what_is_wrong_beside_it(web: Web) -> None:
    hazard = web.planning()
    typed = {**plan(), "measures": "", "milestones.0.due.day": "", "milestones.0.what": "拆<除>隔断"}
    answer = web.act(seats.HANDLER, hazard, "submit_plan", **typed)
    assert answer.status_code == 422
    page = answer.text
    assert 'value="拆&lt;除&gt;隔断"' in page and ">隔断全部拆除</textarea>" in page.replace("\n", "")
    assert 'id="measures-fault"' in page and 'id="milestones.0.due-fault"' in page
    assert "必填" in text_of(page)
    assert state_of(web, hazard)["state"] == "PLANNING"


@pytest.mark.requirement("PLN-01")
def test_a_plan_beyond_the_cap_is_refused_in_the_words_of_the_rule(web: Web) -> None:
    hazard = web.planning()
    answer = web.act(seats.HANDLER, hazard, "submit_plan", **plan(days=60))
    assert answer.status_code == 422
    refused = web.give(seats.HANDLER, hazard, "submit_plan", **seats.plan(days=60)).json()
    assert refused["detail_zh"] in answer.text and refused["code"] in answer.text
    assert 'id="do-submit_plan" open' in answer.text


def test_what_is_not_one_s_right_is_refused_before_the_form_is_read(web: Web) -> None:
    hazard = web.planning()
    page = web.see(seats.AUDITOR, f"/hazards/{hazard}/submit_plan")
    hidden = form_of(page.text, f"/hazards/{hazard}/submit_plan")
    answer = web._browsers[seats.AUDITOR].post(f"/hazards/{hazard}/submit_plan", data=hidden)
    assert answer.status_code == 403 and "not-your-right" in answer.text


def test_a_form_pressed_twice_acts_once(web: Web) -> None:
    hazard = web.remediating()
    page = web.see(seats.HANDLER, f"/hazards/{hazard}/progress")
    form = {**form_of(page.text, f"/hazards/{hazard}/progress"), "text": "已清退三户"}
    browser = web._browsers[seats.HANDLER]

    def press(_: int) -> int:
        return browser.post(f"/hazards/{hazard}/progress", data=form).status_code

    with ThreadPoolExecutor(2) as both:
        assert set(both.map(press, range(2))) == {303}
    assert press(0) == 303  # and once more, after it was done
    events = web.get(seats.AUDITOR, f"/v1/hazards/{hazard}/events").json()["items"]
    assert [event["type"] for event in events].count("progress") == 1


@pytest.mark.requirement("INT-01")
def test_whoever_acts_on_what_has_changed_is_shown_the_change(web: Web) -> None:
    hazard = web.remediating()
    path = f"/hazards/{hazard}/progress"
    old = form_of(web.see(seats.HANDLER, path).text, path)
    web.give(seats.HANDLER, hazard, "progress", text="另一位先报了")
    browser = web._browsers[seats.HANDLER]
    answer = browser.post(path, data={**old, "text": "我的进展"})
    assert answer.status_code == 412
    assert "另一位先报了" in answer.text and "我的进展</textarea>" in answer.text
    again = form_of(answer.text, path)
    assert int(again["_seq"]) == int(old["_seq"]) + 1
    assert browser.post(path, data={**again, "text": "我的进展"}).status_code == 303


def test_more_rows_can_be_had_without_a_script_and_nothing_is_lost(web: Web) -> None:
    hazard = web.planning()
    answer = web.act(seats.HANDLER, hazard, "submit_plan", **plan(), _more="milestones")
    assert answer.status_code == 200
    assert 'name="milestones.4.what"' in answer.text and 'value="拆除隔断"' in answer.text
    assert state_of(web, hazard)["state"] == "PLANNING"


@pytest.mark.requirement("VER-09")
def test_the_clearance_is_assessed_goal_by_goal(web: Web) -> None:
    hazard = web.completed()
    page = web.see(seats.ASSESSOR, f"/hazards/{hazard}/assess_pass").text
    assert "G1 隔断全部拆除" in text_of(page)
    assert web.act(seats.ASSESSOR, hazard, "assess_pass", **{"results.0.met": "false"}).status_code == 422
    assert web.act(seats.ASSESSOR, hazard, "assess_pass", **{"results.0.met": "true"}).status_code == 303
    assert state_of(web, hazard)["state"] == "CLEARED"


@pytest.mark.requirement("PLN-03")
def test_milestones_are_ticked_by_their_names(web: Web) -> None:
    hazard = web.remediating()
    answer = web.act(seats.HANDLER, hazard, "progress", text="拆了", milestones_done="N1", percent="100")
    assert answer.status_code == 303
    assert state_of(web, hazard)["plan"]["milestones"][0]["done_at"]


@pytest.mark.requirement("RSK-05")
def test_a_grade_is_given_by_score_or_by_judgement(web: Web) -> None:
    hazard = web.planning()
    typed = {"grade.method": "LEC", "grade.likelihood": "6", "grade.exposure": "6", "grade.consequence": "15"}
    assert web.act(seats.OFFICE, hazard, "classify", **typed, **{"grade.grounds": "不计"}).status_code == 303
    assert state_of(web, hazard)["grade"]["colour"] == "RED"


@pytest.mark.requirement("REG-03")
def test_a_hazard_is_reported_from_a_page(web: Web) -> None:
    browser = web.browser(seats.DESK)
    form = form_of(browser.get("/report").text, "/report")
    answer = browser.post("/report", data={**form, "channel": "hotline"})
    assert answer.status_code == 422 and 'id="place-fault"' in answer.text
    form = {**form_of(answer.text, "/report"), "channel": "hotline", "place": "夏阳街道某路"}
    answer = browser.post("/report", data={**form, "occurred_at.day": day(-1), "occurred_at.time": "08:30"})
    assert answer.status_code == 303
    number = answer.headers["location"].split("/")[2].split("?")[0]
    assert (
        browser.post(
            "/report", data={**form, "occurred_at.day": day(-1), "occurred_at.time": "08:30"}
        ).headers["location"]
        == answer.headers["location"]
    )
    assert state_of(web, number)["occurred_at"].endswith("08:30:00+08:00")


def test_whoever_may_not_report_is_told_before_he_fills_in_a_form(web: Web) -> None:
    answer = web.see(seats.AUDITOR, "/report")
    assert answer.status_code == 403 and "T01.not-your-right" in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"text=%FF", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % n for n in range(4000)), "application/x-www-form-urlencoded", 400),
    ],
)
def test_what_is_no_form_is_refused(web: Web, content: bytes, kind: str, status: int) -> None:
    hazard = web.assigned()
    web.see(seats.LIAISON, "/")
    answer = web._browsers[seats.LIAISON].post(
        f"/hazards/{hazard}/sign", content=content, headers={"Content-Type": kind}
    )
    assert answer.status_code == status
