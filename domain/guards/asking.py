"""What a guard is, and the question it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from domain.library import Rules
from domain.organisation import Actor, Unit
from domain.state import Clock, Hazard


@dataclass(frozen=True)
class Ask:
    """The question a guard answers: may this be done to this hazard, now? ``form`` may still be empty."""

    rules: Rules
    hazard: Hazard
    actor: Actor
    now: datetime
    form: Any = None

    @cached_property
    def seat_problem(self) -> str | None:
        """Found out once, however many commands are asked about."""
        return self.rules.book.organisation.seat_problem(self.actor)

    def unit(self, name: str | None) -> Unit | None:
        return self.rules.book.organisation.find(name) if name else None

    @property
    def main_clock(self) -> Clock | None:
        return self.hazard.main_clock


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition. ``code`` follows the transition's id in the refusal, e.g. ``T19.plan-beyond-cap``."""

    code: str
    status: int
    requirement: str
    zh: str
    en: str
    holds: Callable[[Ask], bool]
    of_form: bool = True
    told: Callable[[Ask], tuple[str, str] | None] | None = None
    """The sentence for this hazard, Chinese and English, where its district has a rule of its own."""

    def sentence(self, ask: Ask) -> tuple[str, str]:
        """Why it does not hold, Chinese and English."""
        return (self.told(ask) if self.told else None) or (self.zh, self.en)


def form_guard(code: str, status: int, requirement: str, zh: str, en: str) -> Callable[..., Guard]:
    return lambda holds: Guard(code, status, requirement, zh, en, holds)


def state_guard(
    code: str,
    status: int,
    requirement: str,
    zh: str,
    en: str,
    told: Callable[[Ask], tuple[str, str] | None] | None = None,
) -> Callable[..., Guard]:
    return lambda holds: Guard(code, status, requirement, zh, en, holds, of_form=False, told=told)


def last_lookback(ask: Ask) -> bool:
    """Whether the look-back that is open, or next, is the one that leads to the archive."""
    limits = ask.rules.book.policy.lookback_limits(ask.hazard.mode)
    return ask.hazard.lookbacks_done + 1 >= len(limits)
