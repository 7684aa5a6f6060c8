"""A hazard's past over HTTP: as it stood then, and why."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests import seats
from tests.api.conftest import Api


@pytest.mark.requirement("REG-08")
def test_a_hazard_is_shown_as_it_stood_at_a_step_or_an_instant(api: Api) -> None:
    hazard = api.remediating()
    events = api.get(seats.AUDITOR, f"/v1/hazards/{hazard}/events").json()["items"]
    signed = next(event for event in events if event["type"] == "sign")
    for at in (str(signed["seq"]), signed["at"]):
        answer = api.get(seats.AUDITOR, f"/v1/hazards/{hazard}", params={"at": at})
        assert answer.status_code == 200, answer.text
        then = answer.json()
        assert (then["state"], then["seq"], then["plan"]) == ("PLANNING", signed["seq"], None)
        assert then["then"]["hash"] == signed["hash"]
        assert {unit["id"] for unit in then["then"]["readers"]["units"]} >= {"xiayang"}
        assert [one["deadline"]["clock"] for one in then["then"]["derivations"]] == [
            one["clock"] for one in then["deadlines"]
        ]
        assert then["then"]["forecast"]
    assert api.get(seats.AUDITOR, f"/v1/hazards/{hazard}").json()["state"] == "REMEDIATING"


@pytest.mark.requirement("REG-08")
def test_what_the_caller_might_have_done_then_is_told(api: Api) -> None:
    hazard = api.remediating()
    then = api.get(seats.LIAISON, f"/v1/hazards/{hazard}", params={"at": "3"}).json()
    assert then["state"] == "AWAITING_SIGNOFF"
    assert {one["command"] for one in then["allowed_commands"] if one["allowed"]} >= {"sign", "return"}


@pytest.mark.parametrize(
    "path", ["?at=99", "?at=2020-01-01T00:00%2B08:00", "?at=yesterday", "/reasons?seq=99"]
)
def test_a_point_that_is_none_is_a_422_with_one_sentence(api: Api, path: str) -> None:
    hazard = api.registered()
    answer = api.get(seats.AUDITOR, f"/v1/hazards/{hazard}{path}")
    assert (answer.status_code, answer.json()["code"]) == (422, "no-such-point")


def test_an_instant_to_come_is_the_forecast_s_business(api: Api) -> None:
    hazard = api.registered()
    ahead = (datetime.now().astimezone() + timedelta(days=400)).isoformat()
    answer = api.get(seats.AUDITOR, f"/v1/hazards/{hazard}", params={"at": ahead})
    assert answer.status_code == 422
    assert "forecast" in answer.json()["detail_en"]


@pytest.mark.requirement("I4", "SEC-01")
def test_reasons_are_told_to_whoever_may_read_the_hazard(api: Api) -> None:
    hazard = api.remediating()
    told = api.get(seats.AUDITOR, f"/v1/hazards/{hazard}/reasons").json()
    assert [reason["rule"] for reason in told["reasons"]] == ["T01", "T02", "T06", "T17", "T19"]
    assert {unit["id"] for unit in told["units"]} >= {"desk", "xiayang"}
    [one] = api.get(seats.LIAISON, f"/v1/hazards/{hazard}/reasons?seq=4").json()["reasons"]
    assert {refused["command"] for refused in one["could_not"]} >= {"report_completion"}
    for path in ("?at=1", "/reasons"):
        assert api.get(seats.OTHER_STREET, f"/v1/hazards/{hazard}{path}").status_code == 404
