"""The tables of the code against the process as it was adopted: every difference is one that is explained."""

import pytest

from docs import adopted
from docs.differences import DIFFERENCES
from domain.policy import Case
from domain.transitions import TRANSITIONS, Target, Transition
from domain.values import ClockKey, Mode, Rung, State, Urgency
from tests.builders import QINGPU

POLICY = QINGPU.policy
EXPLAINED = {rule for rule, _, _ in DIFFERENCES}
TARGETS = {
    Target.STAYS: "–",
    Target.BY_CHANNEL: "REPORTED REGISTERED",
    Target.BY_LOOKBACKS_LEFT: "CLEARED CLOSED",
    Target.BY_MODE: "CLEARED AWAITING_RECOGNITION ACCEPTANCE",
    Target.BY_PLAN: "REMEDIATING PLANNING",
    Target.BY_REVIEW: "REMEDIATING PLAN_REVIEW",
}

DIFFERENT = {
    "T01": "roles",
    "T17": "signals sources targets",
    "T19": "roles",
    "T21": "signals roles",
    "T22": "",
    "T24": "targets",
    "T25": "roles",
    "T33": "sources",
    "T34": "signals roles",
    "T35": "signals sources roles",
}
"""Where the code differs from the adopted table, and in what; all else is equal."""


def of_the_code(id: str) -> list[Transition]:
    return [row for row in TRANSITIONS if row.id.rstrip("abc") == id]


def words(text: str) -> set[str]:
    if text == adopted.OPEN:
        return {str(state) for state in State if not state.terminal}
    return set(text.split())


def differences(row: adopted.Row) -> set[str]:
    found = of_the_code(row.id)
    targets = " ".join(TARGETS.get(one.target, str(one.target)) for one in found)  # type: ignore[arg-type]
    is_so = {
        "signals": {one.command or "lookback_due" for one in found},
        "sources": {str(state) for one in found for state in one.sources},
        "targets": set(targets.split()),
        "roles": {str(role) for one in found for who in one.who for role in who.roles},
    }
    return {what for what, names in is_so.items() if names != words(getattr(row, what))}


def test_the_adopted_table_has_every_transition_of_the_code():
    own = {row.id for row in TRANSITIONS} - {row.id for row in adopted.ROWS}

    assert own == {"T21a", "T21b", "T21c", "N44", "N94"}, "what is not adopted is explained in differences"
    assert {"T17", "N44", "N94"} <= EXPLAINED


@pytest.mark.parametrize("row", adopted.ROWS, ids=[row.id for row in adopted.ROWS])
def test_a_transition_is_as_adopted_or_its_difference_is_explained(row):
    found = differences(row)

    assert found == words(DIFFERENT.get(row.id, ""))
    assert not found or row.id in EXPLAINED


@pytest.mark.parametrize("limit", adopted.LIMITS, ids=str)
def test_a_limit_is_as_adopted(limit):
    case = Case(Mode(limit.mode), Urgency(limit.urgency), limit.code, limit.category)
    row = POLICY.row(ClockKey(limit.clock), case)

    assert row is not None
    assert (str(row.limit), str(row.cap or "")) == (limit.limit, limit.cap)


def test_look_backs_are_as_adopted():
    for mode, limits in adopted.LOOKBACKS.items():
        assert ", ".join(str(limit) for limit in POLICY.lookback_limits(Mode(mode))) == limits


@pytest.mark.parametrize("name", adopted.LADDER)
def test_a_ladder_is_climbed_as_adopted(name):
    climbed = {str(row.rung): str(row.after) for row in POLICY.climbed[name] if row.after}

    assert climbed == adopted.LADDER[name]
    assert POLICY.rung(Rung.L4B).after is None, "a human decides on exposure, never time"


def test_hours_and_reminders_are_as_adopted():
    assert {
        str(row.rung): str(row.after_hours) for row in POLICY.climbed["full"] if row.after_hours
    } == adopted.HOURS
    for mode, before in adopted.REMINDERS.items():
        row = POLICY.row(ClockKey.REMEDIATE, Case(Mode(mode), Urgency.NORMAL))
        assert row is not None and ", ".join(str(limit) for limit in row.remind) == before
