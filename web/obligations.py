"""督办事项: what seats owe across hazards, for whoever has to see that it is done."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from fastapi.exceptions import RequestValidationError
from markupsafe import Markup
from pydantic import ValidationError
from starlette.responses import Response

from api import obligations as api
from api.problems import Problem, problem_of
from domain.obligations import OWED, Standing, standing
from domain.refusal import Refusal
from storage import obligations
from storage.obligations import Lines
from web import choices, drawn
from web.language import Language
from web.visit import Visit, in_address

T = TypeVar("T", bound=api.Search)

PAGE = 50
PATH = "/obligations"
_UNNAMED = ("cursor", "limit", "order")


class Shown(NamedTuple):
    """An obligation in words: what it is, whose, how it stands, and how long there is."""

    hazard: str
    title: str
    place: str
    state: str
    level: Markup
    what: str
    about: str
    """The unit it is about, where that is not the one that owes it."""
    unit: str
    role: str
    late: bool
    due: str
    remains: Markup | None
    standing: str
    met: str
    received: str
    """When it was signed for; or that it was not, while it is owed."""
    accepted: str


async def show(visit: Visit) -> Response:
    asked = _asked(visit)
    problem: Problem | None = None
    page, search = Lines(rows=(), next=None), api.Search()
    try:
        search = _search(asked, api.Search)
        sought = api.sought_of(search, visit.rules.book.organisation)
        page = await visit.rooms.reading.obligations(
            visit.principal, sought, search.cursor, min(search.limit, PAGE), api.by_of(search)
        )
    except (Refusal, RequestValidationError) as error:
        problem = problem_of(error)
    language, say = visit.language, visit.language.say
    unit = visit.rules.book.organisation.id_of(asked.get("unit", ""))
    return visit.page(
        "obligations",
        problem.status if problem else 200,
        problem=problem,
        asked=asked,
        lines=[_shown(visit, line) for line in page.rows],
        following=_address(asked, cursor=page.next) if page.next else None,
        first=_address(asked) if search.cursor else None,
        sheet=_address(asked).removeprefix(PATH),
        views=_views(visit, asked),
        kinds=drawn.pick(language, "kind", say("事项"), _kinds, asked.get("kind", "")),
        units=drawn.pick(language, "unit", say("承担单位"), _UNITS, unit),
    )


def _kinds(language: Language) -> list[tuple[str, str]]:
    return [(kind, language.of(owed)) for kind, owed in OWED.items()]


_UNITS = choices.units(lambda one, of: one.handles or one.id in (of.office, of.desk))


def _views(visit: Visit, asked: dict[str, str]) -> list[tuple[str, str, bool]]:
    say = visit.language.say
    named = (("open", say("未完成")), ("late", say("逾期")), ("done", say("已完成")), ("", say("全部")))
    return [(name, _address(asked, state=state), state == asked["state"]) for state, name in named]


async def as_csv(visit: Visit) -> Response:
    return await api.as_csv(visit.request, visit.principal, _sheet(visit))


async def as_xlsx(visit: Visit) -> Response:
    return await api.as_xlsx(visit.request, visit.principal, _sheet(visit))


def _sheet(visit: Visit) -> api.Sheet:
    asked = {name: value for name, value in _asked(visit).items() if name not in _UNNAMED}
    return _search({**asked, "lang": visit.language.code}, api.Sheet)


def _shown(visit: Visit, line: obligations.Line) -> Shown:
    owed, language, say = line.owed, visit.language, visit.language.say
    stands = standing(owed, visit.now)
    term = visit.term(owed.due) if owed.due else None
    received = say("未签收") if owed.open else ""
    if owed.received_at:
        received = say("{time} 已签收", time=visit.moment(owed.received_at))
    return Shown(
        hazard=line.hazard,
        title=line.title or line.place,
        place=line.place,
        state=language.of(line.state),
        level=drawn.badge(language, "rung", line.level),
        what=language.of(OWED[owed.kind]),
        about=visit.unit(owed.about) if owed.about and owed.about != owed.unit else "",
        unit=visit.unit(owed.unit),
        role=visit.role(owed.role),
        late=stands is Standing.LATE,
        due=term.due if term else say("未定期限"),
        remains=term.remains if term and owed.open else None,
        standing=language.of(stands),
        met=visit.moment(owed.met_at) if owed.met_at else "",
        received=received,
        accepted=say("{time} 已认可", time=visit.moment(owed.accepted_at)) if owed.accepted_at else "",
    )


def _asked(visit: Visit) -> dict[str, str]:
    """What the address asks for. ``state`` is always said: left blank it asks for all."""
    given = dict(visit.request.query_params.multi_items())
    state = given.pop("state", "open")
    return {"state": state, **{name: value for name, value in given.items() if value}}


def _search(asked: dict[str, Any], kind: type[T]) -> T:
    try:
        return kind.model_validate({name: value for name, value in asked.items() if value})
    except ValidationError as error:
        raise in_address(error) from None


def _address(asked: dict[str, str], **more: str | None) -> str:
    kept = {name: value for name, value in asked.items() if name not in _UNNAMED}
    kept |= {name: value for name, value in more.items() if value is not None}
    return f"{PATH}?{urlencode(kept)}"
