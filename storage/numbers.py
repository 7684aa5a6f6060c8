"""Official numbers (编号), ``QP-2026-000101``: one for each key, without gaps or doubles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from domain.values import HazardId
from storage.errors import LedgerConflict
from storage.prepared import inserting
from storage.tables import numbers
from storage.turns import wait_for_turn

LONGEST_KEY = 500
"""PostgreSQL's indexes hold no more than about 2,700 bytes."""

_AT_ONCE = 500
_INSERT = inserting(numbers)


def allocate(connection: Connection, profile: str, prefix: str, year: int, key: str) -> HazardId:
    """The number for ``key``: the one it has, or the next of its profile and year.

    Raises ``ValueError`` for a key that no index can hold and :class:`LedgerConflict` for a key of
    another profile.
    """
    return allocate_many(connection, profile, prefix, year, (key,))[key]


def allocate_many(
    connection: Connection, profile: str, prefix: str, year: int, keys: Sequence[str]
) -> dict[str, HazardId]:
    """:func:`allocate` for many keys at once; those that are new are numbered in the order given."""
    _check(keys)
    wait_for_turn(connection, f"numbers.{profile}")  # serials follow one another
    given = _given(connection, keys, profile)
    new = [key for key in dict.fromkeys(keys) if key not in given]
    if new:
        last = connection.scalar(
            select(func.max(numbers.c.serial)).where(numbers.c.profile == profile, numbers.c.year == year)
        )
        rows = [
            {
                "profile": profile,
                "year": year,
                "serial": serial,
                "hazard_id": f"{prefix}-{year}-{serial:06d}",
                "key": key,
                "created_at": datetime.now(UTC),
            }
            for serial, key in enumerate(new, start=(last or 0) + 1)
        ]
        _INSERT.run(connection, rows)
        given |= {str(row["key"]): HazardId(str(row["hazard_id"])) for row in rows}
    return {key: given[key] for key in keys}


def known(connection: Connection, keys: Iterable[str]) -> dict[str, HazardId]:
    """The numbers of those ``keys`` that have one."""
    return _given(connection, list(keys))


def _given(connection: Connection, keys: Sequence[str], profile: str | None = None) -> dict[str, HazardId]:
    found: dict[str, HazardId] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        query = select(numbers.c.key, numbers.c.hazard_id, numbers.c.profile).where(numbers.c.key.in_(some))
        for row in connection.execute(query):
            if profile is not None and row.profile != profile:
                raise LedgerConflict(
                    f"登记键“{row.key}”已用于另一区的 {row.hazard_id}",
                    f"key {row.key!r} already belongs to {row.hazard_id} of another profile",
                )
            found[row.key] = HazardId(row.hazard_id)
    return found


def _check(keys: Sequence[str]) -> None:
    for key in keys:
        if not key or len(key) > LONGEST_KEY or "\0" in key:
            raise ValueError(f"a key has 1 to {LONGEST_KEY} characters, and no NUL")
