"""Who is calling: what a bearer token says, and the tokens a deployment signs itself.

Everything above asks an :class:`Identity`. :class:`LocalIdentity` is the one built in; a provider of the
district (OIDC) takes its place by answering the same question.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from domain.organisation import Actor, Role
from domain.values import PersonId, UnitId
from settings import Settings, SettingsError
from storage.scope import Principal

ISSUER = "qingling"
LIFETIME = timedelta(hours=12)
"""A working day: a token found tomorrow is worth nothing."""
LEEWAY = timedelta(minutes=1)
"""How far the clocks of two of our processes may differ."""

_ALGORITHM = "Ed25519"  # EdDSA by its name of RFC 9864, which leaves nothing to choose
_NAME = re.compile(r"[\w.-]{1,64}")
_ROLES = frozenset(role.value for role in Role)
_REMEMBERED = 4096


class Unauthenticated(Exception):
    """The token is missing, expired, forged or unreadable: nobody is calling. HTTP 401."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {zh} / {en}")
        self.code = code
        self.zh = zh
        self.en = en


class NoSuchSeat(Exception):
    """Nobody can hold this seat, so no token is signed for it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


class Identity(Protocol):
    """Turns the token of a request into the principal it stands for."""

    async def principal(self, token: str) -> Principal:
        """Raises :class:`Unauthenticated`. Whether the seat exists is checked afterwards, for all alike."""
        ...


class LocalIdentity:
    """Tokens signed with a key of this deployment: JWT, Ed25519."""

    def __init__(self, seed: bytes) -> None:
        self._key = OKPKey.import_key(
            {"kty": "OKP", "crv": "Ed25519", "d": _b64(seed), "x": _b64(_public(seed))}
        )
        self._id = self._key.thumbprint()
        self._known: dict[str, tuple[Principal, float]] = {}

    def issue(self, principal: Principal, lifetime: timedelta = LIFETIME, now: datetime | None = None) -> str:
        """A token for a seat. Raises :class:`NoSuchSeat` for the system's own, which nobody may borrow."""
        actor = principal.actor
        if actor.role is Role.SYSTEM:
            raise NoSuchSeat("不得以系统身份签发令牌", "the system's own seat is not to be borrowed")
        issued = int((now or datetime.now(UTC)).timestamp())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "profile": principal.profile,
            "unit": actor.unit,
            "role": actor.role.value,
            "person": actor.person,
            "post": actor.post,
            "iat": issued,
            "exp": issued + int(lifetime.total_seconds()),
        }
        return jwt.encode(
            {"alg": _ALGORITHM, "typ": "JWT", "kid": self._id}, claims, self._key, algorithms=[_ALGORITHM]
        )

    def read(self, token: str, now: datetime | None = None) -> Principal:
        """The seat a token was signed for. Raises :class:`Unauthenticated`."""
        moment = (now or datetime.now(UTC)).timestamp()
        known = self._known.get(token)
        if known is None:
            try:
                claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
            except (JoseError, ValueError, TypeError, KeyError):
                raise _forged() from None
            known = _seat(claims, moment)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[token] = known  # a signature that was good stays good; only time is asked again
        principal, expires = known
        if moment > expires:
            raise Unauthenticated(
                "token-expired", "令牌已过期，请重新登录", "the token has expired; sign in again"
            )
        return principal

    async def principal(self, token: str) -> Principal:
        return self.read(token)


def signing_key(settings: Settings) -> bytes:
    """The deployment's key; one that is kept in a file is made on first use.

    Raises :class:`settings.SettingsError` when it cannot be read or is no key.
    """
    if settings.token_key is None:
        create_key(settings.token_key_file)
    return settings.token_seed()


def issue(settings: Settings, principal: Principal, lifetime: timedelta = LIFETIME) -> str:
    """A token signed with the deployment's key. Raises :class:`NoSuchSeat`."""
    return LocalIdentity(signing_key(settings)).issue(principal, lifetime)


def create_key(
    path: Path, zh: str = "令牌密钥", en: str = "token key", variable: str = "QINGLING_TOKEN_KEY"
) -> None:
    """Put a new key into a file that only its owner may read; one that is there already stays."""
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".key-") as draft:  # mode 0600 from the start
            draft.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
            draft.flush()
            os.fsync(draft.fileno())
            with contextlib.suppress(FileExistsError):  # of two processes at once the first decides
                os.link(draft.name, path)
    except OSError as error:
        raise SettingsError(
            f"无法创建{zh}文件 {path}（{error.strerror}），请检查文件夹权限，或设置 {variable}"
            f" | cannot create the {en} file {path} ({error.strerror}): check the folder's permissions, "
            f"or set {variable}"
        ) from None


def _seat(claims: Mapping[str, Any], now: float) -> tuple[Principal, float]:
    leeway = LEEWAY.total_seconds()
    text = {name: claims.get(name) for name in ("iss", "profile", "unit", "role", "person", "post")}
    issued, expires = claims.get("iat"), claims.get("exp")
    if (
        text["iss"] != ISSUER
        or not all(isinstance(value, str) for value in text.values())
        or type(issued) is not int
        or type(expires) is not int
        or issued > now + leeway
        or not text["person"]
        or not _NAME.fullmatch(str(text["profile"]))
        or not _NAME.fullmatch(str(text["unit"]))
        or text["role"] not in _ROLES
    ):
        raise _forged()
    actor = Actor(
        unit=UnitId(str(text["unit"])),
        role=Role(str(text["role"])),
        person=PersonId(str(text["person"])),
        post=str(text["post"]),
    )
    return Principal(profile=str(text["profile"]), actor=actor), expires + leeway


def _forged() -> Unauthenticated:
    return Unauthenticated(
        "token-invalid", "令牌无效，请重新登录", "the token is not one of this deployment; sign in again"
    )


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
