"""Opens the door for an import: database, rules and Temporal, each waited for when it is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig

from domain.library import LIBRARY, Rulebook
from intake.patience import Patience
from intake.sheets import SheetError
from intake.watch import Watch
from service.door import Door, Doorway, NotRecorded
from service.rulebooks import Current
from service.temporal import connect
from settings import Settings
from storage import migrate
from storage.database import Database


@dataclass(frozen=True)
class Opened:
    """What an import works with."""

    door: Door
    database: Database
    book: Rulebook


@asynccontextmanager
async def opened(settings: Settings, profile: str, watch: Watch) -> AsyncIterator[Opened]:
    """Raises ``Refusal`` for a profile that is not published and :class:`SheetError` without a database."""
    patience = Patience(watch)
    url = settings.database_url.get_secret_value()
    if await patience.until(lambda: asyncio.to_thread(migrate.pending, url)):
        raise SheetError(
            "数据库尚未建立或版本较旧，请先运行 qingling migrate",
            "the database is missing or of an older version; run qingling migrate first",
        )
    database = Database.connect(url)
    try:
        current = Current(database, LIBRARY)
        digests = await patience.until(lambda: current.rules(profile))
        client = await patience.until(lambda: _connected(settings))
        door = Door(client, database, LIBRARY, current, Doorway(settings.task_queue))
        yield Opened(door, database, LIBRARY.rules(*digests).book)
    finally:
        database.close()


async def _connected(settings: Settings) -> Client:
    try:
        # The client would write a line for each try of each start; the watch says it once.
        return await connect(settings, Runtime(telemetry=TelemetryConfig(logging=None)))
    except RuntimeError:  # how the client says that nobody answers
        raise NotRecorded(
            f"连接不上 Temporal（{settings.temporal_address}），请确认 qingling up 已运行"
            f" | Temporal does not answer at {settings.temporal_address}; is qingling up running?"
        ) from None
