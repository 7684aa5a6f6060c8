"""The ledger: what happened to each hazard, in a chain that nobody can rewrite unnoticed.

``append`` is the one transaction of a change: its events, and the read model brought up to them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select, union

from domain.events import Event, chain_hash, evolve
from domain.facts import facts_of
from domain.state import Hazard
from domain.values import HazardId
from storage import projection
from storage.chained import Chain
from storage.errors import LedgerConflict, LedgerGap
from storage.prepared import inserting
from storage.tables import hazards, ledger, rulebooks

_INSERT = inserting(ledger)


# -- writing -----------------------------------------------------------------------------------------


def append(connection: Connection, hazard: Hazard, events: Sequence[Event]) -> None:
    """Record ``events`` of one hazard; ``hazard`` is its state after them.

    Doing it again changes nothing: an event that is recorded already is skipped. Raises
    :class:`LedgerConflict` when another event stands in its place or the chain does not hold, and
    :class:`LedgerGap` when events before it are missing.
    """
    if not events:
        return
    entries = _checked(hazard, events)
    profile = projection.profile_of(connection, hazard.rules)
    # The hazard's row guards its chain: whoever moves it from the head he builds on may append. So the
    # common case asks nothing first, and of two writers with the same event only one gets through.
    before = projection.standing(connection, hazard.id, events)
    if not projection.advance(connection, profile, hazard, events):
        recorded = _recorded(connection, hazard.id, events)
        entries = entries[recorded:]
        events = events[recorded:]
        if not events:
            return
        before = projection.standing(connection, hazard.id, events)
        if not projection.advance(connection, profile, hazard, events):
            raise _conflict(hazard.id, events[0].seq, "已被另一进程改动", "was changed by another process")
    _INSERT.run(connection, [_row(profile, event, body) for event, body in entries])
    projection.follow(connection, profile, before, hazard, events)


def _checked(hazard: Hazard, events: Sequence[Event]) -> list[tuple[Event, str]]:
    """The events with their texts. Raises :class:`LedgerConflict` when they are not one sound chain."""
    entries = []
    before: Event | None = None
    for event in events:
        body = event.body
        if event.hazard != hazard.id:
            raise _conflict(hazard.id, event.seq, "属于另一隐患", "belongs to another hazard")
        if event.hash != chain_hash(event.prev, body):
            raise _conflict(hazard.id, event.seq, "的正文与散列不符", "does not match its hash")
        if before and (event.seq != before.seq + 1 or event.prev != before.hash):
            raise _conflict(hazard.id, event.seq, "与前一步不相衔接", "does not follow the one before it")
        entries.append((event, body))
        before = event
    if before and (hazard.seq, hazard.head) != (before.seq, before.hash):
        raise _conflict(
            hazard.id, before.seq, "不是所附状态的最后一步", "is not the last one of the state given"
        )
    return entries


def _recorded(connection: Connection, hazard: HazardId, events: Sequence[Event]) -> int:
    """How many of ``events`` are recorded already. Raises when the others cannot follow what is."""
    rows = connection.execute(
        select(ledger.c.seq, ledger.c.hash)
        .where(ledger.c.hazard_id == hazard, ledger.c.seq >= events[0].seq - 1)
        .order_by(ledger.c.seq)
    ).all()
    stored = {row.seq: row.hash for row in rows}
    for event in events:
        if stored.get(event.seq, event.hash) != event.hash:
            raise _conflict(hazard, event.seq, "已记有另一事项", "is already taken by another event")
    known = [event for event in events if event.seq in stored]
    if len(known) == len(events):
        return len(known)
    following = events[len(known)]
    if following.seq > 1 and following.seq - 1 not in stored:
        raise _gap(connection, hazard, following.seq)
    if following.prev != stored.get(following.seq - 1, ""):
        raise _conflict(hazard, following.seq, "与已记录的前一步不相衔接", "does not follow what is recorded")
    return len(known)


def _row(profile: str, event: Event, body: str) -> dict[str, Any]:
    return {
        "hazard_id": event.hazard,
        "profile": profile,
        "prev_hash": event.prev,
        "hash": event.hash,
        "body": body,
        **_columns(event),
    }


def _columns(event: Event) -> dict[str, Any]:
    """What a row repeats of its text, for asking by it."""
    return {
        "seq": event.seq,
        "type": event.type,
        "at": event.at,
        "actor_unit": event.actor.unit,
        "actor_role": event.actor.role.value,
        "actor_person": event.actor.person,
        "rule": event.rule,
    }


def _conflict(hazard: HazardId, seq: int, zh: str, en: str) -> LedgerConflict:
    return LedgerConflict(
        f"{hazard} 第{seq}步{zh}，未予记录", f"{hazard} seq {seq} {en}; it was not recorded"
    )


def _gap(connection: Connection, hazard: HazardId, seq: int) -> LedgerGap:
    last = last_seq(connection, hazard)
    return LedgerGap(
        f"{hazard} 只记录到第{last}步，不能接记第{seq}步",
        f"{hazard} is recorded up to seq {last}; seq {seq} cannot follow",
        last,
    )


# -- reading -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StoredEvent:
    """An entry as it stands in the ledger. ``body`` is the text that was hashed."""

    hazard: HazardId
    seq: int
    at: datetime
    prev: str
    hash: str
    body: str

    @cached_property
    def event(self) -> Event:
        """The entry as the core reads it, ``prev`` and ``hash`` included."""
        event = Event.model_validate_json(self.body)
        return event.model_copy(update={"prev": self.prev, "hash": self.hash})


_ENTRY = (
    ledger.c.hazard_id,
    ledger.c.seq,
    ledger.c.at,
    ledger.c.prev_hash,
    ledger.c.hash,
    ledger.c.body,
)


def events(
    connection: Connection, hazard: HazardId, after: int = 0, limit: int | None = None
) -> list[StoredEvent]:
    """Entries of one hazard in order, from the one that follows ``after``. Asks nobody's rights."""
    query = _FOLLOWING if limit is None else _SOME_FOLLOWING
    asked = {"hazard": hazard, "after": after, "most": limit}
    return [_stored(row) for row in connection.execute(query, asked)]


_FOLLOWING = (
    select(*_ENTRY)
    .where(ledger.c.hazard_id == bindparam("hazard"), ledger.c.seq > bindparam("after"))
    .order_by(ledger.c.seq)
)
_SOME_FOLLOWING = _FOLLOWING.limit(bindparam("most"))
"""Put together once: every page of a hazard asks for its story."""


def moment_of(connection: Connection, hazard: HazardId, seq: int) -> datetime | None:
    """When the event was decided that stands at ``seq``, or ``None`` when there is none."""
    query = select(ledger.c.at).where(ledger.c.hazard_id == hazard, ledger.c.seq == seq)
    return connection.scalar(query)


def under_key(connection: Connection, hazard: HazardId, key: str) -> Event | None:
    """What was last recorded of a hazard under a command's key, a kept refusal included; ``None`` for a new key."""
    said = f'"key":{json.dumps(key, ensure_ascii=False)}'
    found = connection.scalars(
        select(ledger.c.body)
        .where(ledger.c.hazard_id == hazard, ledger.c.body.contains(said, autoescape=True))
        .order_by(ledger.c.seq.desc())
    )
    events = (Event.model_validate_json(body) for body in found)  # a text may quote a key that is not its own
    return next((event for event in events if event.key == key), None)


def last_seq(connection: Connection, hazard: HazardId) -> int:
    """Where the ledger of a hazard ends; 0 when there is none."""
    query = select(ledger.c.seq).where(ledger.c.hazard_id == hazard).order_by(ledger.c.seq.desc()).limit(1)
    return connection.scalar(query) or 0


def hazard_ids(connection: Connection) -> Iterator[HazardId]:
    """Every hazard of the ledger, and every one that should be in it, in order."""
    query = union(select(ledger.c.hazard_id), select(hazards.c.id)).order_by("hazard_id")
    return (HazardId(id) for id in connection.execute(query).scalars())


class Link(NamedTuple):
    """What the chain is made of: an entry without what only repeats its text."""

    hazard: str
    seq: int
    prev: str
    hash: str
    body: str


def links(connection: Connection) -> Iterator[Link]:
    """The whole ledger by hazard and ``seq``, as the driver gives it: for whoever hashes all of it."""
    # Past SQLAlchemy's rows, which cost more than the hashing, and past its results, which read ahead.
    driver: Any = connection.connection.driver_connection
    kept_by_the_server = {"name": "links"} if connection.dialect.name == "postgresql" else {}
    with closing(driver.cursor(**kept_by_the_server)) as cursor:
        cursor.execute("SELECT hazard_id, seq, prev_hash, hash, body FROM ledger ORDER BY hazard_id, seq")
        while rows := cursor.fetchmany(500):
            yield from rows


def replay(connection: Connection, hazard: HazardId) -> Hazard | None:
    """The state that follows from the ledger alone, or ``None`` when the hazard is not in it."""
    state: Hazard | None = None
    for entry in events(connection, hazard):
        state = evolve(state, entry.event)
    return state


def _stored(row: Row[*tuple[Any, ...]]) -> StoredEvent:
    return StoredEvent(HazardId(row.hazard_id), row.seq, row.at, row.prev_hash, row.hash, row.body)


# -- checking ----------------------------------------------------------------------------------------


def verify(connection: Connection, hazard: HazardId) -> list[str]:
    """What is wrong with a hazard's record, one sentence each; nothing when it is sound.

    Every hash is computed again from the stored text, the columns are compared with it, and the read
    model with what follows from the ledger.
    """
    findings: list[str] = []
    chain = _chain()
    events: list[Event] | None = []
    for row in connection.execute(select(ledger).where(ledger.c.hazard_id == hazard).order_by(ledger.c.seq)):
        findings += chain.link(row.seq, row)
        try:
            event = _stored(row).event
        except ValueError:
            findings.append(chain.unread(row.seq))
            events = None
        else:
            findings += chain.columns(row.seq, row, _all_columns(event))
            if events is not None:
                events.append(event)
    if not chain.last:
        return ["没有任何记录 / there is no record at all"]
    if events:
        findings += read_model_findings(connection, events)
    return findings


def verify_derived(connection: Connection, hazard: HazardId) -> list[str]:
    """The part of :func:`verify` that needs the texts read: columns, rules named, and the read model.

    For a chain that is known to be sound. Costs a hundred times the hashing.
    """
    findings: list[str] = []
    chain, events = _chain(), list[Event]()
    for row in connection.execute(select(ledger).where(ledger.c.hazard_id == hazard).order_by(ledger.c.seq)):
        try:
            event = _stored(row).event
        except ValueError:
            return [*findings, chain.unread(row.seq)]
        findings += chain.columns(row.seq, row, _all_columns(event))
        events.append(event)
    if not events:
        return ["没有任何记录 / there is no record at all"]
    return findings + _rules_findings(connection, events) + read_model_findings(connection, events)


def _chain() -> Chain:
    return Chain(_finding, "步", "entries")


def _all_columns(event: Event) -> dict[str, Any]:
    return {"hazard_id": event.hazard, **_columns(event)}


def _rules_findings(connection: Connection, chain: Sequence[Event]) -> list[str]:
    first = {digest: event.seq for event in reversed(chain) for digest in (event.rules, event.calendar)}
    query = select(rulebooks.c.digest).where(rulebooks.c.digest.in_(list(first)))
    known = set(connection.scalars(query))
    return [
        _finding(
            seq,
            f"所依据的规则文本 {digest[:12]} 不在数据库中",
            f"the rules {digest[:12]} it was decided under are not in the database",
        )
        for digest, seq in first.items()
        if digest not in known
    ]


def read_model_findings(connection: Connection, chain: Sequence[Event]) -> list[str]:
    """Where the read model is not what follows from all the events of a hazard, one sentence each."""
    state: Hazard | None = None
    count: list[projection.Counted] = []
    try:
        for event in chain:
            due, state = projection.main_due(state), evolve(state, event)
            count += [(event, state.round, fact) for fact in facts_of(event, state, due)]
    except ValueError as error:
        reason = " ".join(str(error).split())[:200]
        return [f"台账无法推演（{reason}） / the ledger cannot be replayed ({reason})"]
    assert state is not None
    found = projection.differences(connection, state, chain[0], chain[-1], count)
    return found + [
        _finding(seq, f"第{n + 1}份通知与台账不符", f"notice {n + 1} differs from what the ledger gives")
        for seq, n in projection.notices_that_differ(connection, state.id, chain)
    ]


def _finding(seq: int, zh: str, en: str) -> str:
    return f"第{seq}步：{zh} / seq {seq}: {en}"
