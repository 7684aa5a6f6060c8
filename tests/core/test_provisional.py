"""N94: dates in a year nobody has published are provisional, and firm once its calendar is loaded."""

import pytest

from domain.organisation import SYSTEM
from domain.values import ClockKey, Rung, Sla, State
from tests.builders import (
    CALENDAR,
    DESK,
    OFFICE,
    Case,
    calendar_of,
    hazard_in,
    loaded,
    plan,
    spoken,
)

REMEDIATE = ClockKey.REMEDIATE

# The shipped calendars end with 2026. These hazards start in its last days; Friday 2027-01-01 is counted
# as a working day until somebody says that it is not.
YEAR_2027 = calendar_of(2027, off=("2027-01-01", "2027-01-04"), make_up=("2027-01-02",))


@pytest.mark.requirement("N94")
def test_a_date_in_an_unpublished_year_is_provisional_until_its_calendar_is_loaded():
    case = hazard_in(State.REMEDIATING, now="2026-12-29 10:00")
    assert (case.due(REMEDIATE), case.clock(REMEDIATE).provisional) == ("2027-01-05 24:00", True)

    digest = loaded(case, YEAR_2027)
    assert (case.due(REMEDIATE), case.clock(REMEDIATE).provisional) == ("2027-01-06 24:00", False)
    assert (case.hazard.calendar, case.clock(REMEDIATE).calendar) == (digest, digest)
    assert case.last.type == "load_calendar", "the change is in the history"
    assert [clock.key for clock in case.last.changes.clocks] == [REMEDIATE]
    assert [spoken(event.at) for event in case.wait_until("2027-01-07 09:00")] == [
        "2027-01-05 09:00",  # L0, a working day before
        "2027-01-06 24:00",
        "2027-01-07 09:00",
    ]


@pytest.mark.requirement("N94")
def test_firm_dates_stay_when_another_calendar_is_loaded():
    case = hazard_in(State.REMEDIATING)
    before = case.hazard.clocks
    loaded(case, calendar_of(2026, off=("2026-03-05", "2026-03-06")))

    assert case.hazard.clocks == before, "I5: what has started keeps the calendar it started under"
    case.give("report_completion")
    assert case.due(ClockKey.ASSESS) == "2026-03-04 24:00"
    case.give("assess_fail")
    case.wait_until("2026-03-04 10:00")
    case.give("report_completion")
    assert case.due(ClockKey.ASSESS) == "2026-03-10 24:00", "what starts from now on counts by the new one"


@pytest.mark.requirement("N94")
def test_a_firm_date_with_rungs_in_an_unpublished_year_gets_its_rungs_counted_again():
    case = hazard_in(State.REMEDIATING, now="2026-12-24 10:00")
    assert (case.due(REMEDIATE), case.clock(REMEDIATE).provisional) == ("2026-12-31 24:00", False)
    assert case.clock(REMEDIATE).unpublished

    loaded(case, YEAR_2027)
    assert case.due(REMEDIATE) == "2026-12-31 24:00"
    assert case.clock(REMEDIATE).calendar == case.calendar, (
        "the date still follows from the calendar it was counted by"
    )
    rung = [(event.alarm.what, spoken(event.at)) for event in case.wait_until("2027-01-06 09:00")]
    assert rung == [
        (Rung.L0, "2026-12-30 09:00"),
        ("due", "2026-12-31 24:00"),
        (Rung.L1, "2027-01-02 09:00"),  # a Saturday that is worked
        (Rung.L2, "2027-01-06 09:00"),
    ]


def test_rungs_that_have_rung_do_not_ring_again():
    case = hazard_in(State.REMEDIATING, now="2026-12-24 10:00")
    case.wait_until("2027-01-01 09:00")  # L1 went out on what turns out to be New Year
    loaded(case, YEAR_2027)

    assert [event.alarm.what for event in case.wait_until("2027-02-28 00:00")] == ["L2", "L3", "L4", "L5"]


def test_a_hazard_that_was_late_only_by_a_wrong_calendar_is_not_late():
    case = hazard_in(State.REMEDIATING, now="2026-12-29 10:00")  # due 01-05, or so it seemed
    case.wait_until("2027-01-06 09:00")
    assert (case.hazard.sla, case.hazard.level) == (Sla.OVERDUE, Rung.L1)

    loaded(case, YEAR_2027)  # in truth 01-06
    assert (case.hazard.sla, case.hazard.level) == (Sla.ON_TIME, Rung.L0)
    assert case.hazard.highest == {"xiayang": Rung.L1}
    assert [event.alarm.what for event in case.wait_until("2027-01-07 09:00")] == ["due", Rung.L1]


@pytest.mark.requirement("N94")
def test_a_look_back_in_an_unpublished_year_moves_with_its_calendar():
    case = hazard_in(State.CLEARED, now="2026-12-02 10:00")  # 30 days on is 2027-01-01
    assert (case.due(ClockKey.LOOKBACK), case.clock(ClockKey.LOOKBACK).provisional) == (
        "2027-01-01 24:00",
        True,
    )

    loaded(case, YEAR_2027)
    assert (case.due(ClockKey.LOOKBACK), case.clock(ClockKey.LOOKBACK).provisional) == (
        "2027-01-02 24:00",
        False,
    )


def test_a_plan_s_own_date_is_firm_in_any_year():
    case = hazard_in(State.PLANNING, now="2026-12-29 10:00")
    case.give("submit_plan", **plan("2027-01-04"))
    assert not case.clock(REMEDIATE).provisional

    loaded(case, YEAR_2027)
    assert case.due(REMEDIATE) == "2027-01-04 24:00", "到点清零: the plan said so, free day or not"


def test_a_date_that_was_granted_stands_as_it_was_granted():
    case = hazard_in(State.REMEDIATING, now="2026-12-24 10:00")
    case.give("request_extension", until="2027-01-08")
    case.give("decide_extension")
    loaded(case, YEAR_2027)

    assert (case.due(REMEDIATE), case.clock(REMEDIATE).provisional) == ("2027-01-08 24:00", False)


@pytest.mark.requirement("N94")
def test_a_stopped_clock_is_counted_again_too():
    case = hazard_in(State.SELF_ASSESSMENT, now="2026-12-29 10:00")
    loaded(case, YEAR_2027)

    assert case.due(REMEDIATE) == "2027-01-06 24:00"
    assert not case.clock(REMEDIATE).running


def test_hours_are_never_provisional():
    case = hazard_in(State.REPORTED, urgency="URGENT", now="2026-12-31 23:00")

    assert (case.due(ClockKey.VERIFY), case.clock(ClockKey.VERIFY).provisional) == ("2027-01-01 01:00", False)


@pytest.mark.parametrize("actor", [DESK, OFFICE])
def test_loading_a_calendar_is_administration(actor):
    case = hazard_in(State.REMEDIATING)
    refusal = case.refused("load_calendar", actor, calendar=case.calendar)

    assert (refusal.status, refusal.code) == (403, "N94.not-your-right")
    assert case.give("load_calendar", SYSTEM, calendar=case.calendar)


def test_a_closed_hazard_needs_no_calendar():
    case = hazard_in(State.CLOSED)

    assert case.refused("load_calendar", calendar=case.calendar).code == "N94.wrong-state"


def test_the_shipped_calendars_end_where_these_tests_say():
    assert not CALENDAR.publishes(YEAR_2027.days_off[0])
    assert Case().rules.calendar == CALENDAR
