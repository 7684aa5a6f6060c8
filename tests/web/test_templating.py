"""What a template puts out can be taken for nothing but text, whoever wrote it."""

from __future__ import annotations

import pytest
from markupsafe import Markup, escape

from web.templating import environment, escaped

HOSTILE = "<script>alert('1')</script> & \"quoted\""


@pytest.mark.requirement("SEC-03")
@pytest.mark.parametrize(
    "template",
    [
        "{{ text }}",
        "{% macro shown(text) %}{{ text }}{% endmacro %}{{ shown(text) }}",
        "{% set kept %}{{ text }}{% endset %}{{ kept }}",
        "{% set text = text ~ '' %}{{ text }}",
        "{% for one in [text] recursive %}{{ one }}{% endfor %}",
        "{% filter trim %}{{ text }}{% endfilter %}",
        "{{ [text] | join('') }}",
    ],
)
def test_a_text_comes_out_escaped_once_wherever_it_passes(template: str) -> None:
    page = environment().from_string(template).render(text=HOSTILE)
    assert "<" not in page and '"' not in page and "'" not in page
    assert str(Markup(page).unescape()) == HOSTILE


@pytest.mark.parametrize("value", [HOSTILE, Markup("<b>ours</b>"), 5, None, 1.5, ["<"]])
def test_what_is_put_out_reads_as_what_jinja_would_put_out(value: object) -> None:
    assert Markup(escaped(value)).unescape() == escape(value).unescape()
    assert ("<b>" in escaped(value)) == isinstance(value, Markup)
