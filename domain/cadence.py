"""What the plans ask for again and again (CAD-01…09): windows of inspection, plans, summaries and circulars.

A duty is data of the profile; its windows follow from the calendar. A window that nobody filed for stays open
and shows as 应排未排: nothing here closes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from domain.calendar import Calendar
from domain.forms import Form
from domain.organisation import Organisation, Unit, UnitType
from domain.texts import Line, OptionalLine, OptionalText
from domain.values import Labelled, Limit, LimitKind, UnitId, Value, end_of, local, nine_o_clock


class Every(Labelled):
    """How often a duty returns."""

    HALF_MONTH = "half_month", "每半月", "every half month"
    MONTH = "month", "每月", "every month"
    YEAR = "year", "每年", "every year"


class Files(Labelled):
    """What is filed for a window."""

    RECORD = "record", "排查记录", "record of an inspection"
    PLAN = "plan", "排查计划", "plan of inspection"
    DOCUMENT = "document", "文件", "document"


class Duty(Value):
    """One recurring duty, of every unit of some kinds, or of the office when no kind is named.

    Without ``after`` it is due at 24:00 of the period's last day and can be filed from its first. With
    ``after`` (每月一通报) it opens when the period is over and is due so long afterwards.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,30}$")]
    name: str
    en: str
    every: Every
    files: Files
    source: str
    types: tuple[UnitType, ...] = ()
    after: Limit | None = None
    remind: Limit | None = None
    """Working days before the due day, at 09:00, when those who have not filed are reminded."""
    routine: bool = False
    """经常性自查 (CAD-08): goes on all the time; the window only asks for its record."""

    def owed_by(self, organisation: Organisation) -> tuple[Unit, ...]:
        if not self.types:
            return (organisation.by_id[organisation.office],)
        return tuple(unit for unit in organisation.units if unit.type in self.types)


class Cadence(Value):
    """The recurring duties of a profile, and what its inspections must cover (领域 × 要素, REG-11).

    The third axis, 地域, is the unit that files: each answers for its own ground.
    """

    duties: tuple[Duty, ...]
    scope: tuple[str, ...] = ()

    def duty(self, key: str) -> Duty | None:
        return next((duty for duty in self.duties if duty.key == key), None)


class Window(Value):
    """One period of one duty. ``opens`` is included, ``due`` is 24:00 of the last day to file on."""

    duty: str
    label: str
    """``2026-06上``, ``2026-06下``, ``2026-06`` or ``2026``."""
    opens: datetime
    due: datetime
    remind_at: datetime | None
    provisional: bool
    """Its due day rests on a year whose working days are not published (N94)."""


def window(duty: Duty, calendar: Calendar, day: date) -> Window:
    """The window of ``duty`` for the period that ``day`` lies in."""
    first, last, label = _period(duty.every, day)
    opens, due, provisional = end_of(first - timedelta(days=1)), end_of(last), False
    if duty.after is not None:
        deadline = calendar.deadline(nine_o_clock(last), duty.after)
        opens, due, provisional = end_of(last), deadline.due, deadline.provisional
    remind_at = None
    if duty.remind is not None:
        due_day = local(due).date() - timedelta(days=1)
        remind_at = nine_o_clock(calendar.shift(due_day, -duty.remind.n))
        provisional = provisional or not calendar.publishes(due_day)
    return Window(
        duty=duty.key, label=label, opens=opens, due=due, remind_at=remind_at, provisional=provisional
    )


def opened(cadence: Cadence, calendar: Calendar, since: date, now: datetime) -> tuple[Window, ...]:
    """The windows that have opened from the beginning of ``since`` until ``now``, the earliest first."""
    found: dict[tuple[str, str], Window] = {}
    for duty in cadence.duties:
        # A window with ``after`` opens in the period that follows the one it is about.
        for day in _days(since - timedelta(days=1), local(now).date()):
            one = window(duty, calendar, day)
            if end_of(since - timedelta(days=1)) <= one.opens <= now:
                found[one.duty, one.label] = one
    return tuple(sorted(found.values(), key=lambda one: (one.opens, one.due, one.duty)))


def current(cadence: Cadence, calendar: Calendar, now: datetime) -> tuple[Window, ...]:
    """The windows that are open now and not yet due: where a programme begins."""
    today = local(now).date()
    found: dict[tuple[str, str], Window] = {}
    for duty in cadence.duties:
        last_period = _period(duty.every, today)[0] - timedelta(days=1)
        for day in (last_period, today):
            one = window(duty, calendar, day)
            if one.opens <= now < one.due:
                found[one.duty, one.label] = one
    return tuple(sorted(found.values(), key=lambda one: (one.opens, one.due, one.duty)))


def _period(every: Every, day: date) -> tuple[date, date, str]:
    if every is Every.YEAR:
        return date(day.year, 1, 1), date(day.year, 12, 31), f"{day.year}"
    month_ends = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    label = f"{day:%Y-%m}"
    if every is Every.MONTH:
        return day.replace(day=1), month_ends, label
    if day.day <= 15:
        return day.replace(day=1), day.replace(day=15), f"{label}上"
    return day.replace(day=16), month_ends, f"{label}下"


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


# ── what is filed ────────────────────────────────────────────────────────────────────────────────────


class Filing(Form):
    """F18 排查计划／排查记录, and the reference of a summary or circular. Matters and places, no persons."""

    industries: tuple[Line, ...] = Field((), title="重点行业", max_length=50)
    fields: tuple[Line, ...] = Field((), title="重点领域", max_length=50)
    groups: OptionalText = Field("", title="重点群体、人员（只写类别，不点名）")
    participants: tuple[Line, ...] = Field((), title="参加部门", max_length=50)
    covered: tuple[Line, ...] = Field((), title="范围", max_length=200)
    """What was inspected, in words of the profile's scope (领域·要素)."""
    found: Annotated[int, Field(ge=0, le=100_000)] | None = Field(None, title="发现数")
    document: OptionalLine = Field("", title="文件编号")
    text: OptionalText = Field("", title="情况说明")


_ONE_OF: dict[Files, tuple[tuple[str, ...], ...]] = {
    Files.PLAN: (("industries", "fields", "groups"),),
    Files.RECORD: (("covered",), ("found",)),
    Files.DOCUMENT: (("document",),),
}
"""What a filing must bring: of each group one field at least."""


def lacks(duty: Duty, filing: Filing) -> tuple[str, ...]:
    """Fields that this duty asks for and the filing does not bring; of alternatives the first is named."""
    given = {name for name in Filing.model_fields if getattr(filing, name) not in ((), "", None)}
    return tuple(group[0] for group in _ONE_OF[duty.files] if not given & set(group))


def outside_scope(cadence: Cadence, filing: Filing) -> tuple[str, ...]:
    """What the filing claims to cover and the profile's scope does not know."""
    return tuple(item for item in filing.covered if cadence.scope and item not in cadence.scope)


def uninspected(cadence: Cadence, covered: Iterable[str]) -> tuple[str, ...]:
    """Parts of the scope that no filing covers (应排未排, REG-11)."""
    seen = set(covered)
    return tuple(item for item in cadence.scope if item not in seen)


class Progress(Labelled):
    """How a unit stands with a window."""

    OPEN = "OPEN", "待报", "open"
    FILED = "FILED", "已报", "filed"
    FILED_LATE = "FILED_LATE", "逾期已报", "filed late"
    MISSED = "MISSED", "应排未排", "not filed though due"


def progress(due: datetime, filed_at: datetime | None, now: datetime) -> Progress:
    if filed_at is not None:
        return Progress.FILED if filed_at <= due else Progress.FILED_LATE
    return Progress.OPEN if now < due else Progress.MISSED


class Owed(Value):
    """A window that one unit owes a filing for."""

    window: Window
    name: str
    unit: UnitId
    kind: Files


def owed(cadence: Cadence, organisation: Organisation, windows: Iterable[Window]) -> tuple[Owed, ...]:
    """Each window once for every unit that owes it."""
    found = []
    for one in windows:
        duty = cadence.duty(one.duty)
        assert duty is not None
        found += [
            Owed(window=one, name=duty.name, unit=unit.id, kind=duty.files)
            for unit in duty.owed_by(organisation)
        ]
    return tuple(found)


WORKING_DAYS = LimitKind.WORKING_DAYS
"""What ``after`` and ``remind`` count in; the loader refuses anything else."""
