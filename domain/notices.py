"""Who a notice goes to: the seats an addressee of the ladder stands for, and the document of a rung to all of them."""

from __future__ import annotations

from typing import Any

from domain.events import Notice
from domain.organisation import Organisation, Role
from domain.policy import Addressee, RungRow
from domain.values import UnitId


def seats(organisation: Organisation, addressee: Addressee, bearer: UnitId) -> tuple[tuple[UnitId, str], ...]:
    """Unit and role of each seat; none where the district has no such body."""
    if addressee.who == "all":
        return tuple((unit, addressee.role) for unit in organisation.handling)
    unit = {
        "bearer": bearer,
        "office": organisation.office,
        "desk": organisation.desk,
        "leading_group": organisation.leading_group,
        "sponsor": organisation.seat_of(Role.SPONSOR),
    }[addressee.who]
    return ((unit, addressee.role),) if unit else ()


def of_rung(
    organisation: Organisation, row: RungRow, bearer: UnitId, also: tuple[Addressee, ...] = (), **about: Any
) -> tuple[Notice, ...]:
    """The document of a rung to the seats it goes to, then to those it is copied to, and ``also`` in copy."""
    said: dict[str, Any] = {"document": row.document, "rung": row.rung, **about}
    return tuple(
        Notice(unit=unit, role=role, kind="to" if addressee in row.to else "cc", **said)
        for addressee in (*row.to, *row.cc, *also)
        for unit, role in seats(organisation, addressee, bearer)
    )
