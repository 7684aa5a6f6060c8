"""What a step expects against what is found. Yields differences in the order an officer would ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import zip_longest
from typing import Any

from domain.events import Event
from domain.ladder import next_wakeup
from domain.organisation import Organisation
from domain.refusal import Refused
from domain.state import Clock, Hazard, PlannedLookback
from domain.values import ClockKey, HazardId, LimitKind, Rung, UnitId, Value, last_day, local, nine_o_clock
from drill.format import COUNTED, Expect, Fired, Lookback, Refusal


class Difference(Value):
    """One thing that is not as written: where in the step, what was expected, what was found."""

    what: str
    expected: str
    found: str


@dataclass(frozen=True)
class Found:
    """A hazard after a step, with what the comparison needs to know about its surroundings."""

    hazard: Hazard
    fresh: Sequence[Event]
    """Events since the last step."""
    ever: Sequence[Event]
    organisation: Organisation
    numbers: dict[str, HazardId]
    tolerance: timedelta = timedelta(0)
    moved: timedelta = timedelta(0)

    def unit(self, name: str) -> UnitId:
        unit = self.organisation.find(name)
        return unit.id if unit else UnitId(name)

    def show(self, value: Any) -> str:
        """A value as the file would write it, put back to the file's own time."""
        match value:
            case None:
                return "–"
            case datetime():
                return shown(value - self.moved)
            case date():
                return str(value - self.moved)
            case tuple() | list():
                return "[" + ", ".join(self.show(item) for item in value) + "]"
            case bool():
                return str(value).lower()
        return str(value)


def shown(moment: datetime) -> str:
    """``2026-09-30 24:00``: midnight is the end of a day; seconds only where there are any."""
    here = local(moment)
    if (here.hour, here.minute, here.second) == (0, 0, 0):
        return f"{last_day(here)} 24:00" if not here.microsecond else f"{here:%Y-%m-%d %H:%M:%S}"
    return f"{here:%Y-%m-%d %H:%M:%S}" if here.second else f"{here:%Y-%m-%d %H:%M}"


def of_refusal(expected: Refusal | None, refused: Refused | None) -> Iterator[Difference]:
    """The command was to be carried out, or to be refused in this way."""
    found = f"{refused.status} {refused.code} {refused.zh}" if refused else "carried out 已办理"
    if expected is None:
        if refused:
            yield Difference(what="refused", expected="carried out 已办理", found=found)
        return
    wanted = " ".join(str(part) for part in (expected.status, expected.code) if part)
    wrong = refused is None or refused.status != expected.status
    if wrong or (expected.code and refused and refused.code != expected.code):
        yield Difference(what="refused", expected=wanted, found=found)


def differences(expect: Expect, found: Found) -> Iterator[Difference]:
    """Every expectation that is written and does not hold."""
    written = expect.model_fields_set
    for name, read in _SIMPLE.items():
        if name in written:
            yield from _same(name, found, read(expect, found))
    for name, compare in _PARTICULAR.items():
        if name in written:
            yield from compare(expect, found)


def _same(what: str, found: Found, pair: tuple[Any, Any]) -> Iterator[Difference]:
    expected, actual = pair
    if expected != actual:
        yield Difference(what=what, expected=found.show(expected), found=found.show(actual))


# ── values of the hazard ─────────────────────────────────────────────────────────────────────────────

_Pair = Callable[[Expect, Found], tuple[Any, Any]]


def _plain(name: str) -> _Pair:
    return lambda expect, found: (getattr(expect, name), getattr(found.hazard, name))


def _unit(name: str) -> _Pair:
    def pair(expect: Expect, found: Found) -> tuple[Any, Any]:
        name_of = found.organisation.name
        return name_of(found.unit(getattr(expect, name))), name_of(getattr(found.hazard, name))

    return pair


def _extension(expect: Expect, found: Found) -> tuple[Any, Any]:
    extension = found.hazard.extension
    return expect.extension, extension.decision if extension else None


def _merged_into(expect: Expect, found: Found) -> tuple[Any, Any]:
    return found.numbers.get(expect.merged_into or "", expect.merged_into), found.hazard.merged_into


def _owed(expect: Expect, found: Found) -> tuple[Any, Any]:
    open_ones = (item.kind for item in found.hazard.obligations if item.open)
    return tuple(sorted(expect.owed or ())), tuple(sorted(open_ones))


def _provisional(expect: Expect, found: Found) -> tuple[Any, Any]:
    clocks = (clock.key for clock in _of_the_whole(found.hazard) if clock.provisional)
    return tuple(sorted(expect.provisional or ())), tuple(sorted(clocks))


def _events(expect: Expect, found: Found) -> tuple[Any, Any]:
    return expect.events, tuple(event.type for event in found.fresh)


_SIMPLE: dict[str, _Pair] = {
    "state": _plain("state"),
    "mode": _plain("mode"),
    "owner": _unit("owner"),
    "registered_by": _unit("registered_by"),
    "round": _plain("round"),
    "level": _plain("level"),
    "sla": _plain("sla"),
    "urgency": _plain("urgency"),
    "major": _plain("major"),
    "cleared_on_spot": _plain("cleared_on_spot"),
    "merged_into": _merged_into,
    "extension": _extension,
    "proposals": _plain("proposals"),
    "owed": _owed,
    "provisional": _provisional,
    "events": _events,
}


# ── patterns, counts, clocks that never were ─────────────────────────────────────────────────────────


def _number(expect: Expect, found: Found) -> Iterator[Difference]:
    yield from _matches("number", expect.number, found.hazard.id)


def _strike_off(expect: Expect, found: Found) -> Iterator[Difference]:
    yield from _matches("strike_off", expect.strike_off, found.hazard.strike_off)


def _matches(what: str, pattern: str | None, text: str | None) -> Iterator[Difference]:
    fits = fnmatchcase(text or "", pattern) if pattern else text is None
    if not fits:
        yield Difference(what=what, expected=pattern or "–", found=text or "–")


def _highest(expect: Expect, found: Found) -> Iterator[Difference]:
    for name, rung in (expect.highest or {}).items():
        actual = found.hazard.highest.get(found.unit(name), Rung.L0)
        yield from _same(f"highest.{name}", found, (rung, actual))


def _counts(expect: Expect, found: Found) -> Iterator[Difference]:
    types = Counter(event.type for event in found.ever)
    for name, number in (expect.counts or {}).items():
        actual = getattr(found.hazard, name) if name in COUNTED else types[name]
        yield from _same(f"counts.{name}", found, (number, actual))


def _absent(expect: Expect, found: Found) -> Iterator[Difference]:
    existed = {clock.key for event in found.ever for clock in event.changes.clocks}
    for key in expect.absent_clocks_ever or ():
        if key in existed:
            yield Difference(what=f"absent_clocks_ever.{key}", expected="–", found="existed 曾经存在")


# ── deadlines ────────────────────────────────────────────────────────────────────────────────────────


def _of_the_whole(hazard: Hazard) -> Iterator[Clock]:
    return (clock for clock in hazard.running() if clock.subtask is None)


def _due(expect: Expect, found: Found) -> Iterator[Difference]:
    running = {clock.key: clock for clock in _of_the_whole(found.hazard)}
    for key, moment in (expect.due or {}).items():
        clock = running.pop(key, None)
        if clock is None or not _is_due(clock, moment, found):
            yield Difference(
                what=f"due.{key}",
                expected=found.show(moment),
                found=found.show(clock.due) if clock else "not running 未计时",
            )
    if not expect.due_partial:
        for key, clock in running.items():
            yield Difference(what=f"due.{key}", expected="not running 未计时", found=found.show(clock.due))


def _is_due(clock: Clock, moment: datetime | date, found: Found) -> bool:
    hours = clock.limit.kind is LimitKind.HOURS
    tolerance = found.tolerance if hours else timedelta(0)
    day = last_day(clock.due)
    if not isinstance(moment, datetime):
        return moment in (day, last_day(clock.due - tolerance))
    if clock.key is ClockKey.LOOKBACK and moment == nine_o_clock(day):
        return True  # an appointment opens at 09:00 of the day it may be kept
    return abs(clock.due - moment) <= tolerance


def _subtasks(expect: Expect, found: Found) -> Iterator[Difference]:
    for name, entry in (expect.subtasks or {}).items():
        unit = found.unit(name)
        part = found.hazard.subtask(unit)
        if part is None:
            yield Difference(what=f"subtasks.{name}", expected="a sub-task 有子任务", found="–")
            continue
        for field in ("state", "level", "highest", "sla"):
            if field in entry.model_fields_set:
                yield from _same(
                    f"subtasks.{name}.{field}", found, (getattr(entry, field), getattr(part, field))
                )
        running = {clock.key: clock for clock in found.hazard.clocks_of(unit) if clock.running}
        for field, keys in (("due", (ClockKey.REWORK, ClockKey.REMEDIATE)), ("sign", (ClockKey.SIGN,))):
            if field not in entry.model_fields_set:
                continue
            wanted: datetime | date | None = getattr(entry, field)
            clock = next((running[key] for key in keys if key in running), None)
            fits = clock is None if wanted is None else clock is not None and _is_due(clock, wanted, found)
            if not fits:
                yield Difference(
                    what=f"subtasks.{name}.{field}",
                    expected=found.show(wanted),
                    found=found.show(clock.due) if clock else "not running 未计时",
                )


def _listing(expect: Expect, found: Found) -> Iterator[Difference]:
    wanted, listing = expect.listing, found.hazard.listing
    if wanted is None or listing is None:
        if wanted or listing:
            yield Difference(
                what="listing", expected="listed" if wanted else "–", found="listed" if listing else "–"
            )
        return
    actual = {
        "listed": local(listing.approved_at).date(),
        "removed": local(listing.removed_at).date() if listing.removed_at else None,
        "extensions": listing.extensions,
        "failed_acceptances": listing.failed_acceptances,
        "notices": tuple(given.what for given in listing.notices),
    }
    for name in wanted.model_fields_set:
        yield from _same(f"listing.{name}", found, (getattr(wanted, name), actual[name]))


def _lookbacks(expect: Expect, found: Found) -> Iterator[Difference]:
    planned = found.hazard.lookbacks
    for number, (entry, actual) in enumerate(zip_longest(expect.lookbacks or (), planned), start=1):
        fits = (
            entry is not None
            and actual is not None
            and (_at(entry.due, actual.due, found) and entry.provisional == actual.provisional)
        )
        if not fits:
            yield Difference(
                what=f"lookbacks[{number}]",
                expected=_planned(entry, found),
                found=_planned(actual, found),
            )


def _planned(one: Lookback | PlannedLookback | None, found: Found) -> str:
    if one is None:
        return "–"
    return f"{found.show(one.due)}{' 暂定' if one.provisional else ''}"


def _next(expect: Expect, found: Found) -> Iterator[Difference]:
    wake = next_wakeup(found.hazard)
    clock = next(
        (clock for clock in found.hazard.running() if clock.alarms and clock.alarms[0].at == wake), None
    )
    wanted = expect.next
    if clock is None or wanted is None:
        if clock or wanted:
            actual = f"at: {found.show(wake)}" if clock else "–"
            yield Difference(what="next", expected=_wanted(wanted, found) if wanted else "–", found=actual)
        return
    alarm = clock.alarms[0]
    rung = alarm.what if isinstance(alarm.what, Rung) else None
    timer = {"due": "overdue", "open": "lookback_due"}.get(str(alarm.what))
    fits = (
        (wanted.rung in (None, rung))
        and (wanted.timer in (None, timer))
        and (wanted.clock in (None, clock.key))
        and (wanted.subtask is None or found.unit(wanted.subtask) == clock.subtask)
        and _at(wanted.at, alarm.at, found)
    )
    if not fits:
        actual = f"{rung or timer} {clock.key} {found.show(alarm.at)}"
        yield Difference(what="next", expected=_wanted(wanted, found), found=actual)


# ── what fired ───────────────────────────────────────────────────────────────────────────────────────


def _fired(expect: Expect, found: Found) -> Iterator[Difference]:
    wanted = expect.fired or ()
    everything = not wanted or any(entry.timer for entry in wanted)
    actual = [event for event in found.fresh if event.alarm and (everything or rung_of(event))]
    for number, (entry, event) in enumerate(zip_longest(wanted, actual), start=1):
        if entry is None or event is None or not _is_fired(entry, event, found):
            yield Difference(
                what=f"fired[{number}]",
                expected=_wanted(entry, found) if entry else "–",
                found=_rang(event, found) if event else "–",
            )
            return


def rung_of(event: Event) -> Rung | None:
    """The rung of the ladder an event stands for, if it does for one."""
    what = event.alarm.what if event.alarm else None
    return what if isinstance(what, Rung) else None


def _is_fired(entry: Fired, event: Event, found: Found) -> bool:
    to = [notice for notice in event.notices if notice.kind == "to"]
    cc = [notice for notice in event.notices if notice.kind == "cc"]
    return (
        (entry.rung is None or entry.rung is rung_of(event))
        and (entry.timer is None or entry.timer == event.type)
        and (entry.clock is None or entry.clock is event.clock)
        and (entry.subtask is None or found.unit(entry.subtask) == event.subtask)
        and _at(entry.at, event.at, found)
        and (not entry.to or _units(entry.to, found) == {notice.unit for notice in to})
        and (not entry.cc or _units(entry.cc, found) == {notice.unit for notice in cc})
        and (not entry.roles or {*entry.roles} == {notice.role for notice in to})
        and (entry.document is None or entry.document in {notice.document for notice in to})
    )


def _units(names: Sequence[str], found: Found) -> set[UnitId]:
    if "all" in names:
        return {unit.id for unit in found.organisation.units if unit.handles}
    return {found.unit(name) for name in names}


def _at(wanted: datetime | date | None, actual: datetime, found: Found) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, datetime):
        return abs(actual - wanted) <= found.tolerance
    return wanted in (last_day(actual), last_day(actual - found.tolerance))


def _wanted(entry: Fired, found: Found) -> str:
    said = {
        name: found.show(getattr(entry, name))
        for name in Fired.model_fields
        if name in entry.model_fields_set
    }
    return ", ".join(f"{name}: {text}" for name, text in said.items())


def _rang(event: Event, found: Found) -> str:
    kind = f"rung: {rung_of(event)}" if rung_of(event) else f"timer: {event.type}"
    to = found.show(units_in(event, "to", found.organisation))
    return f"{kind}, clock: {event.clock_id}, at: {found.show(event.at)}, to: {to}"


def units_in(event: Event, kind: str, organisation: Organisation) -> tuple[str, ...]:
    """The names of the units that got a notice of this kind (``to`` or ``cc``)."""
    units = dict.fromkeys(notice.unit for notice in event.notices if notice.kind == kind)
    if len(units) > 3 and set(units) == {unit.id for unit in organisation.units if unit.handles}:
        return ("all",)
    return tuple(organisation.name(unit) for unit in units)


_PARTICULAR: dict[str, Callable[[Expect, Found], Iterator[Difference]]] = {
    "number": _number,
    "due": _due,
    "subtasks": _subtasks,
    "listing": _listing,
    "lookbacks": _lookbacks,
    "next": _next,
    "fired": _fired,
    "strike_off": _strike_off,
    "highest": _highest,
    "counts": _counts,
    "absent_clocks_ever": _absent,
}
