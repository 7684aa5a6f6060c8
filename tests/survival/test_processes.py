"""Processes die, the database goes away: nothing answered is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
import time

import pytest

from domain.values import HazardId, State
from service.door import NotRecorded, Pending
from storage import ledger
from storage.errors import StorageUnavailable
from tests import seats
from tests.survival.conftest import Deployment

pytestmark = pytest.mark.slow

LIFE = (
    (seats.LIAISON, "verify_confirm", {}),
    (seats.DESK, "assign", {"target": seats.STREET}),
    (seats.LIAISON, "sign", {"handler": "handler-1"}),
    (seats.HANDLER, "submit_plan", seats.plan()),
    (seats.HANDLER, "progress", {"text": "已拆除一半"}),
    (seats.HANDLER, "report_completion", {}),
    (seats.ASSESSOR, "assess_pass", seats.ALL_MET),
)
PATIENCE = 120.0
"""Seconds a client keeps asking: a server that comes back on a busy machine takes its time."""
TYPES = ["report", *(name for _, name, _ in LIFE)]


async def persist(deployment: Deployment, who, hazard: HazardId, name: str, key: str, form: dict) -> None:  # type: ignore[no-untyped-def,type-arg]
    """What a client does that got no answer: the same command with the same key, until there is one."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            await deployment.give(who, hazard, name, key, **form)
            return
        except (NotRecorded, Pending, StorageUnavailable):
            await asyncio.sleep(0.5)
    raise AssertionError(f"{name} was never answered")


async def persist_report(deployment: Deployment, key: str, **form: object) -> HazardId:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            return (await deployment.report(seats.DESK, key, **seats.hotline(**form))).hazard
        except (NotRecorded, Pending, StorageUnavailable):
            await asyncio.sleep(0.5)
    raise AssertionError("the report was never answered")


def sound(deployment: Deployment, hazard: HazardId) -> None:
    assert deployment.database.read_now(ledger.verify, hazard) == []


async def test_worker_killed_between_any_two_commands(deployment: Deployment) -> None:
    hazard = (await deployment.report(seats.DESK, "kill-0", **seats.hotline())).hazard
    for who, name, form in LIFE:
        deployment.restart("worker")
        await persist(deployment, who, hazard, name, f"kill-{name}", form)
    assert deployment.events(hazard) == TYPES
    assert (await deployment.door.live(hazard)).state is State.CLEARED  # type: ignore[union-attr]
    sound(deployment, hazard)


async def test_worker_killed_in_the_middle_of_commands(deployment: Deployment) -> None:
    async def one_life(number: int) -> HazardId:
        hazard = await persist_report(deployment, f"mid-{number}")
        for who, name, form in LIFE:
            await persist(deployment, who, hazard, name, f"mid-{number}-{name}", form)
        return hazard

    lives = [asyncio.create_task(one_life(number)) for number in range(6)]
    for _ in range(3):
        await asyncio.sleep(1.0)
        deployment.restart("worker")
    for hazard in await asyncio.gather(*lives):
        assert deployment.events(hazard) == TYPES
        sound(deployment, hazard)


@pytest.mark.requirement("REG-08")
async def test_worker_killed_when_it_had_recorded_and_told_nobody(deployment: Deployment) -> None:
    """The task comes again at a later moment, and finds its decision in the ledger."""
    hazard = (await deployment.report(seats.DESK, "told-0", **seats.hotline())).hazard
    deployment.kill("worker")
    deployment.start_worker_that_dies_after("verify_confirm")
    who, name, form = LIFE[0]
    confirmed = asyncio.create_task(persist(deployment, who, hazard, name, "told-1", form))
    await deployment.death_of("worker")
    assert deployment.events(hazard) == TYPES[:2] and not confirmed.done()
    deployment.group.start_worker()
    await confirmed
    who, name, form = LIFE[1]
    await persist(deployment, who, hazard, name, "told-2", form)
    assert deployment.events(hazard) == TYPES[:3]
    assert deployment.database.read_now(ledger.replay, hazard) == await deployment.door.live(hazard)
    sound(deployment, hazard)


async def test_server_killed_and_restarted_on_its_file(deployment: Deployment) -> None:
    hazard = (await deployment.report(seats.DESK, "server-0", **seats.hotline())).hazard
    for who, name, form in LIFE[:4]:
        await deployment.give(who, hazard, name, f"server-{name}", **form)
    deployment.restart("temporal")
    for who, name, form in LIFE[4:]:
        await persist(deployment, who, hazard, name, f"server-{name}", form)
    assert deployment.events(hazard) == TYPES
    sound(deployment, hazard)


async def test_no_worker_means_not_recorded_and_the_same_key_works_later(deployment: Deployment) -> None:
    hazard = (await deployment.report(seats.DESK, "away-0", **seats.hotline())).hazard
    deployment.kill("worker")
    await deployment.open_door(patience=1)
    with pytest.raises(NotRecorded):
        await deployment.give(seats.LIAISON, hazard, "verify_confirm", "away-1")
    with pytest.raises(Pending) as pending:
        await deployment.report(seats.DESK, "away-2", **seats.hotline())
    deployment.group.start_worker()
    await deployment.open_door()
    await persist(deployment, seats.LIAISON, hazard, "verify_confirm", "away-1", {})
    assert deployment.events(hazard) == ["report", "verify_confirm"]
    again = await deployment.report(seats.DESK, "away-2", **seats.hotline())
    assert again.hazard == pending.value.hazard, "the report was durable although nobody could record it"


async def test_database_away_during_commands_loses_nothing(deployment: Deployment) -> None:
    hazard = (await deployment.report(seats.DESK, "db-0", **seats.hotline())).hazard
    await deployment.open_door(patience=12)
    with deployment.database_away():
        answers = await asyncio.gather(
            deployment.give(seats.LIAISON, hazard, "verify_confirm", "db-1"),
            deployment.report(seats.DESK, "db-2", **seats.hotline()),
            return_exceptions=True,
        )
        assert [type(answer) for answer in answers] == [Pending, StorageUnavailable]
        assert deployment.events(hazard) == ["report"], "nothing is true before it is written"
    await deployment.open_door()
    await persist(deployment, seats.LIAISON, hazard, "verify_confirm", "db-1", {})
    assert deployment.events(hazard) == ["report", "verify_confirm"]
    sound(deployment, hazard)
