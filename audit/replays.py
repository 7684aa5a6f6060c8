"""``qingling replay``: many hazards replayed and compared, over as many processes as asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from audit.compare import Outcome, compared
from audit.replay import Replayed, replayed
from audit.sources import Histories, NoHistory, Source, Told
from audit.store import open_store
from domain.library import LIBRARY
from domain.values import HazardId
from settings import Settings
from storage import rulebooks
from storage.database import Database
from storage.errors import StorageError
from storage.parallel import spread
from storage.tables import hazards
from workflows.hazard import HazardWorkflow

_TOGETHER = 40
_PATIENCE = (0.3, 1.0, 3.0)
"""Seconds between looks at a hazard that was being written to while it was compared."""


class Replays:
    """Replays hazards of one deployment and compares them with its record; writes nothing.

    Raises ``StorageUnavailable``, or ``RPCError`` when the server is away and the archive does not do.
    """

    def __init__(self, database: Database, histories: Histories, *, workflow: type = HazardWorkflow) -> None:
        self._database = database
        self._histories = histories
        self._workflow = workflow
        self._turn = asyncio.Lock()

    async def one(self, hazard: HazardId) -> Outcome:
        """One hazard; whoever asks at the same time waits, for a replay takes a core."""
        async with self._turn:
            return await self._one(hazard)

    async def _one(self, hazard: HazardId) -> Outcome:
        (outcome,) = [outcome async for outcome in self.all([hazard])]
        return outcome

    async def all(self, asked: Sequence[HazardId]) -> AsyncIterator[Outcome]:
        """An outcome for each hazard; one that cannot be replayed has its reason, and keeps no other from its own."""
        told: set[HazardId] = set()
        try:
            async for outcome in self._together(asked):
                told.add(outcome.hazard)
                yield outcome
        except (StorageError, RPCError):
            raise
        except Exception as error:
            left = [hazard for hazard in asked if hazard not in told]
            if len(left) == 1:
                yield _broken_off(left[0], error)
                return
            for hazard in left:
                async for outcome in self.all([hazard]):
                    yield outcome

    async def _together(self, asked: Sequence[HazardId]) -> AsyncIterator[Outcome]:
        await self._database.read(rulebooks.load_into, LIBRARY)
        under_way: deque[tuple[HazardId, Told]] = deque()
        unheard: dict[HazardId, Outcome] = {}

        async def histories() -> AsyncIterator[WorkflowHistory]:
            for hazard in asked:
                try:
                    told = await self._histories.of(hazard)
                except NoHistory as error:
                    unheard[hazard] = _unheard(hazard, error)
                    continue
                under_way.append((hazard, told))
                for history in told.histories:
                    yield history

        runs: list[Replayed] = []
        async for run in replayed(histories(), workflow=self._workflow):
            runs.append(run)
            hazard, told = under_way[0]
            if len(runs) == len(told.histories):
                under_way.popleft()
                yield await self._compared(hazard, runs, told)
                runs = []
        for outcome in unheard.values():
            yield outcome

    async def _compared(self, hazard: HazardId, runs: Sequence[Replayed], told: Told) -> Outcome:
        outcome = await self._database.read(compared, hazard, runs, told.sources)
        for seconds in _PATIENCE:
            # An open hazard may have moved on between its history and its ledger: look at both again.
            if not outcome.ahead or told.sources[-1] is not Source.SERVER:
                break
            await asyncio.sleep(seconds)
            told = await self._histories.of(hazard)
            again = [run async for run in replayed(each_of(told), workflow=self._workflow)]
            outcome = await self._database.read(compared, hazard, again, told.sources)
        return outcome


async def each_of(told: Told) -> AsyncIterator[WorkflowHistory]:
    """The runs of one hazard, in order, as a replay takes them."""
    for history in told.histories:
        yield history


def _unheard(hazard: HazardId, error: NoHistory) -> Outcome:
    return Outcome(hazard=hazard, identical=False, zh=error.zh, en=error.en)


def _broken_off(hazard: HazardId, error: Exception) -> Outcome:
    """What nobody foresaw is a finding about the hazard it happened with."""
    why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return Outcome(hazard=hazard, identical=False, zh=f"复演中断：{why}", en=f"the replay broke off: {why}")


# -- over processes --------------------------------------------------------------------------------------


def replay_all(
    settings: Settings, asked: Sequence[HazardId], *, source: Source, jobs: int = 1
) -> Iterator[tuple[int, list[Outcome]]]:
    """Outcomes as they come, some hazards at a time, with how many they are."""
    work = partial(replay_some, settings, source)
    together = max(1, min(_TOGETHER, len(asked) // max(jobs, 1) or 1))
    return spread(work, asked, jobs=jobs, together=together, lost=_lost)


def _lost(hazard: HazardId) -> list[Outcome]:
    """Of a hazard whose replay takes its process with it."""
    return [
        Outcome(
            hazard=hazard,
            identical=False,
            zh="未复演完：复演进程被系统终止（可能内存不足）",
            en="not replayed: the process that replayed it was killed (out of memory?)",
        )
    ]


def replay_some(settings: Settings, source: Source, asked: Sequence[HazardId]) -> list[Outcome]:
    """For a process of its own."""
    return asyncio.run(_replay_some(settings, source, asked))


async def _replay_some(settings: Settings, source: Source, asked: Sequence[HazardId]) -> list[Outcome]:
    database = Database.connect(settings.database_url.get_secret_value(), size=1)
    try:
        replays = Replays(database, await histories_of(settings, database, source))
        return [outcome async for outcome in replays.all(asked)]
    finally:
        database.close()


async def histories_of(settings: Settings, database: Database, source: Source) -> Histories:
    client = None
    if source is not Source.ARCHIVE:
        client = await Client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            data_converter=pydantic_data_converter,
        )
    return Histories(client, database, open_store(settings), source)


def hazards_since(connection: Connection, since: datetime | None) -> list[HazardId]:
    """Hazards that have moved since ``since``, in order; every one with ``None``."""
    query = select(hazards.c.id).order_by(hazards.c.id)
    if since is not None:
        query = query.where(hazards.c.updated_at >= since)
    return [HazardId(id) for id in connection.scalars(query)]
