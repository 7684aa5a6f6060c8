"""Archives to begin with: in a folder, and in an S3-compatible store on a real socket."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from moto.server import ThreadedMotoServer
from temporalio.client import Client, WorkflowExecutionStatus

from activities.contract import Seal
from audit.archive import Archive
from audit.keys import Signer
from audit.store import Bucket, Folder, Store
from domain.values import HazardId
from storage.database import Database
from tests import seats
from tests.databases import Sqlite
from tests.engine.record import cleared_on_spot, long_life
from tests.engine.test_lifecycle import registered
from tests.server import District, district, temporal

SIGNER = Signer(bytes(range(32)))


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    name = f"b-{uuid4().hex[:8]}"
    httpx2.put(f"{s3}/{name}", trust_env=False).raise_for_status()
    return Bucket(f"s3://{name}/archive/qingling", s3)


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Folder(tmp_path / "archive")
    found: Store = request.getfixturevalue("bucket")
    return found


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("audit"))


@pytest.fixture
def fresh(sqlite: Sqlite) -> Callable[[], str]:
    """Addresses of migrated databases in which the shipped rules are published."""
    return sqlite.migrated


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client() -> AsyncIterator[Client]:
    async with temporal(limit__historyCount__suggestContinueAsNew="100") as client:
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def qingpu(client: Client, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[District]:
    """Always in a file, which is copied for whoever wants to spoil it."""
    folder = tmp_path_factory.mktemp("qingpu")
    async with district(client, folder, database_url=f"sqlite:///{folder}/qingling.db") as running:
        yield running


@dataclass(frozen=True)
class Past:
    """A district with a past: hazards that are closed, one of them in several runs, and one that is open."""

    at: District
    closed: HazardId
    long: HazardId
    open: HazardId
    record: Path

    @property
    def all(self) -> list[HazardId]:
        return [self.closed, self.long, self.open]

    def copy(self, folder: Path) -> str:
        """Address of a copy of the record as it was when the past was made, for whoever wants to spoil it."""
        shutil.copy(self.record, folder / "copy.db")
        return f"sqlite:///{folder / 'copy.db'}"

    def archive(self, database: Database, store: Store, **more: Any) -> Archive:
        """Time is skipped here, so what is closed was closed in the future: nothing may wait."""
        return Archive(
            self.at.client, database, store, SIGNER, [SIGNER.public], grace=-timedelta(days=36500), **more
        )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def past(qingpu: District) -> Past:
    closed = await cleared_on_spot(qingpu)
    long = await long_life(qingpu)
    await qingpu.give(seats.ASSESSOR, long, "assess_pass", **seats.ALL_MET)
    await qingpu.forward(long, timedelta(days=45))
    await qingpu.give(seats.LIAISON, long, "lookback_pass", findings="巩固")
    opened = await registered(qingpu)
    for hazard in (closed, long):
        await qingpu.client.get_workflow_handle(hazard).result()
    for _ in range(100):  # Temporal's list lags behind
        runs = [run async for run in qingpu.client.list_workflows("ExecutionStatus != 'Running'")]
        if {run.id for run in runs if run.status == WorkflowExecutionStatus.COMPLETED} == {closed, long}:
            break
        await asyncio.sleep(0.1)
    record = qingpu.settings.var_dir / "as-it-was.db"
    with sqlite3.connect(qingpu.settings.var_dir / "qingling.db") as connection:
        connection.execute("VACUUM INTO ?", (str(record),))
    connection.close()
    return Past(qingpu, closed, long, opened, record)


async def sweep(archive: Archive) -> Seal:
    """What the nightly workflow has done, without Temporal's patience."""
    for run in await archive.finished():
        await archive.keep(run)
    return await archive.seal()
