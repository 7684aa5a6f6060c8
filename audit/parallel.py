"""Work spread over processes: Python reads and replays on one core a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def spread(
    work: Callable[[Sequence[T]], R], items: Sequence[T], *, jobs: int, together: int
) -> Iterator[tuple[int, R]]:
    """``work`` of ``together`` items at a time, in any order, with how many items each result is of.

    With one job all of it runs here. With more, ``work`` must be picklable; the processes are fresh ones,
    since neither database connections nor the Temporal runtime survive a fork.
    """
    parts = [items[start : start + together] for start in range(0, len(items), together)]
    if jobs <= 1 or len(parts) <= 1:
        for part in parts:
            yield len(part), work(part)
        return
    with ProcessPoolExecutor(min(jobs, len(parts)), mp_context=get_context("spawn")) as pool:
        under_way = {pool.submit(work, part): len(part) for part in parts}
        for done in as_completed(under_way):
            yield under_way[done], done.result()
