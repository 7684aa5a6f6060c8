"""Taking turns: what only one transaction at a time may do, whichever process it runs in."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, text


def wait_for_turn(connection: Connection, what: str) -> None:
    """Return once no other transaction has the turn of this name; it is ours until we commit.

    SQLite has one writing transaction at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        digest = hashlib.sha256(f"qingling.{what}".encode()).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
