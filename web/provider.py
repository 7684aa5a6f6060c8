"""Signing in at an identity provider: there, and back with what it says (:mod:`service.oidc`)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import asdict

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.context import admit
from api.problems import Problem, problem_of
from domain.refusal import Refusal
from service.identity import LIFETIME, Unauthenticated
from service.oidc import Begun, Provider, ProviderUnavailable
from web import session, signin
from web.accounts import ByProvider
from web.context import by_tls, pages
from web.visit import Sight, nothing

COOKIE = "qingling_sign_in"
_PATH = "/sign-in"
_SECONDS = 600
"""How long somebody may take at the provider's."""


async def start(sight: Sight) -> Response:
    """Send the browser to the provider, with what it needs to come back."""
    provider = _provider(sight.request)
    begun = Begun.new()
    try:
        response = RedirectResponse(await provider.address(begun), 303)
    except ProviderUnavailable as error:
        raise _unavailable(error) from error
    kept = {**asdict(begun), "back": signin.safe_path(sight.request.query_params.get("back", "/"))}
    # Lax: the way back is a navigation from the provider's page, and must bring it along.
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(json.dumps(kept).encode()).decode(),
        max_age=_SECONDS,
        path=_PATH,
        secure=by_tls(sight.request),
        httponly=True,
        samesite="lax",
    )
    return response


async def finish(sight: Sight) -> Response:
    """The way back: whoever began here, and is who the provider says, has his session."""
    request, here = sight.request, pages(sight.request)
    provider = _provider(request)
    try:
        begun, back = _begun(request)
        if "code" not in request.query_params:
            raise Unauthenticated(
                "oidc-refused",
                "统一身份认证未予登录，请重试或联系管理员",
                "the identity provider did not sign you in; try again or ask whoever runs it",
            )
        principal = await provider.principal(request.query_params["code"], begun)
        await admit(request, principal)
        response: Response = RedirectResponse(back, 303)
        session.keep(request, response, here.sessions.issue(principal, LIFETIME))
    except ProviderUnavailable as error:
        raise _unavailable(error) from error
    except (Unauthenticated, Refusal) as error:
        problem = problem_of(error)
        response = signin.page(sight, here, status=problem.status, problem=problem)
    response.delete_cookie(COOKIE, path=_PATH, httponly=True, samesite="lax")  # good once
    return response


def _provider(request: Request) -> Provider:
    way = pages(request).sign_in
    if not isinstance(way, ByProvider):
        raise nothing()
    return way.provider


def _begun(request: Request) -> tuple[Begun, str]:
    """What this browser began with. Raises :class:`Unauthenticated` when it is not what comes back."""
    try:
        kept = json.loads(base64.urlsafe_b64decode(request.cookies.get(COOKIE, "")))
        back = str(kept.pop("back"))
        begun = Begun(**{name: str(value) for name, value in kept.items()})
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError):
        begun, back = None, "/"
    state = request.query_params.get("state", "")
    if begun is None or not hmac.compare_digest(begun.state.encode(), state.encode()):
        raise Unauthenticated(
            "oidc-not-begun",
            "这次登录不是从本页面开始的，或已过期，请重新登录",
            "this sign-in did not begin here, or has lapsed; begin again",
        )
    return begun, signin.safe_path(back)


def _unavailable(error: ProviderUnavailable) -> Problem:
    return Problem(503, "oidc-unavailable", error.zh, error.en, headers={"Retry-After": "30"})
