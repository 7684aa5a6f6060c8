"""Sheets that tests write themselves."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook: ``xlsx([header, row, …])`` or several sheets by name."""

    def write(
        rows: Sequence[Sequence[Any]] = (), name: str = "工单.xlsx", **sheets: Sequence[Sequence[Any]]
    ) -> Path:
        path = tmp_path / name
        options = {"strings_to_formulas": False, "default_date_format": "yyyy/m/d h:mm:ss"}
        with xlsxwriter.Workbook(path, options) as book:
            for title, content in (sheets or {"Sheet1": rows}).items():
                sheet = book.add_worksheet(title)
                for number, row in enumerate(content):
                    sheet.write_row(number, 0, row)
        return path

    return write


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    """Writes a text file in an encoding, or its bytes as they are."""

    def write(text: str | bytes, encoding: str = "utf-8", name: str = "工单.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write
