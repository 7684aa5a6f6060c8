"""What pages list is what the whole rows say, in the same order, with the one deadline that is owed next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.organisation import Role
from domain.values import ClockKey
from storage import briefs, ledger, readmodel
from storage.briefs import Brief, Next
from storage.database import Database
from storage.readmodel import Filters, HazardRow, Order
from storage.scope import Principal
from tests.storage.stories import (
    HANDLER,
    OFFICE_SEES,
    OTHER_STREET,
    START,
    Story,
    principal,
    unit,
)

EVERYTHING = Filters()
SEATS = [OFFICE_SEES, principal(Role.LIAISON, OTHER_STREET)]


@pytest.fixture
def several(db: Database) -> Database:
    for story in (
        Story("QP-2026-000001").report(),
        Story("QP-2026-000002").report(urgency="URGENT").assigned().wait().wait(),
        Story("QP-2026-000003", at=START + timedelta(hours=1)).report().assigned(OTHER_STREET),
        Story("QP-2026-000004", at=START + timedelta(hours=2)).report().assigned().planned(),
        asks_for_more_time("QP-2026-000005"),
        Story("QP-2026-000006").report().cleared(),
        Story("QP-2026-000007").report().closed(),
    ):
        db.write_now(ledger.append, story.hazard, story.events)
    return db


def asks_for_more_time(number: str) -> Story:
    """Its owner has weeks left, the office two days to decide."""
    story = Story(number, at=START + timedelta(hours=3)).report().assigned().planned()
    return story.do("request_extension", HANDLER, reason="雨季无法施工")


def pages(
    db: Database, who: Principal, order: Order, filters: Filters = EVERYTHING
) -> tuple[list[HazardRow], list[Brief]]:
    """All of it by twos, read whole and in brief; both go on from the same cursors."""
    rows: list[HazardRow] = []
    brief: list[Brief] = []
    cursor = None
    while True:
        whole = db.read_now(readmodel.find, who, filters, cursor, 2, order)
        lines = db.read_now(briefs.find, who, filters, cursor, 2, order)
        rows, brief = [*rows, *whole.rows], [*brief, *lines.rows]
        assert lines.next == whole.next
        cursor = whole.next
        if cursor is None:
            return rows, brief


def owed_next(row: HazardRow) -> Next | None:
    """By the whole row: what the owner owes first, else what anybody does."""
    running = [
        one for one in row.deadlines if one.stopped_at is None and one.clock is not ClockKey.RELAPSE_MATCH
    ]
    own = [one for one in running if one.bearer == row.owner and one.subtask is None]
    first = min(own or running, key=lambda one: (one.due, one.clock), default=None)
    return Next(first.clock, first.due, first.provisional) if first else None


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("who", SEATS, ids=["office", "street"])
@pytest.mark.requirement("RPT-01", "SEC-01")
def test_a_brief_says_what_the_row_says(several: Database, order: Order, who: Principal) -> None:
    rows, lines = pages(several, who, order)

    assert len(rows) == (7 if who is OFFICE_SEES else 1)
    for row, brief in zip(rows, lines, strict=True):
        said = brief._asdict()
        assert said.pop("next") == owed_next(row)
        assert said == {name: getattr(row, name) for name in said}
        assert {name: type(value) for name, value in said.items()} == {
            name: type(getattr(row, name)) for name in said
        }


@pytest.mark.requirement("RPT-01")
def test_what_the_owner_owes_is_named_before_what_is_due_sooner_elsewhere(several: Database) -> None:
    _, lines = pages(several, OFFICE_SEES, Order.REPORTED)
    named = {brief.id[-1]: brief.next and brief.next.clock for brief in lines}

    assert named["5"] is ClockKey.REMEDIATE, "not the office's decision on the extension"
    assert named["2"] is ClockKey.SIGN
    assert named["4"] is ClockKey.REMEDIATE
    assert named["7"] is None, "nobody owes anything by the watch for a relapse"


def test_filters_narrow_briefs_as_they_narrow_rows(several: Database) -> None:
    for filters in (Filters(overdue=True), Filters(owner=unit(OTHER_STREET)), Filters(open=False)):
        rows, lines = pages(several, OFFICE_SEES, Order.DUE, filters)
        assert [row.id for row in rows] == [brief.id for brief in lines] != []
