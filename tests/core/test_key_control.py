"""T23, T24: what cannot be solved now is kept under control, reviewed every month, and taken up again."""

import pytest

from domain.forecast import explain
from domain.values import ClockKey, Rung, Sla, State
from tests.builders import LIAISON, OFFICE, PRINCIPAL, STREET, Case, diverted_in, hazard_in, seat, upgraded_in

REVIEW = ClockKey.CONTROL_REVIEW


@pytest.mark.requirement("REM-04")
def test_each_defence_is_filled_in_or_said_not_to_apply_with_the_reason():
    case = hazard_in(State.REMEDIATING)
    for wrong in ("", {"measures": "值守", "not_applicable": "也不适用"}, {}):
        refusal = case.refused("enter_key_control", technical=wrong)
        assert (refusal.status, refusal.code) == (422, "enter_key_control.form")
    case.give("enter_key_control", technical={"not_applicable": "现场无供电"}, psychological="入户告知")

    assert case.hazard.state is State.KEY_CONTROL


@pytest.mark.requirement("REM-04")
@pytest.mark.parametrize(
    ("arrange", "approver", "another"),
    [
        (lambda: hazard_in(State.REMEDIATING), PRINCIPAL, OFFICE),
        (lambda: diverted_in(State.REMEDIATING), seat("jiaotongwei", "principal"), OFFICE),
        (lambda: upgraded_in(State.REMEDIATING), OFFICE, seat("jiaotongwei", "principal")),
    ],
    ids=["general", "diverted", "upgraded"],
)
def test_who_approves_it_depends_on_the_mode(arrange, approver, another):
    case = arrange()
    refusal = case.refused("enter_key_control", another)

    assert (refusal.status, refusal.code) == (403, "T23.approver")
    assert case.give("enter_key_control", approver)


@pytest.mark.requirement("REM-04", "REM-03", "I7")
def test_it_stays_open_with_the_ladder_at_its_foot():
    case = hazard_in(State.REMEDIATING)
    case.wait_until("2026-03-12 10:00")
    case.give("enter_key_control")

    assert set(case.hazard.clocks) == {REVIEW}
    assert (case.hazard.level, case.hazard.sla) == (Rung.L0, Sla.ON_TIME)
    assert case.hazard.highest == {STREET: Rung.L2}
    case.wait(days=400)
    assert case.hazard.state is State.KEY_CONTROL, "no timer closes it"


@pytest.mark.requirement("REM-04")
def test_the_next_review_is_due_thirty_days_after_the_last():
    case = hazard_in(State.KEY_CONTROL)
    assert case.due(REVIEW) == "2026-04-01 24:00"
    case.wait_until("2026-03-20 10:00")
    case.give("control_review")
    assert case.due(REVIEW) == "2026-04-20 24:00"  # 04-19 is a Sunday


@pytest.mark.requirement("REM-04", "SUP-01")
def test_a_missed_review_is_urged_and_supervised_and_making_it_ends_that():
    case = hazard_in(State.KEY_CONTROL)
    rung = case.wait_until("2026-06-01 10:00")
    assert [event.alarm.what for event in rung] == ["due", Rung.L1, Rung.L2]
    assert case.hazard.sla is Sla.OVERDUE

    case.give("control_review", OFFICE)
    assert (case.hazard.level, case.hazard.sla) == (Rung.L0, Sla.ON_TIME)
    assert case.hazard.highest == {STREET: Rung.L2}


@pytest.mark.requirement("REM-04")
@pytest.mark.parametrize(
    ("until", "code"),
    [("2026-03-01", "T24.not-ahead"), ("2026-03-24", "T24.beyond-cap"), ("2026-03-23", None)],
)
def test_it_is_resumed_with_a_new_date_within_the_cap(until, code):
    case = hazard_in(State.KEY_CONTROL)
    answer = case.answer("resume", until=until)
    assert (answer and answer.code) == code
    if code is None:
        case.give("resume", until=until)
        assert case.due(ClockKey.REMEDIATE) == "2026-03-23 24:00"
        assert set(case.hazard.clocks) == {ClockKey.REMEDIATE}


@pytest.mark.requirement("REM-04")
def test_the_derivation_says_that_the_date_was_set_on_resumption():
    case = hazard_in(State.KEY_CONTROL)
    case.give("resume", until="2026-03-20")
    found = explain(case.rules, case.clock(ClockKey.REMEDIATE))

    assert (found.due_by, found.due) == ("resumption", case.clock(ClockKey.REMEDIATE).due)
    assert "恢复整治时另定期限，以所定期限为准（REM-04）" in found.zh


def without_a_plan() -> Case:
    case = hazard_in(State.PLANNING)
    case.give("enter_key_control")
    return case


@pytest.mark.requirement("PLN-01")
def test_without_a_plan_nothing_is_reported_done():
    case = without_a_plan()
    refusal = case.refused("report_completion")
    assert (refusal.status, refusal.code) == (409, "T25.no-plan")

    for command in ("resume", "submit_plan", "report_completion", "assess_pass"):
        case.give(command)
    assert case.hazard.state is State.CLEARED


def test_work_done_under_key_control_is_assessed_and_if_it_fails_done_again():
    case = hazard_in(State.KEY_CONTROL)
    case.give("report_completion")
    case.give("assess_fail")

    assert case.hazard.state is State.REMEDIATING
    assert set(case.hazard.clocks) == {ClockKey.REWORK}


@pytest.mark.requirement("MOD-18")
def test_what_is_handed_over_is_finished_here():
    case = hazard_in(State.KEY_CONTROL)
    case.give("hand_over")

    assert (case.hazard.state, list(case.hazard.clocks)) == (State.HANDED_OVER, ["cooperation"])
    assert not case.hazard.over, "notes of cooperation may follow (MOD-18)"
    case.give("add_record", LIAISON, kind="cooperation", text="已陪同市级单位现场核查")
    assert [event.type for event in case.wait(days=400)] == ["window_over"]
    assert case.hazard.over
