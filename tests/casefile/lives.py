"""Ledgers to look back on: stories told through the core, and the golden histories of released versions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from audit.life import Step, life
from domain.calendar import Calendar
from domain.commands import Order, parse
from domain.events import Event
from domain.hazard import decide, refused_event
from domain.library import LIBRARY, Rulebook
from domain.refusal import Refusal
from domain.values import HazardId
from storage.ledger import StoredEvent
from tests.builders import Case
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


def refused_without_waiting() -> Story:
    """A plan beyond the cap, sent without waiting for the answer: its refusal is in the ledger."""
    story = Story().report().assigned()
    story.do("sign", LIAISON, handler=HANDLER.person)
    form = {
        "responsible_unit": STREET,
        "responsible_leader": "leader-1",
        "responsible_staff": [HANDLER.person],
        "measures": "整体改造",
        "milestones": [{"what": "完工", "due": (story.now + timedelta(days=40)).date()}],
        "goals": ["改造完成"],
    }
    order = Order(command=parse("submit_plan", form), actor=HANDLER, key="unanswered")
    story.now += timedelta(minutes=5)
    try:
        decide(story.rules, story.hazard, order, story.now)
    except Refusal as refusal:
        return story._take(refused_event(story.rules, story.hazard, order, refusal.refused, story.now))
    raise AssertionError("the plan was accepted")


def slept_through_its_due_date() -> Case:
    case = Case().report()
    case.give("verify_confirm")
    case.give("assign")
    case.give("sign")
    case.give("submit_plan")
    case.now = case.hazard.main_clock.due + timedelta(hours=2)
    case.give("report_completion")
    case.give("assess_fail")
    case.jump_to(case.now + timedelta(minutes=1))
    return case


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


__all__ = ["DESK", "HANDLER", "LIAISON", "NAMES", "OFFICE", "STREET"]
