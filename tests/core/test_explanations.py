"""forecast: what fires if nobody acts. explain: how a date came about, day by day."""

import pytest

from domain.forecast import explain, forecast
from domain.library import LIBRARY
from domain.state import Clock
from domain.values import ClockKey, Rung, Sla, State
from tests.builders import Case, at, calendar_of, hazard_in, loaded, plan, spoken

REMEDIATE = ClockKey.REMEDIATE


def foreseen(case: Case) -> list[tuple[str, str, str]]:
    return [(entry.clock, entry.rung or entry.type, spoken(entry.at)) for entry in look_ahead(case)]


def look_ahead(case: Case):
    return forecast(case.rules, case.hazard, case.now)


def test_a_forecast_lists_what_fires_with_when_and_to_whom():
    case = hazard_in(State.REMEDIATING)
    found = look_ahead(case)

    assert foreseen(case) == [
        ("remediate", "L0", "2026-03-06 09:00"),
        ("remediate", "overdue", "2026-03-09 24:00"),
        ("remediate", "L1", "2026-03-10 09:00"),
        ("remediate", "L2", "2026-03-12 09:00"),
        ("remediate", "L3", "2026-03-17 09:00"),
        ("remediate", "L4", "2026-03-24 09:00"),
        ("remediate", "L5", "2026-04-07 09:00"),
    ]
    assert [(n.unit, n.role) for n in found[2].notices] == [
        ("xiayang", "liaison"),
        ("xiayang", "deputy_leader"),
    ]
    assert [entry.sla for entry in found[:3]] == [Sla.DUE_SOON, Sla.OVERDUE, Sla.OVERDUE]
    assert found[2].zh == "L1 催办（整治）"
    assert found[5].en == "L4 admonishing talk: laid before the office to decide"


def test_a_forecast_changes_nothing():
    case = hazard_in(State.REMEDIATING)
    before = case.hazard.model_dump_json()
    look_ahead(case)

    assert case.hazard.model_dump_json() == before


@pytest.mark.parametrize("urgency", ["NORMAL", "URGENT", "FLASH"])
@pytest.mark.parametrize("state", list(State))
def test_a_forecast_is_what_then_really_happens(state, urgency):
    case = hazard_in(state, urgency=urgency)
    expected = look_ahead(case)
    rung = case.wait(days=900)

    assert [(e.at, e.type, e.clock, e.rung, e.notices) for e in expected] == [
        (e.at, e.type, e.clock, e.alarm.what if isinstance(e.alarm.what, Rung) else None, e.notices)
        for e in rung
    ]
    if expected:
        assert (expected[-1].state, expected[-1].sla) == (case.hazard.state, case.hazard.sla)
    assert look_ahead(case) == ()


@pytest.mark.requirement("LBK-01", "REM-03")
def test_a_cleared_hazard_foresees_its_look_back_and_what_follows_if_nobody_looks():
    case = hazard_in(State.CLEARED)

    assert [what for _, what, _ in foreseen(case)] == ["lookback_due", "overdue", "L1", "L2"]
    assert look_ahead(case)[-1].state is State.LOOK_BACK


@pytest.mark.requirement("N94")
def test_a_forecast_says_which_dates_are_provisional():
    case = hazard_in(State.REMEDIATING, now="2026-12-24 10:00")

    assert [(spoken(e.at)[:10], e.provisional) for e in look_ahead(case)] == [
        ("2026-12-30", False),
        ("2026-12-31", False),  # its midnight is an instant of 2027, and the day's own
        ("2027-01-01", True),
        ("2027-01-05", True),
        ("2027-01-08", True),
        ("2027-01-15", True),
        ("2027-01-28", True),
    ]


def test_what_is_already_due_is_foreseen_for_now():
    case = hazard_in(State.REMEDIATING)
    case.now = at("2026-03-10 10:00")  # nobody woke: three alarms are waiting

    assert [when for _, _, when in foreseen(case)][:3] == ["2026-03-10 10:00"] * 3


# ── explain ──────────────────────────────────────────────────────────────────────────────────────────


def explained(case: Case, key: ClockKey):
    clock = case.clock(key)
    return explain(rules_of(clock), clock)


def rules_of(clock: Clock):
    return LIBRARY.rules(clock.rules, clock.calendar)


@pytest.mark.requirement("N03", "N90", "CAD-07")
def test_a_date_is_explained_from_its_start_to_its_source():
    case = hazard_in(State.REMEDIATING, now="2026-09-22 10:28")
    found = explained(case, REMEDIATE)

    assert (spoken(found.started), str(found.limit), spoken(found.due)) == (
        "2026-09-22 10:30",
        "WD 5",
        "2026-09-30 24:00",
    )
    assert (found.row, found.source, found.provisional) == (
        "remediate-normal",
        "N03；延期后总时限 N04",
        False,
    )
    assert spoken(found.cap_due) == "2026-10-20 24:00"
    assert (found.calendar_version, found.calendar) == ("cn-2025+2026", case.calendar)
    assert found.zh == (
        "2026-09-22 10:30 起算，5个工作日（remediate-normal，N03；延期后总时限 N04）",
        "起始当日不计入",
        "跳过：09-25、09-26、09-27",
    )
    assert found.en == (
        "from 2026-09-22 10:30, 5 working days (remediate-normal, N03；延期后总时限 N04)",
        "the day of the event is not counted",
        "skipped: 09-25, 09-26, 09-27",
    )


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("now", ["2026-03-02 09:30", "2026-09-29 17:00", "2026-12-28 10:00"])
def test_the_days_counted_are_the_limit_and_end_on_its_last_day(state, now):
    case = hazard_in(state, now=now)

    for key, clock in case.hazard.clocks.items():
        found = explained(case, key)
        if clock.limit.kind == "H":
            assert found.days == ()
        else:
            assert [day.number for day in found.days if day.number] == list(range(1, clock.limit.n + 1))
            assert f"{found.days[-1].day} 24:00" == spoken(found.limit_due)


@pytest.mark.requirement("N90")
def test_days_moved_on_from_a_free_last_day_are_said_so():
    case = hazard_in(State.CLEARED, now="2026-09-17 09:03")

    assert explained(case, ClockKey.LOOKBACK).zh == (
        "2026-09-17 09:09 起算，30日（lookback.general.1，N71 (P)）",
        "起始当日不计入",
        "调休上班计入：09-20、10-10",
        "第30日 10-17 为休息日，顺延至 10-19",
    )


@pytest.mark.requirement("N23")
def test_hours_are_said_to_run_on():
    case = hazard_in(State.REMEDIATING, urgency="URGENT")

    assert explained(case, REMEDIATE).zh[1:] == ("按小时连续计算，不扣除节假日",)


def test_what_moved_the_date_is_said():
    planned, extended = hazard_in(State.PLANNING), hazard_in(State.REMEDIATING)
    planned.give("submit_plan", **plan("2026-03-05"))
    extended.give("request_extension")
    extended.give("decide_extension")

    assert "到点清零" in explained(planned, REMEDIATE).zh[-1]
    assert "延期" in explained(extended, REMEDIATE).zh[-1]
    assert spoken(explained(extended, REMEDIATE).due) == "2026-03-23 24:00"


@pytest.mark.requirement("N94")
def test_a_provisional_date_is_said_to_be_one_until_it_is_firm():
    case = hazard_in(State.REMEDIATING, now="2026-12-29 10:00")
    assert explained(case, REMEDIATE).zh[-1] == "所涉年度放假安排尚未公布，日期为暂定（N94）"

    loaded(case, calendar_of(2027, off=("2027-01-01",)))
    found = explained(case, REMEDIATE)
    assert not found.provisional
    assert "01-01" in found.zh[-1], "skipped now"
    assert all(day.published for day in found.days)


def test_a_date_is_explained_by_the_calendar_it_was_counted_with():
    case = hazard_in(State.REMEDIATING)
    loaded(case, calendar_of(2026, off=("2026-03-05",)))

    found = explained(case, REMEDIATE)
    assert spoken(found.due) == "2026-03-09 24:00"
    assert "03-05" not in "".join(found.zh)
