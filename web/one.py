"""One hazard: where it stands, what it waits for, what comes next, how it came here, and what one may do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from domain.commands import COMMANDS
from domain.forecast import Foreseen, forecast
from domain.obligations import OWED
from domain.organisation import Role
from domain.remaining import Remaining
from domain.state import Clock, Hazard, Obligation
from domain.values import OWED_BY_NOBODY, Rung
from service.reading import Derived
from web import board, drawn, story, tasks
from web.context import pages
from web.drafts import Draft
from web.visit import Visit

LATEST = 40
"""Entries of the ledger on the page; the rest by the link under them."""
_OPERATORS = frozenset({Role.OFFICE, Role.OFFICE_DIRECTOR, Role.DESK, Role.AUDITOR})


class Deadline(NamedTuple):
    """A clock, and how its deadline stands on the page."""

    clock: Clock
    left: Remaining | None
    silent: bool
    drawn: Markup


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
    given = tasks.given(visit, seen, draft)
    deadlines = [_deadline(visit, one) for one in derived]
    return visit.page(
        "hazard",
        draft.problem.status if draft and draft.problem else 200,
        seen=seen,
        hazard=state,
        item=seen.item,
        badges=_badges(visit, state),
        deadlines=[one.drawn for one in deadlines],
        waits=_waits(visit, deadlines),
        foreseen=_coming(visit, foreseen),
        story=story.entries(visit, stored),
        earlier=stored[0].seq if stored and stored[0].seq > 1 else None,
        latest=not stored or stored[-1].seq == state.seq,
        forms=[one.form for one in given if not one.aside],
        asides=[one.form for one in given if one.aside],
        refused=tasks.refused(visit, seen.allowed),
        suggestions=tasks.suggestions(visit, given),
        done=_done(visit),
        strip=board.strip(visit, state) if state.subtasks else None,
        lane=board.LANE_WIDTH,
        milestones=board.marks(visit, state),
        obligations=[_owed(visit, one) for one in state.obligations],
        operator_link=_operator_link(visit, state),
    )


def _before(visit: Visit) -> int | None:
    text = visit.request.query_params.get("before", "")
    return int(text) if text.isdecimal() and len(text) < 10 and int(text) > 1 else None


def _badges(visit: Visit, state: Hazard) -> list[Markup]:
    """The state, the rung, and the colour of the risk where there is one."""
    language = visit.language
    return [
        drawn.badge(language, "state", state.state),
        drawn.badge(language, "rung", state.level),
        drawn.badge(language, "colour", state.grade.colour) if state.grade else Markup(),
    ]


# -- deadlines ---------------------------------------------------------------------------------------


class Due(NamedTuple):
    """A deadline in words."""

    what: str
    part: str
    """Whose part of the hazard it times, where that is not who owes it."""
    by: str
    bearer: str
    left: Markup | None
    silent: bool
    provisional: bool


def _deadline(visit: Visit, derived: Derived) -> Deadline:
    clock = derived.clock
    silent = clock.key in OWED_BY_NOBODY
    left = visit.left(clock.due) if clock.running else None

    def words() -> Due:
        return Due(
            what=visit.language.of(clock.key),
            part=visit.unit(clock.subtask) if clock.subtask != clock.bearer else "",
            by=visit.due(clock.due),
            bearer=visit.unit(clock.bearer),
            left=drawn.left(visit.language, left, False) if left else None,
            silent=silent,
            provisional=clock.provisional,
        )

    return Deadline(clock, left, silent, drawn.deadline(visit.language, visit.today, derived, left, words))


class Waits(NamedTuple):
    """What the hazard waits for, in words."""

    units: str
    what: str
    by: str
    left: Markup
    late: bool
    provisional: bool


def _waits(visit: Visit, deadlines: Sequence[Deadline]) -> Waits | None:
    """For the first deadline, of every unit that owes the same by then: the parts of a listed hazard are several."""
    running = [one for one in deadlines if one.left and not one.silent]
    if not running:
        return None
    clock, left = running[0].clock, running[0].left
    assert left is not None
    owed = clock.key, clock.due
    same = [one.clock for one in deadlines if one.left and (one.clock.key, one.clock.due) == owed]
    return Waits(
        units=story.few(visit, [visit.unit(one.bearer) for one in same]),
        what=visit.language.of(clock.key),
        by=visit.due(clock.due),
        left=drawn.left(visit.language, left, False),
        late=left.late,
        provisional=clock.provisional,
    )


# -- what is owed besides ----------------------------------------------------------------------------


class Owed(NamedTuple):
    """What a seat owes besides the deadlines, in words."""

    state: str
    sign: str
    what: str
    who: str
    by: str
    so: str
    received: str


def _owed(visit: Visit, one: Obligation) -> Owed:
    say = visit.language.say
    late = one.open and one.due is not None and one.due < visit.now
    about = f"{say('：')}{visit.unit(one.about)}" if one.about and one.about != one.unit else ""
    return Owed(
        state="late" if late else "" if one.open else "done",
        sign="▲" if late else "○" if one.open else "✓",
        what=visit.language.of(OWED[one.kind]) + about,
        who=f"{visit.unit(one.unit)} · {visit.role(one.role)}",
        by=say("{time} 前", time=visit.due(one.due)) if one.due else "",
        so=_so(visit, one, late),
        received=say("{time} 已签收", time=visit.moment(one.received_at)) if one.received_at else "",
    )


def _so(visit: Visit, one: Obligation, late: bool) -> str:
    say = visit.language.say
    if one.result == "declined":
        return say("已决定不予")
    if one.result == "lapsed":
        return say("已失效")
    if one.met_at:
        return f"{say('已完成')} {visit.moment(one.met_at)}"
    return say("已过期") if late else say("未完成")


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


class Coming(NamedTuple):
    """Something that happens by itself, in words."""

    at: str
    what: str
    told: str
    alarm: bool
    provisional: bool


def _coming(visit: Visit, foreseen: Sequence[Foreseen]) -> list[Coming]:
    due = cache(visit.due)  # the parts of a listed hazard fall due together
    return [
        Coming(
            at=due(one.at),
            what=visit.language.of(one),
            told=story.told(visit, one.notices),
            alarm=one.rung is not Rung.L0,
            provisional=one.provisional,
        )
        for one in foreseen
    ]
