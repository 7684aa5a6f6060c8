"""Listed hazards beyond the table's rows: how parts move with the whole, and what stays whatever happens."""

import pytest

from domain.forecast import explain, forecast
from domain.ladder import next_wakeup
from domain.library import LIBRARY
from domain.values import ClockKey, Mode, Rung, State, SubtaskState
from tests.builders import (
    BUREAU,
    OFFICE,
    SPONSOR,
    STREET,
    Case,
    finish,
    hazard_in,
    listed_in,
    seat,
    shared_plan,
    spoken,
)


def part_of(case: Case, unit: str = STREET):
    return case.hazard.subtask(unit)


def due_of(case: Case, unit: str = STREET, key: str = "remediate") -> str:
    return spoken(case.hazard.clocks[f"{key}@{unit}"].due)


@pytest.mark.requirement("PLN-02")
def test_no_part_of_a_listed_hazard_is_reported_done_before_there_is_a_plan():
    case = listed_in(State.PLANNING)

    assert case.hazard.plan is None
    assert case.refused("report_subtask", seat(STREET, "liaison")).code.endswith(".wrong-state")


@pytest.mark.requirement("PLN-01", "PLN-04")
def test_a_node_with_a_unit_dates_its_part_and_one_without_dates_the_whole():
    case = listed_in(State.PLANNING)
    nodes = shared_plan(case, "2026-05-20", **{STREET: "2026-04-10"})["milestones"]
    case.give(
        "submit_plan",
        **shared_plan(case, "2026-05-20", **{STREET: "2026-04-10"})
        | {"milestones": [*nodes, {"what": "总体报结", "due": "2026-05-25"}]},
    )
    assert case.due(ClockKey.REMEDIATE) == "2026-06-01 24:00", "nothing moves before the plan is approved"
    case.give("plan_approve")

    assert (due_of(case), due_of(case, BUREAU)) == ("2026-04-10 24:00", "2026-05-20 24:00")
    assert case.due(ClockKey.REMEDIATE) == "2026-05-25 24:00"


@pytest.mark.requirement("MOD-13")
def test_only_the_sponsor_of_this_hazard_or_the_office_for_him_decides():
    case = listed_in(State.PLANNING)
    case.give("request_extension")
    case.give("submit_plan")
    other = seat("qzf", "sponsor", "another-vice-mayor")

    assert case.refused("decide_extension", other).code == "T22.not-your-right"
    assert case.refused("plan_approve", other).code == "T20.not-your-right"
    case.give("decide_extension", SPONSOR)
    assert case.hazard.state is State.PLAN_REVIEW, "an extension asked for while planning is decided here too"
    assert case.hazard.extension.decision == "granted"


@pytest.mark.requirement("N44")
def test_a_granted_extension_moves_the_parts_whose_nodes_it_revises():
    case = listed_in(State.PLANNING)
    case.give("submit_plan", **shared_plan(case, "2026-05-20"))
    case.give("plan_approve")
    case.give("request_extension", until="2026-07-31", nodes=[{"id": "N2", "due": "2026-07-10"}])
    case.give("decide_extension", SPONSOR)

    assert case.due(ClockKey.REMEDIATE) == "2026-07-31 24:00"
    assert (due_of(case), due_of(case, BUREAU)) == ("2026-07-10 24:00", "2026-05-20 24:00")
    assert str(case.hazard.plan.milestones[1].due) == "2026-07-10"
    assert case.hazard.listing.extensions == 1


@pytest.mark.requirement("REM-04")
def test_under_key_control_no_part_is_due_and_a_resumption_dates_those_still_open():
    case = listed_in(State.REMEDIATING)
    finish(case, BUREAU)
    case.give("enter_key_control", SPONSOR)
    assert not any(clock.key is ClockKey.REMEDIATE for clock in case.hazard.clocks.values())

    case.give("resume", OFFICE, until="2026-05-08")

    assert (due_of(case), f"remediate@{BUREAU}" in case.hazard.clocks) == ("2026-05-08 24:00", False)


@pytest.mark.requirement("MOD-03")
def test_a_confirmed_part_that_is_sent_back_is_done_again():
    case = listed_in(State.REMEDIATING)
    finish(case, STREET)
    case.give("send_back_subtask", unit=STREET)

    assert (part_of(case).state, due_of(case, key="rework")) == (SubtaskState.REWORK, "2026-03-17 24:00")


@pytest.mark.requirement("LBK-03", "VER-06")
def test_a_relapse_opens_every_part_again_under_the_same_sponsor():
    case = listed_in(State.LOOK_BACK)
    before = case.hazard
    case.give("lookback_relapse", OFFICE)
    hazard = case.hazard

    assert (hazard.state, hazard.mode, hazard.round, hazard.owner) == (State.PLANNING, Mode.LISTED, 2, BUREAU)
    assert (hazard.listing.sponsor, hazard.listing.removed_at) == (before.listing.sponsor, None)
    assert {one.state for one in hazard.subtasks} == {SubtaskState.IN_PROGRESS}
    assert ClockKey.REMOVAL_NOTICE not in hazard.clocks, "what is listed again is not removed"
    case.give("submit_plan")
    case.give("plan_approve")
    for unit in (BUREAU, STREET):
        finish(case, unit)
    for command in ("report_completion", "assess_pass", "accept_pass"):
        case.give(command)
    assert (case.hazard.state, case.hazard.strike_off) == (State.CLEARED, f"XH-{hazard.id}-2")
    assert case.replayed() == case.hazard


@pytest.mark.requirement("SUP-01", "MOD-16")
def test_a_late_part_climbs_its_own_ladder_and_leaves_the_whole_on_time():
    case = listed_in(State.PLANNING)
    case.give("submit_plan", **shared_plan(case, "2026-05-29", **{STREET: "2026-03-10"}))
    case.give("plan_approve")
    case.wait_until("2026-03-11 09:00")

    assert (part_of(case).level, part_of(case).sla.value) == (Rung.L2, "OVERDUE")
    assert (case.hazard.level, case.hazard.sla.value, case.hazard.highest[STREET]) == (
        Rung.L0,
        "ON_TIME",
        Rung.L2,
    )
    finish(case, STREET)
    assert (part_of(case).level, part_of(case).highest) == (Rung.L0, Rung.L2)


def test_forecast_and_explanation_know_whose_part_a_clock_times():
    case = listed_in(State.REMEDIATING)
    foreseen = forecast(case.rules, case.hazard, case.now)
    rung = case.wait_until(foreseen[-1].at)

    assert [(one.at, one.type, one.subtask, one.notices) for one in foreseen] == [
        (event.at, event.type, event.subtask, event.notices) for event in rung
    ]
    assert any("夏阳街道·整治" in one.zh for one in foreseen)
    clock = listed_in(State.REMEDIATING).hazard.clocks[f"remediate@{STREET}"]
    assert explain(LIBRARY.rules(clock.rules, clock.calendar), clock).subtask == STREET


def test_what_already_lies_before_the_office_gains_no_time_by_a_request_for_a_listing():
    case = hazard_in(State.UNDER_TRIAGE)
    before = case.clock(ClockKey.TRIAGE)
    case.wait(hours=30)
    case.give("request_listing", OFFICE)

    assert case.clock(ClockKey.TRIAGE) == before
    assert next_wakeup(case.hazard) == before.alarms[0].at
