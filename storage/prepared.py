"""Statements compiled once for each database and sent as text from then on.

SQLAlchemy looks up its compiled form anew for every execution, which on the hot path costs more than
SQLite itself. These statements know their text and the conversions of their parameters already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Dialect, Executable, bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.schema import Column, Table

Row = Mapping[str, Any]
AnyInsert = sqlite.Insert | postgresql.Insert
_INSERT: dict[str, Callable[[Table], AnyInsert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class _Text(NamedTuple):
    sql: str
    names: tuple[str, ...] | None
    """The order of positional parameters; ``None`` where they go by name."""
    converters: Mapping[str, Callable[[Any], Any]]


class Prepared:
    """A statement to run many times, with a row of parameters or with many rows at once."""

    def __init__(self, build: Callable[[str], Executable]) -> None:
        """``build(dialect_name)`` makes the statement; all its parameters are bound by name."""
        self._build = build
        self._texts: dict[str, _Text] = {}

    def run(self, connection: Connection, rows: Row | Sequence[Row]) -> CursorResult[Any]:
        text = self._text(connection.dialect)
        if isinstance(rows, Mapping):
            return connection.exec_driver_sql(text.sql, _parameters(text, rows))
        return connection.exec_driver_sql(text.sql, [_parameters(text, row) for row in rows])

    def packed(self, dialect: Dialect, rows: Sequence[Row]) -> list[Any]:
        """``rows`` as the driver takes them, for :meth:`run_packed` on a connection of the same dialect."""
        text = self._text(dialect)
        return [_parameters(text, row) for row in rows]

    def run_packed(self, connection: Connection, parameters: list[Any]) -> None:
        connection.exec_driver_sql(self._text(connection.dialect).sql, parameters)

    def _text(self, dialect: Dialect) -> _Text:
        return self._texts.get(dialect.name) or self._compile(dialect)

    def _compile(self, dialect: Dialect) -> _Text:
        compiled = self._build(dialect.name).compile(dialect=dialect)  # type: ignore[attr-defined]
        converters = {
            name: convert
            for name, bind in compiled.binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        names = tuple(compiled.positiontup) if compiled.positional else None
        text = _Text(str(compiled), names, converters)
        self._texts[dialect.name] = text
        return text


def _parameters(text: _Text, row: Row) -> Any:
    if text.converters:
        row = {**row, **{name: convert(row[name]) for name, convert in text.converters.items()}}
    if text.names is None:
        return row
    return tuple(row[name] for name in text.names)


# -- the three kinds of statement --------------------------------------------------------------------


def inserting(table: Table, *, without: tuple[str, ...] = (), on_conflict: str = "fail") -> Prepared:
    """Insert rows with every column but ``without``.

    ``on_conflict`` is ``fail``, ``skip`` (the row that is there stays) or ``replace`` (all but its key).
    """

    def build(dialect: str) -> Insert:
        columns = [column for column in table.columns if column.name not in without]
        insert = _INSERT[dialect](table).values({column.name: _bind(column) for column in columns})
        if on_conflict == "skip":
            insert = insert.on_conflict_do_nothing()
        elif on_conflict == "replace":
            insert = insert.on_conflict_do_update(
                index_elements=list(table.primary_key),
                set_={c.name: insert.excluded[c.name] for c in columns if not c.primary_key},
            )
        return insert.inline()

    return Prepared(build)


def updating(table: Table, columns: Sequence[str], *where: ColumnElement[bool]) -> Prepared:
    def build(_dialect: str) -> Update:
        return update(table).where(*where).values({name: _bind(table.columns[name]) for name in columns})

    return Prepared(build)


def deleting(table: Table, *where: ColumnElement[bool]) -> Prepared:
    def build(_dialect: str) -> Delete:
        return delete(table).where(*where)

    return Prepared(build)


def _bind(column: Column[Any]) -> ColumnElement[Any]:
    return bindparam(column.name, type_=column.type)
