"""The forms F01–F21: each field has its place, its Chinese name, and the page says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import forms
from docs.requirements import requirements
from domain.commands import COMMANDS
from domain.contacts import SEED_FIELDS
from domain.labels import FIELDS, HINTS, OWN, VALUES, of_field
from domain.papers import FILED_ELSEWHERE, PAPERS, Entry
from domain.transitions import BY_COMMAND
from domain.values import State
from tests.builders import hazard_in

CHINESE = re.compile("[\u4e00-\u9fff]")
ENTRIES = [(paper.id, entry) for paper in PAPERS for entry in paper.entries]

SEED = {
    "F01": 16, "F02": 4, "F03": 5, "F04": 3, "F05": 1, "F06": 7, "F07": 5, "F08": 3, "F09": 0, "F10": 5, "F11": 2,
    "F12": 3, "F13": 2, "F14": 4, "F15": 4, "F16": 2, "F17": 14, "F18": 6, "F19": 3, "F20": 5, "F21": 6,
}  # fmt: skip
"""How many fields the documents ask for on each form (process.md §3.5, S)."""


def test_there_are_twenty_one_forms_with_all_that_the_documents_ask_for():
    assert [paper.id for paper in PAPERS] == [f"F{n:02}" for n in range(1, 22)]
    assert {paper.id: sum(one.source == "S" for one in paper.entries) for paper in PAPERS} == SEED
    assert len(SEED_FIELDS) == SEED["F17"]


@pytest.mark.requirement("PLN-01", "FRM-01", "REM-04", "SUP-06", "COL-01", "RSK-05", "ACT-19")
@pytest.mark.parametrize(("paper", "entry"), ENTRIES, ids=lambda part: getattr(part, "en", part))
def test_every_field_has_its_place_and_its_names(paper: str, entry: Entry):
    assert CHINESE.search(entry.zh) and not CHINESE.search(entry.en)
    assert bool(entry.kept) != bool(entry.lacking), (
        "it is kept somewhere, or a requirement has to be built first"
    )
    for path in entry.kept:
        words = forms.named(path)
        assert CHINESE.search(words.zh) and words.en, path
    if entry.guard:
        command, guard = next(
            (name, guard)
            for name, row in BY_COMMAND.items()
            for guard in row.guards
            if f"{row.id}.{guard.code}" == entry.guard
        )
        assert guard.status in (403, 422) and command in COMMANDS
    if entry.lacking:
        (row,) = [row for row in requirements() if row.id == entry.lacking]
        assert row.status != "built" and row.level == "SHOULD", "what must be there is there"


@pytest.mark.parametrize(
    "path", ["report.tea", "submit_plan.goals.tea", "tea.x", "hazard.tea", "clock.tea", "file.tea"]
)
def test_a_path_that_leads_nowhere_is_an_error(path: str):
    with pytest.raises(LookupError):
        forms.named(path)


def test_every_command_files_a_form_or_says_what_it_is():
    filed = {name for paper in PAPERS for name in paper.commands}
    assert filed.isdisjoint(FILED_ELSEWHERE)
    assert filed | set(FILED_ELSEWHERE) == set(COMMANDS)


def test_the_page_of_forms_is_what_the_code_says(tmp_path: Path):
    assert forms.main(["--check"]) == 0, "run python -m docs.forms"
    stale, told = tmp_path / "forms.md", []
    stale.write_text("x", "utf-8")
    assert forms.main(["--check"], file=stale, tell=told.append) == 1 and "docs.forms" in str(told)
    assert forms.main([], file=stale) == 0 and forms.main(["--check"], file=stale) == 0


@pytest.mark.parametrize(
    ("path", "filled"),
    [
        ("F06 责任部门", "must"),
        ("F06 责任分工（多部门）", "when"),
        ("F02 已采取措施", "may"),
        ("F04 转递时间", "may"),
        ("F01 关联风险点", "may"),
    ],
)
def test_whether_a_field_must_be_filled_in_is_read_from_its_form(path: str, filled: str):
    (entry,) = [entry for paper, entry in ENTRIES if f"{paper} {entry.zh}" == path]
    assert forms.filled(entry) == filled


def test_labels_are_two_words_and_name_fields_that_there_are():
    for table in (FIELDS, OWN, HINTS, VALUES):
        for words in table.values():
            assert CHINESE.search(words.zh) and not CHINESE.search(words.en), words
    for name in OWN:
        command, _, field = name.partition(".")
        assert command in COMMANDS and of_field(field, command) == OWN[name], name


@pytest.mark.requirement("MOD-10", "RSK-05")
def test_a_ruling_names_who_took_part_and_what_shall_be_done():
    case = hazard_in(State.JURISDICTION_RULING)
    case.give("jurisdiction_rule", participants=["区城运中心", "区应急局"], proposed_measures="先行围挡")
    assert case.last.command.participants == ("区城运中心", "区应急局")


@pytest.mark.requirement("PEN-01")
def test_a_penalty_says_whether_it_puts_the_enterprise_on_the_black_list():
    case = hazard_in(State.REMEDIATING)
    case.give("add_penalty", blacklist="listed")
    assert case.last.command.blacklist.zh == "列入黑名单"
    assert case.refused("add_penalty", blacklist="persons").status == 422
