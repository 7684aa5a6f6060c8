"""What seats owe across hazards: kept with the ledger, narrowed, paged, and only for those who may see the hazard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from domain.organisation import Role
from domain.values import State
from storage import cursors, ledger, rebuild
from storage import obligations as reading
from storage.database import Database
from storage.obligations import By, Sought
from storage.tables import obligations
from tests.builders import LIAISON, OFFICE, Case, hazard_in
from tests.storage.stories import OFFICE_SEES, OTHER_STREET, PUTUO, START, STREET, principal, unit
from tests.storage.test_plans import plans

NOW = START


def late(number: str, days: int) -> Case:
    case = hazard_in(State.REMEDIATING, number=number)
    case.wait(days=days)
    return case


@pytest.fixture
def cases(db: Database) -> dict[str, Case]:
    """One asked for its reason; one whose talk was held and answered; one that owes nothing."""
    asked = late("QP-2026-000001", 14)
    talked = late("QP-2026-000002", 30)
    for command in ("order_talk", "hold_talk", "file_rectification"):
        talked.give(command)
    found = {"asked": asked, "talked": talked, "fresh": hazard_in(State.REMEDIATING, number="QP-2026-000003")}
    for case in found.values():
        db.write_now(ledger.append, case.hazard, case.events)
    return found


def find(db: Database, seat=OFFICE_SEES, now=None, cursor=None, limit=50, by=By.DUE, **sought):
    return db.read_now(reading.find, seat, Sought(**sought), now, cursor, limit, by)


def ids(page) -> set[tuple[str, str]]:
    return {(line.hazard, line.owed.kind) for line in page.rows}


@pytest.mark.requirement("SUP-01", "SUP-03")
def test_what_is_owed_stands_beside_its_hazard_as_the_hazard_has_it(db, cases):
    now = cases["talked"].now
    page = find(db, now=now)

    expected = {
        case.hazard.id: {
            owed.id: owed.model_copy(update={"received_by": None}) for owed in case.hazard.obligations
        }
        for case in cases.values()
    }
    found: dict = {id: {} for id in expected}
    for line in page.rows:
        found[line.hazard][line.owed.id] = line.owed
    assert found == expected and sum(map(len, found.values())) >= 4
    assert find(db, now=now, hazard="QP-2026-000003").rows == ()
    for case in cases.values():
        assert db.read_now(ledger.verify, case.hazard.id) == []


def test_it_is_narrowed_by_how_it_stands_by_unit_kind_hazard_and_date(db, cases):
    now = cases["talked"].now
    everything = ids(find(db, now=now))

    assert ids(find(db, now=now, standing="done")) >= {
        ("QP-2026-000002", "talk"), ("QP-2026-000002", "hold_talk"), ("QP-2026-000002", "rectification")
    }  # fmt: skip
    still = ids(find(db, now=now, standing="open"))
    assert ("QP-2026-000001", "reason") in still
    assert still | ids(find(db, now=now, standing="done")) == everything
    assert ids(find(db, now=now, standing="late")) <= still
    assert ("QP-2026-000001", "reason") in ids(find(db, now=now, standing="late"))
    assert not find(db, now=cases["asked"].events[0].at, standing="late").rows

    assert {line.owed.unit for line in find(db, now=now, unit=unit(STREET)).rows} == {unit(STREET)}
    assert {line.owed.kind for line in find(db, now=now, kind="reason").rows} == {"reason"}
    assert {line.hazard for line in find(db, now=now, hazard="QP-2026-000001").rows} == {"QP-2026-000001"}

    due = next(one.due for one in cases["asked"].hazard.obligations if one.kind == "reason")
    only = {"kind": "reason", "hazard": "QP-2026-000001"}
    assert len(find(db, now=now, due_before=due, **only).rows) == 1
    assert find(db, now=now, due_before=due - timedelta(seconds=1), **only).rows == ()
    assert len(find(db, now=now, due_from=due - timedelta(days=1), **only).rows) == 1
    assert find(db, now=now, due_from=due, **only).rows == (), "24:00 of a day belongs to that day"


@pytest.mark.parametrize("by", By)
def test_paging_shows_each_once_and_in_order(db, cases, by):
    now = cases["talked"].now
    whole = [(line.hazard, line.owed.id) for line in find(db, now=now, by=by).rows]
    assert len(whole) > 3
    shown, cursor = [], None
    while True:
        page = find(db, now=now, by=by, cursor=cursor, limit=1)
        shown += [(line.hazard, line.owed.id) for line in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert shown == whole
    with pytest.raises(cursors.BadCursor):
        find(db, now=now, by=By.RAISED, cursor=cursors.written(cursors.Place("raised_at", None, "x/y")))


@pytest.mark.requirement("SEC-01")
def test_a_unit_sees_what_is_owed_on_hazards_that_concern_it_and_no_district_another_s(db, cases):
    now = cases["talked"].now
    assert find(db, principal(Role.PRINCIPAL, STREET), now).rows == find(db, now=now).rows
    assert find(db, principal(Role.PRINCIPAL, OTHER_STREET), now).rows == ()
    assert find(db, principal(Role.OFFICE, None, PUTUO), now).rows == ()


@pytest.mark.parametrize("harm", ["lost", "altered", "invented"])
def test_one_that_is_not_what_the_ledger_gives_is_found_and_made_again(db, cases, harm):
    case = cases["asked"]
    mine = obligations.c.hazard_id == case.hazard.id

    def spoil(connection):
        if harm == "lost":
            connection.execute(delete(obligations).where(mine))
        elif harm == "altered":
            connection.execute(update(obligations).where(mine).values(open=False, result="declined"))
        else:
            row = dict(connection.execute(select(obligations).where(mine)).mappings().first())
            connection.execute(obligations.insert().values({**row, "id": "reason-999"}))

    before = find(db, now=case.now)
    db.write_now(spoil)
    (found,) = db.read_now(ledger.verify, case.hazard.id)
    assert "obligations" in found

    rebuild.rebuild(db)
    assert find(db, now=case.now) == before
    assert db.read_now(ledger.verify, case.hazard.id) == []


def test_a_receipt_and_a_refusal_of_the_question_reach_the_list(db, cases):
    case = cases["asked"]
    owed = next(one for one in case.hazard.obligations if one.kind == "reason")
    case.give("acknowledge", LIAISON, obligation=owed.id)
    db.write_now(ledger.append, case.hazard, case.events[-1:])
    (line,) = find(db, now=case.now, hazard=case.hazard.id, kind="reason").rows
    assert line.owed.received_at == case.now and line.owed.open

    written = len(case.events)
    case.wait(days=20)
    case.give("decline", OFFICE, question="talk")
    db.write_now(ledger.append, case.hazard, case.events[written:])
    (line,) = find(db, now=case.now, hazard=case.hazard.id, kind="talk").rows
    assert (line.owed.result, line.owed.open) == ("declined", False)


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("seat", [OFFICE_SEES, principal(Role.LIAISON, STREET)], ids=["office", "street"])
def test_no_such_list_reads_a_whole_table(sqlite, by, seat):
    db = Database.connect(sqlite.migrated())
    narrowed = {
        "standing": "late",
        "unit": unit(STREET),
        "kind": "reason",
        "hazard": "QP-2026-000001",
        "due_before": NOW,
    }
    chosen = [{}, narrowed, *({name: value} for name, value in narrowed.items())]
    cursor = cursors.written(cursors.Place(by.value, NOW, "QP-2026-000001/reason-3"))
    try:
        steps = [
            step
            for sought in chosen
            for place in (None, cursor)
            for step in db.read_now(
                plans,
                lambda c, sought=sought, place=place: reading.find(
                    c, seat, Sought(**sought), NOW, place, 50, by
                ),
            )
        ]
    finally:
        db.close()
    assert steps and not [step for step in steps if step.startswith("SCAN")]
