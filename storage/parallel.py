"""Work spread over processes: Python reads, folds and replays on one core a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_WAITING = 2
"""Parts under way for each process: none waits for work, and results do not pile up before a slow reader."""


def spread(
    work: Callable[[Sequence[T]], R], items: Sequence[T], *, jobs: int, together: int
) -> Iterator[tuple[int, R]]:
    """``work`` of ``together`` items at a time, in any order, with how many items each result is of.

    With one job all of it runs here, in order. With more, ``work`` must be picklable; the processes are
    fresh ones, since neither database connections nor the Temporal runtime survive a fork.
    """
    parts = [items[start : start + together] for start in range(0, len(items), together)]
    if jobs <= 1 or len(parts) <= 1:
        for part in parts:
            yield len(part), work(part)
        return
    jobs = min(jobs, len(parts))
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        to_do = iter(parts)
        under_way: dict[Future[R], int] = {}

        def begin(parts: int) -> None:
            under_way.update({pool.submit(work, part): len(part) for part in islice(to_do, parts)})

        begin(jobs * _WAITING)
        try:
            while under_way:
                for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                    of = under_way.pop(done)
                    begin(1)
                    yield of, done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
