"""Parts of a docx that python-docx does not write: footnotes, substitutes of fonts, numbers of headings."""

from __future__ import annotations

from typing import Any

from docx.document import Document as Paper
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from documents.fonts import ROWS
from domain.figures import Figure

_LEFT_BY_THE_LIBRARY = ("stylesWithEffects", "customXml", "thumbnail")
"""Parts of python-docx's own blank: half a megabyte that says nothing, and the picture of another document."""

LEVELS: dict[str, tuple[tuple[str, str], ...]] = {
    "zh": (("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."), ("decimal", "（%4）")),
    "en": (("decimal", "%1. "), ("decimal", "%1.%2 "), ("decimal", "%1.%2.%3 "), ("decimal", "%1.%2.%3.%4 ")),
}  # fmt: skip
"""How headings are numbered, by level: 一、 （一） 1. （1）."""


def fallbacks(paper: Paper) -> None:
    """The substitutes of each typeface, for software that lacks it (``w:altName``)."""
    entries = "".join(
        f'<w:font w:name="{row[0]}"><w:altName w:val="{",".join(row[1:])}"/><w:charset w:val="86"/></w:font>'
        for use, row in ROWS.items()
        if use != "latin"
    )
    _add(
        paper,
        "/word/fontTable.xml",
        CONTENT_TYPE.WML_FONT_TABLE,
        RELATIONSHIP_TYPE.FONT_TABLE,
        f"<w:fonts {nsdecls('w')}>{entries}</w:fonts>",
    )


def footnotes(paper: Paper) -> None:
    """One footnote a figure, with its 口径."""
    marks = "".join(
        f'<w:footnote w:type="{kind}" w:id="{id}"><w:p><w:pPr><w:spacing w:line="240" w:lineRule="auto"/></w:pPr>'
        f"<w:r><w:{kind}/></w:r></w:p></w:footnote>"
        for kind, id in (("separator", -1), ("continuationSeparator", 0))
    )
    style = f'<w:pPr><w:pStyle w:val="{paper.styles["footnote text"].style_id}"/></w:pPr>'
    mark = (
        f'<w:r><w:rPr><w:rStyle w:val="{paper.styles["footnote reference"].style_id}"/></w:rPr>'
        "<w:footnoteRef/></w:r>"
    )
    notes = "".join(
        f'<w:footnote w:id="{n}"><w:p>{style}{mark}<w:r><w:t xml:space="preserve"> '
        f"{{{{ b.lines[{n - 1}].definition }}}}</w:t></w:r></w:p></w:footnote>"
        for n, _ in enumerate(Figure, start=1)
    )
    _add(
        paper,
        "/word/footnotes.xml",
        CONTENT_TYPE.WML_FOOTNOTES,
        RELATIONSHIP_TYPE.FOOTNOTES,
        f"<w:footnotes {nsdecls('w')}>{marks}{notes}</w:footnotes>",
    )
    named = parse_xml(
        f'<w:footnotePr {nsdecls("w")}><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
    )
    paper.settings.element.find(qn("w:compat")).addprevious(named)


def numbering(paper: Paper, lang: str) -> None:
    """Headings count themselves: whoever puts a section in renumbers the rest."""
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:pStyle w:val="{paper.styles[f"Heading {n + 1}"].style_id}"/><w:suff w:val="nothing"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
        for n, (kind, text) in enumerate(LEVELS[lang])
    )
    known: Any = paper.part.numbering_part.element
    for child in list(known):
        known.remove(child)
    known.append(
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        )
    )
    known.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="1"><w:abstractNumId w:val="1"/></w:num>'))
    for style in paper.styles.element.findall(qn("w:style")):
        for named in style.findall(f".//{qn('w:numPr')}"):
            named.getparent().remove(named)
    for n in range(len(LEVELS[lang])):
        properties = paper.styles[f"Heading {n + 1}"].element.pPr.get_or_add_numPr()
        properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = n, 1


def strip(paper: Paper) -> None:
    """Leave out what the blank document of the library brings along."""
    for rels in (paper.part.rels, paper.part.package.rels):
        for one in list(rels.values()):
            if one.reltype.rsplit("/", 1)[-1] in _LEFT_BY_THE_LIBRARY:
                rels.pop(one.rId)
    zoom = paper.settings.element.find(qn("w:zoom"))
    zoom.set(qn("w:percent"), "100")


def _add(paper: Paper, name: str, content: str, relation: str, xml: str) -> None:
    blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'.encode()
    for one in list(paper.part.rels.values()):
        if one.reltype == relation:
            paper.part.rels.pop(one.rId)
    paper.part.relate_to(Part(PackURI(name), content, blob, paper.part.package), relation)
