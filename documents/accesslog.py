"""涉密隐患读取记录 as a sheet, for auditors: who read what and when, sealed line by line (SEC-01)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from documents.sheets import Column, Rows, Unit, cells, naming
from domain.library import Rulebook
from storage.accesslog import Logged


class Row(NamedTuple):
    """A reading, and what telling it takes. Readers stand there by seat and opaque reference."""

    line: Logged
    unit: Unit
    lang: str


def _outcome(row: Row) -> str:
    if row.line.access.outcome == "seen":
        return "seen" if row.lang == "en" else "已读取"
    return "denied" if row.lang == "en" else "已拒绝"


COLUMNS: tuple[Column[[Row]], ...] = (
    Column("序号", "line", 8, lambda row: row.line.n),
    Column("时间", "at", 17, lambda row: row.line.access.at),
    Column("隐患编号", "hazard", 16, lambda row: row.line.access.hazard),
    Column("密级", "confidentiality", 8, lambda row: row.line.access.confidentiality),
    Column("读取内容", "what was read", 14, lambda row: row.line.access.looked),
    Column("结果", "outcome", 9, _outcome),
    Column("单位", "unit", 18, lambda row: row.unit(row.line.access.actor.unit)),
    Column("席位", "seat", 14, lambda row: row.line.access.actor.role),
    Column("人员代号", "person", 16, lambda row: row.line.access.actor.person),
    Column("外区来访", "from another district", 12, lambda row: row.line.access.caller),
    Column("前一散列", "hash before", 20, lambda row: row.line.prev),
    Column("散列", "hash", 20, lambda row: row.line.hash),
)


async def rows(pages: AsyncIterator[Sequence[Logged]], book: Rulebook, lang: str = "zh") -> Rows:
    """The rows of pages of the log that its reader may see."""
    unit = naming(book.organisation, lang)
    async for page in pages:
        for line in page:
            yield cells(COLUMNS, book, lang, Row(line, unit, lang))
