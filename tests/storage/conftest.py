"""Every storage test runs twice: on SQLite, and on a real PostgreSQL that comes with the test packages."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from storage.database import Database
from tests.databases import KINDS, Postgres, Sqlite, server


@pytest.fixture(scope="session")
def postgresql_server() -> Postgres:
    try:
        return server()
    except Exception as error:
        warnings.warn(f"NO POSTGRESQL: half of the storage tests are skipped ({error!r})", stacklevel=1)
        pytest.skip(f"no PostgreSQL could be started: {error!r}")


@pytest.fixture
def postgresql(postgresql_server: Postgres) -> Iterator[Postgres]:
    yield postgresql_server
    postgresql_server.clear()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=KINDS)
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
