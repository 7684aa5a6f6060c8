"""The ledger: what is written once stays, in order, and any change to it is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from domain.events import chain_hash, evolve
from domain.organisation import Actor, Role
from domain.state import Hazard
from domain.values import ClockKey, HazardId, PersonId, UnitId
from storage import ledger, outbox, readmodel
from storage.database import Database, LedgerConflict
from storage.errors import LedgerGap
from tests.storage.stories import (
    ASSESSOR,
    DESK,
    FINDER,
    HANDLER,
    LIAISON,
    OFFICE,
    OFFICE_SEES,
    STREET,
    Story,
    unit,
)


def record(db: Database, story: Story) -> Hazard:
    db.write_now(ledger.append, story.hazard, story.events)
    return story.hazard


def step_by_step(db: Database, story: Story) -> None:
    """As the workflow does: each event with the state it led to."""
    state = None
    for event in story.events:
        state = evolve(state, event)
        db.write_now(ledger.append, state, [event])


def types(db: Database, number: HazardId) -> list[str]:
    return [stored.event.type for stored in db.read_now(ledger.events, number)]


def count(db: Database, table: str) -> int:
    return db.read_now(lambda c: c.scalar(text(f"SELECT count(*) FROM {table}")))


# -- writing -----------------------------------------------------------------------------------------


@pytest.mark.requirement("I4")
def test_every_entry_says_what_when_who_from_which_seat_and_on_what_ground(db):
    story = Story().report()
    record(db, story)

    row = db.read_now(lambda c: c.execute(text("SELECT * FROM ledger")).mappings().one())

    assert (row["hazard_id"], row["seq"], row["profile"], row["type"], row["rule"]) == (
        "QP-2026-000001", 1, "qingpu", "report", "T01",
    )  # fmt: skip
    assert (row["actor_unit"], row["actor_role"], row["actor_person"]) == (
        FINDER.unit, "discoverer", "discoverer-1",
    )  # fmt: skip
    assert row["body"] == story.events[0].body
    assert (row["prev_hash"], row["hash"]) == ("", chain_hash("", row["body"]))


def test_events_come_back_as_they_were_written(db):
    story = Story().report().closed()
    step_by_step(db, story)

    stored = db.read_now(ledger.events, story.number)

    assert [entry.event for entry in stored] == story.events
    assert [entry.at for entry in stored] == [event.at for event in story.events]


def test_a_page_of_events_goes_on_after_the_last_one_seen(db):
    story = Story().report().cleared()
    record(db, story)

    page = db.read_now(ledger.events, story.number, 2, 3)

    assert [entry.seq for entry in page] == [3, 4, 5]


@pytest.mark.requirement("I5", "LBK-03")
@pytest.mark.parametrize(
    "tell",
    [
        lambda: Story().report(),
        lambda: Story().report(channel="hotline", code=None).do("verify_confirm", DESK, code="S06-02"),
        lambda: Story().report().assigned().wait().wait().wait(),
        lambda: Story().report().closed(),
        lambda: (
            Story()
            .report()
            .cleared()
            .do("confirm_relapse", OFFICE, matched="QP-2026-000009", reason="又住人")
        ),
        lambda: Story().report().do("merge", OFFICE, into="QP-2026-000009", reason="同一处"),
        lambda: (
            Story()
            .report(channel="hotline")
            .do("verify_dismiss", DESK, reason="查无此事", evidence=[{"kind": "document", "ref": "d"}])
        ),
    ],
    ids=["reported", "confirmed", "overdue", "closed", "relapsed", "merged", "dismissed"],
)
def test_the_ledger_alone_gives_the_state_the_read_model_shows(db, tell):
    story = tell()
    step_by_step(db, story)

    replayed = db.read_now(ledger.replay, story.number)
    shown = db.read_now(readmodel.state_of, story.number)

    assert replayed == story.hazard
    assert shown == story.hazard.model_copy(update={"done": {}})
    assert db.read_now(ledger.verify, story.number) == []


def test_all_events_at_once_leave_the_same_record_as_one_by_one(db, connect):
    one_by_one, at_once = Story().report().closed(), Story("QP-2026-000002").report().closed()

    step_by_step(db, one_by_one)
    record(db, at_once)

    rows = [db.read_now(readmodel.get, OFFICE_SEES, story.number) for story in (one_by_one, at_once)]
    assert rows[0] and rows[1]
    same = {"id": "", "strike_off": ""}
    assert rows[0].model_copy(update=same) == rows[1].model_copy(update=same)
    assert db.read_now(ledger.verify, at_once.number) == []


def test_nothing_to_record_changes_nothing(db):
    db.write_now(ledger.append, Story().report().hazard, [])

    assert count(db, "ledger") == 0


def test_a_hazard_unknown_to_the_ledger_has_no_state(db):
    nobody = HazardId("QP-2026-999999")

    assert db.read_now(ledger.replay, nobody) is None
    assert db.read_now(readmodel.state_of, nobody) is None
    assert db.read_now(ledger.events, nobody) == []


# -- once and only once ------------------------------------------------------------------------------


def test_recording_the_same_again_changes_nothing(db):
    story = Story().report().assigned()
    for _ in range(3):
        record(db, story)

    assert types(db, story.number) == ["report", "assign"]
    assert count(db, "outbox") == len(story.events[1].notices)


def test_a_late_retry_does_not_set_the_read_model_back(db):
    story = Story().report()
    reported, first = story.hazard, story.events[0]
    record(db, story.cleared())

    db.write_now(ledger.append, reported, [first])

    assert db.read_now(readmodel.state_of, story.number).state == "CLEARED"
    assert db.read_now(ledger.verify, story.number) == []


def test_of_a_batch_that_is_half_recorded_the_rest_is_added(db):
    story = Story().report().assigned()
    record(db, story)
    story.planned()

    db.write_now(ledger.append, story.hazard, story.events[1:])

    assert types(db, story.number) == ["report", "assign", "sign", "submit_plan"]
    assert db.read_now(ledger.verify, story.number) == []


def test_the_same_change_from_many_processes_at_once_is_recorded_once(connect):
    story = Story().report().assigned().planned()
    processes = [connect() for _ in range(4)]

    with ThreadPoolExecutor(20) as threads:
        for writing in [threads.submit(step_by_step, processes[n % 4], story) for n in range(20)]:
            writing.result()

    assert types(processes[0], story.number) == [event.type for event in story.events]
    assert processes[0].read_now(ledger.verify, story.number) == []


# -- what contradicts the record ---------------------------------------------------------------------


def test_another_event_in_a_place_that_is_taken_is_refused(db):
    ours, theirs = Story().report(), Story().report(description="另一份报告")
    record(db, ours)

    with pytest.raises(LedgerConflict, match=r"第1步已记有另一事项.* / .*seq 1 is already taken"):
        record(db, theirs)

    assert db.read_now(ledger.replay, ours.number) == ours.hazard


def test_an_event_that_does_not_build_on_the_recorded_one_is_refused(db):
    ours, theirs = Story().report(), Story().report(description="另一份报告").assigned()
    record(db, ours)

    with pytest.raises(LedgerConflict):
        db.write_now(ledger.append, theirs.hazard, theirs.events[1:])

    assert types(db, ours.number) == ["report"]


def test_a_gap_is_refused_and_says_how_far_the_record_goes(db):
    story = Story().report()
    record(db, story)
    story.assigned().planned()

    with pytest.raises(LedgerGap, match=r"只记录到第1步，不能接记第3步") as caught:
        db.write_now(ledger.append, story.hazard, story.events[2:])

    assert caught.value.recorded == 1
    assert types(db, story.number) == ["report"]


def test_a_hazard_cannot_begin_in_the_middle(db):
    story = Story().report().assigned()

    with pytest.raises(LedgerGap) as caught:
        db.write_now(ledger.append, story.hazard, story.events[1:])

    assert caught.value.recorded == 0


@pytest.mark.parametrize(
    "forge",
    [
        lambda event: event.model_copy(update={"rule": "T99"}),
        lambda event: event.model_copy(update={"hazard": "QP-2026-000777"}),
        lambda event: event.model_copy(update={"hash": "0" * 64}),
    ],
    ids=["altered", "of another hazard", "with a made-up hash"],
)
def test_an_event_that_is_not_sound_is_refused(db, forge):
    story = Story().report()

    with pytest.raises(LedgerConflict, match=r"未予记录 / .*not recorded"):
        db.write_now(ledger.append, story.hazard, [forge(story.events[0])])

    assert count(db, "ledger") == 0


def test_a_state_that_is_not_the_one_after_the_events_is_refused(db):
    story = Story().report()
    before = story.hazard
    story.assigned()

    with pytest.raises(LedgerConflict):
        db.write_now(ledger.append, before, story.events)

    assert count(db, "ledger") == 0


def test_a_hazard_under_a_rulebook_nobody_published_is_refused(db, monkeypatch):
    monkeypatch.setattr("storage.projection._profiles", {})
    db.write_now(lambda c: c.execute(text("DELETE FROM rulebooks")))

    with pytest.raises(LedgerConflict, match="qingling migrate"):
        record(db, Story().report())


# -- append-only, and tampering ----------------------------------------------------------------------


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET actor_person = 'somebody-else'",
        "UPDATE ledger SET body = body",
        "DELETE FROM ledger WHERE seq = 2",
        "DELETE FROM ledger",
        "DELETE FROM hazards",
    ],
)
def test_the_database_refuses_to_change_or_delete_entries(db, statement):
    story = Story().report().assigned()
    record(db, story)

    with pytest.raises(LedgerConflict):
        db.write_now(lambda c: c.execute(text(statement)))

    assert db.read_now(ledger.verify, story.number) == []


def test_the_refusal_says_that_the_ledger_is_append_only(db):
    record(db, Story().report())

    with pytest.raises(LedgerConflict, match=r"台账只增不改.*the ledger is append-only: no delete"):
        db.write_now(lambda c: c.execute(text("DELETE FROM ledger")))


def test_entries_can_neither_be_replaced_nor_truncated(db):
    story = Story().report()
    record(db, story)

    def wipe(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.execute(text("INSERT OR REPLACE INTO ledger SELECT * FROM ledger"))
        else:
            connection.execute(text("TRUNCATE ledger"))

    with pytest.raises(LedgerConflict):
        db.write_now(wipe)

    assert db.read_now(ledger.verify, story.number) == []


def tamper(db: Database, statement: str, **values: str) -> None:
    """Change the ledger behind its triggers' back, as somebody with the database's password could."""

    def behind_its_back(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            for trigger in ("ledger_no_update", "ledger_no_delete", "ledger_no_replace"):
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER USER"))
        connection.execute(text(statement), values)

    db.write_now(behind_its_back)


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "UPDATE ledger SET body = replace(body, '某小区', '某大院') WHERE seq = 1",
            "seq 1: the text does not match",
        ),
        ("UPDATE ledger SET body = 'gone' WHERE seq = 2", "seq 2: the text cannot be read"),
        ("UPDATE ledger SET prev_hash = hash WHERE seq = 2", "seq 2: does not carry the hash"),
        ("DELETE FROM ledger WHERE seq = 2", "seq 3: entries from 2 are missing"),
        ("DELETE FROM ledger WHERE seq = 4", "seq"),
        ("UPDATE ledger SET actor_person = 'x' WHERE seq = 2", "column actor_person differs"),
        ("UPDATE ledger SET at = (SELECT max(at) FROM ledger) WHERE seq = 1", "column at differs"),
        ("UPDATE hazards SET state = 'CLOSED'", "the read model's state differs"),
        ("UPDATE hazards SET description = 'x'", "the read model's description differs"),
        ("UPDATE hazards SET snapshot = '{}'", "the read model's snapshot differs"),
        ("UPDATE deadlines SET due = started", "the read model's deadlines differs"),
        ("DELETE FROM involved", "the read model's involved differs"),
    ],
)
def test_verification_finds_what_was_tampered_with(db, statement, finding):
    story = Story().report().assigned().planned()
    record(db, story)

    tamper(db, statement)

    findings = db.read_now(ledger.verify, story.number)
    assert any(finding in sentence for sentence in findings), findings


def test_a_forged_entry_with_a_fitting_hash_breaks_the_chain_after_it(db):
    story = Story().report().assigned()
    record(db, story)
    forged = story.events[0].model_copy(
        update={"actor": Actor(unit=UnitId("x"), role=Role.DESK, person=PersonId("y"))}
    )

    tamper(
        db,
        "UPDATE ledger SET body = :body, hash = :hash WHERE seq = 1",
        body=forged.body,
        hash=chain_hash("", forged.body),
    )

    assert any(
        "seq 2: does not carry the hash" in finding for finding in db.read_now(ledger.verify, story.number)
    )


def test_a_hazard_without_any_record_is_a_finding(db):
    assert db.read_now(ledger.verify, HazardId("QP-2026-000404")) == [
        "没有任何记录 / there is no record at all"
    ]


def test_every_hazard_can_be_gone_through(db):
    for number in ("QP-2026-000002", "QP-2026-000001"):
        record(db, Story(number).report())

    assert db.read_now(lambda c: list(ledger.hazard_ids(c))) == ["QP-2026-000001", "QP-2026-000002"]


# -- the rest of the record --------------------------------------------------------------------------


def test_deadlines_follow_the_clocks(db):
    story = Story().report().assigned()
    record(db, story)
    open_now = lambda: {  # noqa: E731
        due.clock: due for due in db.read_now(readmodel.get, OFFICE_SEES, story.number).deadlines
    }
    assert set(open_now()) == set(story.hazard.clocks) == {"sign", "remediate"}
    assert open_now()["sign"].due == story.hazard.clocks[ClockKey.SIGN].due

    record(db, story.planned())
    assert set(open_now()) == {"remediate"}

    story.do("report_completion", HANDLER, evidence=[{"kind": "after", "ref": "p"}])
    record(db, story)
    assert open_now()["remediate"].stopped_at == story.now

    story.do("assess_fail", ASSESSOR, reason="仍有隔断")
    record(db, story)
    assert open_now()["remediate"].stopped_at is None


@pytest.mark.requirement("I8")
def test_notices_wait_in_the_outbox_with_their_event(db):
    story = Story().report().assigned().wait()
    record(db, story)

    waiting = db.read_now(outbox.waiting, "qingpu")

    sent = [(event.seq, notice) for event in story.events for notice in event.notices]
    assert sent and [(entry.seq, entry.notice) for entry in waiting] == sent
    assert db.read_now(outbox.waiting, "putuo") == []


def test_a_notice_that_was_handed_on_waits_no_longer(db):
    story = Story().report().assigned()
    record(db, story)
    [entry] = db.read_now(outbox.waiting, "qingpu")

    db.write_now(outbox.hand_on, [entry.id], [], story.now)

    assert db.read_now(outbox.waiting, "qingpu") == []


@pytest.mark.requirement("REG-08")
def test_what_only_the_report_says_is_kept_beside_the_state(db):
    form = {
        "external_source": "12345",
        "external_number": "HZ-77",
        "reporter_ref": "r-9",
        "description": "说明",
    }
    story = Story().report(None, channel="hotline", occurred_at="2026-09-16T23:10:00+08:00", **form)
    record(db, story.do("verify_confirm", DESK, code="S06-02"))

    row = db.read_now(lambda c: c.execute(text("SELECT * FROM hazards")).mappings().one())
    shown = db.read_now(readmodel.get, OFFICE_SEES, story.number)

    assert {name: row[name] for name in form} == form
    assert shown.occurred_at.isoformat() == "2026-09-16T23:10:00+08:00"
    assert shown.reported_at == story.events[0].at
    assert shown.external_number == "HZ-77"


def test_units_that_a_hazard_comes_to_concern_are_added(db):
    story = Story().report(place="某处")
    record(db, story)
    record(db, story.assigned("盈浦街道"))

    units = db.read_now(lambda c: set(c.scalars(text("SELECT unit_id FROM involved"))))

    assert units == set(story.hazard.involved) >= {unit("盈浦街道"), unit(STREET)}
    assert LIAISON.unit in units
