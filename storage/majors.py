"""重大事故隐患 as the yearly plan of supervision sees them: which there are, and which are listed (SUP-12, CLS-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select, true

from domain.values import HazardId, State
from storage.scope import Principal, visible
from storage.tables import hazards, listings

_OPEN_MAJOR = and_(hazards.c.open == true(), hazards.c.major == true())


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
        .order_by(hazards.c.id)
    )
    # Two questions, each with an index of its own; joined by OR they would have none.
    found: dict[HazardId, Major] = {}
    for wanted in (query.where(_OPEN_MAJOR).limit(limit), query.where(hazards.c.id.in_(planned))):
        for row in connection.execute(visible(wanted, principal)):
            found[HazardId(row.id)] = Major(
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
    return [found[id] for id in sorted(found)]


def seen(connection: Connection, principal: Principal, named: Sequence[HazardId]) -> dict[HazardId, bool]:
    """Of ``named`` those that the principal may see, and whether each is a major one."""
    query = select(hazards.c.id, hazards.c.major).where(hazards.c.id.in_(named))
    return {HazardId(row.id): bool(row.major) for row in connection.execute(visible(query, principal)).all()}
