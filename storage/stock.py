"""What stands open at this moment: by unit, street, age, rung and colour. Every query goes through ``visible``.

Counted from the rows of the hazards, by an index of its own; ``open`` includes what is overdue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from domain.figures import AGES
from domain.values import Colour, Mode, Rung, Sla, State, UnitId, Value
from storage.scope import Principal, visible
from storage.tables import hazards

h = hazards.c


class UnitLoad(Value):
    """What a unit has on its hands."""

    unit: UnitId
    open: int
    overdue: int
    due_soon: int
    highest: Rung


class Street(Value):
    """A cell of the map: what stands open in a sub-district."""

    subdistrict: UnitId | None
    open: int
    overdue: int
    colours: dict[Colour, int]

    @property
    def worst(self) -> Colour | None:
        """The most serious risk colour that stands open there."""
        return next((colour for colour in Colour if self.colours.get(colour)), None)


class Age(Value):
    """Open hazards of an age: up to ``days`` calendar days since the report, more than the bucket before."""

    days: int | None
    count: int


class Stock(Value):
    """What stands open at this moment; ``open`` includes what is overdue."""

    open: int
    overdue: int
    due_soon: int
    """Not overdue, with something of the owner's due before ``due_soon_by``."""
    due_soon_by: datetime
    major: int
    states: dict[State, int]
    modes: dict[Mode, int]
    overdue_by_rung: dict[Rung, int]
    units: tuple[UnitLoad, ...]
    streets: tuple[Street, ...]
    ages: tuple[Age, ...]


def stock(connection: Connection, principal: Principal, *, now: datetime, soon: datetime) -> Stock:
    """``soon`` is the instant before which a deadline counts as near."""
    late = h.sla == Sla.OVERDUE.value
    near = and_(h.sla != Sla.OVERDUE.value, h.next_due > now, h.next_due <= soon)

    def ask(*columns: ColumnElement[Any], by: Sequence[ColumnElement[Any]]) -> Sequence[Any]:
        query = visible(select(*by, *columns).select_from(hazards).where(h.open), principal)
        return connection.execute(query.group_by(*by)).all()

    number = func.count()
    units = tuple(
        UnitLoad(unit=owner, open=n, overdue=overdue, due_soon=due, highest=level)
        for owner, n, overdue, due, level in ask(
            number, _sum(late), _sum(near), func.max(h.level), by=[h.owner]
        )
    )
    age = case(
        *((h.reported_at > now - timedelta(days=days), n) for n, days in enumerate(AGES)), else_=len(AGES)
    )
    ages = dict(tuple(row) for row in ask(number, by=[age]))
    return Stock(
        open=sum(unit.open for unit in units),
        overdue=sum(unit.overdue for unit in units),
        due_soon=sum(unit.due_soon for unit in units),
        due_soon_by=soon,
        major=sum(row[1] for row in ask(number, by=[h.major]) if row[0]),
        states={State(state): n for state, n in ask(number, by=[h.state])},
        modes={Mode(mode): n for mode, n in ask(number, by=[h.mode])},
        overdue_by_rung={Rung(level): n for level, n in ask(_sum(late), by=[h.level]) if n},
        units=tuple(sorted(units, key=lambda unit: (-unit.overdue, -unit.open, unit.unit))),
        streets=_streets(ask(number, _sum(late), by=[h.subdistrict, h.colour])),
        ages=tuple(Age(days=days, count=ages.get(n, 0)) for n, days in enumerate((*AGES, None))),
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _streets(rows: Sequence[Any]) -> tuple[Street, ...]:
    of: dict[UnitId | None, dict[str, Any]] = {}
    for street, colour, n, overdue in rows:
        cell = of.setdefault(street, {"subdistrict": street, "open": 0, "overdue": 0, "colours": {}})
        cell["open"] += n
        cell["overdue"] += overdue
        if colour:
            cell["colours"][Colour(colour)] = n
    return tuple(Street(**cell) for cell in sorted(of.values(), key=lambda cell: -cell["open"]))
