"""Who sees what: the central seats their whole profile, every other seat what concerns its unit."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from domain.organisation import SEES_WHOLE_PROFILE, SYSTEM, Role
from storage import ledger, readmodel
from storage.database import Database
from storage.scope import Principal, visible
from storage.tables import deadlines, hazards
from storage.tables import ledger as ledger_table
from tests.builders import seat
from tests.storage.stories import OTHER_STREET, PUTUO, STREET, Story, principal

OURS, THEIRS, ELSEWHERE = "QP-2026-000001", "QP-2026-000002", "PT-2026-000001"


@pytest.fixture
def three(db: Database) -> Database:
    """One hazard of 夏阳街道, one of 盈浦街道, one of another district."""
    for story in (
        Story(OURS).report().assigned(STREET),
        Story(THEIRS).report(principal(Role.DISCOVERER, OTHER_STREET).actor, place="盈浦街道某处"),
        Story(ELSEWHERE, PUTUO).report(),
    ):
        db.write_now(ledger.append, story.hazard, story.events)
    return db


def seen(db: Database, who: Principal) -> set[str]:
    return {row.id for row in db.read_now(readmodel.find, who).rows}


def unit_seats() -> list[Role]:
    return [role for role in Role if role not in SEES_WHOLE_PROFILE and role is not Role.SYSTEM]


@pytest.mark.requirement("SEC-01", "ACT-07")
@pytest.mark.parametrize("role", sorted(SEES_WHOLE_PROFILE))
def test_central_seats_see_all_of_their_profile_and_nothing_of_another(three, role):
    at = None if role is not Role.AUDITOR else STREET

    assert seen(three, principal(role, at)) == {OURS, THEIRS}


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize("role", unit_seats())
def test_every_other_seat_sees_what_concerns_its_unit(three, role):
    assert seen(three, principal(role, STREET)) == {OURS}
    assert seen(three, principal(role, OTHER_STREET)) == {THEIRS}


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize("role", [*sorted(SEES_WHOLE_PROFILE), *unit_seats()])
def test_nobody_sees_another_profile_even_with_a_unit_of_the_same_name(three, role):
    here = principal(role, STREET)
    elsewhere = Principal("putuo", here.actor)

    assert OURS not in seen(three, elsewhere)
    assert not three.read_now(readmodel.is_visible, elsewhere, OURS)


def test_the_system_is_nobody_who_reads(three):
    assert seen(three, Principal("qingpu", SYSTEM)) == set()


def test_a_unit_sees_a_hazard_from_the_moment_it_is_involved(three):
    street = principal(Role.LIAISON, OTHER_STREET)
    story = Story("QP-2026-000003").report()
    three.write_now(ledger.append, story.hazard, story.events)
    assert not three.read_now(readmodel.is_visible, street, story.number)

    story.assigned(OTHER_STREET)
    three.write_now(ledger.append, story.hazard, story.events)

    assert three.read_now(readmodel.is_visible, street, story.number)


def test_every_way_of_reading_is_narrowed(three):
    stranger = principal(Role.LIAISON, OTHER_STREET)

    assert three.read_now(readmodel.get, stranger, OURS) is None
    assert three.read_now(readmodel.description_of, stranger, OURS) is None
    assert three.read_now(readmodel.counts, stranger) == {"REGISTERED": 1}
    assert {due.hazard_id for due in three.read_now(readmodel.deadlines, stranger)} <= {THEIRS}
    assert {due.hazard_id for due in three.read_now(readmodel.deadlines, principal(Role.OFFICE))} == {OURS}


def test_a_statement_that_does_not_read_hazards_cannot_be_narrowed(db):
    with pytest.raises(TypeError, match="join"):
        visible(select(ledger_table.c.body), principal(Role.OFFICE))

    visible(select(deadlines.c.due).join(hazards), principal(Role.OFFICE))


@pytest.mark.requirement("ACT-11", "ACT-15", "ACT-16", "ACT-17", "SEC-01")
@pytest.mark.parametrize(
    ("unit", "reads"),
    [("chengguanju", {"PT-2026-000002"}), ("yingjiju", {"PT-2026-000003"}), ("sifaju", set())],
)
def test_the_lead_of_a_line_sees_the_hazards_of_its_line_and_no_others(db, unit, reads):
    finder = seat("caoyang", "discoverer")
    for number, code in (("PT-2026-000002", "S01-02"), ("PT-2026-000003", "S03-01")):
        story = Story(number, PUTUO).report(
            finder, channel="grid_patrol", code=code, place="曹杨新村街道某处"
        )
        db.write_now(ledger.append, story.hazard, story.events)

    assert seen(db, Principal("putuo", seat(unit, "lead_unit"))) == reads
    assert all(
        db.read_now(readmodel.is_visible, Principal("putuo", seat(unit, "lead_unit")), one) for one in reads
    )
