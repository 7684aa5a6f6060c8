"""A decision while it is being made: effects say what changes, the draft works out what follows.

Entering a state starts its main timer and leaving it ends it; level and punctuality follow from the
clocks. So an effect names only what is particular to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Literal

from domain import clocks, lines, notices
from domain.events import Changes, Event, Notice
from domain.library import Rules
from domain.organisation import Actor, Role
from domain.policy import Addressee, RungRow
from domain.state import Clock, Hazard, Obligation, OwedKind, Subtask
from domain.values import ClockKey, Rung, State, UnitId, local


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
        self._clocks: dict[str, Clock] = {}
        self._ended: list[str] = []

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
        """Move to ``state``: its main timer starts unless it runs already, that of the state left ends."""
        left = clocks.timer_of(self.rules, self.hazard, self.hazard.state)
        if left:
            self.end(left)
        self.set(state=state)
        entered = clocks.timer_of(self.rules, self.hazard, state)
        if entered and entered not in self.hazard.clocks:
            self.start(entered)
        if state.terminal:
            self.end(*(id for id, clock in self.hazard.clocks.items() if clock.key in clocks.OUTLASTING))

    def start(self, key: ClockKey, subtask: UnitId | None = None) -> None:
        clock = clocks.start(self.rules, self.hazard, key, self.now, subtask)
        if clock:
            self.put(clock)

    def antedate(self, since: datetime, *ids: str) -> None:
        """Let clocks that start now run from ``since``, which is entered afterwards (先行交办)."""
        for id in ids:
            clock = self.hazard.clocks.get(id)
            if clock:
                self.put(clocks.antedated(self.rules, self.hazard, clock, since, self.now))

    def put(self, clock: Clock) -> None:
        """Let a clock stand as given."""
        self._clocks[clock.id] = clock
        if clock.id in self._ended:
            self._ended.remove(clock.id)
        self._write({"clocks": {**self.hazard.clocks, clock.id: clock}})

    def end(self, *ids: str) -> None:
        """Clocks by their ids; a ``ClockKey`` is that of the hazard's own."""
        for id in ids:
            self._clocks.pop(id, None)
            if id in self.before.clocks and id not in self._ended:
                self._ended.append(id)
        remaining = {id: clock for id, clock in self.hazard.clocks.items() if id not in ids}
        self._write({"clocks": remaining})

    def end_all(self, but: Collection[str] = ()) -> None:
        """End what times the work, and with it what a human had decided about the owner (I7)."""
        running = self.hazard.clocks.items()
        self.end(*(id for id, clock in running if id not in but and clock.key not in clocks.OUTLASTING))
        self._stand_down()

    def stop(self, id: str) -> None:
        """Silence a clock; it keeps its dates (I6)."""
        clock = self.hazard.clocks.get(id)
        if clock:
            self.put(clock.model_copy(update={"stopped_at": self.now}))

    def go_on(self, id: str) -> None:
        """Let a stopped clock go on as if it had not been stopped."""
        clock = self.hazard.clocks.get(id)
        if clock:
            self.put(clocks.taken_up(self.rules, self.hazard, clock, self.now))

    def lower_the_ladder(self) -> None:
        """Everything the owner is late with stands at L0 again; what was reached stays on record (§3.4)."""
        for clock in tuple(self.hazard.owners_clocks()):
            if clock.level is not Rung.L0:
                self.put(clock.model_copy(update={"level": Rung.L0}))
        self._stand_down()

    def _stand_down(self) -> None:
        if self.hazard.decided:
            self.set(decided=None)

    def involve(self, *units: UnitId) -> None:
        """Units the hazard concerns, who may read it from now on."""
        self.set(involved=tuple(dict.fromkeys((*self.hazard.involved, *units))))

    def link(self, points: tuple[str, ...]) -> None:
        """Risk points the hazard belongs to (RSK-06), besides those it has; that there are such is asked at the door."""
        if points:
            self.set(risk_points=tuple(dict.fromkeys((*self.hazard.risk_points, *points))))

    def owe(
        self,
        kind: OwedKind,
        unit: UnitId,
        role: Role,
        *,
        about: UnitId | None = None,
        timed_by: ClockKey | None = None,
        due: datetime | None = None,
        met_at: datetime | None = None,
    ) -> None:
        """Lay an obligation on a unit's seat; a clock urges it where the policy has one for it.

        ``about`` is the unit whose lateness it is about, ``None`` for whoever handles the whole. Each unit of
        a listed hazard has a clock of its own, so several talks run beside each other.
        """
        obligation = Obligation(
            id=f"{kind.replace('_', '-')}-{self.before.seq + 1}",
            kind=kind,
            unit=unit,
            role=role,
            about=about,
            raised_at=self.now,
            due=due,
            met_at=met_at,
        )
        clock = clocks.start(self.rules, self.hazard, timed_by, self.now) if timed_by else None
        if clock and about not in (None, self.hazard.owner):
            clock = clock.model_copy(update={"subtask": about})
        if clock and clock.id not in self.hazard.clocks:
            if clocks.row_of(self.rules, clock).bearer == "owner":
                clock = clock.model_copy(update={"bearer": obligation.unit})
            self.put(clock)
            obligation = obligation.model_copy(update={"clock": clock.id, "due": clock.due})
        self.set(obligations=(*self.hazard.obligations, obligation))

    def decide(self, rung: Rung, unit: UnitId) -> None:
        """A human's rung for a unit (T34): the owner's is that of the whole, another's that of its part (I7)."""
        if unit == self.hazard.owner:
            self.set(decided=rung)
            return
        parts = (
            one.model_copy(update={"decided": rung}) if one.unit == unit else one
            for one in self.hazard.subtasks
        )
        reached = max(rung, self.hazard.highest.get(unit, Rung.L0))
        self.set(subtasks=tuple(parts), highest={**self.hazard.highest, unit: reached})

    def propose(self, what: str) -> None:
        """Something that people may decide on; a proposal made twice stands once."""
        self.set(proposals=tuple(dict.fromkeys((*self.hazard.proposals, what))))

    def settle(self, of: Callable[[Obligation], bool], **said: Any) -> None:
        """Let every open obligation that ``of`` picks be met now, or be what ``said`` says; its clock ends."""
        changed = tuple(
            item.model_copy(update=said or {"met_at": self.now}) if item.open and of(item) else item
            for item in self.hazard.obligations
        )
        for item, before in zip(changed, self.hazard.obligations, strict=True):
            if item.clock and not item.open and before.open:
                self.end(item.clock)
        self.set(obligations=changed)

    def notify(
        self,
        unit: UnitId,
        role: Role | str,
        document: str,
        kind: Literal["to", "cc"] = "to",
        **about: Any,
    ) -> None:
        self.notices.append(Notice(unit=unit, role=str(role), kind=kind, document=document, **about))

    def notify_of(self, rung: RungRow, bearer: UnitId, **about: Any) -> None:
        """The document of a rung to the seats it goes to and those it is copied to."""
        self.notices += notices.of_rung(self.rules.book.organisation, rung, bearer, **about)

    def address(self, addressee: Addressee, bearer: UnitId) -> tuple[tuple[UnitId, str], ...]:
        """The seats an addressee of the ladder stands for."""
        return notices.seats(self.rules.book.organisation, addressee, bearer)

    # -- what follows -------------------------------------------------------------------------------

    def event(self, *, type: str, actor: Actor, rule: str, at: datetime | None = None, **about: Any) -> Event:
        """The finished event, sealed to the hazard's chain. ``at`` is when it was noticed, if later."""
        self._let_lapse()
        self._follow_the_lines()
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

    def _let_lapse(self) -> None:
        """What a clock timed that is no more, or nobody can answer any more, is over without having been met."""
        over = {
            item.id
            for item in self.hazard.obligations
            if item.open and (self._untimed(item) or self._past_answering(item))
        }
        if over:
            self.settle(lambda item: item.id in over, result="lapsed")

    def _follow_the_lines(self) -> None:
        """Who leads a line that the hazard belongs to reads it from then on (ACT-11)."""
        leads = lines.leads_of(self.rules.book, self.hazard)
        if not set(leads) <= set(self.hazard.involved):
            self.involve(*leads)

    def _untimed(self, item: Obligation) -> bool:
        return item.clock is not None and item.clock not in self.hazard.clocks

    def _past_answering(self, item: Obligation) -> bool:
        """T34: a reason is stated by whoever is late with something, until the clearance; the rest until the end."""
        hazard = self.hazard
        if not self.rules.book.policy.owed_is_answerable:
            return False
        if item.kind != "reason" or hazard.state.terminal:
            return hazard.state.terminal
        bears = item.unit == hazard.owner or any(clock.bearer == item.unit for clock in hazard.running())
        return hazard.state is State.CLEARED or not bears

    def _follow_the_ladder(self) -> None:
        hazard = self.hazard
        level = max((clock.level for clock in hazard.owners_clocks()), default=Rung.L0)
        highest = dict(hazard.highest)
        if hazard.decided:
            level = max(level, hazard.decided)
            highest[hazard.owner] = max(highest.get(hazard.owner, Rung.L0), hazard.decided)
        for clock in hazard.clocks.values():
            if clock.level.step > highest.get(clock.bearer, Rung.L0).step:
                highest[clock.bearer] = clock.level
        sla = clocks.punctuality(hazard.owners_clocks(), self.now)
        moved = {id.partition("@")[2] for id in (*self._clocks, *self._ended)}
        parts = tuple(
            self._on_its_ladder(one) if one.unit in moved or one.decided else one for one in hazard.subtasks
        )
        found = (("level", level), ("highest", highest), ("sla", sla), ("subtasks", parts))
        for name, value in found:
            if getattr(hazard, name) != value:
                self.set(**{name: value})

    def _on_its_ladder(self, one: Subtask) -> Subtask:
        """A sub-task as its own clocks make it: it climbs a ladder of its own (I7)."""
        own = tuple(self.hazard.clocks_of(one.unit))
        level = max((clock.level for clock in own), default=Rung.L0)
        decided = one.decided if level is not Rung.L0 else None
        level = max(level, decided or Rung.L0)
        update = {
            "level": level,
            "highest": max(one.highest, level, one.decided or Rung.L0),
            "decided": decided,
            "sla": clocks.punctuality(own, self.now),
        }
        return one.model_copy(update=update)
