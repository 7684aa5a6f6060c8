"""Why: by which rule, what else could not have been done, how each date came about, who was told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit.reasons import account
from audit.words import account_lines
from domain.library import LIBRARY
from domain.organisation import Role
from domain.refusal import Refusal
from domain.transitions import BY_COMMAND
from domain.values import ClockKey, Rung
from storage import inbox, ledger, outbox
from tests.casefile import lives
from tests.storage import stories as seats
from tests.storage.stories import Story


@pytest.mark.requirement("I4")
@pytest.mark.parametrize("name", lives.NAMES)
def test_every_event_names_its_rule_and_its_source(name: str) -> None:
    told = account(LIBRARY, lives.golden(name))
    for reason in told.reasons:
        row = BY_COMMAND.get(reason.type)
        assert reason.requirement
        assert reason.rule_zh and reason.rule_en
        if row is not None:
            assert (reason.rule, reason.requirement) == (row.id, row.requirement)
        assert all(cited.source for cited in reason.rows)


@pytest.mark.requirement("I4")
def test_what_was_done_is_among_what_could_be_done() -> None:
    for story in (lives.closed(), lives.late(), lives.extended(), lives.relapsed()):
        for reason in account(LIBRARY, lives.steps(story)).reasons[1:]:
            if reason.actor.role is Role.SYSTEM:
                assert (reason.could, reason.could_not) == ((), ())
            else:
                assert reason.type in reason.could
                assert reason.type not in {one.command for one in reason.could_not}


@pytest.mark.requirement("I4")
def test_what_could_not_be_done_would_have_been_refused_with_just_that() -> None:
    story = Story().report().assigned()
    steps = lives.steps(story)
    could_not = {one.command: one.refused for one in account(LIBRARY, steps).reasons[1].could_not}
    earlier = Story().report()
    with pytest.raises(Refusal) as refusal:
        earlier.do("triage_return", steps[1].event.actor, reason="不归本区")
    assert could_not["triage_return"] == refusal.value.refused


@pytest.mark.requirement("I5", "N04")
def test_a_deadline_that_was_moved_has_a_derivation_for_each_date() -> None:
    steps = lives.steps(lives.extended())
    dates = [one for one in account(LIBRARY, steps).deadlines if one.clock.key is ClockKey.REMEDIATE]

    assert [(one.seq, one.clock.due_by) for one in dates] == [(2, "limit"), (4, "plan"), (6, "extension")]
    assert dates[0].clock.due < dates[2].clock.due
    assert all(one.explanation.due == one.clock.due for one in dates)


def test_a_deadline_says_which_step_ended_it() -> None:
    steps = lives.steps(Story().report().assigned().planned())
    ended = {one.clock.key: one.ended_by for one in account(LIBRARY, steps).deadlines}
    assert ended == {ClockKey.SIGN: 3, ClockKey.PLAN: 4, ClockKey.REMEDIATE: None}


@pytest.mark.requirement("SUP-01", "N07")
def test_an_escalation_names_clock_start_due_date_and_whom_it_told(db) -> None:
    story = lives.late()
    db.write_now(ledger.append, story.hazard, story.events)
    waiting = db.read_now(outbox.waiting, "qingpu", 1000)
    rung = next(event for event in story.events if event.alarm and event.alarm.what is Rung.L2)
    [principal] = [one.id for one in waiting if one.seq == rung.seq and one.notice.role == "principal"]
    arrived, acknowledged = rung.at + timedelta(minutes=1), rung.at + timedelta(hours=1)
    db.write_now(outbox.hand_on, [principal], [], arrived)
    db.write_now(inbox.acknowledge, seats.principal(Role.PRINCIPAL, seats.STREET), principal, acknowledged)

    [reason] = account(LIBRARY, lives.steps(story), db.read_now(outbox.sent, story.number), rung.seq).reasons

    assert reason.escalation is not None
    clock = story.hazard.clocks[ClockKey.REMEDIATE]
    assert (reason.escalation.clock, reason.escalation.started) == (ClockKey.REMEDIATE, clock.started)
    assert reason.escalation.due == clock.due
    assert reason.escalation.alarm.at == rung.at
    assert {(one.role, one.delivered_at, one.receipt_at) for one in reason.told} == {
        ("principal", arrived, acknowledged),
        ("office", None, None),
    }
    assert [row.row for row in reason.rows] == ["remediate-normal", "L2"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", lives.NAMES)
def test_every_life_is_told_in_both_languages(name: str, lang: str) -> None:
    steps = lives.golden(name)
    state = steps[-1].after
    book = LIBRARY.rules(state.rules, state.calendar).book
    lines = list(account_lines(account(LIBRARY, steps), book, lang))  # type: ignore[arg-type]
    assert len(lines) > 2 * len(steps)
