"""The deployment's channels: its mail server, its endpoints, and which units and posts they belong to.

The file stays outside the repository (``QINGLING_CHANNELS_FILE``): it holds addresses and keys. Any of the
secret values may be ``{env: NAME}`` or ``{file: PATH}`` instead of the value itself. How to write it:
``docs/notices.md``.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from domain.delivery import Medium
from domain.values import UnitId
from settings import SettingsError

ROBOTS_PER_MINUTE = 20
"""What the three platforms let a group robot say in a minute."""

_ADDRESS = re.compile(r"[^@\s<>,;:\"\\()\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


def _looked_up(value: object) -> object:
    """A secret from where it is kept. Raises ``ValueError`` when it is not there."""
    if not isinstance(value, dict):
        return value
    if set(value) == {"env"}:
        found = os.environ.get(str(value["env"]), "")
        if not found:
            raise ValueError(f"环境变量 {value['env']} 没有设置 / the variable {value['env']} is not set")
        return found
    if set(value) == {"file"}:
        try:
            return Path(str(value["file"])).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ValueError(f"读不到文件 {value['file']} / cannot read {value['file']}") from None
    raise ValueError("应为文字、{env: 变量名} 或 {file: 路径} / a text, {env: NAME} or {file: PATH}")


def _web(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("应为 https:// 地址 / expected an https:// address")
    return value


def _secret_of_hooks(value: SecretStr) -> SecretStr:
    signing_key(value.get_secret_value())
    return value


def signing_key(secret: str) -> bytes:
    """The key in ``whsec_…`` (Standard Webhooks). Raises ``ValueError``."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValueError(
            "应为 whsec_ 加 24 至 64 字节的 base64 / expected whsec_ and the base64 of 24 to 64 bytes"
        )
    return key


Secret = Annotated[SecretStr, BeforeValidator(_looked_up)]
Url = Annotated[SecretStr, BeforeValidator(_looked_up), AfterValidator(_web)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Endpoint(_Said):
    per_minute: Annotated[int, Field(ge=1, le=6000)]

    @property
    def medium(self) -> Medium:
        raise NotImplementedError


class Mailbox(Endpoint):
    kind: Literal["mail"] = "mail"
    address: Secret
    per_minute: int = 60

    @property
    def medium(self) -> Medium:
        return Medium.MAIL


class Robot(Endpoint):
    """A group robot. ``secret`` signs what goes to DingTalk and Feishu; WeCom has none."""

    kind: Literal["wecom", "dingtalk", "feishu"]
    url: Url
    secret: Secret | None = None
    per_minute: int = ROBOTS_PER_MINUTE
    allow_http: bool = False

    @property
    def medium(self) -> Medium:
        return Medium.ROBOT

    @model_validator(mode="after")
    def _is_private(self) -> Robot:
        _no_plain_http(self.url, self.allow_http)
        return self


class Webhook(Endpoint):
    """A system of the district's own, signed as Standard Webhooks say."""

    kind: Literal["webhook"]
    url: Url
    secret: Annotated[SecretStr, BeforeValidator(_looked_up), AfterValidator(_secret_of_hooks)]
    per_minute: int = 300
    allow_http: bool = False

    @property
    def medium(self) -> Medium:
        return Medium.WEBHOOK

    @model_validator(mode="after")
    def _is_private(self) -> Webhook:
        _no_plain_http(self.url, self.allow_http)
        return self


def _no_plain_http(url: SecretStr, allowed: bool) -> None:
    if urlsplit(url.get_secret_value()).scheme == "http" and not allowed:
        raise ValueError(
            "地址不是 https；内网确需明文时写 allow_http: true"
            " / not https; write allow_http: true where plain text is meant"
        )


class MailServer(_Said):
    """Where mail is handed in. ``security``: ``tls`` from the first byte, ``starttls``, or ``none``."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 465
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: Secret | None = None
    sender: Annotated[str, Field(min_length=3)]
    """The address mail comes from, ``清零办 <qingling@…>`` or bare."""
    use_unit_mailboxes: bool = True
    """Whether mail also goes to 政务电子邮箱 of the contact forms (F17)."""


class Recipient(_Said):
    """Which endpoints belong to a unit, or to one post (role) of it. ``*`` is every unit."""

    unit: str
    role: str | None = None
    to: Annotated[tuple[str, ...], Field(min_length=1)]


AnyEndpoint = Annotated[Mailbox | Robot | Webhook, Field(discriminator="kind")]


class Channels(_Said):
    """All of the file; with nothing in it, notices go to the inbox only."""

    mail: MailServer | None = None
    endpoints: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")], AnyEndpoint] = {}
    recipients: dict[str, tuple[Recipient, ...]] = {}
    link: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    """Where people open Qingling; stands at the end of each message."""
    proxy: Url | None = None
    timeout: Annotated[float, Field(gt=0, le=60)] = 10
    """Seconds a recipient's machine may take to answer."""

    @model_validator(mode="after")
    def _names_resolve(self) -> Channels:
        for profile, recipients in self.recipients.items():
            for one in recipients:
                for name in one.to:
                    if name not in self.endpoints:
                        raise ValueError(
                            f"recipients.{profile} 中的“{name}”不在 endpoints 中"
                            f" / “{name}” in recipients.{profile} is not among the endpoints"
                        )
        boxes = [name for name, endpoint in self.endpoints.items() if endpoint.medium is Medium.MAIL]
        if boxes and self.mail is None:
            raise ValueError(
                f"“{boxes[0]}”是邮箱，但没有写 mail（邮件服务器）"
                f" / “{boxes[0]}” is a mailbox, but there is no mail (server)"
            )
        return self

    def endpoints_of(self, profile: str, unit: UnitId, role: str, media: Iterable[Medium]) -> list[str]:
        """Names of the endpoints of a seat on these media, as they are written."""
        wanted = frozenset(media)
        names = (
            name
            for one in self.recipients.get(profile, ())
            if one.unit in ("*", unit) and one.role in (None, role)
            for name in one.to
            if self.endpoints[name].medium in wanted
        )
        return list(dict.fromkeys(names))


NONE = Channels()


def is_address(text: str) -> bool:
    """Whether mail can be sent there at all. One look: no line breaks, no second address, no quoting."""
    return _ADDRESS.fullmatch(text) is not None


def read_channels(path: Path) -> Channels:
    """The settings in ``path``. Raises :class:`SettingsError` with one line that names the place."""
    try:
        said = yaml.safe_load(path.read_text("utf-8-sig"))
    except OSError as error:
        raise _wrong(path, "", f"读不到（{error.strerror}）", f"cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"第 {mark.line + 1} 行 | line {mark.line + 1}" if mark else ""
        raise _wrong(path, place, "不是正确的 YAML", "not valid YAML") from None
    try:
        return Channels.model_validate(said or {})
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]  # the input may be a secret
        place = ".".join(str(step) for step in first["loc"])
        raise _wrong(path, place, first["msg"].removeprefix("Value error, "), "") from None


def _wrong(path: Path, place: str, zh: str, en: str) -> SettingsError:
    where = f"{path} {place}".strip()
    return SettingsError(f"渠道设置 {where}：{zh}" + (f" | channel settings {where}: {en}" if en else ""))


@dataclass
class ChannelsFile:
    """The file, read again when it has changed. A change that is wrong leaves what was right in force."""

    path: Path
    required: bool = False
    _seen: tuple[int, int] | Literal["never"] | None = "never"
    _channels: Channels = NONE

    def read(self) -> Channels:
        """Raises :class:`SettingsError` once for each change that cannot be used."""
        seen = self._stamp()
        if seen == self._seen:
            return self._channels
        self._seen = seen
        self._channels = read_channels(self.path) if seen or self.required else NONE
        return self._channels

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    @property
    def channels(self) -> Channels:
        """What is in force now."""
        return self._channels


def for_log(channels: Channels) -> dict[str, Any]:
    """How many of each kind: nothing that names anybody."""
    kinds = [endpoint.kind for endpoint in channels.endpoints.values()]
    return {
        "mail_server": channels.mail is not None,
        **{kind: kinds.count(kind) for kind in sorted(set(kinds))},
    }
