"""How fast an import starts hazards, beside bare ``start_workflow`` calls at the same concurrency."""

from __future__ import annotations

import asyncio
import csv
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client

from bench.floor import TASK_QUEUE, Act, FloorWorkflow, count_acts
from bench.life import PROFILE, principal, steps
from domain.values import Channel, local
from intake.forms import Reader
from intake.mapping import columns, is_header
from intake.opening import opened
from intake.record import Record
from intake.references import References
from intake.run import IN_FLIGHT, run_import
from intake.sheets import open_sheet
from intake.watch import Tally, Watch
from settings import Settings
from storage.database import Database

_HEADER = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情")
_TEXT = "小区内多辆电瓶车在楼道充电，飞线从二楼窗口垂下，夜间无人看管，存在火灾隐患，请有关部门尽快处理。"


@dataclass(frozen=True)
class Starts:
    """``how`` is ``import`` or ``bare``. The record may follow later; starting is what is compared."""

    how: str
    round: int
    count: int
    starts_per_s: float
    recorded_per_s: float


async def bare(client: Client, database: Database, count: int, round: int) -> Starts:
    """``start_workflow`` for the floor's workflow, as many at once as the import does."""
    before = await database.read(count_acts)
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            id = f"start-{uuid4().hex}"
            await client.start_workflow(FloorWorkflow.run, Act(id, 0, _TEXT), id=id, task_queue=TASK_QUEUE)

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    started = time.perf_counter() - begun
    while await database.read(count_acts) < before + count:  # noqa: ASYNC110 - another process writes them
        await asyncio.sleep(0.05)
    return Starts("bare", round, count, count / started, count / (time.perf_counter() - begun))


class _Stopwatch(Watch):
    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.started = 0.0

    def moved(self, tally: Tally) -> None:
        self.started = time.perf_counter() - self.begun


async def imported(settings: Settings, count: int, round: int) -> Starts:
    """A sheet of ``count`` messages: opened, read, numbered and started, as ``qingling import`` does."""
    path = settings.var_dir / f"messages-{round}.csv"
    _write(path, count, round)
    sheet = open_sheet(path, None, is_header)
    source = Channel.HOTLINE.zh
    references = References(b"bench", source)
    reader = Reader(columns(sheet.header, ()), Channel.HOTLINE, source, references.of)
    async with opened(settings, PROFILE, Watch()) as ready:
        watch = _Stopwatch()
        tally = await run_import(
            sheet.rows(),
            reader.read,
            door=ready.door,
            record=Record(ready.database),
            principal=principal(steps(datetime.now(UTC))[0]),
            watch=watch,
        )
        recorded = time.perf_counter() - watch.begun
    if tally.taken != count or tally.unrecorded:
        raise RuntimeError(
            f"of {count} messages {tally.taken} were started, {tally.recorded} recorded: {tally.refused[:1]}"
        )
    return Starts("import", round, count, count / watch.started, count / recorded)


def _write(path: Path, count: int, round: int) -> None:
    now = local(datetime.now(UTC))
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(_HEADER)
        for n in range(count):
            when = now - timedelta(minutes=n)
            sheet.writerow(
                (
                    f"B{round}-{n:06d}",
                    f"writer-{n % 97}",
                    "电瓶车楼道充电",
                    f"{when:%Y-%m-%d %H:%M:%S}",
                    _TEXT * (1 + n % 4),
                )
            )
