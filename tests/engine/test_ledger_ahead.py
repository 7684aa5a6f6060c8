"""A record whose workflow task was lost is taken over when the same decision comes again, and nothing else is.

``record`` writes the ledger before its workflow task is completed. When the worker dies in between, or the
server does, the task runs again at a later moment and decides the same for another ``at``, so with another hash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType

from audit.replays import Replays
from audit.sources import Histories, Source
from audit.store import Folder
from domain.commands import Order
from domain.events import Event, evolve
from domain.hazard import decide, rules_for
from domain.library import LIBRARY
from domain.values import HazardId
from service.door import Door, Doorway, NotRecorded, Pending
from service.rulebooks import Current
from storage import ledger
from tests import seats
from tests.engine.test_lifecycle import registered, remediating
from tests.server import District
from workflows import view


class Lost:
    """Fails the workflow task once something of that kind is recorded, before the task is completed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._details = view.details
        self.times = 0

    def after(self, at: District, kind: str) -> None:
        def details(book: object, hazard: object) -> str:
            if not self.times and kind in at.events(hazard.id):  # type: ignore[attr-defined]
                self.times += 1
                raise RuntimeError("lost on the way to the server")
            return self._details(book, hazard)  # type: ignore[arg-type]

        self._monkeypatch.setattr(view, "details", details)


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Lost:
    return Lost(monkeypatch)


async def agrees(at: District, hazard: HazardId, kinds: list[str]) -> None:
    """Ledger, workflow, read model and a replay of the history say the same, and nothing twice."""
    assert at.events(hazard) == kinds
    assert at.recorded(hazard) == await at.live(hazard)
    assert at.database.read_now(ledger.verify, hazard) == []
    histories = Histories(at.client, at.database, Folder(at.settings.var_dir / "none"), Source.SERVER)
    (outcome,) = [outcome async for outcome in Replays(at.database, histories).all([hazard])]
    assert outcome.identical, outcome.line


async def failures(at: District, hazard: HazardId) -> list[str]:
    history = await at.client.get_workflow_handle(hazard).fetch_history()
    return [
        event.workflow_task_failed_event_attributes.failure.message
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    ]


@pytest.mark.requirement("REG-08")
async def test_a_report_that_was_recorded_and_lost_opens_its_hazard_once(
    qingpu: District, lost: Lost
) -> None:
    lost.after(qingpu, "report")
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    await qingpu.give(seats.LIAISON, hazard, "verify_confirm")  # a report is answered from the ledger already
    assert lost.times == 1
    await agrees(qingpu, hazard, ["report", "verify_confirm"])


@pytest.mark.requirement("REG-08", "INT-01")
async def test_a_command_that_was_recorded_and_lost_is_carried_out_once(qingpu: District, lost: Lost) -> None:
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    lost.after(qingpu, "verify_confirm")
    receipt = await qingpu.give(seats.LIAISON, hazard, "verify_confirm", "once")
    assert (receipt.seq, lost.times) == (2, 1)
    again = await qingpu.give(seats.LIAISON, hazard, "verify_confirm", "once")
    assert again == receipt, "the key is remembered with the recorded event"
    await qingpu.give(seats.DESK, hazard, "assign", target=seats.STREET)
    await agrees(qingpu, hazard, ["report", "verify_confirm", "assign"])


@pytest.mark.requirement("REG-08")
async def test_a_refusal_that_was_recorded_and_lost_is_kept_once(qingpu: District, lost: Lost) -> None:
    hazard = await registered(qingpu)
    lost.after(qingpu, "refused")
    await qingpu.door.send(seats.LIAISON, hazard, qingpu.command("sign", handler="handler-1"), "too-early")
    while not lost.times:  # noqa: ASYNC110 a lost task has no event to wait on
        await asyncio.sleep(0.05)
    await qingpu.give(seats.DESK, hazard, "assign", target=seats.STREET)
    await agrees(qingpu, hazard, ["report", "verify_confirm", "refused", "assign"])


@pytest.mark.requirement("REG-08", "REM-03")
async def test_what_time_did_and_was_lost_happens_once(qingpu: District, lost: Lost) -> None:
    hazard = await remediating(qingpu)
    lost.after(qingpu, "escalation")
    await qingpu.forward(hazard, timedelta(days=400))
    kinds = qingpu.events(hazard)
    assert lost.times == 1
    assert kinds[-6:] == ["overdue", "escalation", "escalation", "escalation", "task", "task"]
    await agrees(qingpu, hazard, kinds)


def _other_key(at: District, hazard: HazardId) -> Event:
    """Lawful, sealed, and of somebody who asked for it under another key."""
    state = at.recorded(hazard)
    order = Order(command=at.command("verify_confirm"), actor=seats.LIAISON.actor, key="another")
    now = state.reported_at + timedelta(milliseconds=1)
    return decide(rules_for(LIBRARY, state), state, order, now)


def _other_consequence(at: District, hazard: HazardId) -> Event:
    """The same command under the same key, but the record says more came of it."""
    state = at.recorded(hazard)
    order = Order(command=at.command("verify_confirm"), actor=seats.LIAISON.actor, key="mine")
    now = state.reported_at + timedelta(milliseconds=1)
    event = decide(rules_for(LIBRARY, state), state, order, now)
    changed = event.changes.model_copy(update={"title": "另一处"})
    return event.model_copy(update={"changes": changed, "prev": "", "hash": ""}).sealed(state.head)


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize("forged", [_other_key, _other_consequence])
async def test_another_decision_in_the_ledger_is_never_taken_over(
    qingpu: District, forged: Callable[[District, HazardId], Event]
) -> None:
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    before = await qingpu.live(hazard)
    event = forged(qingpu, hazard)
    qingpu.database.write_now(ledger.append, evolve(before, event), [event])
    way = Doorway(qingpu.settings.task_queue, timedelta(seconds=1))
    door = Door(qingpu.client, qingpu.database, LIBRARY, Current(qingpu.database, LIBRARY), way)
    with pytest.raises((NotRecorded, Pending)):
        await door.give(seats.LIAISON, hazard, qingpu.command("verify_confirm"), "mine")
    told = await failures(qingpu, hazard)
    assert told and "is already taken by another event" in told[-1]
    assert qingpu.events(hazard) == ["report", "verify_confirm"], "the hazard waits for an operator"
    await qingpu.client.get_workflow_handle(hazard).terminate("the test is over")
