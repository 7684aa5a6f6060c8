"""``record``: one change of one hazard in one transaction, idempotent by (hazard, seq); and reading it back."""

from __future__ import annotations

from datetime import datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contract import LEDGER_CONFLICT, RECORD, RECORDED_SINCE, Entry
from domain.events import Event
from domain.values import HazardId
from storage import ledger
from storage.database import Database, LedgerConflict


class Recorder:
    """Holds the database that ``record`` writes to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name=RECORD)
    async def record(self, entry: Entry) -> datetime | None:
        """Append events to the ledger and bring the read model up to date; answers with nothing.

        Where the place of the first event is taken by one of another moment, nothing is written and the answer
        is that moment: whoever decides the same for it will find it recorded.

        Raises a non-retryable failure when the ledger already says something else; any other error
        (database away, disk full) is retried by Temporal until it has passed.
        """
        try:
            await self._database.write(ledger.append, entry.hazard, entry.events)
        except LedgerConflict as conflict:
            first = entry.events[0]
            then = await self._database.read(ledger.moment_of, first.hazard, first.seq)
            if then not in (None, first.at):
                return then
            raise ApplicationError(str(conflict), type=LEDGER_CONFLICT, non_retryable=True) from conflict
        return None

    @activity.defn(name=RECORDED_SINCE)
    async def recorded_since(self, hazard: HazardId, seq: int) -> list[Event]:
        """The entries that follow ``seq`` in the ledger of a hazard, with their hashes as they stand there."""
        return [entry.event for entry in await self._database.read(ledger.events, hazard, seq)]
