"""An identity provider that signs real tokens, on a real socket: as much of OpenID Connect as a client meets."""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.responses import JSONResponse, RedirectResponse, Response

CLIENT, SECRET = "qingling", "a secret of the provider's"


@dataclass
class TestProvider:
    """Whoever comes is signed in as ``claims`` say; ``spoil`` changes the token before it is signed."""

    __test__ = False

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: _key("one"))
    published: list[ECKey] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.published = [self.key]

    def turn_the_key(self) -> None:
        """Sign with a new key from now on."""
        self.key = _key(f"key-{len(self.published)}")
        self.published.append(self.key)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/.well-known/openid-configuration", self._metadata)
        app.add_api_route("/keys", self._keys)
        app.add_api_route("/authorize", self._authorize)
        app.add_api_route("/token", self._token, methods=["POST"])
        return app

    async def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    async def _keys(self) -> dict[str, Any]:
        return dict(KeySet(list(self.published)).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        if self.claims.get("sub") is None:
            return RedirectResponse(
                f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
            )
        code = f"code-{len(self.asked)}"
        self._codes[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self._codes.pop(form["code"], None)  # good once
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if (
            asked is None
            or request.headers.get("authorization") != f"Basic {basic}"
            or form["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        header = {"alg": "ES256", "kid": self.key.kid, **self.header}
        token = jwt.encode(header, {**claims, **self.claims}, self.key)
        return JSONResponse({"access_token": "?", "token_type": "Bearer", "id_token": token})


def _key(id: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": id, "use": "sig"}, private=True)
