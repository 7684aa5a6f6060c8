"""What the pages need of the deployment besides the API's rooms: how one signs in, and what signs sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import Request

from service.identity import LocalIdentity, signing_key
from service.oidc import Provider
from settings import Settings
from web.accounts import SIGN_INS, ByProvider, SignIn


@dataclass(frozen=True)
class Pages:
    sessions: LocalIdentity
    """Signs and reads the session cookie."""
    sign_in: SignIn
    temporal_ui: str | None
    """Temporal's own pages with the namespace, for operators."""
    secured: bool = False
    """Whether browsers reach us by TLS, though what comes to this process may not say so."""
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    """The present moment, by which the pages say what is left of a deadline."""

    @classmethod
    def of(cls, settings: Settings) -> Pages:
        ui = settings.temporal_ui_url
        return cls(
            sessions=LocalIdentity(signing_key(settings)),
            sign_in=ByProvider(Provider.of(settings))
            if settings.sign_in == "oidc"
            else SIGN_INS[settings.sign_in],
            temporal_ui=f"{ui.rstrip('/')}/namespaces/{settings.temporal_namespace}" if ui else None,
            secured=(settings.public_url or "").startswith("https:"),
        )


def by_tls(request: Request) -> bool:
    """Whether a cookie of this answer may be kept to TLS: a proxy that ends it is not always believed."""
    return request.url.scheme == "https" or pages(request).secured


def pages(request: Request) -> Pages:
    found = request.app.state.pages
    assert isinstance(found, Pages)
    return found
