"""Where the chains beside the ledger end: access log, programme, risk points. A signed manifest anchors them.

A chain by itself does not show that its last entries are gone; an end that was archived does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Table, select

from storage.tables import access_log, programme_log, risk_log

_OF_DISTRICTS: dict[str, Table] = {"programme": programme_log, "risk_points": risk_log}
"""By name: chains of which each district has one of its own."""
ACCESS_LOG = "access_log"


class Anchor(NamedTuple):
    """The last entry of a chain; ``record`` is ``access_log``, or such as ``programme/qingpu``."""

    record: str
    seq: int
    hash: str


def ends_since(connection: Connection, moment: datetime | None) -> list[Anchor]:
    """The end of each chain that has grown since ``moment`` (``None``: every one), by name."""
    return sorted(
        Anchor(record, row[0], row[1])
        for record, row in _ends(connection)
        if moment is None or row[2] >= moment
    )


def _ends(connection: Connection) -> Iterator[tuple[str, tuple[int, str, datetime]]]:
    log = access_log.c
    for row in connection.execute(select(log.n, log.hash, log.at).order_by(log.n.desc()).limit(1)):
        yield ACCESS_LOG, (row[0], row[1], row[2])
    for name, table in _OF_DISTRICTS.items():
        c = table.c
        for profile in connection.scalars(select(c.profile).distinct()).all():
            last = select(c.seq, c.hash, c.at).where(c.profile == profile).order_by(c.seq.desc()).limit(1)
            for row in connection.execute(last):
                yield f"{name}/{profile}", (row[0], row[1], row[2])


def hash_at(connection: Connection, record: str, seq: int) -> str | None:
    """The hash that stands at a place of a chain; ``None`` where nothing does, or for a chain there is not."""
    name, _, profile = record.partition("/")
    if name == ACCESS_LOG:
        return connection.scalar(select(access_log.c.hash).where(access_log.c.n == seq))
    table = _OF_DISTRICTS.get(name)
    if table is None:
        return None
    c = table.c
    return connection.scalar(select(c.hash).where(c.profile == profile, c.seq == seq))
