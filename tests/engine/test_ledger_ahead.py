"""A record whose workflow task was lost is taken over when the same decision comes again, and nothing else is.

``record`` writes the ledger before its workflow task is completed. When the worker dies in between, or the
server does, the task runs again at a later moment and decides the same for another ``at``, so with another hash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from audit.repair import CannotRepair, Repaired, repair
from audit.replays import Replays
from audit.sources import Histories, Source
from audit.store import Folder
from domain.commands import Order
from domain.events import Event, evolve
from domain.hazard import decide, rules_for
from domain.library import LIBRARY
from domain.refusal import Refusal
from domain.values import HazardId
from service.door import Door, Doorway, Pending, StandsStill
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
    (outcome,) = [outcome async for outcome in Replays(at.database, histories_of(at)).all([hazard])]
    assert outcome.identical, outcome.line


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


async def ahead_by(at: District, forged: Callable[[District, HazardId], Event]) -> HazardId:
    """A hazard whose ledger has an event that its history never heard of."""
    hazard = (await at.report(seats.DESK, **seats.hotline())).hazard
    event = forged(at, hazard)
    at.database.write_now(ledger.append, evolve(await at.live(hazard), event), [event])
    return hazard


def hurried(at: District) -> Door:
    way = Doorway(at.settings.task_queue, timedelta(seconds=1))
    return Door(at.client, at.database, LIBRARY, Current(at.database, LIBRARY), way)


def histories_of(at: District) -> Histories:
    return Histories(at.client, at.database, Folder(at.settings.var_dir / "none"), Source.SERVER)


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize("forged", [_other_key, _other_consequence])
async def test_another_decision_in_the_ledger_is_not_taken_over_unasked(
    qingpu: District, forged: Callable[[District, HazardId], Event]
) -> None:
    hazard = await ahead_by(qingpu, forged)
    with pytest.raises(Pending):
        await hurried(qingpu).give(seats.LIAISON, hazard, qingpu.command("verify_confirm"), "mine")
    assert (await qingpu.live(hazard)).seq == 1, "the hazard stands still"
    assert qingpu.events(hazard) == ["report", "verify_confirm"]
    await qingpu.client.get_workflow_handle(hazard).terminate("the test is over")


async def test_a_refusal_says_where_its_workflow_stood_so_that_nobody_asks_it_again(
    qingpu: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asked(self: Door, hazard: HazardId) -> None:
        raise AssertionError(f"{hazard} was asked for its state")

    hazard = await registered(qingpu)
    monkeypatch.setattr(Door, "live", asked)
    with pytest.raises(Refusal):
        await qingpu.give(seats.LIAISON, hazard, "report_completion")


@pytest.mark.requirement("REG-08")
async def test_a_hazard_catches_up_with_its_ledger_when_an_operator_says_so(qingpu: District) -> None:
    hazard = await ahead_by(qingpu, _other_key)
    with pytest.raises(Pending):  # accepted, and waits for its turn
        await hurried(qingpu).give(seats.LIAISON, hazard, qingpu.command("verify_confirm"), "waits")
    with pytest.raises(StandsStill):  # lawful by the record, which the workflow does not know
        await qingpu.give(seats.DESK, hazard, "assign", "next", target=seats.STREET)

    mended = await repair(qingpu.database, histories_of(qingpu), hazard, qingpu.client)

    assert mended == Repaired(to_history=1)
    assert (await qingpu.give(seats.DESK, hazard, "assign", "next", target=seats.STREET)).seq == 3
    with pytest.raises(Refusal, match=r"T02\.wrong-state"):  # what waited had its turn
        await qingpu.give(seats.LIAISON, hazard, "verify_confirm", "waits")
    await agrees(qingpu, hazard, ["report", "verify_confirm", "assign"])
    assert await repair(qingpu.database, histories_of(qingpu), hazard, qingpu.client) == Repaired()


@pytest.mark.requirement("REG-08")
async def test_a_lost_command_whose_sender_repeats_it_lets_go_what_waits(qingpu: District) -> None:
    hazard = await ahead_by(qingpu, _other_key)
    with pytest.raises(Pending):
        await hurried(qingpu).give(seats.LIAISON, hazard, qingpu.command("verify_confirm"), "mine")
    await qingpu.give(seats.LIAISON, hazard, "verify_confirm", "another")
    with pytest.raises(Refusal, match=r"T02\.wrong-state"):
        await qingpu.give(seats.LIAISON, hazard, "verify_confirm", "mine")
    await agrees(qingpu, hazard, ["report", "verify_confirm"])


@pytest.mark.requirement("REG-08", "REM-03")
async def test_what_time_does_waits_for_the_ledger_too(qingpu: District) -> None:
    hazard = await remediating(qingpu)
    state = qingpu.recorded(hazard)
    note = Order(command=qingpu.command("progress", text="已围挡"), actor=seats.HANDLER.actor, key="lost")
    event = decide(rules_for(LIBRARY, state), state, note, await qingpu.now(hazard))
    qingpu.database.write_now(ledger.append, evolve(await qingpu.live(hazard), event), [event])
    await qingpu.forward(hazard, timedelta(days=400))
    assert await qingpu.live(hazard) == state
    await repair(qingpu.database, histories_of(qingpu), hazard, qingpu.client)
    kinds = qingpu.events(hazard)
    assert kinds[kinds.index("progress") + 1] == "reminder"
    await agrees(qingpu, hazard, kinds)


@pytest.mark.requirement("REG-08", "REM-03")
async def test_what_fell_due_in_an_outage_is_recorded_before_the_command_that_comes_after_it(
    qingpu: District,
) -> None:
    hazard = await remediating(qingpu)
    state = qingpu.recorded(hazard)
    note = Order(command=qingpu.command("progress", text="已围挡"), actor=seats.HANDLER.actor, key="lost")
    event = decide(rules_for(LIBRARY, state), state, note, await qingpu.now(hazard))
    qingpu.database.write_now(ledger.append, evolve(state, event), [event])
    waiting = asyncio.create_task(qingpu.give(seats.HANDLER, hazard, "report_completion"))
    await asyncio.sleep(0.5)
    await qingpu.forward(hazard, timedelta(days=400))
    await repair(qingpu.database, histories_of(qingpu), hazard, qingpu.client)
    await waiting
    kinds = qingpu.events(hazard)
    assert kinds[-1] == "report_completion"
    assert {"reminder", "overdue", "escalation", "task"} <= set(kinds)
    await agrees(qingpu, hazard, kinds)


@pytest.mark.requirement("REG-08")
async def test_what_does_not_follow_is_not_taken_over_even_when_asked(qingpu: District) -> None:
    hazard = await ahead_by(qingpu, _other_consequence)
    with pytest.raises(CannotRepair, match="does not follow"):
        await repair(qingpu.database, histories_of(qingpu), hazard, qingpu.client)
    assert (await qingpu.live(hazard)).seq == 1
    await qingpu.client.get_workflow_handle(hazard).terminate("the test is over")
