"""What records change: mostly nothing but who may read the hazard; some start or end a duty, some propose."""

from __future__ import annotations

from domain import clocks
from domain import commands as c
from domain.draft import Draft
from domain.organisation import Actor, Role
from domain.state import Incident, Penalty, Petition
from domain.values import ClockKey, RecordKind, State, UnitId


def add_record(draft: Draft, form: c.AddRecord, _actor: Actor) -> None:
    """Kept in the ledger; units it names may read the hazard from now on."""
    units = _units(draft, form.units)
    draft.involve(*units)
    told = {
        RecordKind.GUIDANCE: (draft.hazard.owner,),
        RecordKind.TRACKING: (draft.hazard.owner,),
        RecordKind.COORDINATION: (draft.hazard.owner, *units),
        RecordKind.EVALUATION: (draft.hazard.owner,),
    }
    for unit in dict.fromkeys(told.get(form.kind, ())):
        draft.notify(unit, Role.LIAISON, form.kind.zh)


def open_special_inspection(draft: Draft, _form: c.OpenSpecialInspection, actor: Actor) -> None:
    draft.involve(actor.unit)
    draft.notify(draft.hazard.owner, Role.PRINCIPAL, "专项督查通知")


def joint_meeting(draft: Draft, form: c.JointMeeting, actor: Actor) -> None:
    """The first of a round opens the way to a plan that waits for it, due from the meeting (COL-02)."""
    draft.involve(actor.unit, *_units(draft, form.participants))
    if draft.hazard.consulted_at is not None:
        return
    waits = draft.hazard.state is State.PLANNING and ClockKey.CONSULTATION in draft.hazard.clocks
    draft.set(consulted_at=draft.now)
    if waits:
        draft.end(ClockKey.CONSULTATION)
        draft.start(ClockKey.PLAN)


def report_to_principal(draft: Draft, form: c.ReportToPrincipal, _actor: Actor) -> None:
    """MOD-19: the unit told convenes the joint diagnosis."""
    (told,) = _units(draft, (form.to,))
    draft.involve(told)
    draft.end(ClockKey.PRINCIPAL_REPORT)
    draft.notify(told, Role.PRINCIPAL, "主要领导汇报")


def link_incident(draft: Draft, form: c.LinkIncident, _actor: Actor) -> None:
    """责任倒查: a severe consequence lays the question of accountability before the director (SUP-07)."""
    incident = Incident(reference=form.reference, on=form.on, consequences=form.consequences)
    draft.set(incidents=(*draft.hazard.incidents, incident))
    if form.consequences:
        office = draft.rules.book.organisation.office
        draft.owe("referral", office, Role.OFFICE_DIRECTOR)
        draft.notify(office, Role.OFFICE_DIRECTOR, "责任倒查待办")


def add_penalty(draft: Draft, form: c.AddPenalty, _actor: Actor) -> None:
    """Repeated penalties of an enterprise with a major hazard propose that it be closed down (N50)."""
    penalties = (*draft.hazard.penalties, Penalty(enterprise=form.enterprise, on=form.on))
    draft.set(penalties=penalties)
    days = {*form.earlier, *(one.on for one in penalties if one.enterprise == form.enterprise)}
    repeats = draft.rules.book.policy.repeat_offender
    if draft.hazard.major and any(repeat.count(days) >= repeat.times for repeat in repeats):
        draft.propose("closure")


def set_confidentiality(draft: Draft, form: c.SetConfidentiality, _actor: Actor) -> None:
    draft.set(confidentiality=form.level)


# -- petitions ---------------------------------------------------------------------------------------


def link_petition(draft: Draft, form: c.LinkPetition, _actor: Actor) -> None:
    """Its duties are the owner's and outlast the clearance (N80–N82)."""
    rules = draft.rules
    within = rules.book.policy.petition_objection
    until = rules.calendar.deadline(draft.now, within).due if within else None
    draft.set(petition=Petition(number=form.number, linked_at=draft.now, objection_until=until))
    draft.start(ClockKey.PETITION_NOTIFY)
    draft.start(ClockKey.PETITION_CLOSE)
    draft.notify(draft.hazard.owner, Role.LIAISON, "信访件转送单", clock=ClockKey.PETITION_NOTIFY)


def notify_petitioner(draft: Draft, _form: c.NotifyPetitioner, _actor: Actor) -> None:
    draft.end(ClockKey.PETITION_NOTIFY)
    _petition(draft, notified_at=draft.now)


def object_to_petition(draft: Draft, _form: c.ObjectToPetition, _actor: Actor) -> None:
    _petition(draft, objection="pending")
    draft.notify(draft.rules.book.organisation.office, Role.OFFICE, "信访异议")


def decide_objection(draft: Draft, form: c.DecideObjection, _actor: Actor) -> None:
    """Agreed, the petition goes elsewhere and its duties end here; refused, they run on (N09)."""
    _petition(draft, objection="agreed" if form.agree else "refused")
    if form.agree:
        draft.end(ClockKey.PETITION_NOTIFY, ClockKey.PETITION_CLOSE)
    draft.notify(draft.hazard.owner, Role.LIAISON, "信访异议答复")


def extend_petition(draft: Draft, form: c.ExtendPetition, _actor: Actor) -> None:
    clock = draft.hazard.clocks[ClockKey.PETITION_CLOSE]
    longest = clocks.longest(draft.rules, clock)
    until = clocks.instant_of(form.until, longest) if form.until else longest
    draft.put(clocks.extended(draft.rules, draft.hazard, clock, until, draft.now))
    _petition(draft, extended=True)


def close_petition(draft: Draft, _form: c.ClosePetition, _actor: Actor) -> None:
    draft.end(ClockKey.PETITION_NOTIFY, ClockKey.PETITION_CLOSE)
    _petition(draft, closed_at=draft.now)


def _petition(draft: Draft, **fields: object) -> None:
    assert draft.hazard.petition is not None  # guard petition_open
    draft.set(petition=draft.hazard.petition.model_copy(update=fields))


def _units(draft: Draft, names: tuple[str, ...]) -> tuple[UnitId, ...]:
    found = (draft.rules.book.organisation.find(name) for name in names)
    return tuple(unit.id for unit in found if unit is not None)
