"""Starting, moving and explaining clocks. All arithmetic of deadlines is here and in ``calendar``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from domain.calendar import Deadline
from domain.library import Rules
from domain.organisation import Role
from domain.policy import ClockRow, RungRow
from domain.state import Alarm, Clock, Hazard
from domain.values import (
    ClockKey,
    Rung,
    Sla,
    State,
    UnitId,
    end_of,
    last_day,
    local,
    nine_o_clock,
)

MAIN_TIMER: dict[State, ClockKey] = {
    State.REPORTED: ClockKey.VERIFY,
    State.UNDER_TRIAGE: ClockKey.TRIAGE,
    State.JURISDICTION_RULING: ClockKey.JURISDICTION,
    State.LISTING_REVIEW: ClockKey.LISTING_REVIEW,
    State.AWAITING_SIGNOFF: ClockKey.SIGN,
    State.PLANNING: ClockKey.PLAN,
    State.PLAN_REVIEW: ClockKey.PLAN_REVIEW,
    State.KEY_CONTROL: ClockKey.CONTROL_REVIEW,
    State.SELF_ASSESSMENT: ClockKey.ASSESS,
    State.AWAITING_RECOGNITION: ClockKey.RECOGNISE,
    State.ACCEPTANCE: ClockKey.ACCEPT,
    State.CLEARED: ClockKey.LOOKBACK,
    State.LOOK_BACK: ClockKey.LOOKBACK_DO,
}
"""The timer each state starts when it is entered and ends when it is left (process.md §3.2)."""

OUTLASTING = frozenset(
    {ClockKey.TALK, ClockKey.RECTIFICATION, ClockKey.PETITION_NOTIFY, ClockKey.PETITION_CLOSE}
)
"""Clocks that neither a new owner nor the clearance ends: what they time is still owed."""


def timer_of(rules: Rules, hazard: Hazard, state: State) -> ClockKey | None:
    """The main timer of ``state``; a consultation comes before a plan that needs one (COL-02)."""
    category = rules.book.category(hazard.category)
    if state is State.PLANNING and category and category.consult_first and not hazard.consulted_at:
        return ClockKey.CONSULTATION
    return MAIN_TIMER.get(state)


def start(
    rules: Rules, hazard: Hazard, key: ClockKey, now: datetime, subtask: UnitId | None = None
) -> Clock | None:
    """A clock of ``hazard``, or of one unit's sub-task, started at ``now``; ``None`` when the policy sets no
    such deadline."""
    if key is ClockKey.LOOKBACK:
        return _lookback(rules, hazard, now)
    case = hazard.case._replace(subtask=True) if subtask else hazard.case
    row = rules.book.policy.row(key, case)
    if row is None:
        return None
    heard = hazard.triage is not None and hazard.triage.expert_review
    limit = row.expert if heard and row.expert else row.limit
    ends = rules.calendar.deadline(now, limit)
    clock = Clock(
        key=key,
        subtask=subtask,
        row=row.id,
        bearer=subtask or _bearer(rules, hazard, row),
        limit=limit,
        cap=row.cap,
        started=now,
        limit_due=ends.due,
        due=ends.due,
        provisional=ends.provisional,
        rules=hazard.rules,
        calendar=rules.calendar_digest,
    )
    return scheduled(rules, hazard, clock, now)


def _lookback(rules: Rules, hazard: Hazard, now: datetime) -> Clock | None:
    """The next look-back date, counted from the clearance (N71)."""
    limits = rules.book.policy.lookback_limits(hazard.mode)
    if hazard.lookbacks_done >= len(limits):
        return None
    cleared = hazard.cleared_at or now
    limit = limits[hazard.lookbacks_done]
    ends = rules.calendar.deadline(cleared, limit)
    clock = Clock(
        key=ClockKey.LOOKBACK,
        row=f"lookback.{hazard.mode.lower()}.{hazard.lookbacks_done + 1}",
        bearer=hazard.owner,
        limit=limit,
        started=cleared,
        limit_due=ends.due,
        due=ends.due,
        provisional=ends.provisional,
        rules=hazard.rules,
        calendar=rules.calendar_digest,
    )
    return scheduled(rules, hazard, clock, now)


def _bearer(rules: Rules, hazard: Hazard, row: ClockRow) -> UnitId:
    organisation, category = rules.book.organisation, rules.book.category(hazard.category)
    bearers = {
        "owner": hazard.owner,
        "desk": organisation.desk,
        "office": organisation.office,
        "lead": (category.lead if category else None) or hazard.owner,
        "sponsor": organisation.seat_of(Role.SPONSOR),
        "authority": organisation.seat_of(Role.LISTING_AUTHORITY),
    }
    return bearers[row.bearer] or organisation.office


def scheduled(rules: Rules, hazard: Hazard, clock: Clock, now: datetime) -> Clock:
    """``clock`` with its alarms set anew for its due date; reminders that lie in the past are left out."""
    found = alarms(rules, hazard, clock, now)
    return clock.model_copy(update={"alarms": found, "unpublished": _unpublished(rules, clock, found)})


def alarms(rules: Rules, hazard: Hazard, clock: Clock, now: datetime) -> tuple[Alarm, ...]:
    """All a clock will do by itself: remind, pass, climb the ladder; a look-back only opens."""
    day = last_day(clock.due)
    if clock.key is ClockKey.LOOKBACK:
        return (Alarm(what="open", at=nine_o_clock(day)),)
    if clock.key is ClockKey.COOPERATION:
        return (Alarm(what="over", at=clock.due),)
    policy = rules.book.policy
    row = row_of(rules, clock)
    calendar = rules.calendar
    found = [
        Alarm(what=Rung.L0, at=at)
        for before in row.remind
        if (at := nine_o_clock(calendar.shift(day, -before.n))) > now
    ]
    found.append(Alarm(what="due", at=clock.due))
    in_hours = policy.hours_ladder(row, hazard.case)
    for rung in policy.rungs(row):
        if in_hours and rung.after_hours:
            found.append(Alarm(what=rung.rung, at=clock.due + timedelta(hours=rung.after_hours.n)))
        elif rung.after:
            found.append(Alarm(what=rung.rung, at=nine_o_clock(calendar.shift(day, rung.after.n))))
    return tuple(sorted(found, key=lambda alarm: alarm.at))


def punctuality(borne: Iterable[Clock], now: datetime, reminded: Collection[str] = ()) -> Sla:
    """Punctuality of what somebody bears: of his running clocks only (I6). ``reminded`` names clocks that have
    been reminded of besides those that say so themselves."""
    owed = [clock for clock in borne if clock.running]
    if any(clock.due <= now for clock in owed if clock.key is not ClockKey.LOOKBACK):
        return Sla.OVERDUE
    if any(clock.reminded or clock.id in reminded for clock in owed):
        return Sla.DUE_SOON
    return Sla.ON_TIME


def row_of(rules: Rules, clock: Clock) -> ClockRow:
    """The policy row a clock was started under."""
    return rules.book.policy.row_by_id[clock.row]


def cap_of(rules: Rules, clock: Clock) -> Deadline | None:
    """The latest date an extension may reach, counted from the clock's own start."""
    return rules.calendar.deadline(clock.started, clock.cap) if clock.cap else None


def remediation(rules: Rules, hazard: Hazard, now: datetime) -> Clock:
    """The main clock as it would start now."""
    clock = start(rules, hazard, ClockKey.REMEDIATE, now)
    assert clock is not None  # checked when the profile is loaded: every case has its row
    return clock


def longest(rules: Rules, clock: Clock) -> datetime:
    """The latest date a clock may ever be given."""
    cap = cap_of(rules, clock)
    return cap.due if cap else clock.limit_due


def instant_of(day: datetime | date, cap: datetime) -> datetime:
    """A due day as an instant: its 24:00, or the cap itself on the cap's own day."""
    if isinstance(day, datetime):
        return day
    return cap if day == last_day(cap) else end_of(day)


def extended(rules: Rules, hazard: Hazard, clock: Clock, until: datetime, now: datetime) -> Clock:
    """A granted extension moves the due date and puts the ladder back to its foot (I7)."""
    limit = clock.model_copy(update={"limit_due": max(until, clock.limit_due)})
    return _set_to(rules, hazard, limit, until, "extension", now)


def resumed(rules: Rules, hazard: Hazard, clock: Clock, until: datetime, now: datetime) -> Clock:
    """After key control the date that was set is the limit, whatever the policy would give."""
    return _set_to(rules, hazard, clock.model_copy(update={"limit_due": until}), until, "resumption", now)


def _set_to(
    rules: Rules,
    hazard: Hazard,
    clock: Clock,
    until: datetime,
    by: Literal["extension", "resumption"],
    now: datetime,
) -> Clock:
    """``clock`` due at a date somebody decided on; its ladder starts anew."""
    moved = clock.model_copy(
        update={
            "due": until,
            "due_by": by,
            "level": Rung.L0,
            "reminded": False,
            "provisional": not rules.calendar.publishes(last_day(until)),
        }
    )
    return scheduled(rules, hazard, moved, now)


def asked_until(rules: Rules, clock: Clock) -> datetime:
    """Until when an extension may be asked for: the due date, or the end of a day before it (N44)."""
    row = row_of(rules, clock)
    if row.ask_before is None:
        return clock.due
    return end_of(rules.calendar.shift(last_day(clock.due), -row.ask_before.n))


def planned(rules: Rules, hazard: Hazard, clock: Clock, last_node: datetime, now: datetime) -> Clock:
    """到点清零 (PLN-01): the plan's last node is the effective due date when it is the earlier one.

    A second plan, made after a triage, replaces the first one's date.
    """
    if last_node >= clock.limit_due == clock.due:
        return clock
    due = min(last_node, clock.limit_due)
    moved = clock.model_copy(update={"due": due, "due_by": "plan", "provisional": False})
    return scheduled(rules, hazard, moved, now)


def antedated(rules: Rules, hazard: Hazard, clock: Clock, since: datetime, now: datetime) -> Clock:
    """``clock`` as it runs from ``since``, which is entered now: it may be overdue at once (ACT-18)."""
    ends = rules.calendar.deadline(since, clock.limit)
    moved = clock.model_copy(
        update={
            "started": local(since),
            "entered": now,
            "limit_due": ends.due,
            "due": ends.due,
            "provisional": ends.provisional,
        }
    )
    return _rung_by_rung(rules, hazard, scheduled(rules, hazard, moved, now), now)


def taken_up(rules: Rules, hazard: Hazard, clock: Clock, now: datetime) -> Clock:
    """A stopped clock goes on with its old dates: it may be overdue at once (T27)."""
    return _rung_by_rung(rules, hazard, clock.model_copy(update={"stopped_at": None}), now)


def _rung_by_rung(rules: Rules, hazard: Hazard, clock: Clock, now: datetime) -> Clock:
    """Of the rungs that ``clock`` missed, the lowest rings at once; the higher ones keep their distance from that,
    so that nobody is criticised before he has been urged and could state his reason (N07)."""
    climbed = [alarm for alarm in clock.alarms if isinstance(alarm.what, Rung) and alarm.what is not Rung.L0]
    if not climbed or climbed[0].at >= now:
        return clock
    policy, row = rules.book.policy, row_of(rules, clock)
    in_hours = policy.hours_ladder(row, hazard.case)
    lowest = policy.rung(Rung(climbed[0].what), row.ladder)

    def no_sooner_than(rung: RungRow) -> datetime:
        if in_hours and rung.after_hours and lowest.after_hours:
            return now + timedelta(hours=rung.after_hours.n - lowest.after_hours.n)
        assert rung.after and lowest.after  # every rung that time climbs has its working day
        return nine_o_clock(rules.calendar.shift(local(now).date(), rung.after.n - lowest.after.n))

    kept = clock.alarms[: clock.alarms.index(climbed[0]) + 1]
    later = (
        alarm.model_copy(
            update={"at": max(alarm.at, no_sooner_than(policy.rung(Rung(alarm.what), row.ladder)))}
        )
        for alarm in climbed[1:]
    )
    return clock.model_copy(update={"alarms": (*kept, *later)})


def recounted(rules: Rules, hazard: Hazard, clock: Clock, now: datetime) -> Clock:
    """``clock`` under a calendar that has come out since: provisional dates become firm (N94).

    Firm dates stay (I5); alarms that lie on days nobody had published are set again.
    """
    update: dict[str, object] = {"calendar": rules.calendar_digest} if clock.provisional else {}
    if clock.provisional and clock.due_by == "limit":
        ends = rules.calendar.deadline(clock.started, clock.limit)
        update |= {"limit_due": ends.due, "due": ends.due, "provisional": ends.provisional}
    elif clock.provisional:
        update["provisional"] = not rules.calendar.publishes(last_day(clock.due))
    moved = clock.model_copy(update=update)
    if clock.due <= now < moved.due and clock.running:  # it rang for a day that turns out to be free
        return scheduled(rules, hazard, moved.model_copy(update={"level": Rung.L0, "reminded": False}), now)
    to_come = {alarm.what for alarm in clock.alarms}
    again = tuple(
        alarm.model_copy(update={"at": max(alarm.at, now)})
        for alarm in alarms(rules, hazard, moved, now)
        if alarm.what in to_come
    )
    return moved.model_copy(update={"alarms": again, "unpublished": _unpublished(rules, moved, again)})


def _unpublished(rules: Rules, clock: Clock, found: tuple[Alarm, ...]) -> bool:
    return clock.provisional or any(not rules.calendar.publishes(last_day(alarm.at)) for alarm in found)
