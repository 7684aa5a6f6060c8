"""排查计划: the windows of recurring duties, who has done what for each, and the form for one's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from pydantic import ValidationError
from starlette.responses import Response

from api import programme as api
from api.problems import Problem, problem_of
from domain.cadence import Files, Filing
from domain.labels import Words, of_field
from domain.programme import Command, Decide, File, Standing
from domain.refusal import FieldError, Refusal, refuse
from domain.remaining import Remaining
from domain.values import UnitId
from service.programme import Seen, Stand
from web.acting import KEY, SAID_BESIDE
from web.typed import one as first
from web.typed import typed_in
from web.visit import Visit

PAGE = 40
PATH = "/programme"
_ASKED = {
    Files.RECORD: ("inspected_on", "covered", "participants", "found", "hazards", "text"),
    Files.PLAN: ("industries", "fields", "groups", "text"),
    Files.DOCUMENT: ("document", "text"),
}
"""Fields of the form, by what is filed."""
_MANY = ("participants", "hazards", "industries", "fields")
"""Fields that take several values, one a line."""


@dataclass(frozen=True)
class Line:
    """A window in the list: how long there is, and the reader's own part of it."""

    seen: Seen
    left: Remaining
    own: Stand | None

    @property
    def late(self) -> bool:
        return self.seen.late > 0

    @property
    def done(self) -> int:
        return len(self.seen.stands) - self.seen.owing


@dataclass(frozen=True)
class Draft:
    """What was typed into a form, and why it was not taken."""

    data: dict[str, list[str]]
    key: str
    problem: Problem | None = None


async def show(visit: Visit) -> Response:
    asked = visit.request.query_params
    everything = asked.get("show") == "all"
    found, following = await visit.rooms.programme.windows(
        visit.principal,
        owing=not everything,
        cursor=asked.get("cursor"),
        limit=PAGE,
        now=visit.now,
    )
    return visit.page(
        "programme",
        lines=_ordered([_line(visit, one) for one in found], everything),
        everything=everything,
        following=following,
        first="cursor" in asked,
        sheet="?show=all" if everything else "",
    )


async def as_csv(visit: Visit) -> Response:
    return await api.as_csv(visit.request, visit.principal, _sheet(visit))


async def as_xlsx(visit: Visit) -> Response:
    return await api.as_xlsx(visit.request, visit.principal, _sheet(visit))


def _sheet(visit: Visit) -> api.Sheet:
    everything = visit.request.query_params.get("show") == "all"
    return api.Sheet(owing=not everything, lang="en" if visit.language.code == "en" else "zh")


def _ordered(found: list[Line], everything: bool) -> list[Line]:
    """What is still owed by what is due first; all there has been as it is paged, the latest first."""
    return found if everything else sorted(found, key=lambda line: line.seen.standing.window.due)


def _line(visit: Visit, seen: Seen) -> Line:
    unit = visit.principal.actor.unit
    own = next((stand for stand in seen.stands if stand.part.unit == unit), None)
    return Line(seen, visit.left(seen.standing.window.due), own)


async def window(visit: Visit) -> Response:
    return await _page(visit, Draft({}, uuid4().hex))


async def _page(visit: Visit, draft: Draft) -> Response:
    duty, label = _which(visit)
    whole = await visit.rooms.programme.window(visit.principal, duty, label, visit.now)
    line = _line(visit, whole.seen)
    opening = whole.seen.standing.opening
    return visit.page(
        "window",
        draft.problem.status if draft.problem else 200,
        line=line,
        opening=opening,
        whole=whole,
        draft=draft,
        fields=[(name, label_of(name)) for name in asked_of(opening.files, opening.lists_major)],
        many=_MANY,
        cover=line.own.part.scope if line.own and line.own.part.scope else _scope(visit, whole.seen.standing),
        deciding=[stand for stand in whole.seen.stands if stand.may_decide],
    )


def asked_of(files: Files, lists_major: bool) -> tuple[str, ...]:
    return ("document", "hazards", "text") if lists_major else _ASKED[files]


def label_of(name: str) -> Words:
    found = of_field(name)
    return found or Words(str(Filing.model_fields[name].title), name)


def _scope(visit: Visit, standing: Standing) -> tuple[str, ...]:
    cadence = visit.rules.book.cadence
    return cadence.scope if cadence and standing.opening.files is Files.RECORD else ()


def _which(visit: Visit) -> tuple[str, str]:
    params = visit.request.path_params
    return params["duty"], params["label"]


# -- acting ------------------------------------------------------------------------------------------


async def file(visit: Visit) -> Response:
    """File for the reader's own unit; on refusal the page comes back with what was typed."""
    typed = await typed_in(visit.request)
    duty, label = _which(visit)
    return await _give(visit, typed, lambda: File(duty=duty, label=label, filing=_filing(typed)))


async def decide(visit: Visit) -> Response:
    """Approve or return what a unit filed."""
    typed = await typed_in(visit.request)
    duty, label = _which(visit)
    return await _give(
        visit,
        typed,
        lambda: Decide(
            duty=duty,
            label=label,
            unit=UnitId(first(typed, "unit")),
            approve=first(typed, "approve") == "true",
            document=first(typed, "document"),
            reason=first(typed, "reason"),
        ),
    )


async def _give(visit: Visit, typed: dict[str, list[str]], command: Any) -> Response:
    draft = Draft(typed, first(typed, KEY) or uuid4().hex)
    duty, label = _which(visit)
    try:
        try:
            order: Command = command()
        except ValidationError as error:
            raise _malformed(error) from None
        await visit.rooms.programme.give(visit.principal, order, draft.key)
    except SAID_BESIDE as error:
        return await _page(visit, replace(draft, problem=problem_of(error)))
    return visit.go(f"{PATH}/{duty}/{label}", done="1")


def _filing(typed: dict[str, list[str]]) -> Filing:
    data: dict[str, Any] = {}
    for name in Filing.model_fields:
        given = [text.strip() for text in typed.get(name, ()) if text.strip()]
        if name in _MANY:
            data[name] = [line.strip() for text in given for line in text.splitlines() if line.strip()]
        elif name == "covered":
            data[name] = given
        elif given:
            data[name] = given[0]
    return Filing.model_validate(data)


def _malformed(error: ValidationError) -> Refusal:
    faults = tuple(
        FieldError(
            field=".".join(("filing", *(str(part) for part in one["loc"]))),
            message=f"{label_of(str(one['loc'][0])).zh}：{one['msg']}" if one["loc"] else one["msg"],
        )
        for one in error.errors()
    )
    return refuse(
        422, "F18.malformed", "CAD-02", "填报内容有误，请改正", "the form is not right; see errors", faults
    )
