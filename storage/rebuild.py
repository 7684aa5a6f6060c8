"""Making the read model again from the ledger, a few hundred hazards in each transaction.

A hazard's part of the read model is replaced whole, so whoever reads meanwhile sees it as it was or as it
follows from the ledger, never half. Work goes on beside it: the hazards of a batch are locked, the others
are not. Notices are not made again: they may have been delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select

from domain.events import Event, evolve
from domain.facts import facts_of
from domain.state import Hazard
from domain.values import HazardId
from storage import programme, projection, texts
from storage.database import Database
from storage.prepared import inserting
from storage.projection import Made
from storage.tables import derived, hazards, ledger

VERSION = 4
"""Goes up when the read model holds something that an older version of the code did not write."""

BATCH = 400
_NAME = "read model"


@dataclass
class Progress:
    """How far a rebuild has come."""

    hazards: int
    """How many there are to do."""
    done: int = 0
    events: int = 0


Tell = Callable[[Progress], None]


def rebuild(database: Database, tell: Tell = lambda _: None) -> Progress:
    """Make the read model of every hazard again. Raises ``ValueError`` where a ledger cannot be replayed."""
    progress = Progress(database.read_now(_how_many))
    tell(progress)
    after = ""
    while batch := database.read_now(_following, after):
        progress.events += database.write_now(_again, batch)
        progress.done += len(batch)
        after = batch[-1]
        tell(progress)
    database.write_now(_texts_again)
    for profile in database.read_now(programme.profiles):
        database.write_now(programme.rebuild, profile)
    database.write_now(_mark)
    return progress


def needed(connection: Connection) -> bool:
    """Whether the read model was made by an older version of the code."""
    made_by = connection.scalar(select(derived.c.version).where(derived.c.name == _NAME))
    return made_by != VERSION


def rebuild_if_needed(database: Database, tell: Tell = lambda _: None) -> None:
    if database.read_now(needed):
        rebuild(database, tell)


def _how_many(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(hazards)) or 0


def _following(connection: Connection, after: str) -> list[str]:
    query = select(hazards.c.id).where(hazards.c.id > after).order_by(hazards.c.id).limit(BATCH)
    return list(connection.scalars(query))


_MARK = inserting(derived, on_conflict="replace")


def _mark(connection: Connection) -> None:
    _MARK.run(connection, {"name": _NAME, "version": VERSION})


# -- hazards -----------------------------------------------------------------------------------------


def _again(connection: Connection, ids: Sequence[str]) -> int:
    """Replaces the read model of some hazards; how many events they have."""
    # Whoever records an event of one of these waits, and then finds its row as he left it.
    connection.execute(select(hazards.c.id).where(hazards.c.id.in_(ids)).with_for_update()).all()
    columns = (ledger.c.hazard_id, ledger.c.prev_hash, ledger.c.hash, ledger.c.body)
    query = select(*columns).where(ledger.c.hazard_id.in_(ids)).order_by(ledger.c.hazard_id, ledger.c.seq)
    rows = connection.execute(query).all()
    made = [_made(connection, chain) for _, chain in groupby(rows, key=itemgetter(0))]
    if made:
        projection.replace(connection, made)
    return len(rows)


class _Told(Event):
    """An event without what the read model does not ask about, which makes up most of reading it."""

    command: Any = None
    refused: Any = None
    notices: Any = ()


def _made(connection: Connection, chain: Iterable[Any]) -> Made:
    state: Hazard | None = None
    report: Event | None = None
    last: Event | None = None
    count: list[projection.Counted] = []
    for hazard, prev, hash, body in chain:
        reading = Event if state is None else _Told
        try:
            event = reading.model_validate_json(body)
            vars(event).update(
                prev=prev, hash=hash, key=None
            )  # keys of commands are not kept in the read model
            due, state = projection.main_due(state), evolve(state, event)
        except ValueError as error:
            raise ValueError(_cannot(hazard, error)) from error
        count += [(event, state.round, fact) for fact in facts_of(event, state, due)]
        report, last = report or event, event
    assert state is not None and report is not None and last is not None  # a group has a row
    return Made(projection.profile_of(connection, state.rules), state, report, last.at, count)


def _cannot(hazard: HazardId, error: ValueError) -> str:
    reason = " ".join(str(error).split())[:200]
    return f"{hazard} 的台账无法推演（{reason}） / the ledger of {hazard} cannot be replayed"


# -- texts -------------------------------------------------------------------------------------------

_FIELDS = tuple(hazards.c[name] for name in texts.FIELDS)


def _texts_again(connection: Connection) -> None:
    """In one transaction: until it is done, words find what they found."""
    texts.forget_all(connection)
    for some in connection.execute(select(*_FIELDS).order_by(hazards.c.id)).mappings().partitions(1000):
        texts.record(connection, [dict(row) for row in some])
