"""台账 and any list as a sheet: one row a hazard, headings as on the registration form (F01, RPT-01).

A sheet is written while it is read, page by page, so a hundred thousand rows take the memory of one page.
Nothing in it is a formula: what a resident wrote stays text, whatever it begins with, also when somebody edits
the cell. It prints on A4 lying, its heading on every page.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime
from math import ceil
from pathlib import Path
from typing import Any, Generic, NamedTuple, ParamSpec, Protocol, TypeVar

import xlsxwriter

from domain.figures import Share
from domain.library import Rulebook
from domain.organisation import Organisation
from domain.values import Labelled, UnitId, local
from service.reading import Reading
from storage.readmodel import LONGEST_PAGE, Filters, HazardRow, Order
from storage.scope import Principal

Cell = str | int | date | datetime | Share | None
Rows = AsyncIterator[list[Cell]]
Unit = Callable[[UnitId | None], str]
"""A unit's name, in the language of the sheet."""

P = ParamSpec("P")
"""What a row of one list is about."""

MOST_ROWS = 1_048_575
"""Rows of an xlsx sheet below its heading."""

_LONGEST_TEXT = 32_767
"""Characters that a cell of xlsx holds."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With these a spreadsheet begins a formula, also when it reads csv; some take the full-width forms for the same."""

_DIGITS_KEPT = 11
"""Longer numbers a spreadsheet shows as 1.2E+12, and from the sixteenth digit on it makes them up."""

_WIDE = 200
"""Characters of width that are still read when they are made to fit one page lying."""


class Heading(Protocol):
    """A column by its words; ``width`` in characters."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def width(self) -> int: ...


class Head(NamedTuple):
    """A heading whose cells are put together by the row."""

    zh: str
    en: str
    width: int


class Column(NamedTuple, Generic[P]):
    """A heading, and what its cell says of what a row is about."""

    zh: str
    en: str
    width: int
    cell: Callable[P, Cell | Labelled | bool]


COLUMNS: tuple[Column[[HazardRow, Unit]], ...] = (
    Column("编号", "number", 16, lambda row, _: row.id),
    Column("标题", "title", 28, lambda row, _: row.title),
    Column("状态", "state", 14, lambda row, _: row.state),
    Column("整治方式", "mode", 10, lambda row, _: row.mode),
    Column("管辖单位", "owner", 18, lambda row, unit: unit(row.owner)),
    Column("超期情况", "punctuality", 9, lambda row, _: row.sla),
    Column("督办级别", "rung", 9, lambda row, _: row.level),
    Column("下一期限", "next deadline", 17, lambda row, _: row.next_due),
    Column("紧急程度", "urgency", 9, lambda row, _: row.urgency),
    Column("风险等级", "risk colour", 9, lambda row, _: row.colour),
    Column("重大隐患", "major", 9, lambda row, _: row.major),
    Column("密级", "confidentiality", 7, lambda row, _: row.confidentiality),
    Column("发现渠道", "channel", 12, lambda row, _: row.channel),
    Column("登记单位", "registered by", 18, lambda row, unit: unit(row.registered_by)),
    Column("所在街镇", "sub-district", 14, lambda row, unit: unit(row.subdistrict)),
    Column("地点", "place", 36, lambda row, _: row.place),
    Column("部/事件编号", "catalogue code", 11, lambda row, _: row.code),
    Column("四类风险", "risk category", 9, lambda row, _: row.category),
    Column("登记时间", "reported at", 17, lambda row, _: row.reported_at),
    Column("轮次", "round", 6, lambda row, _: row.round),
    Column("回潮次数", "relapses", 9, lambda row, _: row.relapses),
    Column("销号时间", "struck off at", 17, lambda row, _: row.cleared_at),
    Column("销号编号", "strike-off number", 22, lambda row, _: row.strike_off),
    Column("归档时间", "closed at", 17, lambda row, _: row.closed_at),
    Column("并入", "merged into", 16, lambda row, _: row.merged_into),
    Column("外部来源", "source", 12, lambda row, _: row.external_source),
    Column("外部工单号", "number there", 16, lambda row, _: row.external_number),
    Column("最近办理", "updated at", 17, lambda row, _: row.updated_at),
)


async def rows(
    reading: Reading,
    principal: Principal,
    book: Rulebook,
    filters: Filters,
    order: Order = Order.REPORTED,
    lang: str = "zh",
) -> Rows:
    """The rows of a list that ``principal`` may see, each read of a confidential one logged (SEC-01)."""

    unit = naming(book.organisation, lang)
    async for page in every_page(
        lambda cursor: reading.find(principal, filters, cursor, LONGEST_PAGE, order)
    ):
        for row in page.rows:
            yield cells(COLUMNS, book, lang, row, unit)


class _Page(Protocol):
    @property
    def next(self) -> str | None: ...


Paged = TypeVar("Paged", bound=_Page)
Found = TypeVar("Found")
At = TypeVar("At")


async def every_page(read: Callable[[str | None], Awaitable[Paged]]) -> AsyncIterator[Paged]:
    """The pages of a list from the first on, each read when the one before is done with."""
    cursor: str | None = None
    while True:
        page = await read(cursor)
        yield page
        cursor = page.next
        if cursor is None:
            return


async def every_part(
    read: Callable[[At | None], Awaitable[tuple[Sequence[Found], At | None]]],
) -> AsyncIterator[Sequence[Found]]:
    """The same of a list that says beside what it found where it goes on."""
    at: At | None = None
    while True:
        found, at = await read(at)
        yield found
        if at is None:
            return


def naming(organisation: Organisation, lang: str) -> Unit:
    """Units by name in one language."""

    def unit(id: UnitId | None) -> str:
        found = organisation.by_id.get(id) if id else None
        return (found.en if found and lang == "en" and found.en else found.name if found else id) or ""

    return unit


def cells(
    columns: Sequence[Column[P]], book: Rulebook, lang: str, *about: P.args, **named: P.kwargs
) -> list[Cell]:
    """One row, in the words of a district."""
    return [plain(column.cell(*about, **named), lang, book) for column in columns]


def plain(value: Cell | Labelled | bool, lang: str, book: Rulebook) -> Cell:
    """A value as a cell, in the words of a district."""
    if isinstance(value, Labelled):
        return value.en if lang == "en" else book.said(value.zh)
    if isinstance(value, bool):
        return ("yes" if lang == "en" else "是") if value else ""
    return value


def headings(lang: str = "zh", columns: Sequence[Heading] = COLUMNS) -> list[str]:
    return [column.en if lang == "en" else column.zh for column in columns]


# -- csv ---------------------------------------------------------------------------------------------


async def as_csv(rows: Rows, lang: str = "zh", columns: Sequence[Heading] = COLUMNS) -> AsyncIterator[bytes]:
    """UTF-8 with the mark by which spreadsheets know it, some rows at a time."""
    text = io.StringIO(newline="")
    sheet = csv.writer(text)
    sheet.writerow(headings(lang, columns))
    yield b"\xef\xbb\xbf"
    async for row in rows:
        sheet.writerow([_csv_cell(cell) for cell in row])
        if text.tell() > 1 << 16:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    some = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return some


def _csv_cell(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return f"{local(cell):%Y-%m-%d %H:%M}"
    if isinstance(cell, Share):
        return cell.percent
    if isinstance(cell, str) and (cell.startswith(_FORMULA) or _is_long_number(cell)):
        return f"'{cell}"  # a csv cannot say that a cell is text: the apostrophe does
    return cell


def _is_long_number(text: str) -> bool:
    """A number of somebody's, not a quantity: an order of the hotline, a code that begins with 0."""
    return text.isdecimal() and (len(text) > _DIGITS_KEPT or (len(text) > 1 and text.startswith("0")))


# -- xlsx --------------------------------------------------------------------------------------------


async def write_xlsx(
    path: Path, rows: Rows, name: str = "", lang: str = "zh", columns: Sequence[Heading] = COLUMNS
) -> int:
    """Write the sheet to ``path``; how many rows it has. Raises ``ValueError`` past what a sheet can hold."""
    book = xlsxwriter.Workbook(
        path,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    name = name or ("台账" if lang == "zh" else "hazards")
    sheet = book.add_worksheet(name)
    formats = _Formats(book)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
    _prepare_print(sheet, name, lang, sum(column.width for column in columns))
    sheet.set_row(0, 32)
    sheet.write_row(0, 0, headings(lang, columns), formats.heading)
    sheet.freeze_panes(1, 1)
    written = 0
    try:
        async for row in rows:
            written += 1
            if written > MOST_ROWS:
                raise ValueError(
                    "一张表放不下，请加筛选条件或改用 csv / too many rows for a sheet: narrow the list, or take csv"
                )
            for number, cell in enumerate(row):
                _write(sheet, written, number, cell, formats)
        sheet.autofilter(0, 0, written, len(columns) - 1)
    finally:
        await asyncio.to_thread(book.close)  # packs the whole sheet: seconds for a long one
    return written


class _Formats:
    def __init__(self, book: Any) -> None:
        self.heading = book.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        )
        # Of the kind “text”: what begins with = stays what it is when somebody has edited the cell.
        self.text = book.add_format({"num_format": "@"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.share = book.add_format({"num_format": "0.0%"})


def _write(sheet: Any, row: int, column: int, cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, Share):
        if cell.rate is None:
            sheet.write_string(row, column, cell.percent, formats.text)
        else:
            sheet.write_number(row, column, cell.rate, formats.share)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, local(cell).replace(tzinfo=None), formats.moment)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats.day)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif cell:
        text = cell if len(cell) <= _LONGEST_TEXT else cell[: _LONGEST_TEXT - 1] + "…"
        sheet.write_string(row, column, text, formats.text)


def _prepare_print(sheet: Any, name: str, lang: str, wide: int) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0)
    sheet.fit_to_pages(ceil(wide / _WIDE), 0)
    sheet.set_header(f"&C{name}&R&D")
    sheet.set_footer("&C第 &P 页，共 &N 页" if lang == "zh" else "&Cpage &P of &N")
