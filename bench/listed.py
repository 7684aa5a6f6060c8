"""Listed hazards with several units at work: where there is most to foresee, and what the board shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.commands import Order, Report, parse
from domain.events import Event, evolve
from domain.hazard import decide, report
from domain.library import Rules
from domain.organisation import Actor, Role
from domain.state import Hazard
from domain.values import HazardId, PersonId, State, UnitId

UNITS = 8


def listed(rules: Rules, now: datetime) -> Hazard:
    """A hazard of 青浦 being remediated by eight units, each with a node of its own."""
    units = [unit.id for unit in rules.book.organisation.units if unit.handles][:UNITS]
    return listed_life(rules, HazardId("QP-2026-000001"), units, now)[0]


def listed_life(
    rules: Rules, number: HazardId, units: Sequence[UnitId], now: datetime
) -> tuple[Hazard, list[Event]]:
    """A hazard reported, listed, signed by ``units`` (the lead first) and planned, all of it ``now``."""
    organisation = rules.book.organisation
    lead, *others = units
    form = Report.model_validate({"channel": "daily_patrol", "code": "S03-07", "place": "某仓库"})
    finder = _seat(lead, Role.LIAISON)
    events = [report(rules, number, rules.book.digest, form, finder, now, "report")]
    hazard = evolve(None, events[0])

    def give(unit: UnitId | None, role: Role, command: str, **said: Any) -> None:
        nonlocal hazard
        actor = _seat(unit or organisation.office, role)
        order = Order(command=parse(command, said), actor=actor, key=f"{command}-{unit}")
        events.append(decide(rules, hazard, order, now))
        hazard = evolve(hazard, events[-1])

    criteria = dict.fromkeys(("complex_cause", "wide_scope", "hard_to_remediate", "major_impact"), "是")
    suggested = [lead, *others]
    give(lead, Role.LIAISON, "request_listing", reason="多部门", criteria=criteria, suggested_units=suggested)
    give(None, Role.OFFICE, "forward_listing", report_document="专报1号")
    give(
        organisation.seat_of(Role.LISTING_AUTHORITY),
        Role.LISTING_AUTHORITY,
        "listing_approve",
        sponsor="sponsor-1",
        lead=lead,
        cooperating=others,
        document="挂1号",
        requirements="消除",
        removal_conditions="验收",
    )
    give(lead, Role.LIAISON, "sign", handler="handler-1")
    for unit in others:
        give(unit, Role.LIAISON, "sign_subtask", handler="handler-1")
    due = (hazard.main_clock or next(iter(hazard.clocks.values()))).due
    give(
        lead,
        Role.HANDLER,
        "submit_plan",
        responsible_unit=lead,
        responsible_leader="leader-1",
        responsible_staff=["handler-1"],
        measures="整治",
        milestones=[{"what": "节点", "due": due, "unit": unit} for unit in (lead, *others)],
        goals=["消除"],
        funds="专项",
        contingency="值守",
    )
    give(None, Role.OFFICE, "plan_approve")
    assert hazard.state is State.REMEDIATING
    return hazard, events


def _seat(unit: UnitId | None, role: Role) -> Actor:
    assert unit is not None
    return Actor(unit=unit, role=role, person=PersonId(f"person-{role}"))
