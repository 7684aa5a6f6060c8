"""Replaying a history on today's code, sandboxed or not, for drills and tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

from temporalio.client import WorkflowHistory
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from audit import replay

_PURE = (
    "domain",
    "workflows",
    "activities",
    "audit",
    "drill",
    "pydantic",
    "pydantic_core",
    "annotated_types",
)
RUNNERS: dict[str, WorkflowRunner] = {
    "unsandboxed": UnsandboxedWorkflowRunner(),
    "sandboxed": SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*_PURE)
    ),
}


class NotReplayable(ValueError):
    """The code of today does not do what the history says was done."""


async def replayed(history: WorkflowHistory, runner: WorkflowRunner) -> list[str]:
    """The hashes of the events that a replay comes to, in order. Raises :class:`NotReplayable`."""
    found = [run async for run in replay.replayed(_only(history), runner=runner)]
    if found[0].failure:
        raise NotReplayable(found[0].failure)
    return [event.hash for event in found[0].events]


async def _only(history: WorkflowHistory) -> AsyncIterator[WorkflowHistory]:
    yield history
