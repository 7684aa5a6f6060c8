"""A long life goes on in new runs: the state, its deadlines and the memory for repeated commands with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from domain.values import State
from tests import seats
from tests.engine.test_lifecycle import remediating
from tests.server import District, district, temporal


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def short_runs(tmp_path_factory) -> AsyncIterator[District]:  # type: ignore[no-untyped-def]
    folder: Path = tmp_path_factory.mktemp("short-runs")
    async with (
        temporal(limit__historyCount__suggestContinueAsNew="60") as client,
        district(client, folder) as running,
    ):
        yield running


async def test_a_hazard_goes_on_over_several_runs(short_runs: District) -> None:
    hazard = await remediating(short_runs)
    first = (await short_runs.client.get_workflow_handle(hazard).describe()).run_id
    receipts = [
        await short_runs.give(seats.HANDLER, hazard, "progress", key=f"p-{n}", text=f"第{n}次进展")
        for n in range(30)
    ]
    assert [receipt.seq for receipt in receipts] == list(range(receipts[0].seq, receipts[0].seq + 30))
    last = (await short_runs.client.get_workflow_handle(hazard).describe()).run_id
    assert last != first
    again = await short_runs.give(seats.HANDLER, hazard, "progress", key="p-0", text="第0次进展")
    assert again.seq == receipts[0].seq, "the key was used two runs ago"

    state = await short_runs.live(hazard)
    assert short_runs.recorded(hazard) == state
    await short_runs.forward(hazard, timedelta(days=30))
    assert (await short_runs.live(hazard)).state is State.REMEDIATING
    assert "overdue" in short_runs.events(hazard)
