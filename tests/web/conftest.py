"""The pages as a deployment serves them: the same process as the API, on a real server with a worker."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.server import production
from service.identity import LocalIdentity, signing_key
from settings import load_settings
from storage.scope import Principal
from tests.api.conftest import Api, Loop, Served
from tests.server import District, district, temporal
from web.app import install


@dataclass
class Clock:
    """The pages' present moment, which a test may put ahead as it does with a hazard's."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Web(Api):
    """The running system, and browsers without a screen."""

    clock: Clock = field(default_factory=Clock)
    _browsers: dict[Principal, httpx2.Client] = field(default_factory=dict)

    def browser(self, principal: Principal | None = None, language: str = "zh") -> httpx2.Client:
        """A client that keeps cookies and says where its forms come from, as browsers do."""
        client = httpx2.Client(
            base_url=self.url,
            headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": language},
            timeout=30,
            trust_env=False,
        )
        if principal is not None:
            actor = principal.actor
            answer = client.post(
                "/sign-in",
                data={
                    "profile": principal.profile,
                    "unit": actor.unit,
                    "role": actor.role.value,
                    "person": actor.person,
                },
            )
            assert answer.status_code == 303, answer.text
        return client

    def see(self, principal: Principal, path: str, **more: Any) -> httpx2.Response:
        if principal not in self._browsers:
            self._browsers[principal] = self.browser(principal)
        return self._browsers[principal].get(path, **more)

    def act(self, principal: Principal, hazard: str, command: str, **typed: Any) -> httpx2.Response:
        """Fill in the form of a command as its page shows it, and send it."""
        page = self.see(principal, f"/hazards/{hazard}/{command}")
        assert page.status_code == 200, page.text
        hidden = form_of(page.text, f"/hazards/{hazard}/{command}")
        return self._browsers[principal].post(f"/hazards/{hazard}/{command}", data={**hidden, **typed})


class _Forms(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.found = action, False, {}

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("action") == self.action
        elif tag == "input" and self.inside and given.get("type") == "hidden":
            self.found[given["name"]] = given.get("value", "")


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that leads to ``action``."""
    parser = _Forms(action)
    parser.feed(page)
    assert parser.found, f"no form to {action}"
    return parser.found


def text_of(page: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.stop()


@pytest.fixture(scope="session")
def web(loop: Loop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving(loop, tmp_path_factory.mktemp("web")) as found:
        yield found


@contextmanager
def serving(loop: Loop, folder: Path) -> Iterator[Web]:
    """A district of its own behind the pages."""
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
        temporal_ui_url="http://127.0.0.1:8233",
        sign_in="seat",
    )
    app = production(settings, install)
    served = Served(app, loop)
    found = Web(served.url, LocalIdentity(signing_key(settings)), loop, qingpu)
    app.state.pages = dataclasses.replace(app.state.pages, clock=found.clock)
    yield found
    served.stop()
    loop.run(stack.aclose())
