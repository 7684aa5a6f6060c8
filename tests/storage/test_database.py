"""The door to the database: what goes in comes out, and what goes wrong is said in one sentence."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, insert, select, text

from domain.refusal import Refusal
from domain.values import SHANGHAI
from storage import ledger, migrate, numbers, readmodel, rulebooks
from storage.database import Database, LedgerConflict, StorageUnavailable
from storage.tables import numbers as number_table
from tests.storage.stories import OFFICE_SEES, QINGPU, Story


def record(db: Database, story: Story) -> None:
    db.write_now(ledger.append, story.hazard, story.events)


# -- transactions ------------------------------------------------------------------------------------


async def test_reading_and_writing_from_an_event_loop(db):
    story = Story().report()

    await db.write(ledger.append, story.hazard, story.events)

    assert await db.read(readmodel.state_of, story.number) is not None


async def test_a_hundred_at_once_from_an_event_loop(db):
    stories = [Story(f"QP-2026-{n:06d}").report() for n in range(100)]

    await asyncio.gather(*(db.write(ledger.append, story.hazard, story.events) for story in stories))

    assert await db.read(readmodel.counts, OFFICE_SEES) == {"REGISTERED": 100}


def test_what_fails_leaves_nothing_behind(db):
    story = Story().report()

    def write_and_fail(connection: Connection) -> None:
        ledger.append(connection, story.hazard, story.events)
        raise KeyError("after the writing")

    with pytest.raises(KeyError):
        db.write_now(write_and_fail)

    assert db.read_now(ledger.events, story.number) == []
    record(db, story)
    assert db.read_now(ledger.verify, story.number) == []


def test_a_read_cannot_write(db):
    story = Story().report()

    with pytest.raises(StorageUnavailable, match="不可写入"):
        db.read_now(ledger.append, story.hazard, story.events)

    record(db, story)  # and the connection is none the worse


def test_a_read_sees_one_moment(db):
    story = Story().report()
    seen: list[int] = []

    def count_twice(connection: Connection) -> None:
        for _ in range(2):
            seen.append(connection.scalar(text("SELECT count(*) FROM ledger")))
            db.write_now(ledger.append, story.hazard, story.events)

    db.read_now(count_twice)

    assert seen == [0, 0]


def test_opening_a_database_touches_nothing_until_it_is_used(tmp_path):
    Database.connect(f"sqlite:///{tmp_path}/none/qingling.db").close()
    Database.connect("postgresql+psycopg://nobody:secret@192.0.2.1/none").close()

    assert list(tmp_path.iterdir()) == []


def test_closing_twice_does_no_harm(db):
    db.close()
    db.close()


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://x/y"]
)
def test_a_database_we_do_not_run_on_is_refused(url):
    with pytest.raises(ValueError, match=r"SQLite|sqlite"):
        Database.connect(url)


# -- what goes in comes out --------------------------------------------------------------------------

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
YEARS = (datetime(1900, 1, 1), datetime(2199, 12, 31))  # noqa: DTZ001
NUMBER = {"profile": "x", "year": 2026, "serial": 1, "hazard_id": "X", "key": "x"}


@given(st.datetimes(*YEARS, timezones=OFFSETS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_moment_comes_back_as_the_same_moment(db, moment):
    def round_trip(connection: Connection) -> datetime | None:
        connection.execute(text("DELETE FROM numbers"))
        connection.execute(insert(number_table).values(**NUMBER, created_at=moment))
        return connection.scalar(select(number_table.c.created_at))

    again = db.write_now(round_trip)

    assert again == moment
    assert again.utcoffset() == timedelta(hours=8)


def test_moments_sort_and_compare_as_time_does_whatever_their_offset(db):
    moments = [
        datetime(2026, 1, 1, 7, 59, 59, 999999, SHANGHAI),
        datetime(2026, 1, 1, 0, 0, tzinfo=UTC),
        datetime(2025, 12, 31, 20, 0, 0, 1, timezone(-timedelta(hours=4))),
    ]

    def sort(connection: Connection) -> list[datetime]:
        for serial, moment in enumerate(reversed(moments)):
            row = {**NUMBER, "serial": serial, "hazard_id": str(serial), "key": str(serial)}
            connection.execute(insert(number_table).values(**row, created_at=moment))
        assert connection.scalar(select(func.count()).where(number_table.c.created_at <= moments[1])) == 2
        return list(connection.scalars(select(number_table.c.created_at).order_by(number_table.c.created_at)))

    assert db.write_now(sort) == moments


def test_a_moment_without_offset_is_refused(db):
    naive = datetime(2026, 1, 1)  # noqa: DTZ001

    with pytest.raises(Exception, match="without offset"):
        db.write_now(lambda c: c.execute(insert(number_table).values(**NUMBER, created_at=naive)))


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize("occurred", ["1970-01-01T00:00:00+08:00", "2099-12-31T23:59:59.999999+08:00"])
def test_dates_of_1970_and_2099_are_kept(db, occurred):
    moment = datetime.fromisoformat(occurred)
    story = (
        Story(at=max(moment, datetime(2026, 9, 17, tzinfo=SHANGHAI))).report(occurred_at=occurred).assigned()
    )

    record(db, story)

    assert db.read_now(readmodel.get, OFFICE_SEES, story.number).occurred_at == moment
    assert db.read_now(ledger.verify, story.number) == []


@pytest.mark.parametrize(
    "words",
    [
        "🔥" * 25_000,
        "隐患" * 50_000,
        "'; DROP TABLE ledger; --",
        "\t第一行\n第二行\r\n",
        '%s :x ? $1 \\ " ‮',
        "𠮷é",
    ],
    ids=["emoji", "100,000 characters", "quotes", "lines", "placeholders", "rare"],
)
def test_any_text_is_kept_to_the_letter(db, words):
    story = Story().report(description=words, place="夏阳街道🔥")
    record(db, story)
    record(db, story.assigned())

    assert db.read_now(readmodel.description_of, OFFICE_SEES, story.number) == words
    assert db.read_now(ledger.events, story.number)[0].event.command.description == words
    assert db.read_now(ledger.verify, story.number) == []
    assert [
        row.id for row in db.read_now(readmodel.find, OFFICE_SEES, readmodel.Filters(text="🔥")).rows
    ] == [story.number]


def test_a_report_with_a_nul_is_refused_before_it_gets_here():
    with pytest.raises(Refusal, match="表单有误"):
        Story().report(description="a\0b")


# -- what goes wrong ---------------------------------------------------------------------------------


@pytest.fixture
def sqlite_db(tmp_path: Path) -> Database:
    url = f"sqlite:///{tmp_path}/qingling.db"
    migrate.upgrade(url)
    database = Database.connect(url)
    database.write_now(rulebooks.publish, QINGPU)
    return database


def test_a_full_disk_is_said_clearly_and_loses_nothing(sqlite_db):
    kept = Story("QP-2026-000001").report()
    record(sqlite_db, kept)
    pages = sqlite_db.write_now(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar())
    sqlite_db.write_now(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}"))
    big = Story("QP-2026-000002").report(description="满" * 50_000)

    for _ in range(3):
        with pytest.raises(StorageUnavailable, match=r"磁盘已满.*重试.* / .*disk .*is full.*try again"):
            record(sqlite_db, big)

    assert sqlite_db.read_now(ledger.verify, kept.number) == []
    assert sqlite_db.read_now(ledger.events, big.number) == []

    sqlite_db.write_now(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1000000"))
    record(sqlite_db, big)
    assert sqlite_db.read_now(ledger.verify, big.number) == []
    sqlite_db.close()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("53100", "磁盘已满.*disk of the database is full"),
        ("53300", "连接已用尽"),
        ("40001", "请稍后重试"),
        ("40P01", "请稍后重试"),
        ("57P01", "暂时无法使用"),
        ("25006", "不可写入"),
        ("XX001", "已损坏"),
    ],
)
def test_what_postgresql_complains_of_is_said_clearly(postgresql, state, sentence):
    db = Database.connect(postgresql.empty())

    with pytest.raises(StorageUnavailable, match=sentence):
        db.write_now(
            lambda c: c.exec_driver_sql(
                f"DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '{state}'; END $$"
            )
        )
    db.close()


def test_a_postgresql_that_is_away_is_unavailable_and_its_return_is_noticed(postgresql):
    url = postgresql.migrated()
    db, killer = Database.connect(url), Database.connect(url)
    story = Story().report()
    record(db, story)

    killer.write_now(
        lambda c: c.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                 "AND datname = current_database()")
        ).all()
    )  # fmt: skip

    record(db, story.assigned())  # the pool finds its connection dead and opens another
    assert db.read_now(ledger.verify, story.number) == []
    db.close()
    killer.close()


def test_a_server_that_cannot_be_reached_is_unavailable(tmp_path):
    db = Database.connect(f"postgresql+psycopg://nobody:secret@/none?host={tmp_path}")

    with pytest.raises(StorageUnavailable, match="暂时无法使用") as caught:
        db.read_now(lambda c: None)

    assert "secret" not in str(caught.value)
    db.close()


def test_a_file_that_is_no_database_is_named_as_such(tmp_path):
    (tmp_path / "x.db").write_bytes(b"not a database at all" * 100)
    db = Database.connect(f"sqlite:///{tmp_path}/x.db")

    with pytest.raises(StorageUnavailable, match="已损坏或不是数据库"):
        db.read_now(lambda c: c.exec_driver_sql("SELECT * FROM hazards"))
    db.close()


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path):
    db = Database.connect(f"sqlite:///{tmp_path}/nowhere/x.db")

    with pytest.raises(StorageUnavailable, match="打不开数据库"):
        db.write_now(lambda c: None)
    db.close()


def test_a_writer_of_another_process_is_waited_for_and_then_named(sqlite_db, tmp_path, monkeypatch):
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.2)
    impatient = Database.connect(f"sqlite:///{tmp_path}/qingling.db")
    other = sqlite3.connect(tmp_path / "qingling.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StorageUnavailable, match="被其他进程占用"):
        impatient.write_now(numbers.allocate, "qingpu", "QP", 2026, "a")

    other.execute("COMMIT")
    assert impatient.write_now(numbers.allocate, "qingpu", "QP", 2026, "a") == "QP-2026-000001"
    impatient.close()
    sqlite_db.close()


def test_a_row_that_contradicts_another_is_a_conflict(db):
    row = {**NUMBER, "created_at": datetime.now(UTC)}
    db.write_now(lambda c: c.execute(insert(number_table).values(**row)))

    with pytest.raises(LedgerConflict, match="相抵触"):
        db.write_now(lambda c: c.execute(insert(number_table).values(**row)))


def test_a_mistake_in_our_own_sql_is_not_blamed_on_the_database(db):
    with pytest.raises(Exception, match="nonsense") as caught:
        db.read_now(lambda c: c.execute(text("SELECT nonsense FROM hazards")))

    assert not isinstance(caught.value, StorageUnavailable | LedgerConflict)


def test_another_process_sees_what_is_written(connect):
    here, there = connect(), connect()
    story = Story().report()

    record(here, story)

    assert there.read_now(readmodel.state_of, story.number) is not None
