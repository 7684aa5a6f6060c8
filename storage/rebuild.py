"""Making the read model again from the ledger, a few hundred hazards in each transaction.

A hazard's part of the read model is replaced whole, so whoever reads meanwhile sees it as it was or as it
follows from the ledger, never half. Work goes on beside it: the hazards of a batch are locked, the others
are not. Notices are not made again: they may have been delivered.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from domain.events import Event, Told, evolve
from domain.facts import facts_of
from domain.state import Hazard
from domain.values import HazardId
from storage import projection, riskpoints, texts
from storage.database import Database
from storage.parallel import spread
from storage.prepared import inserting
from storage.projection import Made
from storage.tables import derived, hazards, ledger

VERSION = 5
"""Goes up when the read model holds something that an older version of the code did not write."""

BATCH = 400
_WORTH_PROCESSES = 5000
"""Hazards; fewer are folded here in the time that other processes take to start."""
_NAME = "read model"


@dataclass
class Progress:
    """How far a rebuild has come."""

    hazards: int
    """How many there are to do."""
    done: int = 0
    events: int = 0


Tell = Callable[[Progress], None]


def rebuild(database: Database, tell: Tell = lambda _: None, *, jobs: int | None = None) -> Progress:
    """Make the read model of every hazard again, folding in ``jobs`` processes (as many as there are cores).

    Raises ``ValueError`` where a ledger cannot be replayed; what was made before it stays.
    """
    ids = database.read_now(_all)
    progress = Progress(len(ids))
    tell(progress)
    if jobs is None:
        jobs = (os.cpu_count() or 1) if len(ids) >= _WORTH_PROCESSES else 1
    fold = partial(_folded, database) if jobs <= 1 else partial(_folded_apart, database.url)
    for done, folded in spread(fold, ids, jobs=jobs, together=BATCH):
        progress.events += database.write_now(_put, folded)
        progress.done += done
        tell(progress)
    database.write_now(_texts_again)
    database.write_now(_risk_points_again)
    database.write_now(_mark)
    return progress


def needed(connection: Connection) -> bool:
    """Whether the read model was made by an older version of the code."""
    made_by = connection.scalar(select(derived.c.version).where(derived.c.name == _NAME))
    return made_by != VERSION


def rebuild_if_needed(database: Database, tell: Tell = lambda _: None) -> None:
    if database.read_now(needed):
        rebuild(database, tell)


def _all(connection: Connection) -> list[HazardId]:
    return [HazardId(id) for id in connection.scalars(select(hazards.c.id).order_by(hazards.c.id))]


_MARK = inserting(derived, on_conflict="replace")


def _mark(connection: Connection) -> None:
    _MARK.run(connection, {"name": _NAME, "version": VERSION})


# -- hazards -----------------------------------------------------------------------------------------


class Folded(NamedTuple):
    """Some hazards folded from their ledgers, ready to be put in place."""

    ends: dict[HazardId, int]
    """The last ``seq`` that each was folded from."""
    events: int
    rows: projection.Packed


def _put(connection: Connection, folded: Folded) -> int:
    """Replaces the read model of some hazards; how many events they have."""
    ids = list(folded.ends)
    # Whoever records an event of one of these waits, and then finds its row as he left it.
    connection.execute(select(hazards.c.id).where(hazards.c.id.in_(ids)).with_for_update()).all()
    if _ends(connection, ids) != folded.ends:  # somebody recorded an event since they were folded
        folded = _fold(connection, ids)
    projection.replace(connection, ids, folded.rows)
    return folded.events


def _ends(connection: Connection, ids: Sequence[HazardId]) -> dict[HazardId, int]:
    query = select(ledger.c.hazard_id, func.max(ledger.c.seq)).where(ledger.c.hazard_id.in_(ids))
    return {HazardId(id): seq for id, seq in connection.execute(query.group_by(ledger.c.hazard_id))}


def _folded(database: Database, ids: Sequence[HazardId]) -> Folded:
    return database.read_now(_fold, ids)


def _folded_apart(url: str, ids: Sequence[HazardId]) -> Folded:
    """For a process of its own."""
    database = Database.connect(url, size=1)
    try:
        return _folded(database, ids)
    finally:
        database.close()


def _fold(connection: Connection, ids: Sequence[HazardId]) -> Folded:
    columns = (ledger.c.hazard_id, ledger.c.prev_hash, ledger.c.hash, ledger.c.body)
    query = select(*columns).where(ledger.c.hazard_id.in_(ids)).order_by(ledger.c.hazard_id, ledger.c.seq)
    with _no_garbage():
        rows = connection.execute(query).all()
        made = [_made(connection, chain) for _, chain in groupby(rows, key=itemgetter(0))]
        ends = {one.hazard.id: one.hazard.seq for one in made}
        return Folded(ends, len(rows), projection.packed(connection.dialect, made))


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Folding makes many values and no cycles: looking for some among them takes more than a third of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _made(connection: Connection, chain: Iterable[Any]) -> Made:
    state: Hazard | None = None
    report: Event | None = None
    last: Told | None = None
    count: list[projection.Counted] = []
    for hazard, prev, hash, body in chain:
        # What the read model does not ask about, commands and notices, makes up most of reading an event.
        reading = Event if state is None else Told
        try:
            event = reading.model_validate_json(body)
            # Keys of commands are not kept in the read model.
            vars(event).update(prev=prev, hash=hash, key=None)
            due, state = projection.main_due(state), evolve(state, event)
        except ValueError as error:
            raise ValueError(_cannot(hazard, error)) from error
        count += [(event, state.round, fact) for fact in facts_of(event, state, due)]
        last = event
        if isinstance(event, Event):
            report = event
    assert state is not None and report is not None and last is not None  # a group has a row
    return Made(projection.profile_of(connection, state.rules), state, report, last.at, count)


def _cannot(hazard: HazardId, error: ValueError) -> str:
    reason = " ".join(str(error).split())[:200]
    return f"{hazard} 的台账无法推演（{reason}） / the ledger of {hazard} cannot be replayed"


def _risk_points_again(connection: Connection) -> None:
    for profile in riskpoints.profiles(connection):
        riskpoints.rebuild(connection, profile)


# -- texts -------------------------------------------------------------------------------------------

_FIELDS = tuple(hazards.c[name] for name in texts.FIELDS)


def _texts_again(connection: Connection) -> None:
    """In one transaction: until it is done, words find what they found."""
    texts.forget_all(connection)
    for some in connection.execute(select(*_FIELDS).order_by(hazards.c.id)).mappings().partitions(1000):
        texts.record(connection, [dict(row) for row in some])
