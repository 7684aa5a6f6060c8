"""A recorded month on SQLite, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import ledger, migrate, rulebooks
from storage.database import Database
from tests.storage.stories import BOOKS, CALENDAR, Story


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/record.db"


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    migrate.upgrade(url)
    database = Database.connect(url)
    for book in BOOKS.values():
        database.write_now(rulebooks.publish, book)
    database.write_now(rulebooks.publish_calendar, CALENDAR)
    yield database
    database.close()


def record(db: Database, *stories: Story) -> None:
    for story in stories:
        db.write_now(ledger.append, story.hazard, story.events)
