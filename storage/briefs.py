"""Hazards as a line of a page's list: who, where, how it stands, and what is owed next. For people, through ``visible``.

The whole rows of :mod:`storage.readmodel` say four times as much, for whoever reads them by machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from domain.values import ClockKey, Confidentiality, HazardId, Rung, Sla, State, UnitId, Urgency
from storage.readmodel import LONGEST_PAGE, Filters, Order, following, of_page
from storage.scope import Principal
from storage.tables import deadlines, hazards


class Next(NamedTuple):
    """The deadline that a list names."""

    clock: ClockKey
    due: datetime
    provisional: bool


class Brief(NamedTuple):
    """A hazard as pages list it. ``next`` is what its owner owes first, or else anybody."""

    id: HazardId
    profile: str
    confidentiality: Confidentiality
    title: str
    place: str
    state: State
    level: Rung
    urgency: Urgency
    sla: Sla
    major: bool
    round: int
    owner: UnitId
    next_due: datetime | None
    updated_at: datetime
    reported_at: datetime
    next: Next | None = None


class Briefs(NamedTuple):
    """Some of them, and the cursor of those that follow, if any do."""

    rows: Sequence[Brief]
    next: str | None


_COLUMNS = select(*(hazards.c[name] for name in Brief._fields[:-1]))
_RUNNING = select(
    deadlines.c.hazard_id, deadlines.c.bearer, deadlines.c.subtask, deadlines.c.clock, deadlines.c.due,
    deadlines.c.provisional,
).where(
    deadlines.c.stopped_at.is_(None), deadlines.c.clock != ClockKey.RELAPSE_MATCH.value
).order_by(deadlines.c.due, deadlines.c.clock)  # fmt: skip
"""All that somebody owes something by: a relapse is watched for, and owed by nobody."""


def find(
    connection: Connection,
    principal: Principal,
    filters: Filters,
    cursor: str | None,
    limit: int,
    order: Order,
) -> Briefs:
    """A page of the hazards that ``principal`` may see, as :func:`storage.readmodel.find` has them.

    Raises :class:`storage.cursors.BadCursor`.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    query = of_page(_COLUMNS, connection.dialect, principal, filters, cursor, limit, order)
    found = connection.execute(query).all()
    shown = found[:limit]
    owed = _owed(connection, {row.id: row.owner for row in shown})
    return Briefs([_brief(row, owed.get(row.id)) for row in shown], following(found, limit, order))


def _brief(row: Any, owed: Next | None) -> Brief:
    (
        id,
        profile,
        secrecy,
        title,
        place,
        state,
        level,
        urgency,
        sla,
        major,
        round,
        owner,
        due,
        updated,
        reported,
    ) = row
    return Brief(
        id, profile, Confidentiality(secrecy), title, place, State(state), Rung(level), Urgency(urgency),
        Sla(sla), major, round, owner, due, updated, reported, owed,
    )  # fmt: skip


def _owed(connection: Connection, owners: dict[HazardId, UnitId]) -> dict[HazardId, Next]:
    """Of each hazard what its owner owes first, as the order by deadline has it; else what anybody does."""
    own: dict[HazardId, Next] = {}
    anybody: dict[HazardId, Next] = {}
    if owners:
        query = _RUNNING.where(deadlines.c.hazard_id.in_(list(owners)))
        for hazard, bearer, subtask, clock, due, provisional in connection.execute(query):
            first = own if bearer == owners[hazard] and not subtask else anybody
            if hazard not in first:
                first[hazard] = Next(ClockKey(clock), due, provisional)
    return anybody | own
