"""Reading hazards: one, a page of many, what is due, how many there are. For people always through ``visible``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from sqlalchemy import Connection, Dialect, Select, and_, func, or_, select, true, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain.state import Hazard
from domain.values import (
    Channel,
    ClockKey,
    Colour,
    Confidentiality,
    Digest,
    HazardId,
    Mode,
    Rung,
    Sla,
    State,
    UnitId,
    Urgency,
    Value,
)
from storage import cursors, texts
from storage.scope import Principal, VisibleOne, visible
from storage.tables import deadlines as deadline_table
from storage.tables import hazard_points, hazards, moment

LONGEST_PAGE = 500


class Order(Enum):
    """How a list stands. Only ``REPORTED`` never moves while it is being read."""

    UPDATED = "updated_at"
    REPORTED = "reported_at"
    DUE = "next_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to; an empty tuple or ``None`` narrows nothing."""

    states: tuple[State, ...] = ()
    owner: UnitId | None = None
    modes: tuple[Mode, ...] = ()
    levels: tuple[Rung, ...] = ()
    hazard_class: str | None = None
    """First three characters of the catalogue code, e.g. ``S06``."""
    colour: Colour | None = None
    overdue: bool | None = None
    open: bool | None = None
    """Not cleared yet, what is overdue included."""
    urgency: Urgency | None = None
    subdistrict: UnitId | None = None
    channel: Channel | None = None
    risk_point: str | None = None
    """Number of a risk point that it is linked to."""
    text: str | None = None
    """In title, place, description, number or the source's own number, in any case."""
    reported_from: datetime | None = None
    reported_to: datetime | None = None
    """Not included itself."""
    due_after: datetime | None = None
    due_before: datetime | None = None
    """What the owner owes falls due by then; it may be late already."""


class OpenDeadline(Value):
    """A clock of a hazard, for lists. ``stopped_at`` is set on one that keeps its dates in silence."""

    clock: ClockKey
    subtask: Annotated[UnitId | None, BeforeValidator(lambda unit: unit or None)] = None
    """The unit whose part of a listed hazard it times; ``None`` for the whole."""
    bearer: UnitId
    row: str
    started: datetime
    due: datetime
    due_by: str
    provisional: bool
    level: Rung
    stopped_at: datetime | None


class HazardRow(Value):
    """A hazard as lists show it."""

    id: HazardId
    profile: str
    seq: int
    state: State
    mode: Mode
    round: int
    relapses: int
    urgency: Urgency
    sla: Sla
    level: Rung
    major: bool
    colour: Colour | None
    confidentiality: Confidentiality
    owner: UnitId
    registered_by: UnitId
    subdistrict: UnitId | None
    channel: Channel
    code: str | None
    hazard_class: str | None
    category: int | None
    reported_at: datetime
    occurred_at: datetime | None
    cleared_at: datetime | None
    closed_at: datetime | None
    strike_off: str | None
    merged_into: HazardId | None
    next_due: datetime | None
    updated_at: datetime
    external_source: str | None
    external_number: str | None
    title: str
    place: str
    deadlines: tuple[OpenDeadline, ...] = ()


class Opened(Value):
    """A hazard's recorded state with what only its report says."""

    state: Hazard
    description: str
    occurred_at: datetime | None
    updated_at: datetime
    external_source: str | None
    external_number: str | None


class Page(Value):
    """Some rows, and the cursor of those that follow, if any do."""

    rows: tuple[HazardRow, ...]
    next: str | None


class Due(Value):
    """A deadline with the hazard it belongs to."""

    hazard_id: HazardId
    title: str
    place: str
    state: State
    owner: UnitId
    deadline: OpenDeadline


# -- one hazard --------------------------------------------------------------------------------------


def state_of(connection: Connection, hazard: HazardId) -> Hazard | None:
    """The recorded state without its command keys. Asks nobody's rights."""
    snapshot = connection.scalar(select(hazards.c.snapshot).where(hazards.c.id == hazard))
    return Hazard.model_validate_json(snapshot) if snapshot is not None else None


def is_visible(connection: Connection, principal: Principal, hazard: HazardId) -> bool:
    return _VISIBLE.first(connection, principal, hazard) is not None


def opened(connection: Connection, principal: Principal, hazard: HazardId) -> Opened | None:
    """One hazard whole, or ``None`` when there is none that ``principal`` may see."""
    row = _OPENED.first(connection, principal, hazard)
    if row is None:
        return None
    return Opened(
        state=Hazard.model_validate_json(row.snapshot),
        description=row.description,
        occurred_at=moment(row.occurred_at) if row.occurred_at is not None else None,
        updated_at=moment(row.updated_at),
        external_source=row.external_source,
        external_number=row.external_number,
    )


def states(connection: Connection, principal: Principal, ids: Sequence[HazardId]) -> list[Hazard]:
    """The recorded states of those of ``ids`` that ``principal`` may see, in their order."""
    query = visible(select(hazards.c.id, hazards.c.snapshot).where(hazards.c.id.in_(ids)), principal)
    found = {id: Hazard.model_validate_json(snapshot) for id, snapshot in connection.execute(query)}
    return [found[id] for id in ids if id in found]


_VISIBLE = VisibleOne(hazards.c.id)
_OPENED = VisibleOne(
    hazards.c.snapshot,
    hazards.c.description,
    hazards.c.occurred_at,
    hazards.c.updated_at,
    hazards.c.external_source,
    hazards.c.external_number,
)


def get(connection: Connection, principal: Principal, hazard: HazardId) -> HazardRow | None:
    """One hazard as lists show it, or ``None`` when there is none that ``principal`` may see."""
    rows = _rows(connection, visible(_LISTED.where(hazards.c.id == hazard), principal))
    return rows[0] if rows else None


def description_of(connection: Connection, principal: Principal, hazard: HazardId) -> str | None:
    """The report's full text, or ``None`` when there is no such hazard that ``principal`` may see."""
    query = visible(select(hazards.c.description).where(hazards.c.id == hazard), principal)
    found: str | None = connection.scalar(query)
    return found


# -- many hazards ------------------------------------------------------------------------------------


def find(
    connection: Connection,
    principal: Principal,
    filters: Filters = Filters(),
    cursor: str | None = None,
    limit: int = 50,
    order: Order = Order.UPDATED,
) -> Page:
    """A page of the hazards that ``principal`` may see. Raises :class:`storage.cursors.BadCursor`.

    A list goes on after the last row it showed, so what is added meanwhile moves nothing. The latest
    come first; by ``DUE`` the earliest do, and those with nothing due come last.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    query = of_page(_LISTED, connection.dialect, principal, filters, cursor, limit, order)
    rows = _rows(connection, query)
    return Page(rows=rows[:limit], next=following(rows, limit, order))


def of_page(
    columns: Select[Any],
    dialect: Dialect,
    principal: Principal,
    filters: Filters,
    cursor: str | None,
    limit: int,
    order: Order,
) -> Select[Any]:
    """``columns`` of the hazards of a page, and of one more, which says that others follow."""
    query = visible(columns.where(*_conditions(dialect, filters)), principal)
    column: ColumnElement[datetime] = hazards.c[order.value]
    ascending = order is Order.DUE
    if cursor is not None:
        query = query.where(_after(cursors.read(cursor, order.value), column, ascending))
    if ascending:
        query = query.order_by(column.asc().nulls_last(), hazards.c.id)
    else:
        query = query.order_by(column.desc(), hazards.c.id.desc())
    return query.limit(limit + 1)


def following(rows: Sequence[Any], limit: int, order: Order) -> str | None:
    """The cursor of what follows the page of ``limit`` that ``rows`` were read for, if anything does."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return cursors.written(cursors.Place(order.value, getattr(last, order.value), last.id))


def counts(
    connection: Connection,
    principal: Principal,
    by: Literal[
        "state", "owner", "mode", "level", "sla", "urgency", "colour", "hazard_class", "channel"
    ] = "state",
    filters: Filters = Filters(),
) -> dict[str | None, int]:
    """How many hazards there are of each ``by``; values that do not occur are left out."""
    column = hazards.c[by]
    query = visible(
        select(column, func.count()).where(*_conditions(connection.dialect, filters)).select_from(hazards),
        principal,
    )
    found = connection.execute(query.group_by(column).order_by(column)).all()
    return {row[0]: row[1] for row in found}


def _conditions(dialect: Dialect, filters: Filters) -> Iterable[ColumnElement[bool]]:
    c = hazards.c
    for column, wanted in ((c.state, filters.states), (c.mode, filters.modes), (c.level, filters.levels)):
        if wanted:
            yield column.in_([one.value for one in wanted])
    for column, value in (
        (c.owner, filters.owner),
        (c.subdistrict, filters.subdistrict),
        (c.hazard_class, filters.hazard_class),
        (c.colour, filters.colour),
        (c.urgency, filters.urgency),
        (c.channel, filters.channel),
    ):
        if value is not None:
            yield column == _said(value)
    if filters.risk_point is not None:
        yield c.id.in_(select(hazard_points.c.hazard_id).where(hazard_points.c.point == filters.risk_point))
    if filters.overdue is not None:
        yield c.sla == Sla.OVERDUE.value if filters.overdue else c.sla != Sla.OVERDUE.value
    if filters.open is not None:
        yield c.open == filters.open
    if filters.text:
        words = filters.text.replace("\0", "")
        narrowed = texts.may_contain(dialect, words)
        if narrowed is not None:
            yield narrowed
        yield or_(*(c[name].icontains(words, autoescape=True) for name in texts.FIELDS))
    if filters.reported_from is not None:
        yield c.reported_at >= filters.reported_from
    if filters.reported_to is not None:
        yield c.reported_at < filters.reported_to
    if filters.due_after is not None:
        yield c.next_due > filters.due_after
    if filters.due_before is not None:
        yield c.next_due <= filters.due_before


def _said(value: str) -> str:
    """A member of an enumeration as the database knows it."""
    return str(value.value) if isinstance(value, Enum) else value


def _after(place: cursors.Place, column: ColumnElement[datetime], ascending: bool) -> ColumnElement[bool]:
    id = hazards.c.id
    if place.value is None:
        return and_(column.is_(None), id > place.id)
    if ascending:
        return or_(tuple_(column, id) > (place.value, place.id), column.is_(None))
    return tuple_(column, id) < (place.value, place.id)


_COLUMN_NAMES = tuple(name for name in HazardRow.model_fields if name != "deadlines")
_LISTED = select(*(hazards.c[name] for name in _COLUMN_NAMES))
"""In order, so that a row becomes a value without a look at its description for each of its fields."""


def _rows(connection: Connection, query: Select[Any]) -> tuple[HazardRow, ...]:
    found = [dict(zip(_COLUMN_NAMES, row, strict=True)) for row in connection.execute(query)]
    owed = _deadlines_of(connection, [row["id"] for row in found])
    return tuple(HazardRow.model_validate({**row, "deadlines": owed.get(row["id"], ())}) for row in found)


# -- deadlines ---------------------------------------------------------------------------------------


def deadlines(
    connection: Connection,
    principal: Principal,
    *,
    bearer: UnitId | None = None,
    until: datetime | None = None,
    limit: int = LONGEST_PAGE,
) -> tuple[Due, ...]:
    """Running deadlines of the hazards that ``principal`` may see, the earliest first."""
    d = deadline_table.c
    query = (
        _OWED.where(
            d.stopped_at.is_(None),
            d.bearer == bearer if bearer is not None else true(),
            d.due <= until if until is not None else true(),
        )
        .order_by(d.due, d.hazard_id, d.clock)
        .limit(limit)
    )
    return tuple(_due(row) for row in connection.execute(visible(query, principal)))


def provisional_hazards(connection: Connection, calendar: Digest | None = None) -> list[HazardId]:
    """Hazards with a date or an alarm on a day that nobody had published (N94), in order.

    With ``calendar`` only those that have not been counted again under it. Asks nobody's rights.
    """
    d = deadline_table.c
    query = select(d.hazard_id).distinct().where(d.unpublished).order_by(d.hazard_id)
    if calendar is not None:
        query = query.where(d.calendar != calendar)
    return [HazardId(id) for id in connection.scalars(query)]


_DEADLINE_NAMES = tuple(OpenDeadline.model_fields)
_DEADLINE = tuple(deadline_table.c[name] for name in _DEADLINE_NAMES)
_DEADLINES = select(*_DEADLINE, deadline_table.c.hazard_id)
_OF_DUE = tuple(name for name in Due.model_fields if name != "deadline")
_OWED = select(*_DEADLINE, deadline_table.c.hazard_id, *(hazards.c[name] for name in _OF_DUE[1:])).join_from(
    deadline_table, hazards
)


def _due(row: Sequence[Any]) -> Due:
    deadline = dict(zip(_DEADLINE_NAMES, row, strict=False))
    return Due.model_validate({**dict(zip(_OF_DUE, row[len(deadline) :], strict=True)), "deadline": deadline})


def _deadlines_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Each still to be read by the :class:`HazardRow` it belongs to, all of them in one go."""
    found: dict[str, list[dict[str, Any]]] = {}
    if ids:
        d = deadline_table.c
        query = _DEADLINES.where(d.hazard_id.in_(ids)).order_by(d.due, d.clock)
        for row in connection.execute(query):
            found.setdefault(row[-1], []).append(dict(zip(_DEADLINE_NAMES, row, strict=False)))
    return found
