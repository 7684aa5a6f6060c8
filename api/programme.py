"""Routes of recurring duties: windows and who has filed, filing for one, approving, the office's registers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import Depends, FastAPI, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import as_json, end_of, linked, start_of
from api.context import caller, rooms
from api.hazards import Key
from api.problems import documented
from api.sheets import add_sheet, csv_of, xlsx_of
from api.views import Named, UnitView, View, Words, words
from documents import programme as sheet
from documents.sheets import Cell, every_part
from domain.cadence import Filing, Window
from domain.library import Rulebook
from domain.organisation import Role
from domain.programme import Decide, File, Happening, Note, Part, WindowProgress
from domain.texts import OptionalLine, OptionalText
from domain.values import UnitId, local
from service.programme import Seen, Whole
from storage.majors import Major
from storage.readmodel import LONGEST_PAGE
from storage.scope import Principal

PROGRAMME = "/v1/programme"
WINDOWS = PROGRAMME + "/windows"
TAGS: list[str | Enum] = ["排查计划 programme"]
Caller = Annotated[Principal, Depends(caller)]
Duty = Annotated[str, Path(max_length=40, description="事项编号 key of the duty")]
Label = Annotated[str, Path(max_length=20, description="周期，如 2026-06上 the period")]


class Which(BaseModel):
    """Which windows; a period is by the due day."""

    model_config = ConfigDict(extra="forbid")

    duty: Annotated[str, Field(max_length=40, description="事项编号 key of the duty")] | None = None
    owing: Annotated[bool, Field(description="只看尚未完成的 only what is still owed")] = False
    due_from: Annotated[AwareDatetime | date | None, Field(description="到期不早于 due not before")] = None
    due_to: Annotated[AwareDatetime | date | None, Field(description="到期不晚于 due by")] = None


class Sheet(Which):
    """All of the list."""

    lang: Literal["zh", "en"] = "zh"


class Search(Which):
    """A page of the list."""

    cursor: Annotated[str, Field(max_length=500)] | None = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 50


class Lines(BaseModel):
    """Which lines of the registers."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 50


class Decision(BaseModel):
    """审定：批准须有文号，退回须有理由 An approval brings its document, a return its reason."""

    model_config = ConfigDict(extra="forbid")

    approve: bool = Field(title="批准")
    document: OptionalLine = Field("", title="批准文号")
    reason: OptionalText = Field("", title="退回理由")


def install(app: FastAPI) -> None:
    for path, method, endpoint, model, summary in (
        (
            WINDOWS,
            "GET",
            windows,
            WindowsView,
            "排查、汇总、通报各周期及各单位进展 windows and how units stand",
        ),
        (
            WINDOWS + "/{duty}/{label}",
            "GET",
            window,
            WholeView,
            "一个周期的全部填报 all that was filed for a window",
        ),
        (
            WINDOWS + "/{duty}/{label}/filings",
            "POST",
            file_window,
            WholeView,
            "填报排查计划、排查记录或文件 file (F18)",
        ),
        (
            WINDOWS + "/{duty}/{label}/units/{unit}/decision",
            "POST",
            decide_window,
            WholeView,
            "审定或退回所报计划 approve or return what was filed (SUP-12)",
        ),
        (
            PROGRAMME + "/registers",
            "GET",
            registers,
            RegistersView,
            "清零办办文、会议、联络、通报登记簿 the office's registers (ACT-08)",
        ),
        (
            PROGRAMME + "/registers",
            "POST",
            note,
            LineView,
            "登记办文、会议、联络、通报 add a line to a register (ACT-08)",
        ),
    ):
        app.add_api_route(
            path,
            endpoint,
            methods=[method],
            tags=TAGS,
            operation_id=endpoint.__name__,
            summary=summary,
            response_model=model,
            responses=documented(400, 401, 403, 404, 409, 422, 429, 503),
        )
    add_sheet(app, WINDOWS, "windows", "排查计划各单位进展（{}） how units stand, as {}", as_csv, as_xlsx)


async def as_csv(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    return await csv_of(await _rows(request, principal, search), "programme", search.lang, sheet.COLUMNS)


async def as_xlsx(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    rows = await _rows(request, principal, search)
    return await xlsx_of(rows, "programme", "排查计划", search.lang, sheet.COLUMNS)


async def _rows(request: Request, principal: Principal, search: Sheet) -> AsyncIterator[list[Cell]]:
    here, now = rooms(request), datetime.now(UTC)
    pages = every_part(
        lambda cursor: here.programme.windows(
            principal,
            duty=search.duty,
            owing=search.owing,
            since=start_of(search.due_from),
            until=end_of(search.due_to),
            cursor=cursor,
            limit=LONGEST_PAGE,
            now=now,
        )
    )
    return sheet.rows(pages, await _book(request, principal), search.lang)


async def windows(request: Request, principal: Caller, search: Annotated[Search, Query()]) -> Response:
    found, following = await rooms(request).programme.windows(
        principal,
        duty=search.duty,
        owing=search.owing,
        since=start_of(search.due_from),
        until=end_of(search.due_to),
        cursor=search.cursor,
        limit=search.limit,
    )
    book = await _book(request, principal)
    view = WindowsView(items=[window_view(one, book) for one in found], next=following)
    return linked(as_json(view), request, following)


async def window(request: Request, principal: Caller, duty: Duty, label: Label) -> Response:
    return await _answer(request, principal, duty, label)


async def file_window(
    request: Request, principal: Caller, duty: Duty, label: Label, filing: Filing, key: Key = None
) -> Response:
    order = File(duty=duty, label=label, filing=filing)
    key = key or uuid4().hex
    await rooms(request).programme.give(principal, order, key)
    return await _answer(request, principal, duty, label, key)


async def decide_window(
    request: Request,
    principal: Caller,
    duty: Duty,
    label: Label,
    unit: Annotated[str, Path(max_length=64)],
    decision: Decision,
    key: Key = None,
) -> Response:
    command = Decide(duty=duty, label=label, unit=UnitId(unit), **decision.model_dump())
    key = key or uuid4().hex
    await rooms(request).programme.give(principal, command, key)
    return await _answer(request, principal, duty, label, key)


async def registers(request: Request, principal: Caller, lines: Annotated[Lines, Query()]) -> Response:
    found, following = await rooms(request).programme.registers(principal, lines.cursor, lines.limit)
    book = await _book(request, principal)
    view = RegistersView(items=[line_view(one, book) for one in found], next=following)
    return linked(as_json(view), request, None if following is None else str(following))


async def note(request: Request, principal: Caller, line: Note, key: Key = None) -> Response:
    key = key or uuid4().hex
    seq = await rooms(request).programme.give(principal, line, key)
    (found,), _ = await rooms(request).programme.registers(principal, seq + 1, 1)
    answer = as_json(line_view(found, await _book(request, principal)), 201)
    answer.headers["Idempotency-Key"] = key
    return answer


async def _answer(
    request: Request, principal: Principal, duty: str, label: str, key: str | None = None
) -> Response:
    found = await rooms(request).programme.window(principal, duty, label)
    answer = as_json(whole_view(found, await _book(request, principal)))
    if key is not None:
        answer.headers["Idempotency-Key"] = key
    return answer


async def _book(request: Request, principal: Principal) -> Rulebook:
    return (await rooms(request).reading.rules(principal)).book


# -- answers -----------------------------------------------------------------------------------------


class PartView(View):
    """How one unit stands with a window. ``left`` is what it has not inspected (应排未排)."""

    unit: UnitView
    progress: WindowProgress
    label: Words
    scope: list[str]
    left: list[str]
    filed_at: datetime | None
    settled_at: datetime | None
    reminded_at: datetime | None
    missed_at: datetime | None
    approved_at: datetime | None
    returned_at: datetime | None
    found: int
    hazards: list[str]
    may_file: bool
    may_decide: bool


class WindowView(View):
    """One period of one recurring duty. ``due`` is 24:00 of its last day, as 00:00 of the next."""

    duty: str
    name: Words
    label: str
    href: str
    files: Words
    opens: datetime
    due: datetime
    remind_at: datetime | None
    provisional: bool
    approved_by: Words | None
    source: str
    owing: int
    late: int
    parts: list[PartView]


class WindowsView(View):
    items: list[WindowView]
    next: str | None


class EntryView(View):
    """What was filed or decided, with its place in the record."""

    seq: int
    kind: Words
    at: datetime
    unit: UnitView
    role: str
    about: list[UnitView]
    filing: Filing | None
    approve: bool | None
    document: str
    reason: str
    hash: str


class MajorView(View):
    """A major hazard beside the plan: whether it is listed by now, and how it stands."""

    hazard: str
    href: str
    title: str | None
    place: str
    state: Words
    open: bool
    listed_at: datetime | None
    removed_at: datetime | None


class WholeView(WindowView):
    filed: list[EntryView]
    planned: list[MajorView]
    left_out: list[MajorView]


class LineView(View):
    """A line of a register of the office."""

    seq: int
    at: datetime
    book: Words
    on: date
    number: str
    subject: str
    units: list[UnitView]
    text: str
    hash: str


class RegistersView(View):
    items: list[LineView]
    next: int | None


def window_view(seen: Seen, book: Rulebook) -> WindowView:
    opening, named = seen.standing.opening, Named(book)
    one: Window = opening.window
    return WindowView(
        duty=one.duty,
        name=Words(zh=opening.name, en=opening.en),
        label=one.label,
        href=f"{WINDOWS}/{one.duty}/{one.label}",
        files=words(opening.files),
        opens=local(one.opens),
        due=local(one.due),
        remind_at=_local(one.remind_at),
        provisional=one.provisional,
        approved_by=words(Role(opening.approved_by)) if opening.approved_by else None,
        source=opening.source,
        owing=seen.owing,
        late=seen.late,
        parts=[
            _part(stand.part, stand.progress, named, may_file=stand.may_file, may_decide=stand.may_decide)
            for stand in seen.stands
        ],
    )


def _part(
    part: Part, progress: WindowProgress, named: Named, *, may_file: bool, may_decide: bool
) -> PartView:
    return PartView(
        unit=named.unit(part.unit),
        progress=progress,
        label=words(progress),
        scope=list(part.scope),
        left=list(part.left),
        filed_at=_local(part.filed_at),
        settled_at=_local(part.settled_at),
        reminded_at=_local(part.reminded_at),
        missed_at=_local(part.missed_at),
        approved_at=_local(part.approved_at),
        returned_at=_local(part.returned_at),
        found=part.found,
        hazards=list(part.hazards),
        may_file=may_file,
        may_decide=may_decide,
    )


def whole_view(whole: Whole, book: Rulebook) -> WholeView:
    named = Named(book)
    return WholeView(
        **dict(window_view(whole.seen, book)),
        filed=[_entry(one, named) for one in whole.filed],
        planned=[_major(one) for one in whole.planned],
        left_out=[_major(one) for one in whole.left_out],
    )


def _entry(one: Happening, named: Named) -> EntryView:
    decision = one.decision
    return EntryView(
        seq=one.seq,
        kind=words(one.kind),
        at=local(one.at),
        unit=named.unit(one.actor.unit),
        role=one.actor.role.value,
        about=[named.unit(unit) for unit in one.units],
        filing=one.filing,
        approve=decision.approve if decision else None,
        document=decision.document if decision else "",
        reason=decision.reason if decision else "",
        hash=one.hash,
    )


def _major(one: Major) -> MajorView:
    return MajorView(
        hazard=one.id,
        href=f"/v1/hazards/{one.id}",
        title=one.title,
        place=one.place,
        state=words(one.state),
        open=one.open,
        listed_at=_local(one.listed_at),
        removed_at=_local(one.removed_at),
    )


def line_view(one: Happening, book: Rulebook) -> LineView:
    assert one.note is not None
    named = Named(book)
    return LineView(
        seq=one.seq,
        at=local(one.at),
        book=words(one.note.book),
        on=one.note.on,
        number=one.note.number,
        subject=one.note.subject,
        units=[named.unit(unit) for unit in one.note.units],
        text=one.note.text,
        hash=one.hash,
    )


def _local(moment: datetime | None) -> datetime | None:
    return local(moment) if moment else None
