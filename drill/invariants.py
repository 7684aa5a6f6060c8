"""The invariants of process.md §3.3 as far as one hazard can show them, checked event by event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.events import Event
from domain.organisation import Role
from domain.state import Hazard
from domain.values import ClockKey, Rung, Sla, State

SELF_RECOGNISED = ("GENERAL", "DIVERTED")
"""Modes whose own unit may find its hazard cleared (I3)."""


@dataclass(frozen=True, slots=True)
class Step:
    """An event between the state it met and the state it led to."""

    before: Hazard | None
    event: Event
    after: Hazard


def broken(step: Step) -> Iterator[str]:
    """A sentence for every invariant that the event breaks."""
    for holds, sentence in _INVARIANTS:
        if not holds(step):
            yield sentence


def time_closes_nothing(step: Step) -> bool:
    return step.event.actor.role is not Role.SYSTEM or not step.after.state.terminal


def one_owner(step: Step) -> bool:
    return step.after.state.terminal or bool(step.after.owner)


def no_self_recognition(step: Step) -> bool:
    """An upgraded or listed hazard is cleared by the office, and watched by anybody who did not handle it."""
    cleared = step.event.type == "assess_pass" and step.after.state is State.CLEARED
    recognised = step.event.type in ("recognise_pass", "accept_pass", "accept_fail", "lookback_pass")
    itself = cleared or (recognised and step.after.handled_by(step.event.actor.unit))
    return not itself or str(step.after.mode) in SELF_RECOGNISED


def accounted_for(step: Step) -> bool:
    event = step.event
    return bool(event.actor.unit and event.actor.person and event.rule and event.at.tzinfo)


def clocks_keep_their_rules(step: Step) -> bool:
    """A running clock keeps rulebook and start; its calendar changes only when one is loaded."""
    before = step.before.clocks if step.before else {}
    for key, clock in step.after.clocks.items():
        was = before.get(key)
        if not (clock.rules and clock.calendar):
            return False
        if was is None or was.started != clock.started:
            continue
        if was.rules != clock.rules or was.row != clock.row or was.limit != clock.limit:
            return False
        if was.calendar != clock.calendar and step.event.type != "load_calendar":
            return False
    return True


def firm_dates_stay(step: Step) -> bool:
    """A date that rests on published days is not counted again by a calendar that comes later."""
    if step.event.type != "load_calendar" or step.before is None:
        return True
    after = step.after.clocks
    return all(
        key in after and after[key].due == clock.due
        for key, clock in step.before.clocks.items()
        if not clock.provisional
    )


def stopped_clocks_are_silent(step: Step) -> bool:
    id = step.event.clock_id if step.event.alarm else None
    clock = step.before.clocks.get(id) if step.before and id else None
    return clock is None or clock.running


def in_time_is_not_overdue(step: Step) -> bool:
    """Only a running clock of the owner, past its due date, makes a hazard overdue."""
    if step.after.sla is not Sla.OVERDUE:
        return True
    return any(
        clock.due <= step.event.at
        for clock in step.after.owners_clocks()
        if clock.running and clock.key is not ClockKey.LOOKBACK
    )


def new_owner_starts_below(step: Step) -> bool:
    if step.before is None or step.before.owner == step.after.owner:
        return True
    own = [clock.level for clock in step.after.owners_clocks()]
    return step.after.level is max(own, default=Rung.L0)


OF_THE_UNIT_ITSELF = ("sign", "sign_subtask", "report_subtask")
"""Commands by which a unit moves its own part of a listed hazard; all others that move parts are the lead's,
the panel's or the sponsor's."""


def parts_are_their_units(step: Step) -> bool:
    """A unit signs for and reports its own part and no other; what a cooperating unit does moves no other part."""
    before, actor = step.before, step.event.actor
    if before is None or not before.subtasks:
        return True
    was = {one.unit: one for one in before.subtasks}
    moved = {one.unit for one in step.after.subtasks if was.get(one.unit) not in (None, one)}
    cooperates = actor.unit != before.owner and before.subtask(actor.unit) is not None
    own_only = cooperates or step.event.type in OF_THE_UNIT_ITSELF
    return not own_only or moved <= {actor.unit}


def highest_is_kept(step: Step) -> bool:
    if step.before is None:
        return True
    if any(
        one.highest.step < was.highest.step
        for was in step.before.subtasks
        if (one := step.after.subtask(was.unit))
    ):
        return False
    after = step.after.highest
    return all(after.get(unit, Rung.L0).step >= rung.step for unit, rung in step.before.highest.items())


def no_person_in_public(step: Step) -> bool:
    """Units and roles in a notice are codes; number and document are texts, and texts can give away a name."""
    named = {step.event.actor.person, step.after.finder.person}
    if step.after.handler:
        named.add(step.after.handler.person)
    texts = [step.after.id, *(notice.document for notice in step.event.notices)]
    return not any(person in text for person in named if len(person) > 1 for text in texts)


_INVARIANTS: tuple[tuple[Callable[[Step], bool], str], ...] = (
    (time_closes_nothing, "I1: time closed the hazard"),
    (one_owner, "I2: an open hazard has no owner"),
    (no_self_recognition, "I3: a unit recognised its own clearance"),
    (accounted_for, "I4: actor, unit, time or reason is missing"),
    (clocks_keep_their_rules, "I5: a running clock was put under other rules"),
    (firm_dates_stay, "I5: a firm date was counted again"),
    (stopped_clocks_are_silent, "I6: a stopped clock rang"),
    (in_time_is_not_overdue, "I6: overdue without a running clock that has passed"),
    (new_owner_starts_below, "I7: a new owner took over the old one's level"),
    (parts_are_their_units, "MOD-16: a unit moved another unit's sub-task"),
    (highest_is_kept, "I7: the highest level reached was lowered"),
    (no_person_in_public, "I8: a person is named in the number or a notice"),
)
