"""Notices waiting to be delivered: written with their event, struck off once they have gone out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from domain.events import Notice
from domain.values import HazardId
from storage.tables import outbox


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that has not gone out yet. ``id`` is the same however often it is tried."""

    id: int
    hazard: HazardId
    seq: int
    notice: Notice
    created_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a notice: ``n`` is its place among those of its event."""

    seq: int
    n: int
    notice: Notice
    delivered_at: datetime | None
    attempts: int


def sent(connection: Connection, hazard: HazardId) -> list[Sent]:
    """Every notice of one hazard in the order they arose, delivered or not."""
    query = select(outbox).where(outbox.c.hazard_id == hazard).order_by(outbox.c.seq, outbox.c.n)
    return [
        Sent(
            seq=row["seq"],
            n=row["n"],
            notice=Notice.model_validate({name: row[name] for name in Notice.model_fields}),
            delivered_at=row["delivered_at"],
            attempts=row["attempts"],
        )
        for row in connection.execute(query).mappings()
    ]


def waiting(connection: Connection, limit: int = 100) -> list[Waiting]:
    """Notices to deliver, the oldest first."""
    query = select(outbox).where(outbox.c.delivered_at.is_(None)).order_by(outbox.c.id).limit(limit)
    return [
        Waiting(
            id=row["id"],
            hazard=HazardId(row["hazard_id"]),
            seq=row["seq"],
            notice=Notice.model_validate({name: row[name] for name in Notice.model_fields}),
            created_at=row["created_at"],
            attempts=row["attempts"],
        )
        for row in connection.execute(query).mappings()
    ]


def delivered(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    _attempted(connection, ids, delivered_at=at)


def failed(connection: Connection, ids: Sequence[int]) -> None:
    """They stay in the outbox; only the attempt is counted."""
    _attempted(connection, ids)


def _attempted(connection: Connection, ids: Sequence[int], **values: datetime) -> None:
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.delivered_at.is_(None))
        .values(attempts=outbox.c.attempts + 1, **values)
    )
