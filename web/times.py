"""Moments as people read them, in Asia/Shanghai: 11-25 24:00 is the end of the 25th, never 00:00 of the 26th."""

from __future__ import annotations

from datetime import date, datetime, time

from domain.values import last_day, local
from web.language import Language


def day(language: Language, value: date, this_year: int | None = None) -> str:
    """11月25日; the year only when it is not the present one."""
    year = value.year != this_year if this_year else False
    if language.chinese:
        return f"{f'{value.year}年' if year else ''}{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]}{f' {value.year}' if year else ''}"


def moment(language: Language, value: datetime, this_year: int | None = None) -> str:
    at = local(value)
    return f"{day(language, at.date(), this_year)} {at:%H:%M}"


def deadline(language: Language, due: datetime, today: date | None = None) -> str:
    """A due date; the end of a day is its 24:00. Within a week of ``today`` the day of the week is named too."""
    at = local(due)
    ends_a_day = at.time() == time.min
    on = last_day(due) if ends_a_day else at.date()
    said = day(language, on, today.year if today else None)
    if today and abs((on - today).days) <= _NEAR:
        said = weekday(language, said, on)
    return f"{said} {'24:00' if ends_a_day else f'{at:%H:%M}'}"


def weekday(language: Language, said: str, value: date) -> str:
    """A day with its name: 11月25日 周三; Wed 25 Nov."""
    if language.chinese:
        return f"{said} 周{WEEKDAYS_ZH[value.weekday()]}"
    return f"{WEEKDAYS_EN[value.weekday()]} {said}"


def month(language: Language, number: int) -> str:
    return f"{number}月" if language.chinese else _MONTHS[number - 1]


_NEAR = 7
"""Days in which people think of the day of the week rather than of the date."""


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS_ZH = ("一", "二", "三", "四", "五", "六", "日")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
