"""Work over processes goes on when one of them dies, and the item that killed it is named."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool

import pytest

from storage.parallel import spread

DEADLY = 7


def squares(numbers: Sequence[int]) -> list[int]:
    """For a process of its own, which one number takes with it, as a fault in native code would."""
    if DEADLY in numbers:
        os._exit(9)
    return [number * number for number in numbers]


def dies(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.requirement("REG-08")
def test_the_item_that_kills_its_process_is_named_and_every_other_is_done() -> None:
    parts = list(spread(squares, range(12), jobs=2, together=4, lost=lambda number: [-number]))
    assert sum(count for count, _ in parts) == 12
    assert sorted(square for _, some in parts for square in some) == sorted(
        [-DEADLY, *(number * number for number in range(12) if number != DEADLY)]
    )


def test_whoever_cannot_say_what_a_lost_item_comes_to_is_told_that_a_process_died() -> None:
    with pytest.raises(BrokenProcessPool):
        list(spread(squares, range(12), jobs=2, together=4))
