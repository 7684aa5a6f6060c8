"""A bulletin as a file: docx, from the template that officers may change, and PDF."""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path

import typst
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2.sandbox import SandboxedEnvironment

from documents import chart
from documents.bulletin import Bulletin
from documents.fonts import ROWS, available, substituted
from documents.letterhead import TEMPLATES, said


def docx(bulletin: Bulletin, template: Path | None = None) -> bytes:
    """The document for editing. ``template`` is an office's own; ours when not given.

    A template is somebody's file: it may place what the bulletin says, and reach nothing else.
    """
    paper = DocxTemplate(str(template or TEMPLATES / f"bulletin.{bulletin.lang}.docx"))
    paper.init_docx()
    picture = InlineImage(paper, io.BytesIO(chart.png(bulletin)), width=Mm(150))
    paper.render(
        {"b": bulletin.model_dump(mode="json"), "chart": picture},
        jinja_env=SandboxedEnvironment(autoescape=True),
    )
    _described(paper, bulletin)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _described(paper: DocxTemplate, bulletin: Bulletin) -> None:
    """What a document says of itself, and of its picture to those who do not see it."""
    made = datetime(*bulletin.day)  # noqa: DTZ001 - the properties of a docx have no zone
    properties = paper.docx.core_properties
    properties.title, properties.author, properties.last_modified_by = (
        bulletin.title,
        bulletin.office,
        bulletin.office,
    )
    properties.comments, properties.language = "", "zh-CN" if bulletin.lang == "zh" else "en"
    properties.created = properties.modified = made
    for picture in paper.docx.element.body.iter(qn("wp:docPr")):
        picture.set("name", bulletin.chart_title)
        picture.set("descr", bulletin.chart_told)


def pdf(bulletin: Bulletin) -> bytes:
    """The document for printing and keeping, PDF/A-2b. Raises :class:`documents.fonts.NoChineseFont`."""
    words = said(bulletin.lang)
    data = {
        "bulletin": bulletin.model_dump(mode="json"),
        "fonts": {use: list(available(use)) for use in ROWS},
        "substituted": "；".join(f"{name}→{instead}" for name, instead in substituted().items()),
        "words": words | {"chart": words["chart"].replace("{{ b.chart_title }}", bulletin.chart_title)},
        "chart": chart.svg(bulletin),
    }
    made = typst.compile(
        str(TEMPLATES / "bulletin.typ"),
        root=str(TEMPLATES),
        format="pdf",
        pdf_standards="a-2b",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made
