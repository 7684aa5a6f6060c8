"""Lists: narrowed, in order, page by page, and what is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.event import listen

from domain.organisation import Role
from domain.values import SHANGHAI, Channel, ClockKey, Colour, HazardId, Mode, Rung, State, Urgency
from storage import deliveries, inbox, ledger, outbox, readmodel
from storage.cursors import BadCursor
from storage.database import Database
from storage.inbox import Wanted
from storage.readmodel import Filters, Order
from tests.storage.stories import (
    DESK,
    OFFICE,
    OFFICE_SEES,
    OTHER_STREET,
    START,
    STREET,
    Story,
    principal,
    unit,
)


def record(db: Database, *stories: Story) -> None:
    for story in stories:
        db.write_now(ledger.append, story.hazard, story.events)


def found(db: Database, **filters: Any) -> set[str]:
    page = db.read_now(readmodel.find, OFFICE_SEES, Filters(**filters))
    return {row.id.removeprefix("QP-2026-00000") for row in page.rows}


def many(db: Database, first: int, last: int, *, minutes: int = 1) -> None:
    for n in range(first, last + 1):
        record(db, Story(f"QP-2026-{n:06d}", at=START + timedelta(minutes=n * minutes)).report())


@pytest.mark.requirement("SEC-01")
def test_several_states_come_in_the_order_asked_and_only_those_one_may_see(db: Database) -> None:
    ours, theirs = HazardId("QP-2026-000001"), HazardId("QP-2026-000002")
    record(db, Story(ours).report().assigned(), Story(theirs).report().assigned(OTHER_STREET))
    both = db.read_now(readmodel.states, OFFICE_SEES, [theirs, ours, HazardId("QP-2026-000009")])
    assert [one.id for one in both] == [theirs, ours]
    assert both == [db.read_now(readmodel.state_of, id) for id in (theirs, ours)]
    seen = db.read_now(readmodel.states, principal(Role.LIAISON, OTHER_STREET), [ours, theirs])
    assert [one.id for one in seen] == [theirs]


# -- filters -----------------------------------------------------------------------------------------


@pytest.fixture
def six(db: Database) -> Database:
    record(
        db,
        Story("QP-2026-000001").report(title="楼道堆物", description="三楼 Electric bikes"),
        Story("QP-2026-000002").report(code="S01-01", urgency="URGENT").assigned(),
        Story("QP-2026-000003").report(place="100%_号").assigned(OTHER_STREET).wait().wait().wait(),
        Story("QP-2026-000004", at=START + timedelta(days=1)).report(
            channel="hotline", code=None, external_source="12345", external_number="HZ-4"
        ),
        Story("QP-2026-000005")
        .report()
        .do("classify", OFFICE, grade={"method": "MANUAL", "colour": "RED", "grounds": "人员密集"}),
        Story("QP-2026-000006").report().closed(),
    )
    return db


@pytest.mark.requirement("RPT-01", "RPT-09")
def test_each_filter_narrows_the_list(six):
    assert found(six) == {"1", "2", "3", "4", "5", "6"}
    assert found(six, states=(State.REPORTED, State.CLOSED)) == {"4", "6"}
    assert found(six, owner=unit(OTHER_STREET)) == {"3"}
    assert found(six, modes=(Mode.GENERAL,)) == {"1", "2", "3", "4", "5", "6"}
    assert found(six, hazard_class="S01") == {"2"}
    assert found(six, urgency=Urgency.URGENT) == {"2"}
    assert found(six, channel=Channel.HOTLINE) == {"4"}
    assert found(six, subdistrict=unit(OTHER_STREET)) == set()
    assert found(six, overdue=True) == {"3"}
    assert found(six, overdue=False, states=(State.AWAITING_SIGNOFF,)) == {"2"}
    assert found(six, reported_from=START + timedelta(hours=1)) == {"4"}
    assert found(six, reported_to=START + timedelta(hours=1)) == {"1", "2", "3", "5", "6"}


def test_a_list_can_be_narrowed_to_levels_of_the_ladder(six):
    story = Story("QP-2026-000003").report(place="100%_号").assigned(OTHER_STREET).wait().wait().wait()
    while story.hazard.level is Rung.L0:
        story.wait()
    record(six, story)

    assert found(six, levels=(story.hazard.level,)) == {"3"}


@pytest.mark.requirement("RSK-01")
def test_a_list_can_be_narrowed_to_a_colour(six):
    assert found(six, colour=Colour.RED) == {"5"}
    assert six.read_now(ledger.verify, "QP-2026-000005") == []


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("堆物", {"1"}),
        ("ELECTRIC", {"1"}),
        ("2026-000002", {"2"}),
        ("hz-4", {"4"}),
        ("100%_", {"3"}),
        ("%", {"3"}),
        ("_", {"3"}),
        ("\\", set()),
        ("' OR 1=1 --", set()),
        ("\0", {"1", "2", "3", "4", "5", "6"}),
    ],
)
def test_text_is_looked_for_as_it_stands(six, text, hits: set[str]):
    assert found(six, text=text) == hits


def test_filters_together_narrow_further(six):
    assert found(six, text="2026", states=(State.REGISTERED,), overdue=False) == {"1", "5"}


def test_counts_are_those_of_the_list(six):
    assert six.read_now(readmodel.counts, OFFICE_SEES) == {
        "REGISTERED": 2,
        "AWAITING_SIGNOFF": 2,
        "REPORTED": 1,
        "CLOSED": 1,
    }
    assert six.read_now(readmodel.counts, OFFICE_SEES, "colour") == {None: 5, "RED": 1}
    assert six.read_now(readmodel.counts, OFFICE_SEES, "state", Filters(overdue=True)) == {
        "AWAITING_SIGNOFF": 1
    }


# -- pages -------------------------------------------------------------------------------------------


def walked(db: Database, order: Order, limit: int = 3) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        page = db.read_now(readmodel.find, OFFICE_SEES, Filters(), cursor, limit, order)
        ids += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            return ids


@pytest.mark.parametrize("order", Order)
def test_page_by_page_shows_every_hazard_once(db, order):
    many(db, 1, 10, minutes=0)  # all at the same instant
    record(db, Story("QP-2026-000011").report().cleared(), Story("QP-2026-000012").report().closed())

    ids = walked(db, order)

    assert len(ids) == 12
    assert sorted(ids) == [f"QP-2026-{n:06d}" for n in range(1, 13)]


def test_the_latest_come_first_and_the_earliest_due(db):
    many(db, 1, 3)
    late = Story("QP-2026-000004", at=START - timedelta(days=9)).report().assigned()
    soon = Story("QP-2026-000005", at=START - timedelta(days=20)).report(urgency="FLASH").assigned()
    record(db, late, soon, Story("QP-2026-000006", at=START - timedelta(days=30)).report().closed())

    reported, due = walked(db, Order.REPORTED), walked(db, Order.DUE)

    assert [int(id[-1]) for id in reported] == [3, 2, 1, 4, 5, 6]
    assert [int(id[-1]) for id in due][:2] == [5, 4]
    assert {int(id[-1]) for id in due[2:]} == {1, 2, 3, 6}


def test_what_is_added_meanwhile_moves_nothing(db):
    many(db, 1, 9)
    first = db.read_now(readmodel.find, OFFICE_SEES, Filters(), None, 4, Order.REPORTED)

    many(db, 10, 14)
    record(
        db, Story("QP-2026-000015", at=START + timedelta(minutes=3)).report()
    )  # in the midst of those to come
    rest = db.read_now(readmodel.find, OFFICE_SEES, Filters(), first.next, 50, Order.REPORTED)

    assert [int(row.id[-2:]) for row in first.rows] == [9, 8, 7, 6]
    assert [int(row.id[-2:]) for row in rest.rows] == [5, 4, 15, 3, 2, 1]


def test_a_page_has_no_more_than_asked_for(db):
    many(db, 1, 4)

    assert len(db.read_now(readmodel.find, OFFICE_SEES, limit=4).rows) == 4
    assert db.read_now(readmodel.find, OFFICE_SEES, limit=4).next is None
    assert len(db.read_now(readmodel.find, OFFICE_SEES, limit=0).rows) == 1


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "W10",
        "bnVsbA",
        "eyJhIjoxfQ",
        "WyJ1cGRhdGVkX2F0IiwiMjAyNi0wOS0xN1QwODo0MjowMCIsIngiXQ",
        "中文",
    ],
)
def test_what_is_no_cursor_is_refused_with_a_sentence(db, cursor):
    with pytest.raises(BadCursor, match=r"游标无效.* / .*cursor"):
        db.read_now(readmodel.find, OFFICE_SEES, cursor=cursor)


def test_a_cursor_belongs_to_the_order_it_came_from(db):
    many(db, 1, 3)
    page = db.read_now(readmodel.find, OFFICE_SEES, limit=1)

    with pytest.raises(BadCursor):
        db.read_now(readmodel.find, OFFICE_SEES, cursor=page.next, order=Order.REPORTED)


# -- what is due -------------------------------------------------------------------------------------


@pytest.mark.requirement("RPT-06")
def test_due_dates_come_with_their_hazards_earliest_first(db):
    record(
        db,
        Story("QP-2026-000001").report().assigned(),
        Story("QP-2026-000002").report(urgency="FLASH").assigned(),
    )

    due = db.read_now(readmodel.deadlines, OFFICE_SEES)

    assert [entry.deadline.due for entry in due] == sorted(entry.deadline.due for entry in due)
    assert due[0].hazard_id == "QP-2026-000002"
    assert due[0].title and due[0].state is State.AWAITING_SIGNOFF


def test_due_dates_can_be_narrowed_to_a_bearer_and_a_day(db):
    story = Story().report(channel="hotline")
    record(db, story)
    clock = story.hazard.clocks[ClockKey.VERIFY]

    assert len(db.read_now(readmodel.deadlines, OFFICE_SEES, bearer=DESK.unit)) == 1
    assert db.read_now(readmodel.deadlines, OFFICE_SEES, bearer=unit(STREET)) == ()
    assert len(db.read_now(readmodel.deadlines, OFFICE_SEES, until=clock.due)) == 1
    assert db.read_now(readmodel.deadlines, OFFICE_SEES, until=clock.due - timedelta(seconds=1)) == ()


def test_what_is_due_next_is_the_earliest_running_clock_of_the_owner(db):
    story = Story().report().assigned()
    record(db, story)
    row = db.read_now(readmodel.get, principal(Role.LIAISON, STREET), story.number)
    assert row.next_due == story.hazard.clocks[ClockKey.SIGN].due

    story.planned().do("report_completion", principal(Role.HANDLER, STREET).actor)
    record(db, story)
    row = db.read_now(readmodel.get, principal(Role.LIAISON, STREET), story.number)
    assert row.next_due == story.hazard.clocks[ClockKey.ASSESS].due  # the main clock is silent (I6)


@pytest.mark.requirement("N94")
def test_hazards_with_provisional_dates_can_be_found(db):
    firm = Story("QP-2026-000001").report().assigned()
    provisional = Story("QP-2026-000002", at=datetime(2026, 12, 28, 9, tzinfo=SHANGHAI)).report().assigned()
    record(db, firm, provisional)

    assert db.read_now(readmodel.provisional_hazards) == ["QP-2026-000002"]
    assert db.read_now(readmodel.provisional_hazards, provisional.hazard.calendar) == []
    row = db.read_now(readmodel.get, OFFICE_SEES, provisional.number)
    assert any(deadline.provisional for deadline in row.deadlines)


# -- the indexes of some rows only -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (readmodel.provisional_hazards, "ix_deadlines_unpublished"),
        (lambda c: outbox.waiting(c, "qingpu"), "ix_outbox_waiting"),
        (lambda c: deliveries.due(c, "qingpu", START), "ix_deliveries_open"),
        (lambda c: deliveries.counts(c, "qingpu"), "ix_deliveries_open"),
        (lambda c: inbox.find(c, principal(Role.LIAISON, STREET), Wanted(), None, 50), "ix_outbox_seat"),
        (
            lambda c: inbox.find(c, OFFICE_SEES, Wanted(to="all", state="failed"), None, 50),
            "ix_deliveries_failed",
        ),
    ],
    ids=["unpublished", "waiting", "due", "counts", "seat", "dead letters"],
)
def test_what_few_rows_have_is_found_by_an_index_of_those_few(sqlite, read, index):
    """SQLite uses such an index only where a query says just the same words."""
    db = Database.connect(sqlite.migrated())

    def plan(connection: Connection) -> str:
        asked: list[tuple[str, Any]] = []
        listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        read(connection)
        sql, values = asked[0]
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all())

    assert index in db.read_now(plan)
    db.close()
