"""Effects: what a command changes once its guards hold. One short function per command.

Timers of the states entered and left, level and punctuality follow by themselves (see ``draft``).
"""

from __future__ import annotations

from typing import Literal

from domain import clocks
from domain import commands as c
from domain import routing as r
from domain.draft import Draft
from domain.organisation import Actor, PersonRef, Role
from domain.state import Completion, Extension, Obligation, Plan, PlannedLookback, Triage
from domain.values import (
    ClockKey,
    Confidentiality,
    HazardId,
    Mode,
    State,
    UnitId,
    Urgency,
)


def report(draft: Draft, form: c.Report, actor: Actor) -> None:
    """T01: outside channels are verified first; a finding of one's own is registered at once."""
    book = draft.rules.book
    subdistrict = _subdistrict(draft, form.subdistrict) or book.organisation.subdistrict_in(form.place)
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
        confidentiality=_confidentiality(form.confidentiality, form.category),
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
    draft.involve(*dict.fromkeys(unit for unit in (holder, actor.unit, subdistrict) if unit))
    draft.enter(State.REPORTED if form.channel.outside else State.REGISTERED)


def verify_confirm(draft: Draft, form: c.VerifyConfirm, actor: Actor) -> None:
    """T02: the body that confirmed the report registers the hazard and holds it."""
    given = {
        "code": form.code,
        "category": form.category,
        "sub_item": form.sub_item,
        "subdistrict": _subdistrict(draft, form.subdistrict),
    }
    draft.set(**{name: value for name, value in given.items() if value is not None})
    draft.set(confidentiality=_confidentiality(draft.hazard.confidentiality, draft.hazard.category))
    code = form.code or draft.hazard.code
    draft.set(
        owner=actor.unit,
        registered_by=actor.unit,
        urgency=_urgency(draft, code, form.urgency or draft.hazard.urgency),
    )
    if any(item.kind == "before" for item in form.evidence):
        draft.set(has_before=True)
    draft.involve(actor.unit, *((draft.hazard.subdistrict,) if draft.hazard.subdistrict else ()))
    draft.enter(State.REGISTERED)


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
    """T06: the transfer starts both the sign-off and the remediation clock."""
    _transfer(draft, form.target)


def request_upgrade(draft: Draft, _form: r.RequestUpgrade, _actor: Actor) -> None:
    """T07: before the office; the requester's own clock is silent until that has decided."""
    _lay_before_the_office(draft, "upgrade")


def request_diversion(draft: Draft, _form: r.RequestDiversion, _actor: Actor) -> None:
    """T08: not of the bureau's own line."""
    _lay_before_the_office(draft, "diversion")


def _lay_before_the_office(draft: Draft, kind: Literal["upgrade", "diversion"]) -> None:
    _drop_pending_extension(draft)
    draft.stop(ClockKey.REMEDIATE)
    draft.stop(ClockKey.REWORK)
    draft.set(triage=Triage(kind=kind, by=draft.hazard.owner, since=draft.now))
    office = draft.rules.book.organisation.office
    draft.involve(office)
    draft.enter(State.UNDER_TRIAGE)
    triage = draft.hazard.clocks.get(ClockKey.TRIAGE)
    draft.notify(office, Role.OFFICE, "研判申请", clock=ClockKey.TRIAGE, due=triage.due if triage else None)


def triage_route(draft: Draft, form: r.TriageRoute, _actor: Actor) -> None:
    """T10: transferred to the competent unit; the mode follows what was asked for."""
    triage = draft.hazard.triage
    modes = {"upgrade": Mode.UPGRADED, "diversion": Mode.DIVERTED}
    draft.set(mode=modes.get(triage.kind, draft.hazard.mode) if triage else draft.hazard.mode)
    _transfer(draft, form.target)


def triage_return(draft: Draft, _form: r.TriageReturn, _actor: Actor) -> None:
    """T11: back to the requester, as a general hazard; its clock goes on as if it had not been stopped."""
    assert draft.hazard.triage is not None  # guard has_requester
    draft.set(owner=draft.hazard.triage.by, triage=None, mode=Mode.GENERAL)
    draft.go_on(ClockKey.REMEDIATE)
    draft.go_on(ClockKey.REWORK)
    if draft.hazard.main_clock is None:
        draft.start(ClockKey.REMEDIATE)
    draft.enter(State.PLANNING)
    draft.notify(draft.hazard.owner, Role.LIAISON, "研判退回", clock=ClockKey.PLAN)


def jurisdiction_unclear(draft: Draft, _form: r.JurisdictionUnclear, _actor: Actor) -> None:
    draft.enter(State.JURISDICTION_RULING)
    draft.notify(draft.rules.book.organisation.office, Role.OFFICE, "明确管辖", clock=ClockKey.JURISDICTION)


def jurisdiction_rule(draft: Draft, form: r.JurisdictionRule, _actor: Actor) -> None:
    """T13: final; handled and assessed as a general hazard (MOD-10)."""
    draft.set(mode=Mode.GENERAL, final_ruling=True)
    _transfer(draft, form.target)


def send_back(draft: Draft, _form: r.Return, actor: Actor) -> None:
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


def _transfer(draft: Draft, target: str) -> None:
    """A new owner starts with clocks and a ladder of his own (I7)."""
    unit = draft.rules.book.organisation.find(target)
    assert unit is not None  # guard target_exists
    draft.end_all()
    draft.set(owner=unit.id, handler=None, triage=None, plan=None, extension=None, completion=None)
    draft.involve(unit.id)
    draft.start(ClockKey.REMEDIATE)
    draft.enter(State.AWAITING_SIGNOFF)
    sign = draft.hazard.clocks.get(ClockKey.SIGN)
    draft.notify(unit.id, Role.LIAISON, "转递（交办）单", clock=ClockKey.SIGN, due=sign.due if sign else None)


def enter_key_control(draft: Draft, _form: r.EnterKeyControl, _actor: Actor) -> None:
    """T23: cannot be solved now; the four defences stand, the hazard stays open, the ladder is at L0."""
    _drop_pending_extension(draft)
    draft.end(ClockKey.REMEDIATE, ClockKey.REWORK)
    draft.enter(State.KEY_CONTROL)


def control_review(draft: Draft, _form: r.ControlReview, _actor: Actor) -> None:
    """T24: the next review is due from this one."""
    draft.start(ClockKey.CONTROL_REVIEW)


def resume(draft: Draft, form: r.Resume, _actor: Actor) -> None:
    """T24: remediation goes on with a new due date; what never had a plan gets one first (PLN-01)."""
    clock = clocks.remediation(draft.rules, draft.hazard, draft.now)
    until = clocks.instant_of(form.until, clocks.longest(draft.rules, clock))
    draft.put(clocks.resumed(draft.rules, draft.hazard, clock, until, draft.now))
    draft.enter(State.REMEDIATING if draft.hazard.plan else State.PLANNING)


def sign(draft: Draft, form: c.Sign, _actor: Actor) -> None:
    """T17: signed for, with a named handler (REM-01)."""
    draft.set(handler=form.handler)
    draft.enter(State.PLANNING)


def submit_plan(draft: Draft, form: c.SubmitPlan, _actor: Actor) -> None:
    """T19: the plan's last node becomes the due date when it is earlier than the limit (PLN-01)."""
    plan = Plan(
        filed_at=draft.now,
        milestones=tuple(node.milestone() for node in form.milestones),
        goals=tuple(goal.goal() for goal in form.goals),
    )
    draft.set(plan=plan)
    if draft.hazard.handler is None:  # returned from triage before anybody had signed for it
        draft.set(handler=form.responsible_staff[0])
    clock = draft.hazard.main_clock
    if clock:
        last = plan.last_node(clock.limit_due)
        draft.put(clocks.planned(draft.rules, draft.hazard, clock, last, draft.now))
    draft.enter(State.REMEDIATING)


def progress(draft: Draft, form: c.Progress, _actor: Actor) -> None:
    """T21: nodes are crossed off one by one (逐条销项, PLN-03)."""
    plan = draft.hazard.plan
    if plan and form.milestones_done:
        nodes = tuple(
            node.model_copy(update={"done_at": draft.now})
            if node.id in form.milestones_done and node.done_at is None
            else node
            for node in plan.milestones
        )
        draft.set(plan=plan.model_copy(update={"milestones": nodes}))


def request_extension(draft: Draft, form: c.RequestExtension, _actor: Actor) -> None:
    """T22: asked once per round, before the due date."""
    clock = draft.hazard.main_clock
    assert clock is not None  # guard extendable
    cap = clocks.cap_of(draft.rules, clock)
    assert cap is not None  # guard extendable
    until = cap.due if form.until is None else clocks.instant_of(form.until, cap.due)
    draft.set(extension=Extension(requested_at=draft.now, until=until))
    draft.start(ClockKey.EXTENSION_DECISION)
    organisation = draft.rules.book.organisation
    desk_decides = draft.hazard.mode is Mode.GENERAL
    unit, role = (organisation.desk, Role.DESK) if desk_decides else (organisation.office, Role.OFFICE)
    draft.notify(unit, role, "延期申请", clock=ClockKey.EXTENSION_DECISION, due=until)


def decide_extension(draft: Draft, form: c.DecideExtension, _actor: Actor) -> None:
    """T22: a granted extension moves the due date and lowers the ladder to L0, history kept (I7)."""
    extension = draft.hazard.extension
    assert extension is not None  # guard request_pending
    draft.end(ClockKey.EXTENSION_DECISION)
    draft.set(extension=extension.model_copy(update={"decision": "granted" if form.approve else "refused"}))
    clock = draft.hazard.main_clock
    if form.approve and clock:
        draft.put(clocks.extended(draft.rules, draft.hazard, clock, extension.until, draft.now))
        draft.lower_the_ladder()
    draft.notify(draft.hazard.owner, Role.LIAISON, "延期批复", clock=ClockKey.REMEDIATE)


def report_completion(draft: Draft, form: c.ReportCompletion, actor: Actor) -> None:
    """T25: the main clock stops at the moment of submission (I6)."""
    draft.set(
        completion=Completion(
            at=draft.now, by=PersonRef(person=actor.person, post=actor.post), outcome=form.outcome
        )
    )
    if any(item.kind == "after" for item in form.evidence):
        draft.set(has_after=True)
    _drop_pending_extension(draft)
    draft.stop(ClockKey.REMEDIATE)
    draft.stop(ClockKey.REWORK)
    draft.enter(State.SELF_ASSESSMENT)


def assess_pass(draft: Draft, form: c.AssessPass, _actor: Actor) -> None:
    """T26: a general hazard is recognised by the unit that cleared it (VER-01), an upgraded one by the
    office: there this is the 初步评估 (VER-03)."""
    if any(item.kind == "after" for item in form.evidence):
        draft.set(has_after=True)
    if draft.hazard.mode.handled_as is Mode.GENERAL:
        strike_off(draft)
    else:
        draft.enter(State.AWAITING_RECOGNITION)


def assess_fail(draft: Draft, _form: c.AssessFail, _actor: Actor) -> None:
    """T27: the main clock goes on as if it had not been stopped."""
    draft.set(completion=None)
    draft.go_on(ClockKey.REMEDIATE)
    draft.go_on(ClockKey.REWORK)
    if draft.hazard.main_clock is None:  # the work was reported done from key control
        draft.start(ClockKey.REWORK)
    draft.enter(State.REMEDIATING)


def recognise_pass(draft: Draft, _form: r.RecognisePass, _actor: Actor) -> None:
    """T28: the office recognises; no unit recognises its own (I3)."""
    strike_off(draft)


def recognise_fail(draft: Draft, _form: r.RecogniseFail, _actor: Actor) -> None:
    """T28: the rework replaces the main clock; what was submitted in time never was late (I6)."""
    draft.set(completion=None)
    draft.end(ClockKey.REMEDIATE, ClockKey.REWORK)
    draft.start(ClockKey.REWORK)
    draft.enter(State.REMEDIATING)
    draft.notify(draft.hazard.owner, Role.LIAISON, "不予认定通知", clock=ClockKey.REWORK)


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
        draft.set(proposals=tuple(dict.fromkeys((*draft.hazard.proposals, "upgrade"))))
    draft.start(ClockKey.REMEDIATE)
    draft.enter(State.PLANNING)
    draft.notify(draft.hazard.owner, Role.LIAISON, "回潮通知", clock=ClockKey.REMEDIATE)


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


def merge(draft: Draft, form: c.Merge, _actor: Actor) -> None:
    """T33: one of two records of the same matter goes on; this one points to it."""
    draft.enter(State.MERGED)
    draft.end_all()
    draft.set(merged_into=form.into)


def hand_over(draft: Draft, _form: r.HandOver, _actor: Actor) -> None:
    """T33: to a higher level or outside; handling here ends."""
    draft.enter(State.HANDED_OVER)
    draft.end_all()


def load_calendar(draft: Draft, form: c.LoadCalendar, _actor: Actor) -> None:
    """N94: provisional dates are computed again; ``draft.rules`` already holds the new calendar."""
    draft.set(calendar=form.calendar)
    for clock in tuple(draft.hazard.clocks.values()):
        if clock.unpublished:
            draft.put(clocks.recounted(draft.rules, draft.hazard, clock, draft.now))
    draft.set(lookbacks=_lookbacks_again(draft))


# -- shared ------------------------------------------------------------------------------------------


def strike_off(draft: Draft) -> None:
    """销号: cleared, with a number of its own, and from now on watched (VER-05, LBK-02)."""
    rules, hazard = draft.rules, draft.hazard
    draft.end_all()
    draft.set(
        cleared_at=draft.now,
        strike_off=strike_off_number(hazard.id, hazard.round),
        lookbacks=_lookbacks(draft),
        lookbacks_done=0,
        relapse_until=rules.calendar.deadline(draft.now, rules.book.policy.relapse_match).due,
    )
    draft.enter(State.CLEARED)


def _lookbacks(draft: Draft) -> tuple[PlannedLookback, ...] | None:
    """All look-back dates, where there is more than the one whose clock runs from now on (N71)."""
    limits = draft.rules.book.policy.lookback_limits(draft.hazard.mode)
    if len(limits) < 2:
        return None
    cleared = draft.hazard.cleared_at or draft.now
    ends = [draft.rules.calendar.deadline(cleared, limit) for limit in limits]
    return tuple(PlannedLookback(due=end.due, provisional=end.provisional) for end in ends)


def _lookbacks_again(draft: Draft) -> tuple[PlannedLookback, ...] | None:
    """Dates still to come are counted by the new calendar; one whose clock runs stays when it is firm (I5)."""
    hazard, again = draft.hazard, _lookbacks(draft)
    if not hazard.lookbacks or not again:
        return None
    opened = hazard.lookbacks_done + (hazard.state is State.LOOK_BACK)
    runs = hazard.clocks.get(ClockKey.LOOKBACK)
    kept = opened + (runs is not None and not hazard.lookbacks[opened].provisional)
    return (*hazard.lookbacks[:kept], *again[kept:])


def _drop_pending_extension(draft: Draft) -> None:
    extension = draft.hazard.extension
    if extension and extension.decision == "pending":
        draft.end(ClockKey.EXTENSION_DECISION)
        draft.set(extension=extension.model_copy(update={"decision": "lapsed"}))


def strike_off_number(hazard: HazardId, round: int) -> str:
    """销号编号: the hazard's number and the round it was cleared in."""
    return f"XH-{hazard}-{round}"


def _subdistrict(draft: Draft, name: str | None) -> UnitId | None:
    unit = draft.rules.book.organisation.find(name) if name else None
    return unit.id if unit else None


def _urgency(draft: Draft, code: str | None, said: Urgency) -> Urgency:
    """Items that the law wants handled at once are never less urgent than their row (N22)."""
    least = draft.rules.book.policy.item_urgency.get(code or "")
    order = list(Urgency)
    return max((said, least), key=order.index) if least else said


def _confidentiality(said: Confidentiality | None, category: int | None) -> Confidentiality:
    """Risk categories 1–3 are at least internal, whatever was said (SEC-02)."""
    least = Confidentiality.INTERNAL if category in (1, 2, 3) else Confidentiality.PUBLIC
    order = list(Confidentiality)
    return max((said or least, least), key=order.index)


def _title(draft: Draft, form: c.Report) -> str:
    item = draft.rules.book.catalogue.by_code.get(form.code or "")
    if item:
        return item.name
    return " ".join(form.description.split())[:40] or form.channel.zh


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
