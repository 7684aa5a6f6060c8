"""How the parts of a listed hazard move: one sub-task for each unit, with clocks of its own (I7).

A part's clocks are clocks of the hazard that name its unit, so whatever rings, forecasts and explains clocks
does so for parts as well. On a hazard without parts everything here does nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain import clocks
from domain.draft import Draft
from domain.organisation import PersonRef, Role
from domain.state import Milestone, Subtask
from domain.values import ClockKey, SubtaskState, UnitId, clock_id

WORK = (ClockKey.REMEDIATE, ClockKey.REWORK)
"""The clocks of the work itself; a rework replaces the remediation (I6)."""


def assign(draft: Draft, lead: UnitId, cooperating: list[UnitId]) -> None:
    """A part for every unit. The lead signs for its own with the whole, the others each for theirs."""
    draft.set(subtasks=(Subtask(unit=lead, lead=True), *(Subtask(unit=unit) for unit in cooperating)))
    for unit in (lead, *cooperating):
        draft.start(ClockKey.REMEDIATE, unit)
    for unit in cooperating:
        draft.start(ClockKey.SIGN, unit)
        sign = draft.hazard.clocks.get(clock_id(ClockKey.SIGN, unit))
        about: dict[str, Any] = {"clock": ClockKey.SIGN, "subtask": unit, "due": sign.due if sign else None}
        draft.notify(unit, Role.LIAISON, "挂牌督办通知书", **about)


def sign(draft: Draft, unit: UnitId, handler: PersonRef) -> None:
    draft.end(clock_id(ClockKey.SIGN, unit))
    _move(draft, unit, state=SubtaskState.IN_PROGRESS, handler=handler)


def report(draft: Draft, unit: UnitId, by: PersonRef) -> None:
    """The part's clock stops at the moment of submission (I6)."""
    for key in WORK:
        draft.stop(clock_id(key, unit))
    _move(draft, unit, state=SubtaskState.DONE_REPORTED, reported_at=draft.now, reported_by=by)


def confirm(draft: Draft, unit: UnitId) -> None:
    """The part is done, its nodes with it; its ladder ends, the level it reached stays on record."""
    part, plan = draft.hazard.subtask(unit), draft.hazard.plan
    draft.end(*(clock_id(key, unit) for key in WORK))
    _move(draft, unit, state=SubtaskState.LEAD_CONFIRMED, confirmed_at=draft.now)
    if plan and part:
        nodes = tuple(
            node.model_copy(update={"done_at": part.reported_at})
            if node.unit == unit and node.done_at is None
            else node
            for node in plan.milestones
        )
        draft.set(plan=plan.model_copy(update={"milestones": nodes}))


def send_back(draft: Draft, unit: UnitId) -> None:
    """A part reported done goes on as if it had not been; one confirmed already is done again (返工)."""
    stopped = [key for key in WORK if clock_id(key, unit) in draft.hazard.clocks]
    if not stopped:
        rework(draft, unit)
        return
    for key in stopped:
        draft.go_on(clock_id(key, unit))
    again = SubtaskState.REWORK if ClockKey.REWORK in stopped else SubtaskState.IN_PROGRESS
    _move(draft, unit, state=again, reported_at=None, reported_by=None)


def rework(draft: Draft, unit: UnitId) -> None:
    draft.start(ClockKey.REWORK, unit)
    _move(draft, unit, state=SubtaskState.REWORK, reported_at=None, reported_by=None, confirmed_at=None)


def _move(draft: Draft, unit: UnitId, **fields: Any) -> None:
    draft.set(
        subtasks=tuple(
            one.model_copy(update=fields) if one.unit == unit else one for one in draft.hazard.subtasks
        )
    )


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────


def plan_all(draft: Draft) -> None:
    """Each part is due at its own last node (到点清零, PLN-01), the whole at the last node of nobody's part."""
    for one in draft.hazard.subtasks:
        _plan(draft, one.unit)
    _plan(draft, None)


def _plan(draft: Draft, unit: UnitId | None) -> None:
    plan = draft.hazard.plan
    clock = draft.hazard.clocks.get(clock_id(ClockKey.REMEDIATE, unit))
    last = plan.last_node_of(unit, clock.limit_due) if plan and clock else None
    if clock and last:
        draft.put(clocks.planned(draft.rules, draft.hazard, clock, last, draft.now))


def extend_all(draft: Draft, until: datetime, nodes: tuple[Milestone, ...]) -> None:
    """A granted extension: parts may last as long as the whole; those whose nodes moved are due anew, at L0."""
    plan = draft.hazard.plan
    moved = {node.unit for node in nodes}
    for one in draft.hazard.subtasks:
        clock = draft.hazard.clocks.get(clock_id(ClockKey.REMEDIATE, one.unit))
        if clock is None:
            continue
        if plan is None or one.unit in moved:
            draft.put(clocks.extended(draft.rules, draft.hazard, clock, until, draft.now))
            _plan(draft, one.unit)
        else:
            draft.put(clock.model_copy(update={"limit_due": max(until, clock.limit_due)}))


# ── with the whole ───────────────────────────────────────────────────────────────────────────────────


def pause(draft: Draft) -> None:
    """Under key control no part is due (REM-04)."""
    for one in draft.hazard.subtasks:
        draft.end(*(clock_id(key, one.unit) for key in WORK))


def resume(draft: Draft, until: datetime) -> None:
    """Parts not yet confirmed go on with the date of the whole."""
    for one in draft.hazard.subtasks:
        if one.state is SubtaskState.LEAD_CONFIRMED:
            continue
        draft.start(ClockKey.REMEDIATE, one.unit)
        clock = draft.hazard.clocks.get(clock_id(ClockKey.REMEDIATE, one.unit))
        if clock:
            draft.put(clocks.resumed(draft.rules, draft.hazard, clock, until, draft.now))
            if one.state is SubtaskState.DONE_REPORTED:
                draft.stop(clock.id)


def reopen_all(draft: Draft) -> None:
    """A relapse opens a new round for every part, under the same sponsor and the same units (LBK-03)."""
    for one in draft.hazard.subtasks:
        draft.start(ClockKey.REMEDIATE, one.unit)
        _move(
            draft,
            one.unit,
            state=SubtaskState.IN_PROGRESS,
            reported_at=None,
            reported_by=None,
            confirmed_at=None,
        )
