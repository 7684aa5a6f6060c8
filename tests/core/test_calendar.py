"""Working days: the dates of the process's own scenarios, and what must hold for every calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, DayKind, Span
from domain.values import SHANGHAI, CalendarDays, Hours, Limit, LimitKind, WorkingDays, end_of, last_day
from profiles.loader import shipped_calendar

CALENDAR = shipped_calendar()
ONLY_2026 = shipped_calendar(2026)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def day(text: str) -> date:
    return date.fromisoformat(text)


# ── the dates of process.md §3.6, computed by script from the real 2026 calendar ─────────────────────

SCENARIO_DATES = [
    # what, start, limit, the day at whose 24:00 it ends
    ("SC-1 look-back, Saturday rolls to Monday", "2026-09-17 09:10", "CD 30", "2026-10-19"),
    ("SC-1 carrying out the look-back", "2026-10-19 09:00", "WD 5", "2026-10-26"),
    ("SC-2 sign-off", "2026-09-22 10:30", "WD 1", "2026-09-23"),
    ("SC-2 remediation over Mid-Autumn", "2026-09-22 10:30", "WD 5", "2026-09-30"),
    ("SC-2 plan", "2026-09-22 16:00", "WD 2", "2026-09-24"),
    ("SC-2 decision on the extension", "2026-09-29 15:00", "WD 1", "2026-09-30"),
    ("SC-2 extension over National Day", "2026-09-22 10:30", "WD 15", "2026-10-20"),
    ("SC-2 look-back", "2026-10-19 16:00", "CD 30", "2026-11-18"),
    ("SC-2 second round", "2026-11-18 10:00", "WD 5", "2026-11-25"),
    ("SC-2 second look-back", "2026-11-24 15:00", "CD 30", "2026-12-24"),
    ("SC-3 triage", "2026-09-23 09:30", "WD 3", "2026-09-29"),
    ("SC-3 sign-off", "2026-09-28 15:00", "WD 1", "2026-09-29"),
    ("SC-3 remediation, upgraded", "2026-09-28 15:00", "CD 30", "2026-10-28"),
    ("SC-3 plan, a Saturday is worked", "2026-09-29 09:20", "WD 5", "2026-10-12"),
    ("SC-3 recognition", "2026-10-23 16:00", "WD 3", "2026-10-28"),
    ("SC-3 rework", "2026-10-27 10:00", "WD 3", "2026-10-30"),
    ("SC-3 second recognition", "2026-10-30 11:00", "WD 3", "2026-11-04"),
    ("SC-3 first look-back", "2026-11-02 14:00", "CD 30", "2026-12-02"),
    ("SC-5 triage", "2026-03-09 10:00", "WD 3", "2026-03-12"),
    ("SC-5 listing review", "2026-03-11 15:00", "WD 7", "2026-03-20"),
    ("SC-5 listed remediation", "2026-03-17 11:00", "CD 90", "2026-06-15"),
    ("SC-5 filing", "2026-03-17 11:00", "WD 3", "2026-03-20"),
    ("SC-5 announcement", "2026-03-17 11:00", "WD 5", "2026-03-24"),
    ("SC-5 plan", "2026-03-17 11:00", "WD 10", "2026-03-31"),
    ("SC-5 plan review", "2026-03-27 10:00", "WD 3", "2026-04-01"),
    ("SC-5 decision over Labour Day", "2026-05-14 10:00", "WD 10", "2026-05-28"),
    ("SC-5 extended by 45 days", "2026-03-17 11:00", "CD 135", "2026-07-30"),
    ("SC-5 acceptance", "2026-07-20 10:00", "CD 10", "2026-07-30"),
    ("SC-5 rework", "2026-07-27 14:00", "CD 15", "2026-08-11"),
    ("SC-5 second acceptance", "2026-08-07 10:00", "CD 10", "2026-08-17"),
    ("SC-5 removal notice", "2026-08-12 10:00", "WD 5", "2026-08-19"),
    ("SC-5 second look-back", "2026-08-12 10:00", "CD 90", "2026-11-10"),
    ("SC-7 petition notice over Dragon Boat", "2026-06-10 10:00", "CD 15", "2026-06-25"),
    ("SC-7 petition, Sunday rolls to Monday", "2026-06-10 10:00", "CD 60", "2026-08-10"),
    ("SC-7 look-back", "2026-06-30 16:00", "CD 30", "2026-07-30"),
]


@pytest.mark.requirement("N90", "N93")
@pytest.mark.parametrize(
    ("start", "limit", "ends"), [row[1:] for row in SCENARIO_DATES], ids=[row[0] for row in SCENARIO_DATES]
)
def test_dates_of_the_scenarios(start, limit, ends):
    deadline = CALENDAR.deadline(at(start), Limit.parse(limit))

    assert deadline.due == end_of(day(ends))
    assert not deadline.provisional


@pytest.mark.requirement("N07", "N44", "N66")
@pytest.mark.parametrize(
    ("due", "working_days", "fires"),
    [
        ("2026-09-30", -1, "2026-09-29"),  # SC-2: reminder before the first due day
        ("2026-10-20", -1, "2026-10-19"),  # SC-2: and before the extended one
        ("2026-10-26", -3, "2026-10-21"),  # SC-3
        ("2026-06-15", -20, "2026-05-18"),  # SC-5: last day to ask for an extension
        ("2026-07-30", -20, "2026-07-02"),  # SC-5: reminders of a listed hazard
        ("2026-07-30", -5, "2026-07-23"),
        ("2026-04-24", 1, "2026-04-27"),  # SC-5: a rung after the weekend
        ("2026-03-18", 1, "2026-03-19"),
    ],
)
def test_rungs_and_reminders_count_working_days_from_the_due_day(due, working_days, fires):
    assert CALENDAR.shift(day(due), working_days) == day(fires)


# ── N90: which day counts ────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("N90")
def test_the_day_of_the_event_is_not_counted():
    assert CALENDAR.deadline(at("2026-09-21 00:00"), WorkingDays(1)).due == end_of(day("2026-09-22"))
    assert CALENDAR.deadline(at("2026-09-21 23:59"), WorkingDays(1)).due == end_of(day("2026-09-22"))


@pytest.mark.requirement("N90")
def test_twenty_four_hundred_is_the_midnight_that_begins_the_next_day():
    due = CALENDAR.deadline(at("2026-09-22 10:30"), WorkingDays(5)).due

    assert due.isoformat() == "2026-10-01T00:00:00+08:00"
    assert last_day(due) == day("2026-09-30")


@pytest.mark.requirement("N90")
def test_a_day_belongs_to_shanghai_wherever_the_clock_was_read():
    late_in_utc = datetime(2026, 9, 21, 17, 0, tzinfo=UTC)  # 01:00 of the 22nd in Shanghai

    assert CALENDAR.deadline(late_in_utc, WorkingDays(1)).due == end_of(day("2026-09-23"))


def test_a_time_without_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        CALENDAR.deadline(datetime(2026, 9, 21, 9, 0), WorkingDays(1))  # noqa: DTZ001


@pytest.mark.requirement("N90")
def test_calendar_days_move_only_when_the_last_is_free():
    over_the_holiday = CALENDAR.deadline(at("2026-09-28 15:00"), CalendarDays(30))
    into_the_holiday = CALENDAR.deadline(at("2026-09-28 15:00"), CalendarDays(5))

    assert last_day(over_the_holiday.due) == day("2026-10-28"), "free days in between count"
    assert last_day(into_the_holiday.due) == day("2026-10-08"), "10-03 is free until the 8th"


@pytest.mark.requirement("N90")
def test_calendar_days_may_end_on_a_saturday_that_is_worked():
    assert last_day(CALENDAR.deadline(at("2026-09-30 09:00"), CalendarDays(10)).due) == day("2026-10-10")


@pytest.mark.requirement("N20", "N23")
def test_hours_run_through_nights_weekends_and_holidays():
    deadline = CALENDAR.deadline(at("2026-09-30 22:15"), Hours(36))

    assert deadline.due == at("2026-10-02 10:15")
    assert not deadline.provisional
    assert CALENDAR.derivation(at("2026-09-30 22:15"), Hours(36)) == ()


# ── N93: the State Council's arrangement ─────────────────────────────────────────────────────────────


@pytest.mark.requirement("N93")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2025-01-26", DayKind.MAKE_UP),
        ("2025-01-28", DayKind.HOLIDAY),
        ("2025-10-08", DayKind.HOLIDAY),
        ("2026-01-04", DayKind.MAKE_UP),
        ("2026-02-23", DayKind.HOLIDAY),
        ("2026-02-28", DayKind.MAKE_UP),
        ("2026-09-20", DayKind.MAKE_UP),
        ("2026-09-25", DayKind.HOLIDAY),
        ("2026-09-26", DayKind.WEEKEND),
        ("2026-10-08", DayKind.WORKING),
        ("2026-10-10", DayKind.MAKE_UP),
        ("2026-10-11", DayKind.WEEKEND),
    ],
)
def test_kinds_of_days(text, kind):
    assert CALENDAR.kind(day(text)) is kind


@pytest.mark.requirement("N93")
@pytest.mark.parametrize(("year", "off", "made_up"), [(2025, 18, 5), (2026, 19, 6)])
def test_each_year_has_the_days_of_its_arrangement(year, off, made_up):
    calendar = shipped_calendar(year)

    assert (len(calendar.days_off), len(calendar.make_up_days)) == (off, made_up)
    assert calendar.version == f"cn-{year}"
    assert calendar.publishes(date(year, 1, 1))
    assert calendar.publishes(date(year, 12, 31))
    assert not calendar.publishes(date(year + 1, 1, 1))


def test_all_years_together_are_named_after_their_years():
    assert CALENDAR.version == "cn-2025+2026"
    assert shipped_calendar(2026, 2025) == CALENDAR


def test_deadlines_cross_the_new_year():
    deadline = CALENDAR.deadline(at("2025-12-30 09:00"), WorkingDays(3))

    assert last_day(deadline.due) == day("2026-01-05"), "12-31, Sunday 01-04 made up, 01-05"
    assert not deadline.provisional


# ── N94: a year that is not published ────────────────────────────────────────────────────────────────


@pytest.mark.requirement("N94")
@pytest.mark.parametrize(
    ("start", "limit", "ends"),
    [
        ("2026-11-02 14:00", "CD 90", "2027-02-01"),  # SC-3: 2027-01-31 is a Sunday
        ("2026-08-12 10:00", "CD 180", "2027-02-08"),  # SC-5
        ("2026-12-30 10:00", "WD 3", "2027-01-04"),
    ],
)
def test_a_date_in_an_unpublished_year_is_provisional(start, limit, ends):
    deadline = CALENDAR.deadline(at(start), Limit.parse(limit))

    assert deadline.provisional
    assert deadline.due == end_of(day(ends)), "counted Monday to Friday"


@pytest.mark.requirement("N94")
def test_calendar_days_that_only_pass_through_are_not_provisional():
    assert not ONLY_2026.deadline(at("2025-12-20 10:00"), CalendarDays(30)).provisional


@pytest.mark.requirement("N94")
def test_a_working_saturday_of_a_year_loaded_later_changes_how_the_date_is_counted():
    year_2027 = Calendar(
        version="2027",
        spans=(Span(first=day("2027-01-01"), last=day("2027-12-31")),),
        days_off=(day("2027-01-01"),),
        make_up_days=(day("2027-01-02"),),
    )
    start, limit = at("2026-12-30 10:00"), WorkingDays(3)

    before = CALENDAR.deadline(start, limit)
    after = CALENDAR.joined(year_2027).deadline(start, limit)

    assert (last_day(before.due), before.provisional) == (day("2027-01-04"), True)
    assert (last_day(after.due), after.provisional) == (day("2027-01-04"), False)
    # the same day by another way: Friday the 1st was counted, now it is Saturday the 2nd
    assert [d.day.day for d in CALENDAR.derivation(start, limit) if d.number] == [31, 1, 4]
    assert [d.day.day for d in CALENDAR.joined(year_2027).derivation(start, limit) if d.number] == [31, 2, 4]


# ── the derivation that people are shown ─────────────────────────────────────────────────────────────


@pytest.mark.requirement("N90", "N93")
def test_the_derivation_lists_skipped_days_with_their_reason():
    days = CALENDAR.derivation(at("2026-09-22 10:30"), WorkingDays(5))

    assert [(d.day.isoformat(), d.kind, d.number) for d in days] == [
        ("2026-09-23", DayKind.WORKING, 1),
        ("2026-09-24", DayKind.WORKING, 2),
        ("2026-09-25", DayKind.HOLIDAY, None),
        ("2026-09-26", DayKind.WEEKEND, None),
        ("2026-09-27", DayKind.WEEKEND, None),
        ("2026-09-28", DayKind.WORKING, 3),
        ("2026-09-29", DayKind.WORKING, 4),
        ("2026-09-30", DayKind.WORKING, 5),
    ]


@pytest.mark.requirement("N90")
def test_the_derivation_of_calendar_days_shows_the_move_to_a_working_day():
    days = CALENDAR.derivation(at("2026-09-17 09:10"), CalendarDays(30))

    assert days[29].day == day("2026-10-17")
    assert days[29].number == 30
    assert [(d.day.isoformat(), d.number) for d in days[30:]] == [("2026-10-18", None), ("2026-10-19", None)]


@pytest.mark.requirement("N94")
def test_the_derivation_marks_unpublished_days():
    days = CALENDAR.derivation(at("2026-12-30 10:00"), WorkingDays(3))

    assert next(d.day for d in days if not d.published) == day("2027-01-01")
    assert all(d.published == (d.day.year == 2026) for d in days)


# ── what holds for every start and every limit ───────────────────────────────────────────────────────

starts = st.datetimes(datetime(2024, 12, 1), datetime(2027, 2, 1)).map(lambda t: t.replace(tzinfo=SHANGHAI))  # noqa: DTZ001
days = st.dates(date(2024, 12, 1), date(2027, 2, 1))
day_limits = st.builds(
    Limit, st.sampled_from([LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS]), st.integers(1, 120)
)
limits = day_limits | st.integers(0, 200).map(Hours)
calendars = st.sampled_from([CALENDAR, ONLY_2026, shipped_calendar(2025), Calendar(version="none")])


@given(calendars, starts, starts, limits)
def test_who_starts_later_never_ends_earlier(calendar, one, other, limit):
    earlier, later = sorted((one, other))

    assert calendar.deadline(earlier, limit).due <= calendar.deadline(later, limit).due


@given(calendars, starts, day_limits, st.integers(0, 30))
def test_a_longer_limit_never_ends_earlier(calendar, start, limit, more):
    longer = Limit(limit.kind, limit.n + more)

    assert calendar.deadline(start, limit).due <= calendar.deadline(start, longer).due


@given(calendars, starts, day_limits)
def test_day_limits_end_with_a_working_day(calendar, start, limit):
    due = calendar.deadline(start, limit).due

    assert calendar.works(last_day(due))
    assert due == end_of(last_day(due))
    assert due > start


@given(calendars, starts, day_limits)
def test_the_derivation_counts_to_n_and_ends_on_the_due_day(calendar, start, limit):
    counted = calendar.derivation(start, limit)

    assert [d.number for d in counted if d.number is not None] == list(range(1, limit.n + 1))
    assert counted[0].day == start.date() + timedelta(days=1)
    assert counted[-1].day == last_day(calendar.deadline(start, limit).due)
    assert [d.day for d in counted] == [counted[0].day + timedelta(days=i) for i in range(len(counted))]


@given(calendars, starts, st.integers(1, 120).map(WorkingDays))
def test_working_days_count_exactly_the_days_that_work(calendar, start, limit):
    counted = calendar.derivation(start, limit)

    assert all((d.number is not None) == calendar.works(d.day) for d in counted)
    assert calendar.deadline(start, limit).provisional == any(not d.published for d in counted)


@given(calendars, days, st.integers(1, 120))
def test_there_and_back_is_the_same_working_day(calendar, start, n):
    working = calendar.on_or_after(start)

    assert calendar.shift(calendar.shift(working, n), -n) == working


@given(days)
def test_joining_years_loses_and_invents_nothing(some_day):
    joined = shipped_calendar(2026).joined(shipped_calendar(2025))

    assert joined.kind(some_day) is CALENDAR.kind(some_day)
    assert joined.publishes(some_day) is CALENDAR.publishes(some_day)


@given(starts, limits, st.integers(1, 520))
def test_a_calendar_moved_by_whole_weeks_moves_its_deadlines(start, limit, weeks):
    by = timedelta(weeks=weeks)
    here, there = CALENDAR.deadline(start, limit), CALENDAR.moved(by).deadline(start + by, limit)

    assert there.due == here.due + by
    assert there.provisional is here.provisional


@given(
    after=st.dates(date(2024, 12, 1), date(2028, 2, 1)),
    length=st.integers(-40, 800),
    off=st.sets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=40),
    made_up=st.sets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=40),
)
def test_working_days_between_two_days_are_those_one_meets_walking(after, length, off, made_up):
    calendar = Calendar(version="?", days_off=tuple(off), make_up_days=tuple(made_up))
    until = after + timedelta(days=length)
    met = sum(calendar.works(after + timedelta(days=n)) for n in range(1, length + 1))
    assert calendar.working_days_between(after, until) == met
