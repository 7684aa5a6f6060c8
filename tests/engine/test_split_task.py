"""A workflow task that is split before its record is written replays to the same events.

A query that meets a task nobody has begun (Temporal's own page sends one), or a record slower than the
task's heartbeat, splits it. A replay that took the first half for an empty heartbeat would date the events
by the second half, come to other hashes than the ledger's, and leave the hazard stuck.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from deployment import file_example_contacts, publish_shipped
from domain.commands import parse
from domain.library import LIBRARY
from drill.replay import RUNNERS, replayed
from service.door import Door, Doorway
from service.rulebooks import Current
from settings import load_settings
from storage import ledger
from storage.database import Database
from tests import seats
from tests.server import own_namespace
from worker import build

_UPSERT = "upsert_workflow_search_attributes_event_attributes"


async def test_a_report_and_a_command_met_by_a_query_replay_to_their_ledger(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = ledger.append

    def slow(*args: Any) -> None:
        time.sleep(0.05)
        append(*args)

    monkeypatch.setattr(ledger, "append", slow)
    client = await own_namespace(client)
    settings = load_settings(var_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/q.db", task_queue="split")
    publish_shipped(settings)
    file_example_contacts(settings)
    database = Database.connect(settings.database_url.get_secret_value())
    current = Current(database, LIBRARY)
    way = Doorway(settings.task_queue, timedelta(seconds=10))
    door = Door(client, database, LIBRARY, current, way)
    report = asyncio.create_task(door.report(seats.DESK, parse("report", seats.hotline()), "k-1"))  # type: ignore[arg-type]
    await asyncio.sleep(1.0)  # numbered and started; nobody works on it yet
    handle = client.get_workflow_handle("QP-2026-000001")
    query = asyncio.create_task(handle.query("__temporal_workflow_metadata"))
    await asyncio.sleep(0.3)

    async with build(client, database, settings.task_queue):
        hazard = (await report).hazard
        await query
    recorded = [stored.event.hash for stored in database.read_now(ledger.events, hazard)]
    assert await replayed(await handle.fetch_history(), RUNNERS["unsandboxed"]) == recorded

    # A command that moves no search attribute: its acceptance is the one command ahead of its record.
    confirmation = asyncio.create_task(door.give(seats.DESK, hazard, parse("verify_confirm", {}), "k-2"))
    await asyncio.sleep(0.3)
    query = asyncio.create_task(handle.query("__temporal_workflow_metadata"))
    await asyncio.sleep(0.3)
    async with build(client, database, settings.task_queue):  # a worker that remembers nothing
        receipt = await confirmation
        await query
    assert receipt.seq == 2
    recorded = [stored.event.hash for stored in database.read_now(ledger.events, hazard)]
    history = await handle.fetch_history()
    assert len([event for event in history.events if event.HasField(_UPSERT)]) == 1, "only the report's"
    assert await replayed(history, RUNNERS["unsandboxed"]) == recorded

    async with build(client, database, settings.task_queue):
        receipt = await door.give(seats.DESK, hazard, parse("assign", {"target": seats.STREET}), "k-3")
    assert receipt.seq == 3
    database.close()
