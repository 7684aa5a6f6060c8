"""A hazard's life on the real server: commands, timers and the record agree."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.refusal import Refusal
from domain.values import HazardId, Rung, Sla, State
from storage import ledger
from tests import seats
from tests.server import District


async def registered(qingpu: District) -> HazardId:
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    await qingpu.give(seats.LIAISON, hazard, "verify_confirm")
    return hazard


async def remediating(qingpu: District) -> HazardId:
    hazard = await registered(qingpu)
    await qingpu.give(seats.DESK, hazard, "assign", target=seats.STREET)
    await qingpu.give(seats.LIAISON, hazard, "sign", handler="handler-1")
    await qingpu.give(seats.HANDLER, hazard, "submit_plan", **seats.plan())
    return hazard


async def cleared(qingpu: District) -> HazardId:
    hazard = await remediating(qingpu)
    await qingpu.give(seats.HANDLER, hazard, "report_completion")
    await qingpu.give(seats.ASSESSOR, hazard, "assess_pass", **seats.ALL_MET)
    return hazard


@pytest.mark.requirement("MOD-01", "REG-08", "ACT-19", "VER-01", "LBK-01")
async def test_a_hazard_goes_from_the_hotline_to_the_archive(qingpu: District) -> None:
    hazard = await cleared(qingpu)
    state = await qingpu.live(hazard)
    assert (state.state, state.strike_off) == (State.CLEARED, f"XH-{hazard}-1")
    assert qingpu.recorded(hazard) == state, "the ledger folds to what the workflow holds"

    await qingpu.forward(hazard, timedelta(days=45))
    assert (await qingpu.live(hazard)).state is State.LOOK_BACK
    receipt = await qingpu.give(seats.LIAISON, hazard, "lookback_pass", findings="巩固")
    assert receipt.state is State.CLOSED
    assert await qingpu.client.get_workflow_handle(hazard).result() == "CLOSED"
    assert qingpu.database.read_now(ledger.verify, hazard) == []


@pytest.mark.requirement("REM-02", "REM-03")
async def test_a_year_without_anybody_acting_escalates_and_closes_nothing(qingpu: District) -> None:
    hazard = await remediating(qingpu)
    await qingpu.forward(hazard, timedelta(days=400))
    state = await qingpu.live(hazard)
    assert (state.state, state.level, state.sla) == (State.REMEDIATING, Rung.L3, Sla.OVERDUE)
    kinds = qingpu.events(hazard)
    assert kinds[-6:] == ["overdue", "escalation", "escalation", "escalation", "task", "task"]


@pytest.mark.requirement("REM-03")
async def test_a_command_after_several_timers_meets_the_state_they_left(qingpu: District) -> None:
    """With an empty cache the worker rebuilds the hazard from history: it must not decide on an older state."""
    hazard = await remediating(qingpu)
    await qingpu.forward(hazard, timedelta(days=30))
    before = await qingpu.live(hazard)
    await qingpu.give(seats.LIAISON, hazard, "state_reason", reason="租户拒不搬离")
    receipt = await qingpu.give(seats.OFFICE, hazard, "accept_reason", reason="情况属实")
    assert receipt.seq == before.seq + 2
    assert qingpu.recorded(hazard) == await qingpu.live(hazard)


async def test_a_refusal_leaves_nothing_in_the_ledger(qingpu: District) -> None:
    hazard = await registered(qingpu)
    before = qingpu.events(hazard)
    with pytest.raises(Refusal) as refusal:
        await qingpu.give(seats.LIAISON, hazard, "assign", target=seats.STREET)
    assert (refusal.value.refused.status, refusal.value.refused.code) == (403, "T06.not-your-right")
    assert qingpu.events(hazard) == before


async def test_a_closed_hazard_answers_a_repeated_command_and_refuses_a_new_one(qingpu: District) -> None:
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    dismissal = {"reason": "查无此事", "evidence": [{"kind": "document", "ref": "r-1"}]}
    first = await qingpu.give(seats.DESK, hazard, "verify_dismiss", key="k-1", **dismissal)
    await qingpu.client.get_workflow_handle(hazard).result()
    again = await qingpu.give(seats.DESK, hazard, "verify_dismiss", key="k-1", **dismissal)
    assert again.seq == first.seq
    with pytest.raises(Refusal) as refusal:
        await qingpu.give(seats.DESK, hazard, "verify_confirm")
    assert refusal.value.refused.code == "T02.wrong-state"


async def test_a_command_left_without_waiting_is_carried_out_or_kept_with_its_refusal(
    qingpu: District,
) -> None:
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    await qingpu.door.send(seats.LIAISON, hazard, qingpu.command("verify_confirm"), "s-1")
    await qingpu.door.send(seats.LIAISON, hazard, qingpu.command("sign", handler="handler-1"), "s-2")
    await qingpu.door.send(seats.LIAISON, hazard, qingpu.command("sign", handler="handler-1"), "s-2")
    while "refused" not in qingpu.events(hazard):  # noqa: ASYNC110 a signal has no answer to wait for
        await asyncio.sleep(0.05)
    state = await qingpu.live(hazard)
    assert state.state is State.REGISTERED
    stored = qingpu.database.read_now(ledger.events, hazard)
    assert [item.event.type for item in stored] == ["report", "verify_confirm", "refused"]
    refused = stored[-1].event.refused
    assert refused is not None and refused.code == "T17.wrong-state"


async def test_what_temporal_shows_reads_like_the_domain_and_names_nobody(qingpu: District) -> None:
    hazard = await remediating(qingpu)
    handle = qingpu.client.get_workflow_handle(hazard)
    described = await handle.describe()
    attributes = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert attributes["HazardPhase"] == "OPEN" and attributes["HazardOwner"] == "xiayang"
    shown = str(await described.static_summary()) + str(attributes)
    shown += (await handle.query("__temporal_workflow_metadata")).current_details  # type: ignore[attr-defined]
    assert "整治中" in shown and "夏阳街道" in shown
    assert not any(person in shown for person in ("handler-1", "liaison-1", "desk-1"))


async def test_events_per_command_stay_few(qingpu: District) -> None:
    """Bench prints the figure; here only the shape is held: no command costs more than nine events."""
    hazard = await cleared(qingpu)
    history = await qingpu.client.get_workflow_handle(hazard).fetch_history()
    commands = len(qingpu.events(hazard))
    assert len(history.events) <= 9 * commands


@pytest.mark.requirement("SEC-02")
async def test_what_a_citizen_wrote_stays_out_of_temporal_s_list(qingpu: District) -> None:
    message = "张三 13800000000 反映楼道堆物"
    hazard = (
        await qingpu.report(seats.DESK, **seats.hotline(code=None, title=message, description=message))
    ).hazard
    described = await qingpu.client.get_workflow_handle(hazard).describe()
    assert await described.static_summary() == "市民热线 · 区城运中心"
