"""allowed(): what is offered can be done, what is greyed is refused for the reason shown."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from domain.hazard import allowed
from domain.refusal import Refused
from domain.values import State
from tests.builders import DESK, FINDER, HANDLER, LIAISON, SEATS, Case, hazard_in

SITUATIONS: dict[str, Callable[[], Case]] = {
    **{str(state): partial(hazard_in, state) for state in State},
    "late": lambda: waited(State.REMEDIATING, 12),
    "late and explained": lambda: explained(),
    "extension asked": lambda: with_request(),
    "flash": lambda: hazard_in(State.REMEDIATING, urgency="FLASH"),
    "window over": lambda: waited(State.CLEARED, 200),
    "own finding": lambda: Case().report(FINDER, channel="grid_patrol", code="S06-07"),
}


def waited(state: State, days: int) -> Case:
    case = hazard_in(state)
    case.wait(days=days)
    return case


def explained() -> Case:
    case = waited(State.REMEDIATING, 12)
    case.give("state_reason")
    return case


def with_request() -> Case:
    case = hazard_in(State.REMEDIATING)
    case.give("request_extension")
    return case


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_offered_can_be_done_and_what_is_not_is_refused_with_the_same_words(situation):
    case = SITUATIONS[situation]()

    for actor in SEATS:
        for entry in allowed(case.rules, case.hazard, actor, case.now):
            answer = case.answer(entry.command, actor)
            if entry.allowed:
                assert answer is None or only_the_form(answer), (actor, entry.command, answer)
            else:
                assert answer == entry.refused, (actor, entry.command)


def only_the_form(answer: Refused) -> bool:
    return answer.status == 422


def test_every_command_of_a_hazard_is_listed_with_its_names():
    case = hazard_in(State.PLANNING)
    listed = {
        entry.command: (entry.zh, entry.en) for entry in allowed(case.rules, case.hazard, LIAISON, case.now)
    }

    assert len(listed) == 68
    assert listed["submit_plan"] == ("提交一患一方案", "submit the plan")
    assert "report" not in listed, "a hazard is reported once"
    assert "load_calendar" not in listed, "administration is nobody's button"


def test_a_greyed_command_says_why():
    case = hazard_in(State.REMEDIATING)
    by_command: dict[str, Any] = {e.command: e for e in allowed(case.rules, case.hazard, HANDLER, case.now)}

    assert by_command["report_completion"].allowed
    assert by_command["state_reason"].refused.zh == "没有超期事项需要说明"
    assert by_command["merge"].refused.code == "T33.not-your-right"
    assert by_command["submit_plan"].refused.code == "T19.wrong-state"


def test_what_depends_on_the_form_stays_open():
    assert hazard_in(State.REGISTERED).may("assign", DESK)
    assert hazard_in(State.PLANNING).may("submit_plan", HANDLER)
