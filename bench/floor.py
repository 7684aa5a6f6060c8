"""The floor: what a lifecycle costs on the engine before a single rule of ours is applied.

A bare workflow takes as many commands as a hazard does; each is one update, one local activity with one
insert, and one re-armed timer. Its worker has our settings and its database file our engine's, so that
what the product costs above it is the product's own doing.

``python -m bench.floor`` runs its worker.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, Connection, DateTime, Integer, MetaData, String, Table, func, insert, select
from temporalio import activity, workflow

from service.temporal import connect
from settings import Settings, load_settings
from storage.database import Database
from worker import tuned

TASK_QUEUE = "bench-floor"

_acts = Table(
    "acts",
    MetaData(),
    Column("workflow", String, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("text", String, nullable=False),
    Column("at", DateTime, nullable=False),
)


@dataclass
class Act:
    """One command of the floor, and the row it becomes."""

    workflow: str
    n: int
    text: str


def insert_act(connection: Connection, act: Act) -> None:
    connection.execute(
        insert(_acts).values(workflow=act.workflow, n=act.n, text=act.text, at=datetime.now(UTC))
    )


def count_acts(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(_acts)) or 0


class Inserter:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="insert")
    async def insert(self, act: Act) -> None:
        await self._database.write(insert_act, act)


@workflow.defn(name="Floor")
class FloorWorkflow:
    """As long as a hazard lives: it stays open, on its timer, when its last command has been answered."""

    @workflow.init
    def __init__(self, first: Act) -> None:
        self._done = 0

    @workflow.run
    async def run(self, first: Act) -> None:
        await self._insert(first)
        while True:
            done = self._done
            with suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._done != done, timeout=timedelta(days=30))  # noqa: B023

    @workflow.update
    async def act(self, act: Act) -> int:
        await self._insert(act)
        return self._done

    async def _insert(self, act: Act) -> None:
        await workflow.execute_local_activity("insert", act, start_to_close_timeout=timedelta(seconds=5))
        self._done += 1


def database_of(folder: Path) -> Database:
    """The floor's own file, opened as the record is."""
    return Database.connect(f"sqlite:///{folder}/floor.db")


def create_table(folder: Path) -> None:
    database = database_of(folder)
    try:
        database.write_now(_acts.create)
    finally:
        database.close()


async def serve(settings: Settings) -> None:
    database = database_of(settings.var_dir)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        async with tuned(await connect(settings), TASK_QUEUE, [FloorWorkflow], [Inserter(database).insert]):
            await stop.wait()
    finally:
        database.close()


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda *_: gc.collect())  # as the product's worker, see bench.memory
    asyncio.run(serve(load_settings()))
