"""Replaying histories on today's code, and hearing what they would have recorded.

What is heard is what the workflow hands to ``record`` while Temporal's own Replayer leads it through the
history. That proves more than deciding the ledger's commands again: the commands come from the history, which
the ledger's keeper does not write, and the shell round the core is replayed with it.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import (
    Interceptor,
    Replayer,
    StartActivityInput,
    StartLocalActivityInput,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
    WorkflowRunner,
)
from temporalio.workflow import ActivityHandle

from activities.contract import Entry
from domain.events import Event
from workflows.hazard import HazardWorkflow

_NOBODY_ASKS = "replay"
"""Without a name for this build the SDK hashes every loaded module, a quarter of a second in each process."""


@dataclass(frozen=True)
class Replayed:
    """One run of a hazard, replayed."""

    history: WorkflowHistory
    events: tuple[Event, ...]
    """What today's code would have recorded, in order; up to the failure, if there was one."""
    failure: str | None
    """Why today's code cannot follow the history, in one line."""


async def replayed(
    histories: AsyncIterator[WorkflowHistory],
    *,
    workflow: type = HazardWorkflow,
    runner: WorkflowRunner | None = None,
) -> AsyncIterator[Replayed]:
    """Each history replayed, in their order, one after the other. The rules they name must be in the library."""
    listener = _Listener()
    replayer = Replayer(
        workflows=[workflow],
        workflow_runner=runner or UnsandboxedWorkflowRunner(),
        data_converter=pydantic_data_converter,
        interceptors=[listener],
        build_id=_NOBODY_ASKS,
    )
    async with replayer.workflow_replay_iterator(histories) as results:
        async for result in results:
            failure = result.replay_failure
            yield Replayed(result.history, listener.taken(), _line(failure) if failure else None)


class _Listener(Interceptor):
    """Keeps the events that a workflow hands to its record. The Replayer leads one history at a time."""

    def __init__(self) -> None:
        self._heard: dict[int, Event] = {}

    def taken(self) -> tuple[Event, ...]:
        events, self._heard = tuple(self._heard.values()), {}
        return events

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        hear = self._hear

        class Outbound(WorkflowOutboundInterceptor):
            def start_local_activity(self, input: StartLocalActivityInput) -> ActivityHandle[Any]:
                return hear(input.args, super().start_local_activity(input))

            def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
                return hear(input.args, super().start_activity(input))

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound

    def _hear(self, args: Sequence[Any], recording: ActivityHandle[Any]) -> ActivityHandle[Any]:
        """An entry counts unless its record comes to nothing; then one that is handed over later does."""
        for entry in (given for given in args if isinstance(given, Entry)):
            self._heard.update({event.seq: event for event in entry.events})
            recording.add_done_callback(partial(self._forget_if_not_recorded, entry))
        return recording

    def _forget_if_not_recorded(self, entry: Entry, recording: Future[Any]) -> None:
        failed = recording.cancelled() or recording.exception() is not None
        if failed or recording.result() is not None:
            for event in entry.events:
                self._heard.pop(event.seq, None)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
