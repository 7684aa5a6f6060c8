"""The form of an official document, GB/T 9704-2012: measured on the paper, in the PDF and in the docx.

Clauses stand beside what shows them. Positions in millimetres; the standard allows one.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter

import pdfplumber
import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from documents import typeset
from documents.fonts import ROWS, SANS, SERIF, available, substituted
from tests.documents.conftest import EMPTY, SEPTEMBER, of
from tests.documents.package import faults

MM = 72 / 25.4
TOP, LEFT, WIDE, HIGH = 37, 28, 156, 225
LONG = "清零工作要点面广量大时间紧任务重各单位要对照台账逐项核实限期整改"
"""28 characters and some, none of them punctuation."""


def longer(made, lines=60):
    return made.model_copy(update={"summary": (LONG * lines)[: 28 * lines]})


def lines_of(page):
    """Lines of the text proper; the two scripts of a line do not stand at quite the same height."""
    found = []
    said = [char for char in page.chars if char["text"].strip() and abs(char["size"] - 16) < 0.1]
    for char in sorted(said, key=lambda char: char["top"]):
        if not found or char["top"] - found[-1][0]["top"] > 8:
            found.append([])
        found[-1].append(char)
    return [sorted(line, key=lambda char: char["x0"]) for line in found]


def ink(page, box, colour):
    """First and last height, from the top of the page, at which something of a colour stands in ``box``."""
    picture = page.to_image(resolution=254).original.convert("RGB").crop(tuple(10 * side for side in box))
    rows = [
        y
        for y in range(picture.height)
        if any(colour(picture.getpixel((x, y))) for x in range(picture.width))
    ]
    return box[1] + rows[0] / 10, box[1] + (rows[-1] + 1) / 10


def red(pixel):
    return pixel[0] > 180 and pixel[1] < 90


def black(pixel):
    return max(pixel) < 120


# -- the page (5.1, 5.2, 7.5) ------------------------------------------------------------------------------


@pytest.mark.requirement("CAD-03")
async def test_a_printed_page_has_22_lines_of_28_characters_within_its_margins(told):
    """5.1, 5.2.1, 5.2.3."""
    content = typeset.pdf(longer(await of(told, "summary")))

    with pdfplumber.open(io.BytesIO(content)) as paper:
        assert [(round(page.width / MM), round(page.height / MM)) for page in paper.pages] == [
            (210, 297)
        ] * len(paper.pages)
        full = lines_of(paper.pages[1])
    assert len(full) == 22
    assert {len(line) for line in full} == {28}
    assert full[0][0]["top"] / MM == pytest.approx(TOP, abs=1)
    assert full[-1][0]["bottom"] / MM == pytest.approx(TOP + HIGH, abs=1)
    assert min(line[0]["x0"] for line in full) / MM == pytest.approx(LEFT, abs=1)
    assert max(line[-1]["x1"] for line in full) / MM == pytest.approx(LEFT + WIDE, abs=1)


@pytest.mark.requirement("CAD-03")
async def test_an_office_software_sets_as_many_lines_and_characters(told, in_office, tmp_path):
    file = tmp_path / "long.docx"
    file.write_bytes(typeset.docx(longer(await of(told, "summary"))))

    with pdfplumber.open(in_office(file, "pdf")) as paper:
        full = lines_of(paper.pages[1])
        dashes = [char for char in paper.pages[1].chars if char["text"] == "—" and char["size"] == 14]
    assert len(full) == 22
    assert Counter(len(line) for line in full).most_common(1)[0][0] == 28
    assert len(dashes) == 2 and dashes[0]["x0"] / MM == pytest.approx(LEFT + 14 / MM, abs=1), (
        "left on even pages"
    )


@pytest.mark.requirement("CAD-03")
@pytest.mark.parametrize("kind", ["circular", "summary"])
@pytest.mark.parametrize("month", [SEPTEMBER, EMPTY], ids=["full", "empty"])
async def test_pages_are_numbered_between_dashes_on_the_outside(told, kind, month):
    """7.5: 4号, 一字线上距版心下边缘 7 mm, 单页码居右空一字，双页码居左空一字."""
    with pdfplumber.open(io.BytesIO(typeset.pdf(await of(told, kind, period=month)))) as paper:
        for number, page in enumerate(paper.pages, 1):
            below = [char for char in page.chars if char["top"] > (TOP + HIGH) * MM and char["text"].strip()]
            assert "".join(char["text"] for char in below) == f"—{number}—"
            assert {char["size"] for char in below} == {14}
            dash = below[0]
            middle, _ = ink(page, (dash["x0"] / MM, TOP + HIGH + 2, dash["x1"] / MM, 290), black)
            assert middle == pytest.approx(TOP + HIGH + 7, abs=1)
            if number % 2:
                assert below[-1]["x1"] / MM == pytest.approx(LEFT + WIDE - 14 / MM, abs=1)
            else:
                assert below[0]["x0"] / MM == pytest.approx(LEFT + 14 / MM, abs=1)


@pytest.mark.parametrize("kind", ["circular", "summary"])
@pytest.mark.parametrize("month", [SEPTEMBER, EMPTY], ids=["full", "empty"])
@pytest.mark.requirement("CAD-03")
async def test_each_figure_has_its_definition_in_a_note_to_its_table(told, kind, month):
    made = await of(told, kind, period=month)

    with pdfplumber.open(io.BytesIO(typeset.pdf(made))) as paper:
        cells = [str(row[0]) for page in paper.pages for table in page.extract_tables() for row in table]
        text = "".join(page.extract_text() for page in paper.pages)
    notes = re.sub(r"\s", "", text.split(made.lines[-1].figure, 1)[1])
    place = 0
    for number, line in enumerate(made.lines, 1):
        assert f"{line.figure}{number}" in [cell.replace(" ", "") for cell in cells]
        place = notes.index(f"{number}{line.definition.replace(' ', '')[:12]}", place)


# -- head, body and record (7.2, 7.3, 7.4) --------------------------------------------------------------------


@pytest.mark.requirement("CAD-03")
async def test_a_circular_has_a_red_head_and_says_something_on_its_first_page(told):
    """7.2.4, 7.2.5, 7.2.7, 7.3.1, 7.3.3."""
    made = await of(told)
    assert made.letterhead == "青浦区清零办文件"
    assert made.number.strip().startswith("〔2026〕") and made.number.endswith("号")
    with pdfplumber.open(io.BytesIO(typeset.pdf(made))) as paper:
        first = paper.pages[0]
        top, _ = ink(first, (LEFT, TOP, LEFT + WIDE, 100), red)
        line = next(one for one in first.lines if one["stroking_color"] == (1.0, 0.0, 0.0))
        _, number = ink(first, (LEFT, 95, LEFT + WIDE, line["top"] / MM - 1), black)
        text = first.extract_text()
        title = next(char for char in first.chars if abs(char["size"] - 22) < 0.1)
    assert top == pytest.approx(TOP + 35, abs=1)
    assert (line["x0"] / MM, line["x1"] / MM) == pytest.approx((LEFT, LEFT + WIDE), abs=1)
    assert line["top"] / MM - number == pytest.approx(4, abs=1)
    assert (title["top"] - line["top"]) / MM == pytest.approx(2 * 29.6 / MM, abs=2), "two lines below"
    assert "现将" in text and "一、总体情况" in text


@pytest.mark.requirement("CAD-03")
async def test_the_title_is_broken_between_words_and_a_summary_stays_in_the_house(told):
    made = await of(told, "summary")

    with pdfplumber.open(io.BytesIO(typeset.pdf(made))) as paper:
        first = paper.pages[0].extract_text().splitlines()
        coloured = [one for one in paper.pages[0].lines if one["stroking_color"] == (1.0, 0.0, 0.0)]
    assert [line.replace(" ", "") for line in first[:2]] == made.heading.split("\n")
    assert (made.letterhead, coloured) == ("", []), "it is no 公文 of its own"


@pytest.mark.requirement("CAD-03")
async def test_who_issues_it_and_when_stands_where_the_seal_goes_and_in_the_record(told):
    """7.3.5.1: 日期右空四字，署名以日期为准居中；7.3.5.5: not alone on a page; 7.4: 版记 on the lower edge."""
    made = await of(told)
    with pdfplumber.open(io.BytesIO(typeset.pdf(made))) as paper:
        last = paper.pages[-1]
        text = last.extract_text()
        words = [
            line
            for line in lines_of(last)
            if "".join(char["text"] for char in line) in (made.office, made.date)
        ]
        rules = [one["top"] / MM for one in last.lines if one["x1"] - one["x0"] > (WIDE - 1) * MM]
    office, day = ((line[0]["x0"], line[-1]["x1"]) for line in words)
    assert day[1] / MM == pytest.approx(LEFT + WIDE - 64 / MM, abs=1)
    assert sum(office) / 2 == pytest.approx(sum(day) / 2, abs=2)
    assert made.as_of[:4] in text
    assert rules[-1] == pytest.approx(TOP + HIGH, abs=1)
    assert made.printed.replace(" ", "") in text.replace(" ", "")


@pytest.mark.parametrize(("kind", "lang"), [("circular", "zh"), ("summary", "zh"), ("circular", "en")])
@pytest.mark.requirement("CAD-03")
async def test_the_docx_is_in_the_styles_that_its_editor_will_look_for(told, kind, lang):
    """5.2, 7.3.3; real headings that count themselves, real footnotes, fields, tables whose head returns."""
    made = await of(told, kind, lang)
    content = typeset.docx(made)
    paper = Document(io.BytesIO(content))

    section = paper.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
    used = [paragraph.style.name for paragraph in paper.paragraphs]
    assert used.count("Heading 1") == 5 and used.count("Heading 2") == 2
    assert ("Letterhead" in used) == (kind == "circular")
    for name, use, size in (
        ("Letterhead", "title", 36), ("Title", "title", 22), ("Body Text", "body", 16), ("Heading 1", "heading", 16),
        ("Heading 2", "sub", 16), ("Heading 3", "body", 16), ("Copies", "body", 14),
    ):  # fmt: skip
        style = paper.styles[name]
        assert (style.font.size.pt, style.font.bold) == (size, False)
        assert f'w:eastAsia="{ROWS[use][0]}"' in style.element.xml
    for level in range(1, 5):
        assert paper.styles[f"Heading {level}"].element.pPr.numPr.numId.val == 1
    levels = [one.get(qn("w:val")) for one in paper.part.numbering_part.element.iter(qn("w:lvlText"))]
    assert levels == (["%1、", "（%2）", "%3.", "（%4）"] if lang == "zh" else levels)
    tables = [table for table in paper.tables if len(table.columns) > 1]
    assert len(tables) == 3
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in tables)
    for footer in (section.footer, section.even_page_footer):
        assert "PAGE" in [one.text for one in footer._element.iter(qn("w:instrText"))]


@pytest.mark.requirement("CAD-03")
async def test_the_docx_says_what_it_is_in_its_language_and_holds_nothing_in_place(told):
    made = await of(told)
    content = typeset.docx(made)
    paper = Document(io.BytesIO(content))

    about = paper.core_properties
    assert (about.title, about.author, about.comments) == (made.title, "青浦区清零办", "")
    (picture,) = paper.element.body.iter(qn("wp:docPr"))
    assert "2026年9月：发现4件，清零2件，期末未清零3件" in picture.get("descr")
    languages = {one.get(qn("w:eastAsia")) for one in paper.styles.element.iter(qn("w:lang"))}
    assert languages == {"zh-CN"}
    placed = {"anchor", "framePr", "tblpPr", "pict"}
    assert not [one.tag for one in paper.element.body.iter() if etree.QName(one).localname in placed]


# -- what an office software would refuse ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["circular", "summary"])
@pytest.mark.parametrize("month", ["full", "empty"])
async def test_the_package_is_whole(told, kind, month):
    made = await (of(told, kind) if month == "full" else of(told, kind, period=EMPTY))

    assert faults(typeset.docx(made)) == []


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        ("word/_rels/document.xml.rels", "footnotes.xml", "notes.xml", "leads to word/notes.xml"),
        ("word/document.xml", '<w:footnoteReference w:id="3"/>', "", "footnote 3 stands 1 times"),
        ("word/document.xml", 'w:val="Heading1"', 'w:val="Heading9x"', "uses the style Heading9x"),
        ("[Content_Types].xml", "/word/numbering.xml", "/word/lists.xml", "there is no word/lists.xml"),
        ("word/document.xml", "<w:keepNext/>", "<w:jc/><w:keepNext/>", "another order"),
    ],
)
async def test_a_package_that_is_not_whole_is_found_out(told, part, old, new, fault):
    content = typeset.docx(await of(told))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w") as other:
        for name in package.namelist():
            text = package.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode(), 1)
            other.writestr(name, text)

    assert any(fault in one for one in faults(out.getvalue())), faults(out.getvalue())


@pytest.mark.requirement("CAD-03")
async def test_it_opens_in_an_office_software_without_a_warning(told, in_office, tmp_path):
    """Headings, figures, tables, notes and picture are there when LibreOffice has read and set it."""
    for kind, period in (("circular", None), ("summary", None), ("circular", EMPTY)):
        made = await (of(told, kind) if period is None else of(told, kind, period=period))
        file = tmp_path / f"{kind}-{bool(period)}.docx"
        file.write_bytes(typeset.docx(made))

        with pdfplumber.open(in_office(file, "pdf")) as paper:
            text = "".join(page.extract_text() for page in paper.pages).replace(" ", "").replace("\n", "")
            pictures = sum(len(page.images) for page in paper.pages)
            cells = [
                cell
                for page in paper.pages
                for table in page.extract_tables()
                for row in table
                for cell in row
            ]
        for part in (
            made.title,
            "一、总体情况",
            "（一）发现与清零",
            "五、下一步工作",
            made.office,
            made.date,
        ):
            assert part.replace(" ", "") in text
        assert all(line.definition.replace(" ", "")[:20] in text for line in made.lines)
        assert pictures == 1
        assert {row.unit for row in made.rows} <= {str(cell).replace("\n", "") for cell in cells}
        file.unlink()


async def test_what_stands_in_for_a_typeface_of_the_standard_is_said_in_the_pdf(told):
    with pdfplumber.open(io.BytesIO(typeset.pdf(await of(told)))) as paper:
        used = {
            char["fontname"].split("+")[-1].replace("-Regular", "")
            for page in paper.pages
            for char in page.chars
        }
        said = str(paper.metadata.get("Subject", ""))
    for use, row in ROWS.items():
        first = available(use)[0] if use != "latin" else row[0]
        if first in SERIF + SANS:
            assert f"{row[0]}→{first}" in said
            assert any(name.lower().startswith(first.replace(" ", "").lower()[:9]) for name in used)
        else:
            assert row[0] not in substituted()
