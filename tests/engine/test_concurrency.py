"""Many hands on one hazard: nothing twice, nobody's decision on a state he did not see."""

from __future__ import annotations

import asyncio

import pytest

from domain.refusal import Refusal
from domain.values import State
from tests import seats
from tests.engine.test_lifecycle import registered
from tests.server import District


@pytest.mark.requirement("REG-05")
async def test_the_same_report_sent_twenty_times_at_once_is_one_hazard(qingpu: District) -> None:
    receipts = await asyncio.gather(
        *(qingpu.report(seats.DESK, key="same-report", **seats.hotline()) for _ in range(20))
    )
    assert len({receipt.hazard for receipt in receipts}) == 1
    assert qingpu.events(receipts[0].hazard) == ["report"]


async def test_the_same_command_sent_twenty_times_at_once_happens_once(qingpu: District) -> None:
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    receipts = await asyncio.gather(
        *(qingpu.give(seats.LIAISON, hazard, "verify_confirm", key="same") for _ in range(20))
    )
    assert {receipt.seq for receipt in receipts} == {2}
    assert qingpu.events(hazard) == ["report", "verify_confirm"]


async def test_of_two_officers_acting_at_once_one_acts_and_the_other_is_told(qingpu: District) -> None:
    hazard = await registered(qingpu)
    answers = await asyncio.gather(
        qingpu.give(seats.DESK, hazard, "assign", target="夏阳街道"),
        qingpu.give(seats.OFFICE, hazard, "assign", target="盈浦街道"),
        return_exceptions=True,
    )
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.refused.code for refusal in refusals] == ["T06.wrong-state"]
    assert (await qingpu.live(hazard)).state is State.AWAITING_SIGNOFF
    assert qingpu.events(hazard) == ["report", "verify_confirm", "assign"]


async def test_a_key_used_for_another_command_is_refused(qingpu: District) -> None:
    hazard = (await qingpu.report(seats.DESK, **seats.hotline())).hazard
    await qingpu.give(seats.LIAISON, hazard, "verify_confirm", key="k")
    with pytest.raises(Refusal) as refusal:
        await qingpu.give(seats.LIAISON, hazard, "verify_confirm", key="k", findings="另一份")
    assert refusal.value.refused.code == "key-reused"


async def test_a_decision_on_a_stale_view_is_refused(qingpu: District) -> None:
    hazard = await registered(qingpu)
    with pytest.raises(Refusal) as refusal:
        await qingpu.door.give(
            seats.DESK, hazard, qingpu.command("assign", target="夏阳街道"), "k", expected=1
        )
    assert refusal.value.refused.status == 412


async def test_a_hazard_is_merged_only_into_one_that_is_there(qingpu: District) -> None:
    hazard = await registered(qingpu)
    with pytest.raises(Refusal) as refusal:
        await qingpu.give(seats.OFFICE, hazard, "merge", into="QP-2026-999999", reason="同一处")
    assert (refusal.value.refused.status, refusal.value.refused.code) == (422, "merge.unknown-hazard")

    main = await registered(qingpu)
    receipt = await qingpu.give(seats.OFFICE, hazard, "merge", into=main, reason="同一处")
    assert receipt.state is State.MERGED
