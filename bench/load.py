"""Many callers at once: how fast their lives go, how long a command takes, and what each process spends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median, quantiles

import psutil

from bench.life import Way

Meters = Mapping[str, psutil.Process]


@dataclass(frozen=True)
class Row:
    """One measurement: ``lives`` lives by one way, by so many callers at once."""

    way: str
    callers: int
    round: int
    lives: int
    commands: int
    seconds: float
    lifecycles_per_s: float
    commands_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: dict[str, float]
    """CPU a lifecycle takes in each process that served it, and in the caller's."""


async def measure(
    way: Way, commands: int, *, callers: int, lives: int, round: int, meters: Meters
) -> tuple[Row, list[str]]:
    """Let ``callers`` live ``lives`` lives each, and answer with the figures and the hazards' ids."""
    people = [way.caller(number) for number in range(callers)]
    waits: list[float] = []
    ids: list[str] = []

    async def live(number: int) -> None:
        caller = people[number]
        for _ in range(lives):
            begun = time.perf_counter()
            hazard = await caller.begin()
            waits.append(time.perf_counter() - begun)
            for command in range(1, commands):
                begun = time.perf_counter()
                await caller.go_on(hazard, command)
                waits.append(time.perf_counter() - begun)
            ids.append(hazard)

    spent = {name: _cpu(process) for name, process in meters.items()}
    started = time.perf_counter()
    try:
        await asyncio.gather(*(live(number) for number in range(callers)))
        seconds = time.perf_counter() - started
        cpu = {name: _cpu(process) - spent[name] for name, process in meters.items()}
    finally:
        for caller in people:
            await caller.leave()
    total = callers * lives
    row = Row(
        way=way.name,
        callers=callers,
        round=round,
        lives=total,
        commands=commands,
        seconds=seconds,
        lifecycles_per_s=total / seconds,
        commands_per_s=total * commands / seconds,
        p50_ms=median(waits) * 1000,
        p99_ms=quantiles(waits, n=100, method="inclusive")[98] * 1000,
        cpu_ms={name: used / total * 1000 for name, used in cpu.items()},
    )
    return row, ids


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
