"""A message as every channel gets it, and how a channel says that it is not delivered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient. ``id`` stays the same however often it is sent.

    ``subject`` and ``text`` are for people; ``items`` is the same for machines, one object a notice.
    """

    id: str
    profile: str
    subject: str
    text: str
    items: tuple[dict[str, Any], ...]


class Undelivered(Exception):
    """Why a message is not delivered. The sentence is safe to keep: no address, no key.

    ``passing``: another try may help, not before ``wait`` seconds where the recipient says so.
    ``maybe``: it may have arrived all the same.
    """

    def __init__(
        self, zh: str, en: str, *, passing: bool, maybe: bool = False, wait: float | None = None
    ) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en
        self.passing = passing
        self.maybe = maybe
        self.wait = wait


_SECRET = re.compile(r"https?://\S+|[^\s<>]+@[^\s<>]+|\b[A-Za-z0-9_-]{20,}\b|\b1\d{10}\b")


def safe(text: object) -> str:
    """What a recipient's machine said, without addresses, keys and numbers that its words may repeat."""
    said = _SECRET.sub("…", " ".join(str(text).split()))
    return said if len(said) <= 160 else said[:160] + "…"
