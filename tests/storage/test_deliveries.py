"""Notices on their way out, and as their seats read them; on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.organisation import Role
from storage import deliveries, inbox, ledger, outbox
from storage.deliveries import Outgoing
from storage.inbox import Wanted
from storage.scope import Principal, addressed
from storage.tables import hazards
from tests.storage.stories import OFFICE_SEES, OTHER_STREET, PUTUO, START, STREET, Story, principal

LIAISON = principal(Role.LIAISON, STREET)
OTHER = principal(Role.LIAISON, OTHER_STREET)


def record(db, *stories):
    for story in stories:
        db.write_now(ledger.append, story.hazard, story.events)


def assigned(n=1, **form):
    return Story(f"QP-2026-{n:06d}").report(**form).assigned()


def hand_on(db, *recipients, lapses=False):
    """Every waiting notice to each of ``recipients``; returns when."""
    waiting = db.read_now(outbox.waiting, "qingpu")
    outgoing = [
        Outgoing(one.id, "qingpu", "mail", name, one.armed, lapses, START, START + timedelta(hours=72))
        for one in waiting
        for name in recipients
    ]
    db.write_now(outbox.hand_on, [one.id for one in waiting], outgoing, START)
    return waiting


def due(db, at=START):
    return db.read_now(deliveries.due, "qingpu", at)


def test_a_recipient_who_was_told_need_not_be_told_again(db):
    """Two seats behind one mailbox, one of which has had the message; a system still gets both."""
    record(db, assigned())
    [waiting] = db.read_now(outbox.waiting, "qingpu")

    def out(recipient, channel):
        return Outgoing(waiting.id, "qingpu", channel, recipient, "the same", False, START, START)

    db.write_now(outbox.hand_on, [waiting.id], [out("a", "mail"), out("hook", "webhook")], START)
    ids = [row.id for row in due(db)]
    db.write_now(deliveries.begin, "m1", ids, START, START)
    db.write_now(deliveries.sent, ids, START)
    story = assigned(2)
    record(db, story)
    [second] = db.read_now(outbox.waiting, "qingpu")
    again = [
        Outgoing(second.id, "qingpu", channel, recipient, "the same", False, START, START)
        for channel, recipient in (("mail", "a"), ("mail", "b"), ("webhook", "hook"))
    ]
    db.write_now(outbox.hand_on, [second.id], again, START)

    assert [(row.recipient, row.lapsed) for row in due(db)] == [("a", True), ("b", False), ("hook", False)]


def test_what_is_told_by_way_of_another_seat_is_said_to_be_under_way(db):
    """Until when, and only of a message that was begun; a system gets every addressee all the same."""
    record(db, assigned(1), assigned(2))
    first, second = db.read_now(outbox.waiting, "qingpu")
    recipients = (("mail", "a"), ("mail", "b"), ("webhook", "hook"))
    for notice in (first, second):
        out = [
            Outgoing(notice.id, "qingpu", channel, recipient, "the same", False, START, START)
            for channel, recipient in recipients
        ]
        db.write_now(outbox.hand_on, [notice.id], out, START)
    until = START + timedelta(seconds=30)
    begun = [row.id for row in due(db)[:3] if row.recipient != "b"]
    assert db.write_now(deliveries.begin, "m1", begun, START, until)

    rest = {(row.id in begun, row.recipient): row.under_way_until for row in due(db)}
    assert rest == {(False, "a"): until, (False, "b"): None, (False, "hook"): None}
    assert {row.under_way_until for row in due(db, until) if row.message} == {None}, (
        "it does not wait for itself"
    )


def test_what_may_not_go_out_yet_is_tried_for_a_while_after(db):
    record(db, assigned(1), assigned(2))
    hand_on(db, "a")
    mine, others = (row.id for row in due(db))
    db.write_now(deliveries.begin, "m1", [others], START, START + timedelta(hours=1))
    morning = START + timedelta(days=9)

    db.write_now(
        deliveries.wait_until, [mine, others], START, morning, tried_until=morning + timedelta(hours=4)
    )

    assert [row.id for row in due(db, START + timedelta(hours=1))] == [others], "what was begun stays his"
    db.write_now(deliveries.begin, "m2", [mine], morning, morning)
    assert db.write_now(deliveries.put_off, [mine], morning, "away", morning, keep=True) == 0
    later = morning + timedelta(hours=4)
    db.write_now(deliveries.begin, "m2", [mine], later, later)
    assert db.write_now(deliveries.put_off, [mine], later, "away", later, keep=True) == 1


def test_the_same_thing_is_handed_on_once_to_a_recipient(db):
    record(db, assigned())
    [waiting] = hand_on(db, "a", "b")
    again = Outgoing(waiting.id, "qingpu", "mail", "a", waiting.armed, False, START, START)

    db.write_now(outbox.hand_on, [waiting.id], [again], START)

    assert [row.recipient for row in due(db)] == ["a", "b"]


def test_what_was_begun_belongs_to_whoever_began_it_until_his_time_is_up(db):
    record(db, assigned(1), assigned(2))
    hand_on(db, "a")
    ids = [row.id for row in due(db)]
    until = START + timedelta(seconds=30)

    assert db.write_now(deliveries.begin, "m1", ids, START, until)
    assert not db.write_now(deliveries.begin, "m2", ids, START, until)
    assert due(db) == []

    assert {row.message for row in due(db, until)} == {"m1"}
    assert not db.write_now(deliveries.begin, "m1", ids[:1], until, until), "a message stays whole"
    assert db.write_now(deliveries.begin, "m1", ids, until, until + timedelta(seconds=30))
    db.write_now(deliveries.sent, ids, until)
    assert due(db, until + timedelta(days=1)) == []


@pytest.mark.parametrize("keep", [True, False])
def test_what_is_put_off_keeps_its_message_only_if_it_may_have_arrived(db, keep):
    record(db, assigned())
    hand_on(db, "a")
    [row] = due(db)
    db.write_now(deliveries.begin, "m1", [row.id], START, START)

    later = START + timedelta(minutes=1)
    assert db.write_now(deliveries.put_off, [row.id], later, "away", START, keep=keep) == 0

    assert due(db) == []
    [again] = due(db, later)
    assert (again.message, again.attempts) == ("m1" if keep else None, 1)


def test_what_has_been_tried_long_enough_is_a_dead_letter_until_it_is_retried(db):
    record(db, assigned())
    [waiting] = hand_on(db, "a")
    [row] = due(db)
    late = START + timedelta(hours=72)
    db.write_now(deliveries.begin, "m1", [row.id], late, late)
    assert db.write_now(deliveries.put_off, [row.id], late, "away", late, keep=True) == 1
    assert [(c.waiting, c.failed) for c in db.read_now(deliveries.counts, "qingpu")] == [(0, 1)]

    assert db.write_now(deliveries.retry, "putuo", None, late, late) == 0
    assert db.write_now(deliveries.retry, "qingpu", [waiting.id + 1], late, late) == 0
    assert db.write_now(deliveries.retry, "qingpu", [waiting.id], late, late) == 1

    [again] = due(db, late)
    assert (again.message, again.attempts) == (None, 0)
    assert [(c.waiting, c.failed) for c in db.read_now(deliveries.counts, "qingpu")] == [(1, 0)]


def test_a_delivery_lapses_when_its_deadline_no_longer_runs(db):
    from tests.storage.stories import LIAISON as SIGNER

    story = assigned()
    record(db, story)
    hand_on(db, "a", lapses=True)
    assert [row.lapsed for row in due(db)] == [False]

    record(db, story.do("sign", SIGNER, handler="handler-1"))

    [row] = due(db)
    assert row.lapsed
    db.write_now(deliveries.lapsed, [row.id])
    assert due(db) == []


# -- the inbox ---------------------------------------------------------------------------------------


def find(db, who, **wanted):
    return db.read_now(inbox.find, who, Wanted(**wanted), None, 50)


def test_a_seat_reads_its_own_notices_and_its_unit_all_of_them(db):
    story = assigned()
    while not any(notice.role == "principal" for event in story.events for notice in event.notices):
        story.wait()
    record(db, story)

    mine = find(db, LIAISON)
    assert mine and all(entry.notice.role == "liaison" for entry in mine)
    assert {entry.notice.role for entry in find(db, LIAISON, to="unit")} > {"liaison", "principal"}
    assert [entry.id for entry in mine] == sorted((entry.id for entry in mine), reverse=True)


@pytest.mark.requirement("SEC-01")
def test_nobody_reads_notices_of_another_unit_or_profile(db):
    record(db, assigned(), Story("PT-2026-000001", PUTUO).report())

    assert find(db, OTHER, to="all") == []
    assert len(find(db, OFFICE_SEES, to="all")) == 1
    assert find(db, principal(Role.OFFICE, book=PUTUO), to="all") == []
    [entry] = find(db, LIAISON)
    assert db.read_now(inbox.one, OTHER, entry.id) is None
    assert db.read_now(inbox.one, OFFICE_SEES, entry.id) == entry


@pytest.mark.requirement("SEC-01")
def test_a_circular_reaches_all_units_and_opens_the_hazard_to_none(db):
    story = assigned().planned()
    while not any(notice.document == "书面通报批评" for event in story.events for notice in event.notices):
        story.wait()
    record(db, story)

    [entry] = find(db, principal(Role.PRINCIPAL, OTHER_STREET))
    assert entry.notice.document == "书面通报批评" and entry.title is None
    assert find(db, principal(Role.PRINCIPAL, STREET))[0].title == story.hazard.title


def test_a_list_goes_on_from_the_last_notice_one_has_seen(db):
    record(db, *(assigned(n) for n in range(1, 6)))
    first = db.read_now(inbox.find, LIAISON, Wanted(), None, 2)
    rest = db.read_now(inbox.find, LIAISON, Wanted(), first[-1].id, 50)
    assert [entry.hazard[-1] for entry in first + rest] == ["5", "4", "3", "2", "1"]


def test_the_first_receipt_counts(db):
    record(db, assigned(1), assigned(2))
    entry, other = find(db, LIAISON)
    successor = Principal("qingpu", LIAISON.actor.model_copy(update={"person": "liaison-2"}))

    db.write_now(inbox.acknowledge, LIAISON, entry.id, START)
    db.write_now(inbox.acknowledge, successor, entry.id, START + timedelta(hours=1))

    [given] = find(db, LIAISON, receipt="given")
    assert (given.id, given.receipt.person, given.receipt.at) == (entry.id, "liaison-1", START)
    assert [one.id for one in find(db, LIAISON, receipt="none")] == [other.id]


def test_what_became_of_a_notice_stands_with_it(db):
    record(db, assigned(1), assigned(2))
    hand_on(db, "a", "b")
    first, *_ = due(db)
    db.write_now(deliveries.begin, "m1", [first.id], START, START)
    db.write_now(deliveries.failed, [first.id], "不存在 / no such user")

    [failed] = find(db, OFFICE_SEES, to="all", state="failed")
    assert failed.hazard == "QP-2026-000001"
    assert [(d.recipient, d.state, d.error) for d in failed.deliveries] == [
        ("a", "failed", "不存在 / no such user"),
        ("b", "waiting", None),
    ]
    assert find(db, OFFICE_SEES, to="all", hazard="QP-2026-000002")[0].hazard == "QP-2026-000002"


def test_a_reading_of_notices_must_read_notices():
    with pytest.raises(TypeError):
        addressed(select(hazards), LIAISON)
