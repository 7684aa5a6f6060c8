"""The door to the database: one function, one transaction, one hop to a thread.

Whoever reads or writes hands over a function of a connection; here it runs in a transaction of its own,
on SQLite or PostgreSQL alike, and the database's many complaints become two errors with a clear sentence.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.complaints import explained, pool_exhausted
from storage.errors import LedgerConflict, StorageUnavailable

__all__ = ["Database", "LedgerConflict", "StorageUnavailable", "engine_for"]

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS = 10
"""How long a writer waits for a writer of another process before it is told that the database is busy."""


class Database:
    """A database and the threads that may speak to it. Opens no connection before it is first used."""

    def __init__(self, writer: Engine, reader: Engine, writers: int, readers: int) -> None:
        self.url = writer.url.render_as_string(hide_password=False)
        """For another process that is to :meth:`connect`; not to be shown."""
        self._writer = writer
        self._reader = reader
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="db-write")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="db-read")

    @classmethod
    def connect(cls, url: str, *, size: int = 8) -> Database:
        """The database at ``sqlite:///…`` or ``postgresql+psycopg://…``.

        ``size`` bounds the threads, and with them the connections, for writing and for reading each.
        SQLite has one writer whatever the size: writers of one process queue up instead of colliding.
        """
        parsed = make_url(url)
        writers = 1 if parsed.get_backend_name() == "sqlite" else size
        return cls(
            writer=engine_for(parsed, size=writers),
            reader=engine_for(parsed, size=size, read_only=True),
            writers=writers,
            readers=size,
        )

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(connection, …)`` in a transaction that sees one moment and cannot write.

        Raises :class:`StorageUnavailable`.
        """
        return await _awaited(self._readers, self._reader, fn, args, kwargs)

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``fn(connection, …)`` in a transaction: all of it is kept, or nothing when it raises.

        Raises :class:`StorageUnavailable` or :class:`LedgerConflict`.
        """
        return await _awaited(self._writers, self._writer, fn, args, kwargs)

    def read_now(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """:meth:`read` for callers without an event loop."""
        return self._readers.submit(_transact, self._reader, fn, args, kwargs).result()

    def write_now(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """:meth:`write` for callers without an event loop. Not from within another write."""
        return self._writers.submit(_transact, self._writer, fn, args, kwargs).result()

    def close(self) -> None:
        """Finish what is under way and let go of every connection."""
        for threads in (self._writers, self._readers):
            threads.shutdown(wait=True)
        for engine in (self._writer, self._reader):
            engine.dispose()


async def _awaited(
    threads: ThreadPoolExecutor,
    engine: Engine,
    fn: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, _transact, engine, fn, args, kwargs)


def _transact(engine: Engine, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    try:
        with engine.begin() as connection:
            return fn(connection, *args, **kwargs)
    except DBAPIError as error:
        raise explained(error.orig or error) from error
    except sqlite3.Error as error:  # from BEGIN, which SQLAlchemy does not wrap
        raise explained(error) from error
    except PoolTimeout as error:
        raise pool_exhausted() from error


# -- the two databases -------------------------------------------------------------------------------


def engine_for(url: str | URL, *, size: int = 1, read_only: bool = False) -> Engine:
    """An engine as all of ours are set up. Raises ``ValueError`` for a database we do not run on."""
    parsed = make_url(url)
    match parsed.get_backend_name(), parsed.get_driver_name():
        case "sqlite", "pysqlite":
            return _sqlite(parsed, size, read_only)
        case "postgresql", "psycopg":
            return _postgresql(parsed, size, read_only)
    raise ValueError("the database must be sqlite:///… or postgresql+psycopg://…")


def _sqlite(url: URL, size: int, read_only: bool) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite needs a file: its connections would not see each other's memory")
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        # The driver would begin only at the first write, too late to wait for its turn.
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute(begin)

    return engine


def _postgresql(url: URL, size: int, read_only: bool) -> Engine:
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=True,
        # Several statements of one read see one moment, as they do on SQLite.
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        connect_args={"connect_timeout": BUSY_SECONDS, "application_name": "qingling"},
    )
    if read_only:

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: object) -> None:
            connection.read_only = True

    return engine
