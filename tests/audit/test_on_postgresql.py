"""On PostgreSQL, which deployments have: archived, verified, replayed and rebuilt as on a file."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from audit.archive import Archive
from audit.findings import Part
from audit.replays import Replays
from audit.sources import Histories, Source
from audit.store import Folder
from audit.verify import Verified, verify
from storage import ledger
from tests.audit.conftest import SIGNER, sweep
from tests.databases import server, unguarded
from tests.engine.record import cleared_on_spot
from tests.engine.test_lifecycle import registered
from tests.server import district

EVER = timedelta(days=36500)
"""Time is skipped here, so what is closed was closed in the future: nothing may wait."""


@pytest.mark.requirement("REG-08")
async def test_a_deployed_record_is_archived_verified_and_replayed(client: Client, tmp_path: Path) -> None:
    url, store = server().empty(), Folder(tmp_path / "archive")

    def verified() -> Verified:
        return verify(url, store, [SIGNER.public], grace=EVER)

    async with district(client, tmp_path, database_url=url) as at:
        closed, opened = await cleared_on_spot(at), await registered(at)
        await at.client.get_workflow_handle(closed).result()
        archive = Archive(at.client, at.database, store, SIGNER, [SIGNER.public], grace=-EVER)
        while not await archive.finished():  # noqa: ASYNC110 Temporal's list lags behind
            await asyncio.sleep(0.1)
        await sweep(archive)

        rows = sum(len(at.database.read_now(ledger.events, one)) for one in (closed, opened))
        found = await asyncio.to_thread(verified)
        assert found.findings == ()
        assert (found.hazards, found.rows, found.manifests) == (2, rows, 1)
        for hazards, source in (([closed, opened], Source.SERVER), ([closed], Source.ARCHIVE)):
            histories = Histories(at.client, at.database, store, source)
            outcomes = [one async for one in Replays(at.database, histories).all(hazards)]
            assert [one.line for one in outcomes if not one.identical] == []
            assert len(outcomes) == len(hazards)

    with unguarded(url) as execute:
        execute("DELETE FROM ledger WHERE hazard_id = ? AND seq = 1", (closed,))
    findings = (await asyncio.to_thread(verified)).findings
    assert any(one.part is Part.LEDGER and closed in one.where for one in findings)
