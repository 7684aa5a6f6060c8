"""What supervision changes: reasons, grading, the calendar."""

from __future__ import annotations

from domain import clocks
from domain import commands as c
from domain.draft import Draft
from domain.effects.clearance import lookbacks_again
from domain.organisation import Actor, Role
from domain.state import Obligation


def state_reason(draft: Draft, _form: c.StateReason, _actor: Actor) -> None:
    """The owner says why he is late; the duty raised by the 督办单 is met by it."""
    owed = tuple(
        item.model_copy(update={"met_at": draft.now})
        if item.kind == "reason" and item.met_at is None and item.unit == draft.hazard.owner
        else item
        for item in draft.hazard.obligations
    )
    if owed == draft.hazard.obligations:
        owed = (*owed, _reason_unasked(draft))
    draft.set(obligations=owed)


def _reason_unasked(draft: Draft) -> Obligation:
    """A reason stated before anybody asked for it."""
    return Obligation(
        id=f"reason-{draft.hazard.seq + 1}",
        kind="reason",
        unit=draft.hazard.owner,
        role=Role.PRINCIPAL,
        raised_at=draft.now,
        met_at=draft.now,
    )


def accept_reason(draft: Draft, _form: c.AcceptReason, _actor: Actor) -> None:
    """An accepted reason keeps the circular of criticism (L3) from being fired (N07)."""
    draft.set(
        obligations=tuple(
            item.model_copy(update={"accepted_at": draft.now})
            if item.kind == "reason" and item.met_at is not None and item.accepted_at is None
            else item
            for item in draft.hazard.obligations
        )
    )
    spared = {row.rung for row in draft.rules.book.policy.ladder if row.unless_reason_accepted}
    for clock in tuple(draft.hazard.clocks.values()):
        if clock.bearer == draft.hazard.owner and clock.due <= draft.now:
            left = tuple(alarm for alarm in clock.alarms if alarm.what not in spared)
            draft.put(clock.model_copy(update={"alarms": left}))


def classify(draft: Draft, form: c.Classify, _actor: Actor) -> None:
    draft.set(grade=form.grade)
    if form.major is not None:
        draft.set(major=form.major)


def load_calendar(draft: Draft, form: c.LoadCalendar, _actor: Actor) -> None:
    """N94: provisional dates are computed again; ``draft.rules`` already holds the new calendar."""
    draft.set(calendar=form.calendar)
    for clock in tuple(draft.hazard.clocks.values()):
        if clock.unpublished:
            draft.put(clocks.recounted(draft.rules, draft.hazard, clock, draft.now))
    draft.set(lookbacks=lookbacks_again(draft))
