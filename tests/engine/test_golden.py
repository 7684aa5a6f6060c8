"""Histories recorded by released versions replay on today's code, and lead to the same ledger, hash for hash.

``python -m tests.engine.record NAME…`` records; a history once released is never recorded again: a change
that breaks one needs a patch marker. The rulebooks they were decided under lie beside them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from domain.calendar import Calendar
from domain.library import LIBRARY, Rulebook
from drill.replay import RUNNERS, replayed

HISTORIES = Path(__file__).parent.parent / "histories"
NAMES = sorted(path.name.removesuffix(".history.json") for path in HISTORIES.glob("*.history.json"))


def load_rulebooks() -> None:
    for path in HISTORIES.glob("*.book.json"):
        LIBRARY.add_book(Rulebook.model_validate_json(path.read_text(encoding="utf-8")))
    for path in HISTORIES.glob("*.calendar.json"):
        LIBRARY.add_calendar(Calendar.model_validate_json(path.read_text(encoding="utf-8")))


def test_there_are_golden_histories() -> None:
    assert len(NAMES) >= 6


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize("name", NAMES)
async def test_a_recorded_history_leads_to_the_same_ledger(name: str) -> None:
    load_rulebooks()
    runs = json.loads((HISTORIES / f"{name}.history.json").read_text(encoding="utf-8"))
    hashes = [
        found
        for run, history in enumerate(runs)
        for found in await replayed(
            WorkflowHistory.from_json(f"{name}-{run}", history), RUNNERS["unsandboxed"]
        )
    ]
    recorded = (HISTORIES / f"{name}.ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert hashes == [json.loads(line)["hash"] for line in recorded]
