"""One real server for the session; the suite runs with a warm cache, with none, and in the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from drill.replay import RUNNERS
from tests.server import District, district, temporal

WAYS = {
    "warm": {"max_cached_workflows": 500, "runner": RUNNERS["unsandboxed"]},
    "no-cache": {"max_cached_workflows": 0, "runner": RUNNERS["unsandboxed"]},
    "sandbox": {"max_cached_workflows": 500, "runner": RUNNERS["sandboxed"]},
}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client() -> AsyncIterator[Client]:
    async with temporal() as client:
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=list(WAYS))
async def qingpu(
    client: Client, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[District]:
    folder: Path = tmp_path_factory.mktemp(request.param)
    async with district(client, folder, **WAYS[request.param]) as running:
        yield running
