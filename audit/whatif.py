"""What if: a hazard's recorded commands, given again at their recorded times under another rulebook.

Time rings by the rules of the other rulebook; people do what they did, when they did it. A command that
would have been refused is told and left out, with all that follows from it. Nothing is written anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from audit.life import Course, Step, courses, shown_due, words_of
from domain import hazard as core
from domain.commands import Order, Report
from domain.events import Event, evolve
from domain.ladder import next_wakeup, tick
from domain.library import Library, Rulebook
from domain.refusal import Refusal, Refused
from domain.state import Alarm, Hazard
from domain.values import ClockKey, Digest, Rung, Value, local

Kind = Literal["deadline", "rung", "refusal", "end"]


class Difference(Value):
    """One thing that would have been otherwise. ``recorded`` or ``otherwise`` is ``None`` where there is none."""

    kind: Kind
    what: str
    """The clock and its running (``remediate/1``), the rung on it (``L1 remediate/1``), a step, or a field."""
    recorded: str | None
    otherwise: str | None
    zh: str
    en: str


@dataclass(frozen=True)
class Outcome:
    """Another life of the same hazard, and where it parts from the recorded one."""

    steps: tuple[Step, ...]
    differences: tuple[Difference, ...]


def what_if(library: Library, steps: Sequence[Step], book: Rulebook, now: datetime) -> Outcome:
    """The life that ``steps`` would have been under ``book``, followed until ``now`` or its recorded end."""
    last = steps[-1]
    until = last.event.at if last.after.state.terminal else max(now, last.event.at)
    other = _Other(library, steps, book)
    other.live(until)
    found = [*other.refusals, *_deadlines(steps, other.steps), *_rungs(steps, other.steps)]
    if other.steps:
        found += _end(last.after, other.steps[-1].after)
    return Outcome(tuple(other.steps), tuple(found))


# -- living again ------------------------------------------------------------------------------------

_Ring = tuple[str | None, str, datetime]


class _Other:
    """The hazard as it lives again."""

    def __init__(self, library: Library, steps: Sequence[Step], book: Rulebook) -> None:
        self.steps: list[Step] = []
        self.refusals: list[Difference] = []
        self._recorded = steps
        self._library = Library()  # the other rulebook has no business among those in force
        self._book: Digest = self._library.add_book(book)
        for calendar in library.calendars:
            self._library.add_calendar(calendar)
        self._state: Hazard | None = None
        self._rang: dict[_Ring, list[int]] = defaultdict(list)
        for step in steps:
            if step.event.alarm:
                self._rang[_ring_of(step.event.clock_id, step.event.alarm)].append(step.event.seq)

    def live(self, until: datetime) -> None:
        for step in self._recorded:
            event = step.event
            self._let_ring(event.at, event.seq)
            if event.order is not None:
                self._give(event, event.order)
        self._let_ring(until, self._recorded[-1].event.seq)

    def _let_ring(self, until: datetime, seq: int) -> None:
        """Ring what is due, each alarm at its own instant.

        One that the record knows rings at its place there: a server that slept rang late, and what people
        did in between they did before it rang.
        """
        while self._state and (wake := next_wakeup(self._state)) is not None and wake <= until:
            clock, alarm = next(
                (clock, clock.alarms[0])
                for clock in sorted(self._state.running(), key=lambda clock: clock.id)
                if clock.alarms and clock.alarms[0].at == wake
            )
            places = self._rang[_ring_of(clock.id, alarm)]
            if places and places[0] > seq:
                return
            del places[:1]
            for event in tick(core.rules_for(self._library, self._state), self._state, wake)[:1]:
                self._take(event)

    def _give(self, event: Event, order: Order) -> None:
        refused, was = None, event.refused
        try:
            decided = self._decide(event, order)
        except Refusal as refusal:
            refused = refusal.refused
        else:
            self._take(decided)
        if (refused and refused.code) != (was and was.code):
            self.refusals.append(_refusal(event, was, refused))
        if refused and was and self._state:
            rules = core.rules_for(self._library, self._state)
            self._take(core.refused_event(rules, self._state, order, refused, event.at))

    def _decide(self, event: Event, order: Order) -> Event:
        if isinstance(order.command, Report):
            rules = self._library.rules(self._book, event.calendar)
            return core.report(
                rules, event.hazard, self._book, order.command, order.actor, event.at, order.key
            )
        if self._state is None:
            raise _NOT_REPORTED
        rules = core.rules_for(self._library, self._state, order.command)
        return core.decide(rules, self._state, order, event.at)

    def _take(self, event: Event) -> None:
        after = evolve(self._state, event)
        self.steps.append(Step(event, self._state, after))
        self._state = after


_NOT_REPORTED = Refusal(
    Refused(
        status=404,
        code="not-reported",
        requirement="REG-05",
        zh="未能登记，后续均无从办理",
        en="it was never registered, so nothing could follow",
    )
)


def _ring_of(clock: str | None, alarm: Alarm) -> _Ring:
    return clock, str(alarm.what), alarm.at


# -- comparing ---------------------------------------------------------------------------------------


def _refusal(event: Event, was: Refused | None, refused: Refused | None) -> Difference:
    zh, en = words_of(event)
    return Difference(
        kind="refusal",
        what=f"{event.seq} {event.asked or event.type}",
        recorded=was.code if was else None,
        otherwise=refused.code if refused else None,
        zh=f"第{event.seq}步 {zh}：原{_verdict_zh(was)}，将{_verdict_zh(refused)}",
        en=f"step {event.seq}, {en}: was {_verdict_en(was)}, would be {_verdict_en(refused)}",
    )


def _verdict_zh(refused: Refused | None) -> str:
    return f"不予办理（{refused.code}，{refused.zh}）" if refused else "办理"


def _verdict_en(refused: Refused | None) -> str:
    return f"refused ({refused.code}: {refused.en})" if refused else "carried out"


def _deadlines(recorded: Sequence[Step], other: Sequence[Step]) -> Iterator[Difference]:
    """Each running of each clock, by the dates it had one after the other."""
    ours, theirs = _by_running(recorded), _by_running(other)
    for key in dict.fromkeys((*ours, *theirs)):
        was, would = _dates(ours.get(key)), _dates(theirs.get(key))
        if was == would:
            continue
        clock, n = key
        yield Difference(
            kind="deadline",
            what=f"{clock}/{n}",
            recorded=was,
            otherwise=would,
            zh=f"{_clock(clock)[0]}期限（第{n}次）：原 {was or '无'}，将为 {would or '无'}",
            en=f"deadline of {_clock(clock)[1]} ({n}): was {was or 'none'}, would be {would or 'none'}",
        )


def _by_running(steps: Sequence[Step]) -> dict[tuple[str, int], Course]:
    return {(course.key, course.n): course for course in courses(steps)}


def _dates(course: Course | None) -> str | None:
    if course is None:
        return None
    found = []
    for step in course.steps:
        clock = step.after.clocks[course.key]
        found.append(f"{shown_due(clock.due)} {clock.due_by}{' 暂定' if clock.provisional else ''}")
    return " → ".join(found)


def _rungs(recorded: Sequence[Step], other: Sequence[Step]) -> Iterator[Difference]:
    """What the clocks did by themselves, the first time, the second time and so on."""
    ours, theirs = _rung(recorded), _rung(other)
    for key in dict.fromkeys((*ours, *theirs)):
        was, would = ours.get(key), theirs.get(key)
        if was == would:
            continue
        what, clock, n = key
        label_zh, label_en = _named(what)
        yield Difference(
            kind="rung",
            what=f"{what} {clock}/{n}",
            recorded=was.isoformat() if was else None,
            otherwise=would.isoformat() if would else None,
            zh=f"{label_zh}（{_clock(clock)[0]}）：原 {_or_none(was, '未触发')}，将 {_or_none(would, '不触发')}",
            en=f"{label_en} ({_clock(clock)[1]}): was {_or_none(was, 'not fired')}, would be {_or_none(would, 'not fired')}",
        )


def _rung(steps: Sequence[Step]) -> dict[tuple[str, str, int], datetime]:
    found: dict[tuple[str, str, int], datetime] = {}
    times: dict[tuple[str, str], int] = defaultdict(int)
    for step in steps:
        event = step.event
        if event.alarm and event.clock_id:
            kind = (str(event.alarm.what), event.clock_id)
            times[kind] += 1
            found[(*kind, times[kind])] = local(event.alarm.at)
    return found


def _clock(id: str) -> tuple[str, str]:
    """A clock by its id; that of a sub-task names its unit."""
    key, _, unit = id.partition("@")
    of = f" @{unit}" if unit else ""
    return ClockKey(key).zh + of, ClockKey(key).en + of


def _named(what: str) -> tuple[str, str]:
    if what in Rung.__members__:
        return f"{what} {Rung(what).zh}", f"{what} {Rung(what).en}"
    return {"due": ("转为超期", "overdue"), "open": ("回头看到期", "look-back due")}[what]


def _end(was: Hazard, would: Hazard) -> Iterator[Difference]:
    for field, zh, en in (
        ("state", "最终状态", "final state"),
        ("owner", "最终管辖单位", "final owner"),
        ("level", "最终督办级别", "final level"),
        ("highest", "曾达最高级别", "highest levels reached"),
        ("sla", "最终时效", "final punctuality"),
        ("round", "轮次", "round"),
    ):
        ours, theirs = _field(was, field), _field(would, field)
        if ours != theirs:
            yield Difference(
                kind="end",
                what=field,
                recorded=ours,
                otherwise=theirs,
                zh=f"{zh}：原 {ours}，将为 {theirs}",
                en=f"{en}: was {ours}, would be {theirs}",
            )


def _field(hazard: Hazard, field: str) -> str:
    value = getattr(hazard, field)
    if isinstance(value, dict):
        return ", ".join(f"{unit} {rung}" for unit, rung in sorted(value.items())) or "–"
    return str(value)


def _or_none(moment: datetime | None, none: str) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else none
