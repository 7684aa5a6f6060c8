"""Reference data: the catalogue, the units, the profile's rules and the working days, as they stand now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import as_json
from api.context import caller, rooms
from api.problems import documented
from api.views import Named, UnitView, View, Words
from domain.catalogue import Item, Responsible
from domain.categories import KeyField, Line
from domain.library import Rulebook, Rules
from domain.organisation import Role, UnitType
from domain.policy import Policy
from storage.scope import Principal

TAGS: list[str | Enum] = ["基础数据 reference"]
Caller = Annotated[Principal, Depends(caller)]


class Place(BaseModel):
    """Where: 属地管理 is whoever the place belongs to."""

    model_config = ConfigDict(extra="forbid")

    subdistrict: (
        Annotated[str, Field(max_length=64, description="所在街镇 sub-district, by id or name")] | None
    ) = None


def install(app: FastAPI) -> None:
    for path, endpoint, model, summary in (
        (
            "/v1/catalogue",
            catalogue,
            CatalogueView,
            "隐患分类索引及责任单位 catalogue and who answers for each item",
        ),
        ("/v1/units", units, UnitsView, "单位与角色 units and roles"),
        ("/v1/profile", profile, ProfileView, "区级配置与政策 profile and policy"),
        ("/v1/calendar", calendar, CalendarView, "工作日历 working days"),
    ):
        app.add_api_route(
            path,
            endpoint,
            methods=["GET"],
            tags=TAGS,
            operation_id=endpoint.__name__,
            summary=summary,
            response_model=model,
            responses=documented(401, 403, 422, 429, 503),
        )


async def catalogue(
    request: Request,
    principal: Caller,
    place: Annotated[Place, Query()],
) -> Response:
    rules, resolved = await rooms(request).reading.catalogue(principal, place.subdistrict)
    return as_json(catalogue_view(rules, resolved))


async def units(request: Request, principal: Caller) -> Response:
    return as_json(units_view((await rooms(request).reading.rules(principal)).book))


async def profile(request: Request, principal: Caller) -> Response:
    return as_json(profile_view(await rooms(request).reading.rules(principal)))


async def calendar(request: Request, principal: Caller) -> Response:
    return as_json(calendar_view(await rooms(request).reading.rules(principal)))


# -- answers -----------------------------------------------------------------------------------------


class ItemView(View):
    """A catalogue entry and who answers for it in this district."""

    code: str
    class_code: str
    class_name: str
    name: str
    responsible_raw: str
    owner: UnitView | None
    candidates: list[UnitView]
    external: list[str]
    unresolved: list[str]
    needs_ruling: bool


class CatalogueView(View):
    items: list[ItemView]


def catalogue_view(rules: Rules, resolved: Iterable[tuple[Item, Responsible]]) -> CatalogueView:
    named = Named(rules.book)
    return CatalogueView(
        items=[
            ItemView(
                code=item.code,
                class_code=item.class_code,
                class_name=item.class_name,
                name=item.name,
                responsible_raw=item.responsible_raw,
                owner=named.maybe(answers.proposed),
                candidates=named.units(answers.candidates),
                external=list(answers.external),
                unresolved=list(answers.unresolved),
                needs_ruling=answers.needs_ruling,
            )
            for item, answers in resolved
        ]
    )


class FullUnitView(UnitView):
    type: UnitType
    label: Words
    aliases: list[str]
    supervisor: str | None
    subdistrict: str | None
    """For a neighbourhood or village committee: the sub-district or zone it belongs to."""
    handles: bool
    """Whether hazards can be given to it."""


class GridView(View):
    id: str
    subdistrict: UnitView
    forces: list[str]


class RoleView(View):
    id: str
    zh: str
    en: str


class UnitsView(View):
    desk: str
    office: str
    items: list[FullUnitView]
    roles: list[RoleView]
    grids: list[GridView]


def units_view(book: Rulebook) -> UnitsView:
    organisation, named = book.organisation, Named(book)
    return UnitsView(
        desk=organisation.desk,
        office=organisation.office,
        items=[
            FullUnitView(
                id=unit.id,
                name=unit.name,
                en=unit.en,
                type=unit.type,
                label=named.words(unit.type),
                aliases=list(unit.aliases),
                supervisor=unit.supervisor,
                subdistrict=unit.within,
                handles=unit.handles,
            )
            for unit in organisation.units
        ],
        roles=[RoleView(id=role.value, zh=role.zh, en=role.en) for role in Role if role is not Role.SYSTEM],
        grids=[
            GridView(id=grid.id, subdistrict=named.unit(grid.subdistrict), forces=list(grid.forces))
            for grid in organisation.grids
        ],
    )


class ProfileView(View):
    """The rules new hazards start under: their text is named by ``rules`` and ``calendar``."""

    profile: str
    name: str
    en: str
    prefix: str
    version: str
    rules: str
    calendar: str
    policy: Policy
    key_fields: tuple[KeyField, ...]
    """Fields of the district's campaigns, for the tags of hazards (CLS-14)."""
    lines: tuple[Line, ...]
    """Lines of work and who leads them."""


def profile_view(rules: Rules) -> ProfileView:
    book = rules.book
    return ProfileView(
        profile=book.profile,
        name=book.name,
        en=book.en,
        prefix=book.prefix,
        version=book.version,
        rules=book.digest,
        calendar=rules.calendar_digest,
        policy=book.policy,
        key_fields=book.key_fields,
        lines=book.lines,
    )


class SpanView(View):
    first: date
    last: date


class CalendarView(View):
    """Working days as published; outside ``spans`` Monday to Friday are counted and dates are provisional."""

    digest: str
    version: str
    source: str
    spans: list[SpanView]
    days_off: list[date]
    make_up_days: list[date]


def calendar_view(rules: Rules) -> CalendarView:
    calendar = rules.calendar
    return CalendarView(
        digest=rules.calendar_digest,
        version=calendar.version,
        source=calendar.source,
        spans=[SpanView(first=span.first, last=span.last) for span in calendar.spans],
        days_off=list(calendar.days_off),
        make_up_days=list(calendar.make_up_days),
    )
