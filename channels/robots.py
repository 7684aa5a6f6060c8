"""Group robots of WeCom, DingTalk and Feishu (企业微信、钉钉、飞书).

They answer HTTP 200 to everything and put their refusal into the body; whatever does not plainly say that
it was taken is a failure. None of them knows a message it has had before, so the text carries its number.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2

from channels.message import Message, Undelivered, safe
from channels.settings import Robot
from channels.web import post


@dataclass(frozen=True)
class Dialect:
    """How one platform is spoken to. ``longest`` is in bytes of UTF-8."""

    zh: str
    code: tuple[str, ...]
    """Fields that hold the code, 0 for taken; older answers have another one."""
    said: tuple[str, ...]
    longest: int
    slow_down: frozenset[int]
    """Codes for too many messages."""
    busy: frozenset[int]
    pause: float
    """Seconds before the next try after too many messages."""
    written: Callable[[str, str, str | None, int], tuple[str, dict[str, Any]]]
    """(url, text, secret, milliseconds since 1970) → where to post what."""


def _wecom(url: str, text: str, _secret: str | None, _now: int) -> tuple[str, dict[str, Any]]:
    return url, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(url: str, text: str, secret: str | None, now: int) -> tuple[str, dict[str, Any]]:
    if secret:
        signed = _hmac(secret.encode(), f"{now}\n{secret}".encode())
        url += ("&" if "?" in url else "?") + urlencode({"timestamp": now, "sign": signed})
    return url, {"msgtype": "text", "text": {"content": text}}


def _feishu(url: str, text: str, secret: str | None, now: int) -> tuple[str, dict[str, Any]]:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:  # the secret is part of the key here, and nothing is signed
        seconds = now // 1000
        body |= {"timestamp": str(seconds), "sign": _hmac(f"{seconds}\n{secret}".encode(), b"")}
    return url, body


def _hmac(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


DIALECTS: dict[str, Dialect] = {
    "wecom": Dialect(
        zh="企业微信",
        code=("errcode",),
        said=("errmsg",),
        longest=2048,
        slow_down=frozenset({45009, 45033}),
        busy=frozenset({-1}),
        pause=60,
        written=_wecom,
    ),
    "dingtalk": Dialect(
        zh="钉钉",
        code=("errcode",),
        said=("errmsg",),
        longest=15_000,
        slow_down=frozenset({130101, 130102, 410100, 90030}),
        busy=frozenset({-1}),
        pause=600,  # whoever says too much is not listened to for ten minutes
        written=_dingtalk,
    ),
    "feishu": Dialect(
        zh="飞书",
        code=("code", "StatusCode"),
        said=("msg", "StatusMessage"),
        longest=15_000,
        slow_down=frozenset({11232, 9499}),
        busy=frozenset({-1, 1500}),
        pause=60,
        written=_feishu,
    ),
}


async def send(client: httpx2.AsyncClient, robot: Robot, message: Message, milliseconds: int) -> None:
    """Say ``message`` in the robot's group. Raises :class:`Undelivered`."""
    dialect = DIALECTS[robot.kind]
    secret = robot.secret.get_secret_value() if robot.secret else None
    text = shortened(message.text, dialect.longest)
    url, body = dialect.written(robot.url.get_secret_value(), text, secret, milliseconds)
    answer = await post(client, url, json.dumps(body, ensure_ascii=False).encode(), {})
    _check(dialect, answer)


def shortened(text: str, longest: int) -> str:
    """``text`` in at most so many bytes, whole lines where it must be cut."""
    if len(text.encode()) <= longest:
        return text
    more = "\n…（余下见系统内通知 | the rest is in the inbox）"
    room = longest - len(more.encode())
    kept = text.encode()[:room].decode(errors="ignore")
    return kept.rpartition("\n")[0] + more if "\n" in kept else kept + more


def _check(dialect: Dialect, answer: httpx2.Response) -> None:
    try:
        said = answer.json()
    except ValueError:
        said = None
    code = (
        next((said[name] for name in dialect.code if name in said), None) if isinstance(said, dict) else None
    )
    if type(code) is not int:
        raise Undelivered(
            f"{dialect.zh}的应答无法识别",
            "the robot's answer is not one of its platform",
            passing=True,
            maybe=True,
        )
    if code == 0:
        return
    words = safe(next((said[name] for name in dialect.said if name in said), ""))
    slow = code in dialect.slow_down
    raise Undelivered(
        f"{dialect.zh}拒收（{code} {words}）",
        f"refused by the robot ({code} {words})",
        passing=slow or code in dialect.busy,
        wait=dialect.pause if slow else None,
    )
