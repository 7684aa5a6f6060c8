"""Routes of obligations (督办事项): what seats owe across hazards, as a list and as a sheet (SUP-01, SUP-03)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import as_json, end_of, linked, start_of
from api.context import rooms
from api.hazards import HAZARDS, READ, Caller, unit_of
from api.problems import documented
from api.sheets import add_sheet, csv_of, xlsx_of
from api.views import Named, UnitView, View, Words, words
from documents import obligations as sheet
from domain.commands import COMMANDS
from domain.library import Rulebook
from domain.obligations import OWED, Standing, standing
from domain.organisation import Organisation, Role
from domain.state import OwedKind
from domain.texts import DayOrInstant
from domain.values import HazardId, State, last_day
from storage.obligations import By, Line, Sought
from storage.readmodel import LONGEST_PAGE

OBLIGATIONS = "/v1/obligations"


class Search(BaseModel):
    """Filters of the list. An unknown one is an error: a misspelt filter must not show everything."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[
        Literal["open", "late", "done"] | None,
        Field(
            description="open 未完成（含逾期）、late 逾期、done 已完成、已决定不予或已失效 "
            "still owed (late ones included), late, or met, declined or lapsed"
        ),
    ] = None
    unit: Annotated[
        str | None, Field(max_length=64, description="承担单位编号或名称 who owes it, by id or name")
    ] = None
    kind: Annotated[OwedKind | None, Field(description="事项种类 kind of obligation")] = None
    hazard: Annotated[str | None, Field(max_length=64, description="隐患编号 number of the hazard")] = None
    due_from: Annotated[
        DayOrInstant | None, Field(description="期限自：日期含当日 due from: the day is included")
    ] = None
    due_by: Annotated[
        DayOrInstant | None, Field(description="期限至：日期含当日 due by: the day is included")
    ] = None
    order: Annotated[
        Literal["due", "raised"],
        Field(description="期限先到在前，或最近提出在前 earliest due, or latest raised"),
    ] = "due"
    cursor: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 50


class Sheet(Search):
    """The filters of the list; a sheet holds all of it."""

    lang: Literal["zh", "en"] = "zh"


class AnswerView(View):
    """A command that fulfils an obligation, and where it is given."""

    command: str
    zh: str
    en: str
    href: str


class HazardOfView(View):
    """The hazard an obligation is about."""

    id: str
    title: str
    place: str
    state: State
    label: Words
    owner: UnitView
    href: str


class ObligationView(View):
    """What a seat owes. ``answers`` are the commands that fulfil it, any of them; none when it is done.

    ``received_at`` is the receipt (签收), ``met_at`` when it was fulfilled, ``accepted_at`` when a stated
    reason was accepted. Moments in Asia/Shanghai; 24:00 of a day is 00:00 of the next, ``last_day`` says which.
    """

    id: str
    kind: OwedKind
    label: Words
    unit: UnitView
    role: str
    seat: Words
    about: UnitView | None
    """Whose lateness it is about, where that is one unit's: of a listed hazard each answers for its own part."""
    state: Standing
    state_label: Words
    raised_at: datetime
    due: datetime | None
    last_day: date | None
    received_at: datetime | None
    met_at: datetime | None
    accepted_at: datetime | None
    answers: list[AnswerView]
    receipt: AnswerView | None
    """How to acknowledge it, until somebody has."""
    hazard: HazardOfView


class ObligationsView(View):
    """Some obligations; ``next`` is the cursor of those that follow, and stands in ``Link`` as well."""

    items: list[ObligationView]
    next: str | None


def install(app: FastAPI) -> None:
    app.add_api_route(
        OBLIGATIONS,
        find,
        methods=["GET"],
        tags=READ,
        operation_id="obligations",
        summary="督办事项：各单位应答复、约谈、报告的事 what seats owe across hazards",
        response_model=ObligationsView,
        responses=documented(400, 401, 403, 422, 429, 503),
    )
    add_sheet(app, OBLIGATIONS, "obligations", "督办事项（{}） what seats owe as {}", as_csv, as_xlsx)


async def find(request: Request, principal: Caller, search: Annotated[Search, Query()]) -> Response:
    reading = rooms(request).reading
    book = (await reading.rules(principal)).book
    sought = sought_of(search, book.organisation)
    page = await reading.obligations(principal, sought, search.cursor, search.limit, by_of(search))
    now, named = datetime.now(UTC), Named(book)
    view = ObligationsView(items=[_view(line, book, named, now) for line in page.rows], next=page.next)
    return linked(as_json(view), request, page.next)


async def as_csv(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    rows = await _rows(request, principal, search)
    return await csv_of(rows, "obligations", search.lang, sheet.COLUMNS)


async def as_xlsx(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    rows = await _rows(request, principal, search)
    return await xlsx_of(rows, "obligations", "督办事项", search.lang, sheet.COLUMNS)


async def _rows(request: Request, principal: Caller, search: Sheet) -> Any:
    reading = rooms(request).reading
    book = (await reading.rules(principal)).book
    sought, now = sought_of(search, book.organisation), datetime.now(UTC)
    return sheet.rows(reading, principal, book, sought, now, by_of(search), search.lang)


def sought_of(search: Search, organisation: Organisation) -> Sought:
    """What the list is narrowed to. Raises :class:`domain.refusal.Refusal` 422 for a unit there is not."""
    return Sought(
        standing=search.state,
        unit=unit_of(search.unit, organisation),
        kind=search.kind,
        hazard=HazardId(search.hazard) if search.hazard is not None else None,
        due_from=start_of(search.due_from),
        due_before=end_of(search.due_by),
    )


def by_of(search: Search) -> By:
    return By.RAISED if search.order == "raised" else By.DUE


def _view(line: Line, book: Rulebook, named: Named, now: datetime) -> ObligationView:
    owed, kind, role = line.owed, OWED[line.owed.kind], Role(line.owed.role)
    stands = standing(owed, now)
    return ObligationView(
        id=owed.id,
        kind=owed.kind,
        label=Words(zh=kind.zh, en=kind.en),
        unit=named.unit(owed.unit),
        role=owed.role,
        seat=named.words(role),
        about=named.unit(owed.about) if owed.about else None,
        state=stands,
        state_label=words(stands),
        raised_at=owed.raised_at,
        due=owed.due,
        last_day=last_day(owed.due) if owed.due else None,
        received_at=owed.received_at,
        met_at=owed.met_at,
        accepted_at=owed.accepted_at,
        answers=[_answer(line.hazard, command) for command in kind.answers] if owed.open else [],
        receipt=_answer(line.hazard, "acknowledge") if owed.open and owed.received_at is None else None,
        hazard=HazardOfView(
            id=line.hazard,
            title=line.title,
            place=line.place,
            state=line.state,
            label=named.words(line.state),
            owner=named.unit(line.owner),
            href=f"{HAZARDS}/{line.hazard}",
        ),
    )


def _answer(hazard: HazardId, command: str) -> AnswerView:
    form = COMMANDS[command]
    return AnswerView(command=command, zh=form.zh, en=form.en, href=f"{HAZARDS}/{hazard}/commands/{command}")
