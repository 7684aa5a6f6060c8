"""Contact forms (F17), one a unit of a profile; a new one replaces the old, of which nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from domain.contacts import Contact
from domain.organisation import Actor
from domain.values import UnitId
from storage.prepared import inserting
from storage.tables import contacts

_PUT = inserting(contacts, on_conflict="replace")


def of_units(connection: Connection, profile: str, units: Iterable[UnitId]) -> dict[UnitId, Contact]:
    """The forms of those ``units`` that have filled one in."""
    query = select(contacts).where(contacts.c.profile == profile, contacts.c.unit.in_(list(units)))
    return {UnitId(row["unit"]): _contact(row) for row in connection.execute(query).mappings()}


def of_unit(connection: Connection, profile: str, unit: UnitId) -> Contact | None:
    return of_units(connection, profile, [unit]).get(unit)


def everyone(connection: Connection, profile: str) -> dict[UnitId, Contact]:
    """Every form of the profile, by unit."""
    query = select(contacts).where(contacts.c.profile == profile).order_by(contacts.c.unit)
    return {UnitId(row["unit"]): _contact(row) for row in connection.execute(query).mappings()}


def put(
    connection: Connection, profile: str, forms: Mapping[UnitId, Contact], by: Actor, at: datetime
) -> None:
    """Keep the forms of these units, in place of those they had. ``by`` is remembered as a seat."""
    rows = [
        {
            **form.model_dump(exclude={"unit"}),
            "profile": profile,
            "unit": unit,
            "updated_at": at,
            "updated_unit": by.unit,
            "updated_role": by.role.value,
        }
        for unit, form in forms.items()
    ]
    if rows:
        _PUT.run(connection, rows)


def _contact(row: Mapping[str, Any] | Any) -> Contact:
    return Contact.model_validate({name: row[name] for name in Contact.model_fields})
