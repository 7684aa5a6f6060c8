"""先行交办: what is urgent is handed over by telephone at once and entered afterwards (T06, F04, N05)."""

import json
from datetime import timedelta

import pytest

from domain.forecast import explain
from domain.values import ClockKey, Rung, Sla, State
from tests.builders import DESK, QINGPU, Case, at, district

GAS = {"code": "S03-04", "place": "夏阳街道某路口"}
"""Flash by its item: an hour to sign for it, six to mend it."""
BY_ENTRY = district(assigned_ahead=None)
"""A district, or a hazard of before, where a transfer is when it is entered."""


def verified(*, book=QINGPU, found="2026-03-02 06:30", **form):
    """Found at half past six, reported and confirmed at half past nine."""
    case = Case(book).report(occurred_at=at(found).isoformat(), **{**GAS, **form})
    case.give("verify_confirm", DESK)
    return case


def handed_over(case, when):
    return case.give("assign", transferred_at=at(when).isoformat())


@pytest.mark.requirement("ACT-18", "SUP-01")
def test_deadlines_run_from_the_telephone_call_and_the_ledger_says_when_it_was_entered():
    case = verified()
    event = handed_over(case, "2026-03-02 07:00")

    assert case.clock(ClockKey.SIGN).due == at("2026-03-02 08:00")
    assert case.clock(ClockKey.REMEDIATE).due == at("2026-03-02 13:00")
    assert (event.at, event.command.transferred_at) == (at("2026-03-02 09:30"), at("2026-03-02 07:00"))
    assert [notice.due for notice in event.notices] == [at("2026-03-02 08:00")]


@pytest.mark.requirement("ACT-18")
def test_what_was_not_signed_for_in_time_is_overdue_as_soon_as_it_is_entered():
    case = verified()
    handed_over(case, "2026-03-02 07:00")

    assert case.hazard.sla is Sla.OVERDUE
    assert [(event.type, event.at) for event in case.jump_to(case.now)] == [
        ("overdue", case.now),
        ("escalation", case.now),
    ]


@pytest.mark.requirement("SUP-01")
def test_nobody_is_supervised_before_he_has_been_urged():
    """The call was a day ago: urged at once, but the supervision slip keeps its three hours from that."""
    case = verified(found="2026-03-01 09:00")
    handed_over(case, "2026-03-01 10:00")
    rung = case.jump_to(case.now)

    assert {event.alarm.what for event in rung} == {"due", Rung.L1}
    assert [alarm.at for alarm in case.clock(ClockKey.SIGN).alarms] == [case.now + timedelta(hours=3)]
    assert [alarm.at for alarm in case.clock(ClockKey.REMEDIATE).alarms][:2] == [
        case.now + timedelta(hours=3),
        case.now + timedelta(hours=23),
    ]


@pytest.mark.requirement("ACT-18")
def test_the_derivation_names_both_instants():
    case = verified()
    handed_over(case, "2026-03-02 07:00")
    explained = explain(case.rules, case.clock(ClockKey.SIGN))

    assert explained.zh[:2] == (
        "2026-03-02 07:00 起算，1小时（sign-flash，P：特急从严，无出处）",
        "先行交办，2026-03-02 09:30 补录",
    )
    assert explained.en[1] == "handed over first, entered at 2026-03-02 09:30"


@pytest.mark.requirement("MOD-17")
def test_the_unit_may_send_it_back_for_as_long_after_the_entry_as_it_had_to_sign():
    case = verified()
    handed_over(case, "2026-03-02 07:00")
    case.wait(minutes=59)
    assert case.may("return")

    case.wait(minutes=1)
    assert case.refused("return").code == "T18.after-due"


@pytest.mark.requirement("ACT-19")
def test_once_it_is_signed_for_nothing_of_it_is_late():
    case = verified()
    handed_over(case, "2026-03-02 07:00")
    case.jump_to(case.now)
    case.give("sign")

    assert (case.hazard.state, case.hazard.sla) == (State.PLANNING, Sla.ON_TIME)
    assert case.clock(ClockKey.PLAN).started == case.now


@pytest.mark.requirement("ACT-18", "REG-08")
@pytest.mark.parametrize(
    ("code", "when", "about"),
    [
        ("entry-is-transfer", "2026-03-02 07:00", {"book": BY_ENTRY}),
        ("not-urgent", "2026-03-02 07:00", {"code": "S06-02"}),
        ("transfer-in-the-future", "2026-03-02 09:31", {}),
        ("transfer-before-discovery", "2026-03-02 06:29", {}),
        ("transfer-too-early", "2026-03-01 09:29", {"found": "2026-02-28 09:00"}),
    ],
)
def test_a_time_of_transfer_that_cannot_be_is_refused(code, when, about):
    case = verified(**about)
    target = case.rules.book.organisation.territories[0].name
    refused = case.refused("assign", target=target, transferred_at=at(when).isoformat())

    assert (refused.status, refused.code) == (422, f"T06.{code}")


@pytest.mark.requirement("REG-08")
def test_where_no_time_of_discovery_was_given_the_report_counts():
    case = Case().report(**GAS)
    case.wait(minutes=30)
    case.give("verify_confirm", DESK)

    assert (
        case.refused("assign", transferred_at="2026-03-02T09:29+08:00").code
        == "T06.transfer-before-discovery"
    )
    assert handed_over(case, "2026-03-02 09:31")


@pytest.mark.requirement("REG-08")
def test_a_district_that_does_not_know_it_writes_the_same_ledger_as_before():
    """Old hazards keep their rulebook: no new field may come into their texts."""
    case = verified(book=BY_ENTRY)
    case.give("assign")

    assert case.hazard.found_at is None
    for event in case.events:
        assert not {"found_at", "entered", "transferred_at"} & set(json.loads(event.body).get("changes", {}))
        assert "entered" not in event.body and "transferred_at" not in event.body
