"""One life of a hazard, from the hotline's message to its clearance, by each of the three ways to live it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import uuid4

import httpx2
from temporalio.client import Client

from bench.floor import TASK_QUEUE, Act, FloorWorkflow
from domain.commands import Command, Report, parse
from domain.organisation import Actor, Organisation, Role
from domain.values import HazardId, PersonId, local
from profiles.loader import shipped_profiles
from service.door import Door
from service.identity import LocalIdentity
from storage.scope import Principal

STREET = "夏阳街道"
PROFILE = "qingpu"


@dataclass(frozen=True)
class Step:
    """A command, the seat that gives it, and its form."""

    name: str
    unit: str
    role: str
    form: dict[str, Any] = field(default_factory=dict)


def steps(today: datetime) -> tuple[Step, ...]:
    """The shortest full life by the general mode, with one report of progress on the way."""
    tomorrow = (local(today) + timedelta(days=1)).date().isoformat()
    return (
        Step(
            "report",
            "区城运中心",
            "desk",
            {
                "channel": "hotline",
                "code": "S06-02",
                "place": "夏阳街道某小区3号楼502室",
                "description": "居民反映一套住房用木板隔成六间出租，走道堆放电瓶车，夜间充电，住有九人。" * 2,
            },
        ),
        Step("verify_confirm", STREET, "liaison", {"findings": "现场查看，客厅隔出三间，共住九人。"}),
        Step("assign", "区城运中心", "desk", {"target": STREET}),
        Step("sign", STREET, "liaison", {"handler": "handler"}),
        Step(
            "submit_plan",
            STREET,
            "handler",
            {
                "responsible_unit": STREET,
                "responsible_leader": "leader",
                "responsible_staff": ["handler"],
                "measures": "约谈二房东，拆除隔断，清退住人，恢复原状，复查消防设施。",
                "milestones": [{"what": "拆除隔断", "due": tomorrow}],
                "goals": ["隔断全部拆除"],
            },
        ),
        Step("progress", STREET, "handler", {"text": "已约谈二房东，两间已拆除，其余租户明日搬离。"}),
        Step("report_completion", STREET, "handler"),
        Step("assess_pass", STREET, "assessor", {"results": [{"goal": "G1", "met": True}]}),
    )


class Caller(Protocol):
    """Somebody who lives lives, one command at a time."""

    async def begin(self) -> str:
        """The first command: the report. Returns once it is in the record, with the hazard's id."""

    async def go_on(self, hazard: str, number: int) -> None:
        """Command ``number`` of the life. Returns once it is in the record."""

    async def leave(self) -> None: ...


class Way(Protocol):
    """A way to reach the workflows; gives each caller what he needs of his own."""

    name: str
    prefix: str

    def caller(self, number: int) -> Caller: ...


# -- the bare engine ---------------------------------------------------------------------------------


class FloorWay:
    """Its start counts as the first command: it makes an insert, and the next update waits for that."""

    name = "floor"
    prefix = "floor-"

    def __init__(self, client: Client) -> None:
        self._client = client

    def caller(self, number: int) -> Caller:
        return self

    async def begin(self) -> str:
        id = f"{self.prefix}{uuid4().hex}"
        await self._client.start_workflow(
            FloorWorkflow.run, Act(id, 0, "begin"), id=id, task_queue=TASK_QUEUE
        )
        return id

    async def go_on(self, hazard: str, number: int) -> None:
        handle = self._client.get_workflow_handle(hazard)
        await handle.execute_update(FloorWorkflow.act, Act(hazard, number, "act"), id=uuid4().hex)

    async def leave(self) -> None: ...


# -- the product through the Temporal client ---------------------------------------------------------


class DoorWay:
    """The product as the API and the import use it: through the door, in the caller's own process."""

    name = "client"
    prefix = "QP-"

    def __init__(self, door: Door) -> None:
        self._door = door
        self._steps = steps(datetime.now(UTC))
        self._commands = [parse(step.name, step.form) for step in self._steps]

    def caller(self, number: int) -> Caller:
        return _AtTheDoor(self._door, self._commands, [principal(step) for step in self._steps])


@dataclass(frozen=True)
class _AtTheDoor:
    door: Door
    commands: Sequence[Command]
    principals: Sequence[Principal]

    async def begin(self) -> str:
        report = self.commands[0]
        assert isinstance(report, Report)
        return (await self.door.report(self.principals[0], report, uuid4().hex)).hazard

    async def go_on(self, hazard: str, number: int) -> None:
        await self.door.give(self.principals[number], HazardId(hazard), self.commands[number], uuid4().hex)

    async def leave(self) -> None: ...


# -- the product through HTTP ------------------------------------------------------------------------


class HttpWay:
    """The product as officers use it: a process of its own, a socket each, bearer tokens."""

    name = "http"
    prefix = "QP-"

    def __init__(self, address: str, identity: LocalIdentity) -> None:
        self._address = address
        self._identity = identity
        self._steps = steps(datetime.now(UTC))

    def caller(self, number: int) -> Caller:
        tokens = [self._identity.issue(principal(step, f"-{number}")) for step in self._steps]
        return _AtTheApi(
            httpx2.AsyncClient(base_url=self._address, timeout=60, trust_env=False), self._steps, tokens
        )


@dataclass(frozen=True)
class _AtTheApi:
    http: httpx2.AsyncClient
    steps: Sequence[Step]
    tokens: Sequence[str]

    async def begin(self) -> str:
        answer = await self._post("/v1/hazards", 0, 201)
        return str(answer.get("id") or answer["hazard"])

    async def go_on(self, hazard: str, number: int) -> None:
        answer = await self._post(f"/v1/hazards/{hazard}/commands/{self.steps[number].name}", number, 200)
        while answer.get("seq", 0) <= number:  # 202: taken on, and we look again until it is in the record
            await asyncio.sleep(0.1)
            seen = await self.http.get(f"/v1/hazards/{hazard}", headers=self._headers(number))
            answer = seen.json()

    async def leave(self) -> None:
        await self.http.aclose()

    async def _post(self, path: str, number: int, status: int) -> dict[str, Any]:
        headers = {**self._headers(number), "Idempotency-Key": uuid4().hex}
        answer = await self.http.post(path, json=self.steps[number].form, headers=headers)
        if answer.status_code not in (status, 202):
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
        found: dict[str, Any] = answer.json()
        return found

    def _headers(self, number: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[number]}"}


def principal(step: Step, suffix: str = "") -> Principal:
    """The seat that gives a command; each caller may have persons of his own in it."""
    unit = _organisation().find(step.unit)
    assert unit is not None
    person = PersonId(step.role if step.role == "handler" else f"{step.role}{suffix}")
    return Principal(profile=PROFILE, actor=Actor(unit=unit.id, role=Role(step.role), person=person))


@cache
def _organisation() -> Organisation:
    return shipped_profiles()[PROFILE].organisation
