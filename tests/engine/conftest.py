"""One real server for the session; the suite runs with a warm cache, with none, and in the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from tests.server import District, district, temporal

PURE = ("domain", "workflows", "activities", "pydantic", "pydantic_core", "annotated_types")
WAYS = {
    "warm": {"max_cached_workflows": 500, "runner": UnsandboxedWorkflowRunner()},
    "no-cache": {"max_cached_workflows": 0, "runner": UnsandboxedWorkflowRunner()},
    "sandbox": {
        "max_cached_workflows": 500,
        "runner": SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*PURE)
        ),
    },
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
