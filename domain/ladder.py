"""What time does: the next instant a hazard must wake at, and the event each alarm becomes.

No alarm leads to a terminal state: time reminds, escalates and opens look-backs, and closes nothing (I1).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import merge
from typing import Any, NamedTuple

from domain import clocks
from domain.draft import Draft
from domain.events import Event, Notice, evolve
from domain.library import Rulebook, Rules
from domain.notices import of_rung
from domain.organisation import MAY_PASS_UP, SYSTEM, Role
from domain.policy import RungRow
from domain.state import Alarm, Clock, Hazard, OwedKind
from domain.values import ClockKey, Mode, Rung, State, UnitId


def next_wakeup(hazard: Hazard) -> datetime | None:
    """The earliest alarm of the running clocks, or ``None`` when nothing happens by itself."""
    return min((clock.alarms[0].at for clock in hazard.running() if clock.alarms), default=None)


def tick(rules: Rules, hazard: Hazard, now: datetime) -> tuple[Event, ...]:
    """The events of all alarms due by ``now``, in the order they were due."""
    events: list[Event] = []
    while (found := _due(hazard, now)) is not None:
        event = ring(rules, hazard, *found, now)
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


def in_order(hazard: Hazard) -> Iterator[tuple[Clock, Alarm]]:
    """All alarms of the running clocks as they will ring: by their instants, then by the clocks' ids."""
    rows = ([(alarm.at, clock.id, clock, alarm) for alarm in clock.alarms] for clock in hazard.running())
    return ((clock, alarm) for _, _, clock, alarm in merge(*rows, key=lambda row: row[:2]))


class Said(NamedTuple):
    """What an alarm says when it rings: the type of its event, the rule behind it, and to whom it goes."""

    type: str
    rule: str
    notices: tuple[Notice, ...] = ()


def says(rules: Rules, hazard: Hazard, clock: Clock, alarm: Alarm) -> Said:
    """Follows from the clock alone, whatever else has rung before: a forecast asks the same question."""
    if alarm.what == "open":
        about: dict[str, Any] = {"clock": clock.key, "due": clock.due}
        notice = Notice(unit=hazard.owner, role=Role.LIAISON, kind="to", document="回头看通知", **about)
        return Said("lookback_due", "T30", (notice,))
    if alarm.what == "over":
        return Said("window_over", "MOD-18")
    if alarm.what == "due":
        return Said("overdue", "I1")
    ladder = clocks.row_of(rules, clock).ladder
    # The same instant reads differently in another zone, so how far it is from UTC tells notices apart too.
    zone = clock.due.utcoffset()
    return _of_rung(rules.book, alarm.what, ladder, clock.bearer, clock.key, clock.subtask, clock.due, zone)


@lru_cache(maxsize=1024)
def _of_rung(
    book: Rulebook,
    rung: Rung,
    ladder: str,
    bearer: UnitId,
    key: ClockKey,
    subtask: UnitId | None,
    due: datetime,
    zone: timedelta,
) -> Said:
    """Worded once: a circular goes to every unit, and is foreseen whenever somebody looks at the hazard."""
    row, organisation = book.policy.rung(rung, ladder), book.organisation
    about: dict[str, Any] = {"clock": key, "due": due}
    if subtask:
        about["subtask"] = subtask
    also = row.office_late_cc if bearer == organisation.office else ()
    told = of_rung(organisation, row, bearer, also, **about)
    if rung is Rung.L0:
        return Said("reminder", "L0", told)
    # From L4 a human decides: the ladder only lays the question before him (SUP-03, SUP-05).
    return Said("task" if row.decided_by else "escalation", row.rung, told)


def rung_of(rules: Rules, clock: Clock, rung: Rung) -> RungRow:
    return rules.book.policy.rung(rung, clocks.row_of(rules, clock).ladder)


def ring(rules: Rules, hazard: Hazard, clock: Clock, alarm: Alarm, now: datetime) -> Event:
    """What follows is dated from the alarm's own instant: a server that slept changes no deadline."""
    draft = Draft(rules, hazard, alarm.at)
    said = says(rules, hazard, clock, alarm)
    draft.put(clock.model_copy(update={"alarms": clock.alarms[1:], **_marks(rules, clock, alarm)}))
    draft.notices += said.notices
    if alarm.what == "open":
        draft.enter(State.LOOK_BACK)
    elif alarm.what == "over":
        draft.end(clock.id)
    elif isinstance(alarm.what, Rung):
        _climb(draft, clock, alarm, rung_of(rules, clock, alarm.what))
    about: dict[str, Any] = {"subtask": clock.subtask} if clock.subtask else {}
    return draft.event(
        type=said.type,
        actor=SYSTEM,
        rule=said.rule,
        at=now,
        alarm=alarm,
        clock=clock.key,
        row=clock.row,
        **about,
    )


def _marks(rules: Rules, clock: Clock, alarm: Alarm) -> dict[str, Any]:
    """A reminder is noted on the clock; so is the rung it stands on, up to the last that time climbs."""
    if alarm.what is Rung.L0:
        return {"reminded": True}
    if isinstance(alarm.what, Rung) and not rung_of(rules, clock, alarm.what).decided_by:
        return {"level": alarm.what}
    return {}


def _climb(draft: Draft, clock: Clock, alarm: Alarm, row: RungRow) -> None:
    """What a rung leaves behind: a question for the office, a reason that is owed, an advice."""
    rules = draft.rules
    if row.decided_by:
        question: OwedKind = "talk" if row.rung is Rung.L4 else "referral"
        late = clock.bearer if rules.book.policy.asks_the_late_unit else None
        draft.owe(question, rules.book.organisation.office, Role(row.decided_by), about=late)
        return
    if row.reason_within:
        due = rules.calendar.deadline(alarm.at, row.reason_within).due
        draft.owe("reason", clock.bearer, Role.PRINCIPAL, due=due)
    if row.proposes and _may_pass_it_up(rules, draft.before, clock):
        draft.propose(row.proposes)


def _may_pass_it_up(rules: Rules, hazard: Hazard, clock: Clock) -> bool:
    unit = rules.book.organisation.by_id.get(clock.bearer)
    return (
        Mode.UPGRADED in rules.book.modes
        and hazard.mode is Mode.GENERAL
        and clock.bearer == hazard.owner
        and unit is not None
        and unit.type in MAY_PASS_UP
    )
