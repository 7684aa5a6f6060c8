"""One request for a page: who looks, in which language, under which rules; and how its page is put together."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from markupsafe import Markup
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.context import Rooms, rooms
from api.problems import Problem
from domain.library import Rules
from domain.organisation import SEES_WHOLE_PROFILE, Role, Unit
from domain.remaining import Remaining, remaining
from domain.values import UnitId, local
from storage.scope import Principal
from web import assets, drawn, times
from web.language import Language
from web.templating import template

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; {script}form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_UNDER = {"/catalogue": "/units", "/calendar": "/units", "/notices": "/inbox"}
"""Pages that belong to a main one of another address."""
_LIVE = "script-src 'self'; connect-src 'self'; "


@dataclass(frozen=True)
class Sight:
    """What a page needs before anybody has signed in: the request and a language."""

    request: Request
    language: Language

    @property
    def here(self) -> str:
        """The address of this page, for coming back to it in the other language."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query and self.request.method == "GET" else url.path

    def page(self, name: str, status: int = 200, *, live: bool = False, **values: Any) -> Response:
        """The template ``name``.html with ``values``. ``live`` lets the page's one script run."""
        text = template(name).render(
            say=self.language.say,
            of=self.language.of,
            either=self.language.either,
            chinese=self.language.chinese,
            tag=self.language.tag,
            sight=self,
            bits=drawn.bits(self.language),
            asset=assets.address,
            live=live,
            **values,
        )
        headers = {
            "Content-Security-Policy": _POLICY.format(script=_LIVE if live else ""),
            "Content-Language": self.language.tag,
            # Not "no-referrer": with it browsers would not say which page a form comes from.
            "Referrer-Policy": "same-origin",
            "Vary": "Accept-Encoding, Cookie",
        }
        body = text.encode()
        if "gzip" in self.request.headers.get("accept-encoding", ""):
            # The fastest level: a page is a tenth of its size after it, and the next one saves a tenth of that.
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        return HTMLResponse(body, status, headers=headers)

    def go(self, path: str, **query: str) -> Response:
        """After a form: on to a page that may be reloaded without doing it again."""
        return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)


class Term(NamedTuple):
    """A deadline in words: when it is, and how long there is."""

    late: bool
    due: str
    remains: Markup


@dataclass(frozen=True)
class Visit(Sight):
    """A page for somebody: his seat, the rules of his district, the present moment."""

    principal: Principal
    rules: Rules
    now: datetime

    @property
    def rooms(self) -> Rooms:
        return rooms(self.request)

    @cached_property
    def today(self) -> date:
        return local(self.now).date()

    @cached_property
    def units(self) -> dict[UnitId, Unit]:
        return self.rules.book.organisation.by_id

    @property
    def whole(self) -> bool:
        """Whether he sees the whole district."""
        return self.principal.actor.role in SEES_WHOLE_PROFILE

    def page(self, name: str, status: int = 200, *, live: bool = False, **values: Any) -> Response:
        return super().page(name, status, live=live, visit=self, **values)

    @property
    def sections(self) -> Markup:
        first = f"/{self.request.url.path.split('/')[1]}"
        return drawn.sections(self.language, _UNDER.get(first, first))

    # -- words --------------------------------------------------------------------------------------

    def unit(self, id: str | None) -> str:
        found = self.units.get(UnitId(id or ""))
        return self.language.either(found.name, found.en) if found else (id or "")

    def unit_names(self, ids: Iterable[str]) -> str:
        return ("、" if self.language.chinese else ", ").join(self.unit(id) for id in ids)

    def role(self, role: str) -> str:
        try:
            return self.language.of(Role(role))
        except ValueError:
            return role

    @cached_property
    def seat(self) -> str:
        actor = self.principal.actor
        return f"{self.unit(actor.unit)} · {self.role(actor.role)}"

    @property
    def district(self) -> str:
        book = self.rules.book
        return self.language.either(book.name, book.en)

    # -- times --------------------------------------------------------------------------------------

    def day(self, value: date) -> str:
        return times.day(self.language, value, self.today.year)

    def moment(self, value: datetime) -> str:
        return times.moment(self.language, value, self.today.year)

    def due(self, value: datetime) -> str:
        return times.deadline(self.language, value, self.today)

    @cached_property
    def _terms(self) -> dict[tuple[datetime, bool], Term]:
        return {}

    def term(self, due: datetime, soon: bool = False) -> Term:
        """A deadline for a line of a list: a page has fifty, and many fall due alike.

        ``soon`` where the hazard says so before the hours do.
        """
        found = self._terms.get((due, soon))
        if found is None:
            left = self.left(due)
            found = Term(left.late, self.due(due), drawn.left(self.language, left, soon))
            self._terms[due, soon] = found
        return found

    def left(self, due: datetime) -> Remaining:
        """What is left until a deadline, by the working days of the calendar in force."""
        return remaining(self.rules.calendar, self.now, due)


def in_address(error: ValidationError) -> RequestValidationError:
    """What is wrong with the query string, as the API's own check of it says."""
    return RequestValidationError(
        [{**detail, "loc": ("query", *detail["loc"])} for detail in error.errors(include_url=False)]
    )


def nothing() -> Problem:
    return Problem(404, "no-such-path", "没有这个地址", "there is nothing at this address")
