"""Time travel: what stood, was known and was foreseen then, and nothing of what came later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from audit.life import LedgerUnreadable, life
from audit.travel import NoSuchPoint, moment, point
from audit.words import moment_lines
from domain.events import evolve
from domain.forecast import forecast
from domain.library import LIBRARY
from domain.organisation import Role
from domain.values import ClockKey
from storage import ledger, readmodel
from storage.ledger import StoredEvent
from tests.builders import Case, calendar_of
from tests.casefile import lives
from tests.storage.stories import DESK, START, Story, principal

NOW = datetime(2027, 6, 1, tzinfo=UTC)


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize("name", lives.NAMES)
def test_at_every_event_stands_the_state_the_ledger_gives(name: str) -> None:
    steps = lives.golden(name)
    state = None
    for step in steps:
        state = evolve(state, step.event)
        then = moment(LIBRARY, steps, step.event.seq, NOW)
        assert then.state == state
        assert {one.clock.id for one in then.deadlines} == set(state.clocks)
        assert all(one.explanation.due == one.clock.due for one in then.deadlines)


@pytest.mark.requirement("REG-08")
def test_an_instant_shows_the_last_event_before_it() -> None:
    story = lives.closed()
    steps = lives.steps(story)
    for step, after in pairwise(steps):
        if step.event.at == after.event.at:
            continue
        at = after.event.at - timedelta(microseconds=1)
        assert moment(LIBRARY, steps, at, NOW).step.event.seq == step.event.seq


def test_the_forecast_of_then_is_what_was_foreseen_then() -> None:
    """Not what came to pass: the hazard was cleared, but then its deadline was still ahead."""
    story = Story().report().assigned().planned()
    planned, seq = story.hazard, len(story.events)
    told = forecast(story.rules, planned, story.now)
    story.do("report_completion", lives.HANDLER, evidence=[{"kind": "after", "ref": "photo-2"}])
    then = moment(LIBRARY, lives.steps(story), seq, NOW)

    assert then.foreseen == told
    assert any(one.clock is ClockKey.REMEDIATE and one.type == "overdue" for one in then.foreseen)


@pytest.mark.requirement("N94", "I5")
def test_a_date_that_was_provisional_then_is_shown_as_provisional() -> None:
    """A calendar that came out later firmed it up; then, nobody could know."""
    case = Case(now="2026-12-28 10:00").report()
    case.give("verify_confirm")
    case.give("assign")
    case.give("load_calendar", calendar=LIBRARY.add_calendar(case.rules.calendar.joined(calendar_of(2027))))
    steps = life(lives.entries(case.events))
    before, after = moment(LIBRARY, steps, 3, NOW), moment(LIBRARY, steps, 4, NOW)

    assert any(one.explanation.provisional for one in before.deadlines)
    assert not any(one.explanation.provisional for one in after.deadlines)
    assert before.rules.calendar.version != after.rules.calendar.version


@pytest.mark.requirement("SEC-01", "MOD-16")
def test_who_could_see_it_then_are_the_seats_that_see_it_by_the_record(db) -> None:
    story = Story().report()
    story.do("assign", DESK, target="盈浦街道")
    for upto in (1, 2):
        events = story.events[:upto]
        state = None
        for event in events:
            state = evolve(state, event)
        assert state is not None
        db.write_now(ledger.append, state, events)
        readers = moment(LIBRARY, lives.steps(story), upto, NOW).readers
        for unit in ("夏阳街道", "盈浦街道", "区交通委"):
            reader = principal(Role.LIAISON, unit)
            seen = db.read_now(readmodel.is_visible, reader, story.number)
            assert seen == (reader.actor.unit in readers.units), (upto, unit)
        assert "auditor" in readers.central


def test_what_was_known_then_leaves_out_what_was_said_later() -> None:
    story = Story().report(description="群租", evidence=[{"kind": "before", "ref": "photo-1"}]).cleared()
    steps = lives.steps(story)
    first = moment(LIBRARY, steps, 1, NOW)
    last = moment(LIBRARY, steps, len(steps), NOW)

    assert [one.text for one in first.said] == ["群租"]
    assert [one.ref for one in first.evidence] == ["photo-1"]
    assert [one.ref for one in last.evidence] == ["photo-1", "photo-2"]
    assert "拆除隔断，清退住人" in [one.text for one in last.said]


@pytest.mark.parametrize(
    ("where", "zh"),
    [
        ("0", "没有第0步"),
        ("99", "没有第99步"),
        ("2026-09-17T08:41+08:00", "早于登记"),
        ("2030-01-01T00:00+08:00", "尚未到来"),
        ("2026-09-17", "不是时点"),
        ("2026-09-17T09:00", "不是时点"),
        ("gestern", "不是时点"),
        ("2026-13-01T00:00+08:00", "不是时点"),
    ],
)
def test_a_point_that_is_none_is_refused_in_one_sentence(where: str, zh: str) -> None:
    steps = lives.steps(Story().report())
    with pytest.raises(NoSuchPoint, match=zh):
        moment(LIBRARY, steps, point(where), NOW)


def test_a_plus_sign_that_a_form_made_a_blank_is_read_as_meant() -> None:
    assert point("2026-09-17T09:00 08:00") == point("2026-09-17T09:00+08:00")


def test_a_ledger_that_breaks_off_says_where() -> None:
    entries = lives.entries(lives.closed().events)
    del entries[3]
    with pytest.raises(LedgerUnreadable, match="第5步无法推演"):
        life(entries)
    broken = StoredEvent(entries[0].hazard, 1, START, "", entries[0].hash, "{")
    with pytest.raises(LedgerUnreadable, match="seq 1"):
        life([broken])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_moment_is_told_in_both_languages(lang: str) -> None:
    then = moment(LIBRARY, lives.steps(lives.late()), 4, NOW)
    told = "\n".join(moment_lines(then, lang))  # type: ignore[arg-type]
    assert ("当时的预告" if lang == "zh" else "the forecast of then") in told
    assert ("拆除隔断，清退住人") in told
