"""How long there is until a deadline, or since it passed, as a duty officer says it: 还有 2 个工作日.

Working days are counted by the hazard's own calendar, as its deadlines are; less than a day is told in
hours, and a stretch without a working day in calendar days.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Literal

from domain.calendar import Calendar
from domain.values import Value, last_day, local

_A_DAY = timedelta(hours=24)


class Remaining(Value):
    """``n`` of ``unit`` until a deadline, or since it when ``late``. ``today``: it ends tonight at 24:00."""

    late: bool
    n: int
    unit: Literal["working_days", "days", "hours", "minutes", "today"]

    @property
    def soon(self) -> bool:
        """Less than a working day to go."""
        return not self.late and (self.unit in ("hours", "minutes", "today"))

    @property
    def zh(self) -> str:
        if self.unit == "today":
            return "今天到期"
        return f"{'超期' if self.late else '还有'} {self.n} {_ZH[self.unit]}"

    @property
    def en(self) -> str:
        if self.unit == "today":
            return "due today"
        length = f"{self.n} {_EN[self.unit]}{'' if self.n == 1 else 's'}"
        return f"{length} overdue" if self.late else f"{length} left"


_ZH = {"working_days": "个工作日", "days": "天", "hours": "小时", "minutes": "分钟"}
_EN = {"working_days": "working day", "days": "day", "hours": "hour", "minutes": "minute"}


def remaining(calendar: Calendar, now: datetime, due: datetime) -> Remaining:
    """What is left from ``now`` until ``due``, both instants; the day of ``now`` itself is not counted (N90).

    A deadline that ends with a day is told in working days from the first one on, as the ladder counts
    (``due +1 WD``); one at an hour of a day, in hours while it is less than a day away.
    """
    late = due <= now
    gap = abs(due - now)
    at_midnight = local(due).time() == time.min
    if gap < _A_DAY and not at_midnight:
        minutes = int(gap.total_seconds() // 60)
        return Remaining(late=late, n=minutes // 60 or minutes, unit="hours" if minutes >= 60 else "minutes")
    today, day = local(now).date(), last_day(due)
    if not late and day == today:
        return Remaining(late=False, n=0, unit="today")
    first, last = (day, today) if late else (today, day)
    working = calendar.working_days_between(first, last)
    if working:
        return Remaining(late=late, n=working, unit="working_days")
    return Remaining(late=late, n=(last - first).days, unit="days")
