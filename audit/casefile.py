"""One hazard on the command line: opened from the record, and told as it stood and why.

Whoever works on this machine needs no token; his reading of a confidential hazard is logged all the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from audit import travel
from audit.dossier import Papers
from audit.life import Step, life
from audit.reasons import Account, account
from audit.statement import state
from audit.travel import Moment
from domain.library import LIBRARY, Library
from domain.organisation import Actor, Role
from domain.values import HazardId, PersonId, UnitId
from settings import Settings
from storage import accesslog, ledger, outbox, rulebooks
from storage.accesslog import Access, Looked
from storage.database import Database
from storage.ledger import StoredEvent
from storage.outbox import Sent
from storage.tables import hazards


class NoSuchHazard(LookupError):
    def __init__(self, hazard: str) -> None:
        super().__init__(f"没有隐患 {hazard} | there is no hazard {hazard}")


@dataclass(frozen=True)
class CaseFile:
    """Everything the record holds of one hazard."""

    hazard: HazardId
    library: Library
    entries: tuple[StoredEvent, ...]
    steps: tuple[Step, ...]
    sent: tuple[Sent, ...]

    def moment(self, at: str | None, now: datetime) -> Moment:
        """Raises :class:`audit.travel.NoSuchPoint`."""
        return travel.moment(self.library, self.steps, travel.point(at) if at else now, now)

    def account(self, only: int | None = None) -> Account:
        """Raises :class:`audit.travel.NoSuchPoint` for a step the ledger does not have."""
        if only is not None and not 1 <= only <= len(self.steps):
            raise travel.no_such_step(len(self.steps), only)
        return account(self.library, self.steps, self.sent, only)

    def papers(self, database: Database, now: datetime) -> Papers:
        """What the dossier is made of, checked as it is now."""
        statement = database.read_now(state, self.library, self.steps, now)
        return Papers(self.library, self.steps, self.sent, statement, now)


@contextmanager
def record(settings: Settings) -> Iterator[Database]:
    """The database, with everything it ever published in the library."""
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        database.read_now(rulebooks.load_into, LIBRARY)
        yield database
    finally:
        database.close()


def opened(database: Database, hazard: str, looked: Looked) -> CaseFile:
    """The file of a hazard. Raises :class:`NoSuchHazard` or :class:`audit.life.LedgerUnreadable`."""
    number = HazardId(hazard)
    entries = database.read_now(ledger.events, number)
    if not entries:
        raise NoSuchHazard(hazard)
    log(database, [number], looked)
    return CaseFile(
        number, LIBRARY, tuple(entries), life(entries), tuple(database.read_now(outbox.sent, number))
    )


def numbers(
    connection: Connection, profile: str, since: datetime | None = None, until: datetime | None = None
) -> list[HazardId]:
    """Hazards of a district that were reported in a period, the earliest first; ``until`` is not included."""
    query = select(hazards.c.id).where(hazards.c.profile == profile)
    if since is not None:
        query = query.where(hazards.c.reported_at >= since)
    if until is not None:
        query = query.where(hazards.c.reported_at < until)
    found = connection.execute(query.order_by(hazards.c.reported_at, hazards.c.id)).scalars()
    return [HazardId(number) for number in found]


def log(database: Database, hazards: list[HazardId], looked: Looked) -> None:
    """A line in the access log for each confidential one of ``hazards``."""
    now = datetime.now(UTC)

    def accesses(connection: Connection) -> list[Access]:
        found = ((hazard, accesslog.confidential(connection, hazard)) for hazard in hazards)
        return [
            Access(
                hazard=hazard,
                profile=secret[0],
                confidentiality=secret[1],
                actor=_operator(),
                looked=looked,
                at=now,
            )
            for hazard, secret in found
            if secret is not None
        ]

    lines = database.read_now(accesses)
    if lines:
        database.write_now(accesslog.record, lines)


def _operator() -> Actor:
    """Whoever sits at this machine: known by his account's number only."""
    return Actor(unit=UnitId("system"), role=Role.SYSTEM, person=PersonId(f"uid-{os.getuid()}"))
