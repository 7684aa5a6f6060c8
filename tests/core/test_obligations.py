"""What is owed can be answered while it stands, and is over when nobody can answer it any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.obligations import OWED, Standing, standing
from domain.state import Obligation
from domain.transitions import BY_COMMAND
from domain.values import State
from tests.builders import (
    DIRECTOR,
    LIAISON,
    OFFICE,
    PRINCIPAL,
    Case,
    district,
    hazard_in,
    seat,
)

BEFORE_THEN = district(owed_is_answerable=False)
"""A rulebook of before: hazards keep it for life."""


def owed(case: Case, kind: str) -> Obligation:
    return next(one for one in case.hazard.obligations if one.kind == kind)


def asked(case: Case | None = None) -> Case:
    case = case or hazard_in(State.REMEDIATING)
    case.give("issue_notice", rung="L2")
    return case


def very_late(*commands: str) -> Case:
    case = hazard_in(State.REMEDIATING)
    case.wait(days=60)
    for command in commands:
        case.give(command)
    return case


@pytest.mark.requirement("SUP-01", "SUP-03", "SUP-05", "N62")
@pytest.mark.parametrize(
    ("kind", "arranged", "by"),
    [
        ("reason", asked, PRINCIPAL),
        ("talk", very_late, OFFICE),
        ("referral", very_late, DIRECTOR),
        ("hold_talk", lambda: very_late("order_talk"), OFFICE),
        ("rectification", lambda: very_late("order_talk", "hold_talk"), PRINCIPAL),
    ],
)
def test_each_kind_is_answered_by_a_command_that_its_seat_may_give(kind, arranged, by):
    answers = OWED[kind].answers
    assert all(command in BY_COMMAND for command in answers)
    for command in (one for one in answers if one != "refer"):  # a referral needs an incident besides
        case = arranged()
        assert owed(case, kind).open and case.may(command, by), command
        case.give(command, by, **({"question": kind} if command == "decline" else {}))
        assert not owed(case, kind).open, command


@pytest.mark.requirement("SUP-01")
def test_a_reason_that_was_asked_for_may_be_stated_before_anything_is_late():
    case = asked()
    assert case.refused("state_reason", seat("yingpu", "principal")).status == 403
    case.give("state_reason", PRINCIPAL)
    assert owed(case, "reason").met_at == case.now
    assert case.refused("state_reason", PRINCIPAL).code == "T34.not-late", "nothing is asked any more"

    assert (
        asked(hazard_in(State.REMEDIATING, book=BEFORE_THEN)).refused("state_reason").code == "T34.not-late"
    )


@pytest.mark.requirement("SUP-01")
def test_a_reason_lapses_with_the_clearance_and_with_the_change_of_its_unit():
    cleared = asked()
    for command in ("report_completion", "assess_pass"):
        assert owed(cleared, "reason").open
        cleared.give(command)
    assert owed(cleared, "reason").result == "lapsed"

    passed_up = asked()
    passed_up.give("request_upgrade")
    assert owed(passed_up, "reason").open, "it still is the owner's"
    passed_up.give("triage_route")
    assert owed(passed_up, "reason").result == "lapsed"

    before = asked(hazard_in(State.REMEDIATING, book=BEFORE_THEN))
    for command in ("report_completion", "assess_pass"):
        before.give(command)
    assert owed(before, "reason").open, "under the rules of before it stays"


@pytest.mark.requirement("SUP-03", "SUP-05")
def test_what_accounts_for_the_past_outlasts_the_clearance_but_not_the_hazard():
    case = very_late()
    for command in ("report_completion", "assess_pass"):
        case.give(command)
    assert case.hazard.state is State.CLEARED
    assert owed(case, "talk").open and owed(case, "referral").open

    merged = very_late()
    merged.give("merge", into="QP-2026-000001")
    assert [one.open for one in merged.hazard.obligations] == [False] * len(merged.hazard.obligations)


def test_how_it_stands_follows_from_its_date_and_its_answer():
    case = asked()
    one = owed(case, "reason")
    due = one.due
    assert due is not None
    assert standing(one, due - timedelta(seconds=1)) is Standing.OPEN
    assert standing(one, due) is Standing.LATE, "24:00 is the end"
    assert standing(one.model_copy(update={"met_at": due}), due) is Standing.MET
    for result in ("declined", "lapsed"):
        assert standing(one.model_copy(update={"result": result}), due).value == result
    assert standing(one.model_copy(update={"due": None}), due) is Standing.OPEN
    case.give("acknowledge", LIAISON, obligation=one.id)
    assert standing(owed(case, "reason"), case.now) is Standing.OPEN, "taking note of it is no answer"
