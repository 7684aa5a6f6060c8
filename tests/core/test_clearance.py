"""T25–T27: completion is reported, clearance assessed; the main clock stops and goes on."""

import pytest

from domain.values import ClockKey, Outcome, Rung, Sla, State
from tests.builders import (
    ALL_MET,
    ASSESSOR,
    DEPUTY,
    DESK,
    HANDLER,
    LIAISON,
    OFFICE,
    OTHER_STREET,
    Case,
    hazard_in,
    plan,
    seat,
    spoken,
)

REMEDIATE, ASSESS = ClockKey.REMEDIATE, ClockKey.ASSESS


def assessing() -> Case:
    return hazard_in(State.SELF_ASSESSMENT)


@pytest.mark.requirement("VER-01", "VER-02", "MOD-16")
def test_the_unit_that_cleared_it_recognises_the_clearance_of_a_general_hazard():
    case = assessing()
    case.give("assess_pass", ASSESSOR)

    assert (case.hazard.state, case.hazard.owner) == (State.CLEARED, "xiayang")
    assert case.hazard.strike_off == "XH-QP-2026-000101-1"
    assert spoken(case.hazard.cleared_at) == spoken(case.now)


@pytest.mark.requirement("VER-01")
@pytest.mark.parametrize(
    "actor", [seat(OTHER_STREET, "assessor"), OFFICE, DESK, LIAISON, DEPUTY], ids=lambda actor: actor.role
)
def test_nobody_else_recognises_it(actor):
    assert assessing().refused("assess_pass", actor).code == "T26.not-your-right"


@pytest.mark.requirement("VER-01")
@pytest.mark.parametrize("command", ["assess_pass", "assess_fail"])
@pytest.mark.parametrize(
    "person", [HANDLER.person, LIAISON.person], ids=["handler", "who reported completion"]
)
def test_nobody_assesses_his_own_work(command, person):
    case = hazard_in(State.REMEDIATING)
    case.give("report_completion", LIAISON)
    refusal = case.refused(command, seat("xiayang", "assessor", person))

    assert (refusal.status, refusal.code.partition(".")[2]) == (403, "assessor-is-handler")


@pytest.mark.requirement("VER-09")
@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([], "T26.goal-open"),
        ([{"goal": "G1", "met": True}], "T26.goal-open"),
        ([{"goal": "G1", "met": True}, {"goal": "G2", "met": False}], "T26.goal-open"),
        ([*ALL_MET, {"goal": "G2", "met": True}, {"goal": "G2", "met": False}], "T26.goal-open"),
        ([*ALL_MET, {"goal": "G2", "met": True}, {"goal": "G3", "met": True}], "T26.unknown-goal"),
    ],
    ids=["no result", "one missing", "one not met", "contradiction", "a goal nobody set"],
)
def test_the_clearance_is_decided_goal_by_goal(results, code):
    case = hazard_in(State.PLANNING)
    case.give("submit_plan", **plan("2026-03-06", goals=["拆除隔断", "清退住人"]))
    case.give("report_completion")

    refusal = case.refused("assess_pass", results=results)
    assert (refusal.status, refusal.code, refusal.requirement) == (422, code, "VER-09")
    assert case.give("assess_pass", results=[*ALL_MET, {"goal": "G2", "met": True}])


@pytest.mark.requirement("PLN-06")
@pytest.mark.parametrize("outcome", list(Outcome))
def test_completion_says_what_it_came_to(outcome):
    case = hazard_in(State.REMEDIATING)
    paper = {"evidence": [{"kind": "document", "ref": "裁定书"}], "case_reference": "沪青公〔2026〕7号"}
    case.give("report_completion", outcome=outcome, **paper)

    assert case.hazard.completion.outcome is outcome
    assert case.hazard.completion.by.person == HANDLER.person


# ── I6: the main clock stops with the submission and goes on as if it had not ─────────────────────────


def test_a_hazard_submitted_in_time_is_not_late_while_it_is_assessed():
    case = hazard_in(State.REMEDIATING)  # due 03-09 24:00
    case.wait_until("2026-03-09 23:50")
    case.give("report_completion")
    rung = case.wait_until("2026-03-11 23:50")

    assert rung == [] == case.jump_to("2026-03-11 23:59"), "no overdue event while the main clock is stopped"
    assert case.hazard.sla is Sla.ON_TIME
    assert spoken(case.clock(REMEDIATE).stopped_at) == "2026-03-09 23:50"
    assert case.due(REMEDIATE) == "2026-03-09 24:00", "it keeps its dates"


def test_the_assessor_has_a_deadline_of_his_own():
    case = assessing()
    case.wait_until("2026-03-05 09:00")

    assert (case.hazard.sla, case.hazard.level) == (Sla.OVERDUE, Rung.L1)
    assert [event.clock for event in case.events if event.alarm] == [ASSESS, ASSESS]


def test_after_a_failed_assessment_the_main_clock_goes_on_as_if_it_had_not_stopped():
    case = hazard_in(State.REMEDIATING)
    case.wait_until("2026-03-09 23:50")
    case.give("report_completion")
    case.wait_until("2026-03-11 10:00")
    case.give("assess_fail")
    assert case.hazard.state is State.REMEDIATING
    assert case.clock(REMEDIATE).running

    caught_up = case.wait(seconds=0)
    assert [(event.alarm.what, spoken(event.alarm.at)) for event in caught_up] == [
        ("due", "2026-03-09 24:00"),
        (Rung.L1, "2026-03-10 09:00"),
    ]
    assert case.hazard.sla is Sla.OVERDUE


def test_nobody_is_criticised_before_he_has_been_urged():
    """The assessor took three weeks: the unit is urged at once, and has its days to state a reason (N07)."""
    case = hazard_in(State.REMEDIATING)
    case.wait_until("2026-03-09 23:50")
    case.give("report_completion")
    case.wait_until("2026-03-30 10:00")
    case.give("assess_fail")

    assert [event.alarm.what for event in case.wait(seconds=0)] == ["due", Rung.L1]
    climbed = case.wait_until("2026-05-01 10:00")
    assert [(event.alarm.what, spoken(event.alarm.at)) for event in climbed] == [
        (Rung.L2, "2026-04-01 09:00"),
        (Rung.L3, "2026-04-07 09:00"),
        (Rung.L4, "2026-04-14 09:00"),
        (Rung.L5, "2026-04-27 09:00"),
    ]


def test_an_urgent_hazard_climbs_by_the_hour_after_a_failed_assessment():
    case = hazard_in(State.REMEDIATING, urgency="URGENT")
    case.give("report_completion")
    case.wait(hours=30)
    failed_at = case.now
    case.give("assess_fail")

    assert [event.alarm.what for event in case.wait(seconds=0)] == ["due", Rung.L1]
    climbed = case.wait(hours=24)
    hours = [(event.alarm.what, (event.alarm.at - failed_at).total_seconds() / 3600) for event in climbed]
    assert hours == [(Rung.L2, 3), (Rung.L3, 23)]


def test_submitted_late_it_keeps_its_rung_while_it_is_assessed():
    case = hazard_in(State.REMEDIATING)
    case.wait_until("2026-03-12 10:00")
    case.give("report_completion")

    assert (case.hazard.level, case.hazard.sla) == (Rung.L2, Sla.ON_TIME)
    case.give("assess_pass")
    assert (case.hazard.level, case.hazard.highest) == (Rung.L0, {"xiayang": Rung.L2})


def test_a_cleared_hazard_has_only_its_look_back_ahead():
    case = hazard_in(State.CLEARED)

    assert list(case.hazard.clocks) == [ClockKey.LOOKBACK]
    assert case.hazard.sla is Sla.ON_TIME
