"""重大事故隐患 as the yearly plan of supervision sees them: which there are, and which are listed (SUP-12, CLS-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from domain.values import HazardId, State
from storage.scope import Principal, visible
from storage.tables import hazards, listings

_OPEN = hazards.c.open.is_(True)


@dataclass(frozen=True, slots=True)
class Major:
    """A hazard with what the plan asks of it. ``listed_at`` is when it was listed (挂牌), if it ever was."""

    id: HazardId
    title: str | None
    place: str
    owner: str
    state: State
    major: bool
    open: bool
    listed_at: datetime | None
    removed_at: datetime | None


def majors(
    connection: Connection, principal: Principal, planned: Sequence[HazardId] = (), limit: int = 500
) -> list[Major]:
    """The major hazards that stand open, and those of ``planned``, of what the principal may see."""
    query = (
        select(
            hazards.c.id,
            hazards.c.title,
            hazards.c.place,
            hazards.c.owner,
            hazards.c.state,
            hazards.c.major,
            hazards.c.open,
            listings.c.listed_at,
            listings.c.removed_at,
        )
        .outerjoin(listings, listings.c.hazard_id == hazards.c.id)
        .where(or_(and_(_OPEN, hazards.c.major.is_(True)), hazards.c.id.in_(planned)))
        .order_by(hazards.c.id)
        .limit(limit)
    )
    return [
        Major(
            HazardId(row.id),
            row.title,
            row.place,
            row.owner,
            State(row.state),
            bool(row.major),
            bool(row.open),
            row.listed_at,
            row.removed_at,
        )
        for row in connection.execute(visible(query, principal))
    ]


def seen(connection: Connection, principal: Principal, named: Sequence[HazardId]) -> dict[HazardId, bool]:
    """Of ``named`` those that the principal may see, and whether each is a major one."""
    query = select(hazards.c.id, hazards.c.major).where(hazards.c.id.in_(named))
    return {HazardId(row.id): bool(row.major) for row in connection.execute(visible(query, principal)).all()}
