"""A recorded month on SQLite, and who reads it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from documents.bulletin import Bulletin, Kind, Lang, bulletin, parse_month
from domain.figures import Period
from domain.library import Library
from service.figures import Counting
from service.reading import Reading
from service.rulebooks import Current
from storage import ledger, migrate, rulebooks
from storage.database import Database
from tests.conftest import NO_OFFICE, office_path
from tests.documents.months import NOW, september
from tests.storage.stories import BOOKS, CALENDAR, OFFICE_SEES, Story

SEPTEMBER = parse_month("2026-09")
EMPTY = parse_month("2026-06")


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


@pytest.fixture
def told(db: Database) -> Database:
    record(db, *september())
    return db


async def of(
    db: Database,
    kind: Kind = "circular",
    lang: Lang = "zh",
    period: Period = SEPTEMBER,
    now: datetime = NOW,
) -> Bulletin:
    library = Library()
    reading = Reading(db, library, Current(db, library))
    return await bulletin(Counting(db, reading), reading, OFFICE_SEES, period, kind, lang, now)


@pytest.fixture
def in_office(tmp_path: Path) -> Callable[[Path, str], Path]:
    """Has LibreOffice open a file and save it as another kind; anything it says to complain fails the test."""
    soffice = office_path()
    if soffice is None:
        pytest.skip(NO_OFFICE)

    def converted(file: Path, ending: str) -> Path:
        done = subprocess.run(
            [
                soffice,
                f"-env:UserInstallation=file://{tmp_path}/office",
                "--headless",
                "--convert-to",
                ending,
                "--outdir",
                str(tmp_path / "opened"),
                str(file),
            ],
            capture_output=True,
            text=True,
            timeout=180,
        )
        # It says so of every file on a machine without its Java bridge, which no file of ours wants.
        said = [line for line in done.stderr.splitlines() if "javaldx" not in line]
        assert (done.returncode, said) == (0, [])
        made = tmp_path / "opened" / file.with_suffix(f".{ending}").name
        assert made.stat().st_size > 1_000
        return made

    return converted
