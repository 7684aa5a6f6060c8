"""Routes for auditors: who has read confidential hazards."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import as_json, end_of, linked, start_of
from api.context import caller, rooms
from api.problems import documented
from api.views import Named, UnitView, View, Words, words
from domain.organisation import Actor
from domain.texts import DayOrInstant
from domain.values import Confidentiality, HazardId, local
from storage.accesslog import Logged, Looked
from storage.readmodel import LONGEST_PAGE
from storage.scope import Principal

TAGS: list[str | Enum] = ["审计 auditing"]

Caller = Annotated[Principal, Depends(caller)]


class LogSearch(BaseModel):
    """Filters of the access log."""

    model_config = ConfigDict(extra="forbid")

    hazard: Annotated[str, Field(max_length=64)] | None = None
    unit: (
        Annotated[str, Field(max_length=64, description="读取方单位编号 the reader's unit, by id")] | None
    ) = None
    outcome: Literal["seen", "denied"] | None = None
    since: DayOrInstant | None = Field(default=None, alias="from")
    until: DayOrInstant | None = Field(default=None, alias="to")
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


async def access_log(request: Request, principal: Caller, search: Annotated[LogSearch, Query()]) -> Response:
    reading = rooms(request).reading
    found = await reading.access_log(
        principal,
        hazard=HazardId(search.hazard) if search.hazard is not None else None,
        unit=search.unit,
        outcome=search.outcome,
        since=start_of(search.since),
        until=end_of(search.until),
        before=search.cursor,
        limit=search.limit + 1,
    )
    shown, more = found[: search.limit], len(found) > search.limit
    named = Named((await reading.rules(principal)).book)
    following = shown[-1].n if more else None
    answer = as_json(AccessLogView(items=[_access(line, named) for line in shown], next=following))
    return linked(answer, request, None if following is None else str(following))


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
