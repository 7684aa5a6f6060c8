"""What an event adds to the figures: the countable facts of a hazard's life, each with its instant and unit.

Facts are a pure function of the ledger, so they can be thrown away and made again. They hold nothing that
a later event could change: what stands now is counted from the hazards themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from domain.events import Told
from domain.state import Clock, Hazard
from domain.values import ClockKey, Labelled, Mode, State, UnitId

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
    PENALTY = "penalty", "处罚", "penalty recorded"


ENDS = frozenset({FactKind.CLEARED, FactKind.DISMISSED, FactKind.MERGED, FactKind.HANDED_OVER})
"""A round that one of these has ended is no longer open."""

OPENS = frozenset({FactKind.FOUND, FactKind.RELAPSED})

RELIEVES = ENDS | {FactKind.EXTENDED, FactKind.CONTROLLED}
"""After one of these a round that was late is late no more."""


class Fact(NamedTuple):
    """One countable thing of a round. ``detail`` says which: the clock, the rung, ``on_spot`` or the outcome.

    Of a penalty it is the enterprise's code and the day: ``9131… 2026-03-02`` (N50).

    ``on_time`` is said of a clearance: whether the work was reported done by its due date; ``None`` where
    none was running.

    A clock of one unit's sub-task is told from the hazard's own by its id: ``remediate@yingjiju``.
    """

    kind: FactKind
    unit: UnitId
    detail: str = ""
    on_time: bool | None = None


def needs_due(event: Told) -> bool:
    """Whether :func:`facts_of` asks for the main clock's due date: a clearance ends the clock it is judged by."""
    return event.changes.cleared_at is not None


_TERMINAL = {
    State.DISMISSED: FactKind.DISMISSED,
    State.MERGED: FactKind.MERGED,
    State.HANDED_OVER: FactKind.HANDED_OVER,
}

_REFUSALS = ("recognise_fail", "accept_fail")
"""Decisions by which whoever recognises a clearance refuses it; an own-level assessment is one too (VER-01)."""


def facts_of(event: Told, after: Hazard, due: datetime | None) -> Iterator[Fact]:
    """The facts of one event, all of its instant and of the round that ``after`` is in.

    ``after`` is the state after the event, ``due`` the due date of the main clock before it where
    :func:`needs_due` says so.
    """
    changes, owner = event.changes, after.owner
    if event.seq == 1:
        yield Fact(FactKind.FOUND, after.registered_by, after.channel.value)
    if changes.cleared_at is not None:
        how = "on_spot" if after.cleared_on_spot else _outcome(after)
        yield Fact(FactKind.CLEARED, owner, how, _on_time(after, due))
    if changes.round is not None and changes.round > 1:
        yield Fact(FactKind.RELAPSED, owner)
    if changes.state in _TERMINAL:
        yield Fact(_TERMINAL[changes.state], owner)
    if changes.state is State.AWAITING_SIGNOFF:
        yield Fact(FactKind.TRANSFERRED, owner, after.mode.value)
    if changes.mode is not None and changes.mode not in (Mode.GENERAL, Mode.DIVERTED) and event.seq > 1:
        yield Fact(FactKind.UPGRADED if changes.mode is Mode.UPGRADED else FactKind.LISTED, owner)
    if event.type == "overdue" and event.clock:
        yield Fact(FactKind.OVERDUE, _bearer(event, after), event.clock_id or "")
    if event.type == "escalation" and event.clock:
        yield Fact(FactKind.RUNG, _bearer(event, after), event.rule)
    if event.type == "return":
        yield Fact(FactKind.RETURNED, event.actor.unit)
    if event.type in _REFUSALS or (event.type == "assess_fail" and after.mode.handled_as is Mode.GENERAL):
        yield Fact(FactKind.REFUSED, owner)
    if event.type == "lookback_pass":
        yield Fact(FactKind.LOOKED_BACK, owner)
    if event.type == "decide_extension" and after.extension and after.extension.decision == "granted":
        yield Fact(FactKind.EXTENDED, owner)
    if event.type == "add_penalty" and changes.penalties:
        latest = changes.penalties[-1]
        yield Fact(FactKind.PENALTY, event.actor.unit, f"{latest.enterprise} {latest.on}")
    if event.type == "enter_key_control":
        yield Fact(FactKind.CONTROLLED, owner)


def _outcome(after: Hazard) -> str:
    return after.completion.outcome.value if after.completion else ""


def _on_time(after: Hazard, due: datetime | None) -> bool | None:
    """I6: the moment of submission counts, not that of the recognition."""
    if after.cleared_on_spot:
        return True
    if due is None or after.completion is None:
        return None
    return after.completion.at <= due


def _bearer(event: Told, after: Hazard) -> UnitId:
    clock: Clock | None = after.clocks.get(event.clock_id or "")
    return clock.bearer if clock else after.owner
