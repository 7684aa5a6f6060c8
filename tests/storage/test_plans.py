"""No list reads a whole table, however it is narrowed and whatever its order."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.event import listen, remove

from domain.figures import latest, year_of
from domain.organisation import Role
from domain.programme import Kind
from domain.riskpoints import PointKind
from domain.values import Channel, Colour, HazardId, Mode, Rung, State, Urgency
from storage import briefs, cursors, figures, majors, obligations, programme, readmodel, riskpoints, stock
from storage.database import Database
from storage.obligations import By, Sought
from storage.readmodel import Filters, Order
from tests.storage.stories import OFFICE_SEES, START, STREET, principal, unit

NARROWED: dict[str, Any] = {
    "states": (State.PLANNING, State.REMEDIATING),
    "owner": unit(STREET),
    "modes": (Mode.GENERAL,),
    "levels": (Rung.L2,),
    "hazard_class": "S06",
    "colour": Colour.RED,
    "overdue": True,
    "open": True,
    "urgency": Urgency.URGENT,
    "subdistrict": unit(STREET),
    "channel": Channel.HOTLINE,
    "text": "消防通道",
    "reported_from": START,
    "reported_to": START + timedelta(days=30),
    "due_after": START,
    "due_before": START + timedelta(days=3),
    "risk_point": "QP-R-0001",
}
OWED: dict[str, Any] = {
    "standing": "late",
    "unit": unit(STREET),
    "kind": "talk",
    "hazard": HazardId("QP-2026-000001"),
    "due_from": START,
    "due_before": START + timedelta(days=3),
}
POINTS: dict[str, Any] = {
    "colour": Colour.RED,
    "kind": PointKind.PLACE,
    "department": unit("yingjiju"),
    "subdistrict": unit(STREET),
    "code": "S06-02",
    "category": 6,
    "open": True,
    "review_before": START.date(),
    "text": "消防通道",
}
WINDOWS: dict[str, Any] = {
    "duty": "routine",
    "owing": True,
    "since": START,
    "until": START + timedelta(days=30),
    "before": (START, "routine", "2026-06"),
}


def combinations_of(narrowed: dict[str, Any]) -> list[dict[str, Any]]:
    """Nothing, each alone, and each with each other."""
    return [{name: narrowed[name] for name in some} for n in (0, 1, 2) for some in combinations(narrowed, n)]


def scans(connection: Connection, read: Any) -> list[str]:
    """Steps of ``read`` that look at every row of something."""
    steps = plans(connection, read)
    assert steps
    return [step for step in steps if step.startswith("SCAN") and "text_index VIRTUAL TABLE" not in step]


@pytest.fixture(scope="module")
def empty(sqlite):
    db = Database.connect(sqlite.migrated())
    yield db
    db.close()


def plans(connection: Connection, read: Any) -> list[str]:
    """What SQLite says it does for each statement of ``read``."""
    asked: list[tuple[str, Any]] = []

    def note(*args: Any) -> None:
        asked.append((args[2], args[3]))

    listen(connection, "before_cursor_execute", note)
    read(connection)
    remove(connection, "before_cursor_execute", note)
    return [
        row[3]
        for sql, values in asked
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
    ]


@pytest.mark.parametrize("find", [readmodel.find, briefs.find], ids=["rows", "briefs"])
@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("seat", [OFFICE_SEES, principal(Role.LIAISON, STREET)], ids=["office", "street"])
@pytest.mark.requirement("RPT-09")
def test_no_list_reads_a_whole_table(empty, order, seat, find):
    def every(connection: Connection) -> list[tuple[dict[str, Any], str]]:
        cursor = cursors.written(cursors.Place(order.value, START, "QP-2026-000001"))
        return [
            (narrowed, step)
            for narrowed in combinations_of(NARROWED)
            for place in (None, cursor)
            for step in scans(
                connection,
                lambda c, narrowed=narrowed, place=place: find(
                    c, seat, Filters(**narrowed), place, 50, order
                ),
            )
        ]

    assert empty.read_now(every) == []


def test_every_filter_is_asked_here() -> None:
    """One that is added later must be proved too."""
    assert set(NARROWED) == {field.name for field in fields(Filters)}
    assert set(OWED) == {field.name for field in fields(Sought)}
    assert set(POINTS) == {field.name for field in fields(riskpoints.Sought)}


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("seat", [OFFICE_SEES, principal(Role.LIAISON, STREET)], ids=["office", "street"])
@pytest.mark.requirement("RPT-09")
def test_no_list_of_what_is_owed_reads_a_whole_table(empty, by, seat):
    def every(connection: Connection) -> list[tuple[dict[str, Any], str]]:
        cursor = cursors.written(cursors.Place(by.value, START, "QP-2026-000001/1"))
        return [
            (narrowed, step)
            for narrowed in [*combinations_of(OWED), {"standing": "open"}, {"standing": "done"}]
            for place in (None, cursor)
            for step in scans(
                connection,
                lambda c, narrowed=narrowed, place=place: obligations.find(
                    c, seat, Sought(**narrowed), START, place, 50, by
                ),
            )
        ]

    assert empty.read_now(every) == []


@pytest.mark.parametrize("seat", [OFFICE_SEES, principal(Role.LIAISON, STREET)], ids=["office", "street"])
@pytest.mark.requirement("RSK-01")
def test_no_list_of_risk_points_reads_a_whole_table(empty, seat):
    def every(connection: Connection) -> list[tuple[dict[str, Any], str]]:
        return [
            (narrowed, step)
            for narrowed in combinations_of(POINTS)
            for place in (None, (1, "QP-R-0001"))
            for step in scans(
                connection,
                lambda c, narrowed=narrowed, place=place: riskpoints.find(
                    c, seat, riskpoints.Sought(**narrowed), after=place
                ),
            )
        ] + [({}, step) for step in scans(connection, lambda c: riskpoints.by_street(c, seat))]

    assert empty.read_now(every) == []


@pytest.mark.requirement("REG-11")
def test_no_list_of_windows_reads_a_whole_table(empty):
    def every(connection: Connection) -> list[tuple[dict[str, Any], str]]:
        return [
            (narrowed, step)
            for narrowed in combinations_of(WINDOWS)
            for step in scans(
                connection, lambda c, narrowed=narrowed: programme.find(c, "qingpu", **narrowed)
            )
        ]

    assert empty.read_now(every) == []


def test_a_list_in_its_own_order_is_not_sorted_again(empty):
    """It walks an index and stops at the end of the page."""
    for order in (Order.UPDATED, Order.REPORTED):
        steps = empty.read_now(
            plans, lambda c, order=order: readmodel.find(c, OFFICE_SEES, Filters(open=True), None, 50, order)
        )
        assert not [step for step in steps if "TEMP B-TREE FOR ORDER BY" in step], steps


def test_what_stands_open_is_counted_from_its_index_alone(empty):
    steps = empty.read_now(
        plans,
        lambda c: stock.stock(
            c, OFFICE_SEES, now=START, next_day=START + timedelta(days=1), soon=START + timedelta(days=3)
        ),
    )
    reads = [step for step in steps if "hazards" in step]
    assert reads and all("USING COVERING INDEX ix_hazards_open" in step for step in reads), reads


@pytest.fixture(scope="module")
def large(sqlite):
    """Empty too, but known as a district of a hundred thousand hazards."""
    url = sqlite.migrated()
    db = Database.connect(url)
    db.write_now(_as_of_a_large_district)
    db.close()
    db = Database.connect(url)
    yield db
    db.close()


@pytest.mark.parametrize("kind", ["empty", "large"])
def test_what_a_unit_may_see_is_no_way_in_to_what_is_counted(request, kind):
    """Or the overview of a town takes ten seconds in a large district: each of its hazards for each figure."""
    db = request.getfixturevalue(kind)
    street = principal(Role.LIAISON, STREET)
    for read in (
        lambda c: stock.stock(
            c, street, now=START, next_day=START + timedelta(days=1), soon=START + timedelta(days=3)
        ),
        lambda c: figures.trend(c, street, latest("month", START.date(), 12)),
    ):
        steps = db.read_now(plans, read)
        assert any("ix_involved_unit" in step for step in steps), steps
        assert not [step for step in steps if step.endswith(("(id=?)", "(hazard_id=?)"))], steps


@pytest.mark.parametrize("kind", ["empty", "large"])
def test_what_was_cleared_on_the_spot_is_looked_for_among_what_was_cleared(request, kind):
    """Or the page of a unit looks into the facts of every hazard that was reported in its year."""
    year = year_of(START.year)
    steps = request.getfixturevalue(kind).read_now(
        plans, lambda c: figures.counted(c, OFFICE_SEES, year, now=START)
    )
    assert not [step for step in steps if step.endswith("PRIMARY KEY (hazard_id=?)")], steps


def _as_of_a_large_district(connection: Connection) -> None:
    """Statistics of a hundred thousand hazards, a twelfth of them one street's."""
    connection.exec_driver_sql("ANALYZE")
    for row in (
        ("hazards", "ix_hazards_reported", "100000 100000 200 1 1 1 1 1 1 1 1 1 1 1 1 1"),
        ("hazards", "sqlite_autoindex_hazards_1", "100000 1"),
        (
            "hazards",
            "ix_hazards_open",
            "23000 23000 23000 1438 512 470 470 404 404 404 404 404 404 212 200 1",
        ),
        ("facts", "ix_facts_counted", "600000 600000 100000 276 212 208 208 208"),
        ("facts", "facts", "600000 6 1 1"),
        ("involved", "ix_involved_unit", "204400 7862 1"),
        ("involved", "involved", "204400 3 1"),
    ):
        connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", row)


@pytest.mark.requirement("REG-11", "SUP-12")
def test_windows_and_major_hazards_are_found_by_an_index(empty):
    place = (START, "routine", "2026-06")
    reads = (
        ("ix_windows_due", lambda c: programme.find(c, "qingpu", before=place)),
        ("ix_windows_owing", lambda c: programme.find(c, "qingpu", owing=True)),
        ("ix_programme_log_kind", lambda c: programme.record(c, "qingpu", kind=Kind.NOTED, limit=50)),
        ("ix_programme_log_window", lambda c: programme.record(c, "qingpu", window=("routine", "2026-06"))),
        ("ix_hazards_open", lambda c: majors.majors(c, OFFICE_SEES, (HazardId("QP-2026-000001"),))),
    )
    for index, read in reads:
        steps = empty.read_now(plans, read)
        assert any(index in step for step in steps), (index, steps)
        assert not [step for step in steps if step.startswith("SCAN")], steps
