"""Replaying a finished history on today's code, and hearing what it would have recorded."""

from __future__ import annotations

from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import (
    Interceptor,
    Replayer,
    StartLocalActivityInput,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import ActivityHandle

from activities.contract import Entry
from workflows.hazard import HazardWorkflow

_PURE = ("domain", "workflows", "activities", "drill", "pydantic", "pydantic_core", "annotated_types")
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
    hashes: list[str] = []
    replayer = Replayer(
        workflows=[HazardWorkflow],
        workflow_runner=runner,
        data_converter=pydantic_data_converter,
        interceptors=[_Listening(hashes)],
    )
    outcome = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    if outcome.replay_failure:
        raise NotReplayable(str(outcome.replay_failure))
    return hashes


class _Listening(Interceptor):
    """Keeps the hash of every event that the workflow hands to its record."""

    def __init__(self, hashes: list[str]) -> None:
        self._hashes = hashes

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        hashes = self._hashes

        class Outbound(WorkflowOutboundInterceptor):
            def start_local_activity(self, input: StartLocalActivityInput) -> ActivityHandle[Any]:
                entries = (given for given in input.args if isinstance(given, Entry))
                hashes.extend(event.hash for entry in entries for event in entry.events)
                return super().start_local_activity(input)

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound
