"""What Temporal's own pages show of a hazard: Chinese first, no person and no phone number (I8)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.events import Event
from domain.ladder import next_wakeup
from domain.library import Rulebook
from domain.state import Clock, Hazard
from domain.values import Rung, last_day, local

_EVENTS_ZH = {
    "reminder": "提醒",
    "overdue": "超期",
    "escalation": "升级",
    "task": "提请决定",
    "lookback_due": "回头看到期",
    "refused": "未予办理",
}


def summary(book: Rulebook, hazard: Hazard) -> str:
    """One line for Temporal's list: what and whose, in words of the catalogue; nothing a citizen wrote (I8)."""
    item = book.catalogue.by_code.get(hazard.code or "")
    what = item.name if item else hazard.channel.zh
    return f"{what} · {book.organisation.name(hazard.owner)}"


def timer_summary(hazard: Hazard) -> str | None:
    """What the one timer waits for, e.g. ``09-29 09:00 L0 提醒（整治）``."""
    wake = next_wakeup(hazard)
    clock = next((clock for clock in hazard.running() if clock.alarms and clock.alarms[0].at == wake), None)
    return f"{local(clock.alarms[0].at):%Y-%m-%d %H:%M} {_alarm_zh(clock)}" if clock else None


def _alarm_zh(clock: Clock) -> str:
    what = clock.alarms[0].what
    if isinstance(what, Rung):
        return f"{what} {what.zh}（{clock.key.zh}）"
    return f"{clock.key.zh}" if what == "open" else f"{clock.key.zh}期限届满"


def record_summary(events: Sequence[Event]) -> str:
    """The events one record writes, e.g. ``第5步 提交一患一方案``."""
    return "；".join(f"第{event.seq}步 {event_zh(event)}" for event in events)[:100]


def event_zh(event: Event) -> str:
    if event.command is not None and event.type != "refused":
        return event.command.zh
    return _EVENTS_ZH.get(event.type, event.type)


def _due(clock: Clock) -> str:
    marks = f"{'（暂定）' if clock.provisional else ''}{'（停计）' if clock.stopped_at else ''}"
    return f"- {clock.key.zh}期限：{local(clock.due):%Y-%m-%d %H:%M}{marks}"


def standing_still(hazard: Hazard) -> str:
    """Markdown for the page of a hazard whose ledger has a step that its history lost."""
    return (
        f"### {hazard.id} 停在第{hazard.seq}步 · standing still at step {hazard.seq}\n"
        f"台账第{hazard.seq + 1}步已记录，本流程却未收到（断电？）。请运行 `qingling repair {hazard.id}`，其后各项自动续办。\n\n"
        f"The ledger has a step {hazard.seq + 1} that this workflow never heard of (a power cut?). "
        f"Run `qingling repair {hazard.id}`; what waits goes on by itself."
    )


def details(book: Rulebook, hazard: Hazard) -> str:
    """Markdown for the workflow's page: state, owner, level and open deadlines."""
    lines = [
        f"### {hazard.id} {hazard.state.zh} · {hazard.state}",
        f"- 管辖单位：{book.organisation.name(hazard.owner)}",
        f"- 方式：{hazard.mode.zh}；第{hazard.round}轮；{hazard.urgency.zh}",
        f"- 督办级别：{hazard.level} {hazard.level.zh}；{hazard.sla.zh}",
    ]
    lines += [
        _due(clock)
        for clock in sorted(hazard.clocks.values(), key=lambda clock: clock.due)
        if not clock.subtask
    ]
    for one in hazard.subtasks:
        name = f"{book.organisation.name(one.unit)}{'（牵头）' if one.lead else ''}"
        lines.append(f"- 子任务 {name}：{one.state.zh}；{one.level} {one.level.zh}；{one.sla.zh}")
        lines += [f"  {_due(clock)}" for clock in hazard.clocks_of(one.unit)]
    lines += [
        f"- 第{number}次回头看：{last_day(one.due)}{'（暂定）' if one.provisional else ''}"
        for number, one in enumerate(hazard.lookbacks, start=1)
        if number > hazard.lookbacks_done
    ]
    return "\n".join(lines)
