"""The read model that follows from a hazard's events: its row, deadlines, involved units, facts, notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, bindparam, literal_column, select

from domain.commands import Report
from domain.events import Event, Told, evolve
from domain.facts import Fact, facts_of, needs_due
from domain.ladder import next_wakeup
from domain.state import Clock, Hazard, Obligation, Subtask
from domain.values import Digest, HazardId
from storage import texts
from storage.errors import LedgerConflict
from storage.prepared import Prepared, deleting, inserting, updating
from storage.tables import (
    deadlines,
    facts,
    hazard_points,
    hazards,
    involved,
    listings,
    moment,
    obligations,
    outbox,
    rulebooks,
    subtasks,
)

_REPORTED_ONCE = (
    "id",
    "profile",
    "reported_at",
    "channel",
    "occurred_at",
    "external_source",
    "external_number",
    "reporter_ref",
    "description",
)
"""What the report says once and for all."""

_FOLLOWING = tuple(column.name for column in hazards.columns if column.name not in _REPORTED_ONCE)

_OPEN = inserting(hazards, on_conflict="skip")
_ADVANCE = updating(
    hazards,
    _FOLLOWING,
    hazards.c.id == bindparam("of"),
    hazards.c.seq == bindparam("from_seq"),
    hazards.c.head == bindparam("from_head"),
)
_RESTORE = inserting(hazards, on_conflict="replace")
_SET_CLOCK = inserting(deadlines, on_conflict="replace")
_END_CLOCK = deleting(
    deadlines,
    deadlines.c.hazard_id == bindparam("of"),
    deadlines.c.clock == bindparam("ended"),
    deadlines.c.subtask == bindparam("of_unit"),
)
_MAIN_DUE = Prepared(
    lambda _: (
        select(deadlines.c.due)
        .where(
            deadlines.c.hazard_id == bindparam("of"),
            deadlines.c.subtask == literal_column("''"),
            deadlines.c.clock.in_([literal_column("'rework'"), literal_column("'remediate'")]),
        )
        .order_by(deadlines.c.clock.desc())  # a rework has replaced the main clock (I6)
    )
)
_SET_LISTING = inserting(listings, on_conflict="replace")
_SET_PART = inserting(subtasks, on_conflict="replace")
_OWE = inserting(obligations, on_conflict="replace")
_INVOLVE = inserting(involved, on_conflict="skip")
_LINK = inserting(hazard_points, on_conflict="skip")
_COUNT = inserting(facts)
_CLEAR = tuple(
    deleting(table, table.c.hazard_id == bindparam("of"))
    for table in (deadlines, listings, subtasks, obligations, involved, hazard_points, facts)
)
"""What takes away all that stands beside a hazard's row."""
_NOTIFY = inserting(outbox, without=("id", "about", "delivered_at"))
_NOTICE = [
    column.name for column in outbox.c if column.name not in ("id", "profile", "about", "delivered_at")
]

Counted = tuple[Told, int, Fact]
"""A fact with its event and its round."""

_profiles: dict[str, str] = {}
"""Profile of each rulebook met so far; digests name their content, so this never goes stale."""


def profile_of(connection: Connection, rules: Digest) -> str:
    """Whose rulebook this is. Raises :class:`LedgerConflict` when it has not been published here."""
    found = _profiles.get(rules)
    if found is None:
        found = connection.scalar(select(rulebooks.c.name).where(rulebooks.c.digest == rules))
        if found is None:
            raise LedgerConflict(
                f"区级配置 {rules[:12]} 尚未在本数据库发布，请先运行 qingling migrate",
                f"rulebook {rules[:12]} is not published in this database; run qingling migrate",
            )
        _profiles[rules] = found
    return found


def advance(connection: Connection, profile: str, hazard: Hazard, events: Sequence[Event]) -> bool:
    """Move the hazard's row from the state before ``events`` to ``hazard``; false when it is not there."""
    first, last = events[0], events[-1]
    row = _row(hazard, last.at)
    if first.seq == 1:
        row |= _report_of(first, profile)
        opened = _OPEN.run(connection, row).rowcount == 1
        if opened:
            texts.record(connection, [row])
        return opened
    row |= {"of": hazard.id, "from_seq": first.seq - 1, "from_head": first.prev}
    return _ADVANCE.run(connection, row).rowcount == 1


class Before(NamedTuple):
    """What counting events takes of the time before them."""

    state: Hazard | None = None
    due: datetime | None = None
    """When the main clock runs out."""


def standing(connection: Connection, hazard: HazardId, events: Sequence[Event]) -> Before:
    """What counting ``events`` takes of the record as it stands; to be asked before ``advance``.

    One event at a time explains itself by the state after it, but for a clearance, whose clock is gone then.
    """
    if events[0].seq == 1:
        return Before()
    if len(events) == 1:
        return Before(due=_due(connection, hazard)) if needs_due(events[0]) else Before()
    # Locked where rows can be: what is read here must be what advance moves on from.
    query = select(hazards.c.snapshot).where(hazards.c.id == hazard).with_for_update()
    snapshot = connection.scalar(query)
    return Before(None if snapshot is None else _state_in(snapshot))


def _due(connection: Connection, hazard: HazardId) -> datetime | None:
    row = _MAIN_DUE.run(connection, {"of": hazard}).first()
    return None if row is None else moment(row[0])


def counted(before: Before, hazard: Hazard, events: Sequence[Event]) -> list[Counted]:
    """The facts of ``events``, of which ``hazard`` is the state after the last."""
    found: list[Counted] = []
    state, due = before
    for event in events:
        after = hazard if event is events[-1] else evolve(state, event)
        if state is not None and needs_due(event):
            due = main_due(state)
        found += [(event, after.round, fact) for fact in facts_of(event, after, due)]
        state = after
    return found


def main_due(hazard: Hazard | None) -> datetime | None:
    clock = hazard.main_clock if hazard else None
    return clock.due if clock else None


def follow(
    connection: Connection, profile: str, before: Before, hazard: Hazard, events: Sequence[Event]
) -> None:
    """Bring all but the hazard's row up to ``events``, which ``advance`` has just admitted.

    ``before`` is what :func:`standing` gave.
    """
    touched = {clock.id for event in events for clock in event.changes.clocks}
    ended = {id for event in events for id in event.changes.clocks_ended}
    standing = [hazard.clocks[id] for id in touched | ended if id in hazard.clocks]
    if standing:
        _SET_CLOCK.run(connection, [_deadline(hazard, clock) for clock in standing])
    gone = [id.partition("@") for id in touched | ended if id not in hazard.clocks]
    if gone:
        _END_CLOCK.run(
            connection, [{"of": hazard.id, "ended": key, "of_unit": unit} for key, _, unit in gone]
        )
    if hazard.listing:
        _follow_the_listing(connection, profile, hazard)
    if hazard.obligations and any(event.changes.obligations is not None for event in events):
        _OWE.run(connection, _obligations(profile, hazard))
    if any(event.changes.involved is not None for event in events):
        _INVOLVE.run(connection, [{"hazard_id": hazard.id, "unit_id": unit} for unit in hazard.involved])
    if any(event.changes.risk_points is not None for event in events):
        _LINK.run(connection, _links(hazard))
    count = [_fact(profile, *one) for one in counted(before, hazard, events)]
    if count:
        _COUNT.run(connection, count)
    notices = [_notice(event, n) for event in events for n in range(len(event.notices))]
    if notices:
        profile = profile_of(connection, hazard.rules)
        notices = [{**notice, "profile": profile} for notice in notices]
        _NOTIFY.run(connection, notices)


def _follow_the_listing(connection: Connection, profile: str, hazard: Hazard) -> None:
    _SET_LISTING.run(connection, _listing(profile, hazard))
    _SET_PART.run(connection, _parts(profile, hazard))


def differences(
    connection: Connection, state: Hazard, first: Event, last: Event, count: Sequence[Counted]
) -> list[str]:
    """Where the read model is not what follows from the ledger, one sentence each.

    ``count`` are all the facts of the hazard, with their events.
    """
    row = connection.execute(select(hazards).where(hazards.c.id == state.id)).mappings().first()
    if row is None:
        return ["读模型中没有本隐患 / the read model lacks this hazard"]
    expected = {**_row(state, last.at), **_report_of(first, row["profile"])}
    # Another version of the code may write the same state with more fields.
    expected["snapshot"] = state.model_copy(update={"done": {}})
    stands = {**row, "snapshot": _state_in(row["snapshot"])}
    found = [name for name, value in expected.items() if stands[name] != value]
    kept = connection.execute(select(deadlines).where(deadlines.c.hazard_id == state.id)).mappings()
    if {(entry["clock"], entry["subtask"]): dict(entry) for entry in kept} != {
        (clock.key.value, clock.subtask or ""): _deadline(state, clock) for clock in state.clocks.values()
    }:
        found.append("deadlines")
    for table, rows in (
        (listings, [_listing(row["profile"], state)] if state.listing else []),
        (subtasks, _parts(row["profile"], state)),
        (obligations, _obligations(row["profile"], state)),
        (hazard_points, _links(state)),
    ):
        there = connection.execute(select(table).where(table.c.hazard_id == state.id)).mappings()
        if sorted(map(dict, there), key=_by_key) != sorted(rows, key=_by_key):
            found.append(table.name)
    units = connection.execute(select(involved.c.unit_id).where(involved.c.hazard_id == state.id)).scalars()
    if set(units) != set(state.involved):
        found.append("involved")
    stored = connection.execute(select(facts).where(facts.c.hazard_id == state.id)).mappings()
    expected_facts = [_fact(row["profile"], *one) for one in count]
    if sorted((dict(one) for one in stored), key=_order) != sorted(expected_facts, key=_order):
        found.append("facts")
    return [
        f"读模型的“{name}”与台账推演不符 / the read model's {name} differs from what the ledger gives"
        for name in found
    ]


def notices_that_differ(
    connection: Connection, hazard: HazardId, chain: Sequence[Event]
) -> list[tuple[int, int]]:
    """``(seq, n)`` of each notice in the outbox that its event does not give, and of each it gives and is gone.

    When it was handed on is the channels' business and follows from no event.
    """
    given = {(event.seq, n): _notice(event, n) for event in chain for n in range(len(event.notices))}
    stored = {
        (row["seq"], row["n"]): {name: row[name] for name in _NOTICE}
        for row in connection.execute(select(outbox).where(outbox.c.hazard_id == hazard)).mappings()
    }
    return sorted(place for place in given.keys() | stored if given.get(place) != stored.get(place))


def _by_key(row: dict[str, Any]) -> tuple[str, str]:
    return str(row.get("id", "")), str(row.get("unit", "")) + str(row.get("point", ""))


def _order(fact: dict[str, Any]) -> tuple[int, str]:
    return fact["seq"], fact["kind"]


def _state_in(snapshot: str) -> Hazard | None:
    try:
        return Hazard.model_validate_json(snapshot)
    except ValueError:
        return None


# -- made again --------------------------------------------------------------------------------------


class Made(NamedTuple):
    """A hazard folded from its whole ledger: all that its part of the read model is made of."""

    profile: str
    hazard: Hazard
    report: Event
    last_at: datetime
    facts: list[Counted]


_MADE = (_RESTORE, _SET_CLOCK, _SET_LISTING, _SET_PART, _OWE, _INVOLVE, _LINK, _COUNT)
"""What puts a hazard's part in place, the hazard's own row first."""

Packed = tuple[list[Any], ...]
"""The rows of some hazards for each of ``_MADE``, as the driver takes them: cheap to hand to another process."""


def packed(dialect: Dialect, made: Sequence[Made]) -> Packed:
    rows: tuple[list[dict[str, Any]], ...] = (
        [{**_row(one.hazard, one.last_at), **_report_of(one.report, one.profile)} for one in made],
        [_deadline(one.hazard, clock) for one in made for clock in one.hazard.clocks.values()],
        [_listing(one.profile, one.hazard) for one in made if one.hazard.listing],
        [part for one in made for part in _parts(one.profile, one.hazard)],
        [owed for one in made for owed in _obligations(one.profile, one.hazard)],
        [{"hazard_id": one.hazard.id, "unit_id": unit} for one in made for unit in one.hazard.involved],
        [link for one in made for link in _links(one.hazard)],
        [_fact(one.profile, *entry) for one in made for entry in one.facts],
    )
    return tuple(statement.packed(dialect, some) for statement, some in zip(_MADE, rows, strict=True))


def replace(connection: Connection, ids: Sequence[HazardId], rows: Packed) -> None:
    """Put the read model of some hazards in place anew; notices stay, for they may have been delivered."""
    gone = [{"of": id} for id in ids]
    for clear in _CLEAR:
        clear.run(connection, gone)
    for statement, some in zip(_MADE, rows, strict=True):
        if some:
            statement.run_packed(connection, some)


# -- rows --------------------------------------------------------------------------------------------


def _row(hazard: Hazard, at: datetime) -> dict[str, Any]:
    colour = hazard.grade.colour.value if hazard.grade else None
    owed = [clock.due for clock in hazard.owners_clocks() if clock.running]
    return {
        "seq": hazard.seq,
        "head": hazard.head,
        "rules": hazard.rules,
        "state": hazard.state.value,
        "open": hazard.state.open,
        "mode": hazard.mode.value,
        "round": hazard.round,
        "relapses": hazard.relapses,
        "urgency": hazard.urgency.value,
        "sla": hazard.sla.value,
        "level": hazard.level.value,
        "major": hazard.major,
        "colour": colour,
        "confidentiality": hazard.confidentiality.value,
        "owner": hazard.owner,
        "registered_by": hazard.registered_by,
        "subdistrict": hazard.subdistrict,
        "code": hazard.code,
        "hazard_class": hazard.code[:3] if hazard.code else None,
        "category": hazard.category,
        "cleared_at": hazard.cleared_at,
        "closed_at": (hazard.ended_at or at) if hazard.state.terminal else None,
        "strike_off": hazard.strike_off,
        "merged_into": hazard.merged_into,
        "next_wake": next_wakeup(hazard),
        "next_due": min(owed, default=None),
        "updated_at": at,
        "title": hazard.title,
        "place": hazard.place,
        "snapshot": hazard.model_dump_json(exclude={"done"}, exclude_none=True),
    }


def _report_of(event: Event, profile: str) -> dict[str, Any]:
    """What only the report says, and only the read model repeats."""
    form = event.command
    if not isinstance(form, Report):
        raise LedgerConflict(
            f"{event.hazard} 的第一步不是登记，未予记录",
            f"{event.hazard} does not begin with a report; it was not recorded",
        )
    return {
        "id": event.hazard,
        "profile": profile,
        "reported_at": event.at,
        "channel": form.channel.value,
        "occurred_at": form.occurred_at,
        "external_source": form.external_source,
        "external_number": form.external_number,
        "reporter_ref": form.reporter_ref,
        "description": form.description,
    }


def _deadline(hazard: Hazard, clock: Clock) -> dict[str, Any]:
    return {
        "hazard_id": hazard.id,
        "clock": clock.key.value,
        "subtask": clock.subtask or "",
        "bearer": clock.bearer,
        "row": clock.row,
        "started": clock.started,
        "due": clock.due,
        "due_by": clock.due_by,
        "provisional": clock.provisional,
        "unpublished": clock.unpublished,
        "calendar": clock.calendar,
        "level": clock.level.value,
        "stopped_at": clock.stopped_at,
    }


def _obligations(profile: str, hazard: Hazard) -> list[dict[str, Any]]:
    return [_obligation(profile, hazard, owed) for owed in hazard.obligations]


def _obligation(profile: str, hazard: Hazard, owed: Obligation) -> dict[str, Any]:
    """By seat; who took note of it or met it stands in the ledger."""
    return {
        "hazard_id": hazard.id,
        "id": owed.id,
        "profile": profile,
        "kind": owed.kind,
        "unit": owed.unit,
        "role": owed.role,
        "about": owed.about,
        "open": owed.open,
        "raised_at": owed.raised_at,
        "due": owed.due,
        "clock": owed.clock,
        "received_at": owed.received_at,
        "met_at": owed.met_at,
        "accepted_at": owed.accepted_at,
        "result": owed.result,
    }


def _links(hazard: Hazard) -> list[dict[str, Any]]:
    return [{"hazard_id": hazard.id, "point": point} for point in hazard.risk_points]


def _listing(profile: str, hazard: Hazard) -> dict[str, Any]:
    """The sponsor by seat and post, never by person."""
    listing = hazard.listing
    assert listing is not None
    return {
        "hazard_id": hazard.id,
        "profile": profile,
        "listed_at": listing.approved_at,
        "removed_at": listing.removed_at,
        "authority": listing.authority,
        "sponsor_unit": listing.sponsor_unit,
        "sponsor_post": listing.sponsor.post,
        "lead": next(one.unit for one in hazard.subtasks if one.lead),
        "document": listing.document,
        "removal_document": listing.removal_document,
        "extensions": listing.extensions,
        "failed_acceptances": listing.failed_acceptances,
    }


def _parts(profile: str, hazard: Hazard) -> list[dict[str, Any]]:
    return [_part(profile, hazard, one) for one in hazard.subtasks]


def _part(profile: str, hazard: Hazard, one: Subtask) -> dict[str, Any]:
    nodes = [node for node in (hazard.plan.milestones if hazard.plan else ()) if node.unit == one.unit]
    return {
        "hazard_id": hazard.id,
        "unit": one.unit,
        "profile": profile,
        "lead": one.lead,
        "state": one.state.value,
        "sla": one.sla.value,
        "level": one.level.value,
        "highest": one.highest.value,
        "due": min((clock.due for clock in hazard.clocks_of(one.unit) if clock.running), default=None),
        "last_node": nodes[-1].what if nodes else "",
        "reported_at": one.reported_at,
        "confirmed_at": one.confirmed_at,
    }


def _fact(profile: str, event: Told, round: int, fact: Fact) -> dict[str, Any]:
    return {
        "hazard_id": event.hazard,
        "seq": event.seq,
        "kind": fact.kind.value,
        "profile": profile,
        "at": event.at,
        "unit": fact.unit,
        "round": round,
        "detail": fact.detail,
        "on_time": fact.on_time,
    }


def _notice(event: Event, n: int) -> dict[str, Any]:
    notice = event.notices[n]
    return {
        "hazard_id": event.hazard,
        "seq": event.seq,
        "n": n,
        "unit": notice.unit,
        "role": notice.role,
        "kind": notice.kind,
        "document": notice.document,
        "rung": notice.rung.value if notice.rung else None,
        "clock": notice.clock.value if notice.clock else None,
        "subtask": notice.subtask,
        "due": notice.due,
        "created_at": event.at,
    }
