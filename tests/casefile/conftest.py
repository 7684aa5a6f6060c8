"""A record of its own for each test: SQLite, migrated, with the shipped rulebooks published."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment import publish_shipped
from settings import Settings, load_settings
from storage.database import Database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("casefile") / "qingling.db"
    publish_shipped(load_settings(database_url=f"sqlite:///{file}"))
    return file


@pytest.fixture
def settings(migrated: Path, tmp_path: Path) -> Settings:
    file = shutil.copy(migrated, tmp_path / "qingling.db")
    return load_settings(var_dir=tmp_path, database_url=f"sqlite:///{file}")


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    database = Database.connect(settings.database_url.get_secret_value())
    yield database
    database.close()
