"""What the remediation changes: the plan, progress, extensions, key control."""

from __future__ import annotations

from domain import clocks
from domain import commands as c
from domain.draft import Draft
from domain.organisation import Actor, Role
from domain.state import Extension, Plan
from domain.values import (
    ClockKey,
    Mode,
    State,
)


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


def drop_pending_extension(draft: Draft) -> None:
    extension = draft.hazard.extension
    if extension and extension.decision == "pending":
        draft.end(ClockKey.EXTENSION_DECISION)
        draft.set(extension=extension.model_copy(update={"decision": "lapsed"}))


def enter_key_control(draft: Draft, _form: c.EnterKeyControl, _actor: Actor) -> None:
    """T23: cannot be solved now; the four defences stand, the hazard stays open, the ladder is at L0."""
    drop_pending_extension(draft)
    draft.end(ClockKey.REMEDIATE, ClockKey.REWORK)
    draft.enter(State.KEY_CONTROL)


def control_review(draft: Draft, _form: c.ControlReview, _actor: Actor) -> None:
    """T24: the next review is due from this one."""
    draft.start(ClockKey.CONTROL_REVIEW)


def resume(draft: Draft, form: c.Resume, _actor: Actor) -> None:
    """T24: remediation goes on with a new due date; what never had a plan gets one first (PLN-01)."""
    clock = clocks.remediation(draft.rules, draft.hazard, draft.now)
    until = clocks.instant_of(form.until, clocks.longest(draft.rules, clock))
    draft.put(clocks.resumed(draft.rules, draft.hazard, clock, until, draft.now))
    draft.enter(State.REMEDIATING if draft.hazard.plan else State.PLANNING)
