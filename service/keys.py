"""Idempotency keys as callers send them: the same key and content are carried out once."""

from __future__ import annotations

from domain.refusal import refuse

LONGEST_KEY = 128


def check_key(key: str) -> None:
    """Raises :class:`Refusal` 422 for an idempotency key that cannot be kept."""
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise refuse(
            422,
            "bad-key",
            "INT-01",
            f"幂等键须为1至{LONGEST_KEY}个可打印字符",
            f"the idempotency key must have 1 to {LONGEST_KEY} printable characters",
        )
