"""When Temporal, the worker or the record is away: what still works, and what is said."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import structlog

from api.app import create_app
from api.server import production
from domain.commands import Command
from domain.library import LIBRARY
from domain.values import HazardId
from service.door import Door, Doorway, NotRecorded, Pending, StandsStill
from service.rulebooks import Current
from settings import load_settings
from storage.errors import StorageUnavailable
from storage.scope import Principal
from tests import seats
from tests.api.conftest import Api, Served


@contextmanager
def serving(api: Api, app: Any) -> Iterator[httpx2.Client]:
    served = Served(app, api.loop)
    token = api.identity.issue(seats.DESK)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx2.Client(base_url=served.url, headers=headers, timeout=30, trust_env=False) as client:
            yield client
    finally:
        served.stop()


def nobody_s_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_like(api: Api, **other: Any) -> Any:
    known = api.qingpu.settings
    return load_settings(
        **{
            "var_dir": known.var_dir,
            "database_url": known.database_url.get_secret_value(),
            "task_queue": known.task_queue,
            "temporal_namespace": api.qingpu.client.namespace,
            "temporal_address": f"127.0.0.1:{nobody_s_port()}",
            **other,
        }
    )


def assert_try_again(answer: httpx2.Response, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, code), answer.text
    assert int(answer.headers["retry-after"]) > 0


def test_without_temporal_the_api_starts_and_reads(api: Api) -> None:
    hazard = api.registered()
    with serving(api, production(settings_like(api))) as client:
        for path in ("", "/events", "/deadlines", "/forecast"):
            assert client.get(f"/v1/hazards/{hazard}{path}").status_code == 200
        assert client.get("/v1/hazards").status_code == 200
        assert client.get("/v1/readyz").json() == {"ready": True, "commands": False}
        path = f"/v1/hazards/{hazard}/commands/assign"
        key = {"Idempotency-Key": uuid4().hex}
        assert_try_again(client.post(path, json={"target": seats.STREET}, headers=key), "not-recorded")
        assert_try_again(
            client.post(path, json={"target": seats.STREET}, headers={"Prefer": "respond-async"}),
            "not-recorded",
        )
        unheard = client.post("/v1/hazards", json=seats.hotline())
        assert_try_again(unheard, "not-recorded")
        assert client.post(path, json={}).status_code == 422, (
            "what is wrong with a form can be said all the same"
        )
    again = api.give(seats.DESK, hazard, "assign", key, target=seats.STREET)
    assert (again.status_code, again.json()["seq"]) == (200, 3), "with the same key, once Temporal is back"
    with_its_key = {"Idempotency-Key": unheard.headers["idempotency-key"]}
    assert api.report(seats.DESK, with_its_key, **seats.hotline()).status_code == 201, "even a made-up one"


def test_temporal_may_come_later(api: Api) -> None:
    """The address answers to nobody at first; the first command after it does finds its way."""
    host, _, port = api.qingpu.client.service_client.config.target_host.partition(":")
    front = nobody_s_port()
    with serving(api, production(settings_like(api, temporal_address=f"127.0.0.1:{front}"))) as client:
        assert_try_again(client.post("/v1/hazards", json=seats.hotline()), "not-recorded")
        api.loop.run(_forward(front, host, int(port)))
        assert client.post("/v1/hazards", json=seats.hotline()).status_code == 201
        assert client.get("/v1/readyz").json() == {"ready": True, "commands": True}


async def _forward(front: int, host: str, port: int) -> asyncio.Server:
    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_server = await asyncio.open_connection(host, port)
        await asyncio.gather(copy(reader, to_server[1]), copy(to_server[0], writer), return_exceptions=True)

    return await asyncio.start_server(connected, "127.0.0.1", front)


def test_without_the_record_nothing_is_ready(api: Api, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/nowhere/qingling.db"
    with serving(api, production(settings_like(api, database_url=url))) as client:
        assert client.get("/v1/healthz").json() == {"status": "ok"}
        assert_try_again(client.get("/v1/readyz"), "storage-unavailable")
        assert_try_again(client.get("/v1/hazards"), "storage-unavailable")
        assert_try_again(client.post("/v1/hazards", json=seats.hotline()), "storage-unavailable")


class Stubborn(Door):
    """A door whose every command ends the same way."""

    outcome: Exception

    async def give(self, principal: Principal, hazard: HazardId, command: Command, *more: Any) -> Any:
        raise self.outcome


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        (NotRecorded("no worker"), 503, "not-recorded"),
        (StandsStill(HazardId("QP-2026-000001")), 503, "stands-still"),
        (StorageUnavailable("数据库暂时无法使用", "the database is away"), 503, "storage-unavailable"),
        (Pending(HazardId("QP-2026-000001")), 202, None),
    ],
)
def test_what_a_door_that_does_not_open_says(
    api: Api, outcome: Exception, status: int, code: str | None
) -> None:
    hazard = api.registered()
    district = api.qingpu
    current = Current(district.database, LIBRARY)
    door = Stubborn(
        district.client, district.database, LIBRARY, current, Doorway("nobody", timedelta(seconds=1))
    )
    door.outcome = outcome
    key = {"Idempotency-Key": "k-1"}
    with (
        structlog.testing.capture_logs() as logs,
        serving(api, create_app(door, district.database, LIBRARY, current, api.identity)) as client,
    ):
        answer = client.post(
            f"/v1/hazards/{hazard}/commands/assign", json={"target": "夏阳街道"}, headers=key
        )
    assert answer.status_code == status
    why = [entry["why"] for entry in logs if entry["event"] == "not recorded"]
    assert why == ([str(outcome)] if isinstance(outcome, NotRecorded) else []), (
        "whoever operates it is told why"
    )
    if code:
        assert_try_again(answer, code)
    else:
        assert answer.headers["location"] == f"/v1/hazards/{hazard}"
        assert answer.json() == {
            "hazard": hazard,
            "href": f"/v1/hazards/{hazard}",
            "idempotency_key": "k-1",
            "zh": "已受理，正在记录；稍后请在此查看",
            "en": "accepted and being recorded; look again here in a moment",
        }


def test_a_report_that_no_worker_takes_is_accepted_and_not_lost(api: Api) -> None:
    district = api.qingpu
    current = Current(district.database, LIBRARY)
    nobody = f"nobody-{uuid4().hex[:6]}"
    door = Door(district.client, district.database, LIBRARY, current, Doorway(nobody, timedelta(seconds=0.5)))
    with serving(api, create_app(door, district.database, LIBRARY, current, api.identity)) as client:
        key = {"Idempotency-Key": uuid4().hex}
        first = client.post("/v1/hazards", json=seats.hotline(), headers=key)
        again = client.post("/v1/hazards", json=seats.hotline(), headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.headers["location"] == again.headers["location"]
    hazard = first.json()["hazard"]
    history = api.loop.run(_started(district.client, hazard))
    assert history == "Hazard"


async def _started(client: Any, hazard: str) -> str:
    return str((await client.get_workflow_handle(hazard).describe()).workflow_type)
