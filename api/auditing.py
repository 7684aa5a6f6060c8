"""Routes for auditors: who has read confidential hazards, and does a hazard's record follow from its history."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from temporalio.service import RPCError

from api.answers import as_json, end_of, linked, start_of
from api.context import caller, rooms
from api.problems import Problem, documented
from api.sheets import add_sheet, csv_of, xlsx_of
from api.views import Named, UnitView, View, Words, words
from audit.code import code_version
from audit.sources import Source
from documents import accesslog as sheet
from documents.sheets import Rows, every_part
from domain.organisation import Actor, Role
from domain.refusal import refuse
from domain.texts import DayOrInstant
from domain.values import Confidentiality, HazardId, local
from storage.accesslog import Logged, Looked
from storage.readmodel import LONGEST_PAGE
from storage.scope import Principal

TAGS: list[str | Enum] = ["审计 auditing"]

Caller = Annotated[Principal, Depends(caller)]


class LogFilters(BaseModel):
    """Filters of the access log."""

    model_config = ConfigDict(extra="forbid")

    hazard: Annotated[str, Field(max_length=64)] | None = None
    unit: (
        Annotated[str, Field(max_length=64, description="读取方单位编号 the reader's unit, by id")] | None
    ) = None
    outcome: Literal["seen", "denied"] | None = None
    since: DayOrInstant | None = Field(default=None, alias="from")
    until: DayOrInstant | None = Field(default=None, alias="to")


class LogSheet(LogFilters):
    """The filters of the log; a sheet holds all of it."""

    lang: Literal["zh", "en"] = "zh"


class LogSearch(LogFilters):
    """A page of the log."""

    cursor: (
        Annotated[int, Field(ge=1, le=2**31 - 1, description="从该行之前续读 go on before this line")] | None
    ) = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 100


class AccessView(View):
    """One reading of a confidential hazard; ``hash`` seals it to ``prev``."""

    n: int
    hazard: str
    at: datetime
    looked: Looked
    label: Words
    outcome: Literal["seen", "denied"]
    confidentiality: Confidentiality
    unit: UnitView
    actor: Actor
    profile: str | None
    """The reader's district, when it is not the hazard's."""
    prev: str
    hash: str


class AccessLogView(View):
    items: list[AccessView]
    next: int | None


class DifferenceView(View):
    """The first thing in which record and replay differ."""

    seq: int
    what: str
    recorded: str
    replayed: str


class ReplayView(View):
    """What a replay came to. ``sources`` says of each run whether Temporal or the archive had it."""

    hazard: str
    identical: bool
    entries: int
    runs: int
    events: int
    sources: list[Source]
    code: str
    """The version that replayed it."""
    difference: DifferenceView | None
    zh: str
    en: str


def install(app: FastAPI) -> None:
    app.add_api_route(
        "/v1/access-log",
        access_log,
        methods=["GET"],
        tags=TAGS,
        operation_id="access_log",
        summary="涉密隐患的读取记录 who has read confidential hazards",
        response_model=AccessLogView,
        responses=documented(401, 403, 422, 429, 503),
    )
    add_sheet(
        app, "/v1/access-log", "access_log", "读取记录（{}） the access log as {}", log_as_csv, log_as_xlsx
    )
    app.add_api_route(
        "/v1/hazards/{hazard_id}/replay",
        replay,
        methods=["POST"],
        tags=TAGS,
        operation_id="replay",
        summary="复演历史并与台账比对 replay the history and compare it with the record",
        description="在现有代码上复演该隐患的全部历史，逐步与台账、再与读模型比对；不改动任何内容。"
        "Replays all of the hazard's history on today's code and compares the ledger entry by entry, "
        "then the read model; it changes nothing.",
        response_model=ReplayView,
        responses=documented(401, 403, 404, 422, 429, 503),
    )


async def access_log(request: Request, principal: Caller, search: Annotated[LogSearch, Query()]) -> Response:
    reading = rooms(request).reading
    found = await _log(request, principal, search, search.cursor, search.limit + 1)
    shown, more = found[: search.limit], len(found) > search.limit
    named = Named((await reading.rules(principal)).book)
    following = shown[-1].n if more else None
    answer = as_json(AccessLogView(items=[_access(line, named) for line in shown], next=following))
    return linked(answer, request, None if following is None else str(following))


async def log_as_csv(request: Request, principal: Caller, search: Annotated[LogSheet, Query()]) -> Response:
    return await csv_of(await _log_rows(request, principal, search), "access-log", search.lang, sheet.COLUMNS)


async def log_as_xlsx(request: Request, principal: Caller, search: Annotated[LogSheet, Query()]) -> Response:
    rows = await _log_rows(request, principal, search)
    return await xlsx_of(rows, "access-log", "读取记录", search.lang, sheet.COLUMNS)


async def _log_rows(request: Request, principal: Principal, search: LogSheet) -> Rows:
    async def part(before: int | None) -> tuple[list[Logged], int | None]:
        found = await _log(request, principal, search, before, LONGEST_PAGE)
        return found, found[-1].n if found else None

    return sheet.rows(every_part(part), (await rooms(request).reading.rules(principal)).book, search.lang)


async def _log(
    request: Request, principal: Principal, search: LogFilters, before: int | None, limit: int
) -> list[Logged]:
    return await rooms(request).reading.access_log(
        principal,
        hazard=HazardId(search.hazard) if search.hazard is not None else None,
        unit=search.unit,
        outcome=search.outcome,
        since=start_of(search.since),
        until=end_of(search.until),
        before=before,
        limit=limit,
    )


def _access(line: Logged, named: Named) -> AccessView:
    access = line.access
    return AccessView(
        n=line.n,
        hazard=access.hazard,
        at=local(access.at),
        looked=access.looked,
        label=words(access.looked),
        outcome=access.outcome,
        confidentiality=access.confidentiality,
        unit=named.unit(access.actor.unit),
        actor=access.actor,
        profile=access.caller,
        prev=line.prev,
        hash=line.hash,
    )


async def replay(request: Request, hazard_id: str, principal: Caller) -> Response:
    here = rooms(request)
    hazard = here.reading.number(hazard_id)
    if principal.actor.role is not Role.AUDITOR:
        raise refuse(
            403, "replay.not-your-right", "REG-08", "复演只供审计员使用", "only auditors may ask for a replay"
        )
    await here.reading.record(principal, hazard, Looked.REPLAY)
    if here.replays is None:
        raise Problem(503, "no-archive", "本接口未配置归档", "this API has no archive set up")
    try:
        outcome = await here.replays.one(hazard)
    except (RPCError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "connect" not in str(error).lower():
            raise
        raise Problem(
            503,
            "engine-unavailable",
            "流程引擎暂时无法连接，历史不可读取，请稍后再试",
            "Temporal cannot be reached, so there is no history to replay now; try again later",
            headers={"Retry-After": "5"},
        ) from error
    difference = outcome.difference
    return as_json(
        ReplayView(
            hazard=hazard,
            identical=outcome.identical,
            entries=outcome.entries,
            runs=outcome.runs,
            events=outcome.events,
            sources=list(outcome.sources),
            code=code_version(),
            difference=DifferenceView(**difference.model_dump()) if difference else None,
            zh="一致" if outcome.identical else outcome.zh,
            en="identical" if outcome.identical else outcome.en,
        )
    )
