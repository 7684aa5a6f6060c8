"""The register of risk points: only added to, checked, made again, and seen by those whom it concerns."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Connection, text

from domain.organisation import Actor, Role
from domain.refusal import Refusal
from domain.riskpoints import FORMS, Order
from domain.riskrules import decide
from domain.values import Colour
from storage import ledger, rebuild, riskpoints
from storage.database import Database, LedgerConflict
from storage.riskpoints import Linked, Sought
from tests.core.test_risk_points import BLUE, BUREAU, NOW, assessed, described
from tests.core.test_risk_points import OFFICE as OFFICE_SEAT
from tests.storage.stories import OFFICE_SEES, OTHER_STREET, QINGPU, STREET, Story, principal

POINT, OTHER = "QP-R-000001", "QP-R-000002"


def give(db: Database, do: str, number: str | None, key: str, actor: Actor = BUREAU, **form: object) -> str:
    order = Order(command=FORMS[do].model_validate(form), actor=actor, key=key)
    return db.write_now(
        riskpoints.record,
        "qingpu",
        "QP",
        number,
        key,
        order.digest(number or ""),
        actor,
        lambda point, of, hazards: decide(QINGPU, point, order, NOW, number=of, open_hazards=hazards),
    )


@pytest.fixture
def two(db: Database) -> Database:
    """A red point on 夏阳街道 that was regraded blue, and a red one on 盈浦街道."""
    form = described() | {"assessment": assessed()}
    assert give(db, "register", None, "k1", **form) == POINT
    there = {**form, "subdistrict": OTHER_STREET, "name": "乙类仓库_100%"}
    assert give(db, "register", None, "k2", OFFICE_SEAT, **there) == OTHER
    give(db, "grade", POINT, "k3", **assessed(BLUE, plan=None))
    return db


@pytest.mark.requirement("RSK-01", "REG-08")
def test_the_record_keeps_every_colour_and_the_point_the_last(two: Database) -> None:
    point = two.read_now(riskpoints.one, OFFICE_SEES, POINT)
    record = two.read_now(riskpoints.history, "qingpu", POINT)

    assert point is not None and point.colour is Colour.BLUE
    assert [(one.seq, one.before, one.colour) for one in record] == [
        (1, None, Colour.RED),
        (3, Colour.RED, Colour.BLUE),
    ]
    assert two.read_now(riskpoints.verify, "qingpu") == []


@pytest.mark.requirement("INT-01")
def test_a_key_is_used_once(two: Database) -> None:
    again = described() | {"assessment": assessed()}
    assert give(two, "register", None, "k1", **again) == POINT
    with pytest.raises(Refusal, match="key-reused"):
        give(two, "register", None, "k1", **{**again, "name": "另一个"})
    assert len(two.read_now(riskpoints.history, "qingpu", POINT)) == 2


@pytest.mark.requirement("SEC-01")
def test_a_unit_sees_what_it_answers_for_or_has_on_its_ground(two: Database) -> None:
    def seen(role: Role, at: str | None = None) -> set[str]:
        return {one.number for one in two.read_now(riskpoints.find, principal(role, at), Sought())}

    assert seen(Role.OFFICE) == seen(Role.LIAISON, "区应急局") == {POINT, OTHER}
    assert seen(Role.LIAISON, STREET) == {POINT}
    assert seen(Role.LIAISON, "区教育局") == set()
    assert two.read_now(riskpoints.one, principal(Role.LIAISON, OTHER_STREET), POINT) is None
    ground = principal(Role.LIAISON, STREET).actor.unit
    committee = principal(Role.LIAISON, "区教育局")
    assert len(two.read_now(riskpoints.find, committee, Sought(), ground)) == 1


@pytest.mark.requirement("RSK-01")
def test_a_list_begins_with_the_worst_is_narrowed_and_comes_in_pages(two: Database) -> None:
    def numbers(**sought: object) -> list[str]:
        return [one.number for one in two.read_now(riskpoints.find, OFFICE_SEES, Sought(**sought))]

    assert numbers() == [OTHER, POINT]
    assert numbers(text="_100%") == numbers(colour=Colour.RED) == [OTHER]
    assert numbers(review_before=NOW.date()) == [] and numbers(open=False) == []
    after = (riskpoints.rank(Colour.RED), OTHER)
    (rest,) = two.read_now(riskpoints.find, OFFICE_SEES, Sought(), after=after, limit=1)
    assert rest.number == POINT
    assert two.read_now(riskpoints.by_street, OFFICE_SEES) == {
        principal(Role.LIAISON, STREET).actor.unit: {Colour.BLUE: 1},
        principal(Role.LIAISON, OTHER_STREET).actor.unit: {Colour.RED: 1},
    }


@pytest.mark.requirement("RSK-06")
def test_hazards_are_found_from_their_points_and_again_after_a_rebuild(two: Database) -> None:
    story = Story().report(
        risk_points=[POINT], grade={"method": "MANUAL", "colour": "ORANGE", "grounds": "泄漏"}
    )
    two.write_now(ledger.append, story.hazard, story.events)

    for _ in range(2):
        linked = two.read_now(riskpoints.linked, OFFICE_SEES, [POINT, OTHER])
        assert linked == {POINT: Linked(open=1, colours=(Colour.ORANGE,))}
        bureau = principal(Role.LIAISON, "区应急局")
        assert two.read_now(riskpoints.linked, bureau, [POINT]) == {}
        assert two.read_now(riskpoints.linked, bureau, [POINT], keeper=True) == linked
        assert two.read_now(ledger.verify, story.number) == []
        two.write_now(lambda connection: connection.execute(text("DELETE FROM hazard_points")))
        assert any("hazard_points" in one for one in two.read_now(ledger.verify, story.number))
        rebuild.rebuild(two)
    with pytest.raises(Refusal, match="hazards-open"):
        give(two, "retire", POINT, "k9", reason="搬迁")


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize("statement", ["UPDATE risk_log SET unit = 'nobody'", "DELETE FROM risk_log"])
def test_the_record_only_grows(two: Database, statement: str) -> None:
    with pytest.raises(LedgerConflict, match=r"只增不改.*append-only"):
        two.write_now(lambda connection: connection.execute(text(statement)))


@pytest.mark.requirement("REG-08", "RSK-01")
@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE risk_log SET unit = 'nobody' WHERE seq = 2", "第2条：“unit”列与正文不符"),
        ("UPDATE risk_log SET body = replace(body, 'RED', 'BLUE') WHERE seq = 1", "seq 1: the text does not"),
        ("DELETE FROM risk_log WHERE seq = 2", "entries from 2 are missing"),
        ("UPDATE risk_log SET body = '{' WHERE seq = 2", "seq 2: the text cannot be read"),
        ("UPDATE risk_points SET colour = 'RED'", f"{POINT} differs from what the record gives"),
        ("DELETE FROM risk_points", f"{OTHER} differs from what the record gives"),
    ],
)
def test_a_change_behind_the_triggers_back_is_found(two: Database, statement: str, finding: str) -> None:
    def behind_its_back(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            for trigger in ("no_update", "no_delete", "no_replace"):
                connection.execute(text(f"DROP TRIGGER risk_log_{trigger}"))
        else:
            connection.execute(text("ALTER TABLE risk_log DISABLE TRIGGER USER"))
        connection.execute(text(statement))

    two.write_now(behind_its_back)

    found = "\n".join(two.read_now(riskpoints.verify, "qingpu"))
    assert re.search(finding, found), found
    if "risk_points" in statement:
        two.write_now(riskpoints.rebuild, "qingpu")
        assert two.read_now(riskpoints.verify, "qingpu") == []
