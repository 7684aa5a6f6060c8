"""Counting: what happened in a period, and what stands open now. Every query goes through ``visible``.

What happened is counted from ``facts``, what stands from ``hazards``; their 口径 is that of
:mod:`domain.figures`. Units are ids; a unit is in a result when something was counted for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, String, and_, case, cast, distinct, func, select
from sqlalchemy.sql.elements import ColumnElement

from domain.facts import ENDS, MAIN_CLOCKS, OPENS, RELIEVES, FactKind
from domain.figures import AGES, Figures, Period, Share
from domain.values import Channel, Colour, HazardId, Mode, Rung, Sla, State, UnitId, Value
from storage.scope import Principal, visible
from storage.tables import facts, hazards

f, h = facts.c, hazards.c

_COUNTS = h.state.not_in([State.DISMISSED.value, State.MERGED.value])
"""Unfounded and merged reports are no findings."""


# -- what happened -----------------------------------------------------------------------------------


class Counted(Value):
    """The figures of a period: of all that the reader sees, and of each unit."""

    total: Figures
    units: dict[UnitId, Figures]


class _Tally:
    """Counts by name, for all and for each unit, before they become figures."""

    def __init__(self) -> None:
        self._counts: dict[UnitId | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, unit: str, name: str, n: int = 1) -> None:
        self._counts[UnitId(unit)][name] += n
        self._counts[None][name] += n

    def add_rounds(self, name: str, rounds: Iterator[tuple[str, str, int]]) -> None:
        """(unit, hazard, round): each round once in all, and once for each unit."""
        seen: set[tuple[str | None, str, int]] = set()
        for unit, hazard, round in rounds:
            for whose in (UnitId(unit), None):
                if (whose, hazard, round) not in seen:
                    seen.add((whose, hazard, round))
                    self._counts[whose][name] += 1

    def counted(self) -> Counted:
        of = {unit: _figures(counts) for unit, counts in self._counts.items()}
        return Counted(
            total=of.get(None, Figures()),
            units={unit: figures for unit, figures in of.items() if unit is not None},
        )


def _figures(n: dict[str, int]) -> Figures:
    return Figures(
        found=n["found"],
        cleared=n["cleared"],
        on_spot=Share(part=n["on_spot"], whole=n["found"]),
        on_time=Share(part=n["in_time"], whole=n["judged_by_clock"] + n["late"]),
        overdue=n["overdue"],
        late=n["late"],
        open=n["open"],
        first_time=Share(part=n["passed_first"], whole=n["passed_first"] + n["refused_first"]),
        relapse=Share(part=n["relapsed"], whole=n["relapsed"] + n["looked_back"]),
        returned=Share(part=n["returned"], whole=n["transferred"]),
        found_first=Share(part=n["found_inside"], whole=n["found"]),
        within_tier=Share(part=n["in_tier"], whole=n["disputes"]),
    )


_PLAIN = {
    FactKind.RELAPSED: "relapsed",
    FactKind.LOOKED_BACK: "looked_back",
    FactKind.RETURNED: "returned",
    FactKind.TRANSFERRED: "transferred",
}
"""Facts that are counted one by one under a name of their own."""


def counted(
    connection: Connection,
    principal: Principal,
    period: Period,
    *,
    now: datetime,
    tier: Collection[UnitId] = (),
) -> Counted:
    """All figures of ``period``. ``tier`` are the units below the district (村居、管区、街镇, MOD-22)."""
    tally = _Tally()
    _count_found(connection, principal, period, tally)
    within = (f.at >= period.start, f.at < period.end)
    query = select(f.kind, f.unit, f.detail, f.on_time, func.count()).where(
        f.kind.in_([FactKind.CLEARED.value, *(kind.value for kind in _PLAIN)]), *within
    )
    query = visible(query, principal, facts).group_by(f.kind, f.unit, f.detail, f.on_time)
    for kind, unit, _detail, on_time, n in connection.execute(query):
        if kind != FactKind.CLEARED:
            tally.add(unit, _PLAIN[FactKind(kind)], n)
            continue
        tally.add(unit, "cleared", n)
        if on_time is not None:
            tally.add(unit, "judged_by_clock", n)
            tally.add(unit, "in_time", n if on_time else 0)
    tally.add_rounds("overdue", _overdue(connection, principal, *within))
    tally.add_rounds("late", _late(connection, principal, min(period.end, now)))
    for unit, kind, n in _first_decisions(connection, principal, *within):
        tally.add(unit, "passed_first" if kind == FactKind.CLEARED else "refused_first", n)
    _count_disputes(connection, principal, within, tier, tally)
    for owner, n in _open_at(connection, principal, period.end, now):
        tally.add(owner, "open", n)
    return tally.counted()


def _count_found(connection: Connection, principal: Principal, period: Period, tally: _Tally) -> None:
    within = (h.reported_at >= period.start, h.reported_at < period.end, _COUNTS)
    query = visible(select(h.registered_by, h.channel, func.count()).where(*within), principal)
    for unit, channel, n in connection.execute(query.group_by(h.registered_by, h.channel)):
        tally.add(unit, "found", n)
        tally.add(unit, "found_inside", 0 if Channel(channel).outside else n)
    on_spot = (f.kind == FactKind.CLEARED.value, f.detail == "on_spot", f.at >= period.start, f.round == 1)
    query = (
        select(h.registered_by, func.count())
        .select_from(facts.join(hazards))
        .where(f.profile == principal.profile, *on_spot, *within)
    )
    for unit, n in connection.execute(visible(query, principal).group_by(h.registered_by)):
        tally.add(unit, "on_spot", n)


def _overdue(
    connection: Connection, principal: Principal, *when: ColumnElement[bool]
) -> Iterator[tuple[str, str, int]]:
    """(unit, hazard, round) whose main clock ran out."""
    query = select(f.unit, f.hazard_id, f.round).where(*_MAIN_OVERDUE, *when)
    for row in connection.execute(visible(query, principal, facts)):
        yield row.unit, row.hazard_id, row.round


_MAIN_OVERDUE = (
    f.kind == FactKind.OVERDUE.value,
    f.detail.in_(sorted(clock.value for clock in MAIN_CLOCKS)),
)


def _late(connection: Connection, principal: Principal, end: datetime) -> Iterator[tuple[str, str, int]]:
    """(unit, hazard, round) whose main clock had run out by ``end`` without relief since."""
    relief = facts.alias()
    relieved = (
        select(relief.c.seq)
        .where(
            relief.c.hazard_id == f.hazard_id,
            relief.c.seq > f.seq,
            relief.c.round == f.round,
            relief.c.kind.in_(_values(RELIEVES)),
            relief.c.at < end,
        )
        .exists()
    )
    return _overdue(connection, principal, f.at < end, ~relieved)


def _first_decisions(
    connection: Connection, principal: Principal, *when: ColumnElement[bool]
) -> Iterator[tuple[str, str, int]]:
    """(unit, cleared or refused, how many) of the decisions that were the first of their round."""
    earlier = facts.alias()
    refused_before = (
        select(earlier.c.seq)
        .where(
            earlier.c.hazard_id == f.hazard_id,
            earlier.c.seq < f.seq,
            earlier.c.kind == FactKind.REFUSED.value,
            earlier.c.round == f.round,
        )
        .exists()
    )
    query = select(f.unit, f.kind, func.count()).where(
        f.kind.in_(_values((FactKind.CLEARED, FactKind.REFUSED))),
        f.detail != "on_spot",
        *when,
        ~refused_before,
    )
    for row in connection.execute(visible(query, principal, facts).group_by(f.unit, f.kind)):
        yield row[0], row[1], row[2]


def _count_disputes(
    connection: Connection,
    principal: Principal,
    within: Sequence[ColumnElement[bool]],
    tier: Collection[UnitId],
    tally: _Tally,
) -> None:
    query = (
        select(f.unit, h.mode, func.count())
        .select_from(facts.join(hazards))
        .where(f.profile == principal.profile, f.kind == FactKind.CLEARED.value, *within)
        .where(h.category.in_([2, 3]))
    )
    for unit, mode, n in connection.execute(visible(query, principal).group_by(f.unit, h.mode)):
        tally.add(unit, "disputes", n)
        tally.add(unit, "in_tier", n if unit in tier and mode == Mode.GENERAL else 0)


def _open_at(
    connection: Connection, principal: Principal, end: datetime, now: datetime
) -> Iterator[tuple[str, int]]:
    """(owner, how many) of what was not cleared at ``end``; of a time gone by, under the present owner."""
    if end >= now:
        query = visible(select(h.owner, func.count()).where(h.open), principal)
    else:
        gone = facts.alias()
        ended = (
            select(gone.c.seq)
            .where(
                gone.c.hazard_id == f.hazard_id,
                gone.c.seq >= f.seq,
                gone.c.round == f.round,
                gone.c.kind.in_(_values(ENDS)),
                gone.c.at < end,
            )
            .exists()
        )
        query = (
            select(h.owner, func.count())
            .select_from(facts.join(hazards))
            .where(f.profile == principal.profile, f.kind.in_(_values(OPENS)), f.at < end, ~ended)
        )
        query = visible(query, principal)
    for row in connection.execute(query.group_by(h.owner)):
        yield row[0], row[1]


# -- over time ---------------------------------------------------------------------------------------


class Point(Value):
    """One period of a trend."""

    period: Period
    found: int
    cleared: int
    overdue: int
    open: int
    """At the end of the period."""


def trend(connection: Connection, principal: Principal, periods: Sequence[Period]) -> tuple[Point, ...]:
    """Found, cleared, run late and open in adjoining periods, in one pass over the facts."""
    bucket = _bucket(f.at, periods)
    query = _any(bucket, f.kind, func.count()).where(
        f.kind.in_(_values((*OPENS, *ENDS))), f.at < periods[-1].end
    )
    counts: dict[tuple[int, str], int] = defaultdict(int)
    for n, kind, count in connection.execute(visible(query, principal, facts).group_by(bucket, f.kind)):
        counts[n, kind] += count
    rounds = func.count(distinct(f.hazard_id + "#" + cast(f.round, String)))
    query = _any(bucket, rounds).where(*_MAIN_OVERDUE, f.at >= periods[0].start, f.at < periods[-1].end)
    late = dict(_pairs(connection, visible(query, principal, facts).group_by(bucket)))
    bucket = _bucket(h.reported_at, periods)
    within = (h.reported_at >= periods[0].start, h.reported_at < periods[-1].end, _COUNTS)
    query = visible(_any(bucket, func.count()).where(*within), principal)
    found = dict(_pairs(connection, query.group_by(bucket)))
    points, open = [], 0
    for n in range(-1, len(periods)):
        open += sum(counts[n, kind] for kind in OPENS) - sum(counts[n, kind] for kind in ENDS)
        if n >= 0:
            points.append(
                Point(
                    period=periods[n],
                    found=found.get(n, 0),
                    cleared=counts[n, FactKind.CLEARED],
                    overdue=late.get(n, 0),
                    open=open,
                )
            )
    return tuple(points)


def _bucket(at: ColumnElement[Any], periods: Sequence[Period]) -> ColumnElement[int]:
    """Which of the periods an instant lies in; −1 before the first."""
    return case(*((at < period.start, n - 1) for n, period in enumerate(periods)), else_=len(periods) - 1)


# -- what stands open --------------------------------------------------------------------------------


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


# -- supervision and listing -------------------------------------------------------------------------


class Supervised(Value):
    """How often a unit was supervised in a period, by rung (RPT-11)."""

    unit: UnitId
    rungs: dict[Rung, int]
    returned: int
    refused: int


def supervision(connection: Connection, principal: Principal, period: Period) -> tuple[Supervised, ...]:
    kinds = _values((FactKind.RUNG, FactKind.RETURNED, FactKind.REFUSED))
    query = select(f.unit, f.kind, f.detail, func.count()).where(
        f.kind.in_(kinds), f.at >= period.start, f.at < period.end
    )
    rungs: dict[UnitId, dict[Rung, int]] = defaultdict(dict)
    other: dict[tuple[UnitId, str], int] = defaultdict(int)
    rows = connection.execute(visible(query, principal, facts).group_by(f.unit, f.kind, f.detail))
    for unit, kind, detail, n in rows:
        rungs[unit]
        if kind == FactKind.RUNG:
            rungs[unit][Rung(detail)] = n
        else:
            other[unit, kind] += n
    return tuple(
        Supervised(
            unit=unit,
            rungs=reached,
            returned=other[unit, FactKind.RETURNED],
            refused=other[unit, FactKind.REFUSED],
        )
        for unit, reached in sorted(rungs.items(), key=lambda item: (-sum(item[1].values()), item[0]))
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


class Petitions(Value):
    """Hazards that came by letters and visits (信访) in a period (RPT-08)."""

    found: int
    open: int
    overdue: int
    cleared: int
    by_street: dict[UnitId | None, int]
    by_class: dict[str | None, int]


def petitions(connection: Connection, principal: Principal, period: Period) -> Petitions:
    within = (h.reported_at >= period.start, h.reported_at < period.end, _COUNTS)
    by = (h.subdistrict, h.hazard_class, h.open, h.sla, h.state)
    query = select(*by, func.count()).where(h.channel == Channel.PETITION.value, *within)
    rows = connection.execute(visible(query, principal).group_by(*by)).all()
    streets: dict[UnitId | None, int] = defaultdict(int)
    classes: dict[str | None, int] = defaultdict(int)
    for row in rows:
        streets[row[0]] += row[-1]
        classes[row[1]] += row[-1]
    return Petitions(
        found=sum(row[-1] for row in rows),
        open=sum(row[-1] for row in rows if row.open),
        overdue=sum(row[-1] for row in rows if row.open and row.sla == Sla.OVERDUE),
        cleared=sum(row[-1] for row in rows if not row.open and row.state != State.HANDED_OVER),
        by_street=dict(streets),
        by_class=dict(classes),
    )


def _any(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns)


def _pairs(connection: Connection, query: Select[Any]) -> Iterator[tuple[int, int]]:
    return (tuple(row) for row in connection.execute(query))


def _values(kinds: Collection[FactKind]) -> list[str]:
    return sorted(kind.value for kind in kinds)
