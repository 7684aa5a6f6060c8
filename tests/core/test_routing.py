"""T05, T06, T17: who takes a hazard in hand, and that it always has exactly one owner."""

import pytest

from domain.values import ClockKey, Rung, State
from tests.builders import (
    BOOKS,
    BUREAU,
    DESK,
    ENTERPRISE,
    HANDLER,
    LIAISON,
    OFFICE,
    OTHER_LIAISON,
    OTHER_STREET,
    Case,
    hazard_in,
    notices,
    seat,
)


def found_by(unit: str, code: str = "B02-08") -> Case:
    """Found by a unit's own people; B02-08 (桥梁) is the transport commission's line."""
    return Case().report(seat(unit, "discoverer"), channel="daily_patrol", code=code)


@pytest.mark.requirement("MOD-04", "ACT-06", "REG-09")
@pytest.mark.parametrize("unit", ["xiayang", ENTERPRISE])
def test_sub_districts_and_district_enterprises_handle_what_they_registered(unit):
    case = found_by(unit)
    case.give("self_handle", seat(unit, "liaison"))

    assert (case.hazard.state, case.hazard.owner) == (State.PLANNING, unit)
    assert set(case.hazard.clocks) == {ClockKey.REMEDIATE, ClockKey.PLAN}, "it counts as signed for"


@pytest.mark.requirement("MOD-06")
def test_a_bureau_handles_its_own_line_and_no_other():
    own, foreign = found_by(BUREAU, "B02-08"), found_by(BUREAU, "S01-03")

    assert own.give("self_handle", seat(BUREAU, "liaison"))
    refusal = foreign.refused("self_handle", seat(BUREAU, "liaison"))
    assert (refusal.status, refusal.code, refusal.requirement) == (403, "T05.not-own-line", "MOD-06")
    assert not foreign.may("self_handle", seat(BUREAU, "liaison")), "the button is grey before the form"


@pytest.mark.requirement("ACT-12", "MOD-06", "VER-01")
def test_the_police_handle_what_is_theirs_under_the_same_ladder_as_everybody_and_clear_it_themselves():
    case = Case(BOOKS["putuo"]).report(seat("gongan", "discoverer"), channel="daily_patrol", code="B01-38")
    case.give("self_handle", seat("gongan", "liaison"))
    case.give("submit_plan", seat("gongan", "handler"), responsible_unit="gongan")
    rungs = [event.alarm.what for event in case.wait(days=30) if event.clock == ClockKey.REMEDIATE]
    case.give("report_completion", seat("gongan", "handler"))
    case.give("assess_pass", seat("gongan", "assessor"))

    assert rungs == [Rung.L0, "due", Rung.L1, Rung.L2, Rung.L3, Rung.L4]
    assert (case.hazard.state, case.hazard.owner) == (State.CLEARED, "gongan")


@pytest.mark.requirement("ACT-14", "MOD-14", "REG-02")
def test_what_a_joint_station_finds_outside_the_police_s_line_goes_through_the_transfer_desk():
    case = Case(BOOKS["putuo"]).report(seat("caoyang", "discoverer"), channel="joint_station", code="S06-02")
    case.give("assign", DESK, target="区城管执法局")

    assert (case.hazard.registered_by, case.hazard.owner) == ("caoyang", "chengguanju")
    assert (case.last.actor.unit, case.hazard.state) == ("desk", State.AWAITING_SIGNOFF)


@pytest.mark.requirement("REM-01", "REM-12", "MOD-15")
def test_whoever_takes_it_in_hand_names_the_person_who_will_do_it():
    taken, signed = hazard_in(State.REGISTERED), hazard_in(State.AWAITING_SIGNOFF)

    assert taken.refused("self_handle", handler=None).code == "self_handle.form"
    assert signed.refused("sign", handler=None).code == "sign.form"
    signed.give("sign", handler={"person": "p-7", "post": "安监所专管员"})
    assert (signed.hazard.handler.person, signed.hazard.handler.post) == ("p-7", "安监所专管员")


@pytest.mark.requirement("MOD-14", "MOD-16", "ACT-18", "REG-09")
@pytest.mark.parametrize("actor", [DESK, OFFICE], ids=["desk", "office"])
def test_an_assignment_names_the_one_unit_that_owns_it_from_now_on(actor):
    case = hazard_in(State.REGISTERED)
    case.give("assign", actor, target="盈浦街道")

    assert (case.hazard.state, case.hazard.owner) == (State.AWAITING_SIGNOFF, OTHER_STREET)
    assert case.hazard.registered_by == "xiayang", "who registered it stays on record"
    assert set(case.hazard.involved) == {"desk", "xiayang", OTHER_STREET}, "all of them may go on reading"
    assert notices(case.last) == [("to", OTHER_STREET, "liaison", "转递（交办）单")]


@pytest.mark.parametrize("name", ["区交通委", "jiaotongwei", "交通（市政）部门"])
def test_a_unit_may_be_called_by_any_of_its_names(name):
    case = hazard_in(State.REGISTERED)
    case.give("assign", target=name)

    assert case.hazard.owner == BUREAU


@pytest.mark.requirement("MOD-16")
@pytest.mark.parametrize("target", ["供水企业", "区城运中心", "区清零办", "领导小组", "区政府"])
def test_only_units_that_handle_hazards_can_own_one(target):
    refusal = hazard_in(State.REGISTERED).refused("assign", target=target)

    assert (refusal.status, refusal.code) == (422, "T06.target-cannot-handle")


def test_an_unknown_unit_cannot_be_assigned():
    assert hazard_in(State.REGISTERED).refused("assign", target="火星街道").code == "T06.unknown-target"


def test_the_owner_signs_and_nobody_else():
    case = hazard_in(State.AWAITING_SIGNOFF)

    assert case.refused("sign", OTHER_LIAISON).code == "T17.not-your-right"
    assert case.refused("sign", HANDLER).code == "T17.not-your-right"
    case.give("sign", LIAISON)
    assert case.hazard.state is State.PLANNING
    assert ClockKey.SIGN not in case.hazard.clocks


def test_remediation_already_runs_while_the_unit_has_not_signed():
    case = hazard_in(State.AWAITING_SIGNOFF)
    transferred = case.now
    case.wait(hours=5)
    case.give("sign")

    assert case.clock(ClockKey.REMEDIATE).started == transferred
