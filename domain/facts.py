"""What an event adds to the figures: the countable facts of a hazard's life, each with its instant and unit.

Facts are a pure function of the ledger, so they can be thrown away and made again. They hold nothing that
a later event could change: what stands now is counted from the hazards themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.events import Event
from domain.state import Clock, Hazard
from domain.values import ClockKey, Labelled, Mode, State, UnitId, Value

MAIN_CLOCKS = frozenset({ClockKey.REMEDIATE, ClockKey.REWORK})
"""The clocks of the remediation itself: passing one of them is what 超期 means in the figures (F21)."""


class FactKind(Labelled):
    """Kinds of countable fact. The unit of a fact is the one that answers for it."""

    FOUND = "found", "发现", "found"
    CLEARED = "cleared", "清零", "cleared"
    DISMISSED = "dismissed", "核查不属实", "dismissed"
    MERGED = "merged", "并案", "merged"
    HANDED_OVER = "handed_over", "移交", "handed over"
    RELAPSED = "relapsed", "回潮", "relapsed"
    LOOKED_BACK = "looked_back", "回头看通过", "look-back passed"
    OVERDUE = "overdue", "期限届满", "deadline passed"
    RUNG = "rung", "督办升级", "rung reached"
    TRANSFERRED = "transferred", "转递", "transferred"
    RETURNED = "returned", "退单", "sent back"
    REFUSED = "refused", "认定不通过", "clearance refused"
    EXTENDED = "extended", "准予延期", "extension granted"
    CONTROLLED = "controlled", "转入重点防控", "put under key control"
    LISTED = "listed", "挂牌", "listed"
    UPGRADED = "upgraded", "提级", "upgraded"


ENDS = frozenset({FactKind.CLEARED, FactKind.DISMISSED, FactKind.MERGED, FactKind.HANDED_OVER})
"""A round that one of these has ended is no longer open."""

OPENS = frozenset({FactKind.FOUND, FactKind.RELAPSED})

RELIEVES = ENDS | {FactKind.EXTENDED, FactKind.CONTROLLED}
"""After one of these a round that was late is late no more."""


class Fact(Value):
    """One countable thing. ``detail`` says which: the clock, the rung, ``on_spot`` or the outcome."""

    kind: FactKind
    at: datetime
    unit: UnitId
    round: int
    detail: str = ""
    on_time: bool | None = None
    """Of a clearance: whether the work was reported done by its due date; ``None`` where none was running."""


def needs_before(event: Event) -> bool:
    """Whether :func:`facts_of` wants the state before this event: only a clearance ends the clock it is judged by."""
    return event.changes.cleared_at is not None


def facts_of(before: Hazard | None, event: Event, after: Hazard) -> Iterator[Fact]:
    """The facts of one event. ``before`` may be ``None`` where :func:`needs_before` says so."""
    for kind, unit, detail, on_time in _found(before, event, after):
        yield Fact(kind=kind, at=event.at, unit=unit, round=after.round, detail=detail, on_time=on_time)


_Found = tuple[FactKind, UnitId, str, bool | None]

_TERMINAL = {
    State.DISMISSED: FactKind.DISMISSED,
    State.MERGED: FactKind.MERGED,
    State.HANDED_OVER: FactKind.HANDED_OVER,
}

_REFUSALS = ("recognise_fail", "accept_fail")
"""Decisions by which whoever recognises a clearance refuses it; an own-level assessment is one too (VER-01)."""


def _found(before: Hazard | None, event: Event, after: Hazard) -> Iterator[_Found]:
    changes, owner = event.changes, after.owner
    if event.seq == 1:
        yield FactKind.FOUND, after.registered_by, after.channel.value, None
    if changes.cleared_at is not None:
        how = "on_spot" if after.cleared_on_spot else _outcome(after)
        yield FactKind.CLEARED, owner, how, _on_time(before, after)
    if changes.round is not None and changes.round > 1:
        yield FactKind.RELAPSED, owner, "", None
    if changes.state in _TERMINAL:
        yield _TERMINAL[changes.state], owner, "", None
    if changes.state is State.AWAITING_SIGNOFF:
        yield FactKind.TRANSFERRED, owner, after.mode.value, None
    if changes.mode is not None and changes.mode not in (Mode.GENERAL, Mode.DIVERTED) and event.seq > 1:
        yield FactKind.UPGRADED if changes.mode is Mode.UPGRADED else FactKind.LISTED, owner, "", None
    if event.type == "overdue" and event.clock:
        yield FactKind.OVERDUE, _bearer(event, after), event.clock.value, None
    if event.type == "escalation" and event.clock:
        yield FactKind.RUNG, _bearer(event, after), event.rule, None
    if event.type == "return":
        yield FactKind.RETURNED, event.actor.unit, "", None
    if event.type in _REFUSALS or (event.type == "assess_fail" and after.mode.handled_as is Mode.GENERAL):
        yield FactKind.REFUSED, owner, "", None
    if event.type == "lookback_pass":
        yield FactKind.LOOKED_BACK, owner, "", None
    if event.type == "decide_extension" and after.extension and after.extension.decision == "granted":
        yield FactKind.EXTENDED, owner, "", None
    if event.type == "enter_key_control":
        yield FactKind.CONTROLLED, owner, "", None


def _outcome(after: Hazard) -> str:
    return after.completion.outcome.value if after.completion else ""


def _on_time(before: Hazard | None, after: Hazard) -> bool | None:
    """I6: the moment of submission counts, not that of the recognition."""
    if after.cleared_on_spot:
        return True
    clock = before.main_clock if before else None
    if clock is None or after.completion is None:
        return None
    return after.completion.at <= clock.due


def _bearer(event: Event, after: Hazard) -> UnitId:
    assert event.clock is not None
    clock: Clock | None = after.clocks.get(event.clock)
    return clock.bearer if clock else after.owner
