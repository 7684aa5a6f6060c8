"""The drill reads the ledger as an auditor does: a tampered text or a broken invariant does not pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.events import Event, chain_hash
from domain.organisation import SYSTEM
from domain.values import Rung, Sla, State
from drill.core import CoreWorld
from drill.invariants import Step, broken
from drill.ledger import Broken, Entry, Reader
from drill.play import play
from drill.scenario import read

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    scenario, world = read(SCENARIOS / "sc-2.yaml"), CoreWorld()
    play(scenario, world, lambda _run: None)
    return list(world.entries(scenario.numbers["h1"]))


@pytest.fixture(scope="module")
def steps(entries) -> list[Step]:
    reader, found = Reader(), []
    for count in range(1, len(entries) + 1):
        before = reader.folded
        (event,) = reader.follow(entries[:count])
        assert reader.folded
        found.append(Step(before, event, reader.folded))
    return found


def sealed(entry: Entry, body: str) -> Entry:
    return Entry(entry.prev, chain_hash(entry.prev, body), body)


def test_a_sound_ledger_is_read_once_and_as_it_grows(entries):
    reader = Reader()
    assert len(reader.follow(entries[:3])) == 3
    assert len(reader.follow(entries)) == len(entries) - 3
    assert reader.follow(entries) == []
    assert reader.folded and reader.folded.state is State.CLOSED


@pytest.mark.requirement("REG-08")
def test_an_altered_text_breaks_the_chain(entries):
    altered = replace(entries[4], body=entries[4].body.replace("2026-09-30", "2026-10-30"))
    with pytest.raises(Broken, match="seq 5: the hash chain does not hold"):
        Reader().follow([*entries[:4], altered, *entries[5:]])


@pytest.mark.requirement("REG-08")
def test_a_text_sealed_anew_breaks_the_next_link(entries):
    altered = sealed(entries[4], entries[4].body.replace("2026-09-30", "2026-10-30"))
    with pytest.raises(Broken, match="seq 6"):
        Reader().follow([*entries[:4], altered, *entries[5:]])


@pytest.mark.requirement("REG-08")
def test_an_entry_changed_after_it_was_read_is_noticed(entries):
    reader = Reader()
    reader.follow(entries)
    with pytest.raises(Broken, match="seq 5: the entry was changed after it was written"):
        reader.follow([*entries[:4], sealed(entries[4], entries[4].body + " "), *entries[5:]])


def test_a_text_that_is_not_canonical_is_noticed(entries):
    loose = sealed(entries[0], entries[0].body.replace('":', '": '))
    with pytest.raises(Broken, match="seq 1: read and written again"):
        Reader().follow([loose])


# ── invariants ───────────────────────────────────────────────────────────────────────────────────────


def of_type(steps: list[Step], name: str) -> Step:
    return next(step for step in steps if step.event.type == name)


def after(step: Step, **changes) -> Step:
    return replace(step, after=step.after.model_copy(update=changes))


def by(step: Step, **changes) -> Step:
    event: Event = step.event.model_copy(update=changes)
    return replace(step, event=event)


def sentences(step: Step) -> str:
    return " ".join(broken(step))


@pytest.mark.requirement("REM-02", "REM-03")
def test_time_must_not_close_a_hazard(steps):
    assert "I1" in sentences(by(of_type(steps, "lookback_pass"), actor=SYSTEM))


@pytest.mark.requirement("MOD-16")
def test_an_open_hazard_has_an_owner(steps):
    assert "I2" in sentences(after(of_type(steps, "sign"), owner=""))


@pytest.mark.requirement("VER-01")
def test_only_one_s_own_level_recognises_itself(steps):
    assert "I3" in sentences(after(of_type(steps, "assess_pass"), mode="LISTED"))


def test_every_change_has_actor_time_and_reason(steps):
    step = of_type(steps, "sign")
    assert "I4" in sentences(by(step, rule=""))
    assert "I4" in sentences(by(step, actor=step.event.actor.model_copy(update={"person": ""})))


def test_a_running_clock_keeps_its_rules(steps):
    step = of_type(steps, "reminder")
    key, clock = next(iter(step.after.clocks.items()))
    assert "I5" in sentences(after(step, clocks={key: clock.model_copy(update={"calendar": "other"})}))
    assert "I5" in sentences(after(step, clocks={key: clock.model_copy(update={"row": "other"})}))


def test_a_firm_date_is_not_counted_again(steps):
    step = by(of_type(steps, "reminder"), type="load_calendar")
    key, clock = next(iter(step.after.clocks.items()))
    later = clock.model_copy(update={"due": clock.due + timedelta(days=1)})
    assert "I5" in sentences(after(step, clocks={key: later}))


def test_a_stopped_clock_is_silent(steps):
    step = of_type(steps, "reminder")
    assert step.before
    stopped = {
        key: clock.model_copy(update={"stopped_at": clock.started})
        for key, clock in step.before.clocks.items()
    }
    before = step.before.model_copy(update={"clocks": stopped})
    assert "I6" in sentences(replace(step, before=before))


def test_what_is_in_time_is_not_overdue(steps):
    assert "I6" in sentences(after(of_type(steps, "report_completion"), sla=Sla.OVERDUE))


def test_a_new_owner_starts_at_the_foot_of_the_ladder(steps):
    assert "I7" in sentences(after(of_type(steps, "verify_confirm"), level=Rung.L2))


def test_the_highest_level_stays_on_record(steps):
    step = of_type(steps, "sign")
    assert step.before
    before = step.before.model_copy(update={"highest": {step.after.owner: Rung.L3}})
    assert "I7" in sentences(replace(step, before=before))


@pytest.mark.requirement("SEC-02")
def test_no_person_in_the_number_or_a_notice(steps):
    assert "I8" in sentences(after(of_type(steps, "sign"), id="PT-联络员乙-1"))
    reminder = of_type(steps, "reminder")
    (notice, *others) = reminder.event.notices
    named = notice.model_copy(update={"document": "提醒责任人丙"})
    assert "I8" in sentences(by(reminder, notices=(named, *others)))


def test_a_sound_step_breaks_nothing(steps):
    assert [sentence for step in steps for sentence in broken(step)] == []
