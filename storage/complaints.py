"""What databases complain of, as errors with one clear sentence each."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

import psycopg

from storage.errors import LedgerConflict, StorageUnavailable


class Sentence(NamedTuple):
    zh: str
    en: str


_FULL = Sentence(
    "数据库所在磁盘已满，本次未作任何更改；请清理磁盘或扩容，之后重试即可",
    "the disk of the database is full and nothing was changed; free or add space, then try again",
)
_BUSY = Sentence(
    "数据库正被其他进程占用，本次未作任何更改，请稍后重试",
    "the database is held by another process and nothing was changed; try again in a moment",
)
_READ_ONLY = Sentence(
    "数据库不可写入，本次未作任何更改；请检查数据库文件的权限，或是否连到了备库",
    "the database cannot be written to and nothing was changed; check the permissions of its file, "
    "or whether this is a standby",
)
_NOT_THERE = Sentence(
    "打不开数据库，请检查数据库地址、文件所在目录及其权限",
    "the database cannot be opened; check its address, the folder of its file and the permissions",
)
_DAMAGED = Sentence(
    "数据库文件已损坏或不是数据库，请停止服务并从备份恢复",
    "the database file is damaged or is no database; stop the service and restore a backup",
)
_NOT_MIGRATED = Sentence(
    "数据库缺少所需的表，请先运行 qingling migrate",
    "the database lacks tables it needs; run qingling migrate first",
)
_AWAY = Sentence(
    "数据库暂时无法使用，请稍后重试",
    "the database is not available for the moment; try again later",
)
_NO_CONNECTION_LEFT = Sentence(
    "数据库连接已用尽，请稍后重试",
    "all connections to the database are in use; try again in a moment",
)

_OF_SQLITE: dict[int, Sentence] = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _NOT_THERE,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_IOERR: _AWAY,
    sqlite3.SQLITE_NOMEM: _AWAY,
}
"""By primary result code."""

_OF_POSTGRESQL: tuple[tuple[str, Sentence], ...] = (
    ("53100", _FULL),
    ("53300", _NO_CONNECTION_LEFT),
    ("25006", _READ_ONLY),
    ("55P03", _BUSY),  # lock not available
    ("40", _BUSY),  # deadlock or serialization failure: the other transaction went first
    ("42P01", _NOT_MIGRATED),
    ("3D000", _NOT_THERE),
    ("3F000", _NOT_MIGRATED),
    ("XX001", _DAMAGED),
    ("XX002", _DAMAGED),
    ("08", _AWAY),  # connection
    ("28", _NOT_THERE),  # authorization
    ("53", _AWAY),  # resources
    ("57P", _AWAY),  # shutting down, starting up
    ("58", _AWAY),  # its operating system
)
"""By SQLSTATE or its beginning, most particular first."""


def explained(error: BaseException) -> BaseException:
    """The error to raise for what a driver raised; a mistake of our own code comes back as it is."""
    if isinstance(error, sqlite3.IntegrityError | psycopg.IntegrityError):
        return LedgerConflict(
            f"数据库拒绝了与现有记录相抵触的写入（{error}）",
            f"the database refused a write that contradicts what it holds ({error})",
        )
    sentence = _of_sqlite(error) if isinstance(error, sqlite3.Error) else _of_postgresql(error)
    return StorageUnavailable(*sentence) if sentence else error


def pool_exhausted() -> StorageUnavailable:
    return StorageUnavailable(*_NO_CONNECTION_LEFT)


def _of_sqlite(error: sqlite3.Error) -> Sentence | None:
    if str(error).startswith("no such table"):
        return _NOT_MIGRATED
    code = getattr(error, "sqlite_errorcode", None)
    return _OF_SQLITE.get(code & 0xFF) if code is not None else None


def _of_postgresql(error: BaseException) -> Sentence | None:
    if not isinstance(error, psycopg.Error):
        return None
    if error.sqlstate is None:  # the server was not even reached, or the connection broke
        return _AWAY if isinstance(error, psycopg.OperationalError) else None
    return next((sentence for state, sentence in _OF_POSTGRESQL if error.sqlstate.startswith(state)), None)
