"""The invariants I1–I8 over random lives of every district, and that these lives meet the whole state table.

Quick as it stands; ``QINGLING_LIVES=2000`` lives so many lives of each district, each time others.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from domain.refusal import Refusal
from domain.transitions import TRANSITIONS
from domain.values import State
from tests.builders import BOOKS, Case
from tests.core.lives import Life
from tests.core.met import Met
from tests.core.spoiled import ask, ask_of_reports, seats
from tests.core.starts import STARTS, fitting, on_to, starts_of

pytestmark = pytest.mark.slow

QUICK = 25
DEEP = int(os.environ.get("QINGLING_LIVES", "0"))

MET = Met()
"""By all lives of this process."""


def live(profile: str, lives: int, nth: int) -> None:
    """So many lives of one district; the same ones for the same ``nth``, unless the deep profile is asked for."""
    life = type(f"{profile}-life", (Life,), {"book": BOOKS[profile], "met": MET})
    run_state_machine_as_test(
        life if DEEP else seed(nth)(life),
        settings=settings(
            max_examples=lives,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.requirement("REM-02", "REM-03", "MOD-16", "REG-08", "LBK-03", "MOD-03", "MOD-13")
@pytest.mark.parametrize("profile", BOOKS)
def test_no_life_breaks_an_invariant(profile):
    live(profile, DEEP or QUICK, nth=0)


UNHEARD_OF = {
    "refer: T34.nowhere-to-refer never refused",
    "assign: T06.entry-is-transfer never refused",
}
"""Every district that is shipped has a body to refer to, and lets a transfer be entered afterwards: test_guards."""


def test_lives_reach_every_transition_and_see_every_guard_refuse():
    """What the lives of this process have not met is done from the starts, district by district, until all is."""
    for profile, book in BOOKS.items():
        ask_of_reports(Case(book), MET)
        for name in starts_of(book):
            what_can_be_done_from(name, profile)
        if set(MET.missing) <= UNHEARD_OF:
            break
    print(MET.told())

    assert set(MET.missing) == UNHEARD_OF, (
        "add a script to starts.py, or a form that breaks the rule to spoiled.py"
    )


def what_can_be_done_from(start: str, profile: str) -> None:
    """Each command of the state with the first seat that may give it; and each rule broken once."""
    stood = STARTS[start].of(Case(BOOKS[profile]))
    MET.came_by(stood.events)
    ask(stood, MET)
    for row in TRANSITIONS:
        if not row.command or stood.hazard.state not in row.sources:
            continue
        for actor in seats(stood, row.command):
            case = stood.copied()
            before = case.hazard
            try:
                MET.came_about(before, case.give(row.command, actor, **fitting(case, row.command)))
            except Refusal as refusal:
                MET.was_refused(row.command, refusal.refused)
            else:
                assert case.replayed() == case.hazard
                break


@pytest.mark.requirement("REM-02", "VER-01", "REM-04", "MOD-03", "MOD-08", "MOD-02")
@pytest.mark.parametrize("profile", BOOKS)
def test_people_can_bring_a_hazard_to_the_archive_from_every_start(profile):
    """As they can from wherever chance leaves it: each life ends so (``Life.teardown``)."""
    stood = set()
    for name in starts_of(BOOKS[profile]):
        case = STARTS[name].of(Case(BOOKS[profile]))
        stood.add((case.hazard.mode, case.hazard.state))
        if not case.hazard.state.terminal:
            on_to(State.CLOSED)(case)
            assert case.replayed() == case.hazard

    assert {mode for mode, _ in stood} == set(BOOKS[profile].modes)
    assert {State.KEY_CONTROL, State.UNDER_TRIAGE, State.LOOK_BACK} <= {state for _, state in stood}
