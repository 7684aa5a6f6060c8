"""Contact forms in the database: one a unit, the newest counts, and each profile has its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import inspect, select

from domain.contacts import Contact
from domain.organisation import Actor, Role
from domain.values import PersonId, UnitId
from storage import contacts
from storage.tables import METADATA
from storage.tables import contacts as table

OFFICE = Actor(unit=UnitId("office"), role=Role.OFFICE, person=PersonId("office-1"))
NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
XIAYANG, YINGPU = UnitId("xiayang"), UnitId("yingpu")


def form(unit: UnitId = XIAYANG, **more: str) -> Contact:
    return Contact(unit=unit, liaison_name="示例甲", liaison_mobile="13800000000", **more)


def put(db, form: Contact, profile: str = "qingpu") -> None:
    db.write_now(contacts.put, profile, {UnitId(form.unit): form}, OFFICE, NOW)


@pytest.mark.requirement("FRM-01")
def test_a_form_comes_back_field_for_field(db):
    full = Contact.model_validate({"unit": XIAYANG, **dict.fromkeys(list(Contact.model_fields)[1:], "")})
    full = full.model_copy(update={"email": "lianluo@example.gov.cn", "fax": "021-62130000"})

    put(db, full)

    assert db.read_now(contacts.of_unit, "qingpu", XIAYANG) == full


@pytest.mark.requirement("FRM-01")
def test_a_new_form_replaces_the_old_whole(db):
    put(db, form(department="城运中心", fax="021-62130000"))
    put(db, form(department="平安办"))

    kept = db.read_now(contacts.of_unit, "qingpu", XIAYANG)
    assert (kept.department, kept.fax) == ("平安办", "")
    with db._reader.connect() as connection:
        assert len(connection.execute(select(table)).all()) == 1


def test_each_profile_has_its_own(db):
    put(db, form())
    put(db, form(YINGPU))
    put(db, form(department="另一区"), "putuo")

    assert set(db.read_now(contacts.everyone, "qingpu")) == {XIAYANG, YINGPU}
    assert db.read_now(contacts.of_units, "qingpu", [YINGPU, UnitId("nobody")]) == {YINGPU: form(YINGPU)}
    assert db.read_now(contacts.of_unit, "jingan", XIAYANG) is None


@pytest.mark.requirement("I8", "SEC-02")
def test_names_and_numbers_stand_in_this_table_only(db):
    """No other table has a column for a name or a telephone of a person."""
    with db._reader.connect() as connection:
        for name in METADATA.tables:
            if name != "contacts":
                columns = {column["name"] for column in inspect(connection).get_columns(name)}
                assert not {c for c in columns if "phone" in c or "mobile" in c or c.endswith("_name")}
