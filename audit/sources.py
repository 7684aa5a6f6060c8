"""Where a hazard's history comes from: the server while it has it, the archive afterwards; run by run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from audit import objects
from audit.store import NotThere, Store
from domain.values import HazardId
from storage import archive as index
from storage.archive import Kept, Kind
from storage.database import Database
from storage.errors import StorageError


class Source(StrEnum):
    """Which histories to replay."""

    AUTO = "auto"
    """The server's, and the archive's for runs that the server no longer has."""
    SERVER = "server"
    ARCHIVE = "archive"


class NoHistory(StorageError):
    """There is no history to replay, or the archived one is not what was archived."""


@dataclass(frozen=True)
class Told:
    """The runs of one hazard, the first one ahead."""

    histories: tuple[WorkflowHistory, ...]
    sources: tuple[Source, ...]
    """Where each came from."""


class Histories:
    """Finds histories. Raises :class:`NoHistory`, ``StorageUnavailable``, or ``RPCError`` for a server that is away."""

    def __init__(self, client: Client | None, database: Database, store: Store, source: Source) -> None:
        """Without a ``client`` the archive is all there is."""
        self._client = None if source is Source.ARCHIVE else client
        self._database = database
        self._store = store
        self._source = source

    async def of(self, hazard: HazardId) -> Told:
        """All runs of a hazard, from the one that opened it."""
        kept: list[Kept] = []
        if self._source is not Source.SERVER:
            kept = await self._database.read(index.of_hazard, hazard)
        finished = {entry.run: entry for entry in kept if entry.kind is Kind.HISTORY and entry.run}
        last = await self._from_server(hazard, None) if self._client else None
        if last is not None:
            chain, sources = [last], [Source.SERVER]
        else:
            chain, sources = [await self._last_archived(hazard, kept)], [Source.ARCHIVE]
        seen: set[str] = set()
        while run := objects.previous_run(chain[0]):
            if run in seen:
                raise NoHistory(
                    f"{hazard} 的各段历史首尾相连成环（{run}）", f"the runs of {hazard} lead back to {run}"
                )
            seen.add(run)
            before = await self._from_server(hazard, run) if self._client else None
            sources.insert(0, Source.SERVER if before else Source.ARCHIVE)
            if before is None:
                if run not in finished:
                    raise NoHistory(
                        f"{hazard} 的一段历史 {run} 既不在引擎中也没有归档",
                        f"run {run} of {hazard} is neither on the server nor archived",
                    )
                before = await self._archived(finished[run])
            chain.insert(0, before)
        return Told(tuple(chain), tuple(sources))

    async def _from_server(self, hazard: HazardId, run: str | None) -> WorkflowHistory | None:
        assert self._client is not None
        try:
            return await self._client.get_workflow_handle(hazard, run_id=run).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def _last_archived(self, hazard: HazardId, kept: Sequence[Kept]) -> WorkflowHistory:
        finished = {entry.run: entry for entry in kept if entry.kind is Kind.HISTORY}
        copies = sorted(
            (entry for entry in kept if entry.kind is Kind.OPEN_HISTORY and entry.run not in finished),
            key=lambda entry: entry.events or 0,
        )
        ends = [entry for entry in finished.values() if entry.next_run not in finished]
        if not copies and not ends:
            raise NoHistory(
                f"{hazard} 既不在引擎中也没有归档", f"{hazard} is neither on the server nor archived"
            )
        return await self._archived(copies[-1] if copies else ends[-1])

    async def _archived(self, kept: Kept) -> WorkflowHistory:
        try:
            body = await asyncio.to_thread(self._store.get, kept.name)
        except NotThere:
            raise NoHistory(f"{kept.name} 已不在归档中", f"{kept.name} is gone from the archive") from None
        if objects.sha256(body) != kept.sha256:
            raise NoHistory(
                f"{kept.name} 与归档时的内容不符",
                f"{kept.name} is not what was archived: replaced or altered",
            )
        try:
            return objects.history_in(kept.hazard or "", body)
        except ValueError as error:
            raise NoHistory(
                f"归档的 {kept.name} 不是工作流历史（{error}）",
                f"{kept.name} in the archive is no history ({error})",
            ) from None
