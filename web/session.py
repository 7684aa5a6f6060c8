"""Who looks at a page: a signed cookie, and the proof that a form came from our own pages.

The cookie holds a token of the deployment's own, the same that the API takes as a bearer token, so a seat has
one set of rights whichever way it comes in.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from api.context import admit
from api.problems import Problem
from service.identity import LIFETIME, Unauthenticated
from storage.scope import Principal
from web.context import by_tls, pages

COOKIE = "qingling_session"
_READS = frozenset({"GET", "HEAD"})


async def who(request: Request) -> Principal:
    """The principal of a page's request.

    Raises :class:`Unauthenticated`, :class:`domain.refusal.Refusal` 403 for a seat that is no more,
    or :class:`Problem` 403 or 429.
    """
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise Unauthenticated("session-missing", "请先登录", "sign in first")
    principal = await pages(request).sessions.principal(token)
    return await admit(request, principal)


def check_origin(request: Request) -> None:
    """Raises :class:`Problem` 403 when a form was not sent from one of our own pages.

    Browsers say where a request comes from and pages cannot make them lie; whoever says nothing is refused.
    """
    if request.method in _READS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        ours = site == "same-origin"
    else:
        origin = urlsplit(request.headers.get("origin", ""))
        ours = bool(origin.netloc) and origin.netloc == request.headers.get("host")
    if not ours:
        raise Problem(
            403,
            "foreign-form",
            "表单不是从本系统页面提交的，未予办理",
            "the form was not sent from a page of this system; nothing was done",
            "SEC-03",
        )


def keep(request: Request, response: Response, token: str, lifetime: timedelta = LIFETIME) -> None:
    """Give the browser its session. ``Lax``, so that a link in a notice leads in and a foreign form does not."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=by_tls(request),
        httponly=True,
        samesite="lax",
    )


def drop(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
