"""Waiting out an outage: try again ever more slowly, say so once, and give up only what waiting cannot mend."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio.service import RPCError, RPCStatusCode

from intake.watch import Watch
from service.door import NotRecorded
from storage.errors import StorageUnavailable

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds."""

_IN_VAIN = {
    RPCStatusCode.INVALID_ARGUMENT,
    RPCStatusCode.NOT_FOUND,
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.UNIMPLEMENTED,
}
"""What Temporal will answer again the next time."""


class Stopped(Exception):
    """Waiting would be in vain: somebody has to mend something first. What is in stays in."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} | {en}")


class Patience:
    """Runs attempts of many tasks at once; ``watch`` hears of an outage once, and of its end."""

    def __init__(self, watch: Watch, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> None:
        self._watch = watch
        self._first, self._longest = first, longest
        self._outage = False

    async def until(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What ``attempt`` gives, however long it takes. Raises :class:`Stopped`."""
        pause = self._first
        while True:
            try:
                done = await attempt()
            except (StorageUnavailable, NotRecorded) as error:
                _stop_if_in_vain(error)
                if not self._outage:
                    self._outage = True
                    self._watch.waiting(_told(error))
                await asyncio.sleep(pause * random.uniform(0.75, 1.25))
                pause = min(2 * pause, self._longest)
            else:
                if self._outage:
                    self._outage = False
                    self._watch.going_on()
                return done


def _told(error: Exception) -> str:
    cause = error.__cause__
    if isinstance(cause, RPCError):
        return f"Temporal 暂时无法使用（{cause.message}） | Temporal is away ({cause.message})"
    return str(error)


def _stop_if_in_vain(error: Exception) -> None:
    cause = error.__cause__
    if isinstance(cause, RPCError) and cause.status in _IN_VAIN:
        raise Stopped(
            f"Temporal 拒绝登记（{cause.message}），请核对命名空间，必要时运行 qingling namespace",
            f"Temporal refuses ({cause.message}); check the namespace, perhaps run qingling namespace",
        ) from error
