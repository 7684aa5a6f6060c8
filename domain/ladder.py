"""What time does: the next instant a hazard must wake at, and the event each alarm becomes.

No alarm leads to a terminal state: time reminds, escalates and opens look-backs, and closes nothing (I1).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain import clocks
from domain.draft import Draft
from domain.events import Event, evolve
from domain.library import Rules
from domain.organisation import MAY_PASS_UP, SYSTEM, Role
from domain.state import Alarm, Clock, Hazard, OwedKind
from domain.values import Mode, Rung, State


def next_wakeup(hazard: Hazard) -> datetime | None:
    """The earliest alarm of the running clocks, or ``None`` when nothing happens by itself."""
    return min((clock.alarms[0].at for clock in hazard.running() if clock.alarms), default=None)


def tick(rules: Rules, hazard: Hazard, now: datetime, *, sealed: bool = True) -> tuple[Event, ...]:
    """The events of all alarms due by ``now``, in the order they were due; without hashes if not ``sealed``."""
    events: list[Event] = []
    while (found := _due(hazard, now)) is not None:
        event = _ring(Draft(rules, hazard, found[1].at, sealed=sealed), *found, now)
        hazard = evolve(hazard, event)
        events.append(event)
    return tuple(events)


def _due(hazard: Hazard, now: datetime) -> tuple[Clock, Alarm] | None:
    ready = [
        (clock.alarms[0].at, clock.id, clock)
        for clock in hazard.running()
        if clock.alarms and clock.alarms[0].at <= now
    ]
    if not ready:
        return None
    _, _, clock = min(ready, key=lambda entry: entry[:2])
    return clock, clock.alarms[0]


def _ring(draft: Draft, clock: Clock, alarm: Alarm, now: datetime) -> Event:
    """What follows is dated from the alarm's own instant: a server that slept changes no deadline."""
    rules, hazard = draft.rules, draft.before
    draft.put(clock.model_copy(update={"alarms": clock.alarms[1:]}))
    about: dict[str, Any] = {"at": now, "alarm": alarm, "clock": clock.key, "row": clock.row}
    if clock.subtask:
        about["subtask"] = clock.subtask
    if alarm.what == "open":
        draft.enter(State.LOOK_BACK)
        draft.notify(hazard.owner, Role.LIAISON, "回头看通知", clock=clock.key, due=clock.due)
        return draft.event(type="lookback_due", actor=SYSTEM, rule="T30", **about)
    if alarm.what == "over":
        draft.end(clock.id)
        return draft.event(type="window_over", actor=SYSTEM, rule="MOD-18", **about)
    if alarm.what == "due":
        return draft.event(type="overdue", actor=SYSTEM, rule="I1", **about)
    rung = rules.book.policy.rung(alarm.what, clocks.row_of(rules, clock).ladder)
    of = {"subtask": clock.subtask} if clock.subtask else {}
    of_the_office = clock.bearer == rules.book.organisation.office
    also = rung.office_late_cc if of_the_office else ()
    draft.notify_of(rung, clock.bearer, also, clock=clock.key, due=clock.due, **of)
    if rung.rung is Rung.L0:
        draft.put(draft.hazard.clocks[clock.id].model_copy(update={"reminded": True}))
        return draft.event(type="reminder", actor=SYSTEM, rule="L0", **about)
    if rung.decided_by:
        # From L4 a human decides: the ladder only lays the question before him (SUP-03, SUP-05).
        question: OwedKind = "talk" if rung.rung is Rung.L4 else "referral"
        draft.owe(question, rules.book.organisation.office, Role(rung.decided_by))
        return draft.event(type="task", actor=SYSTEM, rule=rung.rung, **about)
    draft.put(draft.hazard.clocks[clock.id].model_copy(update={"level": rung.rung}))
    if rung.reason_within:
        due = rules.calendar.deadline(alarm.at, rung.reason_within).due
        draft.owe("reason", clock.bearer, Role.PRINCIPAL, due=due)
    if rung.proposes and _may_pass_it_up(rules, hazard, clock):
        draft.propose(rung.proposes)
    return draft.event(type="escalation", actor=SYSTEM, rule=rung.rung, **about)


def _may_pass_it_up(rules: Rules, hazard: Hazard, clock: Clock) -> bool:
    unit = rules.book.organisation.by_id.get(clock.bearer)
    return (
        Mode.UPGRADED in rules.book.modes
        and hazard.mode is Mode.GENERAL
        and clock.bearer == hazard.owner
        and unit is not None
        and unit.type in MAY_PASS_UP
    )
