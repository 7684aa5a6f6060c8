"""Delivery against real servers: one that takes mail, and one that answers as robots and other systems do."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
import yaml
from aiosmtpd.controller import Controller
from sqlalchemy import insert, select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from activities.contract import Shift
from activities.notices import Deliverer
from channels.settings import ChannelsFile
from domain.delivery import DeliveryPolicy
from domain.events import Notice
from domain.values import UnitId
from profiles.notices import delivery_policy
from storage import ledger, tables
from storage.database import Database
from tests.databases import Sqlite
from tests.storage.stories import LIBRARY, START, STREET, Story, unit

SECRET = "SEC-of-the-robot"
HOOK_SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


# -- servers -----------------------------------------------------------------------------------------


class Mailman:
    """An SMTP server on a port of its own. ``replies`` are what it says to the next recipients instead of 250."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.replies: deque[str] = deque()
        self._controller: Controller | None = None
        self.port = 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # type: ignore[no-untyped-def]
        reply = self.replies.popleft() if self.replies else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _server, _session, envelope) -> str:  # type: ignore[no-untyped-def]
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"

    def open(self) -> None:
        if self.port == 0:
            self.port = free_port()
        # Its own patience is five seconds, less than a loaded machine may need to start a thread.
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=60)
        self._controller.start()

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def texts(self) -> list[str]:
        return [mail.get_content() for mail in self.mails]


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Heard:
    """A request as it came in."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        found = json.loads(self.raw)
        assert isinstance(found, dict)
        return found

    @property
    def text(self) -> str:
        body = self.body
        said = body["text"]["content"] if "text" in body else body["content"]["text"]
        assert isinstance(said, str)
        return said


@dataclass
class Answer:
    """What the other side says next: a refusal inside HTTP 200, a status, or nothing until it is let go."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False


class OtherSide:
    """Answers as the three platforms do, checking what they check; ``answers`` go before."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.taken: list[Heard] = []
        self.answers: deque[Answer] = deque()
        self.let_go = asyncio.Event()
        self.url = ""

    def app(self) -> Starlette:
        paths = ("/wecom", "/dingtalk", "/feishu", "/hook")
        return Starlette(routes=[Route(path, self._answer, methods=["POST"]) for path in paths])

    async def _answer(self, request: Request) -> Response:
        heard = Heard(
            request.url.path, dict(request.query_params), dict(request.headers), await request.body()
        )
        self.heard.append(heard)
        if self.answers:
            answer = self.answers.popleft()
            if answer.silent or answer.status >= 500:  # it got there, whatever the sender is told
                self.taken.append(heard)
            if answer.silent:
                await self.let_go.wait()
            text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            return Response(text, answer.status, answer.headers, media_type="application/json")
        said = getattr(self, "_" + heard.path[1:])(heard)
        if said.get("errcode", said.get("code", 0)) == 0:
            self.taken.append(heard)
        return Response(json.dumps(said), media_type="application/json")

    def _wecom(self, heard: Heard) -> dict[str, Any]:
        if heard.query.get("key") != "abc":
            return {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1], from ip: 10.0.0.1"}
        if len(heard.text.encode()) > 2048:
            return {
                "errcode": 40058,
                "errmsg": "text.content exceed max length 2048. invalid Request Parameter",
            }
        return {"errcode": 0, "errmsg": "ok"}

    def _dingtalk(self, heard: Heard) -> dict[str, Any]:
        signed = f"{heard.query.get('timestamp')}\n{SECRET}".encode()
        if heard.query.get("sign") != _b64(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()):
            return {"errcode": 310000, "errmsg": "sign not match"}
        return {"errcode": 0, "errmsg": "ok"}

    def _feishu(self, heard: Heard) -> dict[str, Any]:
        key = f"{heard.body.get('timestamp')}\n{SECRET}".encode()
        if heard.body.get("sign") != _b64(hmac.new(key, b"", hashlib.sha256).digest()):
            return {
                "code": 19021,
                "msg": "sign match fail or timestamp is not within one hour from current time",
            }
        return {"code": 0, "msg": "success", "data": {}, "StatusCode": 0, "StatusMessage": "success"}

    def _hook(self, heard: Heard) -> dict[str, Any]:
        id, at = heard.headers["webhook-id"], heard.headers["webhook-timestamp"]
        key = base64.b64decode(HOOK_SECRET.removeprefix("whsec_"))
        signed = hmac.new(key, f"{id}.{at}.".encode() + heard.raw, hashlib.sha256).digest()
        assert heard.headers["webhook-signature"] == "v1," + _b64(signed)
        return {}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def mailman() -> Iterator[Mailman]:
    server = Mailman()
    server.open()
    yield server
    server.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _other_side() -> AsyncIterator[OtherSide]:
    side = OtherSide()
    server = uvicorn.Server(uvicorn.Config(side.app(), port=0, log_config=None, access_log=False))
    running = asyncio.create_task(server._serve())  # serve() would take the test run's signals
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    side.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield side
    server.should_exit = True
    await running


@pytest.fixture
def other_side(_other_side: OtherSide) -> Iterator[OtherSide]:
    _other_side.heard.clear()
    _other_side.taken.clear()
    _other_side.answers.clear()
    _other_side.let_go.clear()
    yield _other_side
    _other_side.let_go.set()


# -- a district that delivers ------------------------------------------------------------------------


class Counted:
    """The figures a worker would show."""

    def __init__(self) -> None:
        self.outcomes: dict[tuple[str, str], int] = {}
        self.standing: dict[str, tuple[int, int]] = {}

    def count(self, outcome: str, channel: str, number: int) -> None:
        self.outcomes[outcome, channel] = self.outcomes.get((outcome, channel), 0) + number

    def stand(self, channel: str, waiting: int, failed: int) -> None:
        self.standing[channel] = (waiting, failed)


class House:
    """A record with hazards in it, the channels of its deployment, and a clock that tests move."""

    def __init__(self, database: Database, file: Path) -> None:
        self.database = database
        self.file = ChannelsFile(file)
        self.meter = Counted()
        self.now = START
        self.deliverer = self.another()

    def another(self, policy: Callable[[str], DeliveryPolicy] = delivery_policy) -> Deliverer:
        """As another worker would be."""
        return Deliverer(self.database, LIBRARY, self.file, policy, clock=lambda: self.now)

    def settings(self, **said: Any) -> None:
        """Everybody has time enough to answer on a machine that does other things, unless a test says so."""
        self.file.path.write_text(yaml.safe_dump({"timeout": 30, **said}, allow_unicode=True), "utf-8")

    def record(self, *stories: Story) -> None:
        for story in stories:
            self.database.write_now(ledger.append, story.hazard, story.events)
            self.now = max(self.now, story.now)

    async def round(self, deliverer: Deliverer | None = None) -> Shift:
        return await (deliverer or self.deliverer).round("qingpu", self.meter)

    async def gathered(self) -> Shift:
        """A round, and another one when what gathers company or is tried again has become due."""
        first = await self.round()
        self.now += timedelta(minutes=15)
        return first.plus(await self.round())

    def rows(self, **where: Any) -> list[dict[str, Any]]:
        table = tables.deliveries
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        return self.database.read_now(
            lambda c: [dict(row) for row in c.execute(query.order_by(table.c.id)).mappings()]
        )

    def states(self) -> list[str]:
        return [row["state"] for row in self.rows()]

    def notices(self) -> list[tuple[int, Notice]]:
        table = tables.outbox
        query = select(table).order_by(table.c.id)
        return self.database.read_now(
            lambda c: [
                (row["id"], Notice.model_validate({name: row[name] for name in Notice.model_fields}))
                for row in c.execute(query).mappings()
            ]
        )

    def handed_on(self) -> list[bool]:
        table = tables.outbox
        query = select(table.c.delivered_at).order_by(table.c.id)
        return self.database.read_now(lambda c: [at is not None for at in c.scalars(query)])

    def contact(self, at: str, email: str) -> None:
        """The contact form of a unit, with nothing but its mailbox."""
        table = tables.contacts
        row: dict[str, Any] = {
            column.name: ""
            for column in table.columns
            if column.name not in ("profile", "unit", "email", "updated_at")
        }
        row |= {"profile": "qingpu", "unit": unit(at), "email": email, "updated_at": START}
        self.database.write_now(lambda c: c.execute(insert(table).values(**row)))

    def set_hazard(self, story: Story, **values: Any) -> None:
        table = tables.hazards
        self.database.write_now(
            lambda c: c.execute(update(table).where(table.c.id == story.number).values(**values))
        )


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("notices"))


@pytest_asyncio.fixture(loop_scope="session")
async def house(sqlite: Sqlite, tmp_path: Path) -> AsyncIterator[House]:
    database = Database.connect(sqlite.migrated())
    house = House(database, tmp_path / "channels.yaml")
    yield house
    await house.deliverer.close()
    database.close()


STREET_ID: UnitId = unit(STREET)


def to(*names: str, **more: Any) -> dict[str, Any]:
    """The recipients of 夏阳街道."""
    return {"qingpu": [{"unit": str(STREET_ID), "to": list(names), **more}]}


def server(mailman: Mailman, **more: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": mailman.port,
        "security": "none",
        "sender": "清零办 <qingling@example.org>",
        **more,
    }


def robot(side: OtherSide, kind: str, **more: Any) -> dict[str, Any]:
    url = f"{side.url}/{kind}" + ("?key=abc" if kind == "wecom" else "?access_token=abc")
    secret = {} if kind == "wecom" else {"secret": SECRET}
    return {"kind": kind, "url": url, "allow_http": True, **secret, **more}


def hook(side: OtherSide, **more: Any) -> dict[str, Any]:
    return {"kind": "webhook", "url": f"{side.url}/hook", "secret": HOOK_SECRET, "allow_http": True, **more}


def assigned(serial: int = 1, at: datetime = START, **form: Any) -> Story:
    """One notice, the 转递（交办）单 to the liaison of 夏阳街道, five minutes after ``at``."""
    return Story(f"QP-2026-{serial:06}", at=at).report(**form).assigned()
