"""总览: what is late, what will be, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from domain.figures import DEFINITIONS, Definition, Figure
from domain.values import Rung
from service.figures import Dashboard
from storage.readmodel import Filters, Order
from storage.stock import UnitLoad
from web import charts, times
from web.listing import lines, soon_query
from web.visit import Visit

_SHOWN = 8
_UNITS = 12
_MONTHS = 12
RATES = (Figure.ON_TIME, Figure.ON_SPOT, Figure.FIRST_TIME, Figure.RELAPSE)


@dataclass(frozen=True)
class Rate:
    """A figure of the month with its 口径."""

    figure: Figure
    text: str
    counted: str
    definition: Definition


async def show(visit: Visit) -> Response:
    reading = visit.rooms.reading
    board = await visit.rooms.counting.dashboard(visit.principal, visit.now, count=_MONTHS)
    late = await reading.briefs(visit.principal, Filters(overdue=True), None, _SHOWN, Order.DUE)
    ahead = Filters(overdue=False, open=True, due_after=visit.now)
    soon = await reading.briefs(visit.principal, ahead, None, _SHOWN, Order.DUE)
    units = sorted(
        board.stock.units, key=lambda one: (-one.overdue, -one.due_next, -one.due_soon, -one.open, one.unit)
    )
    return visit.page(
        "overview",
        live=True,
        board=board,
        stock=board.stock,
        late=lines(visit, late.rows),
        soon=lines(visit, soon.rows),
        rungs=[(rung, board.stock.overdue_by_rung.get(rung, 0)) for rung in Rung],
        rates=[_rate(board, figure) for figure in RATES],
        units=units[:_UNITS],
        more_units=_together(units[_UNITS:]),
        trend=charts.trend(
            board.trend, [times.month(visit.language, one.period.start.month) for one in board.trend]
        ),
        map=charts.street_map(visit.rules.book, board.stock.streets),
        short=lambda unit: _short(visit.unit(unit)),
        soon_query=soon_query(visit),
        next_query=soon_query(visit, 1),
        definitions=[(figure, DEFINITIONS[figure]) for figure in (Figure.CLEARED, *RATES)],
    )


_KINDS = (" Sub-district", " Town", "街道", "镇")


def _short(name: str) -> str:
    """A street's name as a map writes it."""
    for kind in _KINDS:
        name = name.removesuffix(kind) if len(name) - len(kind) > 1 else name
    return name


def _rate(board: Dashboard, figure: Figure) -> Rate:
    share = board.counted.total.of(figure)
    counted = "" if isinstance(share, int) or not share.whole else f"{share.part} / {share.whole}"
    return Rate(figure, board.counted.total.text(figure), counted, DEFINITIONS[figure])


def _together(units: list[UnitLoad]) -> tuple[int, int, int] | None:
    """How many units are not named, and what they have open and overdue together."""
    if not units:
        return None
    return len(units), sum(one.open for one in units), sum(one.overdue for one in units)
