"""What random lives have met: rows of the state table that came about, guards that refused, places left for the archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from domain.events import Event, evolve
from domain.refusal import Refused
from domain.state import Hazard
from domain.transitions import TRANSITIONS
from domain.values import Mode, State

ROWS = frozenset((row.id, row.command or "lookback_due") for row in TRANSITIONS) - {("N94", "load_calendar")}
"""Every row of the table; loading a calendar is given by no person and counted apart."""

GUARDS = frozenset(
    (row.command or "", f"{row.id}.{guard.code}") for row in TRANSITIONS for guard in row.guards
)


class Met:
    """Counts of what came about, from however many lives."""

    def __init__(self) -> None:
        self.rows: Counter[tuple[str, str]] = Counter()
        self.sources: Counter[tuple[str, State]] = Counter()
        self.guards: Counter[tuple[str, str]] = Counter()
        self.archived: Counter[tuple[Mode, State]] = Counter()

    def came_by(self, events: Iterable[Event]) -> None:
        """The whole story of a hazard up to now."""
        hazard: Hazard | None = None
        for event in events:
            self.came_about(hazard, event)
            hazard = evolve(hazard, event)

    def came_about(self, before: Hazard | None, event: Event) -> None:
        self.rows[event.rule, event.type] += 1
        if before:
            self.sources[event.type, before.state] += 1

    def was_refused(self, command: str, refused: Refused) -> None:
        self.guards[command, refused.code] += 1

    def was_archived(self, stood: Hazard) -> None:
        """From where it stood, people brought it to the archive."""
        self.archived[stood.mode, stood.state] += 1

    @property
    def missing(self) -> list[str]:
        """Rows that never came about and guards that never refused."""
        return [
            *(f"{id} {command}: never" for id, command in sorted(ROWS - self.rows.keys())),
            *(f"{command}: {code} never refused" for command, code in sorted(GUARDS - self.guards.keys())),
        ]

    def told(self) -> str:
        """The report: how often each row came about, each guard refused, each place was left."""
        rows = [f"{id:5} {command:24} {self.rows[id, command]:6}" for id, command in sorted(ROWS)]
        guards = [
            f"{code:32} {command:22} {self.guards[command, code]:6}" for command, code in sorted(GUARDS)
        ]
        places = [f"{mode:9} {state:22} {times:6}" for (mode, state), times in sorted(self.archived.items())]
        return "\n".join(["transitions", *rows, "guards", *guards, "brought to the archive from", *places])
