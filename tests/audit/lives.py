"""A record full of hazards with real lives: a few are lived through the core, the rest are their likes."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection

from domain.events import Event, evolve
from domain.state import Hazard
from domain.values import HazardId
from storage import ledger
from storage.database import Database
from tests.storage.stories import Story


@cache
def _stories() -> tuple[Story, ...]:
    return (
        Story().report().assigned(),
        Story().report().assigned().planned(),
        Story().report().assigned().planned().wait().wait(),
        Story().report().cleared(),
        Story().report().closed(),
    )


def life(number: int) -> tuple[Hazard, list[Event]]:
    """The hazard of this number, as it stands, and its events: each of it and of no other."""
    hazard = HazardId(f"QP-2026-{number:06d}")
    state: Hazard | None = None
    events: list[Event] = []
    for told in _stories()[number % len(_stories())].events:
        event = told.model_copy(update={"hazard": hazard}).sealed(events[-1].hash if events else "")
        state = evolve(state, event)
        events.append(event)
    assert state is not None
    return state, events


def fill(database: Database, hazards: int) -> int:
    """Record this many hazards; returns how many entries the ledger then has."""

    def record(connection: Connection, numbers: range) -> int:
        entries = 0
        for number in numbers:
            state, events = life(number)
            ledger.append(connection, state, events)
            entries += len(events)
        return entries

    parts = [range(start, min(start + 250, hazards + 1)) for start in range(1, hazards + 1, 250)]
    return sum(database.write_now(record, part) for part in parts)
