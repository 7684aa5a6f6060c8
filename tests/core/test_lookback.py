"""T30–T32: a cleared hazard is watched, closes with its last look-back, and relapses as itself."""

import pytest

from domain.values import CalendarDays, ClockKey, Mode, Rung, State
from tests.builders import (
    ASSESSOR,
    DESK,
    LIAISON,
    OFFICE,
    OTHER_LIAISON,
    Case,
    district,
    hazard_in,
    notices,
    plan,
    seat,
    spoken,
)

LOOKBACK, LOOKBACK_DO = ClockKey.LOOKBACK, ClockKey.LOOKBACK_DO


@pytest.mark.requirement("LBK-01", "LBK-02")
def test_a_look_back_opens_by_itself_and_has_its_own_deadline():
    case = hazard_in(State.CLEARED, now="2026-09-17 09:03")  # 30 days on is Saturday 10-17
    assert case.due(LOOKBACK) == "2026-10-19 24:00"

    (opened,) = case.wait_until("2026-10-19 09:00")
    assert (opened.type, opened.rule) == ("lookback_due", "T30")
    assert case.hazard.state is State.LOOK_BACK
    assert case.due(LOOKBACK_DO) == "2026-10-26 24:00"
    assert notices(opened) == [("to", "xiayang", "liaison", "回头看通知")]


@pytest.mark.requirement("LBK-01")
def test_the_last_look_back_that_holds_closes_the_hazard():
    case = hazard_in(State.LOOK_BACK)
    case.give("lookback_pass")

    assert case.hazard.state is State.CLOSED
    assert not case.hazard.clocks


@pytest.mark.requirement("LBK-01")
def test_where_more_look_backs_are_set_it_stays_on_watch_till_the_last():
    twice = district(lookbacks={Mode.GENERAL: (CalendarDays(30), CalendarDays(90))})
    case = hazard_in(State.CLEARED, book=twice)
    cleared = case.hazard.cleared_at
    case.wait(days=35)
    case.give("lookback_pass")
    assert (case.hazard.state, case.hazard.lookbacks_done) == (State.CLEARED, 1)
    assert case.clock(LOOKBACK).started == cleared, "counted from the clearance, not from the last look-back"

    case.wait(days=60)
    case.give("lookback_pass")
    assert case.hazard.state is State.CLOSED


@pytest.mark.requirement("LBK-01")
@pytest.mark.parametrize("actor", [LIAISON, ASSESSOR, OFFICE], ids=lambda actor: actor.role)
def test_the_unit_itself_or_the_office_looks_back(actor):
    assert hazard_in(State.LOOK_BACK).give("lookback_pass", actor)
    assert hazard_in(State.LOOK_BACK).give("lookback_relapse", actor)


def test_nobody_looks_back_at_another_unit_s_hazard():
    assert not hazard_in(State.LOOK_BACK).may("lookback_pass", OTHER_LIAISON)
    assert not hazard_in(State.LOOK_BACK).may("lookback_relapse", seat("desk", "desk"))


# ── relapse ──────────────────────────────────────────────────────────────────────────────────────────


def relapsed() -> Case:
    case = hazard_in(State.LOOK_BACK)
    case.wait_until("2026-04-07 10:00")
    case.give("lookback_relapse")
    return case


@pytest.mark.requirement("LBK-03")
def test_a_relapse_opens_a_new_round_of_the_same_hazard():
    case = relapsed()
    hazard = case.hazard

    assert (hazard.id, hazard.state, hazard.round, hazard.relapses) == (
        "QP-2026-000101",
        State.PLANNING,
        2,
        1,
    )
    assert (case.due(ClockKey.REMEDIATE), case.due(ClockKey.PLAN)) == ("2026-04-14 24:00", "2026-04-09 24:00")
    assert (hazard.plan, hazard.completion, hazard.extension) == (None, None, None)
    assert (hazard.cleared_at, hazard.strike_off, hazard.relapse_until) == (None, None, None)
    assert hazard.handler is not None, "who did it last time stays responsible (REM-01)"


@pytest.mark.requirement("LBK-03", "VER-05")
def test_the_old_striking_off_stays_in_the_ledger_and_the_new_one_has_its_own_number():
    case = relapsed()
    case.give("submit_plan", **plan("2026-04-10"))
    case.give("report_completion")
    case.give("assess_pass")

    struck_off = [event.changes.strike_off for event in case.events if event.changes.strike_off]
    assert struck_off == ["XH-QP-2026-000101-1", "XH-QP-2026-000101-2"]


def test_a_new_round_climbs_its_own_ladder_and_the_highest_rung_stays():
    case = hazard_in(State.REMEDIATING)
    case.wait_until("2026-03-12 10:00")
    for command in ("report_completion", "assess_pass", "confirm_relapse"):
        case.give(command)

    assert case.hazard.level is Rung.L0
    assert case.hazard.highest == {"xiayang": Rung.L2}


def test_the_second_relapse_proposes_an_upgrade():
    case = relapsed()
    assert case.hazard.proposals == ()
    for command in ("submit_plan", "report_completion", "assess_pass", "confirm_relapse"):
        case.give(command)
    assert (case.hazard.relapses, case.hazard.proposals) == (2, ("upgrade",))

    for command in ("submit_plan", "report_completion", "assess_pass", "confirm_relapse"):
        case.give(command)
    assert case.hazard.proposals == ("upgrade",), "a third relapse proposes nothing new"


@pytest.mark.requirement("LBK-03")
def test_a_new_report_within_180_days_may_be_this_hazard_again():
    case = hazard_in(State.CLEARED)  # cleared on 2026-03-02
    assert spoken(case.hazard.relapse_until) == "2026-08-31 24:00", "03-02 + 180 days is Saturday 08-29"

    case.wait_until("2026-08-31 23:59")
    assert case.may("confirm_relapse", DESK)
    assert case.may("confirm_relapse", OFFICE)
    case.wait(minutes=1)
    refusal = case.refused("confirm_relapse")
    assert (refusal.status, refusal.code) == (409, "T32.window-over")


def test_a_hazard_is_not_its_own_relapse():
    refusal = hazard_in(State.CLEARED).refused("confirm_relapse", matched="QP-2026-000101")

    assert (refusal.status, refusal.code) == (422, "T32.itself")


@pytest.mark.requirement("LBK-03")
def test_what_was_cleared_on_the_spot_relapses_into_ordinary_remediation():
    case = Case().report(
        seat("xiayang", "discoverer"),
        channel="grid_patrol",
        code="S06-07",
        evidence=[{"kind": "before", "ref": "p"}],
    )
    case.give("clear_on_spot")
    case.give("confirm_relapse")

    assert not case.hazard.cleared_on_spot
    assert case.hazard.state is State.PLANNING
    assert notices(case.last) == [("to", "xiayang", "liaison", "回潮通知")]
