"""通知 as a sheet: to whom, about what, until when, and who acknowledged it, one row each (SUP-01)."""

from __future__ import annotations

from typing import NamedTuple

from channels.texts import document_en
from documents.sheets import Column, Rows, Unit, cells, every_part, naming
from domain.library import Rulebook
from domain.organisation import Role
from domain.values import UnitId
from service.notices import Notices
from storage.inbox import Entry, Wanted
from storage.readmodel import LONGEST_PAGE
from storage.scope import Principal


class Row(NamedTuple):
    """A notice, and what telling it takes."""

    entry: Entry
    unit: Unit
    book: Rulebook
    lang: str


def _document(row: Row) -> str:
    document = row.entry.notice.document
    return document_en(document, row.book) if row.lang == "en" else row.book.said(document)


def _copy(row: Row) -> str:
    if row.entry.notice.kind == "to":
        return "to" if row.lang == "en" else "主送"
    return "copy" if row.lang == "en" else "抄送"


def _receipt_of(row: Row) -> str:
    given = row.entry.receipt
    return row.unit(UnitId(given.unit)) if given else ""


COLUMNS: tuple[Column[[Row]], ...] = (
    Column("发出时间", "written at", 17, lambda row: row.entry.created_at),
    Column("隐患编号", "hazard", 16, lambda row: row.entry.hazard),
    Column("排查计划窗口", "window of the programme", 22, lambda row: row.entry.about),
    Column("文书", "document", 22, _document),
    Column("督办级别", "rung", 9, lambda row: row.entry.notice.rung),
    Column("致单位", "to unit", 18, lambda row: row.unit(row.entry.notice.unit)),
    Column("致席位", "to seat", 14, lambda row: Role(row.entry.notice.role)),
    Column("主送或抄送", "to or copy", 10, _copy),
    Column("所涉时限", "clock", 12, lambda row: row.entry.notice.clock),
    Column("期限", "due", 17, lambda row: row.entry.notice.due),
    Column("标题", "title", 28, lambda row: row.entry.title),
    Column(
        "签收时间", "acknowledged at", 17, lambda row: row.entry.receipt.at if row.entry.receipt else None
    ),
    Column("签收单位", "acknowledged by", 18, _receipt_of),
)


async def rows(
    notices: Notices, principal: Principal, book: Rulebook, wanted: Wanted, lang: str = "zh"
) -> Rows:
    """The rows of a list that ``principal`` may see, the newest first. Raises :class:`Refusal` 403."""
    unit = naming(book.organisation, lang)
    async for found in every_part(lambda before: notices.find(principal, wanted, before, LONGEST_PAGE)):
        for entry in found:
            yield cells(COLUMNS, book, lang, Row(entry, unit, book, lang))
