"""A store of a thousand hazards verifies without a finding; whatever somebody changes in it is found and named."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from audit.findings import Part
from audit.store import Folder
from audit.verify import Verified, verify
from domain.events import chain_hash
from domain.organisation import Actor, Role
from domain.values import Confidentiality, HazardId, PersonId, UnitId
from storage import accesslog
from storage.accesslog import Access, Looked
from storage.database import Database
from tests.audit.lives import fill
from tests.databases import KINDS, Postgres, Sqlite, server, unguarded

HAZARDS = 60
VICTIM = "QP-2026-000054"
"""Its life went from the report to the archive."""
OTHER = "QP-2026-000051"


class Record(NamedTuple):
    """A database that a test may spoil."""

    url: str
    rows: int

    def verified(self, jobs: int = 1) -> Verified:
        """Without an archive: these lives never ran on Temporal, so nothing of them can be missing there."""
        return verify(self.url, Folder(Path("none")), [], jobs=jobs, grace=timedelta(days=36500))

    def change(self, *statements: str | tuple[str, tuple[object, ...]]) -> None:
        """As somebody would who administers the database: past its guards."""
        with unguarded(self.url) as execute:
            for statement in statements:
                changed = execute(*((statement,) if isinstance(statement, str) else statement))
                assert changed.rowcount > 0, statement

    def one(self, query: str, *values: object) -> tuple[Any, ...]:
        with unguarded(self.url) as execute:
            found = execute(query, values).fetchone()
        assert found
        return tuple(found)

    def row(self, hazard: str, seq: int) -> tuple[str, str, str]:
        prev, own, body = self.one(
            "SELECT prev_hash, hash, body FROM ledger WHERE hazard_id = ? AND seq = ?", hazard, seq
        )
        return prev, own, body


def filled(given: Postgres | Sqlite, hazards: int) -> Record:
    url = given.migrated()
    database = Database.connect(url)
    rows = fill(database, hazards)
    database.close()
    return Record(url, rows)


@pytest.fixture(scope="module", params=KINDS)
def given(request: pytest.FixtureRequest, sqlite: Sqlite) -> Postgres | Sqlite:
    return server() if request.param == "postgresql" else sqlite


@pytest.fixture(scope="module")
def some(given: Postgres | Sqlite) -> Record:
    return filled(given, HAZARDS)


@pytest.fixture
def record(given: Postgres | Sqlite, some: Record) -> Record:
    return Record(given.copy(some.url), some.rows)


def where(found: Verified, part: Part) -> list[str]:
    return [finding.where for finding in found.findings if finding.part is part]


def only_about(found: Verified, hazard: str) -> bool:
    return bool(found.findings) and all(hazard in finding.where for finding in found.findings)


@pytest.mark.requirement("REG-08")
def test_an_untouched_store_of_a_thousand_hazards_has_no_finding(sqlite: Sqlite) -> None:
    thousand = filled(sqlite, 1000)
    found = thousand.verified(jobs=2)
    assert found.findings == ()
    assert (found.hazards, found.rows) == (1000, thousand.rows)


@pytest.mark.requirement("REG-08")
def test_more_rows_than_are_read_at_once_are_all_read(given: Postgres | Sqlite) -> None:
    some = filled(given, 120)
    assert some.rows > 500
    found = some.verified()
    assert (found.findings, found.hazards, found.rows) == ((), 120, some.rows)


@pytest.mark.requirement("REG-08")
def test_one_byte_of_a_row_is_found(record: Record) -> None:
    _, _, body = record.row(VICTIM, 3)
    at = len(body) // 2
    spoilt = body[:at] + chr(ord(body[at]) ^ 1) + body[at + 1 :]
    record.change(("UPDATE ledger SET body = ? WHERE hazard_id = ? AND seq = 3", (spoilt, VICTIM)))
    found = record.verified()
    assert where(found, Part.LEDGER) == [f"{VICTIM} 第3步"] and only_about(found, VICTIM)
    assert "does not match its hash" in found.findings[0].en


@pytest.mark.requirement("REG-08")
def test_a_row_that_was_removed_is_missed(record: Record) -> None:
    record.change(f"DELETE FROM ledger WHERE hazard_id = '{VICTIM}' AND seq = 2")
    found = record.verified()
    assert "entries 2 before it are missing" in found.findings[0].en and only_about(found, VICTIM)


def test_a_last_row_that_was_removed_is_missed_by_the_read_model(record: Record) -> None:
    record.change(
        f"DELETE FROM ledger WHERE hazard_id = '{VICTIM}' AND seq = "
        f"(SELECT max(seq) FROM ledger WHERE hazard_id = '{VICTIM}')"
    )
    found = record.verified()
    assert set(where(found, Part.READ_MODEL)) == {VICTIM} and only_about(found, VICTIM)


@pytest.mark.requirement("REG-08")
def test_two_rows_that_were_swapped_are_found(record: Record) -> None:
    record.change(
        f"UPDATE ledger SET seq = 900 WHERE hazard_id = '{VICTIM}' AND seq = 3",
        f"UPDATE ledger SET seq = 3 WHERE hazard_id = '{VICTIM}' AND seq = 4",
        f"UPDATE ledger SET seq = 4 WHERE hazard_id = '{VICTIM}' AND seq = 900",
    )
    found = record.verified()
    assert where(found, Part.LEDGER) == [f"{VICTIM} 第{seq}步" for seq in (3, 4, 5)]
    assert only_about(found, VICTIM)


@pytest.mark.requirement("REG-08")
def test_a_forged_event_with_a_right_hash_breaks_the_chain_after_it(record: Record) -> None:
    prev, _, body = record.row(VICTIM, 4)
    forged = json.loads(body) | {"at": "2026-09-18T00:00:00+08:00"}
    text = json.dumps(forged, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    record.change(
        (
            "UPDATE ledger SET body = ?, hash = ? WHERE hazard_id = ? AND seq = 4",
            (text, chain_hash(prev, text), VICTIM),
        )
    )
    found = record.verified()
    assert where(found, Part.LEDGER) == [f"{VICTIM} 第5步"] and only_about(found, VICTIM)
    assert "does not carry the hash of the one before" in found.findings[0].en


def test_a_forged_last_event_with_a_right_chain_is_found_by_the_read_model(record: Record) -> None:
    last = 2  # of a hazard that was reported and assigned, no more
    hazard = "QP-2026-000055"
    prev, _, body = record.row(hazard, last)
    forged = json.loads(body)
    forged["actor"]["person"] = "somebody-else"
    text = json.dumps(forged, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    record.change(
        (
            "UPDATE ledger SET body = ?, hash = ?, actor_person = 'somebody-else' WHERE hazard_id = ? AND seq = ?",
            (text, chain_hash(prev, text), hazard, last),
        )
    )
    found = record.verified()
    assert where(found, Part.READ_MODEL) and only_about(found, hazard)


@pytest.mark.requirement("REG-08")
def test_a_rulebook_edited_after_the_fact_is_found(record: Record) -> None:
    digest, body = record.one("SELECT digest, body FROM rulebooks WHERE kind = 'book' AND name = 'qingpu'")
    record.change(("UPDATE rulebooks SET body = ? WHERE digest = ?", (body.replace("10", "11", 1), digest)))
    found = record.verified()
    assert [(finding.part, finding.where) for finding in found.findings] == [(Part.RULES, digest[:12])]


def test_a_rulebook_replaced_together_with_its_digest_is_missed_by_its_hazards(record: Record) -> None:
    digest, body = record.one("SELECT digest, body FROM rulebooks WHERE kind = 'book' AND name = 'qingpu'")
    other = body.replace("10", "11", 1)
    record.change(
        (
            "UPDATE rulebooks SET body = ?, digest = ? WHERE digest = ?",
            (other, hashlib.sha256(other.encode()).hexdigest(), digest),
        )
    )
    found = record.verified()
    assert len(found.findings) == HAZARDS
    assert digest[:12] in found.findings[0].en


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("hazards", "SET state = 'CLOSED'"),
        ("hazards", "SET place = '别处'"),
        ("deadlines", "SET due = '2030-01-01T00:00:00.000000+00:00'"),
        ("involved", "SET unit_id = unit_id || '-elsewhere'"),
    ],
)
def test_a_read_model_row_changed_by_hand_is_found(record: Record, table: str, change: str) -> None:
    hazard = "QP-2026-000052"  # assigned, being planned: it has a deadline
    key = "id" if table == "hazards" else "hazard_id"
    record.change(f"UPDATE {table} {change} WHERE {key} = '{hazard}'")
    found = record.verified()
    assert set(where(found, Part.READ_MODEL)) == {hazard} and only_about(found, hazard)


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE outbox SET unit = 'elsewhere' WHERE id = {last}",
        "UPDATE outbox SET created_at = '2026-01-01T00:00:00.000000+00:00' WHERE id = {last}",
        "DELETE FROM outbox WHERE id = {last}",
        "UPDATE outbox SET n = 9 WHERE id = {last}",
    ],
    ids=["readdressed", "redated", "removed", "added"],
)
def test_a_notice_that_is_not_what_its_event_gave_is_found(record: Record, change: str) -> None:
    last, seq = record.one("SELECT id, seq FROM outbox WHERE hazard_id = ? ORDER BY seq DESC, n DESC", VICTIM)
    record.change(change.format(last=last))
    found = record.verified()
    assert set(where(found, Part.READ_MODEL)) == {VICTIM} and only_about(found, VICTIM)
    assert f"seq {seq}: notice" in found.findings[0].en


def test_when_a_notice_was_handed_on_follows_from_no_event(record: Record) -> None:
    record.change("UPDATE outbox SET delivered_at = '2026-12-01T00:00:00.000000+00:00'")
    assert record.verified().sound


@pytest.mark.requirement("SEC-01", "REG-08")
def test_a_line_of_the_access_log_that_was_altered_is_found(record: Record) -> None:
    database = Database.connect(record.url)
    reader = Actor(unit=UnitId("audit"), role=Role.AUDITOR, person=PersonId("auditor-1"))
    access = Access(
        hazard=HazardId(VICTIM),
        profile="qingpu",
        confidentiality=Confidentiality.INTERNAL,
        actor=reader,
        looked=Looked.DOSSIER,
        at=datetime(2026, 12, 1, tzinfo=UTC),
    )
    database.write_now(accesslog.record, [access, access])
    database.close()
    assert record.verified().sound

    record.change("UPDATE access_log SET body = replace(body, 'auditor-1', 'auditor-2') WHERE n = 1")
    assert where(record.verified(), Part.ACCESS_LOG) == ["access_log"]


def test_a_column_that_no_longer_says_what_the_text_says_is_found(record: Record) -> None:
    record.change(f"UPDATE ledger SET actor_unit = 'elsewhere' WHERE hazard_id = '{VICTIM}' AND seq = 2")
    found = record.verified()
    assert where(found, Part.READ_MODEL) == [VICTIM] and "actor_unit" in found.findings[0].en


def test_a_whole_hazard_that_was_taken_over_from_another_is_found(record: Record) -> None:
    """Right hashes in a right chain, of another hazard."""
    record.change(
        f"DELETE FROM ledger WHERE hazard_id = '{VICTIM}'",
        f"UPDATE ledger SET hazard_id = '{VICTIM}' WHERE hazard_id = '{OTHER}'",
    )
    found = record.verified()
    assert {VICTIM, OTHER} == set(where(found, Part.READ_MODEL))


def test_each_finding_is_one_line_in_two_languages(record: Record) -> None:
    record.change(f"DELETE FROM ledger WHERE hazard_id = '{VICTIM}' AND seq = 2")
    for finding in record.verified().findings:
        assert "\n" not in finding.line and " | " in finding.line and VICTIM in finding.line
