"""A decision while it is being made: effects say what changes, the draft works out what follows.

Entering a state starts its main timer and leaving it ends it; level and punctuality follow from the
clocks. So an effect names only what is particular to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from domain import clocks
from domain.events import Changes, Event, Notice
from domain.library import Rules
from domain.organisation import Actor, Role
from domain.policy import Addressee
from domain.state import Clock, Hazard, Obligation
from domain.values import ClockKey, Rung, Sla, State, UnitId, local


class Draft:
    """Collects the changes of one event over a working copy of the hazard."""

    def __init__(self, rules: Rules, hazard: Hazard, now: datetime) -> None:
        self.rules = rules
        self.now = local(now)
        self.before = hazard
        self.hazard = hazard.model_copy()
        """The working copy. It is the draft's own, so it is written on instead of copied at each step."""
        self.notices: list[Notice] = []
        self._set: dict[str, Any] = {}
        self._clocks: dict[ClockKey, Clock] = {}
        self._ended: list[ClockKey] = []

    # -- what effects say ---------------------------------------------------------------------------

    def set(self, **fields: Any) -> None:
        """Give fields of the hazard new values; ``None`` resets a field to its default."""
        self._set.update(fields)
        self._write(
            {
                name: Hazard.model_fields[name].default if value is None else value
                for name, value in fields.items()
            }
        )

    def _write(self, fields: dict[str, Any]) -> None:
        vars(self.hazard).update(fields)

    def enter(self, state: State) -> None:
        """Move to ``state``: its main timer starts, that of the state left ends."""
        left = clocks.MAIN_TIMER.get(self.hazard.state)
        if left:
            self.end(left)
        self.set(state=state)
        entered = clocks.MAIN_TIMER.get(state)
        if entered:
            self.start(entered)

    def start(self, key: ClockKey) -> None:
        clock = clocks.start(self.rules, self.hazard, key, self.now)
        if clock:
            self.put(clock)

    def put(self, clock: Clock) -> None:
        """Let a clock stand as given."""
        self._clocks[clock.key] = clock
        if clock.key in self._ended:
            self._ended.remove(clock.key)
        self._write({"clocks": {**self.hazard.clocks, clock.key: clock}})

    def end(self, *keys: ClockKey) -> None:
        for key in keys:
            self._clocks.pop(key, None)
            if key in self.before.clocks and key not in self._ended:
                self._ended.append(key)
        remaining = {key: clock for key, clock in self.hazard.clocks.items() if key not in keys}
        self._write({"clocks": remaining})

    def end_all(self) -> None:
        self.end(*self.hazard.clocks)

    def stop(self, key: ClockKey) -> None:
        """Silence a clock; it keeps its dates (I6)."""
        clock = self.hazard.clocks.get(key)
        if clock:
            self.put(clock.model_copy(update={"stopped_at": self.now}))

    def go_on(self, key: ClockKey) -> None:
        """Let a stopped clock go on as if it had not been stopped."""
        clock = self.hazard.clocks.get(key)
        if clock:
            self.put(clocks.taken_up(self.rules, self.hazard, clock, self.now))

    def lower_the_ladder(self) -> None:
        """Everything the owner is late with stands at L0 again; what was reached stays on record (§3.4)."""
        for clock in tuple(self.hazard.clocks.values()):
            if clock.bearer == self.hazard.owner and clock.level is not Rung.L0:
                self.put(clock.model_copy(update={"level": Rung.L0}))

    def involve(self, *units: UnitId) -> None:
        """Units the hazard concerns, who may read it from now on."""
        self.set(involved=tuple(dict.fromkeys((*self.hazard.involved, *units))))

    def owe(self, obligation: Obligation) -> None:
        self.set(obligations=(*self.hazard.obligations, obligation))

    def notify(
        self,
        unit: UnitId,
        role: Role | str,
        document: str,
        kind: Literal["to", "cc"] = "to",
        **about: Any,
    ) -> None:
        self.notices.append(Notice(unit=unit, role=str(role), kind=kind, document=document, **about))

    def address(self, addressee: Addressee, bearer: UnitId) -> tuple[tuple[UnitId, str], ...]:
        """The seats an addressee of the ladder stands for."""
        organisation = self.rules.book.organisation
        if addressee.who == "all":
            return tuple((unit.id, addressee.role) for unit in organisation.units if unit.handles)
        unit = {
            "bearer": bearer,
            "office": organisation.office,
            "desk": organisation.desk,
            "leading_group": organisation.leading_group,
        }[addressee.who]
        return ((unit, addressee.role),) if unit else ()

    # -- what follows -------------------------------------------------------------------------------

    def event(self, *, type: str, actor: Actor, rule: str, at: datetime | None = None, **about: Any) -> Event:
        """The finished event, sealed to the hazard's chain. ``at`` is when it was noticed, if later."""
        self._follow_the_ladder()
        fields = {name: value for name, value in self._set.items() if self._differs(name)}
        changes = Changes(
            **{name: value for name, value in fields.items() if value is not None},
            cleared=tuple(sorted(name for name, value in fields.items() if value is None)),
            clocks=tuple(self._clocks.values()),
            clocks_ended=tuple(self._ended),
        )
        event = Event(
            hazard=self.before.id,
            seq=self.before.seq + 1,
            type=type,
            at=local(at) if at else self.now,
            actor=actor,
            rule=rule,
            changes=changes,
            notices=tuple(self.notices),
            rules=self.before.rules,
            calendar=self.rules.calendar_digest,
            **about,
        )
        return event.sealed(self.before.head)

    def _differs(self, name: str) -> bool:
        return self.before.seq == 0 or getattr(self.before, name) != getattr(self.hazard, name)

    def _follow_the_ladder(self) -> None:
        hazard = self.hazard
        level = max((c.level for c in hazard.clocks.values() if c.bearer == hazard.owner), default=Rung.L0)
        highest = dict(hazard.highest)
        for clock in hazard.clocks.values():
            if clock.level.step > highest.get(clock.bearer, Rung.L0).step:
                highest[clock.bearer] = clock.level
        for name, value in (("level", level), ("highest", highest), ("sla", self._sla())):
            if getattr(hazard, name) != value:
                self.set(**{name: value})

    def _sla(self) -> Sla:
        """Punctuality of what the owner owes: his running clocks only (I6)."""
        owed = [clock for clock in self.hazard.running() if clock.bearer == self.hazard.owner]
        if any(clock.due <= self.now for clock in owed if clock.key is not ClockKey.LOOKBACK):
            return Sla.OVERDUE
        if any(clock.reminded for clock in owed):
            return Sla.DUE_SOON
        return Sla.ON_TIME
