"""Who a notice goes to: the seats an addressee of the ladder stands for, and the document of a rung to all of them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from domain.events import Notice
from domain.organisation import Organisation, Role
from domain.policy import Addressee, RungRow
from domain.values import UnitId


def seats(organisation: Organisation, addressee: Addressee, bearer: UnitId) -> tuple[tuple[UnitId, str], ...]:
    """Unit and role of each seat; none where the district has no such body."""
    if addressee.who == "all":
        return tuple((unit, addressee.role) for unit in organisation.handling)
    unit = _unit(organisation, addressee, bearer)
    return ((unit, addressee.role),) if unit else ()


def _unit(organisation: Organisation, addressee: Addressee, bearer: UnitId) -> UnitId | None:
    match addressee.who:
        case "bearer":
            return bearer
        case "sponsor":
            return organisation.seat_of(Role.SPONSOR)
        case "office":
            return organisation.office
        case "desk":
            return organisation.desk
        case _:
            return organisation.leading_group


_NOTICES = TypeAdapter(tuple[Notice, ...])
"""A circular goes to every unit: checked in one go, its notices cost half."""


def of_rung(
    organisation: Organisation, row: RungRow, bearer: UnitId, also: tuple[Addressee, ...] = (), **about: Any
) -> tuple[Notice, ...]:
    """The document of a rung to the seats it goes to, then to those it is copied to, and ``also`` in copy."""
    said: dict[str, Any] = {"document": row.document, "rung": row.rung, **about}
    addressed = [("to" if one in row.to else "cc", one) for one in (*row.to, *row.cc, *also)]
    return _NOTICES.validate_python(
        [
            {"unit": unit, "role": role, "kind": kind, **said}
            for kind, addressee in addressed
            for unit, role in seats(organisation, addressee, bearer)
        ]
    )
