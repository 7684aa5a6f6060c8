"""Every phrase of the pages has its English, and no page says anything outside the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.commands import COMMANDS
from web import language
from web.fields import Field, fields_of
from web.language import Language

WEB = Path(language.__file__).parent
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
SAID = re.compile(r"""say\(\s*(?:"([^"]+)"|'([^']+)')""")
CHINESE = re.compile("[\u4e00-\u9fff]")
LITERAL_KEYS = re.compile(r"""say\(\{([^}]*)\}""")


def phrases_used() -> set[str]:
    found: set[str] = set()
    for path in (*TEMPLATES, *WEB.glob("*.py")):
        text = path.read_text("utf-8")
        found |= {double or single for double, single in SAID.findall(text)}
        for table in LITERAL_KEYS.findall(text):
            found |= set(re.findall(r'"([^"]*[\u4e00-\u9fff][^"]*)"', table))
    return found


def test_every_phrase_has_its_english_and_no_english_is_left_over():
    assert phrases_used() == set(language.catalogue())


def test_a_phrase_and_its_english_are_filled_in_alike():
    slots = re.compile(r"{(\w+)}")
    for zh, en in language.catalogue().items():
        assert sorted(slots.findall(zh)) == sorted(slots.findall(en)), zh
        assert not CHINESE.search(en), zh


def test_a_phrase_without_english_is_an_error_in_either_language():
    for code in ("zh", "en"):
        with pytest.raises(KeyError):
            Language(code).say("没有这句话")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_templates_say_nothing_outside_the_catalogue(path):
    text = re.sub(r"{#.*?#}", "", path.read_text("utf-8"), flags=re.S)
    text = re.sub(r"say\([^)]*\)|say\(\{.*?\}.*?\)", "", text, flags=re.S)
    text = text.replace('"English" if chinese else "中文"', "")
    left = [line.strip() for line in text.splitlines() if CHINESE.search(line)]
    assert left == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_templates_have_no_inline_style_or_script(path):
    text = path.read_text("utf-8")
    assert not re.search(r"<style|style=|<script(?! src=)|\son\w+=|javascript:", text)


def every_field(fields: tuple[Field, ...]) -> Iterator[Field]:
    for one in fields:
        yield one
        yield from every_field(one.inner)
        for variant in one.variants:
            yield from every_field(variant.inner)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "load_calendar"])
def test_every_input_of_every_form_has_a_chinese_and_an_english_name(command):
    for one in every_field(fields_of(command)):
        assert CHINESE.search(one.label.zh), f"{command}.{one.name} has no Chinese name: domain/labels.py"
        assert one.label.en and not CHINESE.search(one.label.en)
        for option in one.options:
            assert option.label.en and not CHINESE.search(option.label.en), (
                f"{command}.{one.name}={option.value}"
            )
