"""Pieces of pages that are kept: each has what it is asked for, and nothing of whoever asked before."""

from __future__ import annotations

import json

import pytest

from api.problems import Problem
from web import drawn
from web.drafts import Draft, Form
from web.language import Language

ZH, EN = Language("zh"), Language("en")
SIGN = Form("sign", "签收", "sign")
ASSIGN = Form("assign", "交办", "assign", begun=json.dumps({"target": '"街镇" & <所>'}))
ACKNOWLEDGE = Form("acknowledge", "签收文书", "acknowledge", known=(("obligation", (("O1", "O1 约谈\0"),)),))


@pytest.mark.parametrize("blank", [SIGN, ASSIGN, ACKNOWLEDGE], ids=lambda form: form.command)
def test_a_kept_form_is_the_form_of_each_hazard_with_a_key_of_its_own(blank):
    first = drawn.form(ZH, blank, "QP-2026-000001", 7, "a" * 32)
    again = drawn.form(ZH, blank, "QP-2026-000002", 31, "b" * 32)
    assert f'action="/hazards/QP-2026-000002/{blank.command}"' in again
    assert f'name="_key" value="{"b" * 32}"' in again and 'name="_seq" value="31"' in again
    assert str(again) == str(first).replace("000001", "000002").replace("a" * 32, "b" * 32).replace(
        '"7"', '"31"'
    )


@pytest.mark.parametrize("blank", [SIGN, ASSIGN, ACKNOWLEDGE], ids=lambda form: form.command)
def test_a_kept_form_is_the_one_that_is_drawn_anew(blank):
    anew = drawn.draft(ZH, blank, Draft(blank.command), "QP-2026-000001", 7, "a" * 32)
    assert drawn.form(ZH, blank, "QP-2026-000001", 7, "a" * 32) == anew


def test_what_a_form_begins_with_is_escaped():
    text = drawn.form(ZH, ASSIGN, "QP-2026-000001", 7, "a" * 32)
    assert "&#34;街镇&#34; &amp; &lt;所&gt;" in text or "&quot;街镇&quot; &amp; &lt;所&gt;" in text


def test_a_form_that_is_filled_in_keeps_what_was_typed_and_says_what_was_wrong():
    typed = Draft(
        "sign", {"handler": {"person": "<u-1>"}}, '"key"', Problem(409, "x", "先核实", "verify first")
    )
    text = drawn.draft(EN, SIGN._replace(open=True), typed, "QP-2026-000001", 7, typed.key)
    assert "verify first" in text and "&lt;u-1&gt;" in text and '"key"' not in text.replace('name="_key"', "")


def test_refusals_are_worded_once_for_all_that_they_say():
    drawn.forget()
    asked = []

    def words():
        asked.append(1)
        return [("签收", "还未交办", "T10.x · ACT-01")], [("交办", "只能由值班办理", "ACT-02")]

    one, other = (drawn.refusals(ZH, about, words) for about in (("a",), ("a",)))
    assert one == other and asked == [1] and "还未交办" in one and "不由您的席位办理" in one
    drawn.refusals(ZH, ("b",), words)
    drawn.refusals(EN, ("a",), words)
    assert asked == [1, 1, 1]
