"""Routes of hazards: report, commands, and all that can be read about one or many."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import Depends, FastAPI, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api import forms, pasts, records, views
from api.answers import as_json, end_of, linked, start_of
from api.context import caller, rooms
from api.problems import Problem, documented, problem_of
from audit import reasons as reasons_of
from audit import travel
from audit.life import life
from domain.commands import Report
from domain.organisation import Organisation
from domain.refusal import Refusal, refuse
from domain.texts import DayOrInstant
from domain.transitions import BY_COMMAND
from domain.values import (
    Channel,
    Colour,
    HazardId,
    Mode,
    Rung,
    State,
    UnitId,
    Urgency,
)
from service.door import NotRecorded, Pending
from service.reading import Reading
from storage.accesslog import Looked
from storage.errors import StorageError, StorageUnavailable
from storage.readmodel import LONGEST_PAGE, Filters, Order
from storage.scope import Principal
from workflows.contract import Receipt

HAZARDS = "/v1/hazards"
READ: list[str | Enum] = ["隐患 hazards"]
COMMANDS: list[str | Enum] = ["命令 commands"]

Caller = Annotated[Principal, Depends(caller)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="同一键、同一内容只办一次；不填由系统生成并在应答中返回。"
        "The same key and content are carried out once; generated and returned when left out.",
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        alias="Prefer",
        description="`respond-async`：收下即答 202，办理结果见台账。Answers 202 at once; the ledger has the outcome.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description='所见状态的 ETag，如 `"5"`；状态已变化则答 412。The ETag of the state one saw; 412 when it has changed.',
    ),
]


class Search(BaseModel):
    """Filters of the list. An unknown one is an error: a misspelt filter must not show everything."""

    model_config = ConfigDict(extra="forbid")

    state: list[State] = []
    unit: (
        Annotated[str, Field(max_length=64, description="管辖单位编号或名称 owning unit, by id or name")]
        | None
    ) = None
    mode: list[Mode] = []
    level: list[Rung] = []
    hazard_class: Annotated[str, Field(pattern=r"^[A-Z]\d{2}$")] | None = Field(
        default=None, alias="class", description="大类，如 S06 class of the catalogue"
    )
    colour: Colour | None = None
    overdue: bool | None = None
    open: Annotated[bool, Field(description="未清零（含超期） not cleared yet, overdue included")] | None = (
        None
    )
    urgency: Urgency | None = None
    subdistrict: Annotated[str, Field(max_length=64)] | None = None
    channel: Channel | None = None
    risk_point: Annotated[
        str | None, Field(max_length=20, description="关联的风险点编号 risk point it is linked to, by number")
    ] = None
    text: (
        Annotated[str, Field(max_length=100, description="标题、地点、描述、编号中的文字 words in the texts")]
        | None
    ) = None
    since: DayOrInstant | None = Field(
        default=None, alias="from", description="登记时间自（含） reported from"
    )
    until: DayOrInstant | None = Field(
        default=None,
        alias="to",
        description="至：日期含当日，时刻不含 up to: a day is included, an instant is not",
    )
    due_by: DayOrInstant | None = Field(
        default=None, description="管辖单位的期限在此之前：日期含当日 the owner's deadline ends by then"
    )
    order: Literal["updated", "reported", "due"] = "updated"
    cursor: Annotated[str, Field(max_length=500)] | None = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 50


class Part(BaseModel):
    """Which part of a ledger."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[int, Field(ge=0, le=2**31 - 1, description="已读到的步序 the last seq one has")] = 0
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 100


class Past(BaseModel):
    """When: now, or at a step or an instant of the past."""

    model_config = ConfigDict(extra="forbid")

    at: (
        Annotated[
            str,
            Field(
                max_length=64,
                description="步序（如 7）或带时区的时刻（RFC 3339） a seq, or an instant with its offset",
            ),
        ]
        | None
    ) = None


class Which(BaseModel):
    """All events of a ledger, or one."""

    model_config = ConfigDict(extra="forbid")

    seq: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "所在步序，供 If-Match the seq it stands at"}}
_LOCATION = {"Location": {"schema": {"type": "string"}, "description": "隐患地址 where the hazard is"}}
_TAKEN: dict[str, Any] = {
    "model": views.AcceptedView,
    "description": "已受理，正在记录 accepted, being recorded",
    "headers": _LOCATION,
}


def install(app: FastAPI) -> None:
    app.add_api_route(
        HAZARDS,
        report,
        methods=["POST"],
        tags=COMMANDS,
        status_code=201,
        operation_id="report",
        summary=forms.summary_of(BY_COMMAND["report"]),
        description=forms.description_of(BY_COMMAND["report"]),
        response_model=views.HazardView,
        responses={
            201: {"description": "已登记 registered", "headers": {**_ETAG, **_LOCATION}},
            202: _TAKEN,
            **documented(400, 401, 403, 413, 415, 422, 429, 503),
        },
        openapi_extra=forms.body_of("report"),
    )
    for name in forms.GIVEN:
        app.add_api_route(
            f"{HAZARDS}/{{hazard_id}}/commands/{name}",
            _command(name),
            methods=["POST"],
            tags=COMMANDS,
            operation_id=name,
            summary=forms.summary_of(BY_COMMAND[name]),
            description=forms.description_of(BY_COMMAND[name]),
            response_model=views.HazardView,
            responses={
                200: {"description": "办理后的状态 the new state", "headers": _ETAG},
                202: _TAKEN,
                **documented(400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503),
            },
            openapi_extra=forms.body_of(name),
        )
    for path, endpoint, model, summary in (
        ("", find, views.PageView, "查询隐患 find hazards"),
        (
            "/{hazard_id}",
            hazard,
            views.HazardView | pasts.MomentView,
            "隐患现状与可办事项；`at` 给出当时情形 state, deadlines and what may be done, now or then",
        ),
        ("/{hazard_id}/events", events, records.EventsView, "台账 the ledger"),
        (
            "/{hazard_id}/reasons",
            reasons,
            pasts.ReasonsView,
            "缘由：每一步的依据、每个期限的推算、每次升级的送达 why each event happened",
        ),
        (
            "/{hazard_id}/deadlines",
            deadlines,
            records.DerivationsView,
            "期限及其推算 deadlines and their derivation",
        ),
        (
            "/{hazard_id}/forecast",
            forecast,
            records.ForecastView,
            "无人办理时的预告 what fires if nobody acts",
        ),
    ):
        app.add_api_route(
            HAZARDS + path,
            endpoint,
            methods=["GET"],
            tags=READ,
            operation_id=endpoint.__name__,
            summary=summary,
            response_model=model,
            responses=documented(
                *(400, 401, 403, 422, 429, 503) if not path else (401, 403, 404, 422, 429, 503)
            ),
        )


# -- commands ----------------------------------------------------------------------------------------


async def report(
    request: Request, principal: Caller, idempotency_key: Key = None, prefer: Prefer = None
) -> Response:
    here = rooms(request)
    key = idempotency_key or uuid4().hex
    try:
        form = await forms.read(request, "report")
    except Problem:
        await here.reading.check_report(principal)  # no right goes before a bad form
        raise
    assert isinstance(form, Report)
    with _keeping(key):
        if _asynchronous(prefer):
            return _accepted(await here.door.leave(principal, form, key), key, asked=True)
        try:
            receipt = await here.door.report(principal, form, key)
        except Pending as pending:
            return _accepted(pending.hazard, key)
    return await _done(here.reading, principal, receipt, key, 201)


Endpoint = Callable[..., Coroutine[Any, Any, Response]]


def _command(name: str) -> Endpoint:
    """The endpoint of one command; all differ only in their form."""

    async def give(
        request: Request,
        hazard_id: str,
        principal: Caller,
        idempotency_key: Key = None,
        prefer: Prefer = None,
        if_match: IfMatch = None,
    ) -> Response:
        here = rooms(request)
        hazard = here.reading.number(hazard_id)
        key = idempotency_key or uuid4().hex
        try:
            expected = _expected(if_match)
            form = await forms.read(request, name)
        except Problem:
            await here.reading.check_command(principal, hazard, name)  # 404, 403 and 409 go before a bad form
            raise
        with _keeping(key):
            if _asynchronous(prefer):
                await _check_right(here.reading, principal, hazard, name)
                await here.door.send(principal, hazard, form, key, expected)
                return _accepted(hazard, key, asked=True)
            try:
                receipt = await here.door.give(principal, hazard, form, key, expected)
            except Pending:
                return _accepted(hazard, key)
        return await _done(here.reading, principal, receipt, key, 200)

    give.__name__ = name
    return give


async def _check_right(reading: Reading, principal: Principal, hazard: HazardId, name: str) -> None:
    """Nobody fills a ledger with commands that are not his; what the state rules out, the ledger tells."""
    try:
        await reading.check_command(principal, hazard, name)
    except Refusal as refusal:
        if refusal.refused.status == 403:
            raise


@contextmanager
def _keeping(key: str) -> Iterator[None]:
    """Whoever is to try again needs the key, even one that was made up for him."""
    try:
        yield
    except (NotRecorded, StorageUnavailable) as error:
        problem = problem_of(error)
        problem.headers["Idempotency-Key"] = key
        raise problem from error


def _asynchronous(prefer: str | None) -> bool:
    return any(part.strip().lower() == "respond-async" for part in re.split("[,;]", prefer or ""))


def _expected(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"([0-9]{1,9})"', if_match.strip())
    if not found:
        raise Problem(
            400,
            "bad-if-match",
            'If-Match 应为所见状态的 ETag，如 "5"',
            'If-Match must be the ETag of a state, e.g. "5"',
        )
    return int(found[1])


async def _done(reading: Reading, principal: Principal, receipt: Receipt, key: str, status: int) -> Response:
    """The new state; or, when it cannot be read at this moment, that the command is done."""
    try:
        seen = await reading.hazard(principal, receipt.hazard)
    except StorageError:
        return _accepted(receipt.hazard, key)
    answer = as_json(views.hazard_view(seen), status)
    answer.headers["ETag"] = f'"{seen.opened.state.seq}"'
    answer.headers["Idempotency-Key"] = key
    if status == 201:
        answer.headers["Location"] = f"{HAZARDS}/{receipt.hazard}"
    return answer


def _accepted(hazard: HazardId, key: str, *, asked: bool = False) -> Response:
    """202: durable, but not in the ledger yet."""
    where = f"{HAZARDS}/{hazard}"
    answer = as_json(
        views.AcceptedView(
            hazard=hazard,
            href=where,
            idempotency_key=key,
            zh="已受理，正在记录；稍后请在此查看",
            en="accepted and being recorded; look again here in a moment",
        ),
        202,
    )
    answer.headers["Location"] = where
    answer.headers["Idempotency-Key"] = key
    if asked:
        answer.headers["Preference-Applied"] = "respond-async"
    return answer


# -- reading -----------------------------------------------------------------------------------------


async def find(request: Request, principal: Caller, search: Annotated[Search, Query()]) -> Response:
    reading = rooms(request).reading
    book = (await reading.rules(principal)).book
    filters = filters_of(search, book.organisation)
    order = Order[search.order.upper()]
    page = await reading.find(principal, filters, search.cursor, search.limit, order)
    answer = as_json(views.page_view(page, book))
    return linked(answer, request, page.next)


def filters_of(search: Search, organisation: Organisation) -> Filters:
    """What a list is narrowed to, units by id or name. Raises :class:`domain.refusal.Refusal` 422."""
    return Filters(
        states=tuple(search.state),
        owner=unit_of(search.unit, organisation),
        modes=tuple(search.mode),
        levels=tuple(search.level),
        hazard_class=search.hazard_class,
        colour=search.colour,
        overdue=search.overdue,
        open=search.open,
        urgency=search.urgency,
        subdistrict=unit_of(search.subdistrict, organisation),
        channel=search.channel,
        risk_point=search.risk_point,
        text=search.text or None,
        reported_from=start_of(search.since),
        reported_to=end_of(search.until),
        due_before=end_of(search.due_by),
    )


def unit_of(name: str | None, organisation: Organisation) -> UnitId | None:
    """A unit by id or name. Raises :class:`domain.refusal.Refusal` 422 for one that there is not."""
    if name is None:
        return None
    found = organisation.find(name)
    if found is None:
        raise refuse(
            422, "unknown-unit", "ACT-25", f"本区没有单位“{name}”", f"no unit {name!r} in this district"
        )
    return found.id


async def hazard(
    request: Request, hazard_id: str, principal: Caller, past: Annotated[Past, Query()]
) -> Response:
    reading = rooms(request).reading
    if past.at is not None:
        return await _as_it_stood(reading, principal, hazard_id, past.at)
    seen = await reading.hazard(principal, reading.number(hazard_id))
    answer = as_json(views.hazard_view(seen))
    answer.headers["ETag"] = f'"{seen.opened.state.seq}"'
    return answer


async def _as_it_stood(reading: Reading, principal: Principal, hazard_id: str, at: str) -> Response:
    where = travel.point(at)
    entries, _ = await reading.record(principal, reading.number(hazard_id), Looked.MOMENT)
    steps = life(entries)
    library = await reading.library_of([step.event for step in steps])
    found = travel.moment(library, steps, where, datetime.now(UTC))
    return as_json(pasts.moment_view(found, steps[0], principal.actor))


async def reasons(
    request: Request, hazard_id: str, principal: Caller, which: Annotated[Which, Query()]
) -> Response:
    reading = rooms(request).reading
    entries, sent = await reading.record(principal, reading.number(hazard_id), Looked.REASONS)
    steps = life(entries)
    library = await reading.library_of([step.event for step in steps])
    if which.seq is not None and which.seq > len(steps):
        raise travel.no_such_step(len(steps), which.seq)
    account = reasons_of.account(library, steps, sent, which.seq)
    book = library.rules(steps[-1].after.rules, steps[-1].after.calendar).book
    return as_json(pasts.reasons_view(account, book))


async def events(
    request: Request,
    hazard_id: str,
    principal: Caller,
    part: Annotated[Part, Query()],
) -> Response:
    reading = rooms(request).reading
    number = reading.number(hazard_id)
    found, following = await reading.events(principal, number, part.cursor, part.limit)
    answer = as_json(records.events_view(found, following))
    return linked(answer, request, None if following is None else str(following))


async def deadlines(request: Request, hazard_id: str, principal: Caller) -> Response:
    reading = rooms(request).reading
    rules = await reading.rules(principal)
    state, derived = await reading.deadlines(principal, reading.number(hazard_id))
    return as_json(records.derivations_view(state, derived, views.Named(rules.book)))


async def forecast(request: Request, hazard_id: str, principal: Caller) -> Response:
    reading = rooms(request).reading
    rules, foreseen = await reading.forecast(principal, reading.number(hazard_id))
    return as_json(records.forecast_view(foreseen, views.Named(rules.book)))
