"""What clearances and look-backs change: completion, assessment, recognition, striking off, relapse."""

from __future__ import annotations

from collections.abc import Collection

from domain import commands as c
from domain import modes, subtasks
from domain.draft import Draft
from domain.effects.remediation import drop_pending_extension
from domain.organisation import Actor, PersonRef, Role
from domain.state import Completion, PlannedLookback
from domain.values import (
    ClockKey,
    HazardId,
    State,
)


def report_completion(draft: Draft, form: c.ReportCompletion, actor: Actor) -> None:
    """T25: the main clock stops at the moment of submission (I6)."""
    draft.set(
        completion=Completion(
            at=draft.now, by=PersonRef(person=actor.person, post=actor.post), outcome=form.outcome
        )
    )
    if any(item.kind == "after" for item in form.evidence):
        draft.set(has_after=True)
    drop_pending_extension(draft)
    draft.stop(ClockKey.REMEDIATE)
    draft.stop(ClockKey.REWORK)
    draft.enter(State.SELF_ASSESSMENT)


def assess_pass(draft: Draft, form: c.AssessPass, _actor: Actor) -> None:
    """T26: a general hazard is recognised by the unit that cleared it (VER-01). An upgraded one goes before the
    office, a listed one before the panel: there this is the 初步评估 (VER-03)."""
    if any(item.kind == "after" for item in form.evidence):
        draft.set(has_after=True)
    follows = modes.after_the_assessment(draft.rules.book.policy, draft.hazard.mode)
    if follows:
        draft.enter(follows)
    else:
        strike_off(draft)


def assess_fail(draft: Draft, _form: c.AssessFail, _actor: Actor) -> None:
    """T27: the main clock goes on as if it had not been stopped."""
    draft.set(completion=None)
    draft.go_on(ClockKey.REMEDIATE)
    draft.go_on(ClockKey.REWORK)
    if draft.hazard.main_clock is None:  # the work was reported done from key control
        draft.start(ClockKey.REWORK)
    draft.enter(State.REMEDIATING)


def recognise_pass(draft: Draft, _form: c.RecognisePass, _actor: Actor) -> None:
    """T28: the office recognises; no unit recognises its own (I3)."""
    strike_off(draft)


def recognise_fail(draft: Draft, _form: c.RecogniseFail, _actor: Actor) -> None:
    """T28: the rework replaces the main clock; what was submitted in time never was late (I6)."""
    draft.set(completion=None)
    draft.end(ClockKey.REMEDIATE, ClockKey.REWORK)
    draft.start(ClockKey.REWORK)
    draft.enter(State.REMEDIATING)
    draft.notify(draft.hazard.owner, Role.LIAISON, "不予认定通知", clock=ClockKey.REWORK)


def strike_off(draft: Draft, but: Collection[str] = ()) -> None:
    """销号: cleared, with a number of its own, and from now on watched (VER-05, LBK-02).

    All clocks end ``but`` those of what is owed whatever becomes of the hazard.
    """
    rules, hazard = draft.rules, draft.hazard
    draft.end_all(but)
    draft.set(
        cleared_at=draft.now,
        strike_off=strike_off_number(hazard.id, hazard.round),
        lookbacks=_lookbacks(draft),
        lookbacks_done=0,
        relapse_until=rules.calendar.deadline(draft.now, rules.book.policy.relapse_match).due,
    )
    draft.enter(State.CLEARED)


def strike_off_number(hazard: HazardId, round: int) -> str:
    """销号编号: the hazard's number and the round it was cleared in."""
    return f"XH-{hazard}-{round}"


def lookback_pass(draft: Draft, _form: c.LookbackPass, _actor: Actor) -> None:
    """T31: the last look-back closes the hazard; before that it stays on watch."""
    done = draft.hazard.lookbacks_done + 1
    draft.set(lookbacks_done=done)
    total = len(draft.rules.book.policy.lookback_limits(draft.hazard.mode))
    draft.enter(State.CLEARED if done < total else State.CLOSED)


def relapse(draft: Draft, _form: c.LookbackRelapse | c.ConfirmRelapse, _actor: Actor) -> None:
    """T32: the same hazard opens a new round; the old striking-off stays in the ledger (LBK-03)."""
    relapses = draft.hazard.relapses + 1
    draft.end_all()
    draft.set(
        round=draft.hazard.round + 1,
        relapses=relapses,
        plan=None,
        consulted_at=None,
        extension=None,
        completion=None,
        cleared_at=None,
        strike_off=None,
        relapse_until=None,
        lookbacks=None,
        lookbacks_done=0,
        cleared_on_spot=False,
        has_after=False,
    )
    if relapses >= 2:
        draft.propose("upgrade")
    if draft.hazard.listing:
        draft.set(
            listing=draft.hazard.listing.model_copy(update={"removed_at": None, "removal_document": ""})
        )
    draft.start(ClockKey.REMEDIATE)
    subtasks.reopen_all(draft)
    draft.enter(State.PLANNING)
    draft.notify(draft.hazard.owner, Role.LIAISON, "回潮通知", clock=ClockKey.REMEDIATE)


def _lookbacks(draft: Draft) -> tuple[PlannedLookback, ...] | None:
    """All look-back dates, where there is more than the one whose clock runs from now on (N71)."""
    limits = draft.rules.book.policy.lookback_limits(draft.hazard.mode)
    if len(limits) < 2:
        return None
    cleared = draft.hazard.cleared_at or draft.now
    ends = [draft.rules.calendar.deadline(cleared, limit) for limit in limits]
    return tuple(PlannedLookback(due=end.due, provisional=end.provisional) for end in ends)


def lookbacks_again(draft: Draft) -> tuple[PlannedLookback, ...] | None:
    """Dates still to come are counted by the new calendar; one whose clock runs stays when it is firm (I5)."""
    hazard, again = draft.hazard, _lookbacks(draft)
    if not hazard.lookbacks or not again:
        return None
    opened = hazard.lookbacks_done + (hazard.state is State.LOOK_BACK)
    runs = hazard.clocks.get(ClockKey.LOOKBACK)
    kept = opened + (runs is not None and not hazard.lookbacks[opened].provisional)
    return (*hazard.lookbacks[:kept], *again[kept:])
