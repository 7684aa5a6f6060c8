"""Routes of risk points (风险点): the list and its sheets, one with its history, registering, grading, retiring."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import as_json, linked
from api.context import rooms
from api.hazards import Caller, Key, unit_of
from api.problems import documented
from api.sheets import add_sheet, csv_of, xlsx_of
from api.views import Named, UnitView, View, Words, words
from documents import riskpoints as sheet
from domain.library import Rulebook
from domain.organisation import Organisation
from domain.riskpoints import (
    Amend,
    Assessment,
    Declare,
    Description,
    Entry,
    PointKind,
    Registration,
    Regrade,
    Retire,
    RiskPoint,
)
from domain.values import Colour, local
from service.riskpoints import Seen
from storage.readmodel import LONGEST_PAGE
from storage.riskpoints import Sought
from storage.scope import Principal

POINTS = "/v1/risk-points"
TAGS: list[str | Enum] = ["风险点 risk points"]


class Search(BaseModel):
    """Filters of the list. An unknown one is an error: a misspelt filter must not show everything."""

    model_config = ConfigDict(extra="forbid")

    colour: Annotated[Colour | None, Field(description="等级颜色 colour of its grade")] = None
    kind: Annotated[PointKind | None, Field(description="种类 kind of risk point")] = None
    department: Annotated[
        str | None, Field(max_length=64, description="责任部门编号或名称 department, by id or name")
    ] = None
    subdistrict: Annotated[str | None, Field(max_length=64)] = None
    code: Annotated[str | None, Field(max_length=20, description="部件／事件编号 catalogue code")] = None
    category: Annotated[int | None, Field(ge=1, le=4)] = None
    standing: Annotated[
        Literal["open", "retired", "all"],
        Field(description="在册、已注销或全部 on the register, retired, or all"),
    ] = "open"
    review_due: Annotated[bool, Field(description="只看逾期未复评的 only what is late to be assessed")] = (
        False
    )
    text: Annotated[
        str | None, Field(max_length=100, description="编号、名称、地点中的文字 words in number, name, place")
    ] = None
    cursor: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 50


class Sheet(Search):
    """The filters of the list; a sheet holds all of it."""

    lang: Literal["zh", "en"] = "zh"


def install(app: FastAPI) -> None:
    for path, method, endpoint, model, summary in (
        (POINTS, "GET", risk_points, PointsView, "风险点台账：重者在前 risk points, the worst first"),
        (POINTS, "POST", _giving("register", Registration), PointFileView, "登记风险点并评定等级 register and grade (RSK-01, RSK-03)"),
        (POINTS + "/{number}", "GET", risk_point, PointFileView, "一个风险点及其全部记录 one, with all that was recorded (RSK-04)"),
        (POINTS + "/{number}/grade", "POST", _giving("grade", Regrade), PointFileView, "评定或调整等级 grade anew (RSK-01, PLN-05)"),
        (POINTS + "/{number}/amend", "POST", _giving("amend", Amend), PointFileView, "变更登记内容 amend the description"),
        (POINTS + "/{number}/declare", "POST", _giving("declare", Declare), PointFileView, "重大危险源辨识与申报 declare (RSK-07)"),
        (POINTS + "/{number}/retire", "POST", _giving("retire", Retire), PointFileView, "注销 retire"),
    ):  # fmt: skip
        app.add_api_route(
            path,
            endpoint,
            methods=[method],
            tags=TAGS,
            operation_id=endpoint.__name__,
            summary=summary,
            status_code=201 if (path, method) == (POINTS, "POST") else 200,
            response_model=model,
            responses=documented(400, 401, 403, 404, 409, 422, 429, 503),
        )
    add_sheet(app, POINTS, "risk_points", "风险点台账（{}） risk points as {}", as_csv, as_xlsx)


async def risk_points(request: Request, principal: Caller, search: Annotated[Search, Query()]) -> Response:
    book = (await rooms(request).reading.rules(principal)).book
    found, following = await rooms(request).risks.find(
        principal, sought_of(search, book.organisation), search.cursor, search.limit
    )
    view = PointsView(items=[point_view(one, book) for one in found], next=following)
    return linked(as_json(view), request, following)


async def risk_point(request: Request, principal: Caller, number: str) -> Response:
    return await _answer(request, principal, number)


def _giving(do: str, form: Any) -> Callable[..., Coroutine[Any, Any, Response]]:
    """The endpoint of one command; all differ only in their form."""

    async def register(request: Request, principal: Caller, command: Any, key: Key = None) -> Response:
        return await _give(request, principal, None, command, key)

    async def give(
        request: Request, principal: Caller, number: str, command: Any, key: Key = None
    ) -> Response:
        return await _give(request, principal, number, command, key)

    endpoint: Any = register if do == "register" else give
    endpoint.__annotations__["command"] = form
    endpoint.__name__ = f"{do}_risk_point"
    found: Callable[..., Coroutine[Any, Any, Response]] = endpoint
    return found


async def _give(
    request: Request, principal: Principal, number: str | None, command: Any, key: str | None
) -> Response:
    key = key or uuid4().hex
    given = await rooms(request).risks.give(principal, number, command, key)
    answer = await _answer(request, principal, given, 200 if number else 201)
    answer.headers["Idempotency-Key"] = key
    if number is None:
        answer.headers["Location"] = f"{POINTS}/{given}"
    return answer


async def _answer(request: Request, principal: Principal, number: str, status: int = 200) -> Response:
    seen, history = await rooms(request).risks.one(principal, number)
    book = (await rooms(request).reading.rules(principal)).book
    return as_json(whole_view(seen, history, book), status)


def sought_of(search: Search, organisation: Organisation) -> Sought:
    """What the list is narrowed to. Raises :class:`domain.refusal.Refusal` 422 for a unit there is not."""
    return Sought(
        colour=search.colour,
        kind=search.kind,
        department=unit_of(search.department, organisation),
        subdistrict=unit_of(search.subdistrict, organisation),
        code=search.code,
        category=search.category,
        open={"open": True, "retired": False, "all": None}[search.standing],
        review_before=_today() if search.review_due else None,
        text=search.text or None,
    )


def _today() -> date:
    return local(datetime.now(UTC)).date()


async def as_csv(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    return await csv_of(await _rows(request, principal, search), "risk-points", search.lang, sheet.COLUMNS)


async def as_xlsx(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    rows = await _rows(request, principal, search)
    return await xlsx_of(rows, "risk-points", "风险点台账", search.lang, sheet.COLUMNS)


async def _rows(request: Request, principal: Principal, search: Sheet) -> AsyncIterator[list[sheet.Cell]]:
    book = (await rooms(request).reading.rules(principal)).book
    sought = sought_of(search, book.organisation)
    return sheet.rows(rooms(request).risks, principal, book, sought, search.lang)


# -- answers -----------------------------------------------------------------------------------------


class PointView(View):
    """A risk point as it stands. ``proposal`` is the colour that its open hazards speak for, where it is worse."""

    number: str
    href: str
    name: str
    kind: PointKind
    colour: Colour
    labels: dict[str, Words]
    place: str
    subdistrict: UnitView | None
    code: str | None
    category: int | None
    department: UnitView
    accountable: str
    review_on: date
    review_due: bool
    open_hazards: int
    cleared_hazards: int
    relapsed_hazards: int
    proposal: Colour | None
    registered_at: datetime
    registered_by: UnitView
    updated_at: datetime
    retired_at: datetime | None
    may_keep: bool


class PointsView(View):
    items: list[PointView]
    next: str | None


class PointEntryView(View):
    """What was recorded, from which seat, with its place in the chain."""

    seq: int
    kind: Words
    at: datetime
    unit: UnitView
    role: str
    described: Description | None
    assessment: Assessment | None
    colour: Colour | None
    before: Colour | None
    declaration: Declare | None
    reason: str
    hash: str


class PointFileView(PointView):
    """A risk point with its description, its present assessment and its record; its hazards stand at ``hazards``."""

    described: Description
    assessment: Assessment
    declaration: Declare | None
    history: list[PointEntryView]
    hazards: str


def point_view(seen: Seen, book: Rulebook) -> PointView:
    point, named = seen.point, Named(book)
    described = point.described
    return PointView(
        number=point.number,
        href=f"{POINTS}/{point.number}",
        name=described.name,
        kind=described.kind,
        colour=point.colour,
        labels=named.labels(("kind", described.kind), ("colour", point.colour), ("proposal", seen.proposal)),
        place=described.place,
        subdistrict=named.maybe(described.subdistrict),
        code=described.code,
        category=described.category,
        department=named.unit(described.department),
        accountable=described.accountable,
        review_on=point.assessment.review_on,
        review_due=seen.review_due,
        open_hazards=seen.linked.open,
        cleared_hazards=seen.linked.cleared,
        relapsed_hazards=seen.linked.relapsed,
        proposal=seen.proposal,
        registered_at=local(point.registered_at),
        registered_by=named.unit(point.registered_by),
        updated_at=local(point.updated_at),
        retired_at=local(point.retired_at) if point.retired_at else None,
        may_keep=seen.may_keep,
    )


def whole_view(seen: Seen, history: list[Entry], book: Rulebook) -> PointFileView:
    point: RiskPoint = seen.point
    named = Named(book)
    return PointFileView(
        **dict(point_view(seen, book)),
        described=point.described,
        assessment=point.assessment,
        declaration=point.declaration,
        history=[_entry(one, named) for one in history],
        hazards=f"/v1/hazards?risk_point={point.number}",
    )


def _entry(one: Entry, named: Named) -> PointEntryView:
    return PointEntryView(
        seq=one.seq,
        kind=words(one.kind),
        at=local(one.at),
        unit=named.unit(one.actor.unit),
        role=one.actor.role.value,
        described=one.described,
        assessment=one.assessment,
        colour=one.colour,
        before=one.before,
        declaration=one.declaration,
        reason=one.reason,
        hash=one.hash,
    )
