"""Brings a database to the tables this code needs. Needs no ``alembic.ini``."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url

from storage.database import Database
from storage.errors import StorageUnavailable
from storage.turns import wait_for_turn


def upgrade(url: str) -> None:
    """Run the migrations that are missing, all of them or none; several processes may try at once.

    Raises :class:`storage.errors.StorageUnavailable`.
    """
    _make_folder(url)
    database = Database.connect(url)
    try:
        database.write_now(_upgrade)
    finally:
        database.close()


def pending(url: str) -> bool:
    """Whether :func:`upgrade` has something to do. Raises :class:`storage.errors.StorageUnavailable`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return True
    database = Database.connect(url)
    try:
        return database.read_now(_revision) != ScriptDirectory.from_config(_config()).get_current_head()
    finally:
        database.close()


def _upgrade(connection: Connection) -> None:
    wait_for_turn(connection, "migrate")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _make_folder(url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable(
                f"不能建立数据库所在的目录 {folder}（{error.strerror}）",
                f"the folder {folder} for the database cannot be made ({error.strerror})",
            ) from error
