"""T07–T13, T18, T28: passed up, diverted, ruled on, sent back, recognised by the office."""

import pytest

from domain.organisation import Actor
from domain.values import ClockKey, Mode, Rung, Sla, State
from tests.builders import (
    BOOKS,
    BUREAU,
    DESK,
    LIAISON,
    OFFICE,
    OTHER_STREET,
    STREET,
    Case,
    calendar_of,
    diverted_in,
    hazard_in,
    loaded,
    notices,
    plan,
    seat,
    spoken,
    upgraded_in,
)

REMEDIATE, REWORK, TRIAGE = ClockKey.REMEDIATE, ClockKey.REWORK, ClockKey.TRIAGE


def liaison_of(unit: str) -> Actor:
    return seat(unit, "liaison")


def given(case: Case, *commands: str) -> Case:
    for command in commands:
        case.give(command)
    return case


# ── passing up and diverting ─────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("MOD-02")
@pytest.mark.parametrize("unit", [STREET, "qingfa"], ids=["sub-district", "district enterprise"])
def test_a_sub_district_or_district_enterprise_passes_up_what_it_cannot_solve(unit):
    case = Case().report(seat(unit, "discoverer"), channel="daily_patrol", code="B02-08")
    case.give("request_upgrade", liaison_of(unit))

    assert (case.hazard.state, case.hazard.owner, case.hazard.mode) == (
        State.UNDER_TRIAGE,
        unit,
        Mode.GENERAL,
    )
    assert (case.hazard.triage.kind, case.hazard.triage.by) == ("upgrade", unit)
    assert notices(case.last) == [("to", "office", "office", "研判申请")]


@pytest.mark.requirement("MOD-21", "MOD-02")
@pytest.mark.parametrize("state", [State.REGISTERED, State.PLANNING, State.REMEDIATING])
def test_support_from_above_can_be_asked_for_at_any_time_of_the_remediation(state):
    case = given(hazard_in(state), "request_upgrade")

    assert (case.hazard.state, case.hazard.owner) == (State.UNDER_TRIAGE, STREET)


@pytest.mark.requirement("MOD-02", "MOD-08")
def test_a_bureau_diverts_and_does_not_pass_up_and_a_street_the_other_way_round():
    of_bureau = Case().report(seat(BUREAU, "discoverer"), channel="daily_patrol", code="S01-03")
    of_street = hazard_in(State.REGISTERED)

    up, aside = (
        of_bureau.refused("request_upgrade", liaison_of(BUREAU)),
        of_street.refused("request_diversion", LIAISON),
    )
    assert (up.status, up.code, up.requirement) == (403, "T07.not-your-right", "MOD-02")
    assert (aside.status, aside.code, aside.requirement) == (403, "T08.not-your-right", "MOD-08")
    assert "（街镇、区属企业）" in up.zh and "(bureau)" in aside.en


@pytest.mark.requirement("MOD-02")
def test_the_reason_and_what_was_tried_must_be_stated():
    case = hazard_in(State.PLANNING)

    assert case.refused("request_upgrade", measures_tried="").code == "request_upgrade.form"
    assert case.refused("request_upgrade", reason=" ").code == "request_upgrade.form"


@pytest.mark.requirement("MOD-01", "A4")
@pytest.mark.parametrize(
    ("unit", "command"), [("caoyang", "request_upgrade"), ("jianguanwei", "request_diversion")]
)
def test_a_district_without_the_mode_says_so_before_the_form_is_filled_in(unit, command):
    case = Case(BOOKS["putuo"]).report(seat(unit, "discoverer"), channel="grid_patrol", code="S06-02")
    refusal = case.refused(command, liaison_of(unit))

    assert (refusal.status, refusal.code.partition(".")[2]) == (409, "mode-not-here")
    assert not case.may(command, liaison_of(unit))


@pytest.mark.requirement("MOD-05", "I6")
def test_while_the_office_decides_the_requester_s_clock_is_silent():
    case = given(hazard_in(State.REMEDIATING), "request_upgrade")
    due = case.due(REMEDIATE)
    rung = case.wait(days=30)

    assert {event.clock for event in rung} == {TRIAGE}
    assert [event.alarm.what for event in rung] == ["due", Rung.L1, Rung.L2]
    assert (case.due(REMEDIATE), case.hazard.sla, case.hazard.level) == (due, Sla.ON_TIME, Rung.L0)
    assert case.hazard.highest == {"office": Rung.L2}, "it is the office that was late"


@pytest.mark.requirement("MOD-05")
def test_after_a_return_the_clock_goes_on_with_its_old_date():
    case = given(hazard_in(State.REMEDIATING), "request_upgrade")
    due = case.due(REMEDIATE)
    case.wait(hours=30)
    case.give("triage_return")

    assert (case.hazard.state, case.hazard.owner, case.hazard.mode) == (State.PLANNING, STREET, Mode.GENERAL)
    assert (case.due(REMEDIATE), case.clock(REMEDIATE).running) == (due, True)
    assert case.hazard.triage is None
    assert case.hazard.handler is not None
    assert notices(case.last) == [("to", STREET, "liaison", "研判退回")]


@pytest.mark.requirement("MOD-05", "REM-01")
def test_what_was_never_begun_begins_with_the_return_and_gets_its_handler_with_the_plan():
    case = hazard_in(State.UNDER_TRIAGE)
    case.wait(days=2)
    case.give("triage_return")
    assert (case.clock(REMEDIATE).started, case.hazard.handler) == (case.now, None)

    case.give("submit_plan")
    assert case.hazard.handler.person == "person-of-xiayang-handler"


@pytest.mark.requirement("PLN-01")
def test_a_plan_made_after_a_return_replaces_the_date_of_the_first():
    case = hazard_in(State.PLANNING)
    case.give("submit_plan", **plan("2026-03-05"))
    given(case, "request_upgrade", "triage_return")
    assert case.due(REMEDIATE) == "2026-03-05 24:00", "until there is a new one"

    case.give("submit_plan", **plan("2026-03-09"))
    assert case.due(REMEDIATE) == "2026-03-09 24:00"


@pytest.mark.requirement("N04")
def test_a_pending_extension_lapses_when_the_hazard_is_passed_up():
    case = given(hazard_in(State.REMEDIATING), "request_extension", "request_upgrade")

    assert case.hazard.extension.decision == "lapsed"
    assert ClockKey.EXTENSION_DECISION not in case.hazard.clocks


# ── routing ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("MOD-07", "MOD-09")
@pytest.mark.parametrize("desk", ["区城运中心", "desk", "区域运中心"])
def test_office_and_desk_route_together(desk):
    case = hazard_in(State.UNDER_TRIAGE)

    refusal = case.refused("triage_route", participants=["区清零办"])
    assert (refusal.status, refusal.code, refusal.requirement) == (422, "T10.desk-missing", "MOD-07")
    case.give("triage_route", participants=[desk])
    assert (case.hazard.mode, case.hazard.owner) == (Mode.UPGRADED, BUREAU)


@pytest.mark.requirement("RSK-05")
def test_routing_states_the_risk():
    assert (
        hazard_in(State.UNDER_TRIAGE).refused("triage_route", risk_assessment="").code == "triage_route.form"
    )


@pytest.mark.requirement("MOD-02", "I7")
def test_the_new_owner_starts_with_clocks_and_a_ladder_of_its_own():
    case = hazard_in(State.REMEDIATING)
    case.wait_until("2026-03-12 10:00")
    assert case.hazard.level is Rung.L2
    given(case, "request_upgrade", "triage_route")

    assert (case.hazard.level, case.hazard.sla) == (Rung.L0, Sla.ON_TIME)
    assert case.hazard.highest == {STREET: Rung.L2}
    assert (case.hazard.handler, case.hazard.plan) == (None, None)
    assert (case.due(REMEDIATE), case.due(ClockKey.SIGN)) == ("2026-04-13 24:00", "2026-03-13 24:00")


@pytest.mark.requirement("MOD-08", "MOD-09", "VER-04")
def test_a_diverted_hazard_is_remediated_and_assessed_like_a_general_one():
    case = diverted_in(State.AWAITING_SIGNOFF)
    assert (case.hazard.mode, case.hazard.owner) == (Mode.DIVERTED, BUREAU)
    assert case.due(REMEDIATE) == "2026-03-09 24:00"

    given(case, "sign", "submit_plan", "report_completion", "assess_pass")
    assert (case.hazard.state, case.hazard.lookbacks) == (State.CLEARED, ())
    case.wait(days=32)
    case.give("lookback_pass", liaison_of(BUREAU))
    assert case.hazard.state is State.CLOSED


# ── jurisdiction and sending back ────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("MOD-10", "N08")
def test_a_ruling_is_final_and_the_hazard_a_general_one():
    case = hazard_in(State.JURISDICTION_RULING)
    case.give("jurisdiction_rule", target="盈浦街道")

    assert (case.hazard.mode, case.hazard.owner) == (Mode.GENERAL, OTHER_STREET)
    refusal = case.refused("return", liaison_of(OTHER_STREET))
    assert (refusal.status, refusal.code, refusal.requirement) == (409, "T18.final", "N08")
    assert not case.may("return", liaison_of(OTHER_STREET))


@pytest.mark.requirement("MOD-10")
def test_the_desk_asks_for_the_ruling_and_the_office_gives_it():
    case = hazard_in(State.UNDER_TRIAGE)

    assert case.refused("jurisdiction_unclear", OFFICE).status == 403
    case.give("jurisdiction_unclear", DESK)
    assert set(case.hazard.clocks) == {ClockKey.JURISDICTION}
    assert case.refused("jurisdiction_rule", DESK).status == 403


@pytest.mark.requirement("MOD-17", "MOD-16")
def test_a_hazard_is_sent_back_once_and_is_the_desk_s_meanwhile():
    case = hazard_in(State.AWAITING_SIGNOFF)
    case.give("return")
    assert (case.hazard.state, case.hazard.owner, case.hazard.returns) == (State.UNDER_TRIAGE, "desk", 1)
    assert set(case.hazard.clocks) == {TRIAGE}

    case.give("triage_route", target="区房管局")
    assert case.hazard.mode is Mode.GENERAL, "assigned by the desk, so nobody has asked for another mode"
    refusal = case.refused("return", liaison_of("fangguanju"))
    assert (refusal.status, refusal.code) == (409, "T18.once")


@pytest.mark.requirement("MOD-17")
def test_it_is_sent_back_before_the_sign_off_is_due():
    case = hazard_in(State.AWAITING_SIGNOFF)
    case.wait_until("2026-03-03 23:59")
    assert case.may("return")
    case.wait(minutes=1)
    assert case.refused("return").code == "T18.after-due"


@pytest.mark.requirement("MOD-02", "MOD-17")
def test_an_upgraded_hazard_that_was_sent_back_stays_upgraded():
    case = upgraded_in(State.AWAITING_SIGNOFF)
    case.give("return")

    assert case.refused("triage_route", target="盈浦街道").code == "T10.target-not-bureau"
    case.give("triage_route", target="区水务局")
    assert (case.hazard.mode, case.hazard.owner) == (Mode.UPGRADED, "shuiwuju")


# ── recognition ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("VER-03", "I3")
@pytest.mark.parametrize("role", ["assessor", "principal", "handler"])
def test_a_department_cannot_recognise_its_own_clearance(role):
    case = upgraded_in(State.AWAITING_RECOGNITION)
    refusal = case.refused("recognise_pass", seat(BUREAU, role))

    assert (refusal.status, refusal.code, refusal.requirement) == (403, "T28.not-your-right", "VER-03")


@pytest.mark.requirement("VER-03", "I6")
def test_what_was_submitted_in_time_is_not_overdue_while_it_is_being_recognised():
    case = upgraded_in(State.AWAITING_RECOGNITION)
    rung = case.wait(days=60)

    assert {event.clock for event in rung} == {ClockKey.RECOGNISE}
    assert (case.hazard.sla, case.hazard.level) == (Sla.ON_TIME, Rung.L0)
    assert case.hazard.highest == {"office": Rung.L2}


@pytest.mark.requirement("VER-03", "N02", "I6")
def test_a_rework_replaces_the_main_clock():
    case = upgraded_in(State.AWAITING_RECOGNITION)
    case.wait_until("2026-04-20 10:00")  # the main clock would have ended on 04-01
    case.give("recognise_fail")

    assert set(case.hazard.clocks) == {REWORK}
    assert (case.due(REWORK), case.hazard.sla) == ("2026-04-23 24:00", Sla.ON_TIME)
    assert notices(case.last) == [("to", BUREAU, "liaison", "不予认定通知")]
    assert case.refused("request_extension").code == "T22.no-extension"
    assert [e.alarm.what for e in case.wait_until("2026-04-28 10:00")] == [Rung.L0, "due", Rung.L1, Rung.L2]


@pytest.mark.requirement("I6", "VER-01")
def test_a_failed_assessment_of_the_rework_lets_it_go_on():
    case = given(upgraded_in(State.AWAITING_RECOGNITION), "recognise_fail", "report_completion")
    assert not case.clock(REWORK).running
    case.give("assess_fail")

    assert set(case.hazard.clocks) == {REWORK}
    assert case.clock(REWORK).running


@pytest.mark.requirement("VER-05", "VER-09")
def test_the_office_recognises_goal_by_goal_and_strikes_off():
    case = upgraded_in(State.AWAITING_RECOGNITION)
    assert case.refused("recognise_pass", results=[{"goal": "G1", "met": False}]).code == "T28.goal-open"
    case.give("recognise_pass")

    assert (case.hazard.state, case.hazard.strike_off) == (State.CLEARED, "XH-QP-2026-000101-1")


# ── several look-backs ───────────────────────────────────────────────────────────────────────────────


def planned(case: Case) -> list[tuple[str, bool]]:
    return [(spoken(one.due), one.provisional) for one in case.hazard.lookbacks]


@pytest.mark.requirement("LBK-02", "N94")
def test_all_look_backs_are_shown_at_the_clearance_and_counted_again_by_a_new_calendar():
    case = upgraded_in(State.CLEARED, now="2026-11-02 13:00")
    assert planned(case) == [("2026-12-02 24:00", False), ("2027-02-01 24:00", True)]

    loaded(case, calendar_of(2027, off=("2027-02-01",)))
    assert planned(case) == [("2026-12-02 24:00", False), ("2027-02-02 24:00", False)]
    assert case.last.changes.lookbacks == case.hazard.lookbacks, "the change is in the history"

    case.wait_until("2026-12-03 10:00")
    case.give("lookback_pass")
    assert case.due(ClockKey.LOOKBACK) == "2027-02-02 24:00"


@pytest.mark.requirement("LBK-02", "I5")
def test_a_look_back_that_runs_with_a_firm_date_stays_while_later_ones_follow_a_corrected_calendar():
    case = upgraded_in(State.CLEARED, now="2026-03-02 09:00")
    assert planned(case) == [("2026-04-01 24:00", False), ("2026-06-01 24:00", False)]  # 05-31 is a Sunday

    loaded(case, calendar_of(2026, off=("2026-04-01", "2026-06-01")))
    assert planned(case) == [("2026-04-01 24:00", False), ("2026-06-02 24:00", False)]
    assert case.due(ClockKey.LOOKBACK) == "2026-04-01 24:00"


@pytest.mark.requirement("LBK-02", "LBK-03")
def test_a_relapse_ends_the_look_backs_that_were_planned():
    case = given(upgraded_in(State.CLEARED), "confirm_relapse")

    assert (case.hazard.lookbacks, case.hazard.mode) == ((), Mode.UPGRADED)
    assert case.due(REMEDIATE) == "2026-04-01 24:00"
    assert case.replayed() == case.hazard


def test_a_single_look_back_is_its_clock_alone():
    assert hazard_in(State.CLEARED).hazard.lookbacks == ()


@pytest.mark.requirement("LBK-01")
def test_the_owner_does_not_look_back_at_its_own_upgraded_hazard():
    case = upgraded_in(State.LOOK_BACK)
    refusal = case.refused("lookback_pass", liaison_of(BUREAU))

    assert (refusal.status, refusal.code) == (403, "T31.other-seat")
    assert case.may("lookback_pass", LIAISON), "who passed it up may look"
    assert case.may("lookback_pass", OFFICE)
    assert not case.may("lookback_pass", liaison_of(OTHER_STREET)), "no concern of theirs"
