"""T22: more time is asked for once, before the due date, within the cap."""

import pytest

from domain.values import ClockKey, Rung, State
from tests.builders import DESK, LIAISON, OFFICE, OTHER_LIAISON, Case, hazard_in, notices, plan, spoken

REMEDIATE, DECISION = ClockKey.REMEDIATE, ClockKey.EXTENSION_DECISION

# Transferred on Monday 2026-03-02: the limit of 5 working days ends on 03-09, the cap of 15 on 03-23.


def remediating(now: str = "2026-03-06 15:00", **form) -> Case:
    case = hazard_in(State.REMEDIATING, **form)
    case.wait_until(now)
    return case


@pytest.mark.requirement("N04")
def test_without_a_date_the_longest_is_asked_for():
    case = remediating()
    case.give("request_extension")

    assert spoken(case.hazard.extension.until) == "2026-03-23 24:00"
    assert case.due(REMEDIATE) == "2026-03-09 24:00", "asking moves nothing"
    assert case.due(DECISION) == "2026-03-09 24:00"
    assert notices(case.last) == [("to", "desk", "desk", "延期申请")]


@pytest.mark.requirement("N04")
@pytest.mark.parametrize(
    ("until", "outcome"),
    [
        ("2026-03-09", "T22.not-later"),
        ("2026-03-10", "2026-03-10 24:00"),
        ("2026-03-10T12:00+08:00", "2026-03-10 12:00"),
        ("2026-03-23", "2026-03-23 24:00"),
        ("2026-03-24T00:00+08:00", "2026-03-23 24:00"),
        ("2026-03-24", "T22.beyond-cap"),
        ("2099-12-31", "T22.beyond-cap"),
        ("1970-01-01", "T22.not-later"),
    ],
)
def test_the_date_asked_for_is_later_than_the_due_date_and_within_the_cap(until, outcome):
    case = remediating()

    if outcome.startswith("T22"):
        refusal = case.refused("request_extension", until=until)
        assert (refusal.status, refusal.code) == (422, outcome)
    else:
        case.give("request_extension", until=until)
        case.give("decide_extension")
        assert case.due(REMEDIATE) == outcome


@pytest.mark.requirement("N23")
@pytest.mark.parametrize("until", [None, "2026-03-03"], ids=["the longest", "the last day by its name"])
def test_a_limit_in_hours_is_extended_in_hours(until):
    case = hazard_in(State.REMEDIATING, code="B01-03")  # a manhole: 6 h, 36 h in all, from 09:32
    case.give("request_extension", until=until)
    case.give("decide_extension")

    assert case.due(REMEDIATE) == "2026-03-03 21:32"


@pytest.mark.requirement("N04")
def test_an_extension_is_asked_for_once_a_round():
    granted, declined = remediating(), remediating()
    for case, approve in ((granted, True), (declined, False)):
        case.give("request_extension")
        assert case.refused("request_extension").code == "T22.once", "one is already pending"
        case.give("decide_extension", approve=approve)
        assert (case.refused("request_extension").status, case.refused("request_extension").code) == (
            409,
            "T22.once",
        )


def test_a_new_round_may_ask_again():
    case = remediating()
    case.give("request_extension")
    case.give("decide_extension", approve=False)
    for command in ("report_completion", "assess_pass", "confirm_relapse"):
        case.give(command)

    assert case.hazard.round == 2
    assert case.give("request_extension")


@pytest.mark.requirement("N04")
def test_an_extension_is_asked_for_before_the_due_date():
    early, late = remediating("2026-03-09 23:59"), remediating("2026-03-10 00:00")

    assert early.give("request_extension")
    assert (late.refused("request_extension").status, late.refused("request_extension").code) == (
        409,
        "T22.after-due",
    )


@pytest.mark.requirement("PLN-01")
def test_the_due_date_is_the_plan_s_when_that_is_the_earlier_one():
    case = hazard_in(State.PLANNING)
    case.give("submit_plan", **plan("2026-03-05"))
    case.wait_until("2026-03-06 09:00")

    assert case.refused("request_extension").code == "T22.after-due"


def test_an_extension_of_the_plan_s_date_does_not_shorten_the_limit():
    case = hazard_in(State.PLANNING)
    case.give("submit_plan", **plan("2026-03-05"))
    case.give("request_extension", until="2026-03-06")
    case.give("decide_extension")

    assert case.due(REMEDIATE) == "2026-03-06 24:00"
    assert spoken(case.clock(REMEDIATE).limit_due) == "2026-03-09 24:00"


@pytest.mark.parametrize(
    "form", [{"urgency": "FLASH"}, {"code": "S03-02"}], ids=["flash", "a burst water pipe"]
)
def test_some_limits_cannot_be_extended(form):
    refusal = hazard_in(State.REMEDIATING, **form).refused("request_extension")

    assert (refusal.status, refusal.code) == (409, "T22.no-extension")


@pytest.mark.requirement("N14")
def test_the_desk_decides():
    case = remediating()
    case.give("request_extension")

    assert case.may("decide_extension", DESK)
    assert not case.may("decide_extension", OFFICE)
    assert not case.may("decide_extension", LIAISON), "nobody grants his own extension"
    assert not remediating().may("request_extension", OTHER_LIAISON)


def test_nothing_asked_for_is_nothing_to_decide():
    refusal = remediating().refused("decide_extension")

    assert (refusal.status, refusal.code, refusal.requirement) == (409, "T22.no-request", "N14")


def test_a_refused_extension_moves_nothing():
    case = remediating()
    before = case.clock(REMEDIATE)
    case.give("request_extension")
    case.give("decide_extension", approve=False)

    assert case.clock(REMEDIATE) == before
    assert DECISION not in case.hazard.clocks
    assert notices(case.last) == [("to", "xiayang", "liaison", "延期批复")]


@pytest.mark.requirement("N07")
def test_a_granted_extension_lowers_the_ladder_and_keeps_its_history():
    case = remediating("2026-03-09 15:00")
    case.give("request_extension")
    case.wait_until("2026-03-12 09:00")  # nobody decided: L1 and L2 have gone out
    assert (case.hazard.level, case.hazard.sla) == (Rung.L2, "OVERDUE")

    case.give("decide_extension")
    assert (case.hazard.level, case.hazard.sla) == (Rung.L0, "ON_TIME")
    assert case.hazard.highest["xiayang"] is Rung.L2
    assert [event.alarm.what for event in case.wait_until("2026-03-24 09:00")] == [Rung.L0, "due", Rung.L1]


def test_a_granted_extension_lowers_the_whole_ladder():
    """The plan is late too, at L2: with the extension the hazard stands at L0 again (§3.4)."""
    case = hazard_in(State.PLANNING)
    case.give("request_extension")
    case.wait_until("2026-03-09 10:00")
    assert case.hazard.level is Rung.L2
    case.give("decide_extension", approve=True)
    assert (case.hazard.level, case.hazard.highest["xiayang"]) == (Rung.L0, Rung.L2)


def test_completion_makes_a_pending_request_void_and_it_may_be_made_again():
    case = remediating()
    case.give("request_extension")
    case.give("report_completion")
    assert case.hazard.extension.decision == "lapsed"
    assert DECISION not in case.hazard.clocks

    case.give("assess_fail")
    assert case.give("request_extension")
