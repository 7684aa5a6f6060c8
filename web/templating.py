"""Jinja2 as all pages use it: everything escaped, a misspelt name is an error."""

from __future__ import annotations

import html
import re
from collections.abc import MutableMapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import markupsafe
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

FOLDER = Path(__file__).with_name("templates")
_TO_ESCAPE = re.compile(r"[&<>\"']").search


def escaped(value: Any) -> str:
    """``value`` as a template puts it out.

    What Jinja2 calls makes an object of every piece that says it is safe; a page has a thousand pieces, and they
    are only joined. Nor has nearly any of them a character to escape.
    """
    if type(value) is str:
        return html.escape(value) if _TO_ESCAPE(value) else value
    return value if type(value) is Markup else markupsafe.escape(value)


class Page(Template):
    """A template whose pieces are escaped by :func:`escaped`."""

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],
        uptodate: Any = None,
    ) -> Template:
        template = super().from_code(environment, code, globals, uptodate)
        template.root_render_func.__globals__["escape"] = escaped
        return template


class Pages(Environment):
    template_class = Page


@cache
def environment() -> Pages:
    return Pages(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
    )


def template(name: str) -> Template:
    return environment().get_template(f"{name}.html")
