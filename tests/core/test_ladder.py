"""The ladder: on which day and hour each rung goes out, to whom, and that it never closes anything."""

from datetime import UTC

import pytest

from domain.ladder import says
from domain.organisation import UnitType
from domain.state import Obligation
from domain.values import ClockKey, Rung, Sla, State
from tests.builders import (
    ASSESSOR,
    DEPUTY,
    DESK,
    LIAISON,
    OFFICE,
    OTHER_LIAISON,
    QINGPU,
    Case,
    hazard_in,
    notices,
    plan,
    seat,
    spoken,
)

# Transferred on Monday 2026-03-02 at 09:32: the limit of 5 working days ends on Monday 03-09 24:00.


def climbed(case: Case, until: str) -> list[tuple[str, str, str]]:
    """What rang: clock, rung, when."""
    return [(event.clock, event.alarm.what, spoken(event.at)) for event in case.wait_until(until)]


@pytest.mark.requirement("N07", "N66", "SUP-01", "SUP-03", "REM-03")
def test_the_main_clock_climbs_to_the_office_s_desk_and_no_further():
    case = hazard_in(State.REMEDIATING)

    assert climbed(case, "2028-01-01 00:00") == [
        ("remediate", "L0", "2026-03-06 09:00"),  # due day − 1 working day: Friday
        ("remediate", "due", "2026-03-09 24:00"),
        ("remediate", "L1", "2026-03-10 09:00"),  # + 1
        ("remediate", "L2", "2026-03-12 09:00"),  # + 3
        ("remediate", "L3", "2026-03-17 09:00"),  # + 6: more than five working days overdue
        ("remediate", "L4", "2026-03-24 09:00"),  # + 11
        ("remediate", "L5", "2026-04-07 09:00"),  # + 20, over Qingming (04-06)
    ]
    assert case.hazard.state is State.REMEDIATING


def test_every_rung_goes_to_those_named_in_the_table():
    case = hazard_in(State.REMEDIATING)
    sent = {event.alarm.what: notices(event) for event in case.wait_until("2026-05-01 00:00")}
    principals = [
        ("to", unit.id, "principal", "书面通报批评") for unit in QINGPU.organisation.units if unit.handles
    ]

    assert sent == {
        Rung.L0: [("to", "xiayang", "handler", "提醒"), ("to", "xiayang", "liaison", "提醒")],
        "due": [],
        Rung.L1: [
            ("to", "xiayang", "liaison", "催办通知书"),
            ("cc", "xiayang", "deputy_leader", "催办通知书"),
        ],
        Rung.L2: [("to", "xiayang", "principal", "督办单"), ("cc", "office", "office", "督办单")],
        Rung.L3: principals,
        Rung.L4: [("to", "office", "office", "约谈告诫待办")],
        Rung.L5: [("to", "office", "office_director", "提请追责待办")],
    }


@pytest.mark.requirement("N07")
def test_the_circular_goes_to_every_unit_that_handles_hazards_and_to_no_other():
    case = hazard_in(State.REMEDIATING)
    circular = next(event for event in case.wait_until("2026-05-01 00:00") if event.rule == "L3")
    told = {QINGPU.organisation.by_id[notice.unit].type for notice in circular.notices}

    assert told == {UnitType.SUBDISTRICT, UnitType.BUREAU, UnitType.DISTRICT_ENTERPRISE}


def test_a_notice_says_the_due_date_as_its_clock_has_it_also_when_another_one_had_it_in_another_zone():
    case = hazard_in(State.REMEDIATING)
    clock = case.hazard.main_clock
    for due in (clock.due, clock.due.astimezone(UTC)):
        given = clock.model_copy(update={"due": due})
        told = says(case.rules, case.hazard, given, clock.alarms[-1]).notices
        assert {notice.due.isoformat() for notice in told} == {due.isoformat()}


@pytest.mark.requirement("SUP-05")
def test_from_the_fourth_rung_a_human_decides():
    case = hazard_in(State.REMEDIATING)
    case.wait_until("2026-05-01 00:00")

    assert case.hazard.level is Rung.L3, "a talk and a referral are tasks, not facts"
    asked = [(owed.kind, owed.unit, owed.role) for owed in case.hazard.obligations if owed.kind != "reason"]
    assert asked == [("talk", "office", "office"), ("referral", "office", "office_director")]


def test_the_slip_wants_a_reason_within_a_working_day():
    case = hazard_in(State.REMEDIATING)
    case.wait_until("2026-03-12 09:00")

    (owed,) = case.hazard.obligations
    assert (owed.kind, owed.unit, owed.role, spoken(owed.due)) == (
        "reason",
        "xiayang",
        "principal",
        "2026-03-13 24:00",
    )


@pytest.mark.requirement("N07", "N66")
@pytest.mark.parametrize(
    ("now", "sla", "level"),
    [
        ("2026-03-06 08:59", Sla.ON_TIME, Rung.L0),
        ("2026-03-06 09:00", Sla.DUE_SOON, Rung.L0),
        ("2026-03-09 23:59", Sla.DUE_SOON, Rung.L0),
        ("2026-03-10 00:00", Sla.OVERDUE, Rung.L0),
        ("2026-03-10 09:00", Sla.OVERDUE, Rung.L1),
        ("2026-03-12 09:00", Sla.OVERDUE, Rung.L2),
        ("2026-03-17 09:00", Sla.OVERDUE, Rung.L3),
    ],
)
def test_punctuality_and_level_follow_the_clock(now, sla, level):
    case = hazard_in(State.REMEDIATING)
    case.wait_until(now)

    assert (case.hazard.sla, case.hazard.level) == (sla, level)


# ── the other clocks: two rungs only ─────────────────────────────────────────────────────────────────


def test_a_unit_that_signs_late_is_urged_next_working_day():
    case = hazard_in(State.AWAITING_SIGNOFF, now="2026-03-05 09:30")  # Thursday; sign by Friday 24:00

    assert climbed(case, "2026-03-11 09:00") == [
        ("sign", "due", "2026-03-06 24:00"),
        ("sign", "L1", "2026-03-09 09:00"),
        ("remediate", "L0", "2026-03-11 09:00"),
        ("sign", "L2", "2026-03-11 09:00"),
    ]


@pytest.mark.parametrize(
    ("state", "clock", "late"),
    [
        (State.REPORTED, "verify", "desk"),
        (State.AWAITING_SIGNOFF, "sign", "xiayang"),
        (State.PLANNING, "plan", "xiayang"),
        (State.SELF_ASSESSMENT, "assess", "xiayang"),
        (State.LOOK_BACK, "lookback_do", "xiayang"),
    ],
)
def test_all_clocks_but_the_main_one_end_with_the_slip_to_the_body_that_is_late(state, clock, late):
    case = hazard_in(state)
    rung = [event for event in case.wait(days=400) if event.clock == clock]

    assert [event.alarm.what for event in rung] == ["due", Rung.L1, Rung.L2]
    assert {notice.unit for event in rung for notice in event.notices if notice.kind == "to"} == {late}
    assert case.hazard.state is state


def test_the_desk_that_decides_late_is_urged_itself_and_the_owner_is_not():
    case = hazard_in(State.REMEDIATING)
    case.give("request_extension")  # Monday 03-02: to be decided by Tuesday 24:00
    case.wait_until("2026-03-06 09:00")

    urged = [event for event in case.events if event.clock == ClockKey.EXTENSION_DECISION]
    assert [event.alarm.what for event in urged] == ["due", Rung.L1, Rung.L2]
    assert notices(urged[1]) == [
        ("to", "desk", "liaison", "催办通知书"),
        ("cc", "desk", "deputy_leader", "催办通知书"),
    ]
    assert (case.hazard.level, case.hazard.highest) == (Rung.L0, {"desk": Rung.L2})
    assert case.hazard.sla is Sla.DUE_SOON, "reminded of its own date this morning"


# ── in hours ─────────────────────────────────────────────────────────────────────────────────────────


def test_urgent_hazards_climb_by_the_hour():
    case = hazard_in(State.REMEDIATING, urgency="URGENT", now="2026-03-06 17:00")  # Friday, due 23:02

    assert climbed(case, "2026-04-30 00:00") == [
        ("remediate", "due", "2026-03-06 23:02"),
        ("remediate", "L1", "2026-03-07 00:02"),
        ("remediate", "L2", "2026-03-07 03:02"),
        ("remediate", "L3", "2026-03-07 23:02"),
        ("remediate", "L4", "2026-03-23 09:00"),  # the tasks of the office keep its days
        ("remediate", "L5", "2026-04-03 09:00"),
    ]


def test_an_item_s_hours_without_urgency_climb_by_working_days():
    case = hazard_in(State.REMEDIATING, code="B01-03", now="2026-03-06 17:00")  # a manhole, due 23:02

    assert climbed(case, "2026-03-12 00:00") == [
        ("remediate", "due", "2026-03-06 23:02"),
        ("remediate", "L1", "2026-03-09 09:00"),
        ("remediate", "L2", "2026-03-11 09:00"),
    ]


# ── I7: whose ladder it is ───────────────────────────────────────────────────────────────────────────


def test_a_new_owner_starts_at_the_foot_and_the_old_one_s_rung_stays_on_record():
    case = hazard_in(State.REPORTED)  # the desk owes the verification by 03-03 09:30
    case.wait_until("2026-03-06 09:00")
    assert (case.hazard.level, case.hazard.highest) == (Rung.L2, {"desk": Rung.L2})

    case.give("verify_confirm", LIAISON)
    assert (case.hazard.owner, case.hazard.level, case.hazard.sla) == ("xiayang", Rung.L0, Sla.ON_TIME)
    case.give("assign", target="盈浦街道")
    case.wait_until("2026-03-10 09:00")
    assert case.hazard.highest == {"desk": Rung.L2, "yingpu": Rung.L1}


def test_the_plan_s_earlier_date_moves_the_rungs_and_leaves_out_reminders_gone_by():
    case = hazard_in(State.PLANNING, now="2026-03-04 10:00")
    case.give("submit_plan", **plan("2026-03-05"))  # its reminder would have been this morning

    assert climbed(case, "2026-03-06 09:00") == [
        ("remediate", "due", "2026-03-05 24:00"),
        ("remediate", "L1", "2026-03-06 09:00"),
    ]


# ── reasons ──────────────────────────────────────────────────────────────────────────────────────────


def late(until: str) -> Case:
    case = hazard_in(State.REMEDIATING)
    case.wait_until(until)
    return case


@pytest.mark.requirement("N07")
def test_an_accepted_reason_spares_the_circular_and_nothing_else():
    case = late("2026-03-12 10:00")
    case.give("state_reason")
    case.give("accept_reason")

    assert [what for _, what, _ in climbed(case, "2026-05-01 00:00")] == ["L4", "L5"]


@pytest.mark.requirement("N07")
def test_a_reason_that_nobody_accepted_spares_nothing():
    case = late("2026-03-12 10:00")
    case.give("state_reason")

    assert [what for _, what, _ in climbed(case, "2026-05-01 00:00")] == ["L3", "L4", "L5"]


def test_a_reason_may_be_stated_before_anybody_asks():
    case = late("2026-03-10 08:00")
    case.give("state_reason")
    case.give("accept_reason")

    (owed,) = case.hazard.obligations
    assert owed.accepted_at is not None
    assert "L3" not in [what for _, what, _ in climbed(case, "2026-05-01 00:00")]


def test_nothing_late_needs_no_reason_and_nothing_stated_no_acceptance():
    assert late("2026-03-09 23:59").refused("state_reason").code == "T34.not-late"
    assert late("2026-03-12 10:00").refused("accept_reason").code == "T34.no-reason"
    accepted = late("2026-03-12 10:00")
    accepted.give("state_reason")
    accepted.give("accept_reason")
    assert accepted.refused("accept_reason").code == "T34.no-reason"


def test_the_owner_s_reason_does_not_answer_for_the_desk():
    case = hazard_in(State.REMEDIATING)
    case.give("request_extension")
    case.wait_until("2026-03-10 00:00")  # the desk has had its slip, the owner is late as of now
    case.give("state_reason")

    assert {owed.unit: met(owed) for owed in case.hazard.obligations} == {"desk": False, "xiayang": True}


def met(owed: Obligation) -> bool:
    return owed.met_at is not None


@pytest.mark.parametrize("actor", [ASSESSOR, DESK, OFFICE, OTHER_LIAISON, seat("xiayang", "discoverer")])
def test_only_the_owner_s_responsible_people_state_the_reason(actor):
    assert late("2026-03-12 10:00").refused("state_reason", actor).code == "T34.not-your-right"


@pytest.mark.parametrize("actor", [LIAISON, DEPUTY, DESK])
def test_only_the_office_accepts_it(actor):
    case = late("2026-03-12 10:00")
    case.give("state_reason")

    assert case.refused("accept_reason", actor).code == "T34.not-your-right"


# ── a server that slept ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("LBK-01")
def test_a_server_that_slept_over_the_date_changes_no_deadline():
    awake, asleep = hazard_in(State.CLEARED), hazard_in(State.CLEARED)  # to be looked at from 04-01 09:00
    awake.wait_until("2026-04-05 15:00")
    (noticed,) = asleep.jump_to("2026-04-05 15:00")

    assert asleep.due(ClockKey.LOOKBACK_DO) == awake.due(ClockKey.LOOKBACK_DO) == "2026-04-09 24:00"
    assert (spoken(noticed.alarm.at), spoken(noticed.at)) == ("2026-04-01 09:00", "2026-04-05 15:00")


@pytest.mark.requirement("N07")
def test_the_office_that_is_late_itself_is_told_with_a_copy_to_the_head_of_the_leading_group():
    late = hazard_in(State.UNDER_TRIAGE).wait(days=4)
    owner = hazard_in(State.AWAITING_SIGNOFF).wait(days=2)

    assert notices(*late) == [
        ("to", "office", "liaison", "催办通知书"),
        ("cc", "office", "deputy_leader", "催办通知书"),
        ("cc", "ldxz", "principal", "催办通知书"),
    ]
    assert all(unit != "ldxz" for _, unit, *_ in notices(*owner))
