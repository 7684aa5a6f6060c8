"""Signing in and out, and coming back to where one was."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from api.context import admit, rooms
from api.problems import Problem, problem_of
from domain.library import Rulebook
from domain.organisation import Role
from domain.refusal import Refusal
from domain.values import UnitId
from service.identity import LIFETIME, Unauthenticated
from web import session
from web.context import Pages, pages
from web.typed import one, typed_in
from web.visit import Sight

_SEATS_OF_A_UNIT = (
    Role.LIAISON,
    Role.HANDLER,
    Role.ASSESSOR,
    Role.DEPUTY_LEADER,
    Role.PRINCIPAL,
    Role.DISCOVERER,
)


async def show(sight: Sight) -> Response:
    books = await rooms(sight.request).reading.books()
    return page(sight, pages(sight.request), books=books)


def page(
    sight: Sight,
    here: Pages,
    *,
    status: int = 200,
    problem: Problem | None = None,
    books: tuple[Rulebook, ...] = (),
) -> Response:
    wanted = sight.request.query_params.get("profile", "")
    book = next((book for book in books if book.profile == wanted), books[0] if books else None)
    return sight.page(
        here.sign_in.offered,
        status,
        back=safe_path(sight.request.query_params.get("back", "/")),
        problem=problem,
        books=books,
        book=book,
        seats=_seats(book, sight.request.query_params.get("unit", "")) if book else (),
        roles=_SEATS_OF_A_UNIT,
    )


def _seats(book: Rulebook, wanted: str) -> tuple[tuple[UnitId, Role], ...]:
    """One seat of each central kind, offered with one press; before them the liaison of a unit that the address names."""
    organisation = book.organisation
    unit = organisation.find(wanted) if wanted else None
    return (
        *(((unit.id, Role.LIAISON),) if unit and unit.handles else ()),
        (organisation.desk, Role.DESK),
        (organisation.office, Role.OFFICE),
        (organisation.office, Role.OFFICE_DIRECTOR),
        (organisation.office, Role.AUDITOR),
    )


async def enter(sight: Sight) -> Response:
    """Take a seat: check it as any request does, and give the browser its session."""
    request, here = sight.request, pages(sight.request)
    typed = await typed_in(request)
    try:
        principal = await here.sign_in.seat(rooms(request), {name: one(typed, name) for name in typed})
        await admit(request, principal)
    except (Unauthenticated, Refusal) as error:
        problem = problem_of(error)
        books = await rooms(request).reading.books()
        return page(sight, here, status=problem.status, problem=problem, books=books)
    response = RedirectResponse(safe_path(one(typed, "back")), 303)
    session.keep(request, response, here.sessions.issue(principal, LIFETIME))
    return response


async def leave(sight: Sight) -> Response:
    response = sight.go("/sign-in")
    session.drop(response)
    return response


def safe_path(text: str) -> str:
    """An address of ours: whatever could lead elsewhere leads to the first page."""
    ours = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if ours else "/"
