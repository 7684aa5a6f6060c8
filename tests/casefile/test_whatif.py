"""What if: under the same policy nothing differs; under another one, what differs is told and nothing written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from audit.life import Step, life
from audit.whatif import Outcome, what_if
from domain.library import LIBRARY, Rulebook
from domain.values import Mode, State
from domain.walk import Place, Walk
from profiles.loader import changed_book
from profiles.mistakes import ProfileError
from tests.casefile import lives
from tests.core.lives import Life
from tests.core.met import Met
from tests.storage.stories import QINGPU

NOW = datetime(2027, 6, 1, tzinfo=UTC)


def under(text: str, folder: Path, book: Rulebook = QINGPU) -> Rulebook:
    file = folder / "other.yaml"
    file.write_text(text, encoding="utf-8")
    return changed_book(book, file)


def differs(outcome: Outcome) -> dict[str, tuple[str | None, str | None]]:
    return {f"{one.kind} {one.what}": (one.recorded, one.otherwise) for one in outcome.differences}


# -- the same policy ---------------------------------------------------------------------------------


def assert_nothing_differs(steps: tuple[Step, ...], now: datetime) -> None:
    last = steps[-1]
    again = what_if(LIBRARY, steps, LIBRARY.rules(steps[0].event.rules, steps[0].event.calendar).book, now)
    assert again.differences == ()
    for ours, theirs in zip(steps, again.steps, strict=True):
        for part in ("type", "changes", "notices", "actor", "rule", "alarm", "refused", "calendar"):
            assert getattr(ours.event, part) == getattr(theirs.event, part), (ours.event.seq, part)
    assert again.steps[-1].after.model_copy(update={"head": last.after.head}) == last.after


@pytest.mark.requirement("I5")
@pytest.mark.parametrize("name", lives.NAMES)
def test_a_recorded_life_lives_again_as_it_was_recorded(name: str) -> None:
    """Late alarms, refusals and calendars that came out included: these are of a real server."""
    steps = lives.golden(name)
    assert_nothing_differs(steps, steps[-1].event.at)


@pytest.mark.requirement("I5")
def test_under_the_same_policy_nothing_differs_in_any_life() -> None:
    class Again(Life):
        book, met = QINGPU, Met()

        def teardown(self) -> None:
            assert_nothing_differs(life(lives.entries(self.case.events)), self.case.now)

    run_state_machine_as_test(
        Again,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_people_did_before_a_late_alarm_rang_they_do_before_it_again() -> None:
    """The server slept from before the due date until after the unit reported: it rang late."""
    case = lives.slept_through_its_due_date()
    steps = life(lives.entries(case.events))
    types = [step.event.type for step in steps]
    assert types.index("report_completion") < types.index("overdue")
    assert_nothing_differs(steps, case.now)


# -- another policy ----------------------------------------------------------------------------------

SHORTER = """
clocks:
  - id: remediate-normal
    limit: WD 1
    cap: WD 2
    source: 试算
"""


@pytest.mark.requirement("PLN-01")
def test_a_shorter_limit_refuses_the_plan_that_was_accepted_and_all_that_followed(tmp_path: Path) -> None:
    story = lives.closed()
    outcome = what_if(LIBRARY, lives.steps(story), under(SHORTER, tmp_path), NOW)
    found = differs(outcome)

    assert found["deadline remediate/1"] == (
        "2026-09-23 24:00 limit → 2026-09-20 24:00 plan",
        "2026-09-18 24:00 limit",
    )
    assert found["refusal 4 submit_plan"] == (None, "T19.plan-beyond-limit")
    assert found["refusal 5 progress"] == (None, "T21.wrong-state")
    assert found["end state"] == ("CLOSED", "PLANNING")
    assert found["rung L1 remediate/1"][0] is None


def test_a_longer_look_back_is_not_open_yet_when_it_was_done(tmp_path: Path) -> None:
    story = lives.closed()
    outcome = what_if(LIBRARY, lives.steps(story), under("lookbacks: {GENERAL: [CD 90]}", tmp_path), NOW)

    assert {one.what for one in outcome.differences if one.kind == "refusal"} == {
        f"{len(story.events)} lookback_pass"
    }
    assert differs(outcome)["end state"] == ("CLOSED", "CLEARED")


def test_a_ladder_that_climbs_sooner_moves_its_rungs(tmp_path: Path) -> None:
    story = lives.late()
    text = "ladder: [{rung: L2, after: WD 2, source: 试算}]"
    outcome = what_if(LIBRARY, lives.steps(story), under(text, tmp_path), story.now)

    assert set(differs(outcome)) == {"rung L2 remediate/1"}
    was, would = differs(outcome)["rung L2 remediate/1"]
    assert would is not None and was is not None and would < was


def test_what_was_refused_and_would_be_carried_out_is_told(tmp_path: Path) -> None:
    story = lives.refused_without_waiting()
    text = "clocks: [{id: remediate-normal, limit: WD 30, cap: WD 60, source: 试算}]"
    outcome = what_if(LIBRARY, lives.steps(story), under(text, tmp_path), story.now)

    refusals = [one for one in outcome.differences if one.kind == "refusal"]
    assert [(one.recorded, one.otherwise) for one in refusals] == [("T19.plan-beyond-cap", None)]


def test_the_recorded_life_and_the_library_stay_as_they_are(tmp_path: Path) -> None:
    steps = lives.steps(lives.closed())
    before = [step.after for step in steps], LIBRARY.books
    what_if(LIBRARY, steps, under(SHORTER, tmp_path), NOW)
    assert ([step.after for step in steps], LIBRARY.books) == before


# -- the policy file ---------------------------------------------------------------------------------


def test_a_whole_policy_file_and_a_profile_serve_as_well_as_a_few_rows(tmp_path: Path) -> None:
    shipped = Path("profiles/policy.yaml").read_text(encoding="utf-8")
    putuo = next(book for book in LIBRARY.books if book.profile == "putuo")
    whole = under(shipped, tmp_path, putuo)
    assert {row.id for row in whole.policy.clocks} >= {row.id for row in putuo.policy.clocks}
    nested = under("policy: {major_persons: 10}", tmp_path)
    assert nested.policy.major_persons == 10
    assert nested.digest != QINGPU.digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clocks: [{id: remediate-normal, limit: WD 1}]", "source"),
        ("clocks: [{id: remediate-normal, limit: soon, source: x}]", "limit"),
        ("nonsense", "other.yaml"),
    ],
)
def test_a_policy_file_that_does_not_add_up_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        under(text, tmp_path)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("approvals: {extensions: {GENERAL: sponsor}}", "extensions.GENERAL"),
        ("approvals: {extensions: {GENERAL: office}}", "extension-decision].bearer"),
    ],
)
def test_a_policy_the_district_could_not_decide_by_is_one_clear_line(
    tmp_path: Path, text: str, where: str
) -> None:
    """Each of its rows is well-formed; only the district's seats and modes show what is wrong."""
    with pytest.raises(ProfileError) as told:
        under(text, tmp_path)
    assert str(told.value).startswith("other.yaml policy.") and where in str(told.value)
    assert "\n" not in str(told.value)


def test_the_way_through_the_process_is_walked_under_the_other_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[int] = []

    def stuck(walk: Walk) -> tuple[Place, ...]:
        walked.append(walk.book.policy.major_persons)
        return (Place(Mode.GENERAL, State.PLANNING),)

    monkeypatch.setattr(Walk, "dead_ends", stuck)
    with pytest.raises(ProfileError, match=r"other\.yaml units.*no way out of PLANNING"):
        under("major_persons: 10", tmp_path)
    assert walked == [10], "the policy that was given, not the recorded one"
