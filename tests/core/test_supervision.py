"""The human half of the ladder, and what is put on record: talks, exposure, referral, penalties, petitions."""

from datetime import date, timedelta

import pytest

from domain.values import ClockKey, Rung, State
from tests.builders import (
    BOOKS,
    DIRECTOR,
    LIAISON,
    OFFICE,
    PRINCIPAL,
    STREET,
    Case,
    district,
    finish,
    hazard_in,
    listed_in,
    seat,
)


def very_late(days: float = 40) -> Case:
    case = hazard_in(State.REMEDIATING)
    case.wait(days=days)
    return case


def owed(case: Case, kind: str) -> list:
    return [item for item in case.hazard.obligations if item.kind == kind and item.open]


@pytest.mark.requirement("SUP-03", "N62", "REM-03")
def test_a_talk_is_ordered_held_and_answered_by_a_report():
    case = very_late()
    assert owed(case, "talk") and case.hazard.level is Rung.L3, "the ladder only asks"

    case.give("order_talk")
    (talk,) = owed(case, "hold_talk")
    assert (case.hazard.level, case.hazard.highest["xiayang"]) == (Rung.L4, Rung.L4)
    assert talk.due == case.hazard.clocks["talk"].due, "a week"
    case.give("hold_talk")
    (report,) = owed(case, "rectification")
    assert (report.unit, report.role) == ("xiayang", "principal")

    case.give("file_rectification")
    assert not owed(case, "rectification") and "rectification" not in case.hazard.clocks
    assert case.hazard.state is State.REMEDIATING, "supervision moves no state"


@pytest.mark.requirement("SUP-03")
def test_what_goes_unanswered_may_be_exposed_and_a_new_owner_starts_afresh():
    case = very_late()
    case.give("order_talk")
    case.give("hold_talk")
    case.wait(days=20)
    case.give("publish_exposure")
    assert case.hazard.level is Rung.L4B

    case.give("request_upgrade")
    case.give("triage_route")
    assert (case.hazard.level, case.hazard.highest["xiayang"]) == (Rung.L0, Rung.L4B)


@pytest.mark.requirement("SUP-04", "SUP-05", "SUP-06", "SUP-07")
def test_a_referral_needs_a_kind_of_neglect_the_plan_names_and_a_consequence_that_came_about():
    case = hazard_in(State.REMEDIATING)
    assert case.refused("refer", DIRECTOR).code == "T34.no-question"
    case.give("link_incident", consequences=["grave_accident"])
    assert case.refused("refer", DIRECTOR, consequence="mass_incident").code == "T34.no-consequence"
    assert case.refused("refer", DIRECTOR, failure="not_inspected").code == "T34.failure-not-named"
    assert case.refused("refer", OFFICE).code == "T34.not-your-right"

    case.give("refer", DIRECTOR)
    assert (case.hazard.level, owed(case, "referral")) == (Rung.L5, [])
    assert [notice.document for notice in case.events[-1].notices] == ["追责提请书", "追责提请告知"]


@pytest.mark.requirement("SUP-04")
def test_which_kinds_of_neglect_count_is_the_district_s_own():
    of = {
        name: [str(one) for one in book.accountability.failures]
        for name, book in BOOKS.items()
        if book.accountability
    }
    assert of["qingpu"] == ["not_treated", "not_cleared"], "seed 001 names two"
    assert of["putuo"] == ["not_inspected", "not_treated", "not_cleared"], "seed 000 all three"


@pytest.mark.requirement("SUP-01", "REM-12")
def test_what_is_owed_is_acknowledged_by_the_seat_that_owes_it():
    case = very_late(days=12)
    (reason,) = owed(case, "reason")
    case.give("acknowledge", PRINCIPAL, obligation=reason.id)
    (reason,) = owed(case, "reason")
    assert (reason.received_at, reason.received_by.person) == (case.now, PRINCIPAL.person)
    assert case.refused("acknowledge", PRINCIPAL, obligation=reason.id).status == 409

    case.give("state_reason", LIAISON)
    assert not owed(case, "reason")


@pytest.mark.requirement("SUP-01")
def test_a_notice_by_hand_goes_to_the_rung_s_seats_and_moves_nothing():
    case = hazard_in(State.REMEDIATING)
    before = case.hazard
    event = case.give("issue_notice", rung="L1")
    assert [(n.unit, n.role, n.document) for n in event.notices] == [
        ("xiayang", "liaison", "催办通知书"),
        ("xiayang", "deputy_leader", "催办通知书"),
    ]
    assert (case.hazard.level, case.hazard.clocks) == (before.level, before.clocks)


@pytest.mark.requirement("PEN-01")
def test_repeated_penalties_of_a_major_hazard_s_enterprise_propose_its_closure():
    case = hazard_in(State.REMEDIATING, persons_affected=60)
    today = case.now.date()
    case.give("add_penalty", earlier=[(today - timedelta(days=days)).isoformat() for days in (100, 181)])
    assert "closure" not in case.hazard.proposals, "two within 180 days (N50)"
    case.give(
        "add_penalty",
        on=date.fromordinal(today.toordinal() - 1).isoformat(),
        earlier=[(today - timedelta(days=100)).isoformat()],
    )
    assert "closure" in case.hazard.proposals


@pytest.mark.requirement("CLS-07")
def test_severe_consequences_make_a_hazard_major_and_propose_its_listing():
    case = Case().report(consequences=["dangerous_goods"])
    assert (case.hazard.major, case.hazard.proposals) == (True, ("listing",))
    assert not Case().report(persons_affected=49).hazard.major


@pytest.mark.requirement("ACT-20", "REG-06", "MOD-19")
def test_a_village_s_finding_is_told_to_the_line_and_to_those_who_are_told_of_villages():
    case = Case(BOOKS["pingdu-town"]).report(
        seat("cun-1", "discoverer"), channel="daily_patrol", category=1, urgency="URGENT"
    )
    told = [notice.unit for notice in case.events[-1].notices]
    assert told == ["paichusuo", "anjianban", "zongzhiban"] and set(told) <= set(case.hazard.involved)
    assert case.hazard.clocks["principal_report"].due == case.now + timedelta(hours=2)


@pytest.mark.requirement("MOD-18")
def test_after_a_hand_over_notes_of_cooperation_may_follow_for_a_while():
    case = hazard_in(State.REMEDIATING)
    case.give("hand_over")
    assert not case.hazard.over
    case.give("add_record", LIAISON, kind="cooperation", text="已提交前期材料")
    assert case.hazard.state is State.HANDED_OVER
    assert case.refused("add_record", OFFICE, kind="tracking").code == "T35.not-after-hand-over"
    case.wait(days=190)
    assert case.hazard.over


@pytest.mark.requirement(
    "COL-01", "COL-04", "SUP-08", "ACT-29", "ACT-28", "ACT-10", "SUP-02", "SUP-13", "REM-08"
)
def test_records_move_nothing_but_who_may_read():
    case = hazard_in(State.REMEDIATING)
    before = case.hazard
    case.give("joint_meeting", participants=["夏阳街道", "区消防救援支队"])
    case.give("add_record", seat("yingjiju", "liaison"), kind="guidance", text="按规范整改")
    case.give("open_special_inspection")
    case.give("add_record", LIAISON, kind="law_enforcement", document="青公立〔2026〕1号")
    hazard = case.hazard
    assert (hazard.state, hazard.clocks, hazard.level) == (before.state, before.clocks, before.level)
    assert set(hazard.involved) - set(before.involved) >= {"xiaofang", "fuban"}


# -- a part of a listed hazard ------------------------------------------------------------------------


def parts_very_late() -> Case:
    """Listed: 夏阳街道 is late with its part, 区交通委 with its own and with the whole."""
    case = listed_in(State.REMEDIATING)
    case.wait(days=120)
    return case


@pytest.mark.requirement("SUP-03", "MOD-03")
def test_a_unit_of_a_listed_hazard_is_talked_to_about_its_own_part():
    case = parts_very_late()
    lead, level = case.hazard.owner, case.hazard.level
    assert {item.about for item in owed(case, "talk")} == {lead, STREET}
    assert case.refused("order_talk").code == "T34.which-unit"
    assert case.refused("order_talk", unit="区教育局").code == "T34.which-unit"

    case.give("order_talk", unit="夏阳街道")
    (told,) = case.events[-1].notices
    assert (told.unit, told.document) == (STREET, "约谈通知书")
    part = case.hazard.subtask(STREET)
    assert (part.level, part.highest, case.hazard.highest[STREET]) == (Rung.L4, Rung.L4, Rung.L4)
    assert (case.hazard.level, case.hazard.decided) == (level, None), "the lead's ladder is its own (I7)"
    assert {item.about for item in owed(case, "talk")} == {lead}, "the lead's question stays"

    case.give("order_talk")
    assert (case.hazard.level, case.hazard.subtask(lead).level) == (Rung.L4, Rung.L3)
    assert {clock.id for clock in case.hazard.running() if clock.key is ClockKey.TALK} == {
        "talk",
        f"talk@{STREET}",
    }
    assert {item.due for item in owed(case, "hold_talk")} == {case.hazard.clocks["talk"].due}

    case.give("hold_talk", unit=STREET)
    (report,) = owed(case, "rectification")
    assert (report.unit, report.about, report.due) == (
        STREET, STREET, case.hazard.clocks[f"rectification@{STREET}"].due,
    )  # fmt: skip
    case.wait(days=15)
    assert case.refused("publish_exposure", unit="区交通委").code == "T34.which-unit", (
        "that talk is still to come"
    )
    case.give("publish_exposure")
    assert case.hazard.subtask(STREET).level is Rung.L4B
    case.give("file_rectification", PRINCIPAL)
    assert f"rectification@{STREET}" not in case.hazard.clocks and owed(case, "hold_talk")


@pytest.mark.requirement("SUP-05", "MOD-03")
def test_a_unit_is_referred_for_its_own_part_and_keeps_on_record_what_it_reached():
    case = parts_very_late()
    case.give("decline", OFFICE, question="talk", unit="夏阳街道")
    assert {item.about for item in owed(case, "talk")} == {case.hazard.owner}
    case.give("link_incident", consequences=["grave_accident"])
    assert case.refused("refer", DIRECTOR).code == "T34.which-unit"

    case.give("refer", DIRECTOR, unit="夏阳街道")
    assert [(told.unit, told.document) for told in case.events[-1].notices] == [
        ("office", "追责提请书"), (STREET, "追责提请告知"),
    ]  # fmt: skip
    assert case.hazard.subtask(STREET).level is Rung.L5
    assert case.hazard.decided is None

    finish(case, STREET)
    part = case.hazard.subtask(STREET)
    assert (part.level, part.decided, part.highest) == (Rung.L0, None, Rung.L5), (
        "its ladder ended with its part"
    )


@pytest.mark.requirement("SUP-03")
def test_a_question_about_an_owner_of_before_does_not_meet_the_next():
    case = very_late()
    case.give("request_upgrade")
    case.give("triage_route")
    case.give("order_talk")
    assert case.events[-1].notices[0].unit == "xiayang" != case.hazard.owner
    assert (case.hazard.level, case.hazard.decided, case.hazard.highest["xiayang"]) == (
        Rung.L0,
        None,
        Rung.L4,
    )


@pytest.mark.requirement("SUP-03")
def test_a_hazard_of_before_asks_whoever_handles_the_whole():
    case = listed_in(State.REMEDIATING, book=district(asks_the_late_unit=False))
    case.wait(days=120)
    assert {item.about for item in owed(case, "talk")} == {None}
    case.give("order_talk")
    assert (case.events[-1].notices[0].unit, case.hazard.level) == (case.hazard.owner, Rung.L4)
    assert not owed(case, "talk"), "one answer for all of them"
