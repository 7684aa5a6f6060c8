"""The access log: it grows, it is chained, and nobody changes it; each reader of it sees his own part."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from domain.library import Library
from domain.organisation import Role
from domain.values import HazardId
from service.reading import Reading
from service.rulebooks import Current
from storage import accesslog, ledger
from storage.accesslog import Access, Looked
from storage.database import Database
from storage.errors import LedgerConflict
from tests.storage.stories import FINDER, OFFICE_SEES, START, STREET, Story, principal

AUDITOR = principal(Role.AUDITOR, "区清零办")
CUSTODIAN = principal(Role.CUSTODIAN, STREET)
ELSEWHERE = principal(Role.CUSTODIAN, "盈浦街道")


def recorded(db: Database, number: str = "QP-2026-000001", **form: object) -> Story:
    story = Story(number).report(**form)
    db.write_now(ledger.append, story.hazard, story.events)
    return story


def access(number: str = "QP-2026-000001", minutes: int = 0, **more: object) -> Access:
    said = {
        "hazard": HazardId(number),
        "profile": "qingpu",
        "confidentiality": "INTERNAL",
        "actor": FINDER,
        "looked": Looked.HAZARD,
        "at": START + timedelta(minutes=minutes),
    }
    return Access.model_validate(said | more)


@pytest.mark.requirement("SEC-01")
def test_lines_follow_each_other_in_one_chain(db):
    recorded(db)
    for n in range(3):
        db.write_now(accesslog.record, [access(minutes=n), access(minutes=n, looked=Looked.EVENTS)])

    lines = db.read_now(accesslog.lines, AUDITOR)

    assert [line.n for line in lines] == [6, 5, 4, 3, 2, 1]
    assert [line.prev for line in lines[:-1]] == [line.hash for line in lines[1:]]
    assert db.read_now(accesslog.verify) == []


@pytest.mark.requirement("SEC-01")
async def test_whoever_reads_several_at_once_leaves_a_line_for_each_that_is_confidential(db):
    recorded(db)
    recorded(db, "QP-2026-000002", confidentiality="SENSITIVE")
    both = [HazardId("QP-2026-000001"), HazardId("QP-2026-000002")]
    reading = Reading(db, Library(), Current(db, Library()))

    assert [one.id for one in await reading.states(OFFICE_SEES, both)] == both

    lines = db.read_now(accesslog.lines, AUDITOR)
    assert [(line.access.hazard, line.access.looked) for line in lines] == [(both[1], Looked.HAZARD)]


def test_readers_at_once_share_the_chain(connect):
    processes = [connect() for _ in range(3)]
    recorded(processes[0])

    with ThreadPoolExecutor(9) as threads:
        for writing in [
            threads.submit(processes[n % 3].write_now, accesslog.record, [access(minutes=n)])
            for n in range(18)
        ]:
            writing.result()

    assert len(processes[0].read_now(accesslog.lines, AUDITOR)) == 18
    assert processes[0].read_now(accesslog.verify) == []


@pytest.mark.requirement("SEC-01")
def test_only_confidential_hazards_are_logged(db):
    recorded(db, "QP-2026-000001")
    recorded(db, "QP-2026-000002", confidentiality="SENSITIVE")

    assert db.read_now(accesslog.confidential, HazardId("QP-2026-000001")) is None
    assert db.read_now(accesslog.confidential, HazardId("QP-2026-000002")) == ("qingpu", "SENSITIVE")
    assert db.read_now(accesslog.confidential, HazardId("QP-2026-000003")) is None


@pytest.mark.requirement("SEC-01")
def test_a_custodian_reads_what_concerns_his_unit_and_an_auditor_reads_all(db):
    recorded(db, "QP-2026-000001", confidentiality="INTERNAL")
    db.write_now(accesslog.record, [access()])

    assert len(db.read_now(accesslog.lines, AUDITOR)) == 1
    assert len(db.read_now(accesslog.lines, CUSTODIAN)) == 1
    assert db.read_now(accesslog.lines, ELSEWHERE) == []


def test_the_log_is_narrowed_to_hazard_reader_outcome_and_period(db):
    recorded(db, "QP-2026-000001")
    recorded(db, "QP-2026-000002")
    db.write_now(
        accesslog.record,
        [
            access(),
            access("QP-2026-000002", 10, outcome="denied"),
            access("QP-2026-000002", 20, actor=OFFICE_SEES.actor),
        ],
    )

    def found(**narrowed: object) -> list[int]:
        return [line.n for line in db.read_now(accesslog.lines, AUDITOR, **narrowed)]

    assert found(hazard=HazardId("QP-2026-000002")) == [3, 2]
    assert found(outcome="denied") == [2]
    assert found(unit=FINDER.unit) == [2, 1]
    assert found(since=START + timedelta(minutes=10), until=START + timedelta(minutes=20)) == [2]
    assert found(before=3, limit=1) == [2]


# -- what nobody may do ------------------------------------------------------------------------------


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize(
    "statement", ["UPDATE access_log SET unit = 'nobody'", "DELETE FROM access_log", "wipe"]
)
def test_the_log_only_grows(db, statement):
    recorded(db)
    db.write_now(accesslog.record, [access()])

    def change(connection: Connection) -> None:
        sqlite = connection.dialect.name == "sqlite"
        wipe = (
            "INSERT OR REPLACE INTO access_log SELECT * FROM access_log" if sqlite else "TRUNCATE access_log"
        )
        connection.execute(text(wipe if statement == "wipe" else statement))

    with pytest.raises(LedgerConflict, match=r"访问日志只增不改.*the access log is append-only"):
        db.write_now(change)

    assert len(db.read_now(accesslog.lines, AUDITOR)) == 1


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE access_log SET unit = 'nobody' WHERE n = 2", r"第2行：“unit”列与正文不符"),
        ("UPDATE access_log SET body = replace(body, 'xiayang', 'nobody') WHERE n = 2", r"line 2: the text does not match"),
        ("DELETE FROM access_log WHERE n = 2", r"lines from 2 are missing"),
        ("UPDATE access_log SET body = '{' WHERE n = 3", r"line 3: the text cannot be read"),
        ("UPDATE access_log SET prev_hash = hash WHERE n = 3", r"line 3: does not carry the hash"),
    ],
)  # fmt: skip
def test_a_change_behind_the_triggers_back_is_found(db, statement, finding):
    recorded(db)
    db.write_now(accesslog.record, [access(minutes=n) for n in range(3)])

    def behind_its_back(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            for trigger in ("no_update", "no_delete", "no_replace"):
                connection.execute(text(f"DROP TRIGGER access_log_{trigger}"))
        else:
            connection.execute(text("ALTER TABLE access_log DISABLE TRIGGER USER"))
        connection.execute(text(statement))

    db.write_now(behind_its_back)

    found = "\n".join(db.read_now(accesslog.verify))
    assert re.search(finding, found), found
