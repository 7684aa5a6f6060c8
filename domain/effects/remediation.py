"""What the remediation changes: the plan, progress, extensions, key control."""

from __future__ import annotations

from domain import clocks, modes, subtasks
from domain import commands as c
from domain.draft import Draft
from domain.organisation import Actor, Role
from domain.state import Extension, Milestone, Plan
from domain.values import (
    ClockKey,
    Mode,
    State,
)


def submit_plan(draft: Draft, form: c.SubmitPlan, _actor: Actor) -> None:
    """T19: the plan's last node becomes the due date when it is earlier than the limit (PLN-01).

    The plan of a listed hazard moves dates once the sponsor has approved it (T20).
    """
    plan = Plan(
        filed_at=draft.now,
        milestones=tuple(_milestone(draft, node) for node in form.milestones),
        goals=tuple(goal.goal() for goal in form.goals),
    )
    draft.set(plan=plan)
    if draft.hazard.handler is None:  # returned from triage before anybody had signed for it
        draft.set(handler=form.responsible_staff[0])
    reviewed = modes.AFTER_THE_PLAN.get(draft.hazard.mode)
    if reviewed:
        draft.enter(reviewed)
        for seat in draft.address(modes.PLAN_LAID_BEFORE, draft.hazard.owner):
            draft.notify(*seat, "方案报审", clock=ClockKey.PLAN_REVIEW)
        return
    clock = draft.hazard.main_clock
    if clock:
        last = plan.last_node(clock.limit_due)
        draft.put(clocks.planned(draft.rules, draft.hazard, clock, last, draft.now))
    draft.enter(State.REMEDIATING)


def _milestone(draft: Draft, node: c.PlannedNode) -> Milestone:
    """A node of a listed hazard knows whose part it ends."""
    milestone = node.milestone()
    unit = draft.rules.book.organisation.find(node.unit) if node.unit else None
    if unit is None or draft.hazard.mode is not Mode.LISTED:
        return milestone
    return milestone.model_copy(update={"unit": unit.id})


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
    draft.set(extension=Extension(requested_at=draft.now, until=until, nodes=_revised(draft, form)))
    draft.start(ClockKey.EXTENSION_DECISION)
    decider = modes.extension_decider(draft.rules.book.policy, draft.hazard.mode)
    for seat in draft.address(modes.LAID_BEFORE[decider], draft.hazard.owner):
        draft.notify(*seat, "延期申请", clock=ClockKey.EXTENSION_DECISION, due=until)


def _revised(draft: Draft, form: c.RequestExtension) -> tuple[Milestone, ...]:
    """The nodes of the plan that are to move, each with its new day."""
    plan, days = draft.hazard.plan, {node.id: node.due for node in form.nodes}
    nodes = plan.milestones if plan else ()
    return tuple(node.model_copy(update={"due": days[node.id]}) for node in nodes if node.id in days)


def decide_extension(draft: Draft, form: c.DecideExtension, _actor: Actor) -> None:
    """T22: a granted extension moves the due date and lowers the ladder to L0, history kept (I7)."""
    extension = draft.hazard.extension
    assert extension is not None  # guard request_pending
    draft.end(ClockKey.EXTENSION_DECISION)
    draft.set(extension=extension.model_copy(update={"decision": "granted" if form.approve else "refused"}))
    clock = draft.hazard.main_clock
    if form.approve and clock:
        _revise_the_plan(draft, extension.nodes)
        draft.put(clocks.extended(draft.rules, draft.hazard, clock, extension.until, draft.now))
        subtasks.extend_all(draft, extension.until, extension.nodes)
        draft.lower_the_ladder()
        if draft.hazard.listing:
            granted = draft.hazard.listing.extensions + 1
            draft.set(listing=draft.hazard.listing.model_copy(update={"extensions": granted}))
    draft.notify(draft.hazard.owner, Role.LIAISON, "延期批复", clock=ClockKey.REMEDIATE)


def _revise_the_plan(draft: Draft, nodes: tuple[Milestone, ...]) -> None:
    plan, again = draft.hazard.plan, {node.id: node for node in nodes}
    if plan and again:
        milestones = tuple(again.get(node.id, node) for node in plan.milestones)
        draft.set(plan=plan.model_copy(update={"milestones": milestones}))


def drop_pending_extension(draft: Draft) -> None:
    extension = draft.hazard.extension
    if extension and extension.decision == "pending":
        draft.end(ClockKey.EXTENSION_DECISION)
        draft.set(extension=extension.model_copy(update={"decision": "lapsed"}))


def enter_key_control(draft: Draft, _form: c.EnterKeyControl, _actor: Actor) -> None:
    """T23: cannot be solved now; the four defences stand, the hazard stays open, the ladder is at L0."""
    drop_pending_extension(draft)
    draft.end(ClockKey.REMEDIATE, ClockKey.REWORK)
    draft.lower_the_ladder()
    subtasks.pause(draft)
    draft.enter(State.KEY_CONTROL)


def control_review(draft: Draft, _form: c.ControlReview, _actor: Actor) -> None:
    """T24: the next review is due from this one."""
    draft.start(ClockKey.CONTROL_REVIEW)


def resume(draft: Draft, form: c.Resume, _actor: Actor) -> None:
    """T24: remediation goes on with a new due date; what never had a plan gets one first (PLN-01)."""
    clock = clocks.remediation(draft.rules, draft.hazard, draft.now)
    until = clocks.instant_of(form.until, clocks.longest(draft.rules, clock))
    draft.put(clocks.resumed(draft.rules, draft.hazard, clock, until, draft.now))
    subtasks.resume(draft, until)
    draft.enter(State.REMEDIATING if draft.hazard.plan else State.PLANNING)
