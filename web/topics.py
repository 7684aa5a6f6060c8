"""专题: a unit, an item of the catalogue, a year's working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from api import assessments
from documents.units import in_order
from domain.calendar import DayKind
from domain.figures import DEFINITIONS, Figure, month_of, year_of
from domain.organisation import ROLES_OF_THE_OFFICE
from domain.policy import Case, ClockRow
from domain.values import ClockKey, Mode, UnitId, Urgency
from storage.readmodel import Filters, Order
from web.listing import lines
from web.papers import months
from web.times import WEEKDAYS_EN, WEEKDAYS_ZH
from web.visit import Visit, nothing

_SHOWN = 10
_FIGURES = (
    Figure.FOUND,
    Figure.CLEARED,
    Figure.ON_TIME,
    Figure.ON_SPOT,
    Figure.FIRST_TIME,
    Figure.RELAPSE,
    Figure.RETURN,
)
_CLOCKS = (ClockKey.VERIFY, ClockKey.SIGN, ClockKey.PLAN, ClockKey.REMEDIATE, ClockKey.ASSESS)


# -- units -------------------------------------------------------------------------------------------


async def units(visit: Visit) -> Response:
    stock = await visit.rooms.counting.stock(visit.principal, visit.now)
    return visit.page(
        "units",
        units=in_order(stock, visit.rules.book),
        load={one.unit: one for one in stock.units},
        assesses=visit.principal.actor.role in assessments.READERS,
        writes=visit.principal.actor.role in ROLES_OF_THE_OFFICE,
        months=months(visit),
        year=visit.today.year,
    )


async def unit(visit: Visit) -> Response:
    """A unit's load, punctuality, returns, relapses, and the rungs it was brought to."""
    id = UnitId(visit.request.path_params["unit"])
    if id not in visit.units:
        raise nothing()
    counting, reading = visit.rooms.counting, visit.rooms.reading
    month, year = await counting.unit(
        visit.principal, id, visit.now, month_of(visit.today), year_of(visit.today.year)
    )
    found = await reading.briefs(visit.principal, Filters(owner=id, open=True), None, _SHOWN, Order.DUE)
    return visit.page(
        "unit",
        unit=visit.units[id],
        load=month.load,
        periods=(month.period, year.period),
        rows=[
            (figure, month.figures.text(figure), year.figures.text(figure), DEFINITIONS[figure])
            for figure in _FIGURES
        ],
        supervised=year.supervised,
        lines=lines(visit, found.rows),
    )


# -- the catalogue -----------------------------------------------------------------------------------


async def catalogue(visit: Visit) -> Response:
    classes: dict[tuple[str, str], list[object]] = {}
    for item in visit.rules.book.catalogue.items:
        classes.setdefault((item.class_code, item.class_name), []).append(item)
    return visit.page("catalogue", classes=classes)


async def item(visit: Visit) -> Response:
    """An item of the catalogue: who answers for it, and its deadlines by the policy."""
    code = visit.request.path_params["code"]
    _, found = await visit.rooms.reading.catalogue(visit.principal, None)
    entry = next(((one, whose) for one, whose in found if one.code == code), None)
    if entry is None:
        raise nothing()
    policy = visit.rules.book.policy
    least = policy.item_urgency.get(code)

    def rows(urgency: Urgency) -> list[ClockRow | None]:
        return [policy.row(clock, Case(mode=Mode.GENERAL, urgency=urgency, code=code)) for clock in _CLOCKS]

    page = await visit.rooms.reading.briefs(
        visit.principal, Filters(hazard_class=entry[0].class_code, open=True), None, _SHOWN, Order.DUE
    )
    return visit.page(
        "item",
        item=entry[0],
        responsible=entry[1],
        least=least,
        clocks=_CLOCKS,
        deadlines=[(urgency, rows(urgency)) for urgency in Urgency],
        lines=lines(visit, page.rows),
    )


# -- the calendar ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    date: date
    kind: DayKind


@dataclass(frozen=True)
class Month:
    number: int
    before: int
    """Blank places before the first, for weeks that begin on Monday."""
    days: tuple[Day, ...]
    working: int


async def calendar(visit: Visit) -> Response:
    """A year's working days as deadlines are counted by; a year that is not published is provisional."""
    text = visit.request.path_params.get("year", str(visit.today.year))
    if not (text.isdecimal() and 2000 <= int(text) <= 2100):
        raise nothing()
    year = int(text)
    known = visit.rules.calendar
    months = [_month(visit, year, number) for number in range(1, 13)]
    published = known.publishes(date(year, 1, 1)) and known.publishes(date(year, 12, 31))
    return visit.page(
        "calendar",
        year=year,
        weekdays=WEEKDAYS_ZH if visit.language.chinese else WEEKDAYS_EN,
        months=months,
        published=published,
        version=known.version,
        source=known.source,
        working=sum(month.working for month in months),
    )


def _month(visit: Visit, year: int, number: int) -> Month:
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    span = (following - first).days
    days = tuple(
        Day(day, visit.rules.calendar.kind(day)) for day in (first + timedelta(n) for n in range(span))
    )
    working = sum(visit.rules.calendar.works(day.date) for day in days)
    return Month(number, first.weekday(), days, working)
