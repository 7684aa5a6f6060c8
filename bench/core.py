"""What the pure core takes, without a server: deciding a command, foreseeing a hazard, drilling a scenario."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import drill
from bench.life import PROFILE, principal, steps
from bench.listed import listed
from domain.commands import Order, Report, parse
from domain.events import evolve
from domain.forecast import forecast
from domain.hazard import decide, report
from domain.ladder import next_wakeup
from domain.library import Library
from domain.state import Hazard
from domain.values import SHANGHAI, HazardId, State
from profiles.loader import shipped_calendar, shipped_profiles

ROOT = Path(__file__).parents[1]
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)
"""With ordinary weeks before it: what a deadline costs does not hang on the day the benchmark is run."""


@dataclass(frozen=True)
class Core:
    """Medians, in milliseconds."""

    decide_ms: float
    """``decide`` and ``evolve`` for one command, over all commands of a life."""
    decide_ms_by_command: dict[str, float]
    forecast_ms: float
    """Of a hazard being remedied."""
    forecast_listed_ms: float
    """Of a listed hazard with eight units at work, looked at for the first time."""
    next_wakeup_listed_ms: float
    drill_sc2_ms: float
    drill_sc2_first_ms: float
    """The first one of a process reads the district's rulebook and the calendars too."""


_WEEKS = 20
"""So many hazards begin in weeks of their own: what is foreseen of one due alike would be known already."""


def core(lives: int, drills: int) -> Core:
    library = Library()
    book = library.add_book(shipped_profiles()[PROFILE])
    rules = library.rules(book, library.add_calendar(shipped_calendar()))
    taken: dict[str, list[float]] = {}
    foreseen: list[float] = []
    mondays = [MONDAY + timedelta(weeks=n) for n in range(min(lives, _WEEKS) + 1)]
    told = {
        monday: [
            Order(command=parse(step.name, step.form), actor=principal(step).actor, key=step.name)
            for step in steps(monday)
        ]
        for monday in mondays
    }

    def life(now: datetime) -> None:
        hazard: Hazard | None = None
        for order in told[now]:
            begun = time.perf_counter()
            if hazard is None:
                assert isinstance(order.command, Report)
                event = report(
                    rules, HazardId("QP-2026-000001"), book, order.command, order.actor, now, order.key
                )
            else:
                event = decide(rules, hazard, order, now)
            hazard = evolve(hazard, event)
            taken.setdefault(order.command.do, []).append(time.perf_counter() - begun)
            if hazard.state is State.REMEDIATING and len(foreseen) < len(mondays):
                begun = time.perf_counter()
                forecast(rules, hazard, now)
                foreseen.append(time.perf_counter() - begun)
            now += timedelta(hours=1)

    life(mondays.pop())  # what a first time costs is compiled validators and filled caches
    taken.clear()
    foreseen.clear()
    for n in range(lives):
        life(mondays[n % len(mondays)])
    eights = [listed(rules, monday) for monday in mondays]
    forecasts = [_timed(lambda one=one: forecast(rules, one, MONDAY)) for one in eights]  # type: ignore[misc]
    eight = eights[0]
    wakeups = [_timed(lambda: next_wakeup(eight)) for _ in range(10 * lives)]
    first, *later = [_drilled() for _ in range(drills + 1)]
    return Core(
        decide_ms=_ms([one for some in taken.values() for one in some]),
        decide_ms_by_command={name: _ms(some) for name, some in taken.items()},
        forecast_ms=_ms(foreseen),
        forecast_listed_ms=_ms(forecasts),
        next_wakeup_listed_ms=_ms(wakeups),
        drill_sc2_ms=median(later),
        drill_sc2_first_ms=first,
    )


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _drilled() -> float:
    (result,) = drill.run([ROOT / "scenarios" / "sc-2.yaml"])
    if result.status:
        raise RuntimeError(f"SC-2 differs: {result}")
    return result.milliseconds


def _ms(seconds: list[float]) -> float:
    return median(seconds) * 1000


def as_dict(core: Core) -> dict[str, Any]:
    return dict(vars(core))
