"""What a route needs of the application, and who is calling."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from fastapi import Request

from api import docs
from api.faults import Fault
from api.limits import DEFAULT_RATE, Limiter
from api.problems import Problem
from audit.issuing import Dossiers
from audit.replays import Replays
from service.contacts import Directory
from service.door import Door
from service.figures import Counting
from service.identity import Identity, Unauthenticated
from service.notices import Notices
from service.programme import ProgrammeRoom
from service.reading import Reading
from service.riskpoints import RiskRegister
from service.views import Views
from storage.scope import Principal


@dataclass(frozen=True)
class Rooms:
    """The two doors, the figures, the inbox, and who guards them."""

    door: Door
    reading: Reading
    counting: Counting
    directory: Directory
    identity: Identity
    notices: Notices
    programme: ProgrammeRoom
    views: Views
    risks: RiskRegister
    limiter: Limiter = field(default_factory=lambda: Limiter(DEFAULT_RATE))
    replays: Replays | None = None
    """For auditors; an application without an archive of its own has none."""
    dossiers: Dossiers | None = None
    """For auditors and the office; likewise."""


def rooms(request: Request) -> Rooms:
    found = request.app.state.rooms
    assert isinstance(found, Rooms)
    return found


async def caller(request: Request) -> Principal:
    """The principal of a request.

    Raises :class:`Unauthenticated`, :class:`domain.refusal.Refusal` 403 for a seat that does not exist,
    or :class:`Problem` 429, or 422 for a parameter that the address does not have.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "token-missing", "请在 Authorization 中提供 Bearer 令牌", "send a Bearer token in Authorization"
        )
    principal = await admit(request, await rooms(request).identity.principal(token.strip()))
    _check_parameters(request)
    return principal


def _check_parameters(request: Request) -> None:
    """A misspelt filter must not show everything: what the document does not know is refused. 422."""
    if not request.query_params:
        return
    known = docs.parameters(request.scope["route"])
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        faults = tuple(
            Fault(name, "没有这个参数，请核对名称", "there is no such parameter") for name in unknown
        )
        raise Problem(
            422,
            "bad-parameter",
            f"参数有误：{'、'.join(unknown)}",
            f"these parameters are not valid: {', '.join(unknown)}",
            faults=faults,
        )


async def admit(request: Request, principal: Principal) -> Principal:
    """``principal``, if its seat exists and has not asked too often; the log gets the seat, not the person.

    Raises :class:`domain.refusal.Refusal` 403 or :class:`Problem` 429.
    """
    here = rooms(request)
    await here.reading.check_seat(principal)
    actor = principal.actor
    request.state.unit, request.state.role = actor.unit, actor.role.value
    seconds = here.limiter.wait((principal.profile, actor.unit, actor.role, actor.person))
    if seconds:
        raise Problem(
            429,
            "too-many-requests",
            "请求过于频繁，请稍后再试",
            "too many requests from this seat; slow down",
            headers={"Retry-After": str(math.ceil(seconds))},
        )
    return principal
