"""Counting what happened in a period. Every query goes through ``visible``.

Counted from ``facts``, what was found and by whom from ``hazards``; the 口径 is that of :mod:`domain.figures`.
Units are ids; a unit is in a result when something was counted for it. What stands open now is in
:mod:`storage.stock`, what supervision did in :mod:`storage.supervision`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    String,
    cast,
    distinct,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from domain.facts import ENDS, MAIN_CLOCKS, OPENS, RELIEVES, FactKind
from domain.figures import Figures, Period, Share
from domain.values import Channel, Sla, State, UnitId, Value
from storage.scope import Principal, visible
from storage.tables import Instant, facts, hazards

f, h = facts.c, hazards.c

_COUNTS = h.state.not_in([State.DISMISSED.value, State.MERGED.value])
"""Unfounded and merged reports are no findings."""


# -- the figures of a period -------------------------------------------------------------------------


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

    def put(self, unit: str | None, name: str, n: int) -> None:
        """What has been counted already, for one unit or (``None``) in all."""
        self._counts[UnitId(unit) if unit is not None else None][name] = n

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
    unit: UnitId | None = None,
) -> Counted:
    """All figures of ``period``, or those of one ``unit`` only.

    ``tier`` are the units below the district (村居、管区、街镇, MOD-22).
    """
    tally = _Tally()
    whose = () if unit is None else (f.unit == unit,)
    _count_found(connection, principal, period, tally, unit)
    within = (f.at >= period.start, f.at < period.end, *whose)
    query = select(f.kind, f.unit, f.detail, f.on_time, func.count()).where(
        f.kind.in_([FactKind.CLEARED.value, *(kind.value for kind in _PLAIN)]), *within
    )
    query = visible(query, principal, facts, counting=True).group_by(f.kind, f.unit, f.detail, f.on_time)
    for kind, of, _detail, on_time, n in connection.execute(query):
        if kind != FactKind.CLEARED:
            tally.add(of, _PLAIN[FactKind(kind)], n)
            continue
        tally.add(of, "cleared", n)
        if on_time is not None:
            tally.add(of, "judged_by_clock", n)
            tally.add(of, "in_time", n if on_time else 0)
    for whom, n in _overdue(connection, principal, *within):
        tally.put(whom, "overdue", n)
    for whom, n in _late(connection, principal, min(period.end, now), *whose):
        tally.put(whom, "late", n)
    for of, kind, n in _first_decisions(connection, principal, *within):
        tally.add(of, "passed_first" if kind == FactKind.CLEARED else "refused_first", n)
    _count_disputes(connection, principal, within, tier, tally)
    for owner, n in _open_at(connection, principal, period.end, now, unit):
        tally.add(owner, "open", n)
    return tally.counted()


def _count_found(
    connection: Connection, principal: Principal, period: Period, tally: _Tally, unit: UnitId | None
) -> None:
    within = (h.reported_at >= period.start, h.reported_at < period.end, _COUNTS)
    whose = () if unit is None else (h.registered_by == unit,)
    query = visible(
        select(h.registered_by, h.channel, func.count()).where(*within, *whose), principal, counting=True
    )
    for by, channel, n in connection.execute(query.group_by(h.registered_by, h.channel)):
        tally.add(by, "found", n)
        tally.add(by, "found_inside", 0 if Channel(channel).outside else n)
    on_spot = (f.kind == FactKind.CLEARED.value, f.detail == "on_spot", f.at >= period.start, f.round == 1)
    # Few of all that was found, and so looked for among what was cleared: the time of report is not to lead the way.
    reported = func.coalesce(h.reported_at, h.reported_at)
    found = (reported >= period.start, reported < period.end, _COUNTS)
    query = select(h.registered_by, func.count()).select_from(facts.join(hazards)).where(*on_spot, *found)
    query = visible(query, principal, facts, counting=True)
    # Not narrowed to the unit here: SQLite would then read the facts anew for each of its hazards.
    for by, n in connection.execute(query.group_by(h.registered_by)):
        if unit in (None, by):
            tally.add(by, "on_spot", n)


def _overdue(
    connection: Connection, principal: Principal, *when: ColumnElement[bool]
) -> Iterator[tuple[str | None, int]]:
    """Rounds whose main clock ran out: of each unit, and (``None``) in all, where two units' round is one."""
    query = select(f.unit, _ROUND.label("round")).where(*_MAIN_OVERDUE, *when)
    late = visible(query, principal, facts, counting=True).cte("late")
    rounds = func.count(distinct(late.c.round))
    each = select(late.c.unit, rounds).group_by(late.c.unit)
    for row in connection.execute(each.union_all(select(null(), rounds))):
        yield row[0], row[1]


_ROUND = f.hazard_id + "#" + cast(f.round, String)
"""A round of a hazard as one value."""

_MAIN_OVERDUE = (
    f.kind == FactKind.OVERDUE.value,
    f.detail.in_(sorted(clock.value for clock in MAIN_CLOCKS)),
)


def _late(
    connection: Connection, principal: Principal, end: datetime, *whose: ColumnElement[bool]
) -> Iterator[tuple[str | None, int]]:
    """As :func:`_overdue`, the rounds whose main clock had run out by ``end`` without relief since."""
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
    return _overdue(connection, principal, f.at < end, *whose, ~relieved)


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
    for row in connection.execute(visible(query, principal, facts, counting=True).group_by(f.unit, f.kind)):
        yield row[0], row[1], row[2]


def _count_disputes(
    connection: Connection,
    principal: Principal,
    within: Sequence[ColumnElement[bool]],
    tier: Collection[UnitId],
    tally: _Tally,
) -> None:
    before = facts.alias()
    passed_up = (
        select(before.c.seq)
        .where(
            before.c.hazard_id == f.hazard_id,
            before.c.seq < f.seq,
            before.c.kind.in_(_values((FactKind.UPGRADED, FactKind.LISTED))),
        )
        .exists()
        .label("passed_up")
    )
    query = (
        select(f.unit, passed_up, func.count())
        .select_from(facts.join(hazards))
        .where(f.kind == FactKind.CLEARED.value, *within, h.category.in_([2, 3]))
    )
    query = visible(query, principal, facts, counting=True)
    # As it stood when it was struck off: what was passed up since was settled where it was. What was diverted to
    # a unit of the tier is a general hazard there (MOD-10).
    for unit, up, n in connection.execute(query.group_by(f.unit, "passed_up")):
        tally.add(unit, "disputes", n)
        tally.add(unit, "in_tier", n if unit in tier and not up else 0)


def _open_at(
    connection: Connection, principal: Principal, end: datetime, now: datetime, unit: UnitId | None
) -> Iterator[tuple[str, int]]:
    """(owner, how many) of what was not cleared at ``end``; of a time gone by, under the present owner."""
    if end >= now:
        query = visible(select(h.owner, func.count()).where(h.open), principal, counting=True)
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
    if unit is not None:
        query = query.where(h.owner == unit)
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
    """Found, cleared, run late and open in adjoining periods.

    Each figure of each period is a stretch of an index; nothing is sorted.
    """
    spans = _spans(periods)
    since, until = spans.c.since, spans.c.until

    def happened(*what: ColumnElement[bool], number: ColumnElement[int] = _ALL) -> ColumnElement[int]:
        query = select(number).select_from(facts).where(*what, f.at >= since, f.at < until)
        return visible(query, principal, facts, counting=True).correlate(spans).scalar_subquery()

    reported = select(_ALL).where(h.reported_at >= since, h.reported_at < until, _COUNTS)
    columns = {
        "found": visible(reported, principal, counting=True).correlate(spans).scalar_subquery(),
        "overdue": happened(*_MAIN_OVERDUE, number=func.count(distinct(_ROUND))),
        **{
            kind.value: happened(f.kind == kind.value)
            for kind in sorted((*OPENS, *ENDS))
            if kind is not FactKind.FOUND
        },
        "begun": happened(f.kind == FactKind.FOUND.value),
    }
    query = _any(spans.c.n, *(column.label(name) for name, column in columns.items())).order_by(spans.c.n)
    points, open = [], 0
    for row in connection.execute(query).mappings():
        open += row["begun"] + row[FactKind.RELAPSED.value] - sum(row[kind.value] for kind in ENDS)
        if row["n"] >= 0:
            points.append(
                Point(
                    period=periods[row["n"]],
                    found=row["found"],
                    cleared=row[FactKind.CLEARED.value],
                    overdue=row["overdue"],
                    open=open,
                )
            )
    return tuple(points)


_ALL: ColumnElement[int] = func.count()
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def _spans(periods: Sequence[Period]) -> Any:
    """The periods as rows (n, since, until), and as number −1 the time before the first."""
    rows = [(-1, _BEGINNING, periods[0].start)]
    rows += [(n, period.start, period.end) for n, period in enumerate(periods)]
    selects = [
        _any(
            literal(n).label("n"),
            literal(since, Instant).label("since"),
            literal(until, Instant).label("until"),
        )
        for n, since, until in rows
    ]
    return union_all(*selects).subquery("spans")


# -- what came by letters and visits -----------------------------------------------------------------


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


def _values(kinds: Collection[FactKind]) -> list[str]:
    return sorted(kind.value for kind in kinds)
