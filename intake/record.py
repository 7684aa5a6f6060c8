"""What the record already holds of the messages that are being imported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from domain.values import HazardId
from storage.database import Database
from storage.tables import hazards

AT_ONCE = 500
"""Ids in one question: a database takes only so many parameters."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded report, as far as a repetition of it must agree with it."""

    title: str
    description: str


class Record:
    """Reads the hazards' row on behalf of the import, which has just numbered them itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reports(self, ids: Sequence[HazardId]) -> dict[HazardId, Recorded]:
        """The reports of those ``ids`` that are recorded. Raises ``StorageUnavailable``."""
        return await self._database.read(_reports, ids)

    async def which(self, ids: Sequence[HazardId]) -> set[HazardId]:
        """Those of ``ids`` that are recorded. Raises ``StorageUnavailable``."""
        return await self._database.read(_which, ids)


def _reports(connection: Connection, ids: Sequence[HazardId]) -> dict[HazardId, Recorded]:
    columns = select(hazards.c.id, hazards.c.title, hazards.c.description)
    return {
        HazardId(row.id): Recorded(row.title, row.description)
        for some in _some(ids)
        for row in connection.execute(columns.where(hazards.c.id.in_(some)))
    }


def _which(connection: Connection, ids: Sequence[HazardId]) -> set[HazardId]:
    return {
        HazardId(found)
        for some in _some(ids)
        for found in connection.scalars(select(hazards.c.id).where(hazards.c.id.in_(some)))
    }


def _some(ids: Sequence[HazardId]) -> Iterable[Sequence[HazardId]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
