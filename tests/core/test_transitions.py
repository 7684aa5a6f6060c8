"""Every row of the state table is reached, from each of its states, and from no other."""

from collections.abc import Callable
from itertools import product

import pytest

from domain.hazard import allowed
from domain.organisation import SYSTEM, Actor
from domain.refusal import Refusal
from domain.transitions import BY_COMMAND, TRANSITIONS, Target
from domain.values import CalendarDays, Mode, State
from tests.builders import (
    BEFORE,
    BUREAU,
    FINDER,
    SEATS,
    SPONSOR,
    Case,
    district,
    hazard_in,
    listed_in,
    seat,
    upgraded_in,
)

UNSOLVED = (
    "REPORTED REGISTERED UNDER_TRIAGE JURISDICTION_RULING LISTING_REVIEW AWAITING_SIGNOFF PLANNING PLAN_REVIEW "
    "REMEDIATING KEY_CONTROL SELF_ASSESSMENT AWAITING_RECOGNITION ACCEPTANCE"
)
LISTED = "AWAITING_SIGNOFF PLANNING PLAN_REVIEW REMEDIATING KEY_CONTROL"
OPEN = f"{UNSOLVED} CLEARED LOOK_BACK"

REACHED = [
    # row, command, from, to (– is: stays)
    ("T01", "report", "", "REPORTED REGISTERED"),
    ("T02", "verify_confirm", "REPORTED", "REGISTERED"),
    ("T03", "verify_dismiss", "REPORTED", "DISMISSED"),
    ("T04", "clear_on_spot", "REGISTERED", "CLEARED"),
    ("T05", "self_handle", "REGISTERED", "PLANNING"),
    ("T06", "assign", "REGISTERED", "AWAITING_SIGNOFF"),
    ("T07", "request_upgrade", "REGISTERED PLANNING REMEDIATING", "UNDER_TRIAGE"),
    ("T08", "request_diversion", "REGISTERED", "UNDER_TRIAGE"),
    ("T09", "request_listing", "REGISTERED UNDER_TRIAGE PLANNING REMEDIATING KEY_CONTROL", "UNDER_TRIAGE"),
    ("T10", "triage_route", "UNDER_TRIAGE", "AWAITING_SIGNOFF"),
    ("T11", "triage_return", "UNDER_TRIAGE", "PLANNING"),
    ("T12", "jurisdiction_unclear", "UNDER_TRIAGE", "JURISDICTION_RULING"),
    ("T13", "jurisdiction_rule", "JURISDICTION_RULING", "AWAITING_SIGNOFF"),
    ("T14", "forward_listing", "UNDER_TRIAGE", "LISTING_REVIEW"),
    ("T15", "listing_approve", "LISTING_REVIEW", "AWAITING_SIGNOFF"),
    ("T16", "listing_reject", "LISTING_REVIEW", "UNDER_TRIAGE"),
    ("T17", "sign", "AWAITING_SIGNOFF", "PLANNING"),
    ("T17", "sign_subtask", LISTED, "–"),
    ("T18", "return", "AWAITING_SIGNOFF", "UNDER_TRIAGE"),
    ("T19", "submit_plan", "PLANNING", "PLAN_REVIEW REMEDIATING"),
    ("T20", "plan_approve", "PLAN_REVIEW", "REMEDIATING"),
    ("T20", "plan_reject", "PLAN_REVIEW", "PLANNING"),
    ("T21", "progress", "REMEDIATING", "–"),
    ("T21a", "report_subtask", "REMEDIATING", "–"),
    ("T21b", "confirm_subtask", "REMEDIATING", "–"),
    ("T21c", "send_back_subtask", "REMEDIATING", "–"),
    ("T22", "request_extension", "PLANNING REMEDIATING", "–"),
    ("T22", "decide_extension", "PLANNING PLAN_REVIEW REMEDIATING", "–"),
    ("T23", "enter_key_control", "PLANNING REMEDIATING", "KEY_CONTROL"),
    ("T24", "control_review", "KEY_CONTROL", "–"),
    ("T24", "resume", "KEY_CONTROL", "PLANNING REMEDIATING"),
    ("T25", "report_completion", "REMEDIATING KEY_CONTROL", "SELF_ASSESSMENT"),
    ("T26", "assess_pass", "SELF_ASSESSMENT", "ACCEPTANCE AWAITING_RECOGNITION CLEARED"),
    ("T27", "assess_fail", "SELF_ASSESSMENT", "REMEDIATING"),
    ("T28", "recognise_pass", "AWAITING_RECOGNITION", "CLEARED"),
    ("T28", "recognise_fail", "AWAITING_RECOGNITION", "REMEDIATING"),
    ("T29", "accept_pass", "ACCEPTANCE", "CLEARED"),
    ("T29", "accept_fail", "ACCEPTANCE", "REMEDIATING"),
    ("N44", "record_listing_notice", f"{LISTED} SELF_ASSESSMENT ACCEPTANCE CLEARED LOOK_BACK", "–"),
    ("T30", None, "CLEARED", "LOOK_BACK"),
    ("T31", "lookback_pass", "LOOK_BACK", "CLEARED CLOSED"),
    ("T32", "lookback_relapse", "LOOK_BACK", "PLANNING"),
    ("T32", "confirm_relapse", "CLEARED LOOK_BACK", "PLANNING"),
    ("T33", "merge", UNSOLVED, "MERGED"),
    ("T33", "hand_over", UNSOLVED, "HANDED_OVER"),
    ("T34", "state_reason", f"{UNSOLVED} LOOK_BACK", "–"),
    ("T34", "accept_reason", f"{UNSOLVED} LOOK_BACK", "–"),
    ("T34", "acknowledge", OPEN, "–"),
    ("T34", "issue_notice", f"{UNSOLVED} LOOK_BACK", "–"),
    ("T34", "order_talk", OPEN, "–"),
    ("T34", "hold_talk", OPEN, "–"),
    ("T34", "file_rectification", OPEN, "–"),
    ("T34", "publish_exposure", OPEN, "–"),
    ("T34", "refer", OPEN, "–"),
    ("T34", "propose_listing", OPEN, "–"),
    ("T34", "decline", OPEN, "–"),
    ("T35", "add_record", f"{OPEN} HANDED_OVER", "–"),
    ("T35", "open_special_inspection", OPEN, "–"),
    ("T35", "joint_meeting", OPEN, "–"),
    ("T35", "report_to_principal", UNSOLVED, "–"),
    ("T35", "link_incident", OPEN, "–"),
    ("T35", "add_penalty", OPEN, "–"),
    ("T35", "set_confidentiality", OPEN, "–"),
    ("T35", "link_petition", UNSOLVED, "–"),
    ("T35", "notify_petitioner", OPEN, "–"),
    ("T35", "object_to_petition", OPEN, "–"),
    ("T35", "decide_objection", OPEN, "–"),
    ("T35", "extend_petition", OPEN, "–"),
    ("T35", "close_petition", OPEN, "–"),
    ("T35", "classify", UNSOLVED, "–"),
    ("N94", "load_calendar", OPEN, "–"),
]

NOTHING_OWED = (
    "REGISTERED",
    "UNDER_TRIAGE",
    "JURISDICTION_RULING",
    "LISTING_REVIEW",
    "AWAITING_RECOGNITION",
    "ACCEPTANCE",
)
"""States in which the owner has no running clock, so nothing of his is ever late."""

LATE_FOR_LONG = ("AWAITING_SIGNOFF", "PLANNING", "REMEDIATING")
"""States in which the remediation runs, so that time alone brings the ladder to L4."""

TALKED_ABOUT = ("order_talk", "hold_talk", "file_rectification", "publish_exposure", "decline")
"""Commands that follow from L4; what was decided there outlasts the states it came about in: test_supervision."""


def in_question(case: Case) -> None:
    case.give("link_incident")


def talk_ordered(case: Case) -> None:
    case.wait(days=40)
    case.give("order_talk")


def talk_held(case: Case) -> None:
    talk_ordered(case)
    case.give("hold_talk")


def petitioned(case: Case) -> None:
    """Linked before the hazard was cleared."""
    if case.hazard.petition is None:
        case.give("link_petition")


def petitioner_told(case: Case) -> None:
    petitioned(case)
    case.give("notify_petitioner", liaison_of(case))


def objected(case: Case) -> None:
    petitioned(case)
    case.give("object_to_petition", liaison_of(case))


def talk_unanswered(case: Case) -> None:
    talk_held(case)
    case.wait(days=20)


OF_PETITIONS = (petitioned, petitioner_told, objected)

PREPARED: dict[str, Callable[[Case], object]] = {
    "forward_listing": lambda case: case.give("request_listing"),
    "decide_extension": lambda case: case.give("request_extension"),
    "state_reason": lambda case: case.wait(days=100),
    "accept_reason": lambda case: (case.wait(days=100), case.give("state_reason", liaison_of(case))),
    "acknowledge": in_question,
    "order_talk": lambda case: case.wait(days=40),
    "decline": lambda case: case.wait(days=40),
    "hold_talk": talk_ordered,
    "file_rectification": talk_held,
    "publish_exposure": talk_unanswered,
    "refer": in_question,
    "propose_listing": in_question,
    "notify_petitioner": petitioned,
    "object_to_petition": petitioned,
    "decide_objection": objected,
    "extend_petition": petitioned,
    "close_petition": petitioner_told,
}


def liaison_of(case: Case) -> Actor:
    return seat(case.hazard.owner, "liaison")


GIVEN_BY_OWNER: dict[str, Callable[[Case], Actor]] = {
    "state_reason": liaison_of,
    "notify_petitioner": liaison_of,
    "object_to_petition": liaison_of,
    "close_petition": liaison_of,
    "extend_petition": lambda case: seat(case.hazard.owner, "principal"),
    "file_rectification": lambda case: seat(case.hazard.owner, "principal"),
}


def in_state(state: State, command: str | None) -> Case:
    """A hazard in ``state`` for which the guards of ``command`` hold."""
    if command == "clear_on_spot":
        return Case().report(FINDER, channel="grid_patrol", code="S06-07", evidence=[BEFORE])
    if command == "request_diversion":
        return Case().report(seat(BUREAU, "discoverer"), channel="grid_patrol", code="S01-03")
    case = listed_for(command, state) if command in OF_LISTED else hazard_in(state)
    if command in PREPARED:
        PREPARED[command](case)
    return case


OF_LISTED = (
    "sign_subtask",
    "report_subtask",
    "confirm_subtask",
    "send_back_subtask",
    "record_listing_notice",
)


def listed_for(command: str, state: State) -> Case:
    """A listed hazard in ``state`` in which there is a part, or a publication, for ``command``."""
    if command == "sign_subtask":
        case = listed_in(State.AWAITING_SIGNOFF)  # the street has not signed for its part
        for step in ("sign", "submit_plan", "plan_approve"):
            if case.hazard.state is not state and (state is not State.KEY_CONTROL or step == "sign"):
                case.give(step)
        if state is State.KEY_CONTROL:
            case.give("enter_key_control", SPONSOR)
        return case
    if state is State.KEY_CONTROL:
        case = listed_in(State.REMEDIATING)
        case.give("enter_key_control", SPONSOR)
        return case
    case = listed_in(state)
    if command in ("confirm_subtask", "send_back_subtask"):
        case.give("report_subtask")
    return case


def test_the_list_above_is_the_table():
    assert {(row, command): set(sources.split()) for row, command, sources, _ in REACHED} == {
        (row.id, row.command): {str(state) for state in row.sources} for row in TRANSITIONS
    }


@pytest.mark.parametrize(("row", "command", "sources", "target"), [row for row in REACHED if row[1]])
def test_every_row_is_reached_from_each_of_its_states(row, command, sources, target):
    for source in sources.split():
        if command in ("state_reason", "accept_reason") and source in NOTHING_OWED:
            continue
        if command in ("request_extension", "decide_extension") and source == "PLAN_REVIEW":
            continue  # asked for while the plan was drawn up: test_listing
        if command in TALKED_ABOUT and source not in LATE_FOR_LONG:
            continue
        if command == "propose_listing" and source in ("PLAN_REVIEW", "ACCEPTANCE"):
            continue  # it is listed already
        if PREPARED.get(command) in OF_PETITIONS and source in ("CLEARED", "LOOK_BACK"):
            continue  # linked before: test_supervision
        case = in_state(State(source), command)
        event = case.give(command, GIVEN_BY_OWNER.get(command, lambda _: None)(case))

        expected = target.split()[-1]
        assert (event.rule, case.hazard.state) == (row, source if expected == "–" else expected)


def test_a_report_is_verified_or_registered():
    assert {
        Case().report(FINDER, channel=c, code="S06-02").hazard.state for c in ("hotline", "grid_patrol")
    } == {
        State.REPORTED,
        State.REGISTERED,
    }
    assert BY_COMMAND["report"].target is Target.BY_CHANNEL


def test_a_look_back_leads_to_the_next_or_to_the_archive():
    once = hazard_in(State.LOOK_BACK)
    twice = hazard_in(
        State.LOOK_BACK, book=district(lookbacks={Mode.GENERAL: (CalendarDays(30), CalendarDays(90))})
    )
    for case in (once, twice):
        case.give("lookback_pass")

    assert (once.hazard.state, twice.hazard.state) == (State.CLOSED, State.CLEARED)


@pytest.mark.requirement("VER-01", "VER-03")
def test_an_assessment_leads_to_the_archive_or_before_the_office():
    cases = [builder(State.SELF_ASSESSMENT) for builder in (hazard_in, upgraded_in, listed_in)]
    for case in cases:
        case.give("assess_pass")

    assert [case.hazard.state for case in cases] == [
        State.CLEARED,
        State.AWAITING_RECOGNITION,
        State.ACCEPTANCE,
    ]


@pytest.mark.requirement("REM-04", "PLN-01")
def test_what_is_resumed_without_a_plan_gets_one_first():
    planned, unplanned = hazard_in(State.KEY_CONTROL), hazard_in(State.PLANNING)
    unplanned.give("enter_key_control")
    for case in (planned, unplanned):
        case.give("resume")

    assert (planned.hazard.state, unplanned.hazard.state) == (State.REMEDIATING, State.PLANNING)


@pytest.mark.requirement("LBK-01")
def test_only_time_opens_a_look_back():
    case = hazard_in(State.CLEARED)
    (event,) = case.wait(days=31)

    assert (event.rule, event.actor, case.hazard.state) == ("T30", SYSTEM, State.LOOK_BACK)
    assert [row.id for row in TRANSITIONS if row.target is State.LOOK_BACK] == ["T30"]


# ── from no other state ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", list(State))
def test_a_command_outside_its_states_is_a_conflict_for_whoever_has_the_right(state):
    case = hazard_in(state)

    for command, row in BY_COMMAND.items():
        if command == "report" or state in row.sources:
            continue
        answers = {
            answer and (answer.status, answer.code)
            for actor in SEATS
            for answer in [case.answer(command, actor)]
        }
        assert answers <= {
            (409, f"{row.id}.wrong-state"),
            (403, f"{row.id}.not-your-right"),
            (403, f"{row.id}.no-such-seat"),
        }


def test_the_refusal_says_in_which_state_it_can_be_done():
    refusal = hazard_in(State.PLANNING).answer("report_completion")

    assert refusal.zh == "隐患现为“方案制定中”，“报结”只能在“整治中”“重点防控中”时办理"
    assert refusal.en == "the hazard is PLANNING; to report completion it must be REMEDIATING or KEY_CONTROL"
    assert refusal.requirement == "VER-02"


@pytest.mark.parametrize("state", [state for state in State if state.terminal])
@pytest.mark.requirement("REG-08")
def test_nothing_may_be_done_to_a_finished_hazard(state):
    case = hazard_in(state)

    for actor in SEATS:
        may = {entry.command for entry in allowed(case.rules, case.hazard, actor, case.now) if entry.allowed}
        assert may <= ({"add_record"} if state is State.HANDED_OVER else set())
    assert {event.type for event in case.wait(days=2000)} <= {"window_over"}
    assert case.hazard.over and case.hazard.state is state


def test_a_hazard_is_reported_once():
    case = hazard_in(State.REPORTED)
    again = case.order("merge").model_copy(update={"command": case.events[0].command})

    with pytest.raises(Refusal, match=r"T01\.already-reported"):
        case.carry_out(again)


def test_states_and_rows_know_each_other():
    """Every state but the first is entered by a row, every open one is left by a row."""
    entered = {row.target for row in TRANSITIONS if isinstance(row.target, State)} | {
        State.REPORTED,
        State.REGISTERED,
        State.CLEARED,
        State.CLOSED,
        State.AWAITING_RECOGNITION,
        State.PLAN_REVIEW,
        State.ACCEPTANCE,
    }
    left = {source for row, source in product(TRANSITIONS, State) if source in row.sources}

    assert entered == set(State)
    assert left == {state for state in State if not state.terminal} | {State.HANDED_OVER}
