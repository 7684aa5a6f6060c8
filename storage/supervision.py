"""What supervision did in a period: how far up the ladder, and what became of the hazards that were listed.

Counted from ``facts``, through ``visible``, as all figures are.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.sql.elements import ColumnElement

from domain.facts import FactKind
from domain.figures import Period
from domain.values import HazardId, Rung, UnitId, Value
from storage.scope import Principal, visible
from storage.tables import facts, hazards

f, h = facts.c, hazards.c


class Supervised(Value):
    """How often a unit was supervised in a period, by rung (RPT-11)."""

    unit: UnitId
    rungs: dict[Rung, int]
    returned: int
    refused: int


def supervision(
    connection: Connection, principal: Principal, period: Period, unit: UnitId | None = None
) -> tuple[Supervised, ...]:
    """Every unit that was supervised in the period, or only ``unit``."""
    kinds = [kind.value for kind in (FactKind.RUNG, FactKind.RETURNED, FactKind.REFUSED)]
    query = select(f.unit, f.kind, f.detail, func.count()).where(
        f.kind.in_(kinds), f.at >= period.start, f.at < period.end
    )
    if unit is not None:
        query = query.where(f.unit == unit)
    rungs: dict[UnitId, dict[Rung, int]] = defaultdict(dict)
    other: dict[tuple[UnitId, str], int] = defaultdict(int)
    query = visible(query, principal, facts, counting=True).group_by(f.unit, f.kind, f.detail)
    for whose, kind, detail, n in connection.execute(query):
        rungs[whose]
        if kind == FactKind.RUNG:
            rungs[whose][Rung(detail)] = n
        else:
            other[whose, kind] += n
    return tuple(
        Supervised(
            unit=whose,
            rungs=reached,
            returned=other[whose, FactKind.RETURNED],
            refused=other[whose, FactKind.REFUSED],
        )
        for whose, reached in sorted(rungs.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    )


class PlanEntry(Value):
    """A hazard of the yearly supervision plan (SUP-12): when it was listed, and what became of it."""

    hazard: HazardId
    title: str
    lead: UnitId
    listed_at: datetime
    removed_at: datetime | None
    """摘牌: cleared since it was listed."""
    extensions: int
    refusals: int
    level: Rung
    open: bool


def annual_plan(connection: Connection, principal: Principal, year: Period) -> tuple[PlanEntry, ...]:
    """The hazards listed in a year, in the order of their listing."""
    since = facts.alias()

    def later(kind: FactKind, what: ColumnElement[Any]) -> Any:
        query = select(what).where(
            since.c.hazard_id == f.hazard_id, since.c.seq > f.seq, since.c.kind == kind.value
        )
        return query.scalar_subquery()

    query: Select[Any] = (
        select(
            h.id.label("hazard"),
            h.title,
            h.owner.label("lead"),
            f.at.label("listed_at"),
            later(FactKind.CLEARED, func.max(since.c.at)).label("removed_at"),
            later(FactKind.EXTENDED, func.count()).label("extensions"),
            later(FactKind.REFUSED, func.count()).label("refusals"),
            h.level,
            h.open,
        )
        .select_from(facts.join(hazards))
        .where(f.profile == principal.profile, f.kind == FactKind.LISTED.value)
        .where(f.at >= year.start, f.at < year.end)
        .order_by(f.at, h.id)
    )
    return tuple(
        PlanEntry.model_validate(row) for row in connection.execute(visible(query, principal)).mappings()
    )
