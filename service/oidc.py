"""Signing in at the district's own identity provider: OpenID Connect, authorisation code with PKCE.

The provider says which seat somebody holds, in a claim of the ID token: ``profile/unit/role``, as it stands in the
profile. Who he is stays with the provider: what we keep of him is a digest of its subject, for a subject may be a
name or a phone number.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from domain.organisation import Actor, Role
from domain.values import PersonId, UnitId
from service.identity import LEEWAY, Unauthenticated
from settings import Settings, SettingsError
from storage.scope import Principal

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
"""Signatures with a key of the provider's. No HMAC: who knows our secret could sign; and never none."""
_FRESH_SECONDS = 3600.0
_AGAIN_SECONDS = 30.0
"""How soon the keys may be fetched anew for a token whose key is not among them."""
_TIMEOUT_SECONDS = 10.0


class ProviderUnavailable(Exception):
    """The provider does not answer, or not as it should. HTTP 503."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.zh = "统一身份认证暂时不可用，请稍后再试"
        self.en = "the identity provider is not available; try again later"


@dataclass(frozen=True)
class Begun:
    """What the browser keeps while its owner is at the provider's."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Begun:
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Provider:
    """One provider, and us as its client. Its metadata and keys are fetched when they are needed."""

    def __init__(self, issuer: str, client: str, secret: str, claim: str, redirect: str) -> None:
        self._issuer = issuer
        self._client = client
        self._secret = secret
        self._claim = claim
        self._redirect = redirect
        self._metadata: tuple[dict[str, Any], float] | None = None
        self._keys: tuple[KeySet, float] | None = None

    @classmethod
    def of(cls, settings: Settings) -> Provider:
        """Raises :class:`SettingsError` naming what is missing."""
        given = {
            "OIDC_ISSUER": settings.oidc_issuer,
            "OIDC_CLIENT_ID": settings.oidc_client_id,
            "OIDC_CLIENT_SECRET": settings.oidc_client_secret,
            "PUBLIC_URL": settings.public_url,
        }
        for name, value in given.items():
            if value is None:
                raise SettingsError(
                    f"QINGLING_SIGN_IN=oidc 还需要 QINGLING_{name} | QINGLING_SIGN_IN=oidc needs QINGLING_{name} too"
                )
        assert settings.oidc_issuer and settings.oidc_client_id and settings.public_url
        assert settings.oidc_client_secret
        return cls(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret.get_secret_value(),
            settings.oidc_seat_claim,
            f"{settings.public_url.rstrip('/')}/sign-in/callback",
        )

    async def address(self, begun: Begun) -> str:
        """Where to send the browser. Raises :class:`ProviderUnavailable`."""
        metadata = await self._known()
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._redirect,
            "scope": "openid",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = metadata["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def principal(self, code: str, begun: Begun) -> Principal:
        """The seat of whoever comes back with ``code``.

        Raises :class:`Unauthenticated` and :class:`ProviderUnavailable`. That the seat exists is checked after.
        """
        claims = await self._claims(await self._redeemed(code, begun), begun.nonce)
        profile, unit, role = _seat(claims.get(self._claim))
        digest = hashlib.sha256(f"{self._issuer}\n{claims['sub']}".encode()).hexdigest()
        actor = Actor(unit=UnitId(unit), role=role, person=PersonId(f"oidc-{digest[:20]}"), post="")
        return Principal(profile, actor)

    # -- the provider's side --------------------------------------------------------------------------

    async def _redeemed(self, code: str, begun: Begun) -> str:
        """The ID token for a code, which is good once."""
        metadata = await self._known()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": begun.verifier,
        }
        auth: tuple[str, str] | None = (self._client, self._secret)
        if "client_secret_basic" not in metadata.get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        ):
            form |= {"client_id": self._client, "client_secret": self._secret}
            auth = None
        answer = await self._ask("POST", metadata["token_endpoint"], data=form, auth=auth)
        if answer.status_code in (400, 401):
            raise _not_believed()
        token = _object(answer).get("id_token")
        if not isinstance(token, str):
            raise ProviderUnavailable("no id_token in the answer of the token endpoint")
        return token

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """What the token says, once signature, issuer, audience, times and nonce are what they should be."""
        for again in (False, True):
            keys = await self._signing_keys(again)
            try:
                claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
            except (JoseError, ValueError, TypeError, KeyError):
                continue  # with a key that is newer than those we have
            break
        else:
            raise _not_believed()
        rules = jwt.JWTClaimsRegistry(
            leeway=int(LEEWAY.total_seconds()),
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            rules.validate(claims)
        except JoseError:
            raise _not_believed() from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._client:
            raise _not_believed()
        return claims

    async def _known(self) -> dict[str, Any]:
        now = time.monotonic()
        if self._metadata is None or now - self._metadata[1] > _FRESH_SECONDS:
            address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            found = _object(await self._ask("GET", address))
            if found.get("issuer") != self._issuer:
                raise ProviderUnavailable("the metadata are of another issuer")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if not all(isinstance(found.get(name), str) for name in wanted):
                raise ProviderUnavailable("the metadata lack an endpoint")
            self._metadata = found, now
        return self._metadata[0]

    async def _signing_keys(self, again: bool) -> KeySet:
        now = time.monotonic()
        age = now - self._keys[1] if self._keys else _FRESH_SECONDS
        if self._keys is None or age > (_AGAIN_SECONDS if again else _FRESH_SECONDS):
            found = _object(await self._ask("GET", (await self._known())["jwks_uri"]))
            try:
                self._keys = KeySet.import_key_set(found), now  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError):
                raise ProviderUnavailable("the keys cannot be read") from None
        return self._keys[0]

    async def _ask(self, method: str, address: str, **more: Any) -> httpx2.Response:
        try:
            async with httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
                answer = await client.request(method, address, headers={"Accept": "application/json"}, **more)
        except httpx2.HTTPError as error:
            raise ProviderUnavailable(type(error).__name__) from None
        if answer.status_code >= 500:
            raise ProviderUnavailable(f"status {answer.status_code}")
        return answer


def _object(answer: httpx2.Response) -> dict[str, Any]:
    try:
        found = answer.json() if answer.status_code == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderUnavailable(f"no object in an answer of status {answer.status_code}")
    return found


def _seat(said: object) -> tuple[str, str, Role]:
    """``profile/unit/role`` of the claim; a list of one is as good as its one."""
    if isinstance(said, list) and len(said) == 1:
        said = said[0]
    parts = said.split("/") if isinstance(said, str) else []
    if len(parts) != 3 or parts[2] not in {role.value for role in Role} or not all(parts):
        raise Unauthenticated(
            "oidc-no-seat",
            "统一身份认证没有给出您在本系统的一个席位（区/单位/角色），请联系管理员",
            "the identity provider names no one seat of yours (profile/unit/role); ask whoever runs it",
        )
    return parts[0], parts[1], Role(parts[2])


def _not_believed() -> Unauthenticated:
    return Unauthenticated(
        "oidc-not-believed",
        "统一身份认证的答复未通过校验，请重新登录",
        "what came from the identity provider does not hold; sign in again",
    )
