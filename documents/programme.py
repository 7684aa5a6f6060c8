"""排查计划 as a sheet: how every unit stands with every window, one row each (CAD-02, REG-11)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from documents.sheets import Column, Rows, cells
from domain.library import Rulebook
from service.programme import Seen, Stand


class Row(NamedTuple):
    """A unit's part of a window, and what telling it takes."""

    seen: Seen
    stand: Stand
    lang: str


def _duty(row: Row) -> str:
    opening = row.seen.standing.opening
    return opening.en if row.lang == "en" and opening.en else opening.name


def _left(row: Row) -> str:
    part = row.stand.part
    return "、".join(part.left) if part.filed_at else ""


COLUMNS: tuple[Column[[Row]], ...] = (
    Column("事项", "duty", 26, _duty),
    Column("周期", "period", 11, lambda row: row.seen.standing.window.label),
    Column("填报内容", "what is filed", 14, lambda row: row.seen.standing.opening.files),
    Column("开放时间", "opens", 17, lambda row: row.seen.standing.window.opens),
    Column("期限", "due", 17, lambda row: row.seen.standing.window.due),
    Column("单位", "unit", 20, lambda row: row.stand.name),
    Column("进展", "progress", 14, lambda row: row.stand.progress),
    Column("报送时间", "filed at", 17, lambda row: row.stand.part.filed_at),
    Column("完成时间", "done at", 17, lambda row: row.stand.part.settled_at),
    Column("应排未排", "not inspected", 30, _left),
    Column("发现隐患数", "hazards found", 10, lambda row: row.stand.part.found),
    Column("隐患编号", "hazards", 30, lambda row: "、".join(row.stand.part.hazards)),
    Column("提醒时间", "reminded at", 17, lambda row: row.stand.part.reminded_at),
    Column("到期未报时间", "missed at", 17, lambda row: row.stand.part.missed_at),
    Column("退回时间", "returned at", 17, lambda row: row.stand.part.returned_at),
    Column("批准时间", "approved at", 17, lambda row: row.stand.part.approved_at),
)


async def rows(windows: AsyncIterator[Sequence[Seen]], book: Rulebook, lang: str = "zh") -> Rows:
    """The rows of pages of windows that their reader may see."""
    async for page in windows:
        for seen in page:
            for stand in seen.stands:
                yield cells(COLUMNS, book, lang, Row(seen, stand, lang))
