"""The register of risk points: a chain of entries for each district, and the points that follow from it.

Its record is a chain of its own beside the ledger, as the programme's is: entries are only added, each is hashed
with the one before, and what is read can be made again from them. No workflow keeps it, for nothing of it has a
time of its own; whoever writes waits for his turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, delete, false, func, or_, select, true, tuple_

from domain.library import canonical
from domain.organisation import Actor
from domain.refusal import refuse
from domain.riskpoints import WORST_FIRST, Entry, PointKind, RiskPoint, evolve
from domain.values import Colour, UnitId
from storage.chained import Chain
from storage.prepared import inserting
from storage.scope import Principal, kept, visible
from storage.tables import hazard_points, hazards, risk_log, risk_points
from storage.turns import wait_for_turn

_INSERT = inserting(risk_log)
_SET = inserting(risk_points, on_conflict="replace")
c = risk_points.c

# -- writing -----------------------------------------------------------------------------------------

Decide = Callable[[RiskPoint | None, str, int], Entry]
"""What is decided on a point as it stands, its number, and how many hazards linked to it stand open."""


def record(
    connection: Connection,
    profile: str,
    prefix: str,
    number: str | None,
    key: str,
    digest: str,
    actor: Actor,
    decide: Decide,
) -> str:
    """Add what ``decide`` makes of the point ``number``, or of a new one for ``None``; answers with its number.

    The same key again, with the same ``digest``, changes nothing. Raises what ``decide`` raises, and
    :class:`domain.refusal.Refusal` 422 for a key that was used for something else.
    """
    wait_for_turn(connection, f"risk.{profile}")
    repeated = connection.execute(
        select(risk_log.c.point, risk_log.c.body).where(risk_log.c.profile == profile, risk_log.c.key == key)
    ).first()
    if repeated is not None:
        entry = Entry.model_validate_json(repeated.body)
        if (entry.digest, entry.actor.seat) != (digest, actor.seat):
            raise refuse(
                422,
                "key-reused",
                "INT-01",
                "该幂等键已用于另一事项，请换一个",
                "this idempotency key was used for something else; take a new one",
            )
        return str(repeated.point)
    last = connection.execute(
        select(risk_log.c.seq, risk_log.c.hash)
        .where(risk_log.c.profile == profile)
        .order_by(risk_log.c.seq.desc())
        .limit(1)
    ).first()
    seq, head = (last.seq, last.hash) if last else (0, "")
    point = _stored(connection, profile, number) if number else None
    if number is None:
        given = connection.scalar(select(func.count()).select_from(risk_points).where(c.profile == profile))
        number = f"{prefix}-R-{(given or 0) + 1:06d}"
    entry = decide(point, number, _open_hazards(connection, profile, number)).placed(seq + 1, head)
    _INSERT.run(
        connection,
        {**_columns(entry), "prev_hash": entry.prev, "hash": entry.hash, "body": entry.body},
    )
    _SET.run(connection, _row(profile, evolve(point, entry)))
    return number


def _open_hazards(connection: Connection, profile: str, number: str) -> int:
    query = (
        select(func.count())
        .select_from(hazard_points.join(hazards))
        .where(hazard_points.c.point == number, hazards.c.profile == profile, hazards.c.open == true())
    )
    return connection.scalar(query) or 0


def _columns(entry: Entry) -> dict[str, Any]:
    """What a row repeats of its text, for asking by it."""
    return {
        "profile": entry.profile,
        "seq": entry.seq,
        "point": entry.point,
        "kind": entry.kind.value,
        "at": entry.at,
        "unit": entry.actor.unit,
        "role": entry.actor.role.value,
        "key": entry.key,
    }


def _row(profile: str, point: RiskPoint) -> dict[str, Any]:
    described = point.described
    return {
        "profile": profile,
        "number": point.number,
        "name": described.name,
        "place": described.place,
        "kind": described.kind.value,
        "rank": rank(point.colour),
        "colour": point.colour.value,
        "department": described.department,
        "subdistrict": described.subdistrict,
        "registered_by": point.registered_by,
        "code": described.code,
        "category": described.category,
        "review_on": point.assessment.review_on.isoformat(),
        "open": point.open,
        "body": canonical(point),
    }


def rank(colour: Colour) -> int:
    return WORST_FIRST.index(colour)


# -- reading -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a list is narrowed to; ``None`` narrows nothing."""

    colour: Colour | None = None
    kind: PointKind | None = None
    department: UnitId | None = None
    subdistrict: UnitId | None = None
    code: str | None = None
    category: int | None = None
    open: bool | None = True
    review_before: date | None = None
    """Its next assessment is due before that day."""
    text: str | None = None
    """In its number, name or place."""


def one(
    connection: Connection, principal: Principal, number: str, territory: UnitId | None = None
) -> RiskPoint | None:
    """A point, if the principal may see it; see :func:`storage.scope.kept`."""
    query = kept(select(c.body), principal, territory).where(c.number == number)
    body = connection.scalar(query)
    return None if body is None else RiskPoint.model_validate_json(body)


def find(
    connection: Connection,
    principal: Principal,
    sought: Sought,
    territory: UnitId | None = None,
    *,
    after: tuple[int, str] | None = None,
    limit: int = 50,
) -> list[RiskPoint]:
    """Points, the worst colour first; ``after`` is the rank and number of the last one of the page before."""
    query = _narrowed(kept(select(c.body), principal, territory), sought)
    if after is not None:
        query = query.where(tuple_(c.rank, c.number) > after)
    query = query.order_by(c.rank, c.number).limit(limit)
    return [RiskPoint.model_validate_json(body) for body in connection.scalars(query)]


def by_street(
    connection: Connection, principal: Principal, territory: UnitId | None = None
) -> dict[UnitId | None, dict[Colour, int]]:
    """How many points of each colour stand in each sub-district (四色图, RSK-01)."""
    query = kept(select(c.subdistrict, c.colour, func.count()), principal, territory)
    found: dict[UnitId | None, dict[Colour, int]] = {}
    for street, colour, n in connection.execute(
        query.where(c.open == true()).group_by(c.subdistrict, c.colour)
    ):
        found.setdefault(UnitId(street) if street else None, {})[Colour(colour)] = n
    return found


def _narrowed(query: Select[Any], sought: Sought) -> Select[Any]:
    for column, wanted in (
        (c.colour, sought.colour and sought.colour.value),
        (c.kind, sought.kind and sought.kind.value),
        (c.department, sought.department),
        (c.subdistrict, sought.subdistrict),
        (c.code, sought.code),
        (c.category, sought.category),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if sought.open is not None:
        query = query.where(c.open == (true() if sought.open else false()))
    if sought.review_before is not None:
        query = query.where(c.open == true(), c.review_on < sought.review_before.isoformat())
    if sought.text:
        words = sought.text.replace("\0", "")
        fields = (c.number, c.name, c.place)
        query = query.where(or_(*(field.contains(words, autoescape=True) for field in fields)))
    return query


@dataclass(frozen=True, slots=True)
class Linked:
    """How many hazards are linked to a point, and how they are graded; none of them is told of by it."""

    open: int = 0
    cleared: int = 0
    relapsed: int = 0
    """Of either, those that came back after a clearance."""
    colours: tuple[Colour, ...] = ()
    """What the open ones are graded as; a major hazard (重大) counts as red."""


def linked(
    connection: Connection, principal: Principal, numbers: Sequence[str], *, keeper: bool = False
) -> dict[str, Linked]:
    """What hangs on each of these points, of what the principal may see; a point without hazards is left out.

    For the ``keeper`` of the points every hazard of the district counts: he is to grade by them, though he may
    not open each.
    """
    h, point = hazards.c, hazard_points.c.point
    query = (
        select(point, h.open, h.major, h.colour, h.relapses, func.count())
        .select_from(hazard_points.join(hazards))
        .where(point.in_(numbers))
        .group_by(point, h.open, h.major, h.colour, h.relapses)
    )
    query = query.where(h.profile == principal.profile) if keeper else visible(query, principal)
    found: dict[str, Linked] = {}
    for number, is_open, major, colour, relapses, n in connection.execute(query):
        was = found.get(number, Linked())
        graded = (*((Colour.RED,) if major else ()), *((Colour(colour),) if colour else ()))
        found[number] = Linked(
            was.open + (n if is_open else 0),
            was.cleared + (0 if is_open else n),
            was.relapsed + (n if relapses else 0),
            (*was.colours, *graded) if is_open else was.colours,
        )
    return found


def standing(
    connection: Connection, principal: Principal, numbers: Iterable[str], territory: UnitId | None = None
) -> dict[str, bool]:
    """Of these numbers those whose points the principal may see, and whether each still stands."""
    query = kept(select(c.number, c.open), principal, territory).where(c.number.in_(list(numbers)))
    return {row.number: bool(row.open) for row in connection.execute(query)}


def history(connection: Connection, profile: str, number: str) -> list[Entry]:
    """All that was recorded about a point, in order."""
    log = risk_log.c
    query = select(log.prev_hash, log.hash, log.body).where(log.profile == profile, log.point == number)
    return [_entry(row) for row in connection.execute(query.order_by(log.seq))]


def _entry(row: Any) -> Entry:
    read = Entry.model_validate_json(row.body)
    return read.model_copy(update={"prev": row.prev_hash, "hash": row.hash})


def _stored(connection: Connection, profile: str, number: str) -> RiskPoint | None:
    body = connection.scalar(select(c.body).where(c.profile == profile, c.number == number))
    return None if body is None else RiskPoint.model_validate_json(body)


def profiles(connection: Connection) -> list[str]:
    """The districts that have a record, and those that have points."""
    found = {*connection.scalars(select(risk_log.c.profile).distinct())}
    return sorted(found | {*connection.scalars(select(c.profile).distinct())})


# -- making again, and checking ----------------------------------------------------------------------


def rebuild(connection: Connection, profile: str) -> None:
    """Make the points of a district again from its record. Raises ``ValueError`` where it cannot be replayed."""
    query = select(risk_log).where(risk_log.c.profile == profile).order_by(risk_log.c.seq)
    made = _made(_entry(row) for row in connection.execute(query))
    connection.execute(delete(risk_points).where(c.profile == profile))
    for point in made.values():
        _SET.run(connection, _row(profile, point))


def _made(entries: Iterable[Entry]) -> dict[str, RiskPoint]:
    made: dict[str, RiskPoint] = {}
    for entry in entries:
        made[entry.point] = evolve(made.get(entry.point), entry)
    return made


def verify(connection: Connection, profile: str) -> list[str]:
    """What is wrong with a district's record, one sentence each; nothing when it is sound."""
    findings: list[str] = []
    entries: list[Entry] = []
    chain = Chain(_finding, "条", "entries")
    query = select(risk_log).where(risk_log.c.profile == profile).order_by(risk_log.c.seq)
    for row in connection.execute(query):
        findings += chain.link(row.seq, row)
        try:
            entry = _entry(row)
        except ValueError:
            findings.append(chain.unread(row.seq))
        else:
            findings += chain.columns(row.seq, row, _columns(entry))
            entries.append(entry)
    if findings:
        return findings
    try:
        given = {number: _row(profile, point) for number, point in _made(entries).items()}
    except ValueError:
        return ["风险点的记录无法推演 / the record of risk points cannot be replayed"]
    stored = {
        row["number"]: dict(row)
        for row in connection.execute(select(risk_points).where(c.profile == profile)).mappings()
    }
    return [
        f"{number} 与记录不符 / risk point {number} differs from what the record gives"
        for number in sorted(given.keys() | stored)
        if given.get(number) != stored.get(number)
    ]


def _finding(seq: int, zh: str, en: str) -> str:
    return f"风险点记录第{seq}条：{zh} / risk points seq {seq}: {en}"
