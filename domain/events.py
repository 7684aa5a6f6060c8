"""Events, the vocabulary of the ledger: what happened, on what ground, with what consequence.

An event carries its consequences as values (:class:`Changes`), computed when it was decided, so
:func:`evolve` only puts them in place and a replay gives the same dates for ever (I5). Events of one
hazard form a hash chain: ``hash = sha256(prev + "\\n" + body)`` over the canonical text of the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import model_validator

from domain.accountability import Consequence
from domain.commands import Command, Order
from domain.library import canonical
from domain.organisation import Actor, PersonRef
from domain.refusal import Refused
from domain.risk import Grade
from domain.state import (
    Alarm,
    Clock,
    Completion,
    Done,
    Extension,
    Hazard,
    Incident,
    Listing,
    Obligation,
    Penalty,
    Petition,
    Plan,
    PlannedLookback,
    Subtask,
    Triage,
)
from domain.values import (
    Channel,
    ClockKey,
    Confidentiality,
    Digest,
    HazardId,
    Mode,
    Rung,
    Sla,
    State,
    UnitId,
    Urgency,
    Value,
    clock_id,
)

DONE_KEPT = 1000
"""How many command keys a hazard remembers; a year of daily work is a third of it."""


class Notice(Value):
    """A notice to a seat. Its text is made on delivery from these codes: no names, no phone numbers (I8)."""

    unit: UnitId
    role: str
    kind: Literal["to", "cc"]
    document: str
    rung: Rung | None = None
    clock: ClockKey | None = None
    subtask: UnitId | None = None
    """The unit whose sub-task it is about, where it is not about the whole."""
    due: datetime | None = None


class Changes(Value):
    """What an event changes. A field left ``None`` stays as it was; ``cleared`` names those that end."""

    state: State | None = None
    mode: Mode | None = None
    round: int | None = None
    urgency: Urgency | None = None
    sla: Sla | None = None
    level: Rung | None = None
    highest: dict[UnitId, Rung] | None = None
    decided: Rung | None = None
    confidentiality: Confidentiality | None = None
    major: bool | None = None
    consequences: tuple[Consequence, ...] | None = None
    grade: Grade | None = None
    title: str | None = None
    place: str | None = None
    subdistrict: UnitId | None = None
    code: str | None = None
    category: int | None = None
    sub_item: int | None = None
    channel: Channel | None = None
    reported_at: datetime | None = None
    found_at: datetime | None = None
    finder: PersonRef | None = None
    has_before: bool | None = None
    has_after: bool | None = None
    risk_points: tuple[str, ...] | None = None
    owner: UnitId | None = None
    registered_by: UnitId | None = None
    involved: tuple[UnitId, ...] | None = None
    handler: PersonRef | None = None
    triage: Triage | None = None
    returns: int | None = None
    final_ruling: bool | None = None
    consulted_at: datetime | None = None
    plan: Plan | None = None
    extension: Extension | None = None
    completion: Completion | None = None
    listing: Listing | None = None
    subtasks: tuple[Subtask, ...] | None = None
    obligations: tuple[Obligation, ...] | None = None
    proposals: tuple[str, ...] | None = None
    penalties: tuple[Penalty, ...] | None = None
    incidents: tuple[Incident, ...] | None = None
    petition: Petition | None = None
    cleared_at: datetime | None = None
    cleared_on_spot: bool | None = None
    strike_off: str | None = None
    lookbacks: tuple[PlannedLookback, ...] | None = None
    lookbacks_done: int | None = None
    relapses: int | None = None
    relapse_until: datetime | None = None
    merged_into: HazardId | None = None
    ended_at: datetime | None = None
    calendar: Digest | None = None

    cleared: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    """Clocks as they stand after the event, for those it started or changed."""
    clocks_ended: tuple[str, ...] = ()
    """Ids of the clocks that are no more."""


_PARTS = frozenset({"cleared", "clocks", "clocks_ended"})
"""Of the changes, those that are not fields of the hazard."""


class Told(Value):
    """As much of an event as tells what became of the hazard: all that :func:`evolve` and the facts ask about."""

    hazard: HazardId
    seq: int
    type: str
    at: datetime
    actor: Actor
    rule: str
    row: str | None = None
    refused: Refused | None = None
    key: str | None = None
    digest: str | None = None
    """Digest of the command, by which a repetition under the same key is told from another command."""
    alarm: Alarm | None = None
    clock: ClockKey | None = None
    subtask: UnitId | None = None
    """The unit whose sub-task the clock that rang times."""
    changes: Changes
    rules: Digest
    calendar: Digest
    prev: str = ""
    hash: str = ""

    @property
    def clock_id(self) -> str | None:
        """Id of the clock that rang, if one did."""
        return clock_id(self.clock, self.subtask) if self.clock else None


class Event(Told):
    """One entry of a hazard's ledger.

    ``type`` is the command's name, or ``reminder``, ``overdue``, ``escalation``, ``task`` and ``lookback_due``
    for what time does, or ``refused`` for a command that was sent without waiting. ``rule`` is the
    transition (``T17``) or the ladder; ``row`` the policy row. ``at`` is when it was decided
    (Asia/Shanghai); an ``alarm`` says when it was due.
    """

    asked: str | None = None
    """Name of the command of a ``refused`` event, whose type does not say it."""
    command: Command | None = None
    notices: tuple[Notice, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _name_the_command(cls, data: Any) -> Any:
        """The canonical text leaves out ``do``, which the event's ``type`` already says."""
        if isinstance(data, dict) and isinstance(data.get("command"), dict):
            return {**data, "command": {"do": data.get("asked") or data.get("type"), **data["command"]}}
        return data

    @property
    def body(self) -> str:
        """The text that is hashed and stored: canonical JSON of everything but the chain itself."""
        return canonical(self, exclude={"prev", "hash"})

    @property
    def order(self) -> Order | None:
        """The order it was decided for, without what its sender had seen; ``None`` for what time does."""
        if self.command is None:
            return None
        return Order(command=self.command, actor=self.actor, key=self.key or "")

    def sealed(self, prev: str) -> Event:
        return self.model_copy(update={"prev": prev, "hash": chain_hash(prev, self.body)})


def chain_hash(prev: str, body: str) -> str:
    """The hash of a ledger entry: SHA-256 over the previous hash, a newline and the body, in UTF-8."""
    return hashlib.sha256(f"{prev}\n{body}".encode()).hexdigest()


def command_digest(command: Command) -> str:
    """Tells a repeated command from another one under the same key: 16 hex digits."""
    return hashlib.sha256((command.do + canonical(command)).encode()).hexdigest()[:16]


def evolve(hazard: Hazard | None, event: Told) -> Hazard:
    """The state after an event. ``None`` is the state before the report.

    Raises ``ValueError`` when the event is not the next one of this hazard's chain.
    """
    changes = event.changes
    said = changes.model_fields_set - _PARTS
    new: dict[str, Any] = {name: value for name in said if (value := getattr(changes, name)) is not None}
    new.update(seq=event.seq, head=event.hash)
    if hazard is None:
        if event.seq != 1 or event.prev:
            raise ValueError(f"{event.hazard}: seq {event.seq} is not the first entry of a ledger")
        hazard = Hazard(id=event.hazard, rules=event.rules, calendar=event.calendar, **new)
        new = {}
    elif event.hazard != hazard.id or event.seq != hazard.seq + 1 or event.prev != hazard.head:
        raise ValueError(f"{event.hazard} seq {event.seq} does not follow {hazard.id} seq {hazard.seq}")
    for name in changes.cleared:
        new[name] = Hazard.model_fields[name].default
    if changes.clocks or changes.clocks_ended:
        clocks = {id: clock for id, clock in hazard.clocks.items() if id not in changes.clocks_ended}
        clocks.update({clock.id: clock for clock in changes.clocks})
        new["clocks"] = clocks
    if event.key and event.digest:
        sender, refused = event.actor.seat, event.refused is not None
        done = Done(seq=event.seq, digest=event.digest, by=sender, refused=refused)
        new["done"] = _remember(hazard.done, event.key, done)
    return hazard.model_copy(update=new)


def folded(hazard: Hazard | None, events: Iterable[Told]) -> Hazard:
    """The state after events in their order, of which there is at least one where there is no hazard yet."""
    for event in events:
        hazard = evolve(hazard, event)
    assert hazard is not None
    return hazard


def _remember(done: dict[str, Done], key: str, entry: Done) -> dict[str, Done]:
    kept = dict(list(done.items())[-(DONE_KEPT - 1) :])
    kept[key] = entry
    return kept
