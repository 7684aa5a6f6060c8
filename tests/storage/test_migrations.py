"""Migrations: from nothing, again, at once, and to just the tables the code knows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from storage import ledger, migrate, readmodel, rulebooks
from storage.database import Database, StorageUnavailable, engine_for
from storage.tables import METADATA
from tests.storage.stories import OFFICE_SEES, QINGPU, Story


def _of_the_text_index(name: str) -> bool:
    """SQLite's full-text table and what it keeps beside it, which no metadata can describe."""
    return name.startswith("text_index")


def test_an_empty_database_gets_every_table_once(empty_url):
    assert migrate.pending(empty_url)

    migrate.upgrade(empty_url)

    assert not migrate.pending(empty_url)
    tables = set(inspect(engine_for(empty_url)).get_table_names())
    assert {name for name in tables if not _of_the_text_index(name)} == {*METADATA.tables, "alembic_version"}


def test_a_second_time_changes_nothing(empty_url):
    migrate.upgrade(empty_url)
    db = Database.connect(empty_url)
    story = Story().report()
    db.write_now(rulebooks.publish, QINGPU)
    db.write_now(ledger.append, story.hazard, story.events)

    migrate.upgrade(empty_url)

    assert db.read_now(ledger.verify, story.number) == []
    db.close()


def test_processes_that_start_together_migrate_once(empty_url):
    with ThreadPoolExecutor(6) as threads:
        for done in [threads.submit(migrate.upgrade, empty_url) for _ in range(6)]:
            done.result()

    assert not migrate.pending(empty_url)


def test_the_migrated_tables_are_those_the_code_knows(url):
    with engine_for(url).connect() as connection:
        ours = {
            "compare_server_default": True,
            "include_object": lambda _, name, kind, *__: kind != "table" or not _of_the_text_index(name),
        }
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, METADATA) == []


def test_the_indexes_with_a_condition_have_it_too(url):
    """What ``compare_metadata`` does not look at."""
    with engine_for(url).connect() as connection:
        for table in METADATA.tables.values():
            stored = {index["name"]: index for index in inspect(connection).get_indexes(table.name)}
            for index in table.indexes:
                dialect = connection.dialect.name
                wanted = index.dialect_options[dialect]["where"]
                condition = stored[index.name].get("dialect_options", {}).get(f"{dialect}_where")
                assert (wanted is None) == (condition is None), index.name


def test_a_database_that_was_not_migrated_says_so(empty_url):
    db = Database.connect(empty_url)

    with pytest.raises(StorageUnavailable, match=r"请先运行 qingling migrate / .*run qingling migrate"):
        db.read_now(readmodel.find, OFFICE_SEES)
    db.close()


def test_the_folder_of_a_sqlite_file_is_made(tmp_path):
    file = tmp_path / "deep" / "down" / "qingling.db"
    url = f"sqlite:///{file}"
    assert migrate.pending(url)
    assert not (tmp_path / "deep").exists()

    migrate.upgrade(url)

    assert file.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageUnavailable, match="file"):
        migrate.upgrade(f"sqlite:///{tmp_path}/file/qingling.db")
