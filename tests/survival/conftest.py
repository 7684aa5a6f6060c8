"""A deployment of real processes on real files, to be broken: server, worker, and our own door."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from deployment import file_example_contacts, prepare_namespace, publish_shipped
from domain.commands import parse
from domain.library import LIBRARY
from domain.values import HazardId
from service.door import Door, Doorway
from service.rulebooks import Current
from service.temporal import connect
from settings import load_settings
from storage import ledger
from storage.database import Database
from storage.scope import Principal
from up import Group, Ports
from workflows.contract import Receipt


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Deployment:
    """Parts that can be killed and started again, and commands through the door."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "qingling.db"
        self.group = Group(
            load_settings(var_dir=folder, database_url=f"sqlite:///{self.file}"),
            Ports(free_port(), free_port(), free_port()),
        )
        self.settings = self.group.settings_of_parts()
        self.door: Door
        self.database: Database

    async def start(self) -> None:
        self.group.start_server()
        publish_shipped(self.settings)
        file_example_contacts(self.settings)
        await prepare_namespace(self.settings)
        self.group.start_worker()
        self.database = Database.connect(self.settings.database_url.get_secret_value())
        await self.open_door()

    async def open_door(self, patience: float = 20) -> None:
        client = await connect(self.settings)
        current = Current(self.database, LIBRARY)
        way = Doorway(self.settings.task_queue, timedelta(seconds=patience))
        self.door = Door(client, self.database, LIBRARY, current, way)

    def kill(self, name: str) -> None:
        """``kill -9``: no goodbye, nothing flushed."""
        part = next(part for part in self.group.parts if part.name == name)
        assert part.process is not None
        part.process.kill()
        part.process.wait()
        self.group.parts.remove(part)

    def restart(self, name: str) -> None:
        self.kill(name)
        self.group.start_worker() if name == "worker" else self.group.start_server()

    def start_worker_that_dies_after(self, kind: str) -> None:
        """Killed when it has recorded an event of that kind and told nobody."""
        self.group._start("worker", [sys.executable, "-m", "tests.survival.dying_worker", kind])

    async def death_of(self, name: str) -> None:
        part = next(part for part in self.group.parts if part.name == name)
        while part.ended is None:  # noqa: ASYNC110 a process has no event to wait on
            await asyncio.sleep(0.05)
        self.group.parts.remove(part)

    async def report(self, who: Principal, key: str, **form: object) -> Receipt:
        return await self.door.report(who, parse("report", form), key)  # type: ignore[arg-type]

    async def give(self, who: Principal, hazard: HazardId, name: str, key: str, **form: object) -> Receipt:
        return await self.door.give(who, hazard, parse(name, form), key)

    def events(self, hazard: HazardId) -> list[str]:
        return [stored.event.type for stored in self.database.read_now(ledger.events, hazard)]

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Nobody can write: another connection holds the database."""
        holder = sqlite3.connect(self.file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.execute("ROLLBACK")
            holder.close()
            time.sleep(0.1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deployment(tmp_path_factory) -> AsyncIterator[Deployment]:  # type: ignore[no-untyped-def]
    running = Deployment(tmp_path_factory.mktemp("deployment"))
    try:
        await running.start()
        yield running
    finally:
        running.group.stop()
        running.database.close()
