"""A real Temporal server for tests, with time skipping, and what hangs on it: worker, database, door."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment
from temporalio.worker import WorkflowRunner

from activities.archive import Keeper
from audit.archive import open_archive
from deployment import file_example_contacts, publish_shipped
from domain.commands import Command, parse
from domain.library import LIBRARY
from domain.state import Hazard
from domain.values import HazardId
from service.door import Door, Doorway
from service.rulebooks import Current
from settings import Settings, load_settings
from storage import ledger
from storage.database import Database
from storage.scope import Principal
from tests.databases import for_a_district
from worker import build
from workflows import namespace
from workflows.contract import Receipt

DYNAMIC_CONFIG = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "system.workflowTimeSkippingEnabled": "true",
    "history.timerProcessorMaxTimeShift": '"1ms"',
    "history.timerProcessorMaxPollRPS": "1000",
}


@asynccontextmanager
async def temporal(**more: str) -> AsyncIterator[Client]:
    """A server of our own in memory, ready for hazards. ``more`` are dynamic configuration values."""
    config = {**DYNAMIC_CONFIG, **{key.replace("__", "."): value for key, value in more.items()}}
    args = [part for key, value in config.items() for part in ("--dynamic-config-value", f"{key}={value}")]
    async with await WorkflowEnvironment.start_local(
        ip="127.0.0.1",
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        dev_server_extra_args=args,
        dev_server_log_level="error",
    ) as environment:
        await namespace.prepare(environment.client)
        yield environment.client


@dataclass
class District:
    """A running district: give commands as anybody, move the clock of a hazard, read what was recorded."""

    client: Client
    database: Database
    door: Door
    settings: Settings
    skipper: TimeSkipper

    async def report(self, principal: Principal, key: str | None = None, **form: object) -> Receipt:
        command = parse("report", form)
        return await self.door.report(principal, command, key or uuid4().hex)  # type: ignore[arg-type]

    async def give(
        self, principal: Principal, hazard: HazardId, name: str, key: str | None = None, **form: object
    ) -> Receipt:
        return await self.door.give(principal, hazard, self.command(name, **form), key or uuid4().hex)

    def command(self, name: str, **form: object) -> Command:
        return parse(name, form)

    async def now(self, hazard: HazardId) -> datetime:
        return await self.skipper.get_current_time(self.client.get_workflow_handle(hazard))

    async def forward(self, hazard: HazardId, by: timedelta) -> None:
        """Let time pass for one hazard; its timers fire on the way."""
        await self.skipper.fast_forward(self.client.get_workflow_handle(hazard), by)

    async def forward_to(self, hazard: HazardId, moment: datetime) -> None:
        await self.forward(hazard, moment - await self.now(hazard))

    async def live(self, hazard: HazardId) -> Hazard:
        state = await self.door.live(hazard)
        assert state is not None
        return state

    def recorded(self, hazard: HazardId) -> Hazard:
        return self.database.read_now(ledger.replay, hazard)

    def events(self, hazard: HazardId) -> list[str]:
        return [stored.event.type for stored in self.database.read_now(ledger.events, hazard)]


@asynccontextmanager
async def district(
    client: Client,
    folder: Path,
    *,
    max_cached_workflows: int = 500,
    runner: WorkflowRunner | None = None,
    patience: timedelta = timedelta(seconds=10),
    keeper: Keeper | None = None,
    database_url: str | None = None,
) -> AsyncIterator[District]:
    """A worker, a fresh database (or the empty one at ``database_url``) and a door on ``client``'s server."""
    settings = load_settings(
        var_dir=folder,
        database_url=database_url or for_a_district(folder),
        task_queue=f"test-{uuid4().hex[:8]}",
    )
    publish_shipped(settings)
    file_example_contacts(settings)
    client = await own_namespace(client)
    database = Database.connect(settings.database_url.get_secret_value())
    current = Current(database, LIBRARY)
    await current.refresh()
    door = Door(client, database, LIBRARY, current, Doorway(settings.task_queue, patience))
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, max_session_skip_count=10_000))
    try:
        async with build(
            client,
            database,
            settings.task_queue,
            keeper=keeper or open_archive(settings, client, database),
            max_cached_workflows=max_cached_workflows,
            runner=runner,
        ):
            yield District(client, database, door, settings, skipper)
    finally:
        database.close()


async def own_namespace(client: Client) -> Client:
    """Numbers begin at 1 in each database, so each has a namespace for its workflows."""
    config = client.config()
    config["namespace"] = f"test-{uuid4().hex[:8]}"
    own = Client(**config)
    await namespace.prepare(own, timedelta(days=3))
    return own


def later(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)
