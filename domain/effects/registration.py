"""What discovery and registration change."""

from __future__ import annotations

from domain import commands as c
from domain import subtasks
from domain.draft import Draft
from domain.effects.clearance import strike_off
from domain.effects.routing import transfer
from domain.organisation import Actor, PersonRef, Role
from domain.values import (
    ClockKey,
    Confidentiality,
    Mode,
    State,
    UnitId,
    Urgency,
    local,
)


def report(draft: Draft, form: c.Report, actor: Actor) -> None:
    """T01: outside channels are verified first; a finding of one's own is registered at once."""
    book = draft.rules.book
    subdistrict = _lies_in(draft, form, actor.unit)
    holder = book.organisation.desk if form.channel.outside else actor.unit
    draft.set(
        title=form.title or _title(draft, form),
        place=form.place,
        channel=form.channel,
        reported_at=draft.now,
        finder=PersonRef(person=actor.person, post=actor.post),
        owner=holder,
        registered_by=holder,
        urgency=_urgency(draft, form.code, form.urgency),
        confidentiality=at_least_internal(form.confidentiality, form.category),
        major=(form.persons_affected or 0) >= book.policy.major_persons,
    )
    given = {
        "subdistrict": subdistrict,
        "code": form.code,
        "category": form.category,
        "sub_item": form.sub_item,
        "grade": form.grade,
    }
    draft.set(**{name: value for name, value in given.items() if value is not None})
    draft.set(has_before=any(item.kind == "before" for item in form.evidence))
    if form.occurred_at and book.policy.assigned_ahead:
        draft.set(found_at=local(form.occurred_at))
    draft.involve(*dict.fromkeys(unit for unit in (holder, actor.unit, subdistrict) if unit))
    draft.link(form.risk_points)
    if form.consequences:
        draft.set(consequences=form.consequences, major=True)
    draft.enter(State.REPORTED if form.channel.outside else State.REGISTERED)
    _tell_the_line(
        draft, actor.unit, from_principal=form.difficult or draft.hazard.urgency is not Urgency.NORMAL
    )
    if draft.hazard.major and book.policy.major_proposes_listing and Mode.LISTED in book.modes:
        draft.propose("listing")


def verify_confirm(draft: Draft, form: c.VerifyConfirm, actor: Actor) -> None:
    """T02: the body that confirmed the report registers the hazard and holds it."""
    given = {
        "code": form.code,
        "category": form.category,
        "sub_item": form.sub_item,
        "subdistrict": _subdistrict(draft, form.subdistrict),
    }
    draft.set(**{name: value for name, value in given.items() if value is not None})
    draft.set(confidentiality=at_least_internal(draft.hazard.confidentiality, draft.hazard.category))
    code = form.code or draft.hazard.code
    draft.set(
        owner=actor.unit,
        registered_by=actor.unit,
        urgency=_urgency(draft, code, form.urgency or draft.hazard.urgency),
    )
    if any(item.kind == "before" for item in form.evidence):
        draft.set(has_before=True)
    draft.link(form.risk_points)
    draft.involve(actor.unit, *((draft.hazard.subdistrict,) if draft.hazard.subdistrict else ()))
    draft.enter(State.REGISTERED)
    if draft.hazard.category is not None and draft.before.category != draft.hazard.category:
        _tell_the_line(draft, actor.unit)


def _tell_the_line(draft: Draft, reporter: UnitId, *, from_principal: bool = False) -> None:
    """The lead unit of the category reads and is told of it (ACT-20); so are those who are told of every report
    of such a unit (REG-06). What is urgent or difficult goes from principal to principal besides (MOD-19)."""
    book = draft.rules.book
    category = book.category(draft.hazard.category)
    lead = category.lead if category else None
    unit = book.organisation.by_id.get(reporter)
    told = [*((lead,) if lead else ()), *(book.organisation.informed.get(unit.type, ()) if unit else ())]
    told = [one for one in dict.fromkeys(told) if one != reporter]
    if not told:
        return
    draft.involve(*told)
    for one in told:
        draft.notify(one, Role.LIAISON, "隐患报告")
    if from_principal and lead in told:
        draft.start(ClockKey.PRINCIPAL_REPORT)


def verify_dismiss(draft: Draft, _form: c.VerifyDismiss, _actor: Actor) -> None:
    draft.enter(State.DISMISSED)
    draft.end_all()


def clear_on_spot(draft: Draft, form: c.ClearOnSpot, actor: Actor) -> None:
    """T04: found and fixed in one go; no sign, plan or remediation clock ever exists."""
    draft.set(
        cleared_on_spot=True,
        has_before=True,
        has_after=True,
        handler=PersonRef(person=actor.person, post=actor.post),
    )
    strike_off(draft)


def self_handle(draft: Draft, form: c.SelfHandle, actor: Actor) -> None:
    """T05: counts as signed; the remediation clock starts."""
    draft.set(handler=form.handler)
    draft.start(ClockKey.REMEDIATE)
    draft.enter(State.PLANNING)


def assign(draft: Draft, form: c.Assign, _actor: Actor) -> None:
    """T06: the transfer starts both the sign-off and the remediation clock, at the time it was made (F04)."""
    transfer(draft, form.target, made=form.transferred_at)


def sign(draft: Draft, form: c.Sign, _actor: Actor) -> None:
    """T17: signed for, with a named handler (REM-01); the lead of a listed hazard signs for its part as well."""
    draft.set(handler=form.handler)
    subtasks.sign(draft, draft.hazard.owner, form.handler)
    draft.enter(State.PLANNING)


def _lies_in(draft: Draft, form: c.Report, reporter: UnitId) -> UnitId | None:
    """The sub-district of the place: as named, of its grid unit, as the place says, or that of the 居村 that reports."""
    organisation = draft.rules.book.organisation
    grid = organisation.grid(form.grid)
    return (
        _subdistrict(draft, form.subdistrict)
        or (grid.subdistrict if grid else None)
        or organisation.subdistrict_in(form.place)
        or organisation.subdistrict_of(reporter)
    )


def _subdistrict(draft: Draft, name: str | None) -> UnitId | None:
    unit = draft.rules.book.organisation.find(name) if name else None
    return unit.id if unit else None


def _urgency(draft: Draft, code: str | None, said: Urgency) -> Urgency:
    """Items that the law wants handled at once are never less urgent than their row (N22)."""
    least = draft.rules.book.policy.item_urgency.get(code or "")
    order = list(Urgency)
    return max((said, least), key=order.index) if least else said


def at_least_internal(said: Confidentiality | None, category: int | None) -> Confidentiality:
    """Risk categories 1–3 are at least internal, whatever was said (SEC-02)."""
    least = Confidentiality.INTERNAL if category in (1, 2, 3) else Confidentiality.PUBLIC
    order = list(Confidentiality)
    return max((said or least, least), key=order.index)


def _title(draft: Draft, form: c.Report) -> str:
    item = draft.rules.book.catalogue.by_code.get(form.code or "")
    if item:
        return item.name
    return " ".join(form.description.split())[:40] or form.channel.zh
