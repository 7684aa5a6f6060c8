"""Playing a scenario: step by step, on whatever world it is given, up to the first difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain import hazard as core
from domain.commands import Command, LoadCalendar, Order, Report, parse
from domain.events import Event
from domain.library import Library
from domain.organisation import Actor
from domain.refusal import Refusal, Refused
from domain.state import Hazard
from domain.values import Digest, HazardId, State, Value
from drill.compare import Difference, Found, differences, of_refusal, rung_of
from drill.format import Step
from drill.ledger import Broken, Entry, Reader
from drill.scenario import Scenario


class World(Protocol):
    """Where hazards live: on the core alone, or on a server."""

    library: Library
    tolerance: timedelta
    """How far the instants of this world may be from those of the file."""

    def advance(self, hazard: HazardId, until: datetime) -> None: ...

    def report(self, hazard: HazardId, rules: Digest, calendar: Digest, order: Order, now: datetime) -> None:
        """Raises :class:`Refusal`, as does ``give``."""

    def give(self, hazard: HazardId, order: Order, now: datetime) -> None: ...

    def state(self, hazard: HazardId) -> Hazard | None: ...

    def entries(self, hazard: HazardId) -> Sequence[Entry]: ...

    def finish(self, hazard: HazardId) -> None:
        """Last checks of a hazard. Raises :class:`Broken` or :class:`Stuck`, as everything here may."""


class NoEngine(RuntimeError):
    """There is no server to play on."""


class Stuck(RuntimeError):
    """A world that does not answer, or not in a way that makes sense."""


@dataclass(frozen=True)
class StepRun:
    """What became of one step; ``words`` makes the line of the account from it."""

    number: int
    step: Step
    scenario: Scenario
    actor: Actor
    hazard: HazardId
    state: Hazard | None
    fresh: Sequence[Event]
    refused: Refused | None
    difference: Difference | None


class Told(Value):
    """One step in a result: when, who, what, and what came of it; instants as the file has them."""

    step: int
    at: datetime
    hazard: HazardId
    unit: str | None
    do: str | None
    refused: str | None
    fired: tuple[str, ...]
    state: State | None
    due: dict[str, datetime]
    """By the id of the clock."""


class Result(Value):
    """What became of one file. ``status`` is 0 as written, 1 a difference, 2 a file that cannot be used."""

    file: str
    title: str = ""
    status: int
    steps: int = 0
    """How many steps went as written."""
    step: int | None = None
    """The step that differs; ``None`` as well when it was the end that did."""
    difference: Difference | None = None
    error: str | None = None
    events: int = 0
    milliseconds: float = 0.0
    told: tuple[Told, ...] = ()


def play(scenario: Scenario, world: World, on_step: Callable[[StepRun], None]) -> Result:
    """Play every step until one differs from what is written."""
    stage = _Stage(scenario, world)
    runs: list[StepRun] = []
    for number, step in enumerate(scenario.steps, start=1):
        runs.append(stage.step(number, step))
        on_step(runs[-1])
        if runs[-1].difference:
            break
    last = runs[-1]
    difference = last.difference or next(stage.end(), None)
    return Result(
        file=scenario.file,
        title=scenario.title,
        status=1 if difference else 0,
        steps=len(runs) - 1 if last.difference else len(runs),
        step=last.number if last.difference else None,
        difference=difference,
        events=sum(len(reader.events) for reader in stage.readers.values()),
        told=tuple(_told(run) for run in runs),
    )


def _told(run: StepRun) -> Told:
    moved = run.scenario.moved
    return Told(
        step=run.number,
        at=run.step.at - moved,
        hazard=run.hazard,
        unit=run.actor.unit if run.step.do else None,
        do=run.step.do,
        refused=run.refused.code if run.refused else None,
        fired=tuple(str(rung_of(event) or event.type) for event in run.fresh if event.alarm),
        state=run.state.state if run.state else None,
        due={clock.id: clock.due - moved for clock in run.state.running()} if run.state else {},
    )


class _Stage:
    def __init__(self, scenario: Scenario, world: World) -> None:
        self.scenario = scenario
        self.world = world
        self.readers: dict[HazardId, Reader] = {}
        self.rules = world.library.add_book(scenario.book)
        self._calendar = scenario.calendar
        self.calendar = world.library.add_calendar(scenario.calendar)

    def step(self, number: int, step: Step) -> StepRun:
        """Let time pass, give the command, and see what came of both."""
        hazard, actor = self.scenario.number(step), self.scenario.actor(step)
        reader = self.readers.setdefault(hazard, Reader())
        before = after = refused = difference = None
        fresh: Sequence[Event] = ()
        try:
            self.world.advance(hazard, step.at)
            before = after = self.world.state(hazard)
            if step.do:
                refused = self._do(number, step, hazard, before, actor)
                after = self.world.state(hazard)
            fresh = reader.follow(self.world.entries(hazard))
            difference = next(self._differences(step, refused, before, after, reader, fresh), None)
        except Broken as broken:
            difference = Difference(what="ledger", expected="sound 完好", found=str(broken))
        except Stuck as stuck:
            difference = Difference(what="engine", expected="an answer 有回应", found=str(stuck))
        return StepRun(number, step, self.scenario, actor, hazard, after, fresh, refused, difference)

    def end(self) -> Iterator[Difference]:
        for hazard in self.readers:
            try:
                self.world.finish(hazard)
            except (Broken, Stuck) as broken:
                yield Difference(what=hazard, expected="sound 完好", found=str(broken))

    # -- giving a command ---------------------------------------------------------------------------

    def _do(
        self, number: int, step: Step, hazard: HazardId, before: Hazard | None, actor: Actor
    ) -> Refused | None:
        try:
            order = Order(command=self._command(step, before, actor), actor=actor, key=f"step-{number}")
            if before is not None:
                self.world.give(hazard, order, step.at)
            elif isinstance(order.command, Report):
                self.world.report(hazard, self.rules, self.calendar, order, step.at)
        except Refusal as refusal:
            return refusal.refused
        self.world.advance(hazard, step.at)  # a clock that goes on again may have something to make up for
        return None

    def _command(self, step: Step, before: Hazard | None, actor: Actor) -> Command:
        assert step.do is not None
        if step.do == "load_calendar":
            return LoadCalendar(calendar=self._load(step))
        try:
            return parse(step.do, self.scenario.form(step))
        except Refusal:
            # Who may not give the command, or not now, is told that rather than what his form lacks.
            if before is not None and step.do != "report":
                rules = core.rules_for(self.world.library, before)
                core.precheck(rules, before, step.do, actor, step.at)
            raise

    def _load(self, step: Step) -> Digest:
        """Years already loaded are not joined again: a second hazard gets the same calendar."""
        loaded = self.scenario.loaded(step)
        if loaded.version not in self._calendar.version.split("+"):
            self._calendar = self._calendar.joined(loaded)
        self.calendar = self.world.library.add_calendar(self._calendar)
        return self.calendar

    # -- looking at what came of it -----------------------------------------------------------------

    def _differences(
        self,
        step: Step,
        refused: Refused | None,
        before: Hazard | None,
        after: Hazard | None,
        reader: Reader,
        fresh: Sequence[Event],
    ) -> Iterator[Difference]:
        yield from of_refusal(step.refused, refused)
        if refused and before != after:
            yield Difference(what="state", expected="unchanged 不变", found="changed by a refusal 被拒后有变")
        if reader.folded != after:
            yield Difference(
                what="ledger",
                expected=f"seq {after.seq if after else 0}",
                found=f"folds to another state (seq {reader.folded.seq if reader.folded else 0})",
            )
        if after is None:
            if step.expect.model_fields_set:
                yield Difference(what="state", expected="a hazard 有隐患", found="–")
            return
        yield from differences(
            step.expect,
            Found(
                hazard=after,
                fresh=fresh,
                ever=reader.events,
                organisation=self.scenario.book.organisation,
                numbers=self.scenario.numbers,
                tolerance=self.world.tolerance,
                moved=self.scenario.moved,
            ),
        )
