"""Official numbers: one a key, without gaps or doubles, whoever asks at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from storage import numbers
from storage.database import Database, LedgerConflict


def take(db: Database, key: str, profile: str = "qingpu", prefix: str = "QP", year: int = 2026) -> str:
    return db.write_now(numbers.allocate, profile, prefix, year, key)


@pytest.mark.requirement("REG-05")
def test_numbers_begin_at_one_in_every_profile_and_year(db):
    assert take(db, "a") == "QP-2026-000001"
    assert take(db, "b") == "QP-2026-000002"
    assert take(db, "c", year=2027) == "QP-2027-000001"
    assert take(db, "d", "putuo", "PT") == "PT-2026-000001"


@pytest.mark.requirement("INT-01")
def test_the_same_key_has_the_same_number_even_in_another_year(db):
    first = take(db, "a")

    assert take(db, "a") == first
    assert take(db, "a", year=2027) == first
    assert take(db, "b") == "QP-2026-000002"


def test_a_key_of_another_profile_is_refused(db):
    take(db, "a")

    with pytest.raises(LedgerConflict, match="QP-2026-000001"):
        take(db, "a", "putuo", "PT")


def test_twenty_at_once_with_different_keys_get_twenty_numbers_without_a_gap(connect):
    processes = [connect() for _ in range(4)]

    with ThreadPoolExecutor(20) as threads:
        taken = list(threads.map(lambda n: take(processes[n % 4], f"key-{n}"), range(60)))

    assert sorted(taken) == [f"QP-2026-{serial:06d}" for serial in range(1, 61)]


def test_twenty_at_once_with_one_key_get_one_number(connect):
    processes = [connect() for _ in range(4)]

    with ThreadPoolExecutor(20) as threads:
        taken = set(threads.map(lambda n: take(processes[n % 4], "the-key"), range(20)))

    assert taken == {"QP-2026-000001"}
    assert take(processes[0], "another") == "QP-2026-000002"


@pytest.mark.requirement("INT-01")
def test_many_are_numbered_at_once_in_their_order_and_once_each(db):
    take(db, "b")
    keys = ["a", "b", "c", "a"]

    many = db.write_now(numbers.allocate_many, "qingpu", "QP", 2026, keys)

    assert many == {"a": "QP-2026-000002", "b": "QP-2026-000001", "c": "QP-2026-000003"}
    assert db.write_now(numbers.allocate_many, "qingpu", "QP", 2026, keys) == many
    assert db.write_now(numbers.allocate_many, "qingpu", "QP", 2026, []) == {}


def test_thousands_are_numbered_in_one_go(db):
    keys = [f"12345:{n}" for n in range(3000)]

    many = db.write_now(numbers.allocate_many, "qingpu", "QP", 2026, keys)

    assert many[keys[-1]] == "QP-2026-003000"
    assert db.read_now(numbers.known, keys) == many


def test_known_keys_are_told_from_new_ones(db):
    take(db, "a")

    assert db.read_now(numbers.known, ["a", "b"]) == {"a": "QP-2026-000001"}
    assert db.read_now(numbers.known, []) == {}


def test_more_than_a_million_in_a_year_still_have_numbers(db):
    take(db, "a")
    db.write_now(lambda c: c.exec_driver_sql("UPDATE numbers SET serial = 999999"))

    assert take(db, "b") == "QP-2026-1000000"


@pytest.mark.parametrize("key", ["", "x" * 501, "a\0b"])
def test_a_key_no_index_can_hold_is_refused(db, key):
    with pytest.raises(ValueError, match="500"):
        take(db, key)


@pytest.mark.parametrize("key", ["隐" * 500, "🔥", "a:b'c\"d--", " "])
def test_any_other_key_will_do(db, key):
    assert take(db, key) == take(db, key) == "QP-2026-000001"


def test_a_number_taken_in_a_transaction_that_fails_is_given_out_again(db):
    def taken_in_vain(connection):
        numbers.allocate(connection, "qingpu", "QP", 2026, "a")
        raise RuntimeError("on second thoughts")

    with pytest.raises(RuntimeError):
        db.write_now(taken_in_vain)

    assert take(db, "b") == "QP-2026-000001"
