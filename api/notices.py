"""Routes of notices: a seat's inbox, receipts, and for the office what could not be delivered."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import as_json, linked
from api.context import caller, rooms
from api.problems import documented
from api.sheets import add_sheet, csv_of, xlsx_of
from api.views import Named, UnitView, View, Words
from channels.texts import document_en
from documents import notices as sheet
from documents.sheets import Rows
from domain.library import Rulebook
from domain.organisation import SEES_WHOLE_PROFILE
from domain.values import Confidentiality, HazardId, Rung, local
from service.notices import Notices
from storage.inbox import Delivery, Entry, Wanted
from storage.readmodel import LONGEST_PAGE
from storage.scope import Principal

NOTICES = "/v1/notices"
TAGS: list[str | Enum] = ["通知 notices"]

Caller = Annotated[Principal, Depends(caller)]
Id = Annotated[int, Path(ge=1, le=2**31 - 1, description="通知编号 the notice's id")]


class Which(BaseModel):
    """Which notices: by default those to one's own seat."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[
        Literal["me", "unit", "all"],
        Field(description="本席位、本单位、可见的全部 my seat, my unit, all I may see"),
    ] = "me"
    receipt: Annotated[Literal["given", "none"], Field(description="已回执、未回执")] | None = None
    state: (
        Annotated[
            Literal["waiting", "sending", "sent", "failed", "lapsed"],
            Field(description="站外投递情况，限清零办、城运中心和审计员 what became of it outside the inbox"),
        ]
        | None
    ) = None
    hazard: Annotated[str, Field(max_length=64)] | None = None
    rung: Rung | None = None


class Sheet(Which):
    """The filters of the list; a sheet holds all of it."""

    lang: Literal["zh", "en"] = "zh"


class Search(Which):
    """A page of the list."""

    cursor: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 50


class Again(BaseModel):
    """Which dead letters to try again; all when no notice is named."""

    model_config = ConfigDict(extra="forbid")

    notice: Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(max_length=LONGEST_PAGE)] = []


def install(app: FastAPI) -> None:
    app.add_api_route(
        NOTICES,
        notices,
        methods=["GET"],
        tags=TAGS,
        operation_id="notices",
        summary="查询通知 find notices",
        response_model=NoticesView,
        responses=documented(401, 403, 422, 429, 503),
    )
    add_sheet(app, NOTICES, "notices", "通知（{}） notices as {}", as_csv, as_xlsx)
    app.add_api_route(
        NOTICES + "/{notice}/receipt",
        receipt,
        methods=["POST"],
        tags=TAGS,
        operation_id="notice_receipt",
        summary="签收回执（首次为准） acknowledge a notice, the first time counts",
        response_model=InboxEntryView,
        responses=documented(401, 403, 404, 422, 429, 503),
    )
    app.add_api_route(
        NOTICES + "/retry",
        retry,
        methods=["POST"],
        tags=TAGS,
        operation_id="notices_retry",
        summary="重新投递无法送达的通知 try dead letters again",
        response_model=RetriedView,
        responses=documented(401, 403, 422, 429, 503),
    )


async def notices(request: Request, principal: Caller, search: Annotated[Search, Query()]) -> Response:
    book = (await rooms(request).reading.rules(principal)).book
    found, following = await _notices(request).find(principal, _wanted(search), search.cursor, search.limit)
    answer = as_json(
        NoticesView(items=[entry_view(entry, book, principal) for entry in found], next=following)
    )
    return linked(answer, request, None if following is None else str(following))


async def as_csv(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    return await csv_of(await _rows(request, principal, search), "notices", search.lang, sheet.COLUMNS)


async def as_xlsx(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    rows = await _rows(request, principal, search)
    return await xlsx_of(rows, "notices", "通知", search.lang, sheet.COLUMNS)


async def _rows(request: Request, principal: Principal, search: Sheet) -> Rows:
    book = (await rooms(request).reading.rules(principal)).book
    return sheet.rows(_notices(request), principal, book, _wanted(search), search.lang)


def _wanted(search: Which) -> Wanted:
    return Wanted(
        to=search.to,
        receipt=search.receipt,
        state=search.state,
        hazard=HazardId(search.hazard) if search.hazard else None,
        rung=search.rung.value if search.rung else None,
    )


async def receipt(request: Request, notice: Id, principal: Caller) -> Response:
    book = (await rooms(request).reading.rules(principal)).book
    entry = await _notices(request).acknowledge(principal, notice)
    return as_json(entry_view(entry, book, principal))


async def retry(request: Request, principal: Caller, again: Annotated[Again, Query()]) -> Response:
    return as_json(RetriedView(retried=await _notices(request).retry(principal, again.notice or None)))


def _notices(request: Request) -> Notices:
    return rooms(request).notices


# -- answers -----------------------------------------------------------------------------------------


class ReceiptView(View):
    """Who acknowledged, by opaque reference, and when."""

    unit: UnitView
    role: str
    person: str
    at: datetime


class DeliveryView(View):
    """One recipient out of the house: a name of the deployment's settings, never an address."""

    channel: str
    recipient: str
    state: str
    attempts: int
    error: str | None
    next_try: datetime | None
    sent_at: datetime | None


class InboxEntryView(View):
    """A notice. ``title`` only where one may open the hazard; ``deliveries`` for the central seats only.

    ``window`` in place of ``hazard`` where it is about a recurring duty: ``duty/label``.
    """

    id: int
    hazard: str | None
    window: str | None
    seq: int
    href: str | None
    unit: UnitView
    role: str
    kind: Literal["to", "cc"]
    document: str
    rung: Rung | None
    clock: str | None
    due: datetime | None
    at: datetime
    title: str | None
    what: str | None
    receipt: ReceiptView | None
    deliveries: list[DeliveryView] | None
    labels: dict[str, Words]


class NoticesView(View):
    items: list[InboxEntryView]
    next: int | None


class RetriedView(View):
    retried: int


def entry_view(entry: Entry, book: Rulebook, principal: Principal) -> InboxEntryView:
    named, notice = Named(book), entry.notice
    public = entry.confidentiality is Confidentiality.PUBLIC
    item = book.catalogue.by_code.get(entry.code or "") if public or entry.title is not None else None
    said = named.labels(("rung", notice.rung), ("clock", notice.clock))
    said["document"] = Words(zh=book.said(notice.document), en=document_en(notice.document, book))
    given = entry.receipt
    return InboxEntryView(
        id=entry.id,
        hazard=entry.hazard,
        window=entry.about,
        seq=entry.seq,
        href=_href(entry),
        unit=named.unit(notice.unit),
        role=notice.role,
        kind=notice.kind,
        document=notice.document,
        rung=notice.rung,
        clock=notice.clock.value if notice.clock else None,
        due=local(notice.due) if notice.due else None,
        at=local(entry.created_at),
        title=entry.title,
        what=item.name if item else None,
        receipt=ReceiptView(
            unit=named.unit(given.unit), role=given.role, person=given.person, at=local(given.at)
        )
        if given
        else None,
        deliveries=[_delivery(one) for one in entry.deliveries]
        if principal.actor.role in SEES_WHOLE_PROFILE
        else None,
        labels=said,
    )


def _href(entry: Entry) -> str | None:
    if entry.about:
        return f"/v1/programme/windows/{entry.about}"
    return f"/v1/hazards/{entry.hazard}" if entry.title is not None else None


def _delivery(one: Delivery) -> DeliveryView:
    return DeliveryView(
        channel=one.channel,
        recipient=one.recipient,
        state=one.state,
        attempts=one.attempts,
        error=one.error,
        next_try=local(one.not_before) if one.state == "waiting" else None,
        sent_at=local(one.sent_at) if one.sent_at else None,
    )
