"""The outbox: notices written with their event, waiting to be handed on to the channels out of the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from domain.delivery import armed
from domain.events import Event, Notice
from domain.values import HazardId, Urgency
from storage.deliveries import Outgoing
from storage.prepared import inserting
from storage.tables import deliveries, hazards, ledger, outbox, receipts

_HAND_ON = inserting(
    deliveries, without=("id", "message", "attempts", "error", "sent_at"), on_conflict="skip"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that nobody has handed on yet. ``armed`` is what a recipient is told once.

    ``hazard`` is ``None`` for a notice of the programme.
    """

    id: int
    hazard: HazardId | None
    seq: int
    notice: Notice
    armed: str
    urgency: Urgency
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a notice: ``n`` is its place among those of its event.

    It lies in the inbox with its event; ``delivered_at`` is when it was handed on to other channels, if any,
    ``receipt_at`` when its seat acknowledged it.
    """

    seq: int
    n: int
    notice: Notice
    delivered_at: datetime | None
    receipt_at: datetime | None


def sent(connection: Connection, hazard: HazardId) -> list[Sent]:
    """Every notice of one hazard in the order they arose, delivered or not."""
    query = (
        select(outbox, receipts.c.at.label("receipt_at"))
        .outerjoin(receipts, receipts.c.notice_id == outbox.c.id)
        .where(outbox.c.hazard_id == hazard)
        .order_by(outbox.c.seq, outbox.c.n)
    )
    return [
        Sent(
            seq=row["seq"],
            n=row["n"],
            notice=notice_of(row),
            delivered_at=row["delivered_at"],
            receipt_at=row["receipt_at"],
        )
        for row in connection.execute(query).mappings()
    ]


def waiting(connection: Connection, profile: str, limit: int = 500) -> list[Waiting]:
    """Notices of a profile to hand on, the oldest first."""
    query = (
        select(outbox, hazards.c.urgency, ledger.c.body)
        .outerjoin(hazards, hazards.c.id == outbox.c.hazard_id)
        .outerjoin(ledger, (ledger.c.hazard_id == outbox.c.hazard_id) & (ledger.c.seq == outbox.c.seq))
        .where(outbox.c.delivered_at.is_(None), outbox.c.profile == profile)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    events: dict[tuple[str, int], Event] = {}
    found = []
    for row in connection.execute(query).mappings():
        notice, hazard = notice_of(row), row["hazard_id"]
        place = (hazard, row["seq"])
        if hazard is not None and place not in events:
            events[place] = Event.model_validate_json(row["body"])
        found.append(
            Waiting(
                id=row["id"],
                hazard=hazard and HazardId(hazard),
                seq=row["seq"],
                notice=notice,
                armed=armed(events[place], notice)
                if hazard is not None
                else f"{profile}:{row['about']}:{row['seq']}:{notice.document}",
                urgency=Urgency(row["urgency"] or Urgency.NORMAL),
                created_at=row["created_at"],
            )
        )
    return found


def notice_of(row: object) -> Notice:
    """The notice in a row of the outbox."""
    return Notice.model_validate({name: row[name] for name in Notice.model_fields})  # type: ignore[index]


def hand_on(connection: Connection, ids: Sequence[int], outgoing: Sequence[Outgoing], at: datetime) -> None:
    """Let the notices ``ids`` go out as ``outgoing`` says; doing it again sends nothing twice."""
    if outgoing:
        _HAND_ON.run(connection, [one.row() for one in outgoing])
    connection.execute(
        update(outbox).where(outbox.c.id.in_(ids), outbox.c.delivered_at.is_(None)).values(delivered_at=at)
    )
