"""Notices as their seats read them, with receipts, and with what became of them on other channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Boolean, Connection, Select, bindparam, exists, or_, select

from domain.events import Notice
from domain.organisation import SEES_WHOLE_PROFILE
from domain.values import Confidentiality, HazardId
from storage.deliveries import in_state
from storage.prepared import inserting
from storage.scope import Principal, addressed
from storage.tables import deliveries, hazards, involved, outbox, receipts

_ACKNOWLEDGE = inserting(receipts, on_conflict="skip")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The first to acknowledge a notice. ``person`` is an opaque reference."""

    unit: str
    role: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One recipient out of the house: a name of the settings, or a unit's mailbox; never an address."""

    channel: str
    recipient: str
    state: str
    attempts: int
    error: str | None
    not_before: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an inbox. ``title`` is there only for those who may open the hazard.

    A notice of the programme is about no hazard; ``about`` names its window (``duty/label``).
    """

    id: int
    hazard: HazardId | None
    about: str | None
    seq: int
    notice: Notice
    created_at: datetime
    code: str | None
    confidentiality: Confidentiality
    title: str | None
    receipt: Receipt | None
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notices. ``to`` narrows what the reader may see anyway: to his seat, his unit, or not at all."""

    to: Literal["me", "unit", "all"] = "me"
    receipt: Literal["given", "none"] | None = None
    state: str | None = None
    hazard: HazardId | None = None
    rung: str | None = None


def find(
    connection: Connection,
    principal: Principal,
    wanted: Wanted,
    before: int | None,
    limit: int,
    *,
    delivered: bool = True,
) -> list[Entry]:
    """Notices the principal may see, the newest first, older than the notice ``before``.

    Unless ``delivered``, nothing is said of what became of them on other channels.
    """
    query = addressed(_ENTRIES, principal)
    actor = principal.actor
    if wanted.to in ("me", "unit"):
        query = query.where(outbox.c.unit == actor.unit)
    if wanted.to == "me":
        query = query.where(outbox.c.role == actor.role.value)
    if wanted.hazard:
        query = query.where(outbox.c.hazard_id == wanted.hazard)
    if wanted.rung:
        query = query.where(outbox.c.rung == wanted.rung)
    if wanted.receipt:
        acknowledged = receipts.c.notice_id.is_not(None)
        query = query.where(acknowledged if wanted.receipt == "given" else ~acknowledged)
    if wanted.state:
        of_state = select(deliveries.c.notice_id).where(
            deliveries.c.profile == principal.profile, in_state(wanted.state)
        )
        query = query.where(outbox.c.id.in_(of_state))
    if before is not None:
        query = query.where(outbox.c.id < before)
    rows = _read(connection, principal, query.order_by(outbox.c.id.desc()).limit(limit))
    told = _deliveries(connection, [row["id"] for row in rows]) if delivered else {}
    return [_entry(row, told.get(row["id"], ())) for row in rows]


def one(connection: Connection, principal: Principal, notice: int) -> Entry | None:
    """A notice by its id, or ``None`` when the principal may not see it."""
    query = addressed(_ENTRIES, principal).where(outbox.c.id == notice)
    rows = _read(connection, principal, query)
    told = _deliveries(connection, [row["id"] for row in rows])
    return next((_entry(row, told.get(notice, ())) for row in rows), None)


def acknowledge(connection: Connection, principal: Principal, notice: int, at: datetime) -> None:
    """Keep the receipt of a seat; the first one stays."""
    actor = principal.actor
    row = {
        "notice_id": notice,
        "unit": actor.unit,
        "role": actor.role.value,
        "person": actor.person,
        "at": at,
    }
    _ACKNOWLEDGE.run(connection, row)


_CONCERNS = exists().where(involved.c.hazard_id == hazards.c.id, involved.c.unit_id == bindparam("reader"))
_RECEIPT = tuple(receipts.c[name].label(f"receipt_{name}") for name in Receipt.__slots__)
_ENTRIES = select(
    outbox,
    hazards.c.code,
    hazards.c.confidentiality,
    hazards.c.title,
    or_(bindparam("whole", type_=Boolean), _CONCERNS).label("opens"),
    *_RECEIPT,
).select_from(
    outbox.outerjoin(hazards, hazards.c.id == outbox.c.hazard_id).outerjoin(
        receipts, receipts.c.notice_id == outbox.c.id
    )
)
"""Put together once: it is asked on every look into an inbox."""


def _read(connection: Connection, principal: Principal, query: Select[Any]) -> list[dict[str, Any]]:
    whole = principal.actor.role in SEES_WHOLE_PROFILE
    found = connection.execute(query, {"reader": principal.actor.unit, "whole": whole})
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found.all()]


def _deliveries(connection: Connection, notices: Sequence[int]) -> dict[int, list[Delivery]]:
    """What became of notices on other channels, by notice."""
    query = select(deliveries).where(deliveries.c.notice_id.in_(notices)).order_by(deliveries.c.id)
    found: dict[int, list[Delivery]] = {}
    for row in connection.execute(query).mappings() if notices else ():
        delivery = Delivery(**{name: row[name] for name in Delivery.__slots__})
        found.setdefault(row["notice_id"], []).append(delivery)
    return found


def _entry(row: Mapping[str, Any], told: Iterable[Delivery]) -> Entry:
    given = row["receipt_at"] is not None
    return Entry(
        id=row["id"],
        hazard=HazardId(row["hazard_id"]) if row["hazard_id"] else None,
        about=row["about"],
        seq=row["seq"],
        notice=Notice.model_validate({name: row[name] for name in Notice.model_fields}),
        created_at=row["created_at"],
        code=row["code"],
        confidentiality=Confidentiality(row["confidentiality"] or Confidentiality.PUBLIC),
        title=row["title"] if row["opens"] else None,
        receipt=Receipt(**{name: row[f"receipt_{name}"] for name in Receipt.__slots__}) if given else None,
        deliveries=tuple(told),
    )
