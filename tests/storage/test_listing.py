"""A listed hazard in the record: its listing, its parts, deadlines that know whose they are, and who sees it."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import delete, select, text, update

from domain.organisation import Role
from domain.values import Mode, State
from storage import ledger, migrate, readmodel, rebuild
from storage.database import Database, engine_for
from storage.readmodel import Filters
from storage.tables import deadlines, listings, subtasks
from tests.builders import BUREAU, STREET, Case, finish, listed_in
from tests.storage.stories import Story, principal

OTHERS = "盈浦街道"


@pytest.fixture
def case(db: Database) -> Case:
    """Being remediated by two units; the street has been reported done, its part is a confirmed one."""
    case = listed_in(State.REMEDIATING)
    finish(case, STREET)
    db.write_now(ledger.append, case.hazard, case.events)
    return case


def rows(db: Database, table, case: Case) -> list[dict]:
    query = select(table).where(table.c.hazard_id == case.hazard.id)
    return [dict(row) for row in db.read_now(lambda connection: connection.execute(query).mappings().all())]


@pytest.mark.requirement("MOD-03", "SUP-12")
def test_the_listing_and_its_parts_stand_in_the_read_model(db, case):
    (listing,) = rows(db, listings, case)
    parts = {row["unit"]: row for row in rows(db, subtasks, case)}

    assert (listing["lead"], listing["sponsor_unit"], listing["sponsor_post"]) == (BUREAU, "qzf", "副区长")
    assert case.hazard.listing.sponsor.person not in map(str, listing.values()), (
        "the sponsor by post, not by name"
    )
    assert (parts[STREET]["state"], parts[STREET]["due"]) == ("LEAD_CONFIRMED", None)
    assert (parts[BUREAU]["lead"], parts[BUREAU]["last_node"]) == (True, f"{BUREAU}的部分")
    assert db.read_now(ledger.verify, case.hazard.id) == []


def test_deadlines_of_the_whole_and_of_a_part_stand_side_by_side(db, case):
    kept = {(row["clock"], row["subtask"]) for row in rows(db, deadlines, case)}
    assert {("remediate", ""), ("remediate", BUREAU)} <= kept
    assert ("remediate", STREET) not in kept, "what is confirmed has no clock"

    row = db.read_now(readmodel.get, principal(Role.OFFICE), case.hazard.id)
    assert {deadline.subtask for deadline in row.deadlines} == {None, BUREAU}
    assert row.next_due == case.hazard.main_clock.due


@pytest.mark.parametrize(
    ("table", "values"),
    [(subtasks, {"state": "ASSIGNED"}), (listings, {"extensions": 7}), (deadlines, {"subtask": "x"})],
)
def test_a_part_of_the_read_model_that_was_tampered_with_is_found(db, case, table, values):
    one = table.c.hazard_id == case.hazard.id
    db.write_now(
        lambda connection: connection.execute(update(table).where(one, *_first(table)).values(values))
    )

    (found,) = db.read_now(ledger.verify, case.hazard.id)
    assert table.name in found


def _first(table):
    """Of several deadlines one, or two would claim the same key."""
    return (table.c.clock == "listing_notice",) if table is deadlines else ()


def test_it_is_made_again_from_the_ledger(db, case):
    for table in (subtasks, listings):
        db.write_now(lambda connection, table=table: connection.execute(delete(table)))
    assert db.read_now(ledger.verify, case.hazard.id)

    rebuild.rebuild(db)

    assert db.read_now(ledger.verify, case.hazard.id) == []
    assert len(rows(db, subtasks, case)) == 2


@pytest.mark.requirement("SEC-01")
def test_sponsors_and_panels_see_what_is_listed_and_nothing_else_that_is_not_their_unit_s(db, case):
    plain = Story("QP-2026-000777").report()
    db.write_now(ledger.append, plain.hazard, plain.events)
    listed = Filters(modes=(Mode.LISTED,))
    for role, at in ((Role.SPONSOR, "区政府"), (Role.ACCEPTANCE_PANEL, "公安青浦分局")):
        page = db.read_now(readmodel.find, principal(role, at), listed)
        assert [row.id for row in page.rows] == [case.hazard.id]
        assert not db.read_now(readmodel.is_visible, principal(role, at), plain.number)
    stranger = principal(Role.LIAISON, OTHERS)
    assert not db.read_now(readmodel.is_visible, stranger, case.hazard.id)
    assert db.read_now(readmodel.is_visible, principal(Role.LIAISON, "夏阳街道"), case.hazard.id)


def test_deadlines_of_an_older_database_are_kept_as_those_of_the_whole(empty_url):
    now = "2026-03-02 00:00:00+00:00"
    with engine_for(empty_url).begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.execute(
            text(
                "INSERT INTO hazards (id, profile, seq, head, rules, state, mode, round, relapses, urgency, sla, level, "
                "major, confidentiality, owner, registered_by, channel, reported_at, updated_at, title, place, snapshot, "
                "description) VALUES ('QP-1', 'qingpu', 1, '', '', 'PLANNING', 'GENERAL', 1, 0, 'NORMAL', 'ON_TIME', "
                f"'L0', false, 'PUBLIC', 'x', 'x', 'hotline', '{now}', '{now}', '', '', '', '')"
            )
        )
        connection.execute(
            text(
                'INSERT INTO deadlines (hazard_id, clock, bearer, "row", started, due, due_by, provisional, unpublished, '
                f"calendar, level) VALUES ('QP-1', 'plan', 'x', 'plan-normal', '{now}', '{now}', 'limit', false, false, "
                "'', 'L0')"
            )
        )
        command.upgrade(config, "head")
        kept = connection.execute(text("SELECT hazard_id, clock, subtask, bearer FROM deadlines")).all()

    assert [tuple(row) for row in kept] == [("QP-1", "plan", "", "x")]
