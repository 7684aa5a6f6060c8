"""Recurring duties: their windows in the real calendar, who owes them, what a filing must bring (CAD-01…08)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.cadence import (
    Filing,
    current,
    lacks,
    next_opening,
    opened,
    outside_scope,
    scopes,
    uninspected,
    window,
)
from domain.values import SHANGHAI
from profiles.loader import shipped_calendar, shipped_profiles

BOOKS = shipped_profiles()
TOWN = BOOKS["pingdu-town"]
CADENCE = TOWN.cadence
CALENDAR = shipped_calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def of(key: str, day: str, book=TOWN):
    return window(book.cadence.duty(key), CALENDAR, date.fromisoformat(day))


@pytest.mark.requirement("CAD-01", "SC-7")
def test_the_concentrated_inspection_opens_on_the_first_and_is_due_at_the_end_of_the_fifteenth():
    one = of("concentrated", "2026-06-09")

    assert (one.label, one.opens, one.due) == ("2026-06上", at("2026-06-01"), at("2026-06-16"))


@pytest.mark.requirement("CAD-01")
@pytest.mark.parametrize(
    ("day", "label", "opens", "due"),
    [
        ("2026-06-16", "2026-06下", "2026-06-16", "2026-07-01"),
        ("2026-02-16", "2026-02下", "2026-02-16", "2026-03-01"),
        ("2028-02-29", "2028-02下", "2028-02-16", "2028-03-01"),
        ("2026-12-31", "2026-12下", "2026-12-16", "2027-01-01"),
    ],
)
def test_the_second_half_ends_with_the_month(day, label, opens, due):
    one = of("concentrated", day)

    assert (one.label, one.opens, one.due) == (label, at(opens), at(due))


@pytest.mark.requirement("CAD-03", "SC-7")
def test_the_summary_is_due_at_the_month_s_end_and_the_circular_on_the_fifth_working_day_after():
    assert of("summary", "2026-06-30").due == at("2026-07-01")
    circular = of("circular", "2026-06-30")
    assert (circular.opens, circular.due) == (at("2026-07-01"), at("2026-07-08"))  # 07-07 24:00


@pytest.mark.requirement("CAD-03", "N94")
def test_a_circular_after_an_unpublished_new_year_is_provisional():
    assert of("circular", "2026-12-01").provisional
    assert not of("circular", "2026-06-01").provisional


@pytest.mark.requirement("CAD-03")
def test_a_circular_counts_working_days_across_a_holiday():
    assert of("circular", "2026-09-30").due == at("2026-10-14")  # 10-08, 09, 10 (make-up Saturday), 12, 13


@pytest.mark.requirement("CAD-02")
def test_each_unit_files_a_plan_of_key_inspections_every_month():
    plan = CADENCE.duty("key")
    owing = {unit.name for unit in plan.owed_by(TOWN.organisation)}

    assert of("key", "2026-06-09").label == "2026-06"
    assert {"派出所", "城关管区（示例）", "某服装厂（示例）"} <= owing
    assert lacks(plan.files, Filing(text="本月计划")) == ("industries",)
    assert lacks(plan.files, Filing(fields=("拖欠工资",))) == ()


@pytest.mark.requirement("CAD-08")
def test_there_are_three_kinds_of_inspection():
    kinds = {
        duty.key: (duty.every.value, duty.routine) for duty in CADENCE.duties if duty.files != "document"
    }

    assert kinds == {
        "routine": ("month", True),
        "concentrated": ("half_month", False),
        "key": ("month", False),
    }


@pytest.mark.requirement("CAD-01", "CAD-03")
def test_what_opens_on_a_first_of_the_month_opens_once_for_every_unit_that_owes_it():
    windows = opened(CADENCE, CALENDAR, date(2026, 6, 1), at("2026-06-01"))

    assert [(one.duty, one.label) for one in windows] == [
        ("circular", "2026-05"),
        ("concentrated", "2026-06上"),
        ("key", "2026-06"),
        ("routine", "2026-06"),
        ("summary", "2026-06"),
    ]
    assert [unit.id for unit in CADENCE.duty("circular").owed_by(TOWN.organisation)] == ["zongzhiban"]


@pytest.mark.requirement("CAD-01")
def test_on_the_sixteenth_only_the_half_month_opens():
    windows = opened(CADENCE, CALENDAR, date(2026, 6, 16), at("2026-06-16"))

    assert [(one.duty, one.label) for one in windows] == [("concentrated", "2026-06下")]


@pytest.mark.requirement("CAD-01", "CAD-02", "CAD-03")
@given(start=st.dates(date(2025, 1, 1), date(2026, 11, 30)), days=st.integers(0, 120))
@example(start=date(2025, 1, 1), days=120)
@example(start=date(2026, 11, 30), days=120)
@example(start=date(2026, 9, 30), days=0)
def test_no_window_is_skipped_or_opened_twice_however_the_days_are_cut(start, days):
    end = at(str(start + timedelta(days=days))) + timedelta(hours=1)
    middle = start + timedelta(days=days // 2)

    whole = opened(CADENCE, CALENDAR, start, end)
    first = opened(CADENCE, CALENDAR, start, at(str(middle)) - timedelta(seconds=1))
    rest = opened(CADENCE, CALENDAR, middle, end)

    assert sorted((*first, *rest), key=str) == sorted(whole, key=str)


@pytest.mark.requirement("CAD-01")
@given(day=st.dates(date(2025, 1, 1), date(2027, 12, 1)), hour=st.integers(0, 23))
def test_the_next_opening_is_the_first_there_is(day, hour):
    now = at(str(day)) + timedelta(hours=hour)
    wake = next_opening(CADENCE, CALENDAR, now)

    assert now < wake
    assert opened(CADENCE, CALENDAR, wake.date(), wake)
    assert not [one for one in opened(CADENCE, CALENDAR, day, wake) if now < one.opens < wake]


@pytest.mark.requirement("CAD-01")
@given(day=st.dates(date(2025, 2, 1), date(2026, 12, 1)), hour=st.integers(0, 23))
def test_what_is_current_has_opened_and_is_not_due(day, hour):
    now = at(str(day)) + timedelta(hours=hour)
    windows = current(CADENCE, CALENDAR, now)

    assert all(one.opens <= now < one.due for one in windows)
    assert {"concentrated", "key", "routine", "summary"} <= {one.duty for one in windows}


@pytest.mark.requirement("CAD-04", "CAD-09", "SUP-12")
def test_the_yearly_lists_of_jingan_are_due_at_the_year_s_end():
    yearly = {duty.name for duty in BOOKS["jingan"].cadence.duties if duty.every == "year"}

    assert yearly == {"底数清单", "负面清单", "整治目录", "年度区级重大事故隐患督办治理计划", "年度考核"}
    assert of("baseline", "2026-03-01", BOOKS["jingan"]).due == at("2027-01-01")


@pytest.mark.requirement("REG-11")
def test_what_of_the_scope_nobody_inspected_is_told():
    covered = ["安全事故·消防安全", "安全事故·安全生产"]

    left = uninspected(CADENCE.scope, covered)

    assert "安全事故·道路交通安全" in left
    assert not set(covered) & set(left)
    assert outside_scope(CADENCE, Filing(covered=("安全事故·消防安全", "太空安全"))) == ("太空安全",)


@pytest.mark.requirement("REG-11")
@pytest.mark.parametrize("district", ["qingpu", "putuo", "jingan"])
def test_a_unit_inspects_what_it_answers_for(district):
    book = BOOKS[district]
    units = book.cadence.duty("routine").owed_by(book.organisation)
    asked = scopes(book.cadence, book.catalogue, book.organisation, units)

    assert {unit.id for unit in units} == asked.keys()
    assert all(asked[unit.id] == book.cadence.scope for unit in units if unit.type == "SUBDISTRICT")
    assert asked["shichangju"] == ("城市管理·环卫市容", "社会治理·市场监管")
    assert "公共安全·消防安全" in asked["xiaofang"]
    assert asked["tuiyiju"] == ()
    assert {part for parts in asked.values() for part in parts} == set(book.cadence.scope)


@pytest.mark.parametrize("district", BOOKS)
def test_every_duty_has_a_source_and_somebody_who_owes_it(district):
    book = BOOKS[district]
    for duty in book.cadence.duties:
        assert duty.source.strip() and duty.en
        assert duty.owed_by(book.organisation), duty.key
