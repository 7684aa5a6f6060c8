"""The read model can be thrown away: made again from the ledger, it is what it was."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from domain.organisation import Role
from domain.values import HazardId
from storage import ledger, readmodel, rebuild, texts
from storage.database import Database
from storage.readmodel import Filters
from storage.tables import METADATA
from tests.storage.stories import DESK, OFFICE, OFFICE_SEES, OTHER_STREET, PUTUO, STREET, Story, principal

DERIVED = ("hazards", "deadlines", "involved", "facts", "obligations", "texts")
DAMAGE = (
    "UPDATE hazards SET state = 'CLOSED', open = NULL, owner = 'elsewhere', title = '', snapshot = '{}'",
    "UPDATE hazards SET reporter_ref = 'x', description = 'lost', reported_at = updated_at",
    "DELETE FROM deadlines",
    "DELETE FROM involved",
    "UPDATE facts SET on_time = NULL, unit = 'elsewhere'",
    "DELETE FROM facts WHERE kind = 'found'",
    "INSERT INTO facts SELECT hazard_id, 99, 'cleared', profile, at, unit, round, detail, on_time FROM facts "
    "WHERE kind = 'transferred'",
    "DELETE FROM texts",
)


@pytest.fixture
def stories(db: Database) -> list[Story]:
    back = Story("QP-2026-000003").report().cleared().wait()
    back.do("lookback_relapse", OFFICE, findings="隔断恢复")
    told = [
        Story("QP-2026-000001").report(description="楼道堆放电瓶车"),
        Story("QP-2026-000002").report(by=DESK, channel="hotline", external_source="12345", reporter_ref="r"),
        back,
        Story("QP-2026-000004").report().assigned(OTHER_STREET).wait().wait().wait(),
        Story("QP-2026-000005").report().closed(),
        Story("PT-2026-000001", PUTUO).report(),
    ]
    for story in told:
        db.write_now(ledger.append, story.hazard, story.events)
    return told


def standing(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    tables = {name: METADATA.tables[name] for name in DERIVED}
    rows = {
        name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for name, table in tables.items()
    }
    for row in rows["texts"]:
        row.pop("doc")
    return {name: sorted(some, key=str) for name, some in rows.items()}


def damaged(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


@pytest.mark.parametrize("harm", DAMAGE)
@pytest.mark.requirement("RPT-09", "REG-08")
def test_whatever_was_damaged_is_made_again(db, stories, harm):
    before = db.read_now(standing)
    db.write_now(damaged, harm)
    assert db.read_now(standing) != before

    done = rebuild.rebuild(db)

    assert db.read_now(standing) == before
    assert (done.done, done.events) == (len(stories), sum(len(story.events) for story in stories))
    for story in stories:
        assert db.read_now(ledger.verify, story.number) == []


def test_a_sound_read_model_stays_as_it_is(db, stories, monkeypatch):
    monkeypatch.setattr(rebuild, "BATCH", 2)
    before = db.read_now(standing)
    told: list[int] = []

    rebuild.rebuild(db, lambda progress: told.append(progress.done))

    assert db.read_now(standing) == before
    assert told == [0, 2, 4, 6]


def test_words_find_what_they_found(db, stories):
    def found() -> set[str]:
        return {row.id for row in db.read_now(readmodel.find, OFFICE_SEES, Filters(text="电瓶车")).rows}

    assert found() == {"QP-2026-000001"}
    db.write_now(texts.forget_all)
    assert found() == set()
    assert len(db.read_now(texts.missing)) == len(stories)

    rebuild.rebuild(db)

    assert found() == {"QP-2026-000001"}


def test_notices_are_not_made_again(db, stories):
    """They may have been delivered."""
    db.write_now(damaged, "DELETE FROM outbox")

    rebuild.rebuild(db)

    assert db.read_now(lambda c: c.execute(text("SELECT count(*) FROM outbox")).scalar()) == 0


def test_a_hazard_goes_on_after_a_rebuild(db):
    story = Story().report().assigned(STREET)
    db.write_now(ledger.append, story.hazard, story.events)
    rebuild.rebuild(db)

    before = len(story.events)
    story.planned()
    db.write_now(ledger.append, story.hazard, story.events[before:])

    assert db.read_now(ledger.verify, story.number) == []
    assert db.read_now(readmodel.get, principal(Role.LIAISON, STREET), story.number) is not None


def test_a_read_model_of_an_older_version_is_made_again_once(db, stories):
    assert db.read_now(rebuild.needed), "nobody has made it yet"
    db.write_now(damaged, "DELETE FROM facts")
    rebuild.rebuild_if_needed(db)
    assert not db.read_now(rebuild.needed)
    assert db.read_now(standing)["facts"]

    db.write_now(damaged, "DELETE FROM facts")
    rebuild.rebuild_if_needed(db)

    assert not db.read_now(standing)["facts"]


def test_a_ledger_that_cannot_be_replayed_is_named_and_left_alone(db, stories):
    """What the ledger does not give, no rebuild makes up."""
    for trigger in ("ledger_no_update", "ledger_no_change"):
        if db.read_now(lambda c: c.dialect.name) == "sqlite":
            db.write_now(damaged, f"DROP TRIGGER IF EXISTS {trigger}")
        elif trigger == "ledger_no_change":
            db.write_now(damaged, f"DROP TRIGGER {trigger} ON ledger")
    db.write_now(damaged, "UPDATE ledger SET body = '{}' WHERE hazard_id = 'QP-2026-000003' AND seq = 2")
    before = db.read_now(standing)

    with pytest.raises(ValueError, match="the ledger of QP-2026-000003 cannot be replayed"):
        rebuild.rebuild(db)

    assert db.read_now(standing) == before


def test_folding_in_other_processes_makes_the_same(db, stories, monkeypatch):
    monkeypatch.setattr(rebuild, "BATCH", 2)
    before = db.read_now(standing)
    db.write_now(damaged, "DELETE FROM facts")

    done = rebuild.rebuild(db, jobs=2)

    assert db.read_now(standing) == before
    assert (done.done, done.events) == (len(stories), sum(len(story.events) for story in stories))


def test_what_is_recorded_while_a_hazard_is_folded_is_not_lost(db, monkeypatch):
    story = Story().report().assigned(STREET)
    db.write_now(ledger.append, story.hazard, story.events)
    fold, before = rebuild._folded, len(story.events)

    def folded_too_early(database: Database, ids: list[HazardId]) -> rebuild.Folded:
        folded = fold(database, ids)
        story.planned()
        database.write_now(ledger.append, story.hazard, story.events[before:])
        return folded

    monkeypatch.setattr(rebuild, "_folded", folded_too_early)
    done = rebuild.rebuild(db)

    assert done.events == len(story.events) > before
    assert db.read_now(ledger.verify, story.number) == []
