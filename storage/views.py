"""Lists that a seat has saved under a name of its own: nothing but the words of an address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.sql.elements import ColumnElement

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
    query = select(views.c.name, views.c.query).where(*_seat(principal)).order_by(views.c.saved_at)
    return tuple(SavedView(name=row.name, query=row.query) for row in connection.execute(query))


def put(connection: Connection, principal: Principal, view: SavedView, at: datetime) -> None:
    """Keep a view; one of the same name gives way."""
    actor = principal.actor
    seat = {"profile": principal.profile, "unit": actor.unit, "role": actor.role.value}
    _PUT.run(connection, {**seat, "name": view.name, "query": view.query, "saved_at": at})


def remove(connection: Connection, principal: Principal, name: str) -> None:
    connection.execute(delete(views).where(*_seat(principal), views.c.name == name))


def _seat(principal: Principal) -> tuple[ColumnElement[bool], ...]:
    actor = principal.actor
    return (
        views.c.profile == principal.profile,
        views.c.unit == actor.unit,
        views.c.role == actor.role.value,
    )
