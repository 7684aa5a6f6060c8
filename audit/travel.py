"""Time travel: a hazard as it stood at any event or instant, under the rules and the calendar of then.

Nothing of what came later is used: not a later calendar, not a later rulebook, not a later fact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.life import Piece, Said, Step, evidence, said
from domain.forecast import Foreseen, forecast
from domain.hazard import rules_for
from domain.library import Library, Rules
from domain.organisation import SEES_LISTED, SEES_WHOLE_PROFILE, Role
from domain.state import Hazard
from domain.values import Mode, UnitId, Value, local
from service.reading import Derived, derivation

Point = int | datetime
"""A step of the ledger, or an instant."""


class NoSuchPoint(ValueError):
    """There is no such point in this life. The sentence is for whoever asked."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


class Readers(Value):
    """Who could see the hazard: units it concerned, and the seats that see the whole district."""

    units: tuple[UnitId, ...]
    central: tuple[Role, ...]


@dataclass(frozen=True)
class Moment:
    """A hazard at one point of its life."""

    at: datetime
    step: Step
    """The last event by then."""
    rules: Rules
    deadlines: tuple[Derived, ...]
    """Clocks that stood then with their derivations, the earliest first; stopped ones are silent."""
    readers: Readers
    said: tuple[Said, ...]
    evidence: tuple[Piece, ...]
    foreseen: tuple[Foreseen, ...]
    """What the forecast said then."""

    @property
    def state(self) -> Hazard:
        return self.step.after


def point(text: str) -> Point:
    """``"7"`` is a step, ``"2026-09-23T09:00+08:00"`` an instant. Raises :class:`NoSuchPoint`."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if re.search(r"\d \d\d:\d\d$", text) else text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise NoSuchPoint(
            f"“{text}”不是时点：请写步序（如 7）或带时区的时刻（如 2026-09-23T09:00+08:00）",
            f"{text!r} is no point in time: write a step (7) or an instant with its offset "
            "(2026-09-23T09:00+08:00)",
        )
    return moment


def no_such_step(steps: int, seq: int) -> NoSuchPoint:
    return NoSuchPoint(
        f"台账共{steps}步，没有第{seq}步", f"the ledger has {steps} entries; there is no seq {seq}"
    )


def moment(library: Library, steps: Sequence[Step], where: Point, now: datetime) -> Moment:
    """The hazard at ``where``. Raises :class:`NoSuchPoint` for what lies before the report or after ``now``."""
    at, known = _by(steps, where, now)
    state = known[-1].after
    rules = rules_for(library, state)
    return Moment(
        at=local(at),
        step=known[-1],
        rules=rules,
        deadlines=tuple(
            sorted(
                (derivation(library, clock) for clock in state.clocks.values()),
                key=lambda one: one.clock.due,
            )
        ),
        readers=Readers(
            units=state.involved,
            central=tuple(
                role
                for role in Role
                if role in SEES_WHOLE_PROFILE or (role in SEES_LISTED and state.mode is Mode.LISTED)
            ),
        ),
        said=said(known),
        evidence=evidence(known),
        foreseen=forecast(rules, state, at),
    )


def _by(steps: Sequence[Step], where: Point, now: datetime) -> tuple[datetime, Sequence[Step]]:
    if isinstance(where, int):
        if not 1 <= where <= len(steps):
            raise no_such_step(len(steps), where)
        return steps[where - 1].event.at, steps[:where]
    if where > now:
        raise NoSuchPoint(
            "该时刻尚未到来；将会发生什么请看预告（forecast）",
            "that instant is still to come; see the forecast for what will happen",
        )
    known = [step for step in steps if step.event.at <= where]
    if not known:
        raise NoSuchPoint(
            f"该时刻早于登记（{local(steps[0].event.at):%Y-%m-%d %H:%M}）",
            f"that is before the report ({local(steps[0].event.at):%Y-%m-%d %H:%M})",
        )
    return where, known
