"""The API as it runs in a deployment: uvicorn on a real socket, a real Temporal server, a worker, SQLite.

All of it lives in a thread with a loop of its own, so that tests may be plain functions.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from api.server import production
from domain.values import HazardId
from service.identity import LocalIdentity, signing_key
from settings import load_settings
from storage.scope import Principal
from tests import seats
from tests.server import District, district, temporal

T = TypeVar("T")

BEFORE, AFTER = {"kind": "before", "ref": "photo-1"}, {"kind": "after", "ref": "photo-2"}


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float = 60) -> T:
        return self.start(coroutine).result(timeout)

    def stop(self) -> None:
        """What still runs is told to end, and has ended, before the loop stops: event streams keep watchers."""
        self.run(_end_the_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


async def _end_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.wait(rest, timeout=10) if rest else None


@dataclass
class Api:
    """The running API, and ways to speak to it as anybody."""

    url: str
    identity: LocalIdentity
    loop: Loop
    qingpu: District
    _clients: dict[Principal, httpx2.Client] = field(default_factory=dict)

    def as_(self, principal: Principal, **headers: str) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.identity.issue(principal)}", **headers},
            timeout=30,
            trust_env=False,
        )

    def anonymous(self, **headers: str) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def call(
        self, principal: Principal, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx2.Response:
        if principal not in self._clients:
            self._clients[principal] = self.as_(principal)
        return self._clients[principal].request(method, path, headers=headers or {}, **more)

    def get(self, principal: Principal, path: str, **more: Any) -> httpx2.Response:
        return self.call(principal, "GET", path, **more)

    def report(
        self, principal: Principal, headers: dict[str, str] | None = None, /, **form: Any
    ) -> httpx2.Response:
        return self.call(principal, "POST", "/v1/hazards", headers, json=form)

    def give(
        self,
        principal: Principal,
        hazard: str,
        command: str,
        headers: dict[str, str] | None = None,
        /,
        **form: Any,
    ) -> httpx2.Response:
        return self.call(
            principal, "POST", f"/v1/hazards/{hazard}/commands/{command}", headers, json=_plain(form)
        )

    def forward_past_next(self, hazard: str) -> None:
        """Let time pass until just after the next thing that fires by itself."""
        wake = self.get(seats.AUDITOR, f"/v1/hazards/{hazard}").json()["next_wakeup"]
        moment = datetime.fromisoformat(wake) + timedelta(minutes=1)
        self.loop.run(self.qingpu.forward_to(HazardId(hazard), moment))

    # -- hazards to begin with ----------------------------------------------------------------------

    def reported(self) -> str:
        answer = self.report(seats.DESK, **seats.hotline())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def registered(self) -> str:
        return self._after(self.reported(), (seats.LIAISON, "verify_confirm", {}))

    def assigned(self) -> str:
        return self._after(self.registered(), (seats.DESK, "assign", {"target": seats.STREET}))

    def planning(self) -> str:
        return self._after(self.assigned(), (seats.LIAISON, "sign", {"handler": "handler-1"}))

    def remediating(self) -> str:
        return self._after(self.planning(), (seats.HANDLER, "submit_plan", seats.plan()))

    def completed(self) -> str:
        return self._after(self.remediating(), (seats.HANDLER, "report_completion", {"evidence": [AFTER]}))

    def cleared(self) -> str:
        return self._after(self.completed(), (seats.ASSESSOR, "assess_pass", seats.ALL_MET))

    def looked_back_at(self) -> str:
        hazard = self.cleared()
        self.forward_past_next(hazard)
        return hazard

    def in_triage(self) -> str:
        return self._after(self.registered(), (seats.LIAISON, "request_upgrade", seats.UPGRADE))

    def to_be_ruled_on(self) -> str:
        return self._after(self.in_triage(), (seats.DESK, "jurisdiction_unclear", {"reason": "无人认领"}))

    def under_key_control(self) -> str:
        return self._after(self.remediating(), (seats.PRINCIPAL, "enter_key_control", seats.DEFENCES))

    def to_be_recognised(self) -> str:
        return self._after(
            self.in_triage(),
            (seats.OFFICE, "triage_route", seats.ROUTE),
            (seats.BUREAU_LIAISON, "sign", {"handler": "handler-3"}),
            (seats.BUREAU_HANDLER, "submit_plan", seats.plan()),
            (seats.BUREAU_HANDLER, "report_completion", {"evidence": [AFTER]}),
            (seats.BUREAU_ASSESSOR, "assess_pass", seats.ALL_MET),
        )

    def _after(self, hazard: str, *steps: tuple[Principal, str, dict[str, Any]]) -> str:
        for principal, command, form in steps:
            answer = self.give(principal, hazard, command, **form)
            assert answer.status_code == 200, answer.text
        return hazard


def _plain(value: Any) -> Any:
    """Dates of the usual forms as JSON has them."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


class Served:
    """An application on a real socket, in a loop of ours."""

    def __init__(self, app: FastAPI, loop: Loop) -> None:
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_config=None, access_log=False, server_header=False
        )
        self._server = uvicorn.Server(config)
        self._running = loop.start(self._server._serve())  # serve() would take the test run's signals
        loop.run(self._started())
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    async def _started(self) -> None:
        while not self._server.started:
            assert not self._running.done(), self._running.exception()
            await asyncio.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._running.result(20)


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.stop()


@pytest.fixture(scope="session")
def api(loop: Loop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder: Path = tmp_path_factory.mktemp("api")
    stack = AsyncExitStack()

    async def open_district() -> District:
        client = await stack.enter_async_context(temporal())
        return await stack.enter_async_context(district(client, folder))

    qingpu = loop.run(open_district())
    settings = load_settings(
        var_dir=folder,
        database_url=qingpu.settings.database_url.get_secret_value(),
        task_queue=qingpu.settings.task_queue,
        temporal_address=qingpu.client.service_client.config.target_host,
        temporal_namespace=qingpu.client.namespace,
    )
    served = Served(production(settings), loop)
    yield Api(served.url, LocalIdentity(signing_key(settings)), loop, qingpu)
    served.stop()
    loop.run(stack.aclose())


@pytest.fixture(scope="session")
def document(api: Api) -> dict[str, Any]:
    with api.anonymous() as client:
        return dict(client.get("/openapi.json").json())
