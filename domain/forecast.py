"""What happens if nobody acts, and how a deadline came about. Both use the functions that decide."""

from __future__ import annotations

from datetime import datetime

from domain import clocks
from domain.calendar import CountedDay
from domain.events import Notice, evolve
from domain.ladder import in_order, ring, says
from domain.library import Rules
from domain.organisation import Organisation
from domain.state import Alarm, Clock, Hazard
from domain.values import ClockKey, Digest, Limit, LimitKind, Rung, Sla, State, UnitId, Value, last_day, local


class Foreseen(Value):
    """One thing that fires by itself: when (instant), what, on which clock, to whom."""

    at: datetime
    type: str
    rung: Rung | None = None
    clock: ClockKey
    subtask: UnitId | None = None
    """The unit whose sub-task the clock times, where it is not the whole's."""
    state: State
    sla: Sla
    provisional: bool
    notices: tuple[Notice, ...]
    zh: str
    en: str


class Explanation(Value):
    """How a due date was reached: start, limit, the days one by one, what moved it, row and source."""

    clock: ClockKey
    subtask: UnitId | None = None
    started: datetime
    limit: Limit
    days: tuple[CountedDay, ...]
    limit_due: datetime
    due: datetime
    due_by: str
    provisional: bool
    cap_due: datetime | None
    row: str
    source: str
    rules: Digest
    calendar: Digest
    calendar_version: str
    zh: tuple[str, ...]
    en: tuple[str, ...]


def forecast(rules: Rules, hazard: Hazard, now: datetime) -> tuple[Foreseen, ...]:
    """Everything that fires from ``now`` on if nobody acts, in order of time.

    What an alarm says does not hang on those before it, so no event is drafted for a ledger that will not hold
    it. Only a look-back that opens adds to what is to come; it does so once, so a forecast always ends.
    """
    found: list[Foreseen] = []
    coming, borne = in_order(hazard), tuple(hazard.owners_clocks())
    reminded: set[str] = set()
    while (entry := next(coming, None)) is not None:
        clock, alarm = entry
        at = max(alarm.at, now)
        if alarm.what == "open":
            hazard = evolve(hazard, ring(rules, hazard, clock, alarm, at))
            coming = (later for later in in_order(hazard) if _place(*later) > _place(*entry))
            borne = tuple(hazard.owners_clocks())
        elif alarm.what == "over":
            borne = tuple(other for other in borne if other.id != clock.id)
        elif alarm.what is Rung.L0:
            reminded.add(clock.id)
        sla = clocks.punctuality(borne, alarm.at, reminded)
        found.append(_foreseen(rules, hazard, sla, clock, alarm, at))
    return tuple(found)


def _place(clock: Clock, alarm: Alarm) -> tuple[datetime, str]:
    return alarm.at, clock.id


def _foreseen(rules: Rules, hazard: Hazard, sla: Sla, clock: Clock, alarm: Alarm, at: datetime) -> Foreseen:
    said = says(rules, hazard, clock, alarm)
    zh, en = _in_words(alarm.what, clock, rules.book.organisation)
    zh = rules.book.said(zh)
    return Foreseen(
        at=local(at),
        type=said.type,
        rung=alarm.what if isinstance(alarm.what, Rung) else None,
        clock=clock.key,
        subtask=clock.subtask,
        state=hazard.state,
        sla=sla,
        provisional=clock.provisional or not rules.calendar.publishes(last_day(at)),
        notices=said.notices,
        zh=zh,
        en=en,
    )


def _in_words(what: Rung | str, clock: Clock, organisation: Organisation) -> tuple[str, str]:
    if what == "open":
        return "回头看到期，待办理", "the look-back falls due"
    zh, en = clock.key.zh, clock.key.en
    if clock.subtask:
        unit = organisation.by_id[clock.subtask]
        zh, en = f"{unit.name}·{zh}", f"{unit.en or unit.name}'s {en}"
    if what == "over":
        return f"“{clock.key.zh}”期满", f"the time for {clock.key.en} is over"
    if what == "due":
        return f"“{zh}”期限届满，转为超期", f"the {en} deadline passes: overdue"
    assert isinstance(what, Rung)
    if what in (Rung.L4, Rung.L5):
        return f"{what} {what.zh}：提交清零办决定", f"{what} {what.en}: laid before the office to decide"
    return f"{what} {what.zh}（{zh}）", f"{what} {what.en} ({en})"


def explain(rules: Rules, clock: Clock) -> Explanation:
    """The derivation of a clock's due date under the rules it was started with (I5)."""
    row = None if clock.key is ClockKey.LOOKBACK else clocks.row_of(rules, clock)
    source = row.source if row else "N71 (P)"
    days = rules.calendar.derivation(clock.started, clock.limit)
    cap = clocks.cap_of(rules, clock)
    zh, en = _sentences(clock, days, source)
    zh = tuple(rules.book.said(line) for line in zh)
    return Explanation(
        clock=clock.key,
        subtask=clock.subtask,
        started=local(clock.started),
        limit=clock.limit,
        days=days,
        limit_due=local(clock.limit_due),
        due=local(clock.due),
        due_by=clock.due_by,
        provisional=clock.provisional,
        cap_due=local(cap.due) if cap else None,
        row=clock.row,
        source=source,
        rules=clock.rules,
        calendar=clock.calendar,
        calendar_version=rules.calendar.version,
        zh=zh,
        en=en,
    )


def _sentences(
    clock: Clock, days: tuple[CountedDay, ...], source: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    started = local(clock.started)
    zh = [f"{started:%Y-%m-%d %H:%M} 起算，{clock.limit.zh}（{clock.row}，{source}）"]
    en = [f"from {started:%Y-%m-%d %H:%M}, {clock.limit.en} ({clock.row}, {source})"]
    if clock.entered:
        entered = local(clock.entered)
        zh.append(f"先行交办，{entered:%Y-%m-%d %H:%M} 补录")
        en.append(f"handed over first, entered at {entered:%Y-%m-%d %H:%M}")
    if clock.limit.kind is LimitKind.HOURS:
        zh.append("按小时连续计算，不扣除节假日")
        en.append("hours run on without a break, holidays included")
    else:
        zh.append("起始当日不计入")
        en.append("the day of the event is not counted")
    to_n, beyond = _counted_to(days, clock.limit)
    skipped = [day for day in to_n if day.number is None]
    make_up = [day for day in to_n if day.number is not None and day.kind == "make_up"]
    if skipped:
        zh.append("跳过：" + "、".join(f"{day.day:%m-%d}" for day in skipped))
        en.append("skipped: " + ", ".join(f"{day.day:%m-%d}" for day in skipped))
    if make_up:
        zh.append("调休上班计入：" + "、".join(f"{day.day:%m-%d}" for day in make_up))
        en.append("make-up working days counted: " + ", ".join(f"{day.day:%m-%d}" for day in make_up))
    if beyond:
        zh.append(f"第{clock.limit.n}日 {to_n[-1].day:%m-%d} 为休息日，顺延至 {beyond[-1].day:%m-%d}")
        en.append(f"day {clock.limit.n}, {to_n[-1].day:%m-%d}, is free: moved to {beyond[-1].day:%m-%d}")
    if clock.due_by == "plan":
        zh.append("方案最后时间节点较早，以节点为准（到点清零，PLN-01）")
        en.append("the plan's last milestone is earlier and counts (PLN-01)")
    if clock.due_by == "extension":
        zh.append("已获准延期，以批准的期限为准")
        en.append("an extension was granted; its date counts")
    if clock.due_by == "resumption":
        zh.append("恢复整治时另定期限，以所定期限为准（REM-04）")
        en.append("a new date was set when the remediation was resumed; it counts (REM-04)")
    if clock.provisional:
        zh.append("所涉年度放假安排尚未公布，日期为暂定（N94）")
        en.append("the year's calendar is not yet published; the date is provisional (N94)")
    return tuple(zh), tuple(en)


def _counted_to(
    days: tuple[CountedDay, ...], limit: Limit
) -> tuple[tuple[CountedDay, ...], tuple[CountedDay, ...]]:
    """The days up to the n-th, and those by which a free n-th calendar day is moved on (N90)."""
    if limit.kind is not LimitKind.CALENDAR_DAYS:
        return days, ()
    return days[: limit.n], days[limit.n :]
