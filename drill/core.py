"""The pure core on a virtual clock: what a hazard's workflow does, without a server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain import hazard as core
from domain.commands import Order, Report
from domain.events import Event, evolve
from domain.ladder import next_wakeup, tick
from domain.library import Library
from domain.state import Hazard
from domain.values import Digest, HazardId
from drill.ledger import Entry


class CoreWorld:
    """Hazards as values, each with the texts of its ledger."""

    tolerance = timedelta(0)

    def __init__(self) -> None:
        self.library = Library()
        self._hazards: dict[HazardId, Hazard] = {}
        self._entries: dict[HazardId, list[Entry]] = {}
        self._now: dict[HazardId, datetime] = {}
        """When each hazard last changed."""

    def advance(self, hazard: HazardId, until: datetime) -> None:
        """Let time do what it does up to ``until``, each thing at its own instant."""
        state = self._hazards.get(hazard)
        while state and (wake := next_wakeup(state)) is not None and wake <= until:
            # What a clock that goes on again has missed, it makes up for at once, not in the past.
            now = max(wake, self._now[hazard])
            for event in tick(core.rules_for(self.library, state), state, now):
                state = self._write(event)

    def report(self, hazard: HazardId, rules: Digest, calendar: Digest, order: Order, now: datetime) -> None:
        form = order.command
        assert isinstance(form, Report)
        under = self.library.rules(rules, calendar)
        self._write(core.report(under, hazard, rules, form, order.actor, now, order.key))

    def give(self, hazard: HazardId, order: Order, now: datetime) -> None:
        state = self._hazards[hazard]
        self._write(core.decide(core.rules_for(self.library, state, order.command), state, order, now))

    def state(self, hazard: HazardId) -> Hazard | None:
        return self._hazards.get(hazard)

    def entries(self, hazard: HazardId) -> Sequence[Entry]:
        return self._entries.get(hazard, ())

    def finish(self, hazard: HazardId) -> None:
        """Nothing of it remains anywhere."""

    def _write(self, event: Event) -> Hazard:
        after = evolve(self._hazards.get(event.hazard), event)
        self._hazards[event.hazard] = after
        self._now[event.hazard] = event.at
        self._entries.setdefault(event.hazard, []).append(Entry(event.prev, event.hash, event.body))
        return after
