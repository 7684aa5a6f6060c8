"""督办事项 as a sheet: what seats owe across hazards, one row each, headings as on form F13 (SUP-01)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from documents.sheets import Column, Rows, Unit, cells, every_page, naming
from domain.library import Rulebook
from domain.obligations import OWED, standing
from domain.organisation import Role
from service.reading import Reading
from storage.obligations import By, Line, Sought
from storage.readmodel import LONGEST_PAGE
from storage.scope import Principal


class Row(NamedTuple):
    """An obligation, and what telling it takes."""

    line: Line
    now: datetime
    unit: Unit
    lang: str


def _kind(row: Row) -> str:
    return OWED[row.line.owed.kind].en if row.lang == "en" else OWED[row.line.owed.kind].zh


COLUMNS: tuple[Column[[Row]], ...] = (
    Column("隐患编号", "hazard", 16, lambda row: row.line.hazard),
    Column("事项", "obligation", 24, _kind),
    Column("承担单位", "owed by", 18, lambda row: row.unit(row.line.owed.unit)),
    Column("对象", "about", 18, lambda row: row.unit(row.line.owed.about)),
    Column("席位", "seat", 12, lambda row: Role(row.line.owed.role)),
    Column("办理情况", "standing", 11, lambda row: standing(row.line.owed, row.now)),
    Column("期限", "due", 17, lambda row: row.line.owed.due),
    Column("提出时间", "raised at", 17, lambda row: row.line.owed.raised_at),
    Column("签收时间", "received at", 17, lambda row: row.line.owed.received_at),
    Column("完成时间", "met at", 17, lambda row: row.line.owed.met_at),
    Column("认可时间", "accepted at", 17, lambda row: row.line.owed.accepted_at),
    Column("管辖单位", "owner", 18, lambda row: row.unit(row.line.owner)),
    Column("隐患状态", "state", 14, lambda row: row.line.state),
    Column("督办级别", "rung", 9, lambda row: row.line.level),
    Column("标题", "title", 28, lambda row: row.line.title),
    Column("地点", "place", 36, lambda row: row.line.place),
)


async def rows(
    reading: Reading,
    principal: Principal,
    book: Rulebook,
    sought: Sought,
    now: datetime,
    by: By = By.DUE,
    lang: str = "zh",
) -> Rows:
    """The rows of a list that ``principal`` may see, read page by page."""
    unit = naming(book.organisation, lang)
    async for page in every_page(
        lambda cursor: reading.obligations(principal, sought, cursor, LONGEST_PAGE, by)
    ):
        for line in page.rows:
            yield cells(COLUMNS, book, lang, Row(line, now, unit, lang))
