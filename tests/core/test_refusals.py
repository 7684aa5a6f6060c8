"""Every refusal names where its rule comes from, and that can be looked up in docs/requirements.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.requirements import requirements, sources
from domain.transitions import TRANSITIONS

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "service", "storage", "api", "web", "audit")
KNOWN = {row.id for row in requirements()} | set(sources())
CODE = re.compile(r"[A-Za-z0-9]+(-[a-z0-9]+)*(\.[A-Za-z0-9]+(-[a-z0-9]+)*)?")


def test_every_row_and_guard_of_the_state_table_names_a_ground_that_there_is():
    cited = {f"{row.id} {row.command}": row.requirement for row in TRANSITIONS if row.command}
    cited |= {f"{row.id}.{guard.code}": guard.requirement for row in TRANSITIONS for guard in row.guards}
    assert {code: ground for code, ground in cited.items() if ground not in KNOWN} == {}


def said() -> Iterator[tuple[str, str, str]]:
    """``(where, code, ground)`` of each refusal that a module words itself, as far as they are written out."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            for call in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "refuse":
                    code, ground = call.args[1], call.args[2]
                    where = f"{file.relative_to(ROOT)}:{call.lineno}"
                    for one in (part for part in ast.walk(ground) if isinstance(part, ast.Constant)):
                        if isinstance(one.value, str) and re.fullmatch(r"[A-Z]+-?\d+", one.value):
                            yield where, getattr(code, "value", ""), one.value


REFUSALS = list(said())


def test_there_are_refusals_outside_the_table():
    assert len(REFUSALS) > 15


@pytest.mark.parametrize(("where", "code", "ground"), REFUSALS, ids=[where for where, *_ in REFUSALS])
def test_every_other_refusal_names_a_ground_and_has_a_code_for_machines(where: str, code: str, ground: str):
    assert ground in KNOWN, where
    assert not code or (isinstance(code, str) and CODE.fullmatch(code)), (where, code)


def test_a_source_is_cited_by_somebody_and_says_what_it_is():
    cited = {row.requirement for row in TRANSITIONS} | {ground for *_, ground in REFUSALS}
    cited |= {guard.requirement for row in TRANSITIONS for guard in row.guards}
    assert set(sources()) <= cited
    assert all(what and of for what, of in sources().values())
