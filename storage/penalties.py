"""Penalties of an enterprise on all hazards of a district: what repeated ones are counted from (PEN-01, N50)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from domain.facts import FactKind
from domain.values import HazardId, UnitId
from storage.scope import Principal, visible
from storage.tables import facts, hazards


class Recorded(NamedTuple):
    """A penalty: its day, the unit that recorded it, and the hazard for whoever may see that."""

    on: date
    unit: UnitId
    hazard: HazardId | None


def of(connection: Connection, principal: Principal, enterprise: str) -> tuple[Recorded, ...]:
    """The penalties of an enterprise by its code, the latest first.

    Every seat of the district learns of each, for they count together; of which hazard it was only who may see it.
    """
    f = facts.c
    query = select(f.hazard_id, f.unit, f.detail).where(
        f.profile == principal.profile,
        f.kind == FactKind.PENALTY.value,
        f.detail.startswith(f"{enterprise} ", autoescape=True),
    )
    rows = connection.execute(query).all()
    ids = {row.hazard_id for row in rows}
    seen = set(connection.scalars(visible(select(hazards.c.id).where(hazards.c.id.in_(ids)), principal)))
    found = [
        Recorded(
            date.fromisoformat(row.detail.partition(" ")[2]),
            UnitId(row.unit),
            HazardId(row.hazard_id) if row.hazard_id in seen else None,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.hazard or ""), reverse=True))
