"""A bulletin as a file: docx, from the template that officers may change, and PDF."""

from __future__ import annotations

import io
import json
from pathlib import Path

import typst
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2.sandbox import SandboxedEnvironment

from documents import chart
from documents.bulletin import Bulletin
from documents.fonts import ROWS, available
from documents.letterhead import TEMPLATES, said


def docx(bulletin: Bulletin, template: Path | None = None) -> bytes:
    """The document for editing. ``template`` is an office's own; ours when not given.

    A template is somebody's file: it may place what the bulletin says, and reach nothing else.
    """
    paper = DocxTemplate(str(template or TEMPLATES / f"bulletin.{bulletin.lang}.docx"))
    picture = InlineImage(paper, io.BytesIO(chart.png(bulletin)), width=Mm(150))
    paper.render(
        {"b": bulletin.model_dump(mode="json"), "chart": picture},
        jinja_env=SandboxedEnvironment(autoescape=True),
    )
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def pdf(bulletin: Bulletin) -> bytes:
    """The document for printing and keeping, PDF/A-2b. Raises :class:`documents.fonts.NoChineseFont`."""
    words = said(bulletin.lang)
    data = {
        "bulletin": bulletin.model_dump(mode="json"),
        "fonts": {use: list(available(use)) for use in ROWS},
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
