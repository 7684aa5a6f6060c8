"""What stands open at this moment: by unit, street, age, rung and colour. Every query goes through ``visible``.

Counted from the rows of the hazards, by an index of its own; ``open`` includes what is overdue.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
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
    due_next: int
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
    due_next: int
    """Not overdue, with something of the owner's due by the end of the next working day: late tomorrow."""
    due_next_by: datetime
    due_soon: int
    """The same with what is due by ``due_soon_by``, which is later."""
    due_soon_by: datetime
    major: int
    states: dict[State, int]
    modes: dict[Mode, int]
    overdue_by_rung: dict[Rung, int]
    units: tuple[UnitLoad, ...]
    streets: tuple[Street, ...]
    ages: tuple[Age, ...]


def stock(
    connection: Connection, principal: Principal, *, now: datetime, next_day: datetime, soon: datetime
) -> Stock:
    """In one pass over the index of what is open. Up to ``next_day`` it is late tomorrow, up to ``soon`` near."""
    ahead = and_(h.sla != Sla.OVERDUE.value, h.next_due > now)
    following, near = and_(ahead, h.next_due <= next_day), and_(ahead, h.next_due <= soon)
    younger = [_sum(h.reported_at > now - timedelta(days=days)) for days in AGES]
    query = (
        select(*_STOCKED, func.count().label("n"), _sum(following), _sum(near), *younger)
        .select_from(hazards)
        .where(h.open)
    )
    query = visible(query, principal, counting=True).group_by(*_STOCKED)
    stands = _Standing()
    for row in connection.execute(query):
        stands.add(row)
    return stands.stock(next_day, soon)


_STOCKED = (h.owner, h.state, h.level, h.sla, h.subdistrict, h.colour, h.mode, h.major)
"""What open hazards are told apart by: the first columns of their index, in its order."""


class _Standing:
    """What stands open, summed up from groups of hazards that are alike."""

    def __init__(self) -> None:
        self._states: Counter[State] = Counter()
        self._modes: Counter[Mode] = Counter()
        self._rungs: Counter[Rung] = Counter()
        self._units: dict[str, Counter[str]] = defaultdict(Counter)
        self._highest: dict[str, str] = {}
        self._streets: dict[tuple[str | None, str | None], Counter[str]] = defaultdict(Counter)
        self._younger = [0] * len(AGES)
        self._major = 0

    def add(self, row: Any) -> None:
        owner, state, level, sla, street, colour, mode, major, n, following, near, *younger = row
        late = n if sla == Sla.OVERDUE.value else 0
        self._states[State(state)] += n
        self._modes[Mode(mode)] += n
        self._major += n if major else 0
        self._units[owner].update(open=n, overdue=late, due_next=following, due_soon=near)
        self._highest[owner] = max(self._highest.get(owner, level), level)
        self._streets[street, colour].update(open=n, overdue=late)
        if late:
            self._rungs[Rung(level)] += n
        self._younger = [sum(pair) for pair in zip(self._younger, younger, strict=True)]

    def stock(self, next_day: datetime, soon: datetime) -> Stock:
        units = [
            UnitLoad(unit=UnitId(owner), **n, highest=Rung(self._highest[owner]))
            for owner, n in self._units.items()
        ]
        open = self._states.total()
        ages = [more - less for less, more in pairwise((0, *self._younger, open))]
        return Stock(
            open=open,
            overdue=self._rungs.total(),
            due_next=sum(unit.due_next for unit in units),
            due_next_by=next_day,
            due_soon=sum(unit.due_soon for unit in units),
            due_soon_by=soon,
            major=self._major,
            states=dict(self._states),
            modes=dict(self._modes),
            overdue_by_rung=dict(self._rungs),
            units=tuple(sorted(units, key=lambda unit: (-unit.overdue, -unit.open, unit.unit))),
            streets=_streets((*place, n["open"], n["overdue"]) for place, n in self._streets.items()),
            ages=tuple(Age(days=days, count=n) for days, n in zip((*AGES, None), ages, strict=True)),
        )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _streets(rows: Iterable[Any]) -> tuple[Street, ...]:
    of: dict[UnitId | None, dict[str, Any]] = {}
    for street, colour, n, overdue in rows:
        cell = of.setdefault(street, {"subdistrict": street, "open": 0, "overdue": 0, "colours": {}})
        cell["open"] += n
        cell["overdue"] += overdue
        if colour:
            cell["colours"][Colour(colour)] = n
    return tuple(Street(**cell) for cell in sorted(of.values(), key=lambda cell: -cell["open"]))
