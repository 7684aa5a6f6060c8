"""What happened to a hazard, entry by entry, as people read it: who, when, what, on what ground."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from markupsafe import Markup

from domain.events import Event, Notice
from domain.organisation import Role, joined
from domain.transitions import BY_COMMAND
from domain.values import Rung
from storage.ledger import StoredEvent
from web import drawn
from web.fields import Field, fields_of
from web.visit import Visit
from workflows.view import event_zh

LONGEST_TEXT = 600


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a form said."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger in words."""

    seq: int
    at: str
    what: str
    by: str
    person: str
    ground: str
    tone: str
    """``deed``, ``time``, ``alarm`` or ``refused``: how it is marked."""
    said: tuple[Said, ...]
    told: str
    hash: str


def entries(visit: Visit, stored: Sequence[StoredEvent]) -> Markup:
    """The latest first, as they stand on the page."""
    latest_first = stored[::-1]
    return drawn.entries(visit.language, visit.today, latest_first, partial(_entry, visit))


def _entry(visit: Visit, stored: StoredEvent) -> Entry:
    event = stored.event
    return Entry(
        seq=stored.seq,
        at=visit.moment(stored.at),
        what=what(visit, event),
        by=_by(visit, event),
        person=_person(event),
        ground=_ground(visit, event),
        tone=_tone(event),
        said=tuple(_said(visit, event)),
        told=told(visit, event.notices),
        hash=stored.hash[:12],
    )


def what(visit: Visit, event: Event) -> str:
    """The command's name, or what time did: ``L1 催办（签收）``."""
    say = visit.language.say
    if event.command is not None and event.type != "refused":
        return visit.language.of(event.command)
    if event.type == "refused" and event.command is not None:
        return say("未予办理：{command}", command=visit.language.of(event.command))
    clock = visit.language.of(event.clock) if event.clock else ""
    if event.alarm is not None and isinstance(event.alarm.what, Rung):
        rung = event.alarm.what
        words = f"{rung} {visit.language.of(rung)}"
        if event.type == "task":
            return say("{rung}：提请决定", rung=words)
        return say("{rung}（{clock}）", rung=words, clock=clock)
    if event.type == "overdue":
        return say("“{clock}”期限届满，转为超期", clock=clock)
    if event.type == "lookback_due":
        return say("回头看到期")
    return event_zh(event) if visit.language.chinese else event.type.replace("_", " ")


def _by(visit: Visit, event: Event) -> str:
    actor = event.actor
    if actor.role is Role.SYSTEM:
        return visit.language.say("系统计时")
    return f"{visit.unit(actor.unit)} · {visit.role(actor.role)}"


def _person(event: Event) -> str:
    actor = event.actor
    if actor.role is Role.SYSTEM:
        return ""
    return f"{actor.post} {actor.person}".strip()


def _ground(visit: Visit, event: Event) -> str:
    """The transition or rung, the requirement behind it, and the policy row."""
    row = BY_COMMAND.get(event.type)
    counted = visit.language.say("时限表 {row}", row=event.row) if event.row else ""
    parts = (event.rule, row.requirement if row else "", counted)
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _tone(event: Event) -> str:
    if event.type == "refused":
        return "refused"
    if event.type in ("overdue", "escalation", "task"):
        return "alarm"
    return "deed" if event.command is not None else "time"


def told(visit: Visit, notices: Sequence[Notice]) -> str:
    """Who is told, some by name."""
    seats = tuple([(one.unit, one.role) for one in notices])
    return drawn.seats(visit.language, seats, lambda: few(visit, [seat(visit, *one) for one in seats]))


def seat(visit: Visit, unit: str, role: str) -> str:
    """A seat in words; the office's own is not named twice."""
    where, who = visit.unit(unit), visit.role(role)
    return joined(where, who) if visit.language.chinese else f"{where} · {who}"


def few(visit: Visit, names: list[str], most: int = 3) -> str:
    """Some names, and how many there are of them."""
    names = list(dict.fromkeys(names))
    joined = ("、" if visit.language.chinese else ", ").join(names[:most])
    if len(names) <= most:
        return joined
    return visit.language.say("{names} 等 {n} 处", names=joined, n=len(names))


# -- what the form said ------------------------------------------------------------------------------


def _said(visit: Visit, event: Event) -> Iterable[Said]:
    if event.refused is not None:
        yield Said(visit.language.say("理由"), visit.language.of(event.refused))
    if event.command is None or event.command.do not in BY_COMMAND:
        return
    data = event.command.model_dump(mode="json", exclude_defaults=True)
    for one in fields_of(event.command.do):
        text = _text(visit, one, data.get(one.name))
        if text:
            yield Said(visit.language.of(one.label), text)


def _text(visit: Visit, one: Field, value: Any) -> str:
    """A value of a form in words; what is longer than a page reads is cut, the ledger has it whole."""
    if value in (None, "", [], {}):
        return ""
    match one.kind:
        case "group":
            return _row(visit, one.inner, value)
        case "rows":
            return "\n".join(f"· {_row(visit, one.inner, row)}" for row in value)
        case "checks":
            chosen = {option.value: visit.language.of(option.label) for option in one.options}
            return "、".join(chosen.get(str(text), str(text)) for text in value)
        case "many":
            names = [visit.unit(text) if one.list in ("units", "streets") else str(text) for text in value]
            return "、".join(names)
        case "one_of":
            shape = next(
                shape
                for shape in one.variants
                if set(value) <= {"method", *(part.name for part in shape.inner)}
            )
            return _row(visit, shape.inner, value)
        case "choice":
            known = {option.value: option.label for option in one.options}
            return visit.language.of(known[str(value)]) if str(value) in known else str(value)
        case "yes_no":
            return visit.language.say("是") if value else visit.language.say("否")
        case "day":
            return _when(visit, str(value))
    text = visit.unit(str(value)) if one.list in ("units", "streets") else str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _row(visit: Visit, inner: tuple[Field, ...], row: Mapping[str, Any]) -> str:
    texts = [_text(visit, one, row.get(one.name)) for one in inner]
    return (
        "，".join(text for text in texts if text)
        if visit.language.chinese
        else ", ".join(filter(None, texts))
    )


def _when(visit: Visit, text: str) -> str:
    if len(text) == 10:
        return f"{visit.day(date.fromisoformat(text))} 24:00"
    return visit.due(datetime.fromisoformat(text))
