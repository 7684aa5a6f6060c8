"""Ledgers to look back on: stories told through the core, and the golden histories of released versions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache

from audit.life import Step, life
from domain.calendar import Calendar
from domain.events import Event
from domain.library import LIBRARY, Rulebook
from domain.values import HazardId
from storage.ledger import StoredEvent
from tests.engine.test_golden import HISTORIES, NAMES
from tests.storage.stories import BOOKS, CALENDAR, DESK, HANDLER, LIAISON, OFFICE, STREET, Story

for _book in BOOKS.values():
    LIBRARY.add_book(_book)
LIBRARY.add_calendar(CALENDAR)


def entries(events: Iterable[Event]) -> list[StoredEvent]:
    return [
        StoredEvent(event.hazard, event.seq, event.at, event.prev, event.hash, event.body) for event in events
    ]


def steps(story: Story) -> tuple[Step, ...]:
    return life(entries(story.events))


def closed() -> Story:
    """From the report to the archive, in time."""
    return Story().report(evidence=[{"kind": "before", "ref": "photo-1", "sha256": "a" * 64}]).closed()


def late() -> Story:
    """Nobody acted: reminded, overdue, urged, supervised; then a reason that was accepted."""
    story = Story().report().assigned().planned()
    while story.hazard.level != "L2":
        story.wait()
    story.do("state_reason", LIAISON, reason="租户拒不搬离")
    return story.do("accept_reason", OFFICE, reason="情况属实")


def extended() -> Story:
    story = Story().report().assigned().planned()
    story.do("request_extension", LIAISON, reason="租户搬离需要时间")
    return story.do("decide_extension", DESK, approve=True)


def relapsed() -> Story:
    story = Story().report().cleared()
    while story.hazard.state != "LOOK_BACK":
        story.wait()
    return story.do("lookback_relapse", OFFICE, findings="隔断恢复")


@cache
def golden(name: str) -> tuple[Step, ...]:
    for path in HISTORIES.glob("*.book.json"):
        LIBRARY.add_book(Rulebook.model_validate_json(path.read_text(encoding="utf-8")))
    for path in HISTORIES.glob("*.calendar.json"):
        LIBRARY.add_calendar(Calendar.model_validate_json(path.read_text(encoding="utf-8")))
    lines = (HISTORIES / f"{name}.ledger.jsonl").read_text(encoding="utf-8").splitlines()
    found, head = [], ""
    for seq, line in enumerate(lines, start=1):
        said = json.loads(line)
        at = datetime.fromisoformat(json.loads(said["body"])["at"])
        found.append(
            StoredEvent(
                HazardId(json.loads(said["body"])["hazard"]), seq, at, head, said["hash"], said["body"]
            )
        )
        head = said["hash"]
    return life(found)


__all__ = [
    "HANDLER",
    "NAMES",
    "STREET",
    "closed",
    "entries",
    "extended",
    "golden",
    "late",
    "relapsed",
    "steps",
]
