"""What supervision changes: reasons, grading, the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain import clocks
from domain import commands as c
from domain.commands.supervision import AboutUnit
from domain.draft import Draft
from domain.effects.clearance import lookbacks_again
from domain.obligations import about, open_about
from domain.organisation import Actor, PersonRef, Role
from domain.state import Obligation, OwedKind
from domain.values import ClockKey, Rung, UnitId


def state_reason(draft: Draft, _form: c.StateReason, actor: Actor) -> None:
    """A unit says why it is late; the duty raised by the 督办单 is met by it."""
    if _asked_for_a_reason(draft, actor.unit):
        draft.settle(_reason_of(actor.unit))
    else:
        draft.owe("reason", actor.unit, Role.PRINCIPAL, met_at=draft.now)


def _reason_of(unit: UnitId) -> Callable[[Obligation], bool]:
    return lambda item: item.kind == "reason" and item.unit == unit


def _asked_for_a_reason(draft: Draft, unit: UnitId) -> bool:
    return any(_reason_of(unit)(item) and item.open for item in draft.hazard.obligations)


def accept_reason(draft: Draft, _form: c.AcceptReason, _actor: Actor) -> None:
    """An accepted reason keeps the circular of criticism (L3) from being fired (N07)."""
    units = {draft.hazard.owner}
    accepted = []
    for item in draft.hazard.obligations:
        if item.kind == "reason" and item.met_at is not None and item.accepted_at is None:
            units.add(item.unit)
            item = item.model_copy(update={"accepted_at": draft.now})
        accepted.append(item)
    draft.set(obligations=tuple(accepted))
    spared = {row.rung for row in draft.rules.book.policy.ladder if row.unless_reason_accepted}
    for clock in tuple(draft.hazard.clocks.values()):
        if clock.bearer in units and clock.due <= draft.now:
            left = tuple(alarm for alarm in clock.alarms if alarm.what not in spared)
            draft.put(clock.model_copy(update={"alarms": left}))


def acknowledge(draft: Draft, form: c.Acknowledge, actor: Actor) -> None:
    """Who owes it has taken note of it; it is still owed."""
    by = PersonRef(person=actor.person, post=actor.post)
    draft.set(
        obligations=tuple(
            item.model_copy(update={"received_at": draft.now, "received_by": by})
            if item.id == form.obligation
            else item
            for item in draft.hazard.obligations
        )
    )


def issue_notice(draft: Draft, form: c.IssueNotice, _actor: Actor) -> None:
    """T34, by hand: the document of a rung goes to its seats; the clocks and the level stay as they are."""
    owner = draft.hazard.owner
    rung = draft.rules.book.policy.rung(form.rung)
    main = draft.hazard.main_clock
    draft.notify_of(rung, owner, due=main.due if main else None)
    if rung.reason_within and not _asked_for_a_reason(draft, owner):
        due = draft.rules.calendar.deadline(draft.now, rung.reason_within).due
        draft.owe("reason", owner, Role.PRINCIPAL, due=due)


# -- from L4 on a human decides ----------------------------------------------------------------------


def order_talk(draft: Draft, form: c.OrderTalk, _actor: Actor) -> None:
    """L4 约谈告诫: the office has a week to hold it (N62)."""
    office = draft.rules.book.organisation.office
    asked, unit = _answered(draft, "talk", form)
    draft.decide(Rung.L4, unit)
    draft.owe("hold_talk", office, Role.OFFICE, about=asked.about, timed_by=ClockKey.TALK)
    draft.notify(unit, Role.PRINCIPAL, "约谈通知书", rung=Rung.L4, clock=ClockKey.TALK)


def hold_talk(draft: Draft, form: c.HoldTalk, _actor: Actor) -> None:
    """The talk was held; now the unit owes its rectification report."""
    talk, unit = _answered(draft, "hold_talk", form)
    draft.owe("rectification", unit, Role.PRINCIPAL, about=talk.about, timed_by=ClockKey.RECTIFICATION)
    draft.notify(unit, Role.PRINCIPAL, "约谈记录", rung=Rung.L4, clock=ClockKey.RECTIFICATION)


def file_rectification(draft: Draft, _form: c.FileRectification, actor: Actor) -> None:
    draft.settle(lambda item: item.kind == "rectification" and item.unit == actor.unit)
    draft.notify(draft.rules.book.organisation.office, Role.OFFICE, "整改报告", rung=Rung.L4)


def publish_exposure(draft: Draft, form: c.PublishExposure, _actor: Actor) -> None:
    """L4b 公开曝光: the talk went unanswered, and the report stays owed."""
    _, unit = _meant(draft, "rectification", form, late_at=draft.now)
    draft.decide(Rung.L4B, unit)
    draft.notify(unit, Role.PRINCIPAL, "公开曝光通知", rung=Rung.L4B)


def refer(draft: Draft, form: c.Refer, _actor: Actor) -> None:
    """L5 提请追责: a human decision on record; what follows from it is decided elsewhere (SUP-05)."""
    _, unit = _answered(draft, "referral", form)
    draft.decide(Rung.L5, unit)
    draft.notify(draft.rules.book.organisation.office, Role.OFFICE, "追责提请书", rung=Rung.L5)
    draft.notify(unit, Role.PRINCIPAL, "追责提请告知", rung=Rung.L5)


def propose_listing(draft: Draft, _form: c.ProposeListing, _actor: Actor) -> None:
    draft.settle(lambda item: item.kind == "referral")
    draft.propose("listing")
    draft.notify(draft.rules.book.organisation.office, Role.OFFICE, "提请挂牌建议", rung=Rung.L5)


def decline(draft: Draft, form: c.Decline, _actor: Actor) -> None:
    """The question is answered with no; the ladder goes on."""
    _answered(draft, form.question, form, result="declined")


def _meant(
    draft: Draft, kind: OwedKind, form: AboutUnit, late_at: datetime | None = None
) -> tuple[Obligation, UnitId]:
    """What a decision about a unit answers, and which unit that is; the guards saw to it that there is one."""
    named = draft.rules.book.organisation.find(form.unit) if form.unit else None
    owed = open_about(draft.hazard, kind, named.id if named else None, late_at)[0]
    return owed, about(draft.hazard, owed)


def _answered(draft: Draft, kind: OwedKind, form: AboutUnit, **said: Any) -> tuple[Obligation, UnitId]:
    owed, unit = _meant(draft, kind, form)
    draft.settle(lambda item: item.kind == kind and about(draft.hazard, item) == unit, **said)
    return owed, unit


def classify(draft: Draft, form: c.Classify, _actor: Actor) -> None:
    draft.set(grade=form.grade)
    if form.major is not None:
        draft.set(major=form.major)
    draft.link(form.risk_points)


def load_calendar(draft: Draft, form: c.LoadCalendar, _actor: Actor) -> None:
    """N94: provisional dates are computed again; ``draft.rules`` already holds the new calendar."""
    draft.set(calendar=form.calendar)
    for clock in tuple(draft.hazard.clocks.values()):
        if clock.unpublished:
            draft.put(clocks.recounted(draft.rules, draft.hazard, clock, draft.now))
    draft.set(lookbacks=lookbacks_again(draft))
