"""Shifts on a real Temporal server: always one under way, and the workflow replays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest_asyncio
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from activities.notices import Deliverer
from activities.shift import Shifts
from storage.errors import StorageUnavailable
from tests.notices.conftest import House, Mailman, assigned, server, to
from tests.server import own_namespace, temporal
from worker import tuned
from workflows import delivery
from workflows.delivery import DeliveryWorkflow


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client() -> AsyncIterator[Client]:
    async with temporal() as client:
        yield await own_namespace(client)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about")


def handle(client: Client) -> WorkflowHandle[object, object]:
    return client.get_workflow_handle("notices-qingpu")


async def ended(client: Client) -> None:
    await handle(client).terminate()


async def test_a_notice_is_mailed_within_seconds_and_a_new_worker_goes_on(
    client: Client, house: House, mailman: Mailman
) -> None:
    house.settings(
        mail=server(mailman),
        endpoints={"street": {"kind": "mail", "address": "a@example.org"}},
        recipients=to("street"),
    )
    house.now = datetime.now(UTC)
    deliverer = Deliverer(
        house.database, house.deliverer._library, house.file, house.deliverer._policy, lambda: house.now
    )
    shifts = Shifts(deliverer)
    house.record(assigned(1, urgency="FLASH"))
    await delivery.ensure(client, "qingpu", "notices-test")
    await delivery.ensure(client, "qingpu", "notices-test")  # a second worker starts no second one

    async with tuned(client, "notices-test", [DeliveryWorkflow], [shifts.deliver]):
        await until(lambda: len(mailman.mails) == 1)
    house.record(assigned(2, urgency="FLASH"))  # nobody is at work
    async with tuned(client, "notices-test", [DeliveryWorkflow], [shifts.deliver]):
        await until(lambda: len(mailman.mails) == 2)

    assert [mail["Subject"][-11:] for mail in mailman.mails] == ["2026-000001", "2026-000002"]
    history = await handle(client).fetch_history()
    replayer = Replayer(workflows=[DeliveryWorkflow], data_converter=pydantic_data_converter)
    assert (await replayer.replay_workflow(history)).replay_failure is None
    await deliverer.close()
    await ended(client)


async def test_a_database_that_is_away_ends_no_delivery(client: Client, house: House) -> None:
    tried = []

    class Shaky(Deliverer):
        async def round(self, profile, meter):  # type: ignore[no-untyped-def]
            tried.append(profile)
            if len(tried) < 3:
                raise StorageUnavailable("数据库不可用", "the database is away")
            return await super().round(profile, meter)

    shaky = Shaky(house.database, house.deliverer._library, house.file, house.deliverer._policy)
    house.record(assigned())
    await delivery.ensure(client, "qingpu", "notices-shaky")

    async with tuned(client, "notices-shaky", [DeliveryWorkflow], [Shifts(shaky).deliver]):
        await until(lambda: house.handed_on() == [True])

    assert len(tried) >= 3
    await ended(client)


async def test_a_run_is_followed_by_another(client: Client, house: House, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(delivery, "_SHIFTS_A_RUN", 2)
    shifts = Shifts(house.deliverer, seconds=0)
    await delivery.ensure(client, "qingpu", "notices-runs")

    async with tuned(client, "notices-runs", [DeliveryWorkflow], [shifts.deliver]):
        first = (await handle(client).describe()).run_id
        for _ in range(600):
            if (await handle(client).describe()).run_id != first:
                break
            await asyncio.sleep(0.05)

    assert (await handle(client).describe()).run_id != first
    await ended(client)
