"""What one may do about a hazard: the forms of the commands that may be given, and why the others may not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from secrets import token_hex
from typing import NamedTuple

from markupsafe import Markup

from domain.answers import answers_to, awaited_of
from domain.commands import COMMANDS, records
from domain.hazard import Permission
from domain.obligations import OWED
from domain.state import Hazard
from service.reading import Seen
from web import drawn
from web.drafts import Draft, Form
from web.fields import Field, Known, fields_of, fitted, known_to, lists_of
from web.prefill import beginning
from web.visit import Visit

_RECORDS = frozenset(name for name, form in COMMANDS.items() if form.__module__ == records.__name__)
"""Commands that only add to the record."""


class Task(NamedTuple):
    """A command the reader may give, with its form."""

    command: str
    form: Markup
    aside: bool
    """It only adds to the record; folded away with its like, unless it is awaited or filled in."""


def given(visit: Visit, seen: Seen, draft: Draft | None) -> list[Task]:
    """What answers a deadline of the reader's unit comes first, and open where he came to do it."""
    state = seen.opened.state
    may = [one for one in seen.allowed if one.allowed]
    if draft and not any(one.command == draft.command for one in may):
        may += [one for one in seen.allowed if one.command == draft.command]
    awaited = awaited_of(state, visit.principal.actor.unit)
    rank = {command: n for n, command in enumerate(awaited)}
    may.sort(key=lambda one: rank.get(one.command, len(rank)))
    known = known_of(state)
    wanted = draft.command if draft else _wanted(visit, may)
    found = []
    for one in may:
        command = one.command
        data = beginning(command, seen, visit.principal)
        form = Form(
            command,
            one.zh,
            one.en,
            begun=json.dumps(data, ensure_ascii=False) if data else "",
            known=known_to(command, known),
            awaited=command in rank,
            open=command == wanted,
        )
        found.append(_task(visit, form, state, draft if draft and command == draft.command else None))
    return found


def _wanted(visit: Visit, may: Sequence[Permission]) -> str | None:
    """The command by which one answers what he came for."""
    asked = answers_to(visit.request.query_params.get("act", ""))
    return next((one.command for one in may if one.command in asked), None)


def _task(visit: Visit, form: Form, state: Hazard, draft: Draft | None) -> Task:
    if draft is None:
        aside = not form.awaited and form.command in _RECORDS
        shown = drawn.form(visit.language, form, state.id, state.seq, token_hex(16))
        return Task(form.command, shown, aside)
    shown = drawn.draft(visit.language, form, draft, state.id, state.seq, draft.key or token_hex(16))
    return Task(form.command, shown, aside=False)


def refused(visit: Visit, allowed: Sequence[Permission]) -> Markup:
    """What cannot be done now, and what is not his to do: each with its reason."""
    reasons = [(one, one.refused) for one in allowed if one.refused is not None]
    about = [(one.zh, one.en, why.status, why.code, why.requirement, why.zh, why.en) for one, why in reasons]

    def words() -> tuple[drawn.Reasons, drawn.Reasons]:
        of = visit.language.of
        now = [
            (of(one), of(why), f"{why.code} · {why.requirement}") for one, why in reasons if why.status != 403
        ]
        never = [(of(one), of(why), why.requirement) for one, why in reasons if why.status == 403]
        return now, never

    return drawn.refusals(visit.language, tuple(about), words)


def suggestions(visit: Visit, given: Sequence[Task]) -> Markup:
    """The lists that the forms on the page refer to."""
    return drawn.suggestions(visit.language, frozenset().union(*(lists_of(one.command) for one in given)))


def form_fields(command: str, state: Hazard) -> tuple[Field, ...]:
    """The form of a command on a hazard, whose goals and milestones are known."""
    return fitted(fields_of(command), known_of(state))


def known_of(state: Hazard) -> Known:
    """What a hazard knows that forms ask for: its goals, its open milestones, and what is still to be received."""
    goals, milestones = (state.plan.goals, state.plan.milestones) if state.plan else ((), ())
    owed = (one for one in state.obligations if one.open and one.received_at is None)
    found = (
        ("results", tuple((goal.id, f"{goal.id} {goal.text}") for goal in goals)),
        ("milestones_done", tuple((one.id, f"{one.id} {one.what}") for one in milestones if not one.done_at)),
        ("obligation", tuple((one.id, f"{one.id} {OWED[one.kind].zh}") for one in owed)),
    )
    return tuple((name, rows) for name, rows in found if rows)
