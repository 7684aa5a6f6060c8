"""Makes the templates of bulletins in the form of GB/T 9704-2012: ``python -m documents.letterhead``.

Officers open ``documents/templates/bulletin.*.docx`` in their office software and change what they like;
this is how the first edition was made, and how it can be had back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from documents.fonts import ROWS
from domain.figures import Figure

TEMPLATES = Path(__file__).parent / "templates"

_LINE = Pt(29)
"""22 lines on a page of 225 mm."""

_SAID: dict[str, dict[str, Any]] = {
    "zh": {
        "general": "一、总体情况", "figures": "二、主要指标", "units": "三、各单位情况",
        "supervision": "四、超期与督办情况", "next": "五、下一步工作", "sub": "（一）发现与清零",
        "sub2": "（二）近六个月变化",
        "next_text": "（本节由办公室填写。）",
        "table1": "表1　主要指标", "table2": "表2　各单位清零情况", "table3": "表3　超期与督办情况",
        "heads1": ("指标", "本月", "{{ b.compared }}"),
        "heads2": ("单位", "发现", "清零", "即查即改率", "按期清零率", "发生超期", "期末超期", "回潮率", "退单率"),
        "heads3": ("单位", "期末超期", "催办", "督办", "通报"),
        "chart": "图1　{{ b.chart_title }}",
    },
    "en": {
        "general": "1. In general", "figures": "2. Main figures", "units": "3. The units",
        "supervision": "4. Lateness and supervision", "next": "5. What comes next", "sub": "1.1 Found and cleared",
        "sub2": "1.2 The last six months",
        "next_text": "(To be written by the office.)",
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
    _page(paper)
    _styles(paper, lang)
    _footnotes(paper)
    _fallbacks(paper)
    body = _Body(paper)
    body.text("Title", "{{ b.title }}")
    body.only("b.addressee", "Addressee", "{{ b.addressee }}")
    body.text("Body Text", "{{ b.introduction }}")
    body.text("Heading 1", head["general"])
    body.text("Heading 2", head["sub"])
    body.text("Body Text", "{{ b.summary }}")
    body.text("Heading 2", head["sub2"])
    body.text("Figure", "{{ chart }}")
    body.text("Caption", head["chart"])
    body.text("Heading 1", head["figures"])
    body.text("Caption", head["table1"])
    body.figures(head["heads1"])
    body.text("Heading 1", head["units"])
    body.text("Caption", head["table2"])
    body.table(
        head["heads2"],
        "b.rows",
        ("unit", "found", "cleared", "on_spot", "on_time", "overdue", "late", "relapse", "returned"),
        (32, 13, 13, 18, 18, 15, 15, 16, 16),
    )
    body.text("Heading 1", head["supervision"])
    body.text("Body Text", "{{ b.supervision }}")
    body.text("Jinja", "{%p if b.named %}")
    body.text("Caption", head["table3"])
    body.table(head["heads3"], "b.named", ("unit", "late", "l1", "l2", "l3"), (60, 24, 24, 24, 24))
    body.text("Jinja", "{%p endif %}")
    body.text("Heading 1", head["next"])
    body.text("Body Text", head["next_text"])
    body.text("Body Text", "{{ b.as_of }}")
    body.text("Signature", "{{ b.office }}")
    body.text("Signature", "{{ b.date }}")
    return paper


def main() -> None:
    TEMPLATES.mkdir(exist_ok=True)
    for lang in _SAID:
        make(lang).save(str(TEMPLATES / f"bulletin.{lang}.docx"))


# -- page and styles ---------------------------------------------------------------------------------


def _page(paper: Paper) -> None:
    """A4 with the margins of the standard: the type area is 156 by 225 mm."""
    paper.settings.odd_and_even_pages_header_footer = True
    section = paper.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)  # 版心下边缘之下 7 mm
    # 单页码居右空一字，双页码居左空一字
    _number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT, right=Pt(14))
    _number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT, left=Pt(14))


def _number(place: Paragraph, side: WD_ALIGN_PARAGRAPH, *, left: Any = None, right: Any = None) -> None:
    """— 1 —, four 号, in the number's own typeface."""
    place.alignment = side
    place.paragraph_format.left_indent, place.paragraph_format.right_indent = left, right
    for text, field in (("— ", None), (None, "PAGE"), (" —", None)):
        run = place.add_run(text or "")
        run.font.size = Pt(14)
        _typeface(run._element.get_or_add_rPr(), "number")
        if field:
            for kind in ("begin", None, "separate", "end"):
                mark = OxmlElement("w:fldChar" if kind else "w:instrText")
                if kind:
                    mark.set(qn("w:fldCharType"), kind)
                else:
                    mark.text = field
                run._element.append(mark)


def _styles(paper: Paper, lang: str) -> None:
    indent = Pt(32) if lang == "zh" else Pt(0)
    _style(paper, "Normal", "body", 16)
    _style(paper, "Body Text", "body", 16, indent=indent)
    _style(paper, "Title", "title", 22, align=WD_ALIGN_PARAGRAPH.CENTER, line=Pt(35), after=Pt(29))
    _style(paper, "Addressee", "body", 16)
    _style(paper, "Heading 1", "heading", 16, indent=indent, keep=True)
    _style(paper, "Heading 2", "sub", 16, indent=indent, keep=True)
    _style(paper, "Caption", "heading", 12, align=WD_ALIGN_PARAGRAPH.CENTER, line=Pt(22), keep=True)
    _style(paper, "Figure", "body", 16, align=WD_ALIGN_PARAGRAPH.CENTER, line=None, keep=True)
    _style(paper, "Cell", "body", 10.5, align=WD_ALIGN_PARAGRAPH.CENTER, line=Pt(16))
    _style(paper, "Signature", "body", 16, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _style(paper, "Jinja", "body", 16)
    _style(paper, "footnote text", "body", 9, line=Pt(12))
    paper.styles["Signature"].paragraph_format.right_indent = Pt(64)
    mark = paper.styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER)
    mark.font.superscript = True


def _style(
    paper: Paper,
    name: str,
    use: str,
    size: float,
    *,
    align: WD_ALIGN_PARAGRAPH | None = None,
    indent: Any = None,
    line: Any = _LINE,
    after: Any = None,
    keep: bool = False,
) -> None:
    known = name in [style.name for style in paper.styles]
    style: Any = paper.styles[name] if known else paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    _typeface(style.element.get_or_add_rPr(), use)
    shape = style.paragraph_format
    shape.space_before, shape.space_after = Pt(0), after or Pt(0)
    shape.first_line_indent = indent if indent is not None else Pt(0)
    shape.alignment = align if align is not None else WD_ALIGN_PARAGRAPH.JUSTIFY
    shape.keep_with_next = keep
    if line is None:
        shape.line_spacing = 1.0
    else:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, line
    border = style.element.pPr.find(qn("w:pBdr"))
    if border is not None:
        style.element.pPr.remove(border)


def _typeface(properties: Any, use: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), ROWS[use][0])
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), ROWS["latin"][0] if use != "number" else ROWS["number"][0])


def _fallbacks(paper: Paper) -> None:
    """The substitutes of each typeface, for software that lacks it (``w:altName``)."""
    entries = "".join(
        f'<w:font w:name="{row[0]}"><w:altName w:val="{",".join(row[1:])}"/><w:charset w:val="86"/></w:font>'
        for use, row in ROWS.items()
        if use != "latin"
    )
    _add_part(
        paper,
        "/word/fontTable.xml",
        CONTENT_TYPE.WML_FONT_TABLE,
        RELATIONSHIP_TYPE.FONT_TABLE,
        f"<w:fonts {nsdecls('w')}>{entries}</w:fonts>",
    )


def _footnotes(paper: Paper) -> None:
    """One footnote a figure, with its 口径 and source."""
    marks = "".join(
        f'<w:footnote w:type="{kind}" w:id="{id}"><w:p><w:r><w:{mark}/></w:r></w:p></w:footnote>'
        for kind, id, mark in (
            ("separator", -1, "separator"),
            ("continuationSeparator", 0, "continuationSeparator"),
        )
    )
    style = '<w:pPr><w:pStyle w:val="footnotetext"/></w:pPr>'
    mark = '<w:r><w:rPr><w:rStyle w:val="footnotereference"/></w:rPr><w:footnoteRef/></w:r>'
    notes = "".join(
        f'<w:footnote w:id="{n}"><w:p>{style}{mark}<w:r><w:t xml:space="preserve"> '
        f"{{{{ b.lines[{n - 1}].definition }}}} ({{{{ b.lines[{n - 1}].source }}}})</w:t></w:r></w:p></w:footnote>"
        for n, _ in enumerate(Figure, start=1)
    )
    _add_part(
        paper,
        "/word/footnotes.xml",
        CONTENT_TYPE.WML_FOOTNOTES,
        RELATIONSHIP_TYPE.FOOTNOTES,
        f"<w:footnotes {nsdecls('w')}>{marks}{notes}</w:footnotes>",
    )


def _add_part(paper: Paper, name: str, content: str, relation: str, xml: str) -> None:
    blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'.encode()
    for one in list(paper.part.rels.values()):
        if one.reltype == relation:
            paper.part.rels.pop(one.rId)
    paper.part.relate_to(Part(PackURI(name), content, blob, paper.part.package), relation)


# -- body --------------------------------------------------------------------------------------------


class _Body:
    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def text(self, style: str, text: Any) -> Paragraph:
        return self._paper.add_paragraph(text, style=style)

    def only(self, condition: str, style: str, text: str) -> None:
        """A paragraph that is there where ``condition`` holds."""
        self.text("Jinja", f"{{%p if {condition} %}}")
        self.text(style, text)
        self.text("Jinja", "{%p endif %}")

    def figures(self, heads: Any) -> None:
        """The table of figures: a row each, for each has a footnote of its own."""
        table = self._grid(heads, (86, 35, 35))
        for n, _ in enumerate(Figure):
            row = table.add_row()
            self._fill(
                row,
                (
                    f"{{{{ b.lines[{n}].figure }}}}",
                    f"{{{{ b.lines[{n}].now }}}}",
                    f"{{{{ b.lines[{n}].before }}}}",
                ),
                (86, 35, 35),
            )
            run = row.cells[0].paragraphs[0].add_run()
            run.style = "footnote reference"
            run._element.append(parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="{n + 1}"/>'))

    def table(self, heads: Any, rows: str, fields: tuple[str, ...], widths: tuple[int, ...]) -> None:
        table = self._grid(heads, widths)
        self._fill(table.add_row(), (f"{{%tr for row in {rows} %}}", *[""] * (len(fields) - 1)), widths)
        self._fill(table.add_row(), tuple(f"{{{{ row.{field} }}}}" for field in fields), widths)
        self._fill(table.add_row(), ("{%tr endfor %}", *[""] * (len(fields) - 1)), widths)

    def _grid(self, heads: Any, widths: tuple[int, ...]) -> Any:
        table = self._paper.add_table(rows=1, cols=len(heads), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        self._fill(table.rows[0], heads, widths)
        # The heading is repeated on each page, and no row is broken.
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell in table.rows[0].cells:
            _typeface(cell.paragraphs[0].runs[0]._element.get_or_add_rPr(), "heading")
        return table

    def _fill(self, row: Any, texts: Any, widths: tuple[int, ...]) -> None:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = Mm(width)
            cell.paragraphs[0].style = "Cell"
            cell.paragraphs[0].add_run(text)


if __name__ == "__main__":
    main()
