"""T34, T35: what people decide from L4 on, and what the plans want on record, each by what it asks for."""

import pytest

from domain.values import State
from tests.builders import (
    BOOKS,
    OFFICE,
    Case,
    hazard_in,
    notices,
    seat,
)

TOWN = BOOKS["pingdu-town"]
INSPECTOR = seat("fuban", "inspector")


def late() -> Case:
    case = hazard_in(State.REMEDIATING)
    case.wait(days=40)
    return case


def given(case: Case, *commands: str) -> Case:
    for command in commands:
        case.give(command)
    return case


def in_the_town(unit: str, category: int, **form) -> Case:
    finder = seat(unit, "discoverer")
    return Case(TOWN).report(finder, channel="grid_patrol", category=category, sub_item=1, **form)


def told(case: Case) -> set[tuple[str, str]]:
    return {(unit, document) for _, unit, _, document in notices(case.last)}


# ── talk, exposure, referral ─────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("SUP-05", "REM-03")
def test_however_late_it_is_time_alone_refers_nobody():
    case = late()
    happened = case.wait(days=700)

    assert not {"order_talk", "publish_exposure", "refer"} & {event.type for event in happened}
    assert case.hazard.decided is None
    assert case.refused("refer", OFFICE, consequence="grave_accident").status == 403, "the director's alone"


# ── what is kept with a hazard ───────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("ACT-10", "SUP-02")
def test_the_government_office_inspects_on_an_instruction_that_is_named():
    case = hazard_in(State.REMEDIATING)

    assert case.refused("open_special_inspection", INSPECTOR, instruction="").status == 422
    case.give("open_special_inspection", INSPECTOR)
    assert case.last.command.instruction == "区领导批示〔2026〕12号"
    assert "fuban" in case.hazard.involved and told(case) == {("xiayang", "专项督查通知")}


@pytest.mark.requirement("SUP-08")
@pytest.mark.parametrize(("category", "lead"), [(1, "paichusuo"), (2, "qungongban"), (4, "anjianban")])
def test_in_the_town_the_lead_unit_of_a_line_inspects_beside_the_office(category, lead):
    case = in_the_town("guanqu-1", category)

    assert case.give("add_record", seat(lead, "liaison"), kind="inspection")
    assert case.give("add_record", seat("zongzhiban", "office"), kind="inspection")


@pytest.mark.requirement("COL-01", "COL-03", "COL-04")
def test_a_meeting_keeps_who_took_part_what_was_concluded_and_who_does_what():
    case = hazard_in(State.REMEDIATING)
    duties = [{"unit": "夏阳街道", "task": "清空通道"}, {"unit": "区应急局", "task": "复查"}]
    present = ["夏阳街道", "区应急局"]
    case.give(
        "joint_meeting", kind="diagnosis", participants=present, duties=duties, linked=["QP-2026-000102"]
    )

    assert {duty.unit for duty in case.last.command.duties} == {"夏阳街道", "区应急局"}
    assert "yingjiju" in case.hazard.involved, "whoever took part may read it"
    assert case.refused("joint_meeting", kind="diagnosis").code == "T35.no-duties"
    assert case.give("joint_meeting", kind="enforcement")


@pytest.mark.requirement("COL-02", "CLS-09")
def test_a_mass_incident_is_consulted_on_before_its_plan():
    case = hazard_in(State.AWAITING_SIGNOFF, category=2)
    case.give("sign")

    assert case.refused("submit_plan").code == "T19.no-consultation"
    case.give("joint_meeting")
    assert case.give("submit_plan")


# ── by category ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("REM-06", "REM-07")
@pytest.mark.parametrize(
    ("category", "lacks", "code"),
    [
        (2, {"handling": None}, "T25.handling-missing"),
        (2, {"settlement": []}, "T25.settlement-missing"),
        (3, {"settlement": []}, "T25.settlement-missing"),
    ],
)
def test_a_dispute_is_reported_done_with_how_the_people_s_concern_was_met(category, lacks, code):
    case = hazard_in(State.REMEDIATING, category=category)

    assert case.refused("report_completion", **lacks).code == code
    case.give("report_completion")
    assert case.last.command.settlement


@pytest.mark.requirement("CLS-10", "CLS-11", "CLS-12", "CLS-13", "A12")
@pytest.mark.parametrize("category", [1, 2, 3, 4])
def test_an_enterprise_of_the_town_answers_for_all_categories_but_mass_incidents(category):
    case = in_the_town("danwei-2", category)
    handle = case.answer("self_handle", seat("danwei-2", "liaison"))

    assert getattr(handle, "code", None) == ("T05.not-responsible" if category == 2 else None)


@pytest.mark.requirement("ACT-20", "VER-05")
def test_in_the_town_the_lead_unit_of_the_line_strikes_off():
    case = in_the_town("guanqu-1", 4)
    case.give("self_handle", seat("guanqu-1", "liaison"))
    case.give("submit_plan", seat("guanqu-1", "handler"), responsible_unit="guanqu-1")
    case.give("report_completion", seat("guanqu-1", "handler"))

    assert case.refused("assess_pass", seat("guanqu-1", "assessor")).code == "T26.lead-assesses"
    case.give("assess_pass", seat("anjianban", "assessor"))
    assert case.hazard.state is State.CLEARED
