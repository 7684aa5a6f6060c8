"""How often one seat may ask: a script gone wrong must not hold up a whole district (429)."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second for as long as one likes, and so many at once."""

    per_second: float = 100
    burst: float = 1000


DEFAULT_RATE = Rate()


class Limiter:
    """A bucket of tokens for each caller, in the memory of this process."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def wait(self, caller: Hashable) -> float:
        """Take one token. Returns 0, or the seconds until there is one."""
        now = time.monotonic()
        left, at = self._buckets.get(caller, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - at) * self._rate.per_second)
        if left < 1:
            return (1 - left) / self._rate.per_second
        if len(self._buckets) >= _REMEMBERED and caller not in self._buckets:
            self._buckets.clear()
        self._buckets[caller] = (left - 1, now)
        return 0
