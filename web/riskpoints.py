"""风险点: the list with its four colours by street, one point with its record and its hazards, and the forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from markupsafe import Markup
from pydantic import ValidationError
from starlette.responses import Response

from api import riskpoints as api
from api.problems import problem_of
from domain.labels import Words
from domain.refusal import FieldError, Refusal, refuse
from domain.riskpoints import FORMS, Entry, PointKind, RiskPoint
from domain.values import Colour
from service.riskpoints import Seen
from storage.readmodel import Filters, Order
from web import choices, drawn
from web.acting import KEY, MORE, SAID_BESIDE
from web.drafts import Draft
from web.fields import Field, of_model, read
from web.listing import lines
from web.typed import one as first
from web.typed import typed_in
from web.visit import Visit, in_address, nothing

PATH = "/risk-points"
PAGE, SHOWN = 50, 100
LISTS = {"units", "streets", "items", "grids"}

COMMANDS: dict[str, Words] = {
    "register": Words("登记风险点", "register a risk point"),
    "grade": Words("评定或调整等级", "grade anew"),
    "amend": Words("变更登记内容", "amend the description"),
    "declare": Words("重大危险源辨识与申报", "declare the major hazard source"),
    "retire": Words("注销", "retire"),
}
_ENGLISH = {
    "accountable": "enterprise in charge",
    "assessed_on": "day of the assessment",
    "assessment": "risk assessment",
    "authority": "authority that takes the declaration",
    "conclusion": "conclusion",
    "contingency": "if it goes wrong",
    "declared_on": "declared on",
    "department": "responsible department",
    "document": "number of the document",
    "ground": "ground of the identification",
    "held_from": "first day of the event",
    "held_until": "last day of the event",
    "identified_on": "identified on",
    "level": "level (1 the worst, to 4)",
    "measures": "measures in force",
    "plan": "plan of control (required for red and orange)",
    "reason": "reason",
    "review_on": "next assessment",
    "supervision": "how the enterprise is urged and guided",
}
"""What these forms call their fields; their Chinese titles stand with them."""
_OWN = {"name": Words("名称", "name"), "kind": Words("种类", "kind")}


@cache
def fields_of(do: str) -> tuple[Field, ...]:
    return _labelled(of_model(FORMS[do], ""))


def _labelled(fields: Iterable[Field]) -> tuple[Field, ...]:
    return tuple(
        replace(
            one,
            label=_OWN.get(one.name) or Words(one.label.zh, _ENGLISH.get(one.name, one.label.en)),
            inner=_labelled(one.inner),
        )
        for one in fields
    )


# -- the list ----------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A point of the list, in words."""

    number: str
    name: str
    kind: str
    place: str
    retired: bool
    colour: Markup
    proposal: str
    """The colour its hazards speak for, where it is worse than its own."""
    department: str
    accountable: str
    review_due: bool
    review: str
    open: int
    relapsed: int


async def show(visit: Visit) -> Response:
    asked = {name: value for name, value in visit.request.query_params.items() if value}
    search = _search(asked)
    risks, organisation = visit.rooms.risks, visit.rules.book.organisation
    found, following = await risks.find(
        visit.principal, api.sought_of(search, organisation), search.cursor, PAGE, visit.today
    )
    streets = await risks.by_street(visit.principal)
    language, say = visit.language, visit.language.say
    department = organisation.id_of(asked.get("department", ""))
    kept = {name: value for name, value in asked.items() if name not in ("cursor", "limit", "lang")}
    return visit.page(
        "risk-points",
        asked=asked,
        lines=[_line(visit, seen) for seen in found],
        following=_address({**kept, "cursor": following}) if following else None,
        first=_address(kept) if search.cursor else None,
        sheet=_address(kept).removeprefix(PATH),
        colours=list(Colour),
        picks={
            "colour": drawn.pick(language, "colour", say("风险等级"), _COLOURS, asked.get("colour", "")),
            "kind": drawn.pick(language, "kind", say("种类"), _KINDS, asked.get("kind", "")),
            "department": drawn.pick(language, "department", say("责任部门"), choices.HANDLING, department),
        },
        streets=[(street, streets[street]) for street in _in_order(visit, streets)],
        registers=await risks.may_register(visit.principal),
    )


_COLOURS, _KINDS = choices.all_of(Colour), choices.all_of(PointKind)


def _line(visit: Visit, seen: Seen) -> Line:
    point, of = seen.point, visit.language.of
    return Line(
        number=point.number,
        name=point.described.name,
        kind=of(point.described.kind),
        place=point.described.place,
        retired=not point.open,
        colour=drawn.badge(visit.language, "colour", point.colour),
        proposal=of(seen.proposal) if seen.proposal else "",
        department=visit.unit(point.described.department),
        accountable=point.described.accountable,
        review_due=seen.review_due,
        review=visit.day(point.assessment.review_on),
        open=seen.linked.open,
        relapsed=seen.linked.relapsed,
    )


def _search(asked: Mapping[str, str]) -> api.Search:
    try:
        return api.Search.model_validate(asked)
    except ValidationError as error:
        raise in_address(error) from None


def _address(asked: Mapping[str, str | None]) -> str:
    return f"{PATH}?{urlencode({name: value for name, value in asked.items() if value})}"


def _in_order(visit: Visit, streets: Mapping[Any, Any]) -> list[Any]:
    named = [unit.id for unit in visit.rules.book.organisation.territories if unit.id in streets]
    return [*named, *([None] if None in streets else [])]


async def as_csv(visit: Visit) -> Response:
    return await api.as_csv(visit.request, visit.principal, _sheet(visit))


async def as_xlsx(visit: Visit) -> Response:
    return await api.as_xlsx(visit.request, visit.principal, _sheet(visit))


def _sheet(visit: Visit) -> api.Sheet:
    asked = {name: value for name, value in visit.request.query_params.items() if value}
    try:
        return api.Sheet.model_validate({**asked, "lang": visit.language.code})
    except ValidationError as error:
        raise in_address(error) from None


# -- one ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A command the reader may give, with its form as it is to be shown."""

    do: str
    words: Words
    fields: tuple[Field, ...]
    data: Mapping[str, Any]
    draft: Draft
    open: bool


async def one(visit: Visit) -> Response:
    return await _page(visit, visit.request.path_params["number"])


async def _page(visit: Visit, number: str, draft: Draft | None = None) -> Response:
    seen, history = await visit.rooms.risks.one(visit.principal, number, visit.today)
    filters = Filters(risk_point=number)
    hazards = await visit.rooms.reading.briefs(visit.principal, filters, None, SHOWN, Order.UPDATED)
    return visit.page(
        "risk-point",
        draft.problem.status if draft and draft.problem else 200,
        seen=seen,
        point=seen.point,
        history=_latest_first(history),
        lines=lines(visit, hazards.rows),
        tasks=_tasks(visit, seen, draft),
        lists=LISTS,
        done=COMMANDS.get(visit.request.query_params.get("done", "")),
    )


def _latest_first(history: list[Entry]) -> list[Entry]:
    return list(reversed(history))


def _tasks(visit: Visit, seen: Seen, draft: Draft | None) -> list[Task]:
    if not seen.may_keep:
        return []
    given = ["grade", "amend", *(["declare"] if _is_source(seen.point) else []), "retire"]
    tasks = []
    for do in given:
        mine = (
            draft
            if draft and draft.command == do
            else Draft(do, _beginning(visit, do, seen.point), uuid4().hex)
        )
        tasks.append(Task(do, COMMANDS[do], fields_of(do), mine.data, mine, mine is draft))
    return tasks


def _is_source(point: RiskPoint) -> bool:
    return point.described.kind is PointKind.MAJOR_SOURCE


def _beginning(visit: Visit, do: str, point: RiskPoint) -> dict[str, Any]:
    """A change begins with what stands, a new assessment with the measures in force."""
    if do == "grade":
        return {"measures": point.assessment.measures}
    if do != "amend":
        return {}
    said = point.described.model_dump(mode="json", exclude_none=True)
    organisation = visit.rules.book.organisation
    for name in ("department", "subdistrict"):
        if name in said:
            said[name] = organisation.name(said[name])
    return said


# -- acting ------------------------------------------------------------------------------------------


async def new(visit: Visit) -> Response:
    return await _new_page(visit, Draft("register", {}, uuid4().hex))


async def _new_page(visit: Visit, draft: Draft) -> Response:
    if not await visit.rooms.risks.may_register(visit.principal):
        raise refuse(
            403,
            "risk-point.not-yours",
            "RSK-03",
            visit.rules.book.said("风险点由责任部门和清零办登记"),
            "risk points are registered by the responsible department and the office",
        )
    return visit.page(
        "risk-point-new",
        draft.problem.status if draft.problem else 200,
        draft=draft,
        fields=fields_of("register"),
        lists=LISTS,
    )


async def register(visit: Visit) -> Response:
    """Register a risk point, and go on to its page."""
    typed = await typed_in(visit.request)
    draft = _typed("register", typed)
    if draft.more:
        return await _new_page(visit, draft)
    try:
        number = await visit.rooms.risks.give(visit.principal, None, _form(draft), draft.key)
    except SAID_BESIDE as error:
        return await _new_page(visit, replace(draft, problem=problem_of(error)))
    return visit.go(f"{PATH}/{number}", done="register")


async def give(visit: Visit) -> Response:
    """Carry out a command about a point; on refusal the page comes back with what was typed."""
    number, do = visit.request.path_params["number"], visit.request.path_params["do"]
    if do not in FORMS or do == "register":
        raise nothing()
    draft = _typed(do, await typed_in(visit.request))
    if draft.more:
        return await _page(visit, number, draft)
    try:
        await visit.rooms.risks.give(visit.principal, number, _form(draft), draft.key)
    except SAID_BESIDE as error:
        return await _page(visit, number, replace(draft, problem=problem_of(error)))
    return visit.go(f"{PATH}/{number}", done=do)


def _typed(do: str, typed: dict[str, list[str]]) -> Draft:
    data = read(fields_of(do), typed)
    return Draft(do, data, first(typed, KEY) or uuid4().hex, more=first(typed, MORE))


def _form(draft: Draft) -> Any:
    try:
        return FORMS[draft.command].model_validate(draft.data)
    except ValidationError as error:
        raise _malformed(error) from None


_TAGS = frozenset({"LEC", "MANUAL"})


def _malformed(error: ValidationError) -> Refusal:
    faults = tuple(
        FieldError(field=".".join(str(part) for part in one["loc"] if part not in _TAGS), message=one["msg"])
        for one in error.errors(include_url=False)
    )
    return refuse(
        422,
        "risk-point.form",
        "RSK-01",
        "表单有误，请改正所标各项",
        "the form is incomplete or malformed; see what is marked",
        faults,
    )
