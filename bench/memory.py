"""What an open hazard costs a worker that keeps it in its cache.

``python -m bench.memory`` runs the product's worker, which collects its garbage when it is sent SIGUSR1.
"""

from __future__ import annotations

import asyncio
import gc
import signal

import psutil

from bench.life import Way
from bench.system import System
from settings import load_settings
from worker import serve

COMMANDS = 5
"""Report, confirm, assign, sign, plan: now it is being remedied, where hazards spend most of their life."""

CALLERS = 32
_SETTLED_SECONDS = 1.5


async def kb_per_open_hazard(system: System, way: Way, hazards: int) -> float:
    """Resident memory that ``hazards`` more hazards in REMEDIATING take, for each of them."""
    system.start_collecting_worker()
    try:
        return await kb_each(system.process("worker"), way, hazards)
    finally:
        system.end("worker")


async def kb_each(worker: psutil.Process, way: Way, lives: int) -> float:
    """What the worker keeps of each of ``lives`` more lives that stay open."""
    # What the first ones cost is the code they load and the pools they fill, not the hazards.
    await _open(way, max(lives // 10, 2))
    before = await _resident(worker)
    await _open(way, lives)
    return (await _resident(worker) - before) / 1024 / lives


async def _open(way: Way, hazards: int) -> None:
    left = iter(range(hazards))

    async def work(number: int) -> None:
        caller = way.caller(number)
        for _ in left:
            hazard = await caller.begin()
            for command in range(1, COMMANDS):
                await caller.go_on(hazard, command)
        await caller.leave()

    await asyncio.gather(*(work(number) for number in range(min(CALLERS, hazards))))


async def _resident(worker: psutil.Process) -> int:
    worker.send_signal(signal.SIGUSR1)
    await asyncio.sleep(_SETTLED_SECONDS)
    return int(worker.memory_info().rss)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda *_: gc.collect())
    asyncio.run(serve(load_settings()))
