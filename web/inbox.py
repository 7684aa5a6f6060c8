"""待办: what waits for the reader's unit, by due time, and the notices to his seat with their receipts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

from api.problems import Problem
from domain.policy import RungRow
from domain.remaining import Remaining
from storage.inbox import Entry, Wanted
from storage.readmodel import Due
from web.visit import Visit

_DEADLINES = 60
_NOTICES = 30


@dataclass(frozen=True, slots=True)
class Owed:
    """Something the unit owes, and how long there is, in words."""

    due: Due
    left: Remaining
    what: str
    by: str
    remains: str
    state: str


@dataclass(frozen=True)
class Note:
    """A notice in words."""

    entry: Entry
    document: str
    mine: bool
    about: str = ""
    """The recurring duty and its period, of a notice that is about no hazard."""


async def show(visit: Visit) -> Response:
    actor = visit.principal.actor
    owed = await visit.rooms.reading.owed(visit.principal, actor.unit, _DEADLINES)
    notices, following = await visit.rooms.notices.find(
        visit.principal, Wanted(to=_to(visit)), _before(visit), _NOTICES
    )
    return visit.page(
        "inbox",
        owed=[_owed(visit, one) for one in owed],
        full=len(owed) == _DEADLINES,
        notes=[_note(visit, one) for one in notices],
        following=following,
        to=_to(visit),
    )


def _owed(visit: Visit, due: Due) -> Owed:
    of, deadline = visit.language.of, due.deadline
    left = visit.left(deadline.due)
    return Owed(due, left, of(deadline.clock), visit.due(deadline.due), of(left), of(due.state))


def _to(visit: Visit) -> Literal["me", "unit"]:
    return "unit" if visit.request.query_params.get("to") == "unit" else "me"


def _before(visit: Visit) -> int | None:
    text = visit.request.query_params.get("before", "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _note(visit: Visit, entry: Entry) -> Note:
    actor, notice = visit.principal.actor, entry.notice
    mine = (notice.unit, notice.role) == (actor.unit, actor.role.value)
    return Note(entry, document(visit, notice.document), mine, _window(visit, entry.about))


def _window(visit: Visit, about: str | None) -> str:
    key, _, label = (about or "").partition("/")
    cadence = visit.rules.book.cadence
    duty = cadence.duty(key) if cadence and about else None
    return f"{visit.language.either(duty.name, duty.en)} {label}" if duty else (about or "")


def document(visit: Visit, name: str) -> str:
    """A document's name; the ladder knows the English of its own."""
    if visit.language.chinese:
        return name
    rows: tuple[RungRow, ...] = visit.rules.book.policy.ladder
    return next((row.document_en for row in rows if row.document == name), name)


async def acknowledge(visit: Visit) -> Response:
    """Give the receipt for a notice, and stay in the inbox."""
    text = visit.request.path_params["notice"]
    if not text.isdecimal() or len(text) > 15:
        raise Problem(404, "no-such-path", "没有这个地址", "there is nothing at this address")
    await visit.rooms.notices.acknowledge(visit.principal, int(text))
    return visit.go(f"/inbox#notice-{int(text)}")
