"""Work spread over processes: Python reads, folds and replays on one core a process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_WAITING = 2
"""Parts under way for each process: none waits for work, and results do not pile up before a slow reader."""


def spread(
    work: Callable[[Sequence[T]], R],
    items: Sequence[T],
    *,
    jobs: int,
    together: int,
    lost: Callable[[T], R] | None = None,
) -> Iterator[tuple[int, R]]:
    """``work`` of ``together`` items at a time, in any order, with how many items each result is of.

    With one job all of it runs here, in order. With more, ``work`` must be picklable; the processes are
    fresh ones, since neither database connections nor the Temporal runtime survive a fork.

    What ``work`` raises is raised. When a process dies, its work is done again in smaller and smaller parts
    until the item that kills is alone; its result is then what ``lost`` says. Without ``lost``, raises
    ``BrokenProcessPool``.
    """
    parts = deque(items[start : start + together] for start in range(0, len(items), together))
    if jobs <= 1 or len(parts) <= 1:
        for part in parts:
            yield len(part), work(part)
        return
    while parts:
        for part in (yield from _pooled(work, parts, min(jobs, len(parts)))):
            if lost is None:
                raise BrokenProcessPool("a process died")
            yield from _again(work, part, lost)


def _pooled(
    work: Callable[[Sequence[T]], R], parts: deque[Sequence[T]], jobs: int
) -> Generator[tuple[int, R], None, list[Sequence[T]]]:
    """Takes from ``parts`` until they are done or a process dies; answers those that were under way then."""
    under_way: dict[Future[R], Sequence[T]] = {}
    unfinished: list[Sequence[T]] = []
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:

        def begin(count: int) -> None:
            with suppress(BrokenProcessPool):  # then those under way say so
                for _ in range(min(count, len(parts))):
                    under_way[pool.submit(work, parts[0])] = parts[0]
                    parts.popleft()

        begin(jobs * _WAITING)
        try:
            while under_way:
                for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                    part = under_way.pop(done)
                    try:
                        result = done.result()
                    except BrokenProcessPool:
                        unfinished.append(part)
                        continue
                    if not unfinished:
                        begin(1)
                    yield len(part), result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return unfinished


def _again(
    work: Callable[[Sequence[T]], R], part: Sequence[T], lost: Callable[[T], R]
) -> Iterator[tuple[int, R]]:
    """A part whose process died, in a process of its own; where that dies too, its halves."""
    unfinished = yield from _pooled(work, deque([part]), 1)
    if not unfinished:
        return
    if len(part) == 1:
        yield 1, lost(part[0])
        return
    half = len(part) // 2
    yield from _again(work, part[:half], lost)
    yield from _again(work, part[half:], lost)
