"""Bulletins: the figures of the month, each with its 口径, in the form of an official document."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from html import unescape

import pytest
from docx import Document

from documents import typeset
from documents.bulletin import Bulletin, Line, in_words_of, parse_month
from documents.command import bulletin_files
from domain.figures import Figure, month
from domain.values import SHANGHAI
from profiles.loader import shipped_profiles
from settings import load_settings
from storage import figures
from tests.documents.conftest import EMPTY, SEPTEMBER, of
from tests.documents.months import NOW
from tests.storage.stories import OFFICE_SEES, OTHER_STREET, STREET, unit


def text_of(content: bytes) -> str:
    paper = Document(io.BytesIO(content))
    tables = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *tables])


@pytest.mark.requirement("CAD-03", "RPT-07")
async def test_a_bulletin_says_what_the_figures_say(told):
    made = await of(told)

    counted = told.read_now(figures.counted, OFFICE_SEES, month(2026, 9), now=NOW)
    assert [line.now for line in made.lines if line.figure != Figure.WITHIN_TIER.zh] == [
        counted.total.text(figure) for figure in Figure if figure is not Figure.WITHIN_TIER
    ]
    street = next(row for row in made.rows if row.unit == STREET)
    assert (street.found, street.cleared) == (
        str(counted.units[unit(STREET)].found), str(counted.units[unit(STREET)].cleared),
    )  # fmt: skip
    assert [(one.unit, one.late) for one in made.named if one.late] == [(OTHER_STREET, 1)]
    assert made.title == "关于2026年9月青浦区动态隐患清零工作情况的通报"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["summary", "circular"])
@pytest.mark.requirement("CAD-03")
async def test_the_docx_is_filled_in_whole_with_each_definition_in_a_footnote(told, kind, lang):
    made = await of(told, kind, lang)

    content = typeset.docx(made)

    said = text_of(content)
    assert "{{" not in said and "{%" not in said
    for part in (
        made.summary,
        made.office,
        made.date,
        *made.heading.split("\n"),
        *(line.now for line in made.lines),
    ):
        assert part in said
    assert (made.addressee in said) == (kind == "circular") or not made.addressee
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        notes = unescape(re.sub(r"<[^>]+>", "", parts.read("word/footnotes.xml").decode()))
        assert any(name.startswith("word/media/") for name in parts.namelist()), "the chart"
    for line in made.lines:
        assert line.definition in notes
        assert line.source not in notes, "numbers of our requirements say nothing to who reads a circular"


async def test_the_pdf_is_set_in_either_language(told):
    for lang in ("zh", "en"):
        content = typeset.pdf(await of(told, lang=lang))
        assert content.startswith(b"%PDF-") and b"pdfaid" in content, "PDF/A: it is to be kept"


@pytest.mark.requirement("CAD-03")
async def test_a_month_in_which_nothing_happened_says_so_in_sentences(told):
    made = await of(told, period=EMPTY)

    assert (made.rows, made.named) == ((), ())
    assert "—" not in made.summary, "a rate of nothing is no rate"
    said = text_of(typeset.docx(made))
    assert made.nobody in said and made.supervision in said
    assert "表2" not in said and "表3" not in said, "no heading without a table"
    assert typeset.pdf(made).startswith(b"%PDF-")


@pytest.mark.requirement("I8", "SEC-01")
async def test_a_bulletin_names_no_person_and_no_place(told):
    said = (await of(told)).model_dump_json()

    for word in ("小区", "handler-1", "deputy-director", "12号", "QP-2026-"):
        assert word not in said


async def test_a_month_to_come_or_that_there_is_not_has_no_bulletin(told):
    with pytest.raises(ValueError, match="has not come yet"):
        await of(told, period=parse_month("2027-01"))
    with pytest.raises(ValueError, match="write it as 2026-09"):
        parse_month("2026-13")


def test_the_command_writes_both_files(told, url, tmp_path):
    settings = load_settings(database_url=url, var_dir=tmp_path)
    now = datetime(2026, 10, 12, tzinfo=SHANGHAI)

    files = bulletin_files(settings, OFFICE_SEES, SEPTEMBER, "summary", "zh", tmp_path / "out", now)

    assert [file.name for file in files] == [
        "qingpu-2026-09-summary.zh.docx",
        "qingpu-2026-09-summary.zh.pdf",
    ]
    assert all(file.stat().st_size > 10_000 for file in files)


@pytest.mark.requirement("CAD-03", "VER-06")
def test_a_bulletin_is_in_the_words_of_its_district():
    jingan = shipped_profiles()["jingan"]
    line = Line(figure=Figure.ON_TIME.zh, now="90 %", before="80 %", definition="由清零办认定", source="P")
    made = Bulletin(
        kind="summary", lang="zh", letterhead="", number="", title="静安区未清零", heading="静安区\n未清零",
        addressee="", introduction="", summary="未清零 3 件", lines=(line,), rows=(), nobody="", supervision="",
        named=(), compared="", office="静安区安委会办公室", date="", printed="", day=(2026, 11, 3), as_of="", points=(),
        chart_title="", chart_told="",
    )  # fmt: skip

    told = in_words_of(jingan, made)

    assert (told.title, told.heading, told.summary) == ("静安区未销项", "静安区\n未销项", "未销项 3 件")
    assert (told.lines[0].figure, told.lines[0].definition) == ("按期销项率", "由区安委办认定")
