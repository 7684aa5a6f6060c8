"""Every clock of the policy, at every urgency: when it starts, when it ends, on what ground (§3.4)."""

import pytest

from domain.values import ClockKey, State
from tests.builders import (
    BUREAU,
    FINDER,
    LIAISON,
    Case,
    diverted_in,
    hazard_in,
    listed_in,
    spoken,
    upgraded_in,
)

# All start on Thursday 2026-09-24 at 17:00; Friday 09-25 is Mid-Autumn, then comes the weekend, and
# from 10-01 to 10-07 is National Day. Saturday 10-10 is worked. Steps of a hazard lie a minute apart.
NOW = "2026-09-24 17:00"

CLOCKS = [
    # state, clock, urgency, what else the report says, due, row
    ("REPORTED", "verify", "NORMAL", {}, "2026-09-25 17:00", "verify-normal"),
    ("REPORTED", "verify", "URGENT", {}, "2026-09-24 19:00", "verify-urgent"),
    ("REPORTED", "verify", "FLASH", {}, "2026-09-24 18:00", "verify-flash"),
    ("REPORTED", "verify", "NORMAL", {"code": "S06-08"}, "2026-09-25 17:00", "verify-s06-08-normal"),  # N20
    ("REPORTED", "verify", "URGENT", {"code": "S06-08"}, "2026-09-24 19:00", "verify-s06-08-urgent"),  # N20
    ("REPORTED", "verify", "NORMAL", {"code": "S03-04"}, "2026-09-24 18:00", "verify-flash"),  # N22
    ("AWAITING_SIGNOFF", "sign", "NORMAL", {}, "2026-09-28 24:00", "sign-normal"),
    ("AWAITING_SIGNOFF", "sign", "URGENT", {}, "2026-09-24 19:02", "sign-urgent"),
    ("AWAITING_SIGNOFF", "sign", "FLASH", {}, "2026-09-24 18:02", "sign-flash"),
    ("PLANNING", "plan", "NORMAL", {}, "2026-09-29 24:00", "plan-normal"),
    ("PLANNING", "plan", "URGENT", {}, "2026-09-24 21:03", "plan-urgent"),
    ("PLANNING", "plan", "FLASH", {}, "2026-09-24 19:03", "plan-flash"),
    ("PLANNING", "plan", "FLASH", {"category": 2}, "2026-09-29 24:00", "plan-categories-1-3"),
    ("PLANNING", "plan", "FLASH", {"category": 4}, "2026-09-24 19:03", "plan-flash"),
    ("AWAITING_SIGNOFF", "remediate", "NORMAL", {}, "2026-10-09 24:00", "remediate-normal"),
    ("AWAITING_SIGNOFF", "remediate", "URGENT", {}, "2026-09-24 23:02", "remediate-urgent"),
    ("AWAITING_SIGNOFF", "remediate", "FLASH", {}, "2026-09-24 23:02", "remediate-flash"),
    ("AWAITING_SIGNOFF", "remediate", "NORMAL", {"category": 4}, "2026-10-09 24:00", "remediate-normal"),
    (
        "AWAITING_SIGNOFF",
        "remediate",
        "FLASH",
        {"category": 1},
        "2026-11-23 24:00",
        "remediate-categories-1-3",
    ),
    (
        "AWAITING_SIGNOFF",
        "remediate",
        "NORMAL",
        {"category": 3},
        "2026-11-23 24:00",
        "remediate-categories-1-3",
    ),
    ("AWAITING_SIGNOFF", "remediate", "NORMAL", {"code": "S03-02"}, "2026-09-25 17:02", "remediate-s03-02"),
    ("AWAITING_SIGNOFF", "remediate", "FLASH", {"code": "S03-02"}, "2026-09-25 17:02", "remediate-s03-02"),
    ("AWAITING_SIGNOFF", "remediate", "NORMAL", {"code": "B01-01"}, "2026-09-24 23:02", "remediate-manholes"),
    ("AWAITING_SIGNOFF", "remediate", "NORMAL", {"code": "B01-14"}, "2026-09-24 23:02", "remediate-manholes"),
    ("AWAITING_SIGNOFF", "remediate", "NORMAL", {"code": "B01-15"}, "2026-10-09 24:00", "remediate-normal"),
    ("SELF_ASSESSMENT", "assess", "NORMAL", {}, "2026-09-29 24:00", "assess-normal"),
    ("SELF_ASSESSMENT", "assess", "URGENT", {}, "2026-09-24 19:05", "assess-urgent"),
    ("SELF_ASSESSMENT", "assess", "FLASH", {}, "2026-09-24 18:05", "assess-flash"),
    ("SELF_ASSESSMENT", "assess", "FLASH", {"category": 3}, "2026-09-29 24:00", "assess-categories-1-3"),
    ("CLEARED", "lookback", "NORMAL", {}, "2026-10-26 24:00", "lookback.general.1"),  # 10-24 is a Saturday
    ("CLEARED", "lookback", "FLASH", {}, "2026-10-26 24:00", "lookback.general.1"),
    ("LOOK_BACK", "lookback_do", "NORMAL", {}, "2026-11-02 24:00", "lookback-do"),
    ("LOOK_BACK", "lookback_do", "FLASH", {}, "2026-11-02 24:00", "lookback-do"),
]


# Steps of an upgraded hazard lie a minute apart too; it goes to 区交通委.
OF_OTHER_MODES = [
    ("UNDER_TRIAGE", "triage", "NORMAL", {}, "2026-09-30 24:00", "triage-normal"),
    ("UNDER_TRIAGE", "triage", "URGENT", {}, "2026-09-24 21:02", "triage-urgent"),
    ("UNDER_TRIAGE", "triage", "FLASH", {}, "2026-09-24 18:02", "triage-flash"),
    ("JURISDICTION_RULING", "jurisdiction", "NORMAL", {}, "2026-09-30 24:00", "jurisdiction-normal"),
    ("JURISDICTION_RULING", "jurisdiction", "URGENT", {}, "2026-09-24 21:03", "jurisdiction-urgent"),
    ("JURISDICTION_RULING", "jurisdiction", "FLASH", {}, "2026-09-24 18:03", "jurisdiction-flash"),
    ("KEY_CONTROL", "control_review", "NORMAL", {}, "2026-10-26 24:00", "control-review"),
    ("AWAITING_RECOGNITION", "recognise", "NORMAL", {}, "2026-09-30 24:00", "recognise-normal"),
    ("AWAITING_RECOGNITION", "recognise", "URGENT", {}, "2026-09-25 05:07", "recognise-urgent"),
    ("AWAITING_RECOGNITION", "recognise", "FLASH", {}, "2026-09-25 05:07", "recognise-flash"),
    (
        "AWAITING_RECOGNITION",
        "recognise",
        "URGENT",
        {"category": 2},
        "2026-09-30 24:00",
        "recognise-categories-1-3",
    ),
]

UPGRADED = [
    ("AWAITING_SIGNOFF", "sign", "NORMAL", {}, "2026-09-28 24:00", "sign-normal"),
    (
        "AWAITING_SIGNOFF",
        "remediate",
        "NORMAL",
        {},
        "2026-10-26 24:00",
        "remediate-upgraded",
    ),  # 30 days: a Saturday
    ("AWAITING_SIGNOFF", "remediate", "URGENT", {}, "2026-10-26 24:00", "remediate-upgraded"),
    ("PLANNING", "plan", "NORMAL", {}, "2026-10-09 24:00", "plan-upgraded"),
    ("PLANNING", "plan", "URGENT", {}, "2026-09-24 21:04", "plan-urgent"),
    ("PLANNING", "plan", "FLASH", {"category": 3}, "2026-10-09 24:00", "plan-upgraded-categories-1-3"),
    ("CLEARED", "lookback", "NORMAL", {}, "2026-10-26 24:00", "lookback.upgraded.1"),
]

LISTED = [
    # state, clock, urgency, what else the report says, due, row; the hazard is listed four minutes on
    ("LISTING_REVIEW", "listing_review", "NORMAL", {}, "2026-10-12 24:00", "listing-review"),
    ("AWAITING_SIGNOFF", "remediate", "URGENT", {}, "2026-12-23 24:00", "remediate-listed"),
    ("AWAITING_SIGNOFF", "remediate@xiayang", "FLASH", {}, "2026-12-23 24:00", "remediate-subtask"),
    ("AWAITING_SIGNOFF", "sign@xiayang", "NORMAL", {}, "2026-09-28 24:00", "sign-normal"),
    ("AWAITING_SIGNOFF", "plan", "NORMAL", {}, "2026-10-15 24:00", "plan-listed"),
    ("PLANNING", "plan", "FLASH", {"category": 3}, "2026-10-15 24:00", "plan-listed-categories-1-3"),
    ("PLANNING", "listing_filing", "NORMAL", {}, "2026-09-30 24:00", "listing-filing"),
    ("PLANNING", "listing_notice", "NORMAL", {}, "2026-10-09 24:00", "listing-notice"),
    ("PLAN_REVIEW", "plan_review", "NORMAL", {}, "2026-09-30 24:00", "plan-review"),
    ("ACCEPTANCE", "accept", "FLASH", {}, "2026-10-08 24:00", "accept"),  # the tenth day is a holiday
    ("CLEARED", "removal_notice", "NORMAL", {}, "2026-10-09 24:00", "removal-notice"),
    ("CLEARED", "lookback", "NORMAL", {}, "2026-10-26 24:00", "lookback.listed.1"),
]
LISTED += [
    ("ACCEPTANCE", "rework", urgency, form, "2026-10-09 24:00", row)  # 15 days: 10-09
    for urgency, form, row in (
        ("NORMAL", {}, "rework-listed"),
        ("URGENT", {}, "rework-listed-urgent"),
        ("FLASH", {}, "rework-listed-flash"),
        ("FLASH", {"category": 1}, "rework-listed-categories-1-3"),
    )
]

REWORK = [
    ("NORMAL", {}, "2026-09-30 24:00", "rework-normal"),
    ("URGENT", {}, "2026-09-24 23:07", "rework-urgent"),
    ("FLASH", {}, "2026-09-24 23:07", "rework-flash"),
    ("FLASH", {"category": 1}, "2026-09-30 24:00", "rework-categories-1-3"),
]


@pytest.mark.requirement("N03", "N05", "N20", "N21", "N22", "N23", "N25", "CAD-07")
@pytest.mark.parametrize(("state", "clock", "urgency", "report", "due", "row"), [*CLOCKS, *OF_OTHER_MODES])
def test_dates_of_every_clock(state, clock, urgency, report, due, row):
    case = hazard_in(State(state), now=NOW, urgency=urgency, **report)

    assert (case.due(ClockKey(clock)), case.clock(ClockKey(clock)).row) == (due, row)


@pytest.mark.requirement("N02", "N10", "N30")
@pytest.mark.parametrize(("state", "clock", "urgency", "report", "due", "row"), UPGRADED)
def test_dates_of_an_upgraded_hazard(state, clock, urgency, report, due, row):
    case = upgraded_in(State(state), now=NOW, urgency=urgency, **report)

    assert (case.due(ClockKey(clock)), case.clock(ClockKey(clock)).row) == (due, row)


@pytest.mark.requirement("N02", "N05")
@pytest.mark.parametrize(("urgency", "report", "due", "row"), REWORK)
def test_dates_of_a_rework(urgency, report, due, row):
    case = upgraded_in(State.AWAITING_RECOGNITION, now=NOW, urgency=urgency, **report)
    case.give("recognise_fail")

    assert (case.due(ClockKey.REWORK), case.clock(ClockKey.REWORK).row) == (due, row)


@pytest.mark.requirement("N43", "N44", "N45", "MOD-03", "VER-06")
@pytest.mark.parametrize(("state", "clock", "urgency", "form", "due", "row"), LISTED)
def test_every_clock_of_a_listed_hazard_starts_and_ends_when_it_must(state, clock, urgency, form, due, row):
    case = listed_in(State(state), now=NOW, urgency=urgency, **form)
    if clock == "rework":
        case.give("accept_fail")
        assert spoken(case.hazard.clocks[f"rework@{BUREAU}"].due) == due

    assert (spoken(case.hazard.clocks[clock].due), case.hazard.clocks[clock].row) == (due, row)


def test_every_clock_and_every_row_of_the_policy_is_dated_above():
    rows = {row.id for row in Case().rules.book.policy.clocks}
    dated = {row for *_, row in (*CLOCKS, *OF_OTHER_MODES, *UPGRADED, *LISTED, *REWORK)}

    assert rows - dated == {
        "extension-decision",
        "extension-decision-upgraded",
        "extension-decision-diverted",
        "extension-decision-listed",
        "principal-report",
        "talk",
        "rectification",
        "consultation-normal",
        "consultation-urgent",
        "consultation-flash",
        "petition-notify",
        "petition-close",
        "cooperation",
    }, "those have a test of their own"
    assert dated - rows == {"lookback.general.1", "lookback.upgraded.1", "lookback.listed.1"}


@pytest.mark.requirement("N14")
@pytest.mark.parametrize(
    ("arrange", "due", "row", "bearer"),
    [
        (lambda: hazard_in(State.REMEDIATING, now=NOW), "2026-09-28 24:00", "extension-decision", "desk"),
        (
            lambda: upgraded_in(State.REMEDIATING, now=NOW),
            "2026-09-30 24:00",
            "extension-decision-upgraded",
            "office",
        ),
        (
            lambda: diverted_in(State.REMEDIATING, now=NOW),
            "2026-09-28 24:00",
            "extension-decision-diverted",
            "office",
        ),
        (
            lambda: listed_in(State.REMEDIATING, now=NOW),
            "2026-10-15 24:00",
            "extension-decision-listed",
            "qzf",
        ),
    ],
    ids=["general", "upgraded", "diverted", "listed"],
)
def test_the_decision_on_an_extension_has_a_date_and_somebody_who_is_late(arrange, due, row, bearer):
    case = arrange()
    case.give("request_extension")

    clock = case.clock(ClockKey.EXTENSION_DECISION)
    assert (case.due(ClockKey.EXTENSION_DECISION), clock.row, clock.bearer) == (due, row, bearer)


@pytest.mark.requirement("N03", "N04")
@pytest.mark.parametrize(
    ("report", "cap"),
    [
        ({}, "2026-10-22 24:00"),  # WD 15 in all
        ({"urgency": "URGENT"}, "2026-09-26 05:02"),  # H 36
        ({"code": "B01-03"}, "2026-09-26 05:02"),
        ({"category": 2}, "2026-12-23 24:00"),  # CD 60 + 30
    ],
)
def test_the_cap_counts_from_the_same_start(report, cap):
    case = hazard_in(State.REMEDIATING, now=NOW, **report)
    case.give("request_extension")
    case.give("decide_extension")

    assert case.due(ClockKey.REMEDIATE) == cap


def test_registered_and_finished_hazards_have_no_clock():
    for state in (State.REGISTERED, State.CLOSED, State.DISMISSED, State.MERGED):
        assert not hazard_in(state).hazard.clocks


def test_entering_a_state_starts_its_timer_and_leaving_it_ends_that():
    case = Case().report(FINDER, channel="grid_patrol", code="S06-02")
    seen = [set(case.hazard.clocks)]
    for command in (
        "self_handle",
        "submit_plan",
        "report_completion",
        "assess_fail",
        "report_completion",
        "assess_pass",
    ):
        case.give(command, LIAISON if command == "self_handle" else None)
        seen.append(set(case.hazard.clocks))

    assert seen == [
        set(),
        {"remediate", "plan"},
        {"remediate"},
        {"remediate", "assess"},
        {"remediate"},
        {"remediate", "assess"},
        {"lookback"},
    ]


def test_a_merged_hazard_s_clocks_fall_silent():
    case = hazard_in(State.PLANNING)
    case.give("merge")

    assert not case.hazard.clocks
    assert case.wait(days=400) == []
