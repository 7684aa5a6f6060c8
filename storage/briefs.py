"""Hazards as a line of a page's list: who, where, how it stands, and what is owed next. For people, through ``visible``.

The whole rows of :mod:`storage.readmodel` say four times as much, for whoever reads them by machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, select

from domain.values import (
    OWED_BY_NOBODY,
    ClockKey,
    Confidentiality,
    HazardId,
    Rung,
    Sla,
    State,
    UnitId,
    Urgency,
)
from storage.readmodel import LONGEST_PAGE, Filters, Order, following, of_page
from storage.scope import Principal
from storage.tables import deadlines, hazards

T = TypeVar("T", bound=StrEnum)


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
    next: Next | None = None


class Briefs(NamedTuple):
    """Some of them, and the cursor of those that follow, if any do."""

    rows: Sequence[Brief]
    next: str | None


_COLUMNS = tuple(hazards.c[name] for name in Brief._fields[:-1])
_IN = {order: select(*_COLUMNS, hazards.c[order.value]) for order in Order}
"""What stands in a brief and, last, what an order goes by."""
_RUNNING = (
    select(*(deadlines.c[name] for name in ("hazard_id", "bearer", "subtask", "clock", "due", "provisional")))
    .where(
        deadlines.c.stopped_at.is_(None), deadlines.c.clock.not_in([clock.value for clock in OWED_BY_NOBODY])
    )
    .order_by(deadlines.c.due, deadlines.c.clock)
)
"""All that somebody owes something by."""


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
    query = of_page(_IN[order], connection.dialect, principal, filters, cursor, limit, order)
    found = connection.execute(query).all()
    shown = found[:limit]
    owed = _owed(connection, {row.id: row.owner for row in shown})
    return Briefs([_brief(row, owed.get(row.id)) for row in shown], following(found, limit, order))


def _brief(row: Any, owed: Next | None) -> Brief:
    id, profile, secrecy, title, place, state, level, urgency, sla, major, round, owner, _ = row
    return Brief(
        id, profile, _SECRECY[secrecy], title, place, _STATE[state], _RUNG[level], _URGENCY[urgency], _SLA[sla],
        major, round, owner, owed,
    )  # fmt: skip


def _members(kind: type[T]) -> dict[str, T]:
    """Each member by its value: asking the enumeration itself takes three times as long, and a list asks hundreds."""
    return {one.value: one for one in kind}


_SECRECY, _STATE, _RUNG = _members(Confidentiality), _members(State), _members(Rung)
_URGENCY, _SLA, _CLOCK = _members(Urgency), _members(Sla), _members(ClockKey)


def _owed(connection: Connection, owners: dict[HazardId, UnitId]) -> dict[HazardId, Next]:
    """Of each hazard what its owner owes first, as the order by deadline has it; else what anybody does."""
    own: dict[HazardId, Next] = {}
    anybody: dict[HazardId, Next] = {}
    if owners:
        query = _RUNNING.where(deadlines.c.hazard_id.in_(list(owners)))
        for hazard, bearer, subtask, clock, due, provisional in connection.execute(query).all():
            first = own if bearer == owners[hazard] and not subtask else anybody
            if hazard not in first:
                first[hazard] = Next(_CLOCK[clock], due, provisional)
    return anybody | own
