"""Every list that leaves as a sheet, with the worst that somebody may have typed in every column of text."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import openpyxl
import pytest

from documents import accesslog, assessment, notices, obligations, programme, riskpoints, sheets, units
from domain.figures import Share
from domain.values import SHANGHAI

SHEETS = {
    "hazards": ("台账", sheets.COLUMNS),
    "obligations": ("督办事项", obligations.COLUMNS),
    "risk-points": ("风险点台账", riskpoints.COLUMNS),
    "programme": ("排查计划", programme.COLUMNS),
    "notices": ("通知", notices.COLUMNS),
    "access-log": ("读取记录", accesslog.COLUMNS),
    "units": ("各单位负荷", units.COLUMNS),
    "assessment-2026": ("2026年考评", assessment.COLUMNS),
    "figures-2026-09": ("2026-09 指标", assessment.COLUMNS),
}
EVIL = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1,1)",
    '"=1+1"',
    '";=1+1;"',
    '=HYPERLINK("http://x","隐患")',
    "=cmd|'/c calc'!A1",
)
LONG = "20261130000123456789"


async def given(columns, *cells):
    for cell in cells:
        yield [cell] * len(columns)


async def workbook(path, kind, *cells, lang="zh"):
    title, columns = SHEETS[kind]
    name = title if lang == "zh" else kind
    await sheets.write_xlsx(path, given(columns, *cells), name, lang, columns)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("kind", SHEETS)
@pytest.mark.requirement("RPT-01")
async def test_no_text_is_a_formula_in_a_workbook(kind, tmp_path):
    sheet = (await workbook(tmp_path / "sheet.xlsx", kind, *EVIL, LONG)).worksheets[0]

    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert len(cells) == (len(EVIL) + 1) * len(SHEETS[kind][1])
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert {cell.number_format for cell in cells} == {"@"}, "nor once somebody has edited it"
    assert all(sheet.cell(len(EVIL) + 2, column).value == LONG for column in range(1, sheet.max_column + 1))


@pytest.mark.parametrize("kind", SHEETS)
@pytest.mark.requirement("RPT-01")
async def test_no_text_is_a_formula_in_a_csv(kind):
    columns = SHEETS[kind][1]
    text = b"".join([some async for some in sheets.as_csv(given(columns, *EVIL, LONG, "007"), "zh", columns)])

    assert text.startswith(b"\xef\xbb\xbf"), "by which Excel and WPS know that it is UTF-8"
    heading, *rows = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    assert heading == [column.zh for column in columns]
    for said, row in zip((*EVIL, LONG, "007"), rows, strict=True):
        shown = said if said.startswith('"') else f"'{said}"
        assert row == [shown] * len(columns)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", SHEETS)
async def test_a_sheet_is_named_stays_readable_and_prints_on_a4(kind, lang, tmp_path):
    book = await workbook(tmp_path / "sheet.xlsx", kind, "文字", lang=lang)

    (sheet,) = book.worksheets
    title, columns = SHEETS[kind]
    assert sheet.title == (title if lang == "zh" else kind)
    assert [cell.value for cell in sheet[1]] == [getattr(column, lang) for column in columns]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref
    setup = sheet.page_setup
    assert (setup.paperSize, setup.orientation, sheet.print_title_rows) == (9, "landscape", "$1:$1")
    assert (setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    assert int(setup.fitToWidth or 1) <= 3
    assert "&P" in (sheet.oddFooter.center.text or "") or "P" in str(sheet.oddFooter.center)
    assert all(
        sheet.column_dimensions[openpyxl.utils.get_column_letter(n)].width >= column.width
        for n, column in enumerate(columns, 1)
        if n == 1 or column.width != columns[n - 2].width  # equal neighbours are told of once
    )


async def test_dates_are_dates_numbers_numbers_and_rates_rates(tmp_path):
    at = datetime(2026, 9, 30, 16, 5, tzinfo=SHANGHAI)
    sheet = (
        await workbook(
            tmp_path / "sheet.xlsx", "units", at, date(2026, 9, 30), 12, Share(part=1, whole=3), Share(), None
        )
    ).worksheets[0]
    values = [sheet.cell(row, 2) for row in range(2, 8)]

    assert values[0].value == at.replace(tzinfo=None) and values[0].is_date
    assert values[1].value == datetime(2026, 9, 30) and values[1].number_format == "yyyy-mm-dd"  # noqa: DTZ001
    assert (values[2].value, values[2].data_type) == (12, "n")
    assert values[3].value == pytest.approx(1 / 3) and values[3].number_format == "0.0%"
    assert (values[4].value, values[5].value) == ("—", None)
    columns = SHEETS["units"][1]
    cells = (at, date(2026, 9, 30), 12, Share(part=1, whole=3))
    text = b"".join([some async for some in sheets.as_csv(given(columns, *cells), "zh", columns)])
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))[1:]
    assert [row[0] for row in rows] == ["2026-09-30 16:05", "2026-09-30", "12", "33.3%"]


async def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path):
    sheet = (await workbook(tmp_path / "sheet.xlsx", "units", "长" * 40_000)).worksheets[0]

    assert len(sheet["A2"].value) == 32_767 and sheet["A2"].value.endswith("…")


@pytest.mark.requirement("RPT-01")
async def test_an_office_software_reads_both_without_a_formula_or_a_warning(in_office, tmp_path):
    """LibreOffice has each evil text as text: what it saves again has no formula either."""
    columns = SHEETS["hazards"][1]
    book = tmp_path / "book.xlsx"
    await workbook(book, "hazards", *EVIL, LONG)
    text = tmp_path / "text.csv"
    text.write_bytes(
        b"".join([some async for some in sheets.as_csv(given(columns, *EVIL, LONG), "zh", columns)])
    )

    for file in (book, text):
        again = in_office(file, "ods" if file is book else "xlsx")
        if again.suffix == ".xlsx":
            cells = [
                cell
                for row in openpyxl.load_workbook(again).worksheets[0].iter_rows(min_row=2)
                for cell in row
            ]
            assert [cell.value for cell in cells if cell.data_type == "f"] == []
            assert LONG in {str(cell.value).lstrip("'") for cell in cells}
        else:
            back = in_office(again, "xlsx")
            sheet = openpyxl.load_workbook(back).worksheets[0]
            found = [row[1].value for row in sheet.iter_rows(min_row=2)]
            assert {text.strip() for text in EVIL} <= {str(text).strip() for text in found}
            assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} == {"s"}
