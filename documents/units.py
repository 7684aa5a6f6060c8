"""The load of the units as a sheet: what each that handles hazards has on its hands at this moment (RPT-07)."""

from __future__ import annotations

from typing import NamedTuple

from documents.sheets import Rows, naming, plain
from domain.library import Rulebook
from domain.organisation import Unit
from storage.stock import Stock


class Column(NamedTuple):
    zh: str
    en: str
    width: int


COLUMNS: tuple[Column, ...] = (
    Column("单位", "unit", 24),
    Column("类型", "kind", 14),
    Column("超期", "overdue", 10),
    Column("临期", "due soon", 10),
    Column("未清零", "open", 10),
    Column("最高级别", "highest rung", 14),
)


def in_order(stock: Stock, book: Rulebook) -> list[Unit]:
    """Units that handle hazards, the most overdue first."""
    load = {one.unit: (-one.overdue, -one.open) for one in stock.units}
    handling = [unit for unit in book.organisation.units if unit.handles]
    return sorted(handling, key=lambda unit: load.get(unit.id, (1, 0)))


async def rows(stock: Stock, book: Rulebook, lang: str = "zh") -> Rows:
    """A row a unit."""
    load = {one.unit: one for one in stock.units}
    name = naming(book.organisation, lang)
    for unit in in_order(stock, book):
        one = load.get(unit.id)
        yield [
            name(unit.id),
            plain(unit.type, lang, book),
            one.overdue if one else 0,
            one.due_soon if one else 0,
            one.open if one else 0,
            plain(one.highest, lang, book) if one else "",
        ]
