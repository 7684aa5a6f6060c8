"""Puts the pages into the application: addresses, and what every page has in common."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from api.context import rooms
from api.problems import language_of, problem_of
from api.wire import log_unforeseen
from domain.refusal import Refusal
from service.identity import Unauthenticated
from settings import Settings
from web import (
    acting,
    assets,
    board,
    bulk,
    inbox,
    language,
    listing,
    live,
    notices,
    obligations,
    one,
    overview,
    papers,
    programme,
    provider,
    riskpoints,
    session,
    signin,
    topics,
)
from web.context import Pages, pages
from web.language import Language
from web.visit import Sight, Visit

Endpoint = Callable[[Visit], Awaitable[Response]]


class Address(Route):
    """Where a page stands. A plain route: nothing of a page is to be validated or documented for it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return match, {**child, "route": self}  # for the line of log


def install(app: FastAPI, settings: Settings) -> None:
    """All pages, at the root of the same application as the API."""
    app.state.pages = Pages.of(settings)
    as_the_api: Any = app.exception_handlers[HTTPException]

    async def lost(request: Request, error: Exception) -> Response:
        return await _lost(request, error) or await as_the_api(request, error)

    app.add_exception_handler(HTTPException, lost)
    assets.install(app)
    addresses = []
    for path, endpoint, method in (
        ("/", overview.show, "GET"),
        ("/live", live.events, "GET"),
        ("/inbox", inbox.show, "GET"),
        ("/notices", notices.show, "GET"),
        ("/notices.csv", notices.as_csv, "GET"),
        ("/notices.xlsx", notices.as_xlsx, "GET"),
        ("/notices/retry", notices.retry, "POST"),
        ("/notices/{notice}/receipt", inbox.acknowledge, "POST"),
        ("/units", topics.units, "GET"),
        ("/units.csv", papers.load_csv, "GET"),
        ("/units.xlsx", papers.load_xlsx, "GET"),
        ("/units/{unit}", topics.unit, "GET"),
        ("/assessments/{year}.csv", papers.assessment_csv, "GET"),
        ("/assessments/{year}.xlsx", papers.assessment_xlsx, "GET"),
        ("/figures/{month}.csv", papers.figures_csv, "GET"),
        ("/figures/{month}.xlsx", papers.figures_xlsx, "GET"),
        ("/bulletins/{month}/{kind}.{ending}", papers.bulletin, "GET"),
        ("/catalogue", topics.catalogue, "GET"),
        ("/catalogue/{code}", topics.item, "GET"),
        ("/calendar", topics.calendar, "GET"),
        ("/calendar/{year}", topics.calendar, "GET"),
        ("/board", board.show, "GET"),
        ("/hazards", listing.show, "GET"),
        ("/obligations", obligations.show, "GET"),
        ("/obligations.csv", obligations.as_csv, "GET"),
        ("/obligations.xlsx", obligations.as_xlsx, "GET"),
        ("/urge", bulk.urge, "POST"),
        ("/views", listing.save_view, "POST"),
        ("/views/remove", listing.remove_view, "POST"),
        ("/hazards.csv", listing.as_csv, "GET"),
        ("/hazards.xlsx", listing.as_xlsx, "GET"),
        ("/programme", programme.show, "GET"),
        ("/programme.csv", programme.as_csv, "GET"),
        ("/programme.xlsx", programme.as_xlsx, "GET"),
        ("/programme/{duty}/{label}", programme.window, "GET"),
        ("/programme/{duty}/{label}", programme.file, "POST"),
        ("/programme/{duty}/{label}/decision", programme.decide, "POST"),
        ("/risk-points", riskpoints.show, "GET"),
        ("/risk-points.csv", riskpoints.as_csv, "GET"),
        ("/risk-points.xlsx", riskpoints.as_xlsx, "GET"),
        ("/risk-points/new", riskpoints.new, "GET"),
        ("/risk-points/new", riskpoints.register, "POST"),
        ("/risk-points/{number}", riskpoints.one, "GET"),
        ("/risk-points/{number}/{do}", riskpoints.give, "POST"),
        ("/report", acting.report_form, "GET"),
        ("/report", acting.report, "POST"),
        ("/hazards/{number}", one.show, "GET"),
        ("/hazards/{number}/{command}", acting.form, "GET"),
        ("/hazards/{number}/{command}", acting.give, "POST"),
    ):
        addresses.append(Address(path, for_somebody(endpoint), methods=[method]))
    for path, open_endpoint, method in (
        ("/sign-in", signin.show, "GET"),
        ("/sign-in", signin.enter, "POST"),
        ("/sign-in/start", provider.start, "GET"),
        ("/sign-in/callback", provider.finish, "GET"),
        ("/sign-out", signin.leave, "POST"),
        ("/language", change_language, "GET"),
    ):
        addresses.append(Address(path, _for_anybody(open_endpoint), methods=[method]))
    # Ahead of the API's: a request tries one after the other, and the API has three times as many.
    app.router.routes[:0] = addresses


def for_somebody(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """A page that needs a seat; whoever has none is led to the sign-in and back again."""

    async def answer(request: Request) -> Response:
        sight = Sight(request, _language(request))
        try:
            session.check_origin(request)
            # A refusal after this is told on a page that keeps the reader's seat and his way on.
            sight = visit = await _visit(sight)
            return await endpoint(visit)
        except Unauthenticated as error:
            if request.method == "GET":
                return sight.go("/sign-in", back=sight.here)
            return signin.page(sight, pages(request), status=401, problem=problem_of(error))
        except Exception as error:
            return _failed(sight, error)

    return answer


async def _visit(sight: Sight) -> Visit:
    """Whoever has signed in. Raises :class:`Unauthenticated` for nobody."""
    request = sight.request
    principal = await session.who(request)
    rules = await rooms(request).reading.rules(principal)
    return Visit(request, sight.language.of_district(rules.book), principal, rules, pages(request).clock())


async def _lost(request: Request, error: Exception) -> Response | None:
    """An address that leads nowhere, as a page for a browser, which says that it reads pages; else ``None``."""
    path, wanted = request.url.path, request.headers.get("accept", "")
    if request.method != "GET" or path.startswith("/v1/") or "text/html" not in wanted:
        return None
    sight = Sight(request, _language(request))
    with contextlib.suppress(Unauthenticated, Refusal):
        sight = await _visit(sight)
    return _failed(sight, error)


def _for_anybody(
    endpoint: Callable[[Sight], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        sight = Sight(request, _language(request))
        try:
            session.check_origin(request)
            return await endpoint(sight)
        except Exception as error:
            return _failed(sight, error)

    return answer


def _failed(sight: Sight, error: Exception) -> Response:
    """An error as a page, in the words the API uses for it."""
    problem = problem_of(error)
    request_id = getattr(sight.request.state, "request_id", "")
    if problem.code == "internal":
        log_unforeseen(error, request_id)
    return sight.page("problem", problem.status, problem=problem, request_id=request_id)


def _language(request: Request) -> Language:
    chosen = request.cookies.get(language.COOKIE)
    if chosen not in ("zh", "en"):
        chosen = language_of(request.headers.get("accept-language", ""))
    return Language(chosen)


async def change_language(sight: Sight) -> Response:
    """Keep a language for this browser and go back to where one was."""
    wanted = sight.request.query_params.get("to", "zh")
    response = RedirectResponse(signin.safe_path(sight.request.query_params.get("back", "/")), 303)
    if wanted in ("zh", "en"):
        response.set_cookie(language.COOKIE, wanted, max_age=365 * 86400, path="/", samesite="lax")
    return response
