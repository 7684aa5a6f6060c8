"""What the ways beyond one unit change: triage, rulings, returns, merging, handing over."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from domain import commands as c
from domain.draft import Draft
from domain.effects.remediation import drop_pending_extension
from domain.organisation import Actor, Role
from domain.state import Triage
from domain.values import (
    ClockKey,
    Mode,
    State,
)


def request_upgrade(draft: Draft, _form: c.RequestUpgrade, _actor: Actor) -> None:
    """T07: before the office; the requester's own clock is silent until that has decided."""
    lay_before_the_office(draft, "upgrade")


def request_diversion(draft: Draft, _form: c.RequestDiversion, _actor: Actor) -> None:
    """T08: not of the bureau's own line."""
    lay_before_the_office(draft, "diversion")


def lay_before_the_office(draft: Draft, kind: Literal["upgrade", "diversion", "listing"]) -> None:
    drop_pending_extension(draft)
    draft.stop(ClockKey.REMEDIATE)
    draft.stop(ClockKey.REWORK)
    draft.set(triage=Triage(kind=kind, by=draft.hazard.owner, since=draft.now))
    office = draft.rules.book.organisation.office
    draft.involve(office)
    draft.enter(State.UNDER_TRIAGE)
    triage = draft.hazard.clocks.get(ClockKey.TRIAGE)
    draft.notify(office, Role.OFFICE, "研判申请", clock=ClockKey.TRIAGE, due=triage.due if triage else None)


def triage_route(draft: Draft, form: c.TriageRoute, _actor: Actor) -> None:
    """T10: transferred to the competent unit; the mode follows what was asked for."""
    triage = draft.hazard.triage
    modes = {"upgrade": Mode.UPGRADED, "diversion": Mode.DIVERTED, "general": Mode.GENERAL}
    draft.set(mode=modes.get(triage.kind, draft.hazard.mode) if triage else draft.hazard.mode)
    transfer(draft, form.target)


def triage_return(draft: Draft, _form: c.TriageReturn, _actor: Actor) -> None:
    """T11: back to the requester, as a general hazard; its clock goes on as if it had not been stopped."""
    assert draft.hazard.triage is not None  # guard has_requester
    draft.set(owner=draft.hazard.triage.by, triage=None, mode=Mode.GENERAL)
    draft.go_on(ClockKey.REMEDIATE)
    draft.go_on(ClockKey.REWORK)
    if draft.hazard.main_clock is None:
        draft.start(ClockKey.REMEDIATE)
    draft.enter(State.PLANNING)
    draft.notify(draft.hazard.owner, Role.LIAISON, "研判退回", clock=ClockKey.PLAN)


def jurisdiction_unclear(draft: Draft, _form: c.JurisdictionUnclear, _actor: Actor) -> None:
    draft.enter(State.JURISDICTION_RULING)
    draft.notify(draft.rules.book.organisation.office, Role.OFFICE, "明确管辖", clock=ClockKey.JURISDICTION)


def jurisdiction_rule(draft: Draft, form: c.JurisdictionRule, _actor: Actor) -> None:
    """T13: final; handled and assessed as a general hazard (MOD-10)."""
    draft.set(mode=Mode.GENERAL, final_ruling=True)
    transfer(draft, form.target)


def send_back(draft: Draft, _form: c.Return, actor: Actor) -> None:
    """T18: the desk holds the hazard again until it is routed anew (MOD-17)."""
    organisation = draft.rules.book.organisation
    draft.end(ClockKey.REMEDIATE)
    draft.set(
        owner=organisation.desk,
        returns=draft.hazard.returns + 1,
        triage=Triage(kind="return", by=actor.unit, since=draft.now),
    )
    draft.involve(organisation.desk)
    draft.enter(State.UNDER_TRIAGE)
    draft.notify(organisation.office, Role.OFFICE, "退单", clock=ClockKey.TRIAGE)


def merge(draft: Draft, form: c.Merge, _actor: Actor) -> None:
    """T33: one of two records of the same matter goes on; this one points to it."""
    draft.enter(State.MERGED)
    draft.end_all()
    draft.set(merged_into=form.into)


def hand_over(draft: Draft, _form: c.HandOver, _actor: Actor) -> None:
    """T33: to a higher level or outside; handling here ends, notes of cooperation may follow (MOD-18)."""
    draft.enter(State.HANDED_OVER)
    draft.end_all()
    draft.start(ClockKey.COOPERATION)
    if draft.hazard.clocks:
        draft.set(ended_at=draft.now)


def transfer(
    draft: Draft, target: str, document: str = "转递（交办）单", made: datetime | None = None
) -> None:
    """A new owner starts with clocks and a ladder of his own (I7), from when the transfer was ``made``."""
    unit = draft.rules.book.organisation.find(target)
    assert unit is not None  # guard target_exists
    draft.end_all()
    draft.set(owner=unit.id, handler=None, triage=None, plan=None, extension=None, completion=None)
    draft.involve(unit.id)
    draft.start(ClockKey.REMEDIATE)
    draft.enter(State.AWAITING_SIGNOFF)
    if made:
        draft.antedate(made, ClockKey.REMEDIATE, ClockKey.SIGN)
    sign = draft.hazard.clocks.get(ClockKey.SIGN)
    draft.notify(unit.id, Role.LIAISON, document, clock=ClockKey.SIGN, due=sign.due if sign else None)
