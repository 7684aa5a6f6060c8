"""A record that fails at once is not a refusal: it is tried again until it is written, and then answered."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from storage import ledger
from storage.errors import LedgerConflict, StorageUnavailable
from tests import seats
from tests.server import District


class Failing:
    """``append`` that raises so many times before it works."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception, times: int) -> None:
        self._append, self._error, self.left = ledger.append, error, times
        monkeypatch.setattr(ledger, "append", self)

    def __call__(self, *args: Any) -> None:
        if self.left:
            self.left -= 1
            raise self._error
        self._append(*args)


FULL = StorageUnavailable("磁盘已满", "the disk is full")


async def test_a_report_outlives_a_record_that_fails(
    qingpu: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    Failing(monkeypatch, FULL, 2)
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    assert qingpu.events(hazard) == ["report"]


async def test_a_command_outlives_a_record_that_fails(
    qingpu: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    Failing(monkeypatch, FULL, 2)
    receipt = await qingpu.give(seats.LIAISON, hazard, "verify_confirm")
    assert receipt.seq == 2
    assert qingpu.events(hazard) == ["report", "verify_confirm"]


async def test_a_ledger_that_says_otherwise_stops_the_hazard_for_an_operator_and_loses_nothing(
    qingpu: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    failing = Failing(monkeypatch, LedgerConflict("与台账不符", "contradicts the ledger"), 1)
    receipt = await qingpu.give(seats.LIAISON, hazard, "verify_confirm")
    assert (receipt.seq, failing.left) == (2, 0)
    handle = qingpu.client.get_workflow_handle(hazard)
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    history = await handle.fetch_history()
    failed = [
        event for event in history.events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    ]
    assert failed, "the workflow task fails, not the hazard"
