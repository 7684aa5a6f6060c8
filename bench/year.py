"""What a command costs a hazard that has lived for long, beside one that has not.

One hazard takes hundreds of reports of progress, over several runs of its workflow; after each of them a
fresh hazard takes one too. Whatever else the machine is doing weighs on both alike.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles
from uuid import uuid4

from temporalio.client import Client

from bench.life import principal, steps
from domain.commands import Report, parse
from domain.values import HazardId
from service.door import Door

_FRESH = 20
"""How many commands a hazard stays fresh for."""


@dataclass(frozen=True)
class LongLife:
    commands: int
    runs: int
    """Runs of the long hazard's workflow: each but the first is a continue-as-new."""
    late_p50_ms: float
    late_p99_ms: float
    fresh_p50_ms: float
    fresh_p99_ms: float

    @property
    def late_over_fresh(self) -> float:
        return self.late_p99_ms / self.fresh_p99_ms


async def long_life(door: Door, client: Client, commands: int) -> LongLife:
    late: list[float] = []
    fresh: list[float] = []
    old = await _remediating(door)
    young = old
    for number in range(commands):
        if number % _FRESH == 0:
            young = await _remediating(door)
        late.append(await _progress(door, old))
        fresh.append(await _progress(door, young))
    runs = [run async for run in client.list_workflows(f"WorkflowId = '{old}'")]
    return LongLife(commands, len(runs), *_p50_p99(late), *_p50_p99(fresh))


async def _remediating(door: Door) -> HazardId:
    """A hazard whose plan is filed."""
    some = steps(datetime.now(UTC))[:5]
    report = parse("report", some[0].form)
    assert isinstance(report, Report)
    hazard = (await door.report(principal(some[0]), report, uuid4().hex)).hazard
    for step in some[1:]:
        await door.give(principal(step), hazard, parse(step.name, step.form), uuid4().hex)
    return hazard


async def _progress(door: Door, hazard: HazardId) -> float:
    step = steps(datetime.now(UTC))[5]
    begun = time.perf_counter()
    await door.give(principal(step), hazard, parse(step.name, step.form), uuid4().hex)
    return (time.perf_counter() - begun) * 1000


def _p50_p99(waits: list[float]) -> tuple[float, float]:
    return median(waits), quantiles(waits, n=100, method="inclusive")[98]
