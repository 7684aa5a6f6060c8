"""Signed webhooks for other systems of the district, as Standard Webhooks 1.0 describe them.

``webhook-id`` is the message's own and the same at each try, so a receiver can drop a second one;
``webhook-signature`` is ``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import httpx2

from channels.message import Message
from channels.settings import Webhook, signing_key
from channels.web import post


async def send(client: httpx2.AsyncClient, hook: Webhook, message: Message, seconds: int) -> None:
    """Post ``message``. Raises :class:`channels.message.Undelivered`."""
    body = payload(message)
    headers = {
        "webhook-id": message.id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(hook.secret.get_secret_value(), message.id, seconds, body),
    }
    await post(client, hook.url.get_secret_value(), body, headers)


def payload(message: Message) -> bytes:
    said = {
        "type": "notices",
        "id": message.id,
        "profile": message.profile,
        "notices": list(message.items),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, id: str, seconds: int, body: bytes) -> str:
    signed = hmac.new(signing_key(secret), f"{id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()
