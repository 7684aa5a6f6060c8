"""The load of the units as a sheet: what each that handles hazards has on its hands at this moment (RPT-07)."""

from __future__ import annotations

from documents.sheets import Head, Rows, naming, plain
from domain.library import Rulebook
from domain.organisation import Unit
from storage.stock import Stock

COLUMNS: tuple[Head, ...] = (
    Head("单位", "unit", 24),
    Head("类型", "kind", 14),
    Head("超期", "overdue", 10),
    Head("临期", "due soon", 10),
    Head("未清零", "open", 10),
    Head("最高级别", "highest rung", 14),
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
