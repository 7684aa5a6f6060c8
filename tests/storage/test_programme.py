"""The programme's record: only added to, checked, its windows made again; notices that are about no hazard."""

from __future__ import annotations

import re

import pytest
from alembic import command
from sqlalchemy import Connection, text

from storage import deliveries, ledger, majors, migrate, outbox, programme
from storage.database import Database, LedgerConflict, engine_for
from storage.deliveries import Outgoing
from tests.core.test_programme import TOWN, Story
from tests.storage.stories import OFFICE_SEES
from tests.storage.stories import Story as Tale

PROFILE = "pingdu-town"


@pytest.fixture(scope="module")
def story() -> Story:
    """Half a month: opened, one zone files, the others are reminded and told."""
    story = Story(TOWN, "2026-06-01").until("2026-06-10")
    story.inspected("guanqu-1", "concentrated", "2026-06上")
    return story.until("2026-06-16")


def recorded(db: Database, story: Story) -> None:
    for happening in story.record:
        db.write_now(programme.append, happening)


@pytest.mark.requirement("REG-11", "REG-08")
def test_state_and_windows_follow_from_the_record(db: Database, story: Story) -> None:
    recorded(db, story)
    recorded(db, story)  # again changes nothing

    assert db.read_now(programme.state, PROFILE) == story.state
    found = {one.key: one for one in db.read_now(programme.find, PROFILE)}
    assert found == {one.key: one for one in story.state.standings}
    assert db.read_now(programme.verify, PROFILE) == []


def test_windows_come_in_pages_the_latest_due_first(db: Database, story: Story) -> None:
    recorded(db, story)
    whole = db.read_now(programme.find, PROFILE)
    paged, before = [], None
    while page := db.read_now(programme.find, PROFILE, before=before, limit=2):
        paged += page
        before = (page[-1].window.due, *page[-1].key)

    assert paged == whole
    assert [one.window.due for one in whole] == sorted((one.window.due for one in whole), reverse=True)
    assert len(db.read_now(programme.find, PROFILE, owing=True)) == len(whole)


@pytest.mark.requirement("REG-08")
def test_another_entry_in_the_same_place_is_refused(db: Database, story: Story) -> None:
    recorded(db, story)
    other = story.record[-1].model_copy(update={"units": ()}).sealed(story.record[-1].prev)
    gap = story.record[-1].model_copy(update={"seq": 99}).sealed(story.record[-1].hash)

    for strange in (other, gap):
        with pytest.raises(LedgerConflict, match="does not follow what is recorded"):
            db.write_now(programme.append, strange)


@pytest.mark.requirement("REG-08")
def test_the_windows_can_be_thrown_away(db: Database, story: Story) -> None:
    recorded(db, story)
    before = db.read_now(programme.find, PROFILE)
    db.write_now(lambda connection: connection.execute(text("DELETE FROM windows")))
    assert any("differs from what the record gives" in one for one in db.read_now(programme.verify, PROFILE))

    db.write_now(programme.rebuild, PROFILE)

    assert db.read_now(programme.find, PROFILE) == before
    assert db.read_now(programme.verify, PROFILE) == []


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize(
    "statement", ["UPDATE programme_log SET unit = 'nobody'", "DELETE FROM programme_log"]
)
def test_the_record_only_grows(db: Database, story: Story, statement: str) -> None:
    recorded(db, story)

    with pytest.raises(LedgerConflict, match=r"只增不改.*append-only"):
        db.write_now(lambda connection: connection.execute(text(statement)))


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE programme_log SET unit = 'nobody' WHERE seq = 2", "第2条：“unit”列与正文不符"),
        ("UPDATE programme_log SET body = replace(body, 'zongzhiban', 'nobody') WHERE seq = 2", "seq 2: the text does not"),
        ("DELETE FROM programme_log WHERE seq = 2", "entries from 2 are missing"),
        ("UPDATE programme_log SET body = '{' WHERE seq = 2", "seq 2: the text cannot be read"),
        ("UPDATE outbox SET document = '无事' WHERE hazard_id IS NULL", "notice 1 differs"),
        ("DELETE FROM outbox WHERE hazard_id IS NULL", "notice 1 differs"),
    ],
)  # fmt: skip
def test_a_change_behind_the_triggers_back_is_found(
    db: Database, story: Story, statement: str, finding: str
) -> None:
    recorded(db, story)

    def behind_its_back(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            for trigger in ("no_update", "no_delete", "no_replace"):
                connection.execute(text(f"DROP TRIGGER programme_log_{trigger}"))
        else:
            connection.execute(text("ALTER TABLE programme_log DISABLE TRIGGER USER"))
        connection.execute(text(statement))

    db.write_now(behind_its_back)

    found = "\n".join(db.read_now(programme.verify, PROFILE))
    assert re.search(finding, found), found


@pytest.mark.requirement("CAD-01", "SUP-01")
def test_a_notice_without_a_hazard_goes_out_as_any_other(db: Database, story: Story) -> None:
    recorded(db, story)
    waiting = db.read_now(outbox.waiting, PROFILE)
    assert {one.hazard for one in waiting} == {None}
    late = next(one for one in waiting if one.notice.document == "应排未排通知")
    out = Outgoing(late.id, PROFILE, "mail", "unit:guanqu-2", late.armed, False, story.now, story.now)

    db.write_now(outbox.hand_on, [one.id for one in waiting], [out], story.now)

    (due,) = db.read_now(deliveries.due, PROFILE, story.now)
    assert (due.hazard, due.about, due.rules) == (None, "concentrated/2026-06上", story.record[0].rules)
    assert not due.lapsed


@pytest.mark.requirement("CLS-15", "SUP-12")
def test_the_plan_sees_open_major_hazards_and_those_it_names(db: Database) -> None:
    stories = [Tale(f"QP-2026-00000{n}").report() for n in (1, 2, 3)]
    for tale in stories:
        db.write_now(ledger.append, tale.hazard, tale.events)
    first, second, third = (tale.number for tale in stories)
    # The flag alone: how it comes about is the core's, and tested there.
    flagged = text("UPDATE hazards SET major = true WHERE id IN ('QP-2026-000001', 'QP-2026-000002')")
    db.write_now(lambda connection: connection.execute(flagged))

    found = db.read_now(majors.majors, OFFICE_SEES, (third,))

    assert [(one.id, one.major, one.listed_at) for one in found] == [
        (first, True, None),
        (second, True, None),
        (third, False, None),
    ]
    assert db.read_now(majors.seen, OFFICE_SEES, (first, third)) == {first: True, third: False}


def test_receipts_and_deliveries_of_an_older_database_stay(empty_url: str) -> None:
    now = "2026-03-02 00:00:00+00:00"
    with engine_for(empty_url).begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        for statement in (
            "INSERT INTO hazards (id, profile, seq, head, rules, state, mode, round, relapses, urgency, sla, level, "
            "major, confidentiality, owner, registered_by, channel, reported_at, updated_at, title, place, snapshot, "
            "description) VALUES ('QP-1', 'qingpu', 1, '', '', 'PLANNING', 'GENERAL', 1, 0, 'NORMAL', 'ON_TIME', "
            f"'L0', false, 'PUBLIC', 'x', 'x', 'hotline', '{now}', '{now}', '', '', '', '')",
            "INSERT INTO outbox (id, profile, hazard_id, seq, n, unit, role, kind, document, created_at) "
            f"VALUES (7, 'qingpu', 'QP-1', 1, 0, 'x', 'liaison', 'to', '提醒', '{now}')",
            "INSERT INTO receipts (notice_id, unit, role, person, at) "
            f"VALUES (7, 'x', 'liaison', 'p', '{now}')",
            "INSERT INTO deliveries (id, notice_id, profile, channel, recipient, armed, lapses, state, not_before, "
            f"give_up_at) VALUES (9, 7, 'qingpu', 'mail', 'y', 'a', false, 'waiting', '{now}', '{now}')",
        ):
            connection.execute(text(statement))
        command.upgrade(config, "head")
        told = connection.execute(
            text(
                "SELECT outbox.id, hazard_id, about, person, recipient FROM outbox "
                "JOIN receipts ON receipts.notice_id = outbox.id JOIN deliveries ON deliveries.notice_id = outbox.id"
            )
        ).all()

    assert [tuple(row) for row in told] == [(7, "QP-1", None, "p", "y")]
