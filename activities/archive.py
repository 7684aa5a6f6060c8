"""What the nightly sweep has done: finished runs found, kept, and sealed in a manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from temporalio import activity

from activities.contract import ARCHIVE_FIND, ARCHIVE_KEEP, ARCHIVE_SEAL, Left, Run, Seal
from storage.errors import StorageError, StorageUnavailable


class Keeper(Protocol):
    """Whoever keeps the archive: :class:`audit.archive.Archive`, which stands above this room."""

    async def finished(self) -> list[Run]: ...

    async def aging(self) -> list[Run]: ...

    async def keep(self, run: Run) -> None: ...

    async def seal(self) -> Seal: ...


class Archiving:
    """The activities of the sweep. What is away is tried again by Temporal until it is back."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    @activity.defn(name=ARCHIVE_FIND)
    async def find(self, limit: int) -> list[Run]:
        """At most ``limit`` runs to archive, the most urgent ahead."""
        return [*await self._keeper.finished(), *await self._keeper.aging()][:limit]

    @activity.defn(name=ARCHIVE_KEEP)
    async def keep(self, runs: Sequence[Run]) -> list[Left]:
        """Archive runs, and say which could not be: one that cannot must not hold the others up."""
        left = []
        for run in runs:
            activity.heartbeat(run.hazard)
            try:
                await self._keeper.keep(run)
            except StorageUnavailable:
                raise
            except StorageError as error:
                left.append(Left(run=run, why=str(error)))
        return left

    @activity.defn(name=ARCHIVE_SEAL)
    async def seal(self) -> Seal:
        """Write the manifest, and compare the record with the archive."""
        return await self._keeper.seal()
