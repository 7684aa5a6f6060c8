"""Reading a hazard's ledger as an auditor would: from its texts, each checked against the chain.

The state that the texts fold to is kept beside them, so that a drill can compare it with the state that
the core, or the workflow, says it is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from domain.events import Event, chain_hash, evolve
from domain.state import Hazard
from drill.invariants import Step, broken


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a ledger as it is stored."""

    prev: str
    hash: str
    body: str


class Broken(ValueError):
    """A ledger that does not hold: a chain that breaks, a text that is not canonical, a broken invariant."""


@dataclass
class Reader:
    """Follows one ledger. Each entry is read once, when it has come."""

    events: list[Event] = field(default_factory=list)
    folded: Hazard | None = None

    def follow(self, entries: Iterable[Entry]) -> list[Event]:
        """The events that are new. Raises :class:`Broken` with the first thing that does not hold."""
        fresh = list(self._fresh(entries))
        self.events += fresh
        return fresh

    def _fresh(self, entries: Iterable[Entry]) -> Iterator[Event]:
        for seq, entry in enumerate(entries, start=1):
            if seq <= len(self.events):
                if entry.hash != self.events[seq - 1].hash:
                    raise Broken(f"seq {seq}: the entry was changed after it was written")
                continue
            event = self._read(seq, entry)
            before, after = self.folded, evolve(self.folded, event)
            for rule in broken(Step(before, event, after)):
                raise Broken(f"seq {seq} {event.type}: {rule}")
            self.folded = after
            yield event

    def _read(self, seq: int, entry: Entry) -> Event:
        head = self.folded.head if self.folded else ""
        if entry.prev != head or entry.hash != chain_hash(entry.prev, entry.body):
            raise Broken(f"seq {seq}: the hash chain does not hold")
        event = Event.model_validate_json(entry.body).model_copy(
            update={"prev": entry.prev, "hash": entry.hash}
        )
        if event.body != entry.body:
            raise Broken(f"seq {seq}: read and written again, the text is another one")
        return event
