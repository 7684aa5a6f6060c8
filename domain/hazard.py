"""The whole process as functions over values: ``decide``, ``allowed`` and ``report``.

``decide(rules, hazard, order, now)`` answers a command with its event or raises a :class:`Refusal`;
``domain.events.evolve`` gives the next state; ``domain.ladder`` is what time does. A caller applies::

    event = decide(rules, hazard, order, now)
    hazard = evolve(hazard, event)
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from domain.commands import COMMANDS, Command, LoadCalendar, Order, Report
from domain.draft import Draft
from domain.effects import registration
from domain.events import Event, command_digest
from domain.guards import Ask, Guard
from domain.ladder import tick
from domain.library import Library, Rulebook, Rules
from domain.organisation import Actor, PersonRef
from domain.refusal import Refusal, Refused, refuse
from domain.state import Hazard
from domain.transitions import BY_COMMAND, Transition
from domain.values import Digest, HazardId, State, UnitId, Value, local


class Permission(Value):
    """Whether one command may be given now by one actor; if not, the refusal he would get."""

    command: str
    zh: str
    en: str
    allowed: bool
    refused: Refused | None = None


def report(
    rules: Rules, hazard: HazardId, book: Digest, form: Report, actor: Actor, now: datetime, key: str
) -> Event:
    """T01: the first event of a new hazard. Raises :class:`Refusal` 403 or 422."""
    blank = _blank(hazard, book, rules, form, actor, now)
    ask = Ask(rules, blank, actor, now, form)
    row = BY_COMMAND["report"]
    _raise(_no_right(row, ask) or _broken(row, ask, form_given=True))
    draft = Draft(rules, blank, now)
    registration.report(draft, form, actor)
    return draft.event(type="report", actor=actor, rule=row.id, **_as_given(form, key))


def rules_for(library: Library, hazard: Hazard, command: Command | None = None) -> Rules:
    """The rules a hazard is decided under; a calendar that is being loaded counts already."""
    calendar = command.calendar if isinstance(command, LoadCalendar) else hazard.calendar
    return library.rules(hazard.rules, calendar)


def repeated(hazard: Hazard, order: Order) -> int | None:
    """The ``seq`` of the event an order already led to, or ``None`` when its key is new.

    Raises :class:`Refusal` 422 when the key was used for another command, or by another seat.
    """
    done = hazard.done.get(order.key)
    if done is None or done.refused:
        return None
    if done.digest != command_digest(order.command):
        raise refuse(
            422,
            "key-reused",
            "INT-01",
            "该幂等键已用于另一项命令，请换一个",
            "this idempotency key was used for another command; take a new one",
        )
    if done.by and done.by != order.actor.seat:
        raise key_of_another_seat()
    return done.seq


def key_of_another_seat() -> Refusal:
    """Nobody is told that his command is done when another one has given it."""
    return refuse(
        422,
        "key-of-another-seat",
        "INT-01",
        "该幂等键已由另一席位用过，请换一个",
        "another seat has used this idempotency key; take a new one",
    )


def decide(rules: Rules, hazard: Hazard, order: Order, now: datetime) -> Event:
    """The event an order leads to. Raises :class:`Refusal`; a refusal changes nothing.

    Checked in this order: the seat (403), the right (403), staleness (412), the state (409), what the
    state rules out (409), what the form breaks (422). ``rules`` come from :func:`rules_for`.
    """
    row = BY_COMMAND.get(order.command.do)
    if row is None or row.effect is None or order.command.do == "report":
        raise refuse(
            409, "T01.already-reported", "REG-05", "该隐患已登记", "this hazard has already been reported"
        )
    ask = Ask(rules, hazard, order.actor, now, order.command)
    _raise(
        _no_right(row, ask)
        or _stale(hazard, order.expected)
        or _wrong_state(row, ask)
        or _broken(row, ask, form_given=True)
    )
    draft = Draft(rules, hazard, now)
    row.effect(draft, order.command, order.actor)
    return draft.event(
        type=order.command.do, actor=order.actor, rule=row.id, **_as_given(order.command, order.key)
    )


def refused_event(rules: Rules, hazard: Hazard, order: Order, refused: Refused, now: datetime) -> Event:
    """A command nobody waits for an answer to, and that may not be carried out, is kept with its refusal."""
    return Draft(rules, hazard, now).event(
        type="refused",
        actor=order.actor,
        rule=refused.code,
        asked=order.command.do,
        refused=refused,
        **_as_given(order.command, order.key),
    )


def again(library: Library, hazard: Hazard, event: Event) -> tuple[Event, ...]:
    """What the input behind a recorded event leads to, decided once more for the recorded moment.

    One event for an order, also for one that was refused; all that is due then for what time does. Whoever
    compares hashes knows whether the record follows from ``hazard``. Raises :class:`Refusal`.
    """
    order = event.order
    if order is None:
        return tick(rules_for(library, hazard), hazard, event.at)
    if event.refused:
        return (refused_event(rules_for(library, hazard), hazard, order, event.refused, event.at),)
    return (decide(rules_for(library, hazard, order.command), hazard, order, event.at),)


def precheck(rules: Rules, hazard: Hazard, command: str, actor: Actor, now: datetime) -> None:
    """All that can be said before the form is read. Raises :class:`Refusal` 403 or 409."""
    _raise(_against(BY_COMMAND[command], Ask(rules, hazard, actor, now)))


def allowed(rules: Rules, hazard: Hazard, actor: Actor, now: datetime) -> tuple[Permission, ...]:
    """Every command with whether ``actor`` may give it now, and the reason where he may not."""
    ask = Ask(rules, hazard, actor, now)
    return tuple(
        _permission(rules.book, name, _against(row, ask))
        for name, row in BY_COMMAND.items()
        if name not in ("report", "load_calendar")
    )


@lru_cache(maxsize=4096)
def _permission(book: Rulebook, command: str, refused: Refused | None) -> Permission:
    """Worded once, as the refusals below: a page asks about every command at once."""
    form = COMMANDS[command]
    return Permission(
        command=command, zh=book.said(form.zh), en=form.en, allowed=refused is None, refused=refused
    )


# -- what speaks against a command ---------------------------------------------------------------------


def _raise(refused: Refused | None) -> None:
    if refused is not None:
        raise Refusal(refused)


def _against(row: Transition, ask: Ask) -> Refused | None:
    """The first of all that can be said before the form is read."""
    return _no_right(row, ask) or _wrong_state(row, ask) or _broken(row, ask, form_given=False)


def _no_right(row: Transition, ask: Ask) -> Refused | None:
    if ask.seat_problem:
        zh = ask.rules.book.said(ask.seat_problem)
        en = "there is no such seat in this district"
        return refuse(403, f"{row.id}.no-such-seat", "ACT-04", zh, en).refused
    for who in row.who:
        if who.admits(ask):
            return None
    return _not_your_right(ask.rules.book, row.command or "report")


@lru_cache(maxsize=1024)
def _not_your_right(book: Rulebook, command: str) -> Refused:
    row, form = BY_COMMAND[command], COMMANDS[command]
    return refuse(
        403,
        f"{row.id}.not-your-right",
        row.requirement,
        book.said(f"“{form.zh}”只能由{'，或'.join(who.zh for who in row.who)}办理"),
        f"only {', or '.join(who.en for who in row.who)} may {form.en}",
    ).refused


def _stale(hazard: Hazard, expected: int | None) -> Refused | None:
    if expected is None or expected == hazard.seq:
        return None
    return refuse(
        412,
        "stale",
        "INT-01",
        f"您看到的是第{expected}步，现在已是第{hazard.seq}步，请刷新后再办",
        f"you saw step {expected}, the hazard is at step {hazard.seq}; reload and try again",
    ).refused


def _wrong_state(row: Transition, ask: Ask) -> Refused | None:
    if ask.hazard.state in row.sources:
        return None
    return _not_in_this_state(ask.rules.book, row.command or "report", ask.hazard.state)


@lru_cache(maxsize=4096)
def _not_in_this_state(book: Rulebook, command: str, found: State) -> Refused:
    row, form = BY_COMMAND[command], COMMANDS[command]
    states = [state for state in State if state in row.sources]
    zh = f"隐患现为“{found.zh}”，“{form.zh}”只能在“{'”“'.join(s.zh for s in states)}”时办理"
    return refuse(
        409,
        f"{row.id}.wrong-state",
        row.requirement,
        book.said(zh),
        f"the hazard is {found}; to {form.en} it must be {' or '.join(states)}",
    ).refused


def _broken(row: Transition, ask: Ask, *, form_given: bool) -> Refused | None:
    """By the first guard that does not hold."""
    for guard in row.guards:
        if (form_given or not guard.of_form) and not guard.holds(ask):
            return _guarded(ask.rules.book, row.id, guard, guard.sentence(ask))
    return None


@lru_cache(maxsize=1024)
def _guarded(book: Rulebook, id: str, guard: Guard, sentence: tuple[str, str]) -> Refused:
    zh, en = sentence
    return refuse(guard.status, f"{id}.{guard.code}", guard.requirement, book.said(zh), en).refused


def _as_given(command: Command, key: str) -> dict[str, Any]:
    return {"command": command, "key": key, "digest": command_digest(command)}


def _blank(hazard: HazardId, book: Digest, rules: Rules, form: Report, actor: Actor, now: datetime) -> Hazard:
    """The hazard before its first event, for guards and effects to work on."""
    return Hazard(
        id=hazard,
        rules=book,
        calendar=rules.calendar_digest,
        state=State.REPORTED,
        channel=form.channel,
        reported_at=local(now),
        finder=PersonRef(person=actor.person, post=actor.post),
        owner=UnitId(""),
        registered_by=UnitId(""),
    )
