"""The contact directory over HTTP: who keeps a form, who reads it, and that no task goes to a unit without one."""

from __future__ import annotations

import pytest

from tests import seats

ROOT = "/v1/contacts"
FORM = {
    "principal_name": "示例一把手",
    "deputy_name": "示例分管领导",
    "deputy_mobile": "13800000001",
    "liaison_name": "示例联络员",
    "liaison_mobile": "13800000002",
    "email": "yingpu@example.gov.cn",
}
BAIHE = seats.who("白鹤镇", "liaison", "liaison-9")


def put(api, principal, at: str, /, **form: str):
    return api.call(principal, "PUT", f"{ROOT}/{at}", json=form)


@pytest.mark.requirement("FRM-01", "ACT-09")
def test_a_unit_fills_in_its_own_form_and_the_office_sees_it(api):
    answer = put(api, seats.OTHER_STREET, "盈浦街道", **FORM)

    assert answer.status_code == 200, answer.text
    assert answer.json()["missing"] == []
    seen = api.get(seats.OFFICE, ROOT).json()
    (entry,) = [item for item in seen["items"] if item["unit"] == "yingpu"]
    assert entry["contact"]["email"] == "yingpu@example.gov.cn"
    assert seen["owing"] == 0


@pytest.mark.requirement("SEC-01")
def test_nobody_else_reads_or_writes_it(api):
    for answer in (
        api.get(seats.OTHER_STREET, f"{ROOT}/夏阳街道"),
        put(api, seats.OTHER_STREET, "xiayang", **FORM),
        put(api, seats.DESK, "xiayang", **FORM),
        put(api, seats.FINDER, "xiayang", **FORM),
        api.get(seats.AUDITOR, f"{ROOT}/xiayang"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "F17.not-yours")
    assert [item["unit"] for item in api.get(seats.OTHER_STREET, ROOT).json()["items"]] == ["yingpu"]
    assert api.get(seats.DESK, f"{ROOT}/xiayang").status_code == 200


def test_a_form_that_is_malformed_or_of_another_unit(api):
    assert put(api, seats.OFFICE, "没有").status_code == 404
    bad = put(api, seats.OFFICE, "xiayang", liaison_mobile="没有手机")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "liaison_mobile")
    other = put(api, seats.OFFICE, "xiayang", unit="盈浦街道")
    assert (other.status_code, other.json()["code"]) == (422, "F17.another-unit")


@pytest.mark.requirement("ACT-04", "ACT-09", "ACT-18")
def test_no_task_is_dispatched_to_a_unit_that_has_not_named_its_contacts(api):
    put(api, seats.OFFICE, "白鹤镇", department="平安办")  # a form without persons
    hazard = api.registered()

    refused = api.give(seats.DESK, hazard, "assign", target="白鹤镇")
    assert (refused.status_code, refused.json()["code"]) == (409, "assign.contacts-missing")
    assert refused.json()["requirement"] == "ACT-09"
    assert "联络员姓名" in refused.json()["detail_zh"]
    later = api.give(seats.DESK, hazard, "assign", {"Prefer": "respond-async"}, target="白鹤镇")
    assert later.status_code == 409
    # who has no right to dispatch is told that, not this
    assert api.give(seats.LIAISON, hazard, "assign", target="白鹤镇").status_code == 403

    assert put(api, BAIHE, "白鹤镇", **FORM).status_code == 200
    assert api.give(seats.DESK, hazard, "assign", target="白鹤镇").status_code == 200
