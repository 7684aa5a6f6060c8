"""督办事项: what seats owe across hazards, for whoever has to see that it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from api import obligations as api
from api.problems import Problem, problem_of
from domain.obligations import OWED, Owed, Standing, standing
from domain.refusal import Refusal
from domain.remaining import Remaining
from storage import obligations
from storage.obligations import Lines
from web.visit import Visit, in_address

T = TypeVar("T", bound=api.Search)

PAGE = 50
PATH = "/obligations"
_UNNAMED = ("cursor", "limit", "order")


@dataclass(frozen=True)
class Shown:
    """An obligation on the page: what it is, how it stands, and how long there is."""

    line: obligations.Line
    kind: Owed
    standing: Standing
    left: Remaining | None

    @property
    def late(self) -> bool:
        return self.standing is Standing.LATE


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
    organisation = visit.rules.book.organisation
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
        kinds=list(OWED.items()),
        units=[
            unit
            for unit in organisation.units
            if unit.handles or unit.id in (organisation.office, organisation.desk)
        ],
    )


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
    owed = line.owed
    left = visit.left(owed.due) if owed.due and owed.open else None
    return Shown(line, OWED[owed.kind], standing(owed, visit.now), left)


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
