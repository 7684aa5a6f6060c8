"""What time brings to a programme: windows open, those who owe are reminded, what was not done is said.

Nothing here settles a window. A programme that was away catches up: every window that opened meanwhile is
opened, and what is late by then is said at once, without a reminder that would come too late.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.cadence import Cadence, Duty, Files, Window, counted_again, current, next_opening, opened, scopes
from domain.events import Notice
from domain.library import Rules
from domain.organisation import SYSTEM, Actor, Organisation, Role, Unit
from domain.programme import Happening, Kind, Opening, Part, Programme, Standing
from domain.values import UnitId, local

REMINDER = "填报提醒"
NOT_FILED = "应报未报通知"
NOT_INSPECTED = "应排未排通知"


def coming(rules: Rules, state: Programme, now: datetime) -> Happening | None:
    """The next entry that is due by ``now``; to be asked again after each, until there is none."""
    return (
        _recounted(rules, state, now)
        or _opened(rules, state, now)
        or _reminded(rules, state, now)
        or _missed(rules, state, now)
    )


def next_wakeup(rules: Rules, state: Programme, now: datetime) -> datetime | None:
    """When :func:`coming` next has something, once it has nothing for ``now``. ``None`` without duties."""
    if not cadence_of(rules).duties:
        return None
    moments = [next_opening(cadence_of(rules), rules.calendar, now)]
    for one in state.standings:
        moments += [moment for moment in (one.window.remind_at, one.window.due) if moment and moment > now]
    return min(moments)


def cadence_of(rules: Rules) -> Cadence:
    return rules.book.cadence or Cadence(duties=())


def entry(rules: Rules, state: Programme, kind: Kind, now: datetime, **about: Any) -> Happening:
    """The sealed entry that follows on ``state``."""
    made = Happening(
        profile=state.profile,
        seq=state.seq + 1,
        kind=kind,
        at=local(now),
        actor=about.pop("actor", SYSTEM),
        rules=rules.book.digest,
        calendar=rules.calendar_digest,
        **about,
    )
    return made.sealed(state.head)


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────


def _opened(rules: Rules, state: Programme, now: datetime) -> Happening | None:
    cadence = cadence_of(rules)
    known = tuple(duty.key for duty in cadence.duties)
    due = _to_open(cadence, rules, state, now)
    if not due and state.since.keys() >= set(known):
        return None
    return entry(
        rules, state, Kind.OPENED, now, known=known, opened=tuple(_opening(rules, window) for window in due)
    )


def _to_open(cadence: Cadence, rules: Rules, state: Programme, now: datetime) -> list[Window]:
    """Windows since a duty was last looked at; of a new duty those that are open now."""
    found: list[Window] = []
    for duty in cadence.duties:
        alone, since = Cadence(duties=(duty,)), state.since.get(duty.key)
        if since is None:
            found += current(alone, rules.calendar, now)
        else:
            found += (
                one for one in opened(alone, rules.calendar, local(since).date(), now) if one.opens > since
            )
    return sorted(found, key=lambda one: (one.opens, one.due, one.duty))


def _opening(rules: Rules, window: Window) -> Opening:
    cadence, organisation = cadence_of(rules), rules.book.organisation
    duty = cadence.duty(window.duty)
    assert duty is not None
    return Opening(
        window=window,
        name=duty.name,
        en=duty.en,
        files=duty.files,
        scopes=_asked(rules, duty, duty.owed_by(organisation)),
        joint=duty.joint,
        lists_major=duty.lists_major,
        approved_by=duty.approved_by,
        source=duty.source,
    )


def _asked(rules: Rules, duty: Duty, units: Iterable[Unit]) -> dict[UnitId, tuple[str, ...]]:
    """What each must inspect; who files no record of an inspection need not inspect for it."""
    if duty.files is not Files.RECORD:
        return {unit.id: () for unit in units}
    book = rules.book
    return scopes(cadence_of(rules), book.catalogue, book.organisation, units)


def _recounted(rules: Rules, state: Programme, now: datetime) -> Happening | None:
    """A window whose dates rested on no calendar, once there is one (N94)."""
    for one in state.standings:
        duty = cadence_of(rules).duty(one.window.duty)
        if duty is None or not one.window.provisional:
            continue
        again = counted_again(duty, rules.calendar, one.window)
        if again != one.window and again.label == one.window.label:
            return entry(
                rules, state, Kind.RECOUNTED, now, duty=duty.key, label=one.window.label, window=again
            )
    return None


# ── telling ──────────────────────────────────────────────────────────────────────────────────────────


def _reminded(rules: Rules, state: Programme, now: datetime) -> Happening | None:
    for one in state.standings:
        remind_at = one.window.remind_at
        if remind_at is None or not remind_at <= now < one.window.due:
            continue
        units = [part.unit for part in one.owing if part.reminded_at is None and not _waits(one, part)]
        if units:
            organisation = rules.book.organisation
            notices = [
                Notice(unit=unit, role=role, kind="to", document=REMINDER, due=one.window.due)
                for unit in units
                for role in _seats(organisation, unit)[:1]
            ]
            return _about(rules, state, Kind.REMINDED, one, now, units=tuple(units), notices=tuple(notices))
    return None


def _missed(rules: Rules, state: Programme, now: datetime) -> Happening | None:
    """Each unit once: whoever filed nothing, and whoever left a part of his scope uninspected (REG-11)."""
    for one in state.standings:
        late = [part for part in one.owing if part.missed_at is None and not _waits(one, part)]
        if one.window.due > now or not late:
            continue
        return _about(
            rules,
            state,
            Kind.MISSED,
            one,
            now,
            units=tuple(part.unit for part in late),
            left={part.unit: part.left for part in late if part.left and part.filed_at},
            notices=tuple(_told(rules.book.organisation, one, late)),
        )
    return None


def _told(organisation: Organisation, one: Standing, late: list[Part]) -> Iterable[Notice]:
    """The unit's liaison, its principal in copy; the office in copy of all, and of the office its own superior."""
    document = NOT_INSPECTED if one.opening.files is Files.RECORD else NOT_FILED
    due = one.window.due
    for part in late:
        first, *others = _seats(organisation, part.unit)
        yield Notice(unit=part.unit, role=first, kind="to", document=document, due=due)
        for role in others:
            yield Notice(unit=part.unit, role=role, kind="cc", document=document, due=due)
    if any(part.unit != organisation.office for part in late):
        yield Notice(unit=organisation.office, role=Role.OFFICE, kind="cc", document=document, due=due)
    elif organisation.leading_group:
        yield Notice(
            unit=organisation.leading_group, role=Role.PRINCIPAL, kind="cc", document=document, due=due
        )


def _seats(organisation: Organisation, unit: UnitId) -> tuple[Role, ...]:
    """Who acts for a unit, and who is told when it is late."""
    if unit == organisation.office:
        return (Role.OFFICE, Role.OFFICE_DIRECTOR)
    return (Role.LIAISON, Role.PRINCIPAL)


def _waits(one: Standing, part: Part) -> bool:
    """It has filed and the approval is not its own to give."""
    return part.filed_at is not None and one.opening.approved_by is not None


def _about(
    rules: Rules, state: Programme, kind: Kind, one: Standing, now: datetime, **about: Any
) -> Happening:
    duty, label = one.key
    return entry(rules, state, kind, now, duty=duty, label=label, **about)


def acted(
    rules: Rules, state: Programme, kind: Kind, one: Standing, now: datetime, actor: Actor, **about: Any
) -> Happening:
    """An entry about a window that a person causes."""
    return _about(rules, state, kind, one, now, actor=actor, **about)
