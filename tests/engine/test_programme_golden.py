"""A recorded programme replays on today's code and comes to the same record, hash for hash.

A history once released is never recorded again: a change that breaks it needs a patch marker.
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
    StartActivityInput,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from activities.contract import PROGRAMME_RECORD
from domain.calendar import Calendar
from domain.library import LIBRARY, Rulebook
from workflows.programme import ProgrammeWorkflow

FOLDER = Path(__file__).parent.parent / "histories" / "programme"
NAME = "fifty-days-of-a-town"
heard: list[str] = []


class _Out(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> Any:
        if input.activity == PROGRAMME_RECORD:
            heard.append(input.args[0].hash)
        return super().start_activity(input)


class _In(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Out(outbound))


class _Listener(Interceptor):
    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor]:
        return _In


@pytest.mark.requirement("REG-08", "CAD-01")
async def test_a_recorded_programme_leads_to_the_same_record() -> None:
    for path in FOLDER.glob("*.book.json"):
        LIBRARY.add_book(Rulebook.model_validate_json(path.read_text(encoding="utf-8")))
    for path in FOLDER.glob("*.calendar.json"):
        LIBRARY.add_calendar(Calendar.model_validate_json(path.read_text(encoding="utf-8")))
    heard.clear()
    replayer = Replayer(
        workflows=[ProgrammeWorkflow],
        workflow_runner=UnsandboxedWorkflowRunner(),
        data_converter=pydantic_data_converter,
        interceptors=[_Listener()],
    )

    history = (FOLDER / f"{NAME}.history.json").read_text(encoding="utf-8")
    await replayer.replay_workflow(WorkflowHistory.from_json(NAME, history))

    recorded = (FOLDER / f"{NAME}.record.jsonl").read_text(encoding="utf-8").splitlines()
    assert heard == [json.loads(line)["hash"] for line in recorded]
    assert len(heard) > 10
