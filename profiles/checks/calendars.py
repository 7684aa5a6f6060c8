"""Calendars: each day stands in its year, once, and is what it is said to be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from profiles.mistakes import ProfileError


def check_calendar_year(
    file: str, year: int, weekdays_off: Iterable[date], weekend_workdays: Iterable[date]
) -> None:
    seen: set[date] = set()
    for place, days, weekend in (
        ("weekdays_off", weekdays_off, False),
        ("weekend_workdays", weekend_workdays, True),
    ):
        for day in days:
            if day.year != year:
                raise ProfileError(
                    file,
                    place,
                    f"{day} 不在 {year} 年，请移走",
                    f"{day} is not in {year}; move it to its year",
                )
            if (day.weekday() >= 5) is not weekend:
                raise ProfileError(
                    file,
                    place,
                    f"{day} {'不是' if weekend else '是'}周末，请核对",
                    f"{day} is {'no' if weekend else 'a'} weekend day; check it",
                )
            if day in seen:
                raise ProfileError(
                    file, place, f"{day} 写了两次，请删去一处", f"{day} stands twice; remove one"
                )
            seen.add(day)
