"""The ledger: one event after the other, chained by hashes, and its texts alone rebuild the state."""

import hashlib
import json
from datetime import UTC

import pytest

from domain.commands import Sign
from domain.events import DONE_KEPT, Event, chain_hash, command_digest, evolve
from domain.hazard import refused_event, repeated
from domain.library import canonical, digest_of
from domain.organisation import PersonRef, Role
from domain.refusal import Refusal
from domain.state import Hazard
from domain.values import PersonId, State
from tests.builders import (
    BEFORE,
    DESK,
    LIAISON,
    OFFICE,
    Case,
    calendar_of,
    from_text,
    hazard_in,
    loaded,
    plan,
)


def a_long_life() -> Case:
    """Reported, late, extended, graded, cleared, relapsed, recounted: every kind of event."""
    case = Case().report(persons_affected=62, category=2, sub_item=3, longitude=121.1, evidence=[BEFORE])
    case.give("verify_confirm")
    case.give("assign")
    case.give("classify", major=True)
    case.wait(days=3)
    case.give("sign")
    case.give("joint_meeting")
    case.give("submit_plan", **plan("2026-03-20", "2026-04-10T12:00+08:00"))
    case.give("classify", grade={"method": "MANUAL", "colour": "ORANGE", "grounds": "涉及 62 人"})
    case.give("progress", milestones_done=["N1"])
    case.give("request_extension")
    case.give("decide_extension")
    case.wait(days=150)
    case.give("state_reason")
    case.give("accept_reason")
    case.give("report_completion")
    case.give("assess_fail")
    case.give("report_completion")
    case.give("assess_pass")
    case.give("confirm_relapse")
    case.wait(days=200)
    loaded(case, calendar_of(2027, off=("2027-01-01",)))
    for command in ("joint_meeting", "submit_plan", "report_completion", "assess_pass"):
        case.give(command)
    case.wait(days=45)
    case.give("lookback_pass")
    assert case.hazard.state is State.CLOSED
    return case


LONG = a_long_life()


@pytest.mark.requirement("REG-08")
def test_the_texts_of_the_ledger_alone_rebuild_the_state():
    assert LONG.replayed() == LONG.hazard
    assert {event.type for event in LONG.events} >= {
        "overdue",
        "escalation",
        "task",
        "reminder",
        "lookback_due",
    }


@pytest.mark.requirement("REG-08")
def test_an_event_read_back_is_the_event_that_was_written():
    for event in LONG.events:
        again = from_text(event.body, event.prev, event.hash)
        assert again == event
        assert again.body == event.body


@pytest.mark.parametrize("form", ["json", "python"])
def test_the_state_survives_being_written_down(form):
    for case in (LONG, *(hazard_in(state) for state in State)):
        written = case.hazard.model_dump_json() if form == "json" else case.hazard.model_dump()
        read = Hazard.model_validate_json if form == "json" else Hazard.model_validate
        assert read(written) == case.hazard


# ── the chain ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("REG-08")
def test_each_hash_seals_the_text_and_all_before_it():
    before = ""
    for event in LONG.events:
        assert event.prev == before
        assert event.hash == hashlib.sha256(f"{before}\n{event.body}".encode()).hexdigest()
        before = event.hash
    assert LONG.hazard.head == before


def test_a_changed_word_breaks_the_chain():
    event = LONG.events[1]
    forged = event.body.replace("person-of-xiayang-liaison", "somebody-else")

    assert forged != event.body
    assert chain_hash(event.prev, forged) != event.hash


@pytest.mark.requirement("REG-08")
def test_evolve_takes_the_next_event_and_no_other():
    second = evolve(evolve(None, LONG.events[0]), LONG.events[1])

    for event in (*LONG.events[:2], *LONG.events[3:]):
        with pytest.raises(ValueError, match="does not follow"):
            evolve(second, event)
    assert evolve(second, LONG.events[2]).seq == 3


@pytest.mark.requirement("REG-08")
def test_an_event_of_another_course_of_things_does_not_follow():
    case = hazard_in(State.REMEDIATING)
    here = case.hazard
    otherwise = case.decided(case.order("progress", text="另一种说法"))
    case.give("progress")
    following = case.give("progress")

    with pytest.raises(ValueError, match="does not follow"):
        evolve(evolve(here, otherwise), following)


def test_a_ledger_begins_with_its_first_event():
    with pytest.raises(ValueError, match="not the first entry"):
        evolve(None, LONG.events[1])
    with pytest.raises(ValueError, match="not the first entry"):
        evolve(None, LONG.events[0].model_copy(update={"prev": "f" * 64}))


def test_another_hazard_s_event_is_refused():
    stranger = LONG.events[1].model_copy(update={"hazard": "QP-2026-000102"})

    with pytest.raises(ValueError, match="does not follow"):
        evolve(evolve(None, LONG.events[0]), stranger)


@pytest.mark.requirement("REG-08")
def test_every_event_names_actor_unit_time_and_rule():
    for event in LONG.events:
        assert event.actor.person and event.actor.unit and event.actor.role
        assert event.at.utcoffset() is not None
        assert event.rule
        assert (event.rules, event.calendar) and len(event.rules) == 64


def test_times_are_kept_in_shanghai_whatever_the_caller_s_zone():
    case = hazard_in(State.REMEDIATING)
    case.now = case.now.astimezone(UTC)
    event = case.give("report_completion")

    assert json.loads(event.body)["at"].endswith("+08:00")
    assert all(clock.started.utcoffset() == event.at.utcoffset() for clock in event.changes.clocks)


def test_an_event_holds_only_what_it_changed():
    case = hazard_in(State.REMEDIATING)
    event = case.give("progress", text="已签协议")

    assert json.loads(event.body)["changes"] == {}
    assert json.loads(event.body)["command"] == {"text": "已签协议"}


# ── texts that stay the same when the code grows ─────────────────────────────────────────────────────


def person(reference: str, post: str = "") -> PersonRef:
    return PersonRef(person=PersonId(reference), post=post)


class SignWithMore(Sign):
    """The same form in a later version of the code, which has learnt a new field."""

    deputy: PersonRef | None = None
    copies: int = 1


class EventWithMore(Event):
    weather: str = ""


def test_a_new_field_with_a_default_changes_no_text_and_no_hash():
    old = Sign(handler=person("p-1"), note="x")
    new = SignWithMore(handler=person("p-1"), note="x")
    event = LONG.events[5]
    grown = EventWithMore.model_validate({**json.loads(event.body), "prev": event.prev, "hash": event.hash})

    assert canonical(new) == canonical(old)
    assert command_digest(new) == command_digest(old)
    assert grown.body == event.body
    assert chain_hash(grown.prev, grown.body) == event.hash


def test_a_record_of_newer_code_is_still_read():
    event = LONG.events[5]
    newer = {**json.loads(event.body), "weather": "rain", "prev": event.prev, "hash": event.hash}
    newer["changes"] = {**newer["changes"], "mood": "calm"}

    assert Event.model_validate(newer).seq == event.seq


def test_the_canonical_text_is_one_line_of_sorted_keys_without_escapes():
    text = canonical(Sign(note="租户\n“甲”", handler=person("p-1", "站长")))

    assert text == '{"handler":{"person":"p-1","post":"站长"},"note":"租户\\n“甲”"}'


def test_rulebooks_and_calendars_are_addressed_by_their_content():
    assert digest_of(LONG.rules.calendar) == LONG.hazard.calendar
    assert LONG.rules.book.digest == LONG.hazard.rules
    assert digest_of(calendar_of(2027)) != digest_of(calendar_of(2027, off=("2027-01-01",)))


# ── the same command twice ───────────────────────────────────────────────────────────────────────────


def test_a_repeated_key_names_the_event_it_already_led_to():
    case = hazard_in(State.AWAITING_SIGNOFF)
    order = case.order("sign")
    assert repeated(case.hazard, order) is None

    event = case.carry_out(order)
    case.give("submit_plan")
    assert repeated(case.hazard, order) == event.seq
    assert repeated(case.replayed(), order) == event.seq, "whoever reads the ledger knows it too"


def test_a_key_is_good_for_one_command_only():
    case = hazard_in(State.AWAITING_SIGNOFF)
    order = case.order("sign")
    case.carry_out(order)
    other = order.model_copy(update={"command": case.order("sign", handler="another").command})

    with pytest.raises(Refusal) as refusal:
        repeated(case.hazard, other)
    assert (refusal.value.refused.status, refusal.value.refused.code) == (422, "key-reused")


@pytest.mark.requirement("INT-01")
@pytest.mark.parametrize(
    "other",
    [{"person": "liaison-2"}, {"role": Role.DEPUTY_LEADER}, {"unit": "yingpu"}],
    ids=["person", "role", "unit"],
)
def test_a_key_is_good_for_one_seat_only(other):
    case = hazard_in(State.AWAITING_SIGNOFF)
    order = case.order("sign")
    event = case.carry_out(order)
    again = order.model_copy(update={"actor": order.actor.model_copy(update=other)})

    with pytest.raises(Refusal) as refusal:
        repeated(case.hazard, again)
    assert (refusal.value.refused.status, refusal.value.refused.code) == (422, "key-of-another-seat")

    key = case.hazard.done[order.key].model_copy(update={"by": ""})
    before = case.hazard.model_copy(update={"done": {order.key: key}})
    assert repeated(before, again) == event.seq, "a state of before does not say who sent it"


def test_a_hazard_remembers_its_last_thousand_keys():
    case = hazard_in(State.REMEDIATING)
    first = case.order("progress")
    case.carry_out(first)
    for _ in range(DONE_KEPT):
        case.give("progress")

    assert len(case.hazard.done) == DONE_KEPT
    assert repeated(case.hazard, first) is None
    assert case.last.key in case.hazard.done


# ── a command that nobody waited for, refused ────────────────────────────────────────────────────────


def refused_unanswered(case: Case, order) -> None:
    with pytest.raises(Refusal) as refusal:
        case.carry_out(order)
    event = refused_event(case.rules, case.hazard, order, refusal.value.refused, case.now)
    case._add(event)


def test_a_refusal_nobody_waited_for_is_kept_and_changes_nothing_else():
    case = hazard_in(State.REMEDIATING)
    before = case.hazard
    refused_unanswered(case, case.order("merge", LIAISON))

    event = case.last
    assert (event.type, event.asked, event.rule) == ("refused", "merge", "T33.not-your-right")
    assert event.refused.requirement == "T33"
    assert event.command.into == "QP-2026-000999"
    same = {"seq", "head", "done"}
    assert case.hazard.model_dump(exclude=same) == before.model_dump(exclude=same)
    assert case.replayed() == case.hazard


def test_what_was_refused_may_be_sent_again_under_its_key():
    case = hazard_in(State.AWAITING_SIGNOFF)
    order = case.order("progress", LIAISON)
    refused_unanswered(case, order)
    assert order.key in case.hazard.done, "the refusal itself is not recorded twice"
    assert repeated(case.hazard, order) is None, "nothing has been carried out under this key"

    case.give("sign")
    case.give("submit_plan")
    event = case.carry_out(order)
    assert repeated(case.hazard, order) == event.seq


# ── merging and grading, which only keep records ─────────────────────────────────────────────────────


@pytest.mark.requirement("RSK-05")
def test_a_grade_stands_with_its_method_and_its_colour():
    case = hazard_in(State.REMEDIATING)
    case.give("classify", OFFICE, major=True)
    assert (case.hazard.grade.score, case.hazard.grade.colour, case.hazard.major) == (270, "ORANGE", True)

    case.give("classify", OFFICE, grade={"method": "MANUAL", "colour": "RED", "grounds": "紧邻学校"})
    assert (case.hazard.grade.colour, case.hazard.major) == ("RED", True)


def test_a_merged_hazard_points_to_the_one_that_goes_on():
    case = hazard_in(State.PLANNING)
    case.give("merge", OFFICE)

    assert (case.hazard.state, case.hazard.merged_into) == (State.MERGED, "QP-2026-000999")
    assert case.refused("merge", DESK).status == 403
