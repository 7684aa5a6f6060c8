"""``deliver``: one shift of delivering the notices of a profile, round after round.

A shift is one long activity instead of many short ones: a quiet district then costs the engine six events
in ten minutes, and a new notice is seen within a second or two.
"""

from __future__ import annotations

import asyncio
import contextlib
import time

import structlog
from temporalio import activity

from activities.contract import DELIVER, Shift
from activities.notices import Deliverer

log = structlog.get_logger(__name__)

SHIFT_SECONDS = 600.0
LOOK_SECONDS = 1.0
"""How long a district without new notices is left in peace."""
_FIGURES_SECONDS = 15.0
_SIGN_OF_LIFE_SECONDS = 2.0
"""A round may take longer than the silence after which a worker is taken for dead."""


class TemporalMeter:
    """Figures beside those of the SDK, on the worker's own metrics address; by profile and channel only."""

    def __init__(self, profile: str) -> None:
        meter = activity.metric_meter().with_additional_attributes({"profile": profile})
        self._outcomes = {
            outcome: meter.create_counter(f"qingling_notices_{outcome}", f"Notices {said}, by channel")
            for outcome, said in (
                ("delivered", "delivered"),
                ("put_off", "to be tried again"),
                ("failed", "given up"),
            )
        }
        self._waiting = meter.create_gauge("qingling_notices_waiting", "Notices on their way, by channel")
        self._dead = meter.create_gauge("qingling_notices_dead_letters", "Dead letters, by channel")

    def count(self, outcome: str, channel: str, number: int) -> None:
        self._outcomes[outcome].add(number, {"channel": channel})

    def stand(self, channel: str, waiting: int, failed: int) -> None:
        self._waiting.set(waiting, {"channel": channel})
        self._dead.set(failed, {"channel": channel})


class Shifts:
    """Holds the deliverer that shifts work with."""

    def __init__(self, deliverer: Deliverer, seconds: float = SHIFT_SECONDS) -> None:
        self._deliverer = deliverer
        self._seconds = seconds

    @activity.defn(name=DELIVER)
    async def deliver(self, profile: str) -> Shift:
        """Deliver until the shift is over or the worker goes home; raises when the database is away.

        Temporal lets another worker begin a shift when this one is not heard of for a while.
        """
        meter = TemporalMeter(profile)
        ends = time.monotonic() + self._seconds
        figures_at = 0.0
        done = Shift()
        going_home = asyncio.create_task(activity.wait_for_worker_shutdown())
        alive = asyncio.create_task(_signs_of_life())
        try:
            while time.monotonic() < ends and not going_home.done():
                now = await self._deliverer.round(profile, meter)
                done = done.plus(now)
                if time.monotonic() >= figures_at:
                    await self._deliverer.stand(profile, meter)
                    figures_at = time.monotonic() + _FIGURES_SECONDS
                if not now.busy:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(asyncio.shield(going_home), LOOK_SECONDS)
        finally:
            going_home.cancel()
            alive.cancel()
        return done


async def _signs_of_life() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(_SIGN_OF_LIFE_SECONDS)
