"""Lists that a seat has saved under a name of its own: nothing but the words of an address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from domain.values import Value
from storage.prepared import inserting
from storage.scope import Principal
from storage.tables import views

_PUT = inserting(views, on_conflict="replace")


class SavedView(Value):
    """``query`` is what stands behind the question mark of the list's address."""

    name: str
    query: str


def of_seat(connection: Connection, principal: Principal) -> tuple[SavedView, ...]:
    """In the order they were saved."""
    rows = connection.execute(_OF_SEAT, _named(principal))
    return tuple(SavedView(name=name, query=query) for name, query in rows)


def put(connection: Connection, principal: Principal, view: SavedView, at: datetime) -> None:
    """Keep a view; one of the same name gives way."""
    actor = principal.actor
    seat = {"profile": principal.profile, "unit": actor.unit, "role": actor.role.value}
    _PUT.run(connection, {**seat, "name": view.name, "query": view.query, "saved_at": at})


def remove(connection: Connection, principal: Principal, name: str) -> None:
    connection.execute(delete(views).where(*_SEAT, views.c.name == name), _named(principal))


def _named(principal: Principal) -> dict[str, str]:
    actor = principal.actor
    return {"of_profile": principal.profile, "of_unit": actor.unit, "of_role": actor.role.value}


_SEAT = tuple(views.c[name] == bindparam(f"of_{name}") for name in ("profile", "unit", "role"))
_OF_SEAT = select(views.c.name, views.c.query).where(*_SEAT).order_by(views.c.saved_at)
"""Put together once: every list asks for them."""
