"""Reads what people keep lists in: xlsx, xls and csv, as a header and rows that know their row number.

What a file is follows from its first bytes, not from its name. A cell that cannot be read spoils its row,
never the file.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import python_calamine as calamine

from intake.texts import encoding_of

Cell = str | float | int | bool | date | datetime | time | timedelta
Cells = tuple[Cell, ...]

HEADER_WITHIN = 20
"""A header stands among the first rows; titles and notes of the department may come before it."""

LONGEST_CELL = 4_000_000
"""Characters. A quotation mark that is never closed must not swallow a whole file into memory."""


class SheetError(Exception):
    """A file that cannot be imported, in one line."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} | {en}")
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Row:
    """A row and its number as a spreadsheet shows it, the first being 1."""

    number: int
    cells: Cells
    swallowed: bool = False
    """The quotation mark that opens one of its cells is never closed: the rest of the file is in that cell."""


@dataclass(frozen=True)
class Sheet:
    """A sheet whose header has been found. ``rows`` may be asked for again; blank ones are left out."""

    name: str
    header: tuple[str, ...]
    header_row: int
    count: int
    _rows: Callable[[], Iterator[Row]] = field(repr=False)

    def rows(self) -> Iterator[Row]:
        return (row for row in self._rows() if row.number > self.header_row)


IsHeader = Callable[[Sequence[str]], bool]


def open_sheet(path: Path, sheet: str | None = None, is_header: IsHeader = lambda _names: False) -> Sheet:
    """The sheet called or numbered ``sheet`` (the first one with anything in it when none is said).

    ``is_header`` tells a row of known column names; without such a row the first one with two cells is
    taken for the header. Raises :class:`SheetError`.
    """
    begin = _first_bytes(path)
    if begin.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        name, rows = _from_workbook(path, sheet)
    else:
        if sheet is not None:
            raise SheetError(
                f"{path.name} 是文本文件，没有工作表，请去掉 --sheet",
                f"{path.name} is a text file and has no sheets; leave --sheet out",
            )
        name, rows = path.stem, _from_text(path, begin)
    header_row, header = _header(path, rows(), is_header)
    found = Sheet(name=name, header=header, header_row=header_row, count=0, _rows=rows)
    count = sum(1 for _ in found.rows())
    if not count:
        raise SheetError(
            f"{path.name} 只有表头（第{header_row}行），没有数据行",
            f"{path.name} has a header in row {header_row} and no rows below it",
        )
    return Sheet(name=name, header=header, header_row=header_row, count=count, _rows=rows)


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            begin = file.read(2048)
    except FileNotFoundError:
        raise SheetError(f"没有文件 {path}，请核对路径", f"there is no file {path}; check the path") from None
    except IsADirectoryError:
        raise SheetError(f"{path} 是文件夹，请指定文件", f"{path} is a folder; name a file") from None
    except OSError as error:
        raise SheetError(
            f"读不到 {path}，请检查权限（{error.strerror}）", f"{path} cannot be read: {error.strerror}"
        ) from None
    if not begin.strip():
        raise SheetError(f"{path.name} 是空文件", f"{path.name} is empty")
    return begin


def _header(path: Path, rows: Iterator[Row], is_header: IsHeader) -> tuple[int, tuple[str, ...]]:
    first = [(row.number, tuple(_name(cell) for cell in row.cells)) for row in islice(rows, HEADER_WITHIN)]
    if not first:
        raise SheetError(f"{path.name} 里没有任何内容", f"there is nothing in {path.name}")
    known = (row for row in first if is_header(row[1]))
    wide = (row for row in first if sum(map(bool, row[1])) > 1)
    return next(known, None) or next(wide, first[0])


def _name(cell: Cell) -> str:
    return " ".join(str(cell).split())


def blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _numbered(rows: Iterable[Sequence[Cell]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=1):
        if not all(map(blank, cells)):
            yield Row(number, tuple(cells))


# -- workbooks ---------------------------------------------------------------------------------------

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""Name of the part that holds an xlsx behind a password."""


def _from_workbook(path: Path, wanted: str | None) -> tuple[str, Callable[[], Iterator[Row]]]:
    try:
        with path.open("rb") as file:  # by its content: many an .xls is an xlsx, and the other way round
            book = calamine.CalamineWorkbook.from_filelike(file)
        name = _sheet_called(path, book, wanted)
        sheet = book.get_sheet_by_name(name)
    except SheetError:
        raise
    except BaseException as error:
        # A file that is damaged badly enough makes the reader panic, which is no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        if _is_locked(path):
            raise SheetError(
                f"{path.name} 有密码保护，请去掉密码另存后再导入",
                f"{path.name} is protected by a password; save it without one",
            ) from None
        raise SheetError(
            f"{path.name} 已损坏或不是表格文件，请用 Excel 或 WPS 打开后另存为 xlsx",
            f"{path.name} is damaged or is no workbook; open it and save it as xlsx",
        ) from None
    return name, lambda: _numbered(sheet.iter_rows())


def _is_locked(path: Path) -> bool:
    if _ENCRYPTED in path.read_bytes():
        return True
    try:
        calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError:
        return True
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
    return False


def _sheet_called(path: Path, book: calamine.CalamineWorkbook, wanted: str | None) -> str:
    sheets = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    names = [meta.name for meta in sheets]
    if wanted is not None:
        if wanted in names:
            return wanted
        if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= len(names):
            return names[int(wanted) - 1]
        raise SheetError(
            f"{path.name} 没有工作表“{wanted}”，现有：{'、'.join(names)}",
            f"{path.name} has no sheet {wanted!r}; it has {', '.join(names)}",
        )
    visible = [meta.name for meta in sheets if meta.visible == calamine.SheetVisibleEnum.Visible]
    for name in visible or names:
        if book.get_sheet_by_name(name).height:
            return name
    raise SheetError(f"{path.name} 里没有任何内容", f"there is nothing in {path.name}")


# -- text --------------------------------------------------------------------------------------------

_DELIMITERS = (",", "\t", ";")


def _from_text(path: Path, begin: bytes) -> Callable[[], Iterator[Row]]:
    marks = begin.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if marks.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")):
        raise SheetError(
            f"{path.name} 其实是网页，不是表格，请用 Excel 或 WPS 打开后另存为 xlsx",
            f"{path.name} is a web page by another name; open it and save it as xlsx",
        )
    is_utf16 = begin.startswith((b"\xff\xfe", b"\xfe\xff"))
    if begin.startswith((b"%PDF", b"{\\rtf")) or (b"\0" in begin and not is_utf16):
        raise SheetError(
            f"{path.name} 不是 xlsx、xls 或 csv 文件", f"{path.name} is neither xlsx nor xls nor csv"
        )
    encoding = encoding_of(path)
    if encoding is None:
        raise SheetError(
            f"认不出 {path.name} 的文字编码，请另存为 UTF-8 或 GB18030（GBK）的 csv",
            f"the encoding of {path.name} is unknown; save it as UTF-8 or GB18030",
        )
    csv.field_size_limit(LONGEST_CELL)
    delimiter = _delimiter(path, encoding)
    return lambda: _text_rows(path, encoding, delimiter)


def _delimiter(path: Path, encoding: str) -> str:
    """The one that cuts most of the first rows into equally many cells, and into more of them."""

    def evenness(delimiter: str) -> tuple[int, int]:
        first = islice(_text_rows(path, encoding, delimiter), HEADER_WITHIN)
        widths = [len(row.cells) for row in first if len(row.cells) > 1]
        return max(((widths.count(width), width) for width in set(widths)), default=(0, 0))

    return max(_DELIMITERS, key=evenness)


def _text_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    # Bytes that are no text in this encoding come through as surrogates, which no form accepts.
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=delimiter)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:  # a cell beyond LONGEST_CELL
                yield Row(number, ("",), swallowed=True)
                return
            if not all(map(blank, cells)):
                yield Row(number, tuple(cells), swallowed=lines.ended)


class _Lines:
    """Lines of a file, and whether the reader asked for one more while a row was still open."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            return next(self._lines)
        except StopIteration:
            self.ended = True
            raise
