"""Risk points over HTTP: registering, grading, linking hazards, who sees them, sheets, verification."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from domain.values import local
from storage import riskpoints
from tests import seats
from tests.api.conftest import Api

POINTS = "/v1/risk-points"
BUREAU = seats.EMERGENCY_LIAISON
TODAY = local(datetime.now(UTC)).date()
BLUE = {"method": "MANUAL", "colour": "BLUE", "grounds": "仅余空罐"}


def assessed(**more: Any) -> dict[str, Any]:
    days = {"assessed_on": f"{TODAY}", "review_on": f"{TODAY + timedelta(days=30)}"}
    return {"grade": BLUE, "measures": "每月抽查", **days, **more}


def point(**more: Any) -> dict[str, Any]:
    return {
        "name": "甲类仓库",
        "kind": "major_source",
        "place": "夏阳街道某路 1 号",
        "subdistrict": "夏阳街道",
        "code": "B05-01",
        "department": "区应急局",
        "accountable": "某化工有限公司",
        "assessment": assessed(),
        **more,
    }


def send(api: Api, who: Any, path: str = "", key: str = "", **form: Any) -> Any:
    return api.call(who, "POST", POINTS + path, {"Idempotency-Key": key} if key else {}, json=form)


def registered(api: Api, **more: Any) -> str:
    answer = send(api, BUREAU, **point(**more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


@pytest.mark.requirement("RSK-01", "RSK-03", "INT-01")
def test_a_point_is_registered_once_a_key_and_found_by_those_whom_it_concerns(api: Api) -> None:
    first, again = (send(api, BUREAU, key="point-1", **point(name="丙烷储罐")) for _ in range(2))
    number = first.json()["number"]

    assert (first.status_code, again.json()["number"]) == (201, number), first.text
    assert first.headers["Location"] == f"{POINTS}/{number}"
    for who in (seats.OFFICE, BUREAU, seats.LIAISON):
        (found,) = api.get(who, f"{POINTS}?text=丙烷储罐").json()["items"]
        assert (found["colour"], found["department"]["id"]) == ("BLUE", "yingjiju")
    assert api.get(seats.OTHER_STREET, f"{POINTS}/{number}").status_code == 404
    assert api.get(seats.OTHER_STREET, POINTS).json()["items"] == []
    assert api.get(seats.OFFICE, f"{POINTS}?colur=RED").status_code == 422


@pytest.mark.requirement("RSK-01", "RSK-04", "PLN-05")
def test_a_high_grade_needs_its_plan_and_every_colour_stays_in_the_file(api: Api) -> None:
    number = registered(api)
    red = {"method": "LEC", "likelihood": 10, "exposure": 6, "consequence": 15}
    refused = send(api, BUREAU, f"/{number}/grade", **assessed(grade=red))
    plan = {"document": "青应急〔2026〕8号", "measures": "双人双锁", "contingency": "停用、转移"}
    done = send(api, BUREAU, f"/{number}/grade", **assessed(grade=red, plan=plan))

    assert (refused.status_code, refused.json()["code"]) == (422, "risk-point.plan-missing")
    assert refused.json()["requirement"] == "PLN-05"
    assert done.status_code == 200 and done.json()["colour"] == "RED"
    assert [(one["before"], one["colour"]) for one in done.json()["history"]] == [
        (None, "BLUE"),
        ("BLUE", "RED"),
    ]
    assert done.json()["assessment"]["plan"]["document"] == "青应急〔2026〕8号"
    assert send(api, seats.HANDLER, f"/{number}/grade", **assessed()).status_code == 403


@pytest.mark.requirement("RSK-07")
def test_a_major_source_is_identified_and_declared(api: Api) -> None:
    said = {
        "level": 3, "identified_on": f"{TODAY}", "ground": "GB 18218，R=12", "declared_on": f"{TODAY}",
        "authority": "区应急局", "document": "青危源备〔2026〕2号",
    }  # fmt: skip
    answer = send(api, BUREAU, f"/{registered(api)}/declare", **said)
    assert answer.status_code == 200 and answer.json()["declaration"]["level"] == 3


@pytest.mark.requirement("RSK-06", "REG-01")
def test_a_hazard_is_linked_to_points_that_there_are_and_speaks_for_their_colour(api: Api) -> None:
    number = registered(api)
    orange = {"method": "MANUAL", "colour": "ORANGE", "grounds": "阀门渗漏"}
    form = seats.hotline(risk_points=[number], grade=orange)
    unknown = api.report(seats.DESK, **{**form, "risk_points": ["QP-R-999999"]})
    malformed = api.report(seats.DESK, **{**form, "risk_points": ["甲类仓库"]})
    hazard = api.report(seats.DESK, {"Idempotency-Key": "linked-1"}, **form)

    assert (unknown.status_code, unknown.json()["code"]) == (422, "T01.unknown-risk-point")
    assert unknown.json()["errors"][0]["field"] == "risk_points"
    assert malformed.status_code == 422
    assert hazard.status_code == 201 and hazard.json()["risk_points"] == [number]
    seen = api.get(seats.OFFICE, f"{POINTS}/{number}").json()
    assert (seen["open_hazards"], seen["proposal"], seen["colour"]) == (1, "ORANGE", "BLUE")
    listed = api.get(seats.OFFICE, seen["hazards"]).json()["items"]
    assert [one["id"] for one in listed] == [hazard.json()["id"]]
    assert send(api, BUREAU, f"/{number}/retire", reason="搬迁").json()["code"] == "risk-point.hazards-open"


@pytest.mark.requirement("RSK-06")
def test_a_check_and_a_grading_link_too_and_a_retired_point_takes_no_more(api: Api) -> None:
    first, gone = registered(api), registered(api)
    assert send(api, BUREAU, f"/{gone}/retire", reason="拆除").json()["retired_at"]
    hazard = api.reported()
    refused = api.give(seats.LIAISON, hazard, "verify_confirm", risk_points=[gone])
    theirs = api.give(seats.OTHER_STREET, hazard, "verify_confirm", risk_points=[first])
    done = api.give(seats.LIAISON, hazard, "verify_confirm", risk_points=[first])

    assert (refused.status_code, refused.json()["code"]) == (422, "T02.unknown-risk-point")
    assert theirs.status_code in (403, 404)
    assert done.json()["risk_points"] == [first]
    graded = api.give(
        seats.OFFICE, hazard, "classify", grade={"method": "MANUAL", "colour": "BLUE", "grounds": "可控"},
        risk_points=[registered(api)],
    )  # fmt: skip
    assert len(graded.json()["risk_points"]) == 2, graded.text


@pytest.mark.requirement("RSK-06", "INT-01")
def test_a_report_made_again_is_answered_though_its_point_is_gone(api: Api) -> None:
    number = registered(api)
    form = {**seats.hotline(risk_points=[number])}
    first = api.report(seats.DESK, {"Idempotency-Key": "gone-1"}, **form).json()["id"]
    api.give(
        seats.LIAISON, first, "verify_dismiss", reason="不属实", evidence=[{"kind": "document", "ref": "d"}]
    )
    assert send(api, BUREAU, f"/{number}/retire", reason="拆除").status_code == 200

    again = api.report(seats.DESK, {"Idempotency-Key": "gone-1"}, **form)
    assert (again.status_code, again.json()["id"]) == (201, first), again.text
    assert api.report(seats.DESK, **form).status_code == 422


@pytest.mark.requirement("RSK-01", "RPT-01")
def test_the_register_comes_as_a_file_with_the_filters_of_the_list(api: Api) -> None:
    number = registered(api)
    text = api.get(seats.OFFICE, f"{POINTS}.csv?colour=BLUE").text
    book = api.get(seats.OFFICE, f"{POINTS}.xlsx?lang=en").content
    heading, *rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()

    assert number in text and "责任部门" in text
    assert heading[0] == "number" and number in {row[0] for row in rows}
    assert number not in api.get(seats.OFFICE, f"{POINTS}.csv?standing=retired").text


def test_the_register_comes_in_pages(api: Api) -> None:
    made = {registered(api) for _ in range(3)}
    found, address = set(), f"{POINTS}?limit=2&standing=all"
    while address:
        page = api.get(seats.OFFICE, address).json()
        found |= {one["number"] for one in page["items"]}
        address = f"{POINTS}?limit=2&standing=all&cursor={page['next']}" if page["next"] else ""
    assert made <= found
    assert api.get(seats.OFFICE, f"{POINTS}?cursor=tea").status_code == 400


@pytest.mark.requirement("RSK-01", "REG-08")
def test_what_was_recorded_over_http_is_one_sound_chain(api: Api) -> None:
    registered(api)
    assert api.qingpu.database.read_now(riskpoints.verify, "qingpu") == []
