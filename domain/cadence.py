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
from domain.catalogue import Catalogue, responsible
from domain.forms import Form
from domain.organisation import Organisation, Role, Unit, UnitType
from domain.texts import Day, Line, OptionalLine, OptionalText
from domain.values import HazardId, Labelled, Limit, LimitKind, UnitId, Value, end_of, local, nine_o_clock


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
    joint: bool = False
    """Carried out together with other departments, whose names its record gives (CAD-01)."""
    lists_major: bool = False
    """Names the 重大事故隐患 that are under supervision this year (SUP-12, CLS-15)."""
    approved_by: Role | None = None
    """The seat that approves what is filed; until it has, the duty is not done."""

    def owed_by(self, organisation: Organisation) -> tuple[Unit, ...]:
        if not self.types:
            return (organisation.by_id[organisation.office],)
        return tuple(unit for unit in organisation.units if unit.type in self.types)


class Cadence(Value):
    """The recurring duties of a profile, and what its inspections must cover (领域 × 要素, REG-11).

    The third axis, 地域, is the unit that files: each answers for its own ground. ``own`` says which part of
    the scope belongs to a unit without ground of its own, besides what the catalogue gives it.
    """

    duties: tuple[Duty, ...]
    scope: tuple[str, ...] = ()
    own: dict[UnitId, tuple[str, ...]] = {}

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
    begin, today = end_of(since - timedelta(days=1)), local(now).date()
    found = [
        one
        for duty in cadence.duties
        # A window with ``after`` opens in the period that follows the one it is about.
        for first in _periods(duty.every, since - timedelta(days=1), today)
        if begin <= (one := window(duty, calendar, first)).opens <= now
    ]
    return tuple(sorted(found, key=lambda one: (one.opens, one.due, one.duty)))


def next_opening(cadence: Cadence, calendar: Calendar, now: datetime) -> datetime:
    """When the next window opens. Raises ``ValueError`` for a profile without duties."""
    today = local(now).date()
    return min(
        one.opens
        for duty in cadence.duties
        for first in _periods(duty.every, today, _period(duty.every, today)[1] + timedelta(days=1))
        if (one := window(duty, calendar, first)).opens > now
    )


def counted_again(duty: Duty, calendar: Calendar, one: Window) -> Window:
    """The same window by another calendar (N94)."""
    began = local(one.opens).date()
    return window(duty, calendar, began - timedelta(days=1) if duty.after else began)


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


def _periods(every: Every, since: date, until: date) -> Iterator[date]:
    """The first day of each period from the one that ``since`` lies in to the one of ``until``."""
    first, last, _ = _period(every, since)
    while first <= until:
        yield first
        first, last, _ = _period(every, last + timedelta(days=1))


# ── what is filed ────────────────────────────────────────────────────────────────────────────────────


class Filing(Form):
    """F18 排查计划／排查记录, and the reference of a summary, circular or yearly plan. No persons.

    ``found`` 0 is a full answer (零报告).
    """

    industries: tuple[Line, ...] = Field((), title="重点行业", max_length=50)
    fields: tuple[Line, ...] = Field((), title="重点领域", max_length=50)
    groups: OptionalText = Field("", title="重点群体、人员（只写类别，不点名）")
    inspected_on: Day | None = Field(None, title="排查日期")
    participants: tuple[Line, ...] = Field((), title="参加部门", max_length=50)
    covered: tuple[Line, ...] = Field((), title="范围", max_length=200)
    """What was inspected, in words of the profile's scope (领域·要素)."""
    found: Annotated[int, Field(ge=0, le=100_000)] | None = Field(None, title="发现数")
    hazards: tuple[HazardId, ...] = Field((), title="登记的隐患", max_length=500)
    """Numbers of the hazards registered from an inspection, or listed by a yearly plan."""
    document: OptionalLine = Field("", title="文件编号")
    text: OptionalText = Field("", title="情况说明")


_ONE_OF: dict[Files, tuple[tuple[str, ...], ...]] = {
    Files.PLAN: (("industries", "fields", "groups"),),
    Files.RECORD: (("inspected_on",), ("covered",), ("found",)),
    Files.DOCUMENT: (("document",),),
}
"""What a filing must bring: of each group one field at least."""


def lacks(files: Files, filing: Filing, *, joint: bool = False) -> tuple[str, ...]:
    """Fields that a duty asks for and the filing does not bring; of alternatives the first is named."""
    given = {name for name in Filing.model_fields if getattr(filing, name) not in ((), "", None)}
    asked = (*_ONE_OF[files], *((("participants",),) if joint else ()))
    return tuple(group[0] for group in asked if not given & set(group))


def outside_scope(cadence: Cadence, filing: Filing) -> tuple[str, ...]:
    """What the filing claims to cover and the profile's scope does not know."""
    return tuple(item for item in filing.covered if cadence.scope and item not in cadence.scope)


_OF_THE_WHOLE = (UnitType.SUBDISTRICT, UnitType.ZONE, UnitType.VILLAGE_COMMITTEE)


def scopes(
    cadence: Cadence, catalogue: Catalogue, organisation: Organisation, units: Iterable[Unit]
) -> dict[UnitId, tuple[str, ...]]:
    """What each unit must inspect (职责管辖范围内的各领域、各要素、各地域, REG-11).

    Who answers for ground inspects everything on it. Of the others each inspects the elements that the
    catalogue gives it, and what the profile adds; a unit with neither inspects nothing in particular.
    """
    elements: dict[UnitId, set[str]] = {}
    for item in catalogue.items:
        found = responsible(item, organisation, None)
        for unit in (found.proposed, *found.candidates):
            if unit is not None:
                elements.setdefault(unit, set()).add(item.class_name)
    return {
        unit.id: cadence.scope
        if unit.type in _OF_THE_WHOLE
        else tuple(
            part
            for part in cadence.scope
            if part in cadence.own.get(unit.id, ()) or part.partition("·")[2] in elements.get(unit.id, ())
        )
        for unit in units
    }


def uninspected(scope: Iterable[str], covered: Iterable[str]) -> tuple[str, ...]:
    """Parts of a scope that no filing covers (应排未排, REG-11)."""
    seen = set(covered)
    return tuple(item for item in scope if item not in seen)


WORKING_DAYS = LimitKind.WORKING_DAYS
"""What ``after`` and ``remind`` count in; the loader refuses anything else."""
