"""A hazard's life as its ledger tells it: every event with the state before and after, and what forms said.

Everything that auditors ask of one hazard (what stood when, why, what if, the dossier) begins here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.commands import COMMANDS
from domain.events import Event, evolve
from domain.library import Library, Rules
from domain.organisation import Actor
from domain.state import Hazard
from domain.values import Value, last_day, local
from storage.errors import StorageError
from storage.ledger import StoredEvent


class LedgerUnreadable(StorageError):
    """The ledger of a hazard cannot be followed; ``qingling verify`` says what is wrong with it."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(
            f"台账第{seq}步无法推演（{why}），请运行 qingling verify 查明",
            f"the ledger cannot be followed at seq {seq} ({why}); run qingling verify",
        )
        self.seq = seq


@dataclass(frozen=True)
class Step:
    """One event of a life."""

    event: Event
    before: Hazard | None
    """``None`` before the report."""
    after: Hazard


def life(entries: Iterable[StoredEvent]) -> tuple[Step, ...]:
    """The life that a ledger tells. Raises :class:`LedgerUnreadable` where it breaks off."""
    steps: list[Step] = []
    state: Hazard | None = None
    for entry in entries:
        try:
            event = entry.event
            after = evolve(state, event)
        except ValueError as error:
            raise LedgerUnreadable(entry.seq, " ".join(str(error).split())[:120]) from None
        steps.append(Step(event, state, after))
        state = after
    if not steps:
        raise LedgerUnreadable(1, "没有记录 no entries")
    return tuple(steps)


def rules_before(library: Library, step: Step) -> Rules:
    """What an event was decided under: the hazard's rulebook, and the calendar of that moment."""
    state = step.before or step.after
    return library.rules(state.rules, step.event.calendar)


# -- what the forms said -----------------------------------------------------------------------------


class Piece(Value):
    """A piece of evidence, by reference, with the step that brought it."""

    seq: int
    at: datetime
    actor: Actor
    kind: str
    ref: str
    sha256: str | None


class Said(Value):
    """A text somebody wrote into a form."""

    seq: int
    at: datetime
    actor: Actor
    command: str
    field: str
    text: str


TEXTS = {
    "description": ("描述", "description"),
    "cause": ("成因初判", "cause"),
    "findings": ("核查情况", "findings"),
    "reason": ("理由", "reason"),
    "measures": ("措施", "measures"),
    "measures_tried": ("已采取的措施", "measures tried"),
    "risk_assessment": ("风险评估", "risk assessment"),
    "proposed_measures": ("建议措施", "proposed measures"),
    "interim_measures": ("过渡措施", "interim measures"),
    "funds": ("经费", "funds"),
    "contingency": ("应急预案", "contingency"),
    "text": ("情况", "text"),
    "note": ("备注", "note"),
}
"""Fields of forms that hold running text, with what they are called."""


def evidence(steps: Sequence[Step]) -> tuple[Piece, ...]:
    return tuple(
        Piece(
            seq=step.event.seq,
            at=local(step.event.at),
            actor=step.event.actor,
            kind=piece.kind,
            ref=piece.ref,
            sha256=piece.sha256,
        )
        for step in steps
        for piece in getattr(step.event.command, "evidence", ())
    )


def said(steps: Sequence[Step]) -> tuple[Said, ...]:
    return tuple(_said(steps))


def _said(steps: Sequence[Step]) -> Iterator[Said]:
    for step in steps:
        event, form = step.event, step.event.command
        for field in type(form).model_fields if form is not None else ():
            text: Any = getattr(form, field)
            if field in TEXTS and isinstance(text, str) and text.strip():
                yield Said(
                    seq=event.seq,
                    at=local(event.at),
                    actor=event.actor,
                    command=event.asked or event.type,
                    field=field,
                    text=text,
                )


# -- names of events ---------------------------------------------------------------------------------

_BY_TIME = {
    "reminder": ("提醒", "reminder"),
    "overdue": ("超期", "overdue"),
    "escalation": ("升级", "escalation"),
    "task": ("提请决定", "laid before the office to decide"),
    "lookback_due": ("回头看到期", "the look-back falls due"),
    "refused": ("未予办理", "refused"),
}


def words_of(event: Event) -> tuple[str, str]:
    """What an event is called, in Chinese and English."""
    if event.type in COMMANDS:
        return COMMANDS[event.type].zh, COMMANDS[event.type].en
    zh, en = _BY_TIME.get(event.type, (event.type, event.type))
    if event.asked in COMMANDS:
        return f"{zh}：{COMMANDS[event.asked].zh}", f"{en}: {COMMANDS[event.asked].en}"
    if event.alarm and event.type in ("reminder", "escalation", "task"):
        return f"{zh} {event.alarm.what}", f"{en} {event.alarm.what}"
    return zh, en


def shown_due(moment: datetime) -> str:
    """A deadline as the duty officer says it: 24:00 of its day."""
    there = local(moment)
    return (
        f"{last_day(moment)} 24:00"
        if (there.hour, there.minute, there.second) == (0, 0, 0)
        else f"{there:%Y-%m-%d %H:%M}"
    )


# -- deadlines over time -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """One running of a clock from its start to its end. ``key`` is its id; ``n`` counts its runnings, from 1."""

    key: str
    n: int
    steps: tuple[Step, ...]
    """Those that set or moved it; the clock as it then stood is ``after.clocks[key]``."""
    ended: Step | None
    """The step that ended it, or ``None`` while it stands."""


def courses(steps: Sequence[Step]) -> tuple[Course, ...]:
    """Every running of every clock, in the order they started."""
    found: list[Course] = []
    current: dict[str, int] = {}
    for step in steps:
        before = step.before.clocks if step.before else {}
        for key, clock in step.after.clocks.items():
            old = before.get(key)
            if key not in current or old is None or old.started != clock.started:
                if key in current:
                    found[current[key]] = _ended(found[current[key]], step)
                n = 1 + sum(course.key == key for course in found)
                current[key] = len(found)
                found.append(Course(key, n, (step,), None))
            elif (old.due, old.due_by, old.provisional) != (clock.due, clock.due_by, clock.provisional):
                course = found[current[key]]
                found[current[key]] = Course(course.key, course.n, (*course.steps, step), None)
        for key in [key for key in current if key not in step.after.clocks]:
            over = current.pop(key)
            found[over] = _ended(found[over], step)
    return tuple(found)


def _ended(course: Course, step: Step) -> Course:
    return Course(course.key, course.n, course.steps, step)
