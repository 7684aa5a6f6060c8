"""What listing changes: request, decision, sub-tasks, the plan's review, acceptance, publications."""

from __future__ import annotations

from typing import Literal

from domain import commands as c
from domain import subtasks
from domain.draft import Draft
from domain.effects.clearance import strike_off
from domain.effects.routing import lay_before_the_office, transfer
from domain.organisation import Actor, PersonRef, Role
from domain.state import Listing, NoticeGiven, Triage
from domain.values import LISTING_NOTICES, ClockKey, Mode, State, UnitId

# ── request and decision ─────────────────────────────────────────────────────────────────────────────


def request_listing(draft: Draft, _form: c.RequestListing, _actor: Actor) -> None:
    """T09: before the office. What lies there already keeps its date: asking again buys no time."""
    if draft.hazard.state is State.UNDER_TRIAGE:
        draft.set(triage=Triage(kind="listing", by=draft.hazard.owner, since=draft.now))
        return
    lay_before_the_office(draft, "listing")


def forward_listing(draft: Draft, form: c.ForwardListing, _actor: Actor) -> None:
    """T14: experts take their time out of the same limit (N43)."""
    assert draft.hazard.triage is not None  # guard listing_requested
    draft.set(triage=draft.hazard.triage.model_copy(update={"expert_review": form.expert_review}))
    authority = _authority(draft)
    draft.involve(authority)
    draft.enter(State.LISTING_REVIEW)
    draft.notify(authority, Role.LISTING_AUTHORITY, "专报", clock=ClockKey.LISTING_REVIEW)


def _authority(draft: Draft) -> UnitId:
    organisation = draft.rules.book.organisation
    return organisation.seat_of(Role.LISTING_AUTHORITY) or organisation.office


def listing_approve(draft: Draft, form: c.ListingApprove, actor: Actor) -> None:
    """T15: the lead owns the hazard, every unit has its part; all clocks run from the approval."""
    organisation = draft.rules.book.organisation
    assert form.sponsor is not None  # guard sponsor_named
    lead, *others = (organisation.find(name) for name in (form.lead, *form.cooperating))
    cooperating = [unit.id for unit in others if unit]
    assert lead is not None  # guard designated_units_handle
    sponsor_unit = organisation.seat_of(Role.SPONSOR) or organisation.office
    draft.set(
        mode=Mode.LISTED,
        listing=Listing(
            approved_at=draft.now,
            authority=actor.unit,
            sponsor_unit=sponsor_unit,
            sponsor=form.sponsor,
            document=form.document,
        ),
    )
    transfer(draft, form.lead, "挂牌督办通知书")
    draft.involve(*cooperating, sponsor_unit)
    draft.start(ClockKey.PLAN)
    subtasks.assign(draft, lead.id, cooperating)
    draft.start(ClockKey.LISTING_NOTICE)
    draft.start(ClockKey.LISTING_FILING)
    draft.notify(sponsor_unit, Role.SPONSOR, "挂牌督办通知书", clock=ClockKey.REMEDIATE)


def listing_reject(draft: Draft, form: c.ListingReject, _actor: Actor) -> None:
    """T16: with the office again, which routes or returns it as instructed (A8)."""
    triage = draft.hazard.triage
    assert triage is not None  # it came from a request
    kind: Literal["upgrade", "general"] = "upgrade" if form.instruction is Mode.UPGRADED else "general"
    draft.set(triage=Triage(kind=kind, by=triage.by, since=draft.now))
    draft.enter(State.UNDER_TRIAGE)
    draft.notify(draft.rules.book.organisation.office, Role.OFFICE, "不予挂牌批示", clock=ClockKey.TRIAGE)


# ── the plan ─────────────────────────────────────────────────────────────────────────────────────────


def plan_approve(draft: Draft, _form: c.PlanApprove, _actor: Actor) -> None:
    """T20: each part is due at its own last node (到点清零, PLN-01); the whole keeps its limit for the rest."""
    subtasks.plan_all(draft)
    draft.enter(State.REMEDIATING)
    draft.notify(draft.hazard.owner, Role.LIAISON, "方案批复", clock=ClockKey.REMEDIATE)


def plan_reject(draft: Draft, _form: c.PlanReject, _actor: Actor) -> None:
    draft.enter(State.PLANNING)
    draft.notify(draft.hazard.owner, Role.LIAISON, "方案退回", clock=ClockKey.PLAN)


# ── sub-tasks ────────────────────────────────────────────────────────────────────────────────────────


def sign_subtask(draft: Draft, form: c.SignSubtask, actor: Actor) -> None:
    """T17: a cooperating unit signs for its own part and names who does it (REM-01)."""
    subtasks.sign(draft, actor.unit, form.handler)


def report_subtask(draft: Draft, _form: c.ReportSubtask, actor: Actor) -> None:
    subtasks.report(draft, actor.unit, PersonRef(person=actor.person, post=actor.post))
    draft.notify(draft.hazard.owner, Role.LIAISON, "子任务报结", subtask=actor.unit)


def confirm_subtask(draft: Draft, form: c.ConfirmSubtask, _actor: Actor) -> None:
    subtasks.confirm(draft, _unit(draft, form.unit))


def send_back_subtask(draft: Draft, form: c.SendBackSubtask, _actor: Actor) -> None:
    unit = _unit(draft, form.unit)
    subtasks.send_back(draft, unit)
    draft.notify(unit, Role.LIAISON, "子任务退回", subtask=unit)


def _unit(draft: Draft, name: str) -> UnitId:
    unit = draft.rules.book.organisation.find(name)
    assert unit is not None  # the guards of the form
    return unit.id


# ── acceptance ───────────────────────────────────────────────────────────────────────────────────────


def accept_pass(draft: Draft, form: c.AcceptPass, _actor: Actor) -> None:
    """T29: struck off and no longer listed (销项、摘牌, VER-06); the removal is published."""
    listing = draft.hazard.listing
    assert listing is not None  # the state is reached by listed hazards only
    draft.set(
        listing=listing.model_copy(
            update={"removed_at": draft.now, "removal_document": form.removal_document}
        )
    )
    strike_off(draft, but=LISTING_NOTICES)
    draft.start(ClockKey.REMOVAL_NOTICE)
    draft.notify(
        draft.rules.book.organisation.office, Role.OFFICE, "摘牌公告待办", clock=ClockKey.REMOVAL_NOTICE
    )


def accept_fail(draft: Draft, form: c.AcceptFail, _actor: Actor) -> None:
    """T29: only what failed is done again; what was submitted in time never was late (I6)."""
    listing = draft.hazard.listing
    assert listing is not None
    draft.set(
        completion=None,
        listing=listing.model_copy(update={"failed_acceptances": listing.failed_acceptances + 1}),
    )
    draft.end(ClockKey.REMEDIATE, ClockKey.REWORK)
    draft.start(ClockKey.REWORK)
    for unit in dict.fromkeys(_unit(draft, name) for name in form.failed):
        subtasks.rework(draft, unit)
        if unit != draft.hazard.owner:
            draft.notify(unit, Role.LIAISON, "验收不通过通知", clock=ClockKey.REWORK, subtask=unit)
    draft.enter(State.REMEDIATING)
    draft.notify(draft.hazard.owner, Role.LIAISON, "验收不通过通知", clock=ClockKey.REWORK)


# ── publications, a new round ────────────────────────────────────────────────────────────────────────


def record_listing_notice(draft: Draft, form: c.RecordListingNotice, _actor: Actor) -> None:
    """N44: what was owed is done; under which number and on which day stays on record."""
    listing = draft.hazard.listing
    assert listing is not None  # guard notice_owed
    what = ClockKey(form.what)
    draft.end(what)
    given = NoticeGiven(what=what, document=form.document, day=form.day)
    draft.set(listing=listing.model_copy(update={"notices": (*listing.notices, given)}))
