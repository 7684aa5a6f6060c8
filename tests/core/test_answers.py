"""The way from what is awaited to the command that settles it."""

from __future__ import annotations

import pytest

from domain.answers import ANSWERS, answers_to, may_answer
from domain.clocks import MAIN_TIMER
from domain.commands import COMMANDS
from domain.obligations import OWED
from domain.organisation import Role
from domain.transitions import BY_COMMAND
from domain.values import ClockKey, State

ANSWERED_BY_TIME = {ClockKey.LOOKBACK, ClockKey.RELAPSE_MATCH}


def test_every_clock_is_answered_by_commands_that_there_are() -> None:
    assert set(ANSWERS) == set(ClockKey)
    assert {key for key, commands in ANSWERS.items() if not commands} == ANSWERED_BY_TIME
    assert {command for commands in ANSWERS.values() for command in commands} <= set(COMMANDS)


@pytest.mark.parametrize("state", [state for state, key in MAIN_TIMER.items() if ANSWERS[key]])
def test_the_timer_of_a_state_is_answered_in_that_state(state: State) -> None:
    assert any(state in BY_COMMAND[command].sources for command in ANSWERS[MAIN_TIMER[state]])


def test_what_a_clock_or_an_obligation_asks_for_goes_by_its_key() -> None:
    assert answers_to("sign") == ANSWERS[ClockKey.SIGN]
    assert answers_to("referral") == OWED["referral"].answers
    assert answers_to("nonsense") == ()


def test_a_seat_is_led_to_what_its_kind_gives_and_only_when_it_is_time() -> None:
    sign = ANSWERS[ClockKey.SIGN]
    assert may_answer(sign, State.AWAITING_SIGNOFF, Role.LIAISON)
    assert not may_answer(sign, State.AWAITING_SIGNOFF, Role.HANDLER)
    assert not may_answer(ANSWERS[ClockKey.REMEDIATE], State.AWAITING_SIGNOFF, Role.HANDLER)
