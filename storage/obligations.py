"""Reading what seats owe across hazards (督办事项): a page of it, for people always through ``visible``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from sqlalchemy import Connection, and_, false, or_, select, true, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain.state import Obligation, OwedKind
from domain.values import Confidentiality, HazardId, Rung, State, UnitId, Value
from storage import cursors
from storage.readmodel import LONGEST_PAGE
from storage.scope import Principal, visible
from storage.tables import hazards, obligations


class By(Enum):
    """How the list stands: what is due first, without a date last; or what was raised last."""

    DUE = "due"
    RAISED = "raised_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What the list is narrowed to; ``None`` narrows nothing."""

    standing: Literal["open", "late", "done"] | None = None
    """``open``: still owed, late or not; ``done``: met, declined or lapsed."""
    unit: UnitId | None = None
    kind: OwedKind | None = None
    hazard: HazardId | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    """The due date itself included: what ends at 24:00 of a day is due that day."""


class Line(Value):
    """An obligation, and of its hazard what a list shows. Who took note of it stands in the ledger."""

    owed: Obligation
    hazard: HazardId
    profile: str
    title: str
    place: str
    state: State
    owner: UnitId
    level: Rung
    confidentiality: Confidentiality


class Lines(Value):
    """Some of them, and the cursor of those that follow, if any do."""

    rows: tuple[Line, ...]
    next: str | None


_OWED_NAMES = tuple(name for name in Obligation.model_fields if name in obligations.c and name != "open")
_HAZARD_NAMES = tuple(name for name in Line.model_fields if name not in ("owed", "hazard"))
_LINES = select(
    *(obligations.c[name] for name in _OWED_NAMES),
    obligations.c.hazard_id,
    *(hazards.c[name] for name in _HAZARD_NAMES),
).join_from(obligations, hazards, hazards.c.id == obligations.c.hazard_id)
"""In order, so that a row becomes a value without a look at its description for each of its fields."""


def find(
    connection: Connection,
    principal: Principal,
    sought: Sought,
    now: datetime,
    cursor: str | None = None,
    limit: int = 50,
    by: By = By.DUE,
) -> Lines:
    """What is owed on the hazards that ``principal`` may see. Raises :class:`storage.cursors.BadCursor`."""
    limit = max(1, min(limit, LONGEST_PAGE))
    o = obligations.c
    query = visible(_LINES.where(*_conditions(sought, now)), principal, obligations)
    if cursor is not None:
        query = query.where(_after(cursors.read(cursor, by.value), by))
    if by is By.DUE:
        query = query.order_by(o.due.asc().nulls_last(), o.hazard_id, o.id)
    else:
        query = query.order_by(o.raised_at.desc(), o.hazard_id.desc(), o.id.desc())
    rows = tuple(_line(row) for row in connection.execute(query.limit(limit + 1)).all())
    if len(rows) <= limit:
        return Lines(rows=rows, next=None)
    last = rows[limit - 1]
    place = cursors.Place(by.value, getattr(last.owed, by.value), f"{last.hazard}/{last.owed.id}")
    return Lines(rows=rows[:limit], next=cursors.written(place))


def _line(row: Sequence[Any]) -> Line:
    n = len(_OWED_NAMES)
    owed = dict(zip(_OWED_NAMES, row, strict=False))
    of_hazard = dict(zip(_HAZARD_NAMES, row[n + 1 :], strict=True))
    return Line.model_validate({**of_hazard, "owed": owed, "hazard": row[n]})


def _conditions(sought: Sought, now: datetime) -> Iterable[ColumnElement[bool]]:
    o = obligations.c
    if sought.standing is not None:
        yield o.open == (false() if sought.standing == "done" else true())
    if sought.standing == "late":
        yield o.due <= now
    for column, value in ((o.unit, sought.unit), (o.kind, sought.kind), (o.hazard_id, sought.hazard)):
        if value is not None:
            yield column == value
    if sought.due_from is not None:
        yield o.due > sought.due_from  # 24:00 of a day is 00:00 of the next: it belongs to its own day
    if sought.due_before is not None:
        yield o.due <= sought.due_before


def _after(place: cursors.Place, by: By) -> ColumnElement[bool]:
    o = obligations.c
    hazard, _, id = place.id.partition("/")
    if by is By.RAISED:
        if place.value is None:
            raise cursors.BadCursor
        return tuple_(o.raised_at, o.hazard_id, o.id) < (place.value, hazard, id)
    if place.value is None:
        return and_(o.due.is_(None), tuple_(o.hazard_id, o.id) > (hazard, id))
    return or_(tuple_(o.due, o.hazard_id, o.id) > (place.value, hazard, id), o.due.is_(None))
