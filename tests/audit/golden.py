"""The golden histories as a record: their ledgers in a database, their histories where a replay looks for them."""

from __future__ import annotations

import json

from sqlalchemy import Connection
from temporalio.client import WorkflowHistory

from audit.sources import NoHistory, Source, Told
from domain.calendar import Calendar
from domain.events import Event, evolve
from domain.library import Rulebook
from domain.state import Hazard
from domain.values import HazardId
from storage import ledger, rulebooks
from storage.database import Database
from tests.engine.test_golden import HISTORIES, NAMES


def told(name: str) -> tuple[WorkflowHistory, ...]:
    runs = json.loads((HISTORIES / f"{name}.history.json").read_text(encoding="utf-8"))
    return tuple(WorkflowHistory.from_json(f"{name}-{number}", run) for number, run in enumerate(runs))


def recorded(name: str) -> list[Event]:
    lines = (HISTORIES / f"{name}.ledger.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return [
        Event.model_validate_json(entry["body"]).model_copy(
            update={"prev": entry["prev"], "hash": entry["hash"]}
        )
        for entry in entries
    ]


def publish(connection: Connection) -> None:
    for path in HISTORIES.glob("*.book.json"):
        rulebooks.publish(connection, Rulebook.model_validate_json(path.read_text(encoding="utf-8")))
    for path in HISTORIES.glob("*.calendar.json"):
        rulebooks.publish_calendar(connection, Calendar.model_validate_json(path.read_text(encoding="utf-8")))


class Golden:
    """The golden histories, each by the number of its hazard; those of one number are one too many and left out.

    ``entries`` says how many entries the ledger of a history has kept, ``runs`` how many runs Temporal has.
    """

    def __init__(
        self, database: Database, *, entries: dict[str, int] | None = None, runs: dict[str, int] | None = None
    ) -> None:
        database.write_now(publish)
        self.names: dict[HazardId, str] = {}
        self._runs = runs or {}
        for name in NAMES:
            events = recorded(name)
            if events[0].hazard not in self.names:
                self.names[events[0].hazard] = name
                database.write_now(record, events[: (entries or {}).get(name)])

    async def of(self, hazard: HazardId) -> Told:
        if hazard not in self.names:
            raise NoHistory(f"没有 {hazard}", f"no {hazard}")
        name = self.names[hazard]
        histories = told(name)[: self._runs.get(name)]
        return Told(histories, (Source.ARCHIVE,) * len(histories))


def record(connection: Connection, events: list[Event]) -> None:
    state: Hazard | None = None
    for event in events:
        state = evolve(state, event)
    assert state is not None
    ledger.append(connection, state, events)
