"""年度考评表: what the figures say of every unit in a year, for whoever assesses the units (CAD-09, RPT-04); and the
same of a month, behind the bulletin.

Numbers only, each as its counts and with its 口径 below the table. Marks, weights and vetoes are for people to give:
no document of a district names any.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from documents.sheets import Cell, Head, Rows, naming, plain
from domain.figures import Figure, Figures, Period, Share
from domain.library import Rulebook
from domain.organisation import Unit
from domain.values import Rung, UnitId
from service.figures import Counting
from storage.scope import Principal
from storage.supervision import Supervised

FIRST_YEAR = 2020
"""The earliest year that is asked for; the first of the plans is of 2020."""
_RUNGS = (Rung.L1, Rung.L2, Rung.L3, Rung.L4, Rung.L4B, Rung.L5)


def _of(figure: Figure) -> tuple[Head, ...]:
    head = Head(figure.zh, figure.en, 12)
    if figure.definition.kind == "count":
        return (head,)
    return (head, Head(f"{figure.zh}·分子", "counted", 8), Head(f"{figure.zh}·分母", "out of", 8))


COLUMNS: tuple[Head, ...] = (
    Head("单位", "unit", 22),
    Head("类型", "kind", 12),
    *(column for figure in Figure for column in _of(figure)),
    *(Head(f"{rung.value} {rung.zh}", f"{rung.value} {rung.en}", 10) for rung in _RUNGS),
    Head("被退单次数", "sent back to it", 10),
    Head("未通过认定或评估次数", "recognition or assessment failed", 12),
)


async def rows(
    counting: Counting, principal: Principal, book: Rulebook, period: Period, now: datetime, lang: str = "zh"
) -> Rows:
    """A row for every unit that handles or found hazards, sub-districts first as the district lists them; then a row for all,
    the day up to which was counted, and what each figure counts."""
    counted = await counting.period(principal, period, now)
    supervised = {one.unit: one for one in await counting.supervision(principal, period)}
    name = naming(book.organisation, lang)
    for unit in _by_kind(book, counted.units):
        told = supervised.get(unit.id)
        yield [
            name(unit.id),
            plain(unit.type, lang, book),
            *_cells(counted.units.get(unit.id, Figures())),
            *_rungs(told),
        ]
    yield ["合计" if lang == "zh" else "all", "", *_cells(counted.total), *_total(list(supervised.values()))]
    until = min(period.last_day, now.date()).isoformat()
    yield [f"统计至 {until}" if lang == "zh" else f"counted up to {until}"]
    for figure in Figure:
        yield [
            plain(figure, lang, book),
            "",
            figure.definition.en if lang == "en" else book.said(figure.definition.zh),
        ]


def _by_kind(book: Rulebook, counted: Collection[UnitId]) -> list[Unit]:
    """块 before 条 (RPT-05): the places first, then the departments and the rest; also who handles nothing himself
    but found something, so that the rows come to the last one."""
    places = {unit.id for unit in book.organisation.territories}
    handling = [unit for unit in book.organisation.units if unit.handles or unit.id in counted]
    return sorted(handling, key=lambda unit: unit.id not in places)


def _cells(figures: Figures) -> Iterator[Cell]:
    for figure in Figure:
        value = figures.of(figure)
        if isinstance(value, Share):
            yield from (value, value.part, value.whole)
        else:
            yield value


def _rungs(told: Supervised | None) -> list[Cell]:
    if told is None:
        return [0] * (len(_RUNGS) + 2)
    return [*(told.rungs.get(rung, 0) for rung in _RUNGS), told.returned, told.refused]


def _total(every: list[Supervised]) -> list[Cell]:
    return [
        *(sum(one.rungs.get(rung, 0) for one in every) for rung in _RUNGS),
        sum(one.returned for one in every),
        sum(one.refused for one in every),
    ]
