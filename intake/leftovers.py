"""The workbook of what could not be taken: the rows as they were, with number and reason, to be mended.

It may be imported again once mended: its own columns are not mistaken for the sheet's.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import xlsxwriter

from intake.forms import Problem
from intake.mapping import OURS
from intake.sheets import Cell, SheetError

LONGEST = 32_767
"""Characters in a cell, by the format's own limit."""

CUT = "…（过长，此处截断，全文见原文件）"

ROWS_A_SHEET = 1_000_000

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def leftovers_path(folder: Path, file: Path) -> Path:
    return folder / f"{file.stem}-未导入.xlsx"


def write_leftovers(path: Path, header: Sequence[str], problems: Sequence[Problem]) -> Path | None:
    """Write the workbook, whole or not at all; nothing when there are no ``problems``.

    Only its owner may read it, for it holds what people wrote. Raises :class:`SheetError`.
    """
    if not problems:
        return None
    if tuple(header[: len(OURS)]) == OURS:  # leftovers of leftovers
        header = header[len(OURS) :]
        problems = [replace(problem, cells=problem.cells[len(OURS) :]) for problem in problems]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".leftovers-", suffix=".xlsx", delete=False) as draft:
            pass  # mode 0600 from the start
        try:
            _write(draft.name, header, problems)
            os.replace(draft.name, path)
        except BaseException:
            os.unlink(draft.name)
            raise
    except (OSError, xlsxwriter.exceptions.XlsxFileError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SheetError(
            f"写不出未导入清单 {path}（{why}）", f"the workbook of leftovers {path} cannot be written: {why}"
        ) from None
    return path


def _write(name: str, header: Sequence[str], problems: Sequence[Problem]) -> None:
    with xlsxwriter.Workbook(name, _OPTIONS) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        for start in range(0, len(problems), ROWS_A_SHEET):
            sheet = book.add_worksheet("未导入" if not start else f"未导入{start // ROWS_A_SHEET + 1}")
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, 0, 8)
            sheet.set_column(1, 1, 60)
            sheet.set_column(2, 2, 26)
            sheet.set_column(3, 2 + max(len(header), 1), 20)
            for column, title in enumerate((*OURS, *header)):
                sheet.write_string(0, column, _fitting(title), bold)
            for row, problem in enumerate(problems[start : start + ROWS_A_SHEET], start=1):
                sheet.write_number(row, 0, problem.row)
                sheet.write_string(row, 1, _fitting(problem.zh))
                sheet.write_string(row, 2, problem.code)
                for column, cell in enumerate(problem.cells, start=3):
                    _write_cell(sheet, row, column, cell, moments, days)


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, moments: Any, days: Any) -> None:
    if isinstance(cell, str):
        if cell:
            sheet.write_string(row, column, _fitting(cell))
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, datetime) and cell.year >= 1900:
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), moments)
    elif isinstance(cell, date) and cell.year >= 1900:
        sheet.write_datetime(row, column, cell, days)
    elif isinstance(cell, time | timedelta | date):
        sheet.write_string(row, column, str(cell))


def _fitting(text: str) -> str:
    """A text as a cell can hold it: not too long, and without what is no character."""
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT
