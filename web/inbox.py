"""待办: what waits for the reader's unit, by due time, and the notices to his seat with their receipts.

Three things wait: deadlines of hazards, what seats owe besides (督办事项), and windows of the programme.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from channels.texts import document_en
from domain.answers import ANSWERS, may_answer
from domain.obligations import OWED
from domain.values import OWED_BY_NOBODY, State, clock_id
from service.programme import Seen
from storage.inbox import Entry, Wanted
from storage.obligations import By, Line, Sought
from storage.readmodel import Due
from web import drawn
from web.visit import Visit, nothing

_DEADLINES = 60
_OBLIGATIONS = 20
_WINDOWS = 40
_NOTICES = 30
_NEVER = datetime.max.replace(tzinfo=UTC)


class Owed(NamedTuple):
    """Something the unit owes, and how long there is, in words. Of a hazard, or of the programme."""

    due: datetime
    what: str
    who: str
    """The seat it is asked of, where it is one seat's."""
    address: str
    title: str
    number: str
    place: str
    act: str
    """Where the form is, when a seat like the reader's fills it in."""
    provisional: bool
    late: bool
    by: str
    remains: Markup | None
    standing: Markup | None


class Note(NamedTuple):
    """A notice in words."""

    entry: Entry
    document: str
    mine: bool
    about: str
    """The recurring duty and its period, of a notice that is about no hazard."""
    rung: Markup | None
    at: str
    clock: str
    due: str


async def show(visit: Visit) -> Response:
    actor = visit.principal.actor
    due = await visit.rooms.reading.owed(visit.principal, actor.unit, _DEADLINES)
    asked = await visit.rooms.reading.obligations(
        visit.principal, Sought(standing="open", unit=actor.unit), None, _OBLIGATIONS, By.DUE
    )
    windows, _ = await visit.rooms.programme.windows(
        visit.principal, owing=True, limit=_WINDOWS, now=visit.now
    )
    notices, following = await visit.rooms.notices.find(
        visit.principal, Wanted(to=_to(visit)), before(visit), _NOTICES, delivered=False
    )
    return visit.page(
        "inbox",
        owed=_waiting(visit, due, asked.rows, windows),
        full=len(due) == _DEADLINES,
        more=asked.next is not None,
        notes=[note(visit, one) for one in notices],
        following=following,
        to=_to(visit),
    )


def _waiting(visit: Visit, due: Iterable[Due], asked: Iterable[Line], windows: Iterable[Seen]) -> list[Owed]:
    """All of it in one list, by due time. What a seat owes says more than the clock that times it."""
    asked = list(asked)
    timed = {(line.hazard, line.owed.clock) for line in asked if line.owed.clock}
    found = [
        _deadline(visit, one)
        for one in due
        if one.deadline.clock not in OWED_BY_NOBODY
        and (one.hazard_id, clock_id(one.deadline.clock, one.deadline.subtask)) not in timed
    ]
    found += [_obligation(visit, one) for one in asked]
    found += [owed for one in windows if (owed := _window_owed(visit, one))]
    return sorted(found, key=lambda one: (one.due, one.number))


def _deadline(visit: Visit, one: Due) -> Owed:
    deadline, number = one.deadline, one.hazard_id
    mine = may_answer(ANSWERS[deadline.clock], one.state, visit.principal.actor.role)
    return _said(
        visit, deadline.due, visit.language.of(deadline.clock), f"/hazards/{number}",
        title=one.title or one.place, number=number, place=one.place, state=one.state, mine=mine,
        answers=deadline.clock.value, provisional=deadline.provisional,
    )  # fmt: skip


def _obligation(visit: Visit, line: Line) -> Owed:
    owed = line.owed
    mine = owed.role == visit.principal.actor.role.value or may_answer(
        OWED[owed.kind].answers, line.state, visit.principal.actor.role
    )
    return _said(
        visit, owed.due, visit.language.of(OWED[owed.kind]), f"/hazards/{line.hazard}",
        who=visit.role(owed.role), title=line.title or line.place, number=line.hazard, place=line.place,
        state=line.state, mine=mine, answers=owed.kind,
    )  # fmt: skip


def _window_owed(visit: Visit, seen: Seen) -> Owed | None:
    """The unit's own part of a window, while it is owed."""
    unit, opening = visit.principal.actor.unit, seen.standing.opening
    own = next((stand for stand in seen.stands if stand.part.unit == unit), None)
    if own is None or own.progress.settled:
        return None
    window = opening.window
    return _said(
        visit, window.due, visit.language.say("填报{what}", what=visit.language.of(opening.files)), f"/programme/{window.duty}/{window.label}",
        title=f"{visit.language.either(opening.name, opening.en)} {window.label}", mine=own.may_file,
        provisional=window.provisional,
    )  # fmt: skip


def _said(
    visit: Visit, due: datetime | None, what: str, address: str, *, title: str, mine: bool, answers: str = "",
    who: str = "", number: str = "", place: str = "", state: State | None = None, provisional: bool = False,
) -> Owed:  # fmt: skip
    term = visit.term(due) if due else None
    act = (f"{address}?act={answers}#h-acts" if answers else address) if mine else ""
    return Owed(
        due=due or _NEVER, what=what, who=who, address=address, title=title, number=number, place=place,
        act=act, provisional=provisional, late=term.late if term else False, by=term.due if term else "",
        remains=term.remains if term else None,
        standing=drawn.badge(visit.language, "state", state) if state else None,
    )  # fmt: skip


def _to(visit: Visit) -> Literal["me", "unit"]:
    return "unit" if visit.request.query_params.get("to") == "unit" else "me"


def before(visit: Visit) -> int | None:
    """The notice that a later page begins after."""
    text = visit.request.query_params.get("before", "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def note(visit: Visit, entry: Entry) -> Note:
    """A notice in words."""
    actor, notice, language = visit.principal.actor, entry.notice, visit.language
    return Note(
        entry,
        document(visit, notice.document),
        mine=(notice.unit, notice.role) == (actor.unit, actor.role.value),
        about=window(visit, entry.about),
        rung=drawn.badge(language, "rung", notice.rung) if notice.rung else None,
        at=visit.moment(entry.created_at),
        clock=language.of(notice.clock) if notice.clock else "",
        due=language.say("{time} 前", time=visit.term(notice.due).due) if notice.due else "",
    )


def window(visit: Visit, about: str | None) -> str:
    key, _, label = (about or "").partition("/")
    cadence = visit.rules.book.cadence
    duty = cadence.duty(key) if cadence and about else None
    return f"{visit.language.either(duty.name, duty.en)} {label}" if duty else (about or "")


def document(visit: Visit, name: str) -> str:
    """A document's name in the reader's language, as the messages have it."""
    book = visit.rules.book
    return book.said(name) if visit.language.chinese else document_en(name, book)


async def acknowledge(visit: Visit) -> Response:
    """Give the receipt for a notice, and stay in the inbox."""
    text = visit.request.path_params["notice"]
    if not text.isdecimal() or len(text) > 15:
        raise nothing()
    await visit.rooms.notices.acknowledge(visit.principal, int(text))
    return visit.go(f"/inbox#notice-{int(text)}")
