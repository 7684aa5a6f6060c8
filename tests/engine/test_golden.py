"""Histories recorded by released versions replay on today's code, and lead to the same ledger, hash for hash.

``python -m tests.engine.record NAME…`` records; a history once released is never recorded again: a change
that breaks one needs a patch marker. The rulebooks they were decided under lie beside them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
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
)
from temporalio.workflow import ActivityHandle

from activities.contract import Entry
from domain.calendar import Calendar
from domain.library import LIBRARY, Rulebook
from workflows.hazard import HazardWorkflow

HISTORIES = Path(__file__).parent.parent / "histories"
NAMES = sorted(path.name.removesuffix(".history.json") for path in HISTORIES.glob("*.history.json"))


class Overheard(Interceptor):
    """Keeps what a replayed workflow would have recorded."""

    def __init__(self) -> None:
        self.hashes: list[str] = []

    def workflow_interceptor_class(self, _input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        overheard = self

        class Outbound(WorkflowOutboundInterceptor):
            def start_local_activity(self, input: StartLocalActivityInput) -> ActivityHandle[Any]:
                for entry in input.args:
                    if isinstance(entry, Entry):
                        overheard.hashes += [event.hash for event in entry.events]
                return super().start_local_activity(input)

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound


def load_rulebooks() -> None:
    for path in HISTORIES.glob("*.book.json"):
        LIBRARY.add_book(Rulebook.model_validate_json(path.read_text(encoding="utf-8")))
    for path in HISTORIES.glob("*.calendar.json"):
        LIBRARY.add_calendar(Calendar.model_validate_json(path.read_text(encoding="utf-8")))


def test_there_are_golden_histories() -> None:
    assert len(NAMES) >= 6


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize("name", NAMES)
async def test_a_recorded_history_leads_to_the_same_ledger(name: str) -> None:
    load_rulebooks()
    overheard = Overheard()
    replayer = Replayer(
        workflows=[HazardWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[overheard],
    )
    for run, history in enumerate(json.loads((HISTORIES / f"{name}.history.json").read_text(encoding="utf-8"))):
        await replayer.replay_workflow(WorkflowHistory.from_json(f"{name}-{run}", history))
    recorded = (HISTORIES / f"{name}.ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert overheard.hashes == [json.loads(line)["hash"] for line in recorded]
