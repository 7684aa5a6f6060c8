"""Guards of the time of a transfer: what was handed over by telephone and is entered afterwards (先行交办)."""

from __future__ import annotations

from datetime import timedelta

from domain.guards.asking import Ask, form_guard
from domain.values import Urgency


@form_guard(
    "entry-is-transfer",
    422,
    "ACT-18",
    "本区转递以录入时间为准，请不填转递时间",
    "in this district a transfer is when it is entered; leave its time empty",
)
def may_be_entered_afterwards(ask: Ask) -> bool:
    return ask.form.transferred_at is None or ask.rules.book.policy.assigned_ahead is not None


@form_guard(
    "not-urgent",
    422,
    "ACT-18",
    "只有紧急、特急隐患可以电话先行交办、事后补录",
    "only an urgent or flash hazard may be handed over by telephone and entered afterwards",
)
def urgent_enough(ask: Ask) -> bool:
    return ask.form.transferred_at is None or ask.hazard.urgency is not Urgency.NORMAL


@form_guard(
    "transfer-in-the-future",
    422,
    "ACT-18",
    "转递时间不得晚于现在",
    "the time of the transfer lies in the future",
)
def not_yet_to_come(ask: Ask) -> bool:
    return ask.form.transferred_at is None or ask.form.transferred_at <= ask.now


@form_guard(
    "transfer-before-discovery",
    422,
    "REG-08",
    "转递时间不得早于隐患的发现时间",
    "the transfer cannot have been made before the hazard was found",
)
def after_the_discovery(ask: Ask) -> bool:
    hazard = ask.hazard
    found = min(hazard.found_at or hazard.reported_at, hazard.reported_at)
    return ask.form.transferred_at is None or ask.form.transferred_at >= found


@form_guard(
    "transfer-too-early",
    422,
    "ACT-18",
    "先行交办须在本区规定的时间内补录；已经超过的，转递以录入时间为准，请不填转递时间",
    "a transfer must be entered within the time this district allows; past it leave the time empty: the entry counts",
)
def entered_in_time(ask: Ask) -> bool:
    within = ask.rules.book.policy.assigned_ahead
    made = ask.form.transferred_at
    return made is None or within is None or made >= ask.now - timedelta(hours=within.n)


ASSIGNED_AHEAD = (
    may_be_entered_afterwards,
    urgent_enough,
    not_yet_to_come,
    after_the_discovery,
    entered_in_time,
)
