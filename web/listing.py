"""清单: the hazards one may see, narrowed and ordered by what stands in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from fastapi.exceptions import RequestValidationError
from markupsafe import Markup
from pydantic import ValidationError
from starlette.responses import Response

from api import sheets
from api.hazards import Search, filters_of
from api.problems import Problem, problem_of
from domain.organisation import ROLES_OF_THE_DESK, ROLES_OF_THE_OFFICE, UnitType
from domain.refusal import Refusal
from domain.values import Channel, Colour, Mode, Rung, Sla, State, Urgency
from service.figures import SOON_WORKING_DAYS
from storage.briefs import Brief, Briefs
from storage.readmodel import Order
from web import choices, drawn
from web.language import Language
from web.typed import one, typed_in
from web.visit import Visit, in_address

PAGE = 50
PATH = "/hazards"
_UNNAMED = ("cursor", "limit")
"""What of the address says nothing about which list it is."""

_SELDOM = frozenset({"mode", "subdistrict", "class", "urgency", "colour", "channel", "from", "to", "due_by"})
"""Filters that are shown when they are used or asked for."""


class Line(NamedTuple):
    """One hazard of a list, and what is owed next, in words: a page has fifty, and a look-up in a template is dear."""

    id: str
    title: str
    place: str
    urgency: str
    """Where it is more urgent than most."""
    major: bool
    round: int
    owner: str
    state: Markup
    level: Markup
    late: bool
    clock: str
    due: str
    remains: Markup | None
    provisional: bool


@dataclass(frozen=True)
class View:
    """A list worth a name of its own."""

    name: str
    query: str
    current: bool = False


async def show(visit: Visit) -> Response:
    return await _page(visit, _asked(visit.request.query_params.multi_items()))


async def save_view(visit: Visit) -> Response:
    """Keep the list as it is narrowed and ordered under a name of the reader's own."""
    typed = await typed_in(visit.request)
    asked = [pair for pair in _asked(parse_qsl(one(typed, "query"))) if pair[0] not in _UNNAMED]
    try:
        _search(asked)  # what is kept is a list that can be asked for
        await visit.rooms.views.save(visit.principal, one(typed, "name"), urlencode(asked))
    except (Refusal, RequestValidationError) as error:
        return await _page(visit, asked, problem_of(error), one(typed, "name"))
    return visit.go(_address(asked))


async def remove_view(visit: Visit) -> Response:
    typed = await typed_in(visit.request)
    await visit.rooms.views.remove(visit.principal, one(typed, "name"))
    return visit.go(_address(_asked(parse_qsl(one(typed, "query")))))


def _asked(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in pairs if value]


async def _page(
    visit: Visit, asked: list[tuple[str, str]], unsaved: Problem | None = None, name: str = ""
) -> Response:
    """``unsaved`` is why the list was not kept under ``name``."""
    problem: Problem | None = None
    page = Briefs(rows=(), next=None)
    search, saved = Search(), None
    try:
        search = _search(asked)
        filters = filters_of(search, visit.rules.book.organisation)
        order = Order[search.order.upper()]
        page, saved = await visit.rooms.reading.briefs_with_views(
            visit.principal, filters, search.cursor, min(search.limit, PAGE), order
        )
    except (Refusal, RequestValidationError) as error:
        problem = problem_of(error)
    if saved is None:
        saved = await visit.rooms.views.of(visit.principal)
    return visit.page(
        "list",
        wrong.status if (wrong := problem or unsaved) else 200,
        problem=problem,
        unsaved=unsaved,
        view_name=name,
        own=[View(one.name, one.query, one.query == _query(asked)) for one in saved],
        here=_query(asked),
        search=search,
        asked=dict(asked),
        lines=lines(visit, page.rows),
        following=_address(asked, cursor=page.next) if page.next else None,
        first=_address(asked) if search.cursor else None,
        urging=visit.principal.actor.role in ROLES_OF_THE_OFFICE | ROLES_OF_THE_DESK,
        key=uuid4().hex,
        sheet=_address(asked).removeprefix(PATH),
        views=_views(visit, asked),
        orders=_orders(visit, asked, search),
        picks=_picks(visit, dict(asked)),
        narrowed=_narrowed(asked),
        more=any(name in _SELDOM for name, _ in asked),
    )


async def as_csv(visit: Visit) -> Response:
    """The whole list, narrowed as the page was, for a spreadsheet."""
    return await sheets.as_csv(visit.request, visit.principal, _sheet(visit))


async def as_xlsx(visit: Visit) -> Response:
    return await sheets.as_xlsx(visit.request, visit.principal, _sheet(visit))


def _sheet(visit: Visit) -> sheets.Sheet:
    asked = _asked(visit.request.query_params.multi_items())
    search = _search([(name, value) for name, value in asked if name not in _UNNAMED])
    said = search.model_dump(by_alias=True, exclude_unset=True)
    return sheets.Sheet.model_validate({**said, "lang": visit.language.code})


def lines(visit: Visit, rows: Sequence[Brief]) -> list[Line]:
    return [_line(visit, row) for row in rows]


def _line(visit: Visit, row: Brief) -> Line:
    language, owed = visit.language, row.next
    term = visit.term(owed.due, row.sla is Sla.DUE_SOON) if owed else None
    return Line(
        id=row.id,
        title=row.title or row.place,
        place=row.place,
        urgency="" if row.urgency is Urgency.NORMAL else language.of(row.urgency),
        major=row.major,
        round=row.round,
        owner=visit.unit(row.owner),
        state=drawn.badge(language, "state", row.state),
        level=drawn.badge(language, "rung", row.level),
        late=term.late if term else False,
        clock=language.of(owed.clock) if owed else "",
        due=term.due if term else "",
        remains=term.remains if term else None,
        provisional=owed.provisional if owed else False,
    )


def _search(asked: list[tuple[str, str]]) -> Search:
    """What the address asks for; a field left blank asks for nothing."""
    data: dict[str, Any] = {}
    for name, value in asked:
        if name in ("state", "mode", "level"):
            data.setdefault(name, []).append(value)
        else:
            data[name] = value
    try:
        return Search.model_validate(data)
    except ValidationError as error:
        raise in_address(error) from None


def _address(asked: list[tuple[str, str]], **more: str | None) -> str:
    kept = [(name, value) for name, value in asked if name not in _UNNAMED and name not in more]
    kept += [(name, value) for name, value in more.items() if value]
    return f"{PATH}?{urlencode(kept)}" if kept else PATH


def _narrowed(asked: list[tuple[str, str]]) -> bool:
    return any(name not in (*_UNNAMED, "order") for name, _ in asked)


def _query(asked: list[tuple[str, str]]) -> str:
    return urlencode([(name, value) for name, value in asked if name not in _UNNAMED])


def _views(visit: Visit, asked: list[tuple[str, str]]) -> list[View]:
    """Lists that everybody asks for, under their names."""
    say, here = visit.language.say, _query(asked)
    named = [
        (say("全部"), ""),
        (say("未清零"), _OPEN),
        (say("超期"), _OVERDUE),
        (say("下一工作日前到期"), soon_query(visit, 1)),
        (say("三个工作日内到期"), soon_query(visit)),
        (say("督办及以上"), _SUPERVISED),
        (say("待核实"), _REPORTED),
        (say("待签收"), _UNSIGNED),
    ]
    return [View(name, query, query == here) for name, query in named]


_OPEN = urlencode({"open": "true", "order": "due"})
_OVERDUE = urlencode({"overdue": "true", "order": "due"})
_SUPERVISED = urlencode([("level", rung.value) for rung in Rung if rung.step >= 2] + [("order", "due")])
_REPORTED = urlencode({"state": State.REPORTED.value, "order": "due"})
_UNSIGNED = urlencode({"state": State.AWAITING_SIGNOFF.value, "order": "due"})


def soon_query(visit: Visit, working_days: int = SOON_WORKING_DAYS) -> str:
    """The list of what falls due within so many working days, as the dashboard counts it."""
    day = visit.rules.calendar.shift(visit.today, working_days)
    return urlencode({"open": "true", "overdue": "false", "due_by": day.isoformat(), "order": "due"})


def _orders(visit: Visit, asked: list[tuple[str, str]], search: Search) -> list[tuple[str, str, bool]]:
    say = visit.language.say
    return [
        (name, _address(asked, order=key), search.order == key)
        for key, name in (("due", say("按期限")), ("updated", say("按更新")), ("reported", say("按登记")))
    ]


# -- what the filters offer ----------------------------------------------------------------------------


def _picks(visit: Visit, asked: Mapping[str, str]) -> dict[str, Markup]:
    language, say = visit.language, visit.language.say
    offered = (
        ("state", say("状态"), _STATES),
        ("unit", say("管辖单位"), choices.HANDLING),
        ("level", say("督办级别"), _levels),
        ("mode", say("方式"), _modes),
        ("subdistrict", say("所在街镇"), _STREETS),
        ("class", say("大类"), _classes),
        ("urgency", say("紧急程度"), _URGENCIES),
        ("colour", say("风险等级"), _COLOURS),
        ("channel", say("发现渠道"), _CHANNELS),
    )
    return {
        name: drawn.pick(language, name, title, options, asked.get(name, ""))
        for name, title, options in offered
    }


def _modes(language: Language) -> list[tuple[str, str]]:
    return [(one.value, language.of(one)) for one in Mode if one in language.district.modes]


def _levels(language: Language) -> list[tuple[str, str]]:
    return [(one.value, f"{one} {language.of(one)}") for one in Rung]


def _classes(language: Language) -> list[tuple[str, str]]:
    classes = {item.class_code: item.class_name for item in language.district.catalogue.items}
    return [(code, f"{code} {name}") for code, name in classes.items()]


_STREETS = choices.units(lambda one, _: one.type is UnitType.SUBDISTRICT)
_STATES, _URGENCIES = choices.all_of(State), choices.all_of(Urgency)
_COLOURS, _CHANNELS = choices.all_of(Colour), choices.all_of(Channel)
