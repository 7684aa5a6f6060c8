"""Why: for each event who, by what right and rule, and what he could not have done instead.

For each deadline its derivation as it was; for each escalation the clock behind it, since when, and who
was told, by which notice, delivered when, with which receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from audit.life import Course, Step, courses, rules_before, words_of
from domain import clocks
from domain.events import Event
from domain.forecast import Explanation, explain
from domain.hazard import allowed
from domain.library import Library, Rules
from domain.organisation import Actor, Role
from domain.policy import RungRow
from domain.refusal import Refused
from domain.state import Alarm, Clock
from domain.transitions import BY_COMMAND, TRANSITIONS
from domain.values import ClockKey, Limit, Rung, State, UnitId, Value, local
from storage.outbox import Sent


class CitedRow(Value):
    """A row of the policy that an event rests on, with its source."""

    row: str
    clock: ClockKey | None = None
    rung: Rung | None = None
    limit: Limit | None = None
    source: str


class WouldRefuse(Value):
    """A command that this actor could not have given at that moment, and why."""

    command: str
    zh: str
    en: str
    refused: Refused


class Told(Value):
    """A notice that went with an event: to whom, as what, and whether it arrived."""

    unit: UnitId
    role: str
    kind: Literal["to", "cc"]
    document: str
    delivered_at: datetime | None
    receipt_at: datetime | None = None
    """When the seat acknowledged it; ``None``: no receipt."""


class Escalation(Value):
    """What a rung rests on: the clock, since when it ran, when it was due, and which step of the ladder."""

    clock: ClockKey
    bearer: UnitId
    started: datetime
    due: datetime
    due_by: str
    alarm: Alarm


class Reason(Value):
    """Why one event is in the ledger."""

    seq: int
    at: datetime
    type: str
    zh: str
    en: str
    actor: Actor
    rule: str
    requirement: str
    rule_zh: str
    rule_en: str
    rows: tuple[CitedRow, ...]
    rulebook_version: str
    calendar_version: str
    before: State | None
    after: State
    refused: Refused | None
    could: tuple[str, ...]
    """Commands that this actor might have given at that moment."""
    could_not: tuple[WouldRefuse, ...]
    told: tuple[Told, ...]
    escalation: Escalation | None


class Derivation(Value):
    """A due date as it was set at one step, and what became of the clock."""

    seq: int
    at: datetime
    n: int
    """Which running of this clock it belongs to, from 1."""
    clock: Clock
    explanation: Explanation
    ended_by: int | None
    """The step that ended the clock; ``None`` while it stands."""


class Account(Value):
    """The reasons of a whole life, or of one event of it."""

    reasons: tuple[Reason, ...]
    deadlines: tuple[Derivation, ...]


def account(
    library: Library, steps: Sequence[Step], sent: Iterable[Sent] = (), only: int | None = None
) -> Account:
    """Why everything, or only the event with ``seq`` ``only``, happened as it did."""
    notices: dict[int, list[Sent]] = {}
    for one in sent:
        notices.setdefault(one.seq, []).append(one)
    chosen = [step for step in steps if only in (None, step.event.seq)]
    return Account(
        reasons=tuple(reason(library, step, notices.get(step.event.seq, ())) for step in chosen),
        deadlines=tuple(
            one
            for course in courses(steps)
            for one in _derivations(library, course)
            if only in (None, one.seq)
        ),
    )


def reason(library: Library, step: Step, sent: Sequence[Sent]) -> Reason:
    event, rules = step.event, rules_before(library, step)
    zh, en = words_of(event)
    rule = _rule(step, rules)
    could, could_not = _choices(step, rules)
    return Reason(
        seq=event.seq,
        at=local(event.at),
        type=event.type,
        zh=zh,
        en=en,
        actor=event.actor,
        rule=event.rule,
        requirement=rule[0],
        rule_zh=rule[1],
        rule_en=rule[2],
        rows=_rows(step, rules, library),
        rulebook_version=f"{rules.book.profile} {rules.book.version}",
        calendar_version=rules.calendar.version,
        before=step.before.state if step.before else None,
        after=step.after.state,
        refused=event.refused,
        could=could,
        could_not=could_not,
        told=_told(step, sent),
        escalation=_escalation(step),
    )


# -- the rule ----------------------------------------------------------------------------------------


def _rule(step: Step, rules: Rules) -> tuple[str, str, str]:
    """Requirement of an event's rule, and the rule in words."""
    event = step.event
    if event.refused:
        return event.refused.requirement, event.refused.zh, event.refused.en
    row = BY_COMMAND.get(event.type) or next((row for row in TRANSITIONS if row.id == event.rule), None)
    if row is not None and row.who:
        zh = f"{row.id}：可由{'，或'.join(who.zh for who in row.who)}办理"
        en = f"{row.id}: open to {', or '.join(who.en for who in row.who)}"
        return row.requirement, zh, en
    if event.alarm and isinstance(event.alarm.what, Rung):
        rung = _rung(event, event.alarm.what, rules)
        return rung.source, f"{rung.rung} {rung.rung.zh}：{rung.document}", f"{rung.rung}: {rung.document_en}"
    return "REM-02", "到期不销号，只转为超期（I1）", "a deadline closes nothing; the hazard is overdue (I1)"


def _rows(step: Step, rules: Rules, library: Library) -> tuple[CitedRow, ...]:
    """The clock that rang and its rung, or the clocks that the event started or moved."""
    event, cited = step.event, []
    if event.clock and step.before:
        cited.append(_clock_row(step.before.clocks[event.clock_id or ""], library))
        if event.alarm and isinstance(event.alarm.what, Rung):
            rung = _rung(event, event.alarm.what, rules)
            cited.append(CitedRow(row=str(rung.rung), rung=rung.rung, limit=rung.after, source=rung.source))
        return tuple(cited)
    return tuple(_clock_row(clock, library) for clock in event.changes.clocks)


def _rung(event: Event, rung: Rung, rules: Rules) -> RungRow:
    """The row of a rung on the ladder of the clock that climbed it."""
    policy = rules.book.policy
    row = policy.row_by_id.get(event.row or "")
    return policy.rung(rung, row.ladder if row else "full")


def _clock_row(clock: Clock, library: Library) -> CitedRow:
    rules = library.rules(clock.rules, clock.calendar)
    look_back = clock.key is ClockKey.LOOKBACK
    source = "N71 (P)" if look_back else clocks.row_of(rules, clock).source
    return CitedRow(row=clock.row, clock=clock.key, limit=clock.limit, source=source)


# -- what else he could have done --------------------------------------------------------------------


def _choices(step: Step, rules: Rules) -> tuple[tuple[str, ...], tuple[WouldRefuse, ...]]:
    """Nobody chose what time does, and before the report there was nothing to choose."""
    if step.before is None or step.event.actor.role is Role.SYSTEM:
        return (), ()
    offered = allowed(rules, step.before, step.event.actor, step.event.at)
    return (
        tuple(one.command for one in offered if one.allowed),
        tuple(
            WouldRefuse(command=one.command, zh=one.zh, en=one.en, refused=one.refused)
            for one in offered
            if one.refused
        ),
    )


# -- escalations and notices -------------------------------------------------------------------------


def _told(step: Step, sent: Sequence[Sent]) -> tuple[Told, ...]:
    """The notices of the event, as it carries them; the outbox says what became of each."""
    by_place = {one.n: one for one in sent}
    return tuple(
        Told(
            unit=notice.unit,
            role=notice.role,
            kind=notice.kind,
            document=notice.document,
            delivered_at=by_place[n].delivered_at if n in by_place else None,
            receipt_at=by_place[n].receipt_at if n in by_place else None,
        )
        for n, notice in enumerate(step.event.notices)
    )


def _escalation(step: Step) -> Escalation | None:
    event = step.event
    if event.alarm is None or event.clock is None or step.before is None:
        return None
    clock = step.before.clocks[event.clock_id or ""]
    return Escalation(
        clock=clock.key,
        bearer=clock.bearer,
        started=local(clock.started),
        due=local(clock.due),
        due_by=clock.due_by,
        alarm=event.alarm,
    )


# -- deadlines ---------------------------------------------------------------------------------------


def _derivations(library: Library, course: Course) -> Iterable[Derivation]:
    for step in course.steps:
        clock = step.after.clocks[course.key]
        yield Derivation(
            seq=step.event.seq,
            at=local(step.event.at),
            n=course.n,
            clock=clock,
            explanation=explain(library.rules(clock.rules, clock.calendar), clock),
            ended_by=course.ended.event.seq if course.ended else None,
        )
