"""Makes the templates of bulletins in the form of GB/T 9704-2012: ``python -m documents.letterhead``.

Officers open ``documents/templates/bulletin.*.docx`` in their office software and change what they like;
this is how the first edition was made, and how it can be had back. Page and styles are in
:mod:`documents.papershape`; nothing in it has a place of its own on the page, all of it flows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from documents.paperparts import fallbacks, footnotes, numbering, strip
from documents.papershape import page, rule, styles, typeface
from domain.figures import Figure

TEMPLATES = Path(__file__).parent / "templates"

_SAID: dict[str, dict[str, Any]] = {
    "zh": {
        "general": "总体情况", "figures": "主要指标", "units": "各单位情况",
        "supervision": "超期与督办情况", "next": "下一步工作", "sub": "发现与清零", "sub2": "近六个月变化",
        "next_text": "（本节由办公室填写。）",
        "copies": "抄送：（由办公室填写）。",
        "table1": "表1　主要指标", "table2": "表2　各单位清零情况", "table3": "表3　超期与督办情况",
        "heads1": ("指标", "本月", "{{ b.compared }}"),
        "heads2": ("单位", "发现", "清零", "即查即改率", "按期清零率", "发生超期", "期末超期", "回潮率", "退单率"),
        "heads3": ("单位", "期末超期", "催办", "督办", "通报"),
        "chart": "图1　{{ b.chart_title }}",
    },
    "en": {
        "general": "In general", "figures": "Main figures", "units": "The units",
        "supervision": "Lateness and supervision", "next": "What comes next", "sub": "Found and cleared",
        "sub2": "The last six months",
        "next_text": "(To be written by the office.)",
        "copies": "Copies: (to be filled in by the office).",
        "table1": "Table 1. Main figures", "table2": "Table 2. The units", "table3": "Table 3. Lateness and supervision",
        "heads1": ("figure", "this month", "{{ b.compared }}"),
        "heads2": ("unit", "found", "cleared", "on the spot", "on time", "ran late", "late at end", "relapses", "sent back"),
        "heads3": ("unit", "late at end", "urged", "supervised", "criticised"),
        "chart": "Figure 1. {{ b.chart_title }}",
    },
}  # fmt: skip


def said(lang: str) -> dict[str, Any]:
    """Headings of the sections and tables, for a PDF that is to look the same."""
    return dict(_SAID[lang])


def make(lang: str) -> Paper:
    """The template in one language. Places are jinja's, ``b`` is the bulletin."""
    paper = Document()
    head = said(lang)
    page(paper)
    styles(paper, lang)
    footnotes(paper)
    fallbacks(paper)
    numbering(paper, lang)
    strip(paper)
    body = _Body(paper, lang)
    body.when("b.letterhead")
    body.text("Letterhead", "{{ b.letterhead }}")
    body.text("Document Number", "{{ b.number }}")
    body.end()
    body.text("Title", "{{ b.heading }}")
    body.when("b.addressee")
    body.text("Addressee", "{{ b.addressee }}")
    body.end()
    body.text("Body Text", "{{ b.introduction }}")
    body.text("Heading 1", head["general"])
    body.text("Heading 2", head["sub"])
    body.text("Body Text", "{{ b.summary }}")
    body.text("Heading 2", head["sub2"])
    body.text("Figure", "{{ chart }}")
    body.text("Figure Caption", head["chart"])
    body.text("Heading 1", head["figures"])
    body.text("Caption", head["table1"])
    body.figures(head["heads1"])
    body.text("Heading 1", head["units"])
    body.when("b.rows")
    body.text("Caption", head["table2"])
    body.table(
        head["heads2"],
        "b.rows",
        ("unit", "found", "cleared", "on_spot", "on_time", "overdue", "late", "relapse", "returned"),
        (30, 13, 13, 18, 18, 16, 16, 16, 16),
    )
    body.otherwise()
    body.text("Body Text", "{{ b.nobody }}")
    body.end()
    body.text("Heading 1", head["supervision"])
    body.text("Body Text", "{{ b.supervision }}")
    body.when("b.named")
    body.text("Caption", head["table3"])
    body.table(head["heads3"], "b.named", ("unit", "late", "l1", "l2", "l3"), (60, 24, 24, 24, 24))
    body.end()
    body.text("Heading 1", head["next"])
    body.text("Body Text", head["next_text"])
    # No page with nothing but who signs and when (GB/T 9704, 7.3.5.5).
    body.text("Body Text", "{{ b.as_of }}").paragraph_format.keep_with_next = True
    body.text("Issuer", "{{ b.office }}")
    body.text("Date", "{{ b.date }}")
    body.when("b.letterhead")
    body.record(head["copies"])
    body.end()
    body.text("End", "")
    return paper


def main() -> None:
    TEMPLATES.mkdir(exist_ok=True)
    for lang in _SAID:
        make(lang).save(str(TEMPLATES / f"bulletin.{lang}.docx"))


# -- body --------------------------------------------------------------------------------------------


class _Body:
    def __init__(self, paper: Paper, lang: str) -> None:
        self._paper = paper
        self._lang = lang

    def text(self, style: str, text: str) -> Paragraph:
        paragraph = self._paper.add_paragraph(text, style=style)
        self._eastern(paragraph)
        return paragraph

    def when(self, condition: str) -> None:
        """What follows up to :meth:`end` is there where ``condition`` holds."""
        self.text("Jinja", f"{{%p if {condition} %}}")

    def otherwise(self) -> None:
        self.text("Jinja", "{%p else %}")

    def end(self) -> None:
        self.text("Jinja", "{%p endif %}")

    def figures(self, heads: Any) -> None:
        """The table of figures: a row each, for each has a footnote of its own."""
        widths = (86, 35, 35)
        table = self._grid(heads, widths)
        for n, _ in enumerate(Figure):
            row = table.add_row()
            self._fill(
                row,
                (
                    f"{{{{ b.lines[{n}].figure }}}}",
                    f"{{{{ b.lines[{n}].now }}}}",
                    f"{{{{ b.lines[{n}].before }}}}",
                ),
                widths,
            )
            run = row.cells[0].paragraphs[0].add_run()
            run.style = "footnote reference"
            run._element.append(parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="{n + 1}"/>'))

    def table(self, heads: Any, rows: str, fields: tuple[str, ...], widths: tuple[int, ...]) -> None:
        table = self._grid(heads, widths)
        self._fill(table.add_row(), (f"{{%tr for row in {rows} %}}", *[""] * (len(fields) - 1)), widths)
        self._fill(table.add_row(), tuple(f"{{{{ row.{field} }}}}" for field in fields), widths)
        self._fill(table.add_row(), ("{%tr endfor %}", *[""] * (len(fields) - 1)), widths)

    def record(self, copies: str) -> None:
        """版记: two lines of 0.35 mm with one of 0.25 mm between, as wide as the type area."""
        table = self._paper.add_table(rows=2, cols=1)
        table.autofit = False
        table.columns[0].width = Mm(156)
        properties = table._tbl.tblPr
        borders, margins = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
        for side, size in (("top", 8), ("bottom", 8), ("insideH", 6)):
            borders.append(rule(side, size))
        for side in ("left", "right"):
            margin = OxmlElement(f"w:{side}")
            margin.set(qn("w:w"), "0")
            margin.set(qn("w:type"), "dxa")
            margins.append(margin)
        layout = properties.find(qn("w:tblLayout"))
        layout.addprevious(borders)
        layout.addnext(margins)
        for row, style, text in zip(
            table.rows, ("Copies", "Printed"), (copies, "{{ b.office }}\t{{ b.printed }}"), strict=True
        ):
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            row.cells[0].width = Mm(156)
            paragraph = row.cells[0].paragraphs[0]
            paragraph.style, paragraph.paragraph_format.keep_with_next = style, True
            paragraph.add_run(text)
            self._eastern(paragraph)

    def _grid(self, heads: Any, widths: tuple[int, ...]) -> Any:
        table = self._paper.add_table(rows=1, cols=len(heads), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        self._fill(table.rows[0], heads, widths)
        # The heading is repeated on each page, and no row is broken.
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell in table.rows[0].cells:
            typeface(cell.paragraphs[0].runs[0]._element.get_or_add_rPr(), "heading")
        return table

    def _fill(self, row: Any, texts: Any, widths: tuple[int, ...]) -> None:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = Mm(width)
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            cell.paragraphs[0].style = "Cell"
            cell.paragraphs[0].add_run(text)
            self._eastern(cell.paragraphs[0])

    def _eastern(self, paragraph: Paragraph) -> None:
        """“ ” and … belong to either script; in a Chinese text they are Chinese."""
        if self._lang == "zh":
            for run in paragraph.runs:
                fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
                fonts.set(qn("w:hint"), "eastAsia")


if __name__ == "__main__":
    main()
