"""Working days as data: which days count, when a limit ends, and how that was counted day by day.

Calendars are versioned values. A day outside every published span is counted Monday to Friday and
makes the result provisional (暂定, N94): it is recomputed, as an event, once the year is loaded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

from pydantic import ConfigDict, TypeAdapter

from domain.values import Limit, LimitKind, Value, end_of, last_day, local


class Span(Value):
    """Days, both ends included, for which the State Council's arrangement is known."""

    first: date
    last: date


class DayKind(StrEnum):
    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


_WORKS = frozenset({DayKind.WORKING, DayKind.MAKE_UP})


class Deadline(Value):
    """When a limit ends. ``provisional`` is true when a day it rests on is in no published span."""

    due: datetime
    provisional: bool


class CountedDay(Value):
    """One day of a derivation. ``number`` is the count it got, ``None`` when it was skipped."""

    day: date
    kind: DayKind
    number: int | None
    published: bool


_COUNTED = TypeAdapter(tuple[CountedDay, ...])
"""Many days are checked in one go: a day by itself costs twice as much."""


class Calendar(Value):
    """Working days of the years it covers. ``version`` names the arrangement it was made from."""

    model_config = ConfigDict(frozen=True)

    version: str
    source: str = ""
    spans: tuple[Span, ...] = ()
    days_off: tuple[date, ...] = ()
    make_up_days: tuple[date, ...] = ()

    @cached_property
    def _off(self) -> frozenset[date]:
        return frozenset(self.days_off)

    @cached_property
    def _make_up(self) -> frozenset[date]:
        return frozenset(self.make_up_days)

    @cached_property
    def _published(self) -> frozenset[date]:
        return frozenset(day for span in self.spans for day in _days(span.first, span.last))

    def publishes(self, day: date) -> bool:
        return day in self._published

    def kind(self, day: date) -> DayKind:
        if day in self._off:
            return DayKind.HOLIDAY
        if day in self._make_up:
            return DayKind.MAKE_UP
        return DayKind.WORKING if day.weekday() < 5 else DayKind.WEEKEND

    def works(self, day: date) -> bool:
        return self.kind(day) in _WORKS

    @cached_property
    def _shifts(self) -> dict[tuple[date, int], date]:
        """Shifts already counted, like the deadlines below: thousands of hazards ask for the same days."""
        return {}

    def shift(self, day: date, working_days: int) -> date:
        """The ``working_days``-th working day after ``day`` (before it, when negative)."""
        key = (day, working_days)
        if key not in self._shifts:
            self._shifts[key] = self._shifted(day, working_days)
        return self._shifts[key]

    def _shifted(self, day: date, working_days: int) -> date:
        step = timedelta(days=1 if working_days > 0 else -1)
        left = abs(working_days)
        while left:
            day += step
            if self.works(day):
                left -= 1
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days there are after ``after`` up to ``until``, which counts itself (N90)."""
        first, last = after.toordinal(), until.toordinal()
        if last <= first:
            return 0
        days, changes = self._unlike_their_weekday
        unlike = changes[bisect_right(days, last)] - changes[bisect_right(days, first)]
        return _mondays_to_fridays(last) - _mondays_to_fridays(first) + unlike

    @cached_property
    def _unlike_their_weekday(self) -> tuple[list[int], list[int]]:
        """Days that are not what their weekday says, and how many working days more there are before each of them
        and after the last; so that a list of long overdue hazards need not walk through its years day by day."""
        gained = {day.toordinal(): 1 for day in self._make_up - self._off if day.weekday() >= 5}
        lost = {day.toordinal(): -1 for day in self._off if day.weekday() < 5}
        days = sorted(gained | lost)
        return days, list(accumulate(((gained | lost)[day] for day in days), initial=0))

    def on_or_after(self, day: date) -> date:
        """``day`` itself when it is a working day, else the next one."""
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def deadline(self, start: datetime, limit: Limit) -> Deadline:
        """When ``limit`` ends if it starts at ``start`` (N90: the day of the event is not counted)."""
        if limit.kind is LimitKind.HOURS:
            return Deadline(due=start + timedelta(hours=limit.n), provisional=False)
        key = (local(start).date(), limit)
        if key not in self._deadlines:
            self._deadlines[key] = self._ending(*key)
        return self._deadlines[key]

    @cached_property
    def _deadlines(self) -> dict[tuple[date, Limit], Deadline]:
        return {}

    def _ending(self, first: date, limit: Limit) -> Deadline:
        if limit.kind is LimitKind.WORKING_DAYS:
            last = self.shift(first, limit.n)
            provisional = not self._all_published(first + timedelta(days=1), last)
        else:
            nominal = first + timedelta(days=limit.n)
            last = self.on_or_after(nominal)
            provisional = not self._all_published(nominal, last)
        return Deadline(due=end_of(last), provisional=provisional)

    def derivation(self, start: datetime, limit: Limit) -> tuple[CountedDay, ...]:
        """The days of ``deadline(start, limit)`` one by one. Empty for hours, which skip nothing."""
        if limit.kind is LimitKind.HOURS:
            return ()
        return self._derived(local(start).date(), limit)

    @cached_property
    def _derived(self) -> Callable[[date, Limit], tuple[CountedDay, ...]]:
        """The parts of a listed hazard are counted alike. A limit may have many days, so not all are kept."""
        return lru_cache(maxsize=128)(self._day_by_day)

    def _day_by_day(self, first: date, limit: Limit) -> tuple[CountedDay, ...]:
        days = _days(first + timedelta(days=1), last_day(self._ending(first, limit).due))
        return _COUNTED.validate_python(list(self._counted(days, limit)))

    def _counted(self, days: Iterable[date], limit: Limit) -> Iterable[dict[str, Any]]:
        count = 0
        for day in days:
            kind = self.kind(day)
            # calendar days past the n-th are the roll to a working day
            counts = kind in _WORKS if limit.kind is LimitKind.WORKING_DAYS else count < limit.n
            count += counts
            yield {
                "day": day,
                "kind": kind,
                "number": count if counts else None,
                "published": self.publishes(day),
            }

    def _all_published(self, first: date, last: date) -> bool:
        return all(self.publishes(day) for day in _days(first, last))

    def joined(self, other: Calendar) -> Calendar:
        """This calendar and the years of ``other``; where both cover a day, ``other`` has the say."""
        keep = [day for day in self.days_off if not other.publishes(day)]
        keep_make_up = [day for day in self.make_up_days if not other.publishes(day)]
        return Calendar(
            version=f"{self.version}+{other.version}" if self.version else other.version,
            source="; ".join(part for part in (self.source, other.source) if part),
            spans=tuple(sorted({*self.spans, *other.spans}, key=lambda span: span.first)),
            days_off=tuple(sorted({*keep, *other.days_off})),
            make_up_days=tuple(sorted({*keep_make_up, *other.make_up_days})),
        )

    def moved(self, by: timedelta) -> Calendar:
        """The same calendar ``by`` whole weeks later, for drills that run in the future."""
        return Calendar(
            version=f"{self.version}~{by.days}d",
            source=self.source,
            spans=tuple(Span(first=span.first + by, last=span.last + by) for span in self.spans),
            days_off=tuple(day + by for day in self.days_off),
            make_up_days=tuple(day + by for day in self.make_up_days),
        )


def _mondays_to_fridays(ordinal: int) -> int:
    """From the first of the year 1, a Monday, up to a day."""
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


def _days(first: date, last: date) -> Iterable[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
