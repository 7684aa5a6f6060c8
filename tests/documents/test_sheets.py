"""Sheets: what the list shows, as xlsx and csv, and never a formula."""

from __future__ import annotations

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from documents import sheets
from documents.command import export
from domain.library import Library
from domain.organisation import Role
from service.reading import Reading
from service.rulebooks import Current
from settings import load_settings
from storage.readmodel import Filters
from tests.documents.conftest import record
from tests.storage.stories import DESK, OFFICE_SEES, OTHER_STREET, QINGPU, START, Story, actor, principal

EVERYTHING = Filters()
EVIL = ('=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "\t=1", "平常的标题")


@pytest.fixture
def told(db):
    stories = [
        Story(f"QP-2026-{n:06d}").report(by=DESK, channel="hotline", title=title, place=title)
        for n, title in enumerate(EVIL, 1)
    ]
    record(
        db,
        *stories,
        Story("QP-2026-000009")
        .report(by=actor(Role.DISCOVERER, OTHER_STREET), place="盈浦街道某路")
        .closed(),
    )
    return db


def rows(db, by=OFFICE_SEES, filters=EVERYTHING, lang="zh"):
    library = Library()
    reading = Reading(db, library, Current(db, library))
    return sheets.rows(reading, by, QINGPU, filters, lang=lang)


async def as_text(db, **more) -> list[list[str]]:
    text = b"".join([some async for some in sheets.as_csv(rows(db, **more), more.get("lang", "zh"))])
    assert text.startswith(b"\xef\xbb\xbf"), "a spreadsheet would take it for another encoding"
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))


@pytest.mark.requirement("RPT-01")
async def test_a_csv_has_a_row_for_each_hazard_and_no_formula(told):
    heading, *found = await as_text(told)

    assert heading[:4] == ["编号", "标题", "状态", "整治方式"]
    assert len(found) == 7
    assert not [cell for row in found for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert found[-1][heading.index("登记时间")] == f"{START:%Y-%m-%d %H:%M}"


@pytest.mark.requirement("RPT-01")
async def test_an_xlsx_keeps_every_text_as_text_and_every_date_as_a_date(told, tmp_path):
    file = tmp_path / "sheet.xlsx"

    assert await sheets.write_xlsx(file, rows(told)) == 7

    heading, *found = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    titles = {row[heading.index("标题")] for row in found}
    assert {title.strip() for title in EVIL} <= {str(title).strip() for title in titles}
    assert found[-1][heading.index("登记时间")] == START.replace(tzinfo=None)
    assert {row[heading.index("状态")] for row in found} == {"待核实", "已归档"}
    assert b"<f>" not in _part(file, "xl/worksheets/sheet1.xml")


async def test_a_sheet_in_english_says_its_words_in_english(told):
    heading, *found = await as_text(told, lang="en")

    assert heading[:3] == ["number", "title", "state"]
    assert {row[2] for row in found} == {"reported, to be verified", "closed"}


@pytest.mark.requirement("SEC-01")
async def test_nobody_takes_away_what_he_may_not_see(told):
    assert len(await as_text(told, by=principal(Role.LIAISON, OTHER_STREET))) == 2
    assert len(await as_text(told, filters=Filters(open=True))) == 7


def test_the_command_writes_by_the_ending_of_the_name(told, url, tmp_path):
    settings = load_settings(database_url=url, var_dir=tmp_path)

    assert export(settings, OFFICE_SEES, tmp_path / "all.csv", Filters(), "zh") == 7
    assert export(settings, OFFICE_SEES, tmp_path / "open.xlsx", Filters(open=True), "zh") == 6
    with pytest.raises(ValueError, match="should end in"):
        export(settings, OFFICE_SEES, tmp_path / "all.doc", Filters(), "zh")


def _part(file, name: str) -> bytes:
    import zipfile

    with zipfile.ZipFile(file) as parts:
        return parts.read(name)
