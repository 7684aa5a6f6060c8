"""T19, T21: one hazard, one plan; its last node becomes the due date; nodes are crossed off."""

import pytest

from domain.values import ClockKey, State
from tests.builders import BUREAU, HANDLER, LIAISON, OTHER_LIAISON, Case, hazard_in, plan, seat, spoken

REMEDIATE = ClockKey.REMEDIATE

# Transferred on Monday 2026-03-02: the limit of 5 working days ends on 03-09, the cap of 15 on 03-23.


def planning(**form) -> Case:
    return hazard_in(State.PLANNING, **form)


@pytest.mark.requirement("PLN-01")
def test_the_last_node_is_the_due_date_when_it_is_earlier_than_the_limit():
    case = planning()
    case.give("submit_plan", **plan("2026-03-06", "2026-03-04"))

    assert (case.due(REMEDIATE), case.clock(REMEDIATE).due_by) == ("2026-03-06 24:00", "plan")
    assert spoken(case.clock(REMEDIATE).limit_due) == "2026-03-09 24:00"


@pytest.mark.requirement("PLN-01")
def test_a_node_on_the_last_day_of_the_limit_ends_with_the_limit():
    case = planning()
    case.give("submit_plan", **plan("2026-03-09"))

    assert (case.due(REMEDIATE), case.clock(REMEDIATE).due_by) == ("2026-03-09 24:00", "limit")


@pytest.mark.requirement("PLN-07")
def test_the_plan_says_where_the_money_comes_from_and_the_ledger_keeps_it():
    case = planning()
    case.give("submit_plan", funds="街道自筹五万元，区级专项资金十万元")

    assert case.last.command.funds == "街道自筹五万元，区级专项资金十万元"


def test_a_node_may_be_an_instant():
    case = planning()
    case.give("submit_plan", **plan("2026-03-05T12:00+08:00"))

    assert case.due(REMEDIATE) == "2026-03-05 12:00"


def test_a_node_on_the_day_of_a_limit_in_hours_ends_with_the_hour():
    case = planning(urgency="URGENT")  # H 6 from 09:32
    case.give("submit_plan", **plan("2026-03-02"))

    assert case.due(REMEDIATE) == "2026-03-02 15:32"


@pytest.mark.requirement("PLN-01")
@pytest.mark.parametrize(
    ("node", "code"),
    [
        ("2026-03-10", "T19.plan-beyond-limit"),
        ("2026-03-23", "T19.plan-beyond-limit"),  # the cap itself needs an extension too
        ("2026-03-24", "T19.plan-beyond-cap"),
        ("2099-12-31", "T19.plan-beyond-cap"),
        ("2026-03-01", "T19.node-in-the-past"),
        ("1970-01-01", "T19.node-in-the-past"),
    ],
)
def test_nodes_lie_between_now_and_the_limit(node, code):
    refusal = planning().refused("submit_plan", **plan(node))

    assert (refusal.status, refusal.code, refusal.requirement) == (422, code, "PLN-01")


@pytest.mark.requirement("PLN-01", "N04")
def test_a_node_beyond_the_limit_is_accepted_with_a_granted_extension():
    case = planning()
    case.give("request_extension")
    case.give("decide_extension", approve=True)
    case.give("submit_plan", **plan("2026-03-20"))

    assert (case.due(REMEDIATE), case.clock(REMEDIATE).due_by) == ("2026-03-20 24:00", "plan")
    assert planning_with_request_only().refused("submit_plan", **plan("2026-03-20")).code == (
        "T19.plan-beyond-limit"
    )


def planning_with_request_only() -> Case:
    case = planning()
    case.give("request_extension")
    return case


@pytest.mark.requirement("REM-02", "REM-03")
@pytest.mark.parametrize(
    ("now", "accepted", "refused"),
    [
        ("2026-03-11 10:00", "2026-03-23", "2026-03-24"),  # past the limit: up to the cap
        ("2026-03-11 10:00", "2026-03-11", "2026-03-10"),  # today still lies ahead
        ("2026-04-01 10:00", "2026-04-03", "2026-03-31"),  # past the cap: whenever it can be done
    ],
)
def test_a_late_plan_may_look_ahead_but_changes_no_date(now, accepted, refused):
    case = planning()
    case.wait_until(now)
    before = case.clock(REMEDIATE)

    assert case.refused("submit_plan", **plan(refused)).status == 422
    case.give("submit_plan", **plan(accepted))
    assert case.hazard.state is State.REMEDIATING
    assert case.clock(REMEDIATE) == before, "still due when it was, still late, the ladder where it stood"


def test_a_late_plan_of_a_limit_in_hours_may_name_today():
    case = planning(urgency="FLASH")
    case.wait(hours=8)

    assert case.give("submit_plan", **plan("2026-03-02"))


def test_units_named_in_the_plan_exist():
    case = planning()

    for change in (
        {"responsible_unit": "火星街道"},
        {"duties": [{"unit": "火星街道", "task": "清退"}]},
        {"milestones": [{"what": "清退", "due": "2026-03-06", "unit": "火星街道"}]},
    ):
        assert case.refused("submit_plan", **plan("2026-03-06", **change)).code == "T19.unknown-unit"


@pytest.mark.requirement("PLN-04")
def test_the_plan_divides_the_work_between_units():
    case = planning()
    duties = [{"unit": "区房管局", "task": "认定"}, {"unit": "夏阳街道", "task": "清退"}]
    event = case.give("submit_plan", **plan("2026-03-06", duties=duties))

    assert [(duty.unit, duty.task) for duty in event.command.duties] == [
        ("区房管局", "认定"),
        ("夏阳街道", "清退"),
    ]


def test_the_owner_s_handler_or_liaison_files_the_plan():
    case = planning()

    assert case.may("submit_plan", HANDLER)
    assert case.may("submit_plan", LIAISON)
    assert not case.may("submit_plan", OTHER_LIAISON)
    assert not case.may("submit_plan", seat(BUREAU, "handler"))


# ── progress ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("PLN-03", "REM-05")
def test_nodes_are_crossed_off_one_by_one_and_stay_crossed_off():
    case = planning()
    case.give("submit_plan", **plan("2026-03-04", "2026-03-06"))
    case.wait_until("2026-03-04 15:00")
    case.give("progress", text="已签搬离协议", milestones_done=["N1"])
    first = case.hazard.plan.milestones[0].done_at
    case.wait_until("2026-03-05 15:00")
    case.give("progress", text="复查", milestones_done=["N1"], percent=60)

    done = [node.done_at for node in case.hazard.plan.milestones]
    assert done == [first, None]
    assert spoken(first) == "2026-03-04 15:00"
    assert case.hazard.state is State.REMEDIATING
    assert (case.last.command.text, case.last.command.percent) == ("复查", 60)


def test_a_node_that_the_plan_does_not_have_cannot_be_crossed_off():
    case = hazard_in(State.REMEDIATING)

    assert case.refused("progress", milestones_done=["N2"]).code == "T21.unknown-milestone"
