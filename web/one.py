"""One hazard: where it stands, what it waits for, what comes next, how it came here, and what one may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from markupsafe import Markup
from starlette.responses import Response

from api.problems import Problem
from domain.answers import answers_to, awaited_of
from domain.commands import COMMANDS, records
from domain.forecast import Foreseen, forecast
from domain.hazard import Permission
from domain.obligations import OWED
from domain.organisation import Role
from domain.remaining import Remaining
from domain.state import Clock, Hazard
from domain.values import ClockKey, Rung
from service.reading import Derived, Seen
from web import board, drawn, story
from web.context import pages
from web.fields import Field, fields_of, fitted
from web.prefill import beginning
from web.visit import Visit

LATEST = 40
"""Entries of the ledger on the page; the rest by the link under them."""
_OPERATORS = frozenset({Role.OFFICE, Role.OFFICE_DIRECTOR, Role.DESK, Role.AUDITOR})
_SILENT = frozenset({ClockKey.RELAPSE_MATCH})
"""Clocks that nobody owes anything by."""


@dataclass(frozen=True)
class Draft:
    """A form that is being filled in: what was typed, and what was wrong with it."""

    command: str
    data: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    problem: Problem | None = None
    more: str = ""
    """The list that shall have more rows."""

    @property
    def faults(self) -> dict[str, list[Any]]:
        """By input. A list whose rows are at fault is not blamed as a whole besides: its bad rows do not count."""
        faults = self.problem.faults if self.problem else ()
        found: dict[str, list[Any]] = {}
        for fault in faults:
            if not any(other.field.startswith(f"{fault.field}.") for other in faults):
                found.setdefault(fault.field, []).append(fault)
        return found


@dataclass(frozen=True)
class Task:
    """A command the reader may give, with its form as it is to be shown."""

    command: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    data: Mapping[str, Any]
    key: str
    open: bool
    draft: Draft
    drawn: Markup | None
    """The inputs, where they are those that everybody sees."""
    awaited: bool = False
    """It answers what the reader's unit owes."""
    aside: bool = False
    """It only adds to the record; folded away with its like, unless it is awaited or filled in."""


@dataclass(frozen=True)
class Deadline:
    clock: Clock
    derivation: Markup
    left: Remaining | None
    silent: bool


async def show(visit: Visit) -> Response:
    return await page(visit, visit.request.path_params["number"])


async def page(visit: Visit, number: str, draft: Draft | None = None) -> Response:
    """The page of a hazard, with one form open when ``draft`` says so."""
    reading = visit.rooms.reading
    seen, stored = await reading.hazard_with_story(
        visit.principal, reading.number(number), _before(visit), LATEST
    )
    state = seen.opened.state
    derived = await reading.derived(state)
    foreseen = forecast(seen.rules, state, visit.now)
    tasks = _tasks(visit, seen, draft)
    deadlines = [_deadline(visit, one) for one in derived]
    waits = next((one for one in deadlines if one.left and not one.silent), None)
    return visit.page(
        "hazard",
        draft.problem.status if draft and draft.problem else 200,
        seen=seen,
        hazard=state,
        item=seen.item,
        deadlines=deadlines,
        waits=waits,
        waiting=_awaited(visit, deadlines, waits) if waits else "",
        foreseen=[_coming(visit, one) for one in foreseen],
        story=story.entries(visit, stored),
        earlier=stored[0].seq if stored and stored[0].seq > 1 else None,
        latest=not stored or stored[-1].seq == state.seq,
        tasks=tasks,
        refused=_refused(visit, seen.allowed),
        lists=_lists(tasks),
        draft=draft,
        done=_done(visit),
        strip=board.strip(visit, state) if state.subtasks else None,
        lane=board.LANE_WIDTH,
        owed=OWED,
        operator_link=_operator_link(visit, state),
    )


def _before(visit: Visit) -> int | None:
    text = visit.request.query_params.get("before", "")
    return int(text) if text.isdecimal() and len(text) < 10 and int(text) > 1 else None


def _deadline(visit: Visit, derived: Derived) -> Deadline:
    clock = derived.clock
    silent = clock.key in _SILENT
    left = visit.left(clock.due) if clock.running else None
    return Deadline(clock, drawn.derivation(visit.language, derived), left, silent)


def _awaited(visit: Visit, deadlines: Sequence[Deadline], first: Deadline) -> str:
    """Every unit that owes the same by the same time: the parts of a listed hazard are several."""
    due = first.clock.key, first.clock.due
    same = [one.clock for one in deadlines if one.left and (one.clock.key, one.clock.due) == due]
    return story.few(visit, [visit.unit(clock.bearer) for clock in same])


def _done(visit: Visit) -> tuple[str, str] | None:
    """What the reader has just done: kind and the command's name."""
    for kind in ("done", "taken"):
        command = COMMANDS.get(visit.request.query_params.get(kind, ""))
        if command is not None:
            return kind, visit.language.of(command)
    return None


def _operator_link(visit: Visit, state: Hazard) -> str | None:
    ui = pages(visit.request).temporal_ui
    return f"{ui}/workflows/{state.id}" if ui and visit.principal.actor.role in _OPERATORS else None


# -- what comes next ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coming:
    """Something that happens by itself."""

    at: str
    what: str
    told: str
    rung: Rung | None
    alarm: bool
    provisional: bool


def _coming(visit: Visit, one: Foreseen) -> Coming:
    seats = [story.seat(visit, to.unit, to.role) for to in one.notices]
    return Coming(
        at=visit.due(one.at),
        what=visit.language.of(one),
        told=story.few(visit, seats),
        rung=one.rung,
        alarm=one.rung is None or one.rung is not Rung.L0,
        provisional=one.provisional,
    )


# -- what one may do ---------------------------------------------------------------------------------


def _tasks(visit: Visit, seen: Seen, draft: Draft | None) -> list[Task]:
    """What answers a deadline of the reader's unit comes first, and open where he came to do it."""
    given = [one for one in seen.allowed if one.allowed]
    if draft and not any(one.command == draft.command for one in given):
        given += [one for one in seen.allowed if one.command == draft.command]
    awaited = awaited_of(seen.opened.state, visit.principal.actor.unit)
    rank = {command: n for n, command in enumerate(awaited)}
    given.sort(key=lambda one: rank.get(one.command, len(rank)))
    found = [_task(visit, seen, one, draft, one.command in rank) for one in given]
    asked = answers_to(visit.request.query_params.get("act", "")) if draft is None else ()
    first = next((n for n, one in enumerate(found) if one.command in asked), None)
    if first is not None:
        found[first] = replace(found[first], open=True)
    return found


def _task(visit: Visit, seen: Seen, permission: Permission, draft: Draft | None, awaited: bool) -> Task:
    command = permission.command
    mine = draft if draft and draft.command == command else None
    fields = form_fields(command, seen.opened.state)
    data = mine.data if mine and mine.key else beginning(command, seen, visit.principal)
    plain = mine is None and fields == fields_of(command)
    return Task(
        command=command,
        zh=permission.zh,
        en=permission.en,
        fields=fields,
        data=data,
        key=(mine.key if mine else "") or uuid4().hex,
        open=mine is not None,
        draft=mine or Draft(command),
        drawn=drawn.inputs(visit.language, command, data) if plain else None,
        awaited=awaited,
        aside=mine is None and not awaited and COMMANDS[command].__module__ == records.__name__,
    )


def form_fields(command: str, state: Hazard) -> tuple[Field, ...]:
    """The form of a command on a hazard, whose goals and milestones are known."""
    plan = state.plan
    owed = [one for one in state.obligations if one.open and one.received_at is None]
    known: dict[str, Sequence[tuple[str, str]]] = {}
    if plan:
        known["results"] = [(goal.id, f"{goal.id} {goal.text}") for goal in plan.goals]
        known["milestones_done"] = [
            (node.id, f"{node.id} {node.what}") for node in plan.milestones if node.done_at is None
        ]
    known["obligation"] = [(one.id, f"{one.id} {OWED[one.kind].zh}") for one in owed]
    return fitted(fields_of(command), known)


def _refused(visit: Visit, allowed: Sequence[Permission]) -> tuple[list[Markup], list[Markup]]:
    """What cannot be done now, and what is not his to do: each with its reason."""
    now: list[Markup] = []
    never: list[Markup] = []
    of = visit.language.of
    for one in allowed:
        if (why := one.refused) is None:
            continue
        if why.status == 403:
            never.append(drawn.reason(visit.language, of(one), of(why), why.requirement))
        else:
            grounds = f"{why.code} · {why.requirement}"
            now.append(drawn.reason(visit.language, of(one), of(why), grounds))
    return now, never


def _lists(tasks: Sequence[Task]) -> set[str]:
    """The lists of suggestions that the forms on the page refer to."""
    found: set[str] = set()

    def walk(fields: Sequence[Field]) -> None:
        for one in fields:
            found.add(one.list)
            walk(one.inner)
            for variant in one.variants:
                walk(variant.inner)

    for task in tasks:
        walk(task.fields)
    return found - {""}
