"""A listed hazard over HTTP: who sees it, whose part is whose, and what the view shows of both."""

from __future__ import annotations

from typing import Any

import pytest

from storage import ledger
from tests import seats
from tests.api.conftest import Api

A_WAREHOUSE = {"channel": "daily_patrol", "code": "S03-07", "place": "夏阳街道某仓库"}


@pytest.mark.requirement("MOD-03", "MOD-11", "MOD-12", "MOD-13", "ACT-13", "VER-01", "VER-06", "SEC-01")
def test_a_hazard_is_listed_remediated_by_three_units_and_removed(api: Api) -> None:
    hazard = str(api.report(seats.LIAISON, **A_WAREHOUSE).json()["id"])

    def give(who: Any, command: str, status: int = 200, **form: Any) -> dict[str, Any]:
        answer = api.give(who, hazard, command, **form)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def part(shown: dict[str, Any], unit: str) -> dict[str, Any]:
        return next(one for one in shown["subtasks"] if one["unit"]["name"] == unit)

    give(seats.LIAISON, "request_listing", **seats.LISTING)
    give(seats.OFFICE, "forward_listing", report_document="专报3号")
    assert api.get(seats.EMERGENCY_LIAISON, f"/v1/hazards/{hazard}").status_code == 404
    alone = give(seats.AUTHORITY, "listing_approve", 422, **{**seats.APPROVAL, "sponsor": None})
    assert (alone["code"], alone["requirement"]) == ("T15.sponsor-missing", "MOD-13")
    listed = give(seats.AUTHORITY, "listing_approve", **seats.APPROVAL)
    assert (listed["mode"], listed["owner"]["name"]) == ("LISTED", "区交通委")
    assert listed["listing"]["sponsor"] == {"unit": listed["listing"]["sponsor"]["unit"], "post": "副区长"}
    assert [unit["name"] for unit in listed["listing"]["cooperating"]] == ["夏阳街道", "区应急局"]
    assert [clock["clock"] for clock in part(listed, "区应急局")["deadlines"]] == ["sign", "remediate"]

    give(seats.BUREAU_LIAISON, "sign", handler="handler-3")
    give(seats.LIAISON, "sign_subtask", handler="handler-1")
    signed = give(seats.EMERGENCY_LIAISON, "sign_subtask", handler="handler-4")  # who sees it now
    assert part(signed, "区应急局")["labels"]["state"]["zh"] == "整治中"
    give(seats.BUREAU_HANDLER, "submit_plan", **seats.shared_plan())
    assert give(seats.OTHER_VICE_MAYOR, "plan_approve", 403)["code"] == "T20.not-your-right"
    planned = give(seats.SPONSOR, "plan_approve")
    assert (planned["state"], len(planned["subtasks"])) == ("REMEDIATING", 3)
    assert [node["what"] for node in part(planned, "夏阳街道")["milestones"]] == ["夏阳街道的事项"]

    foreseen = api.get(seats.AUDITOR, f"/v1/hazards/{hazard}/forecast").json()["items"]
    assert {one["subtask"]["name"] for one in foreseen if one["subtask"]} == {
        "区交通委",
        "夏阳街道",
        "区应急局",
    }
    derived = api.get(seats.AUDITOR, f"/v1/hazards/{hazard}/deadlines").json()["items"]
    assert {"夏阳街道"} <= {
        one["deadline"]["subtask"]["name"] for one in derived if one["deadline"]["subtask"]
    }
    for seat in (seats.SPONSOR, seats.PANEL, seats.OTHER_VICE_MAYOR):
        page = api.get(seat, "/v1/hazards", params={"mode": "LISTED"}).json()
        assert hazard in [row["id"] for row in page["items"]]
    assert api.get(seats.OTHER_STREET, f"/v1/hazards/{hazard}").status_code == 404

    for handler in (seats.EMERGENCY_HANDLER, seats.HANDLER, seats.BUREAU_HANDLER):
        give(handler, "report_subtask", text="已完成")
        assert (
            give(seats.LIAISON, "confirm_subtask", 403, unit=handler.actor.unit)["code"]
            == "T21b.not-your-right"
        )
        give(seats.BUREAU_LIAISON, "confirm_subtask", unit=handler.actor.unit)
    give(seats.BUREAU_HANDLER, "report_completion")
    give(seats.BUREAU_ASSESSOR, "assess_pass", **seats.ALL_MET)
    own = {"panel": {**seats.ACCEPTANCE["panel"], "members": [{"unit": "夏阳街道", "member": "m-1"}]}}
    assert give(seats.OFFICE, "accept_pass", 422, **own, **seats.ALL_MET)["code"] == "T29.panel-not-recused"
    removed = give(seats.PANEL, "accept_pass", **seats.ACCEPTANCE, **seats.ALL_MET, signed_by="office-1")
    assert removed["state"] == "CLEARED"
    assert removed["listing"]["removed_at"]
    today = removed["listing"]["removed_at"][:10]
    owed = [clock["clock"] for clock in removed["deadlines"] if clock["clock"] != "lookback"]
    assert sorted(owed) == ["listing_filing", "listing_notice", "removal_notice"]
    for what in owed:
        give(seats.OFFICE, "record_listing_notice", what=what, document="公告1号", day=today)
    told = api.get(seats.OFFICE, f"/v1/hazards/{hazard}").json()
    assert [one["what"] for one in told["listing"]["notices"]] == owed
    assert api.loop.run(_verified(api, hazard)) == []


async def _verified(api: Api, hazard: str) -> list[str]:
    return [str(one) for one in api.qingpu.database.read_now(ledger.verify, hazard)]
