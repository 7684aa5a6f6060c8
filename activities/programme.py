"""What a district's programme does to the world: it reads the rules in force and its record, and adds to that."""

from __future__ import annotations

from sqlalchemy import Connection
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contract import (
    LEDGER_CONFLICT,
    PROGRAMME_RECORD,
    PROGRAMME_RULES,
    PROGRAMME_STATE,
    RulesInForce,
)
from domain.library import LIBRARY
from domain.programme import Happening, Programme
from storage import programme, rulebooks
from storage.database import Database, LedgerConflict


class Programmes:
    """Holds the database that programmes are kept in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name=PROGRAMME_STATE)
    async def state(self, profile: str) -> Programme:
        """The state that follows from the record: where a programme goes on that was ended from outside."""
        return await self._database.read(programme.state, profile)

    @activity.defn(name=PROGRAMME_RULES)
    async def rules(self, profile: str) -> RulesInForce:
        """Digests of what is published now; this process knows their texts from then on."""
        return await self._database.read(_in_force, profile)

    @activity.defn(name=PROGRAMME_RECORD)
    async def record(self, happening: Happening) -> None:
        """Add an entry to the record; again changes nothing.

        Raises a non-retryable failure when the record already says something else.
        """
        try:
            await self._database.write(programme.append, happening)
        except LedgerConflict as conflict:
            raise ApplicationError(str(conflict), type=LEDGER_CONFLICT, non_retryable=True) from conflict


def _in_force(connection: Connection, profile: str) -> RulesInForce:
    rulebooks.load_into(connection, LIBRARY)
    return RulesInForce(
        rules=rulebooks.current(connection, profile), calendar=rulebooks.current_calendar(connection)
    )
