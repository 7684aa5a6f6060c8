"""Page and styles of a bulletin for editing, by GB/T 9704-2012. Sizes: 2号 22 pt, 3号 16 pt, 4号 14 pt."""

from __future__ import annotations

from typing import Any

from docx.document import Document as Paper
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from documents.fonts import ROWS

LINE = Pt(28.95)
"""22 lines on a page of 225 mm; 22 of 29 pt are a hair too many."""

_CLOSER = Pt(-0.25)
"""Between the characters of the text, so that 28 of 16 pt stand on a line of 156 mm."""

RED, _BLACK = RGBColor(0xFF, 0, 0), RGBColor(0, 0, 0)
_NONE = Pt(0)
_MIDDLE_OF_THE_DATE = Mm(115)
"""From the left of the type area: a date of eleven characters, four characters from the right."""

CENTRE, LEFT, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT


def page(paper: Paper) -> None:
    """A4 with the margins of the standard: the type area is 156 by 225 mm."""
    paper.settings.odd_and_even_pages_header_footer = True
    section = paper.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25.2)  # the dashes stand 7 mm below the type area
    # 单页码居右空一字，双页码居左空一字
    _number(section.footer.paragraphs[0], RIGHT, right=Pt(14))
    _number(section.even_page_footer.paragraphs[0], LEFT, left=Pt(14))


def _number(place: Paragraph, side: WD_ALIGN_PARAGRAPH, *, left: Any = None, right: Any = None) -> None:
    """— 1 —, in 4号, in the number's own typeface."""
    place.alignment = side
    shape = place.paragraph_format
    shape.left_indent, shape.right_indent = left, right
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(16)
    for text, field in (("— ", None), (None, "PAGE"), (" —", None)):
        if field is None:
            _run(place, "").text = text
            continue
        # A run for each mark: some software drops a field that stands in one.
        for kind in ("begin", None, "separate", "text", "end"):
            run = _run(place, "")
            if kind == "text":
                run.text = "1"
                continue
            mark = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                mark.set(qn("w:fldCharType"), kind)
            else:
                mark.text = field
            run._element.append(mark)


def _run(place: Paragraph, text: str) -> Any:
    run = place.add_run(text)
    run.font.size = Pt(14)
    typeface(run._element.get_or_add_rPr(), "number")
    return run


def styles(paper: Paper, lang: str) -> None:
    zh = lang == "zh"
    _language(paper, lang)
    indent = Pt(32) if zh else Pt(0)
    text: dict[str, Any] = {"closer": zh, "indent": indent}
    style(paper, "Normal", "body", 16)
    style(paper, "Body Text", "body", 16, **text)
    style(paper, "Letterhead", "title", 36, align=CENTRE, line=Pt(44), before=Mm(33.3), colour=RED)
    number = style(paper, "Document Number", "body", 16, align=CENTRE, before=2 * LINE, after=2 * LINE)
    # 发文字号之下 4 mm：其中一半是行距 half of which is the line's own
    _rules(number, ("bottom", 12, 6, "FF0000"))
    style(paper, "Title", "title", 22, align=CENTRE, line=Pt(35), after=LINE)
    style(paper, "Addressee", "body", 16, closer=zh)
    for level, use in ((1, "heading"), (2, "sub"), (3, "body"), (4, "body")):
        style(paper, f"Heading {level}", use, 16, keep=True, **text)
    style(paper, "Caption", "heading", 12, align=CENTRE, line=Pt(22), keep=True)
    style(paper, "Figure Caption", "heading", 12, align=CENTRE, line=Pt(22))
    style(paper, "Figure", "body", 16, align=CENTRE, line=None, keep=True)
    style(paper, "Cell", "body", 10.5, align=CENTRE, line=Pt(16))
    # 加盖印章：署名在日期之上居中，日期右空约四字；上面两行给印章
    for name, above, below in (("Issuer", 2 * LINE, None), ("Date", None, 2 * LINE)):
        signature = style(paper, name, "body", 16, align=CENTRE, before=above, after=below, keep=not below)
        signature.paragraph_format.left_indent = 2 * _MIDDLE_OF_THE_DATE - Mm(156)
    _record(paper)
    style(paper, "Jinja", "body", 16)
    style(paper, "End", "body", 1, line=Pt(1))
    style(paper, "footnote text", "body", 9, line=Pt(12))
    mark = paper.styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER)
    mark.font.superscript = True


def _record(paper: Paper) -> None:
    """版记: in 4号, one character from either side; what is sent in copy hangs from its colon."""
    copies = style(paper, "Copies", "body", 14, align=LEFT, line=Pt(25))
    copies.paragraph_format.left_indent, copies.paragraph_format.first_line_indent = Pt(56), Pt(-42)
    copies.paragraph_format.right_indent = Pt(14)
    printed = style(paper, "Printed", "body", 14, align=LEFT, line=Pt(25))
    printed.paragraph_format.left_indent = printed.paragraph_format.right_indent = Pt(14)
    printed.paragraph_format.tab_stops.add_tab_stop(Mm(156) - Pt(14), WD_TAB_ALIGNMENT.RIGHT)


def style(
    paper: Paper,
    name: str,
    use: str,
    size: float,
    *,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    indent: Any = _NONE,
    line: Any = LINE,
    before: Any = None,
    after: Any = None,
    keep: bool = False,
    closer: bool = False,
    colour: RGBColor = _BLACK,
) -> Any:
    known = name in [style.name for style in paper.styles]
    style: Any = paper.styles[name] if known else paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
    style.font.color.rgb = colour
    properties = style.element.get_or_add_rPr()
    typeface(properties, use)
    for spacing in properties.findall(qn("w:spacing")):
        properties.remove(spacing)
    if closer:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(round(_CLOSER.pt * 20)))
        properties.find(qn("w:color")).addnext(spacing)
    shape = style.paragraph_format
    shape.space_before, shape.space_after = before or Pt(0), after or Pt(0)
    shape.first_line_indent, shape.alignment, shape.keep_with_next = indent, align, keep
    if line is None:
        shape.line_spacing = 1.0
    else:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, line
    for border in style.element.pPr.findall(qn("w:pBdr")):
        style.element.pPr.remove(border)
    return style


def _rules(style: Any, *rules: tuple[str, int, int, str]) -> None:
    """Lines along a paragraph: side, eighths of a point, points away, colour."""
    border = OxmlElement("w:pBdr")
    for side, size, space, colour in rules:
        border.append(rule(side, size, space, colour))
    # The schema wants it before what python-docx has put there already.
    style.element.pPr.find(qn("w:spacing")).addprevious(border)


def rule(side: str, size: int, space: int = 0, colour: str = "000000") -> Any:
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", size), ("space", space), ("color", colour)):
        line.set(qn(f"w:{name}"), str(value))
    return line


def typeface(properties: Any, use: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), ROWS[use][0])
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), ROWS["latin"][0] if use != "number" else ROWS["number"][0])


def _language(paper: Paper, lang: str) -> None:
    """What the spelling checker and the line breaker take the text for."""
    defaults = paper.styles.element.find(qn("w:docDefaults"))
    language = defaults.find(f".//{qn('w:lang')}")
    said = {"val": "en-US" if lang == "zh" else "en-GB", "eastAsia": "zh-CN"}
    for name, value in said.items():
        language.set(qn(f"w:{name}"), value)
    theme = paper.settings.element.find(qn("w:themeFontLang"))
    for name, value in said.items():
        theme.set(qn(f"w:{name}"), value)
