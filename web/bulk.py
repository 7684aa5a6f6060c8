"""批量催办: one notice by hand to the owners of many hazards, each an act of its own with its own answer."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from starlette.responses import Response

from api import forms
from api.problems import Problem, problem_of
from domain.refusal import Refusal
from service.door import NotFound, NotRecorded, Pending
from storage.errors import StorageUnavailable
from web.acting import KEY
from web.typed import one, typed_in
from web.visit import Visit

COMMAND = "issue_notice"
MOST = 50
"""Hazards of one page of the list."""


@dataclass(frozen=True)
class Answer:
    """What became of one notice; without a problem it was sent."""

    hazard: str
    problem: Problem | None


async def urge(visit: Visit) -> Response:
    """Send the notice for each hazard chosen. Pressed twice it is sent once: each has a key of its own."""
    typed = await typed_in(visit.request)
    chosen = list(dict.fromkeys(typed.get("hazard", ())))
    if not chosen or len(chosen) > MOST:
        raise Problem(
            422,
            "urge.choose",
            f"请在清单中勾选1至{MOST}件隐患",
            f"choose 1 to {MOST} hazards in the list",
            "SUP-01",
        )
    order = forms.parsed(COMMAND, {"rung": "L1", "matter": one(typed, "matter")})
    key = (one(typed, KEY) or uuid4().hex)[:64]
    answers = []
    for text in chosen:
        try:
            hazard = visit.rooms.reading.number(text)
            await visit.rooms.door.give(visit.principal, hazard, order, f"{key}-{hazard}")
            answers.append(Answer(text, None))
        except Pending:
            answers.append(Answer(text, None))
        except (Refusal, NotFound, NotRecorded, StorageUnavailable) as error:
            answers.append(Answer(text, problem_of(error)))
    return visit.page("urged", answers=answers, sent=sum(one.problem is None for one in answers))
