"""Lines of work (条线): which hazards a bureau leads, what its lead reads and may do, and what it may not."""

import pytest

from domain.catalogue import responsible
from domain.lines import leads_of
from domain.values import State
from tests.builders import BOOKS, Case, seat

PUTUO, TOWN = BOOKS["putuo"], BOOKS["pingdu-town"]
LINES = {line.key: line for line in PUTUO.lines}


def reported(**form: object) -> Case:
    given = {"place": "曹杨新村街道某小区", "channel": "grid_patrol", **form}
    return Case(PUTUO).report(seat("caoyang", "discoverer"), **given)


def in_hand(**form: object) -> Case:
    case = reported(**form)
    case.give("self_handle", seat("caoyang", "liaison"))
    return case


# ── which hazards ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("ACT-11", "ACT-12", "ACT-15", "ACT-16", "ACT-17")
@pytest.mark.parametrize(
    ("form", "lead"),
    [
        ({"channel": "petition"}, "xinfangban"),
        ({"category": 3, "sub_item": 1}, "xinfangban"),
        ({"category": 2, "sub_item": 3}, "sifaju"),
        ({"category": 2}, "sifaju"),
        ({"category": 3, "sub_item": 2}, "sifaju"),
        ({"code": "S01-02"}, "chengguanju"),
        ({"code": "S06-08"}, "chengguanju"),
        ({"category": 4, "sub_item": 1}, "yingjiju"),
        ({"category": 4, "sub_item": 7}, "yingjiju"),
        ({"code": "S03-01"}, "yingjiju"),
        ({"category": 1}, "gongan"),
        ({"code": "S08-02"}, "gongan"),
    ],
)
def test_the_lead_of_a_line_reads_a_hazard_of_it_from_the_report_on(form, lead):
    hazard = reported(**form).hazard

    assert leads_of(PUTUO, hazard) == (lead,)
    assert lead in hazard.involved
    assert hazard.owner != lead


@pytest.mark.requirement("ACT-16")
def test_a_lead_reads_nothing_of_another_line():
    hazard = reported(code="S01-02").hazard

    assert not {"xinfangban", "sifaju", "yingjiju", "gongan"} & set(hazard.involved)


@pytest.mark.requirement("ACT-11")
def test_a_hazard_joins_the_line_of_petitions_once_a_petition_is_linked():
    case = in_hand(code="B02-01")
    assert "xinfangban" not in case.hazard.involved

    case.give("link_petition", seat("desk", "desk"))

    assert "xinfangban" in case.hazard.involved


@pytest.mark.requirement("ACT-16")
def test_a_hazard_joins_its_line_once_it_is_verified_what_it_is():
    case = Case(PUTUO).report(seat("desk", "desk"), place="曹杨新村街道某小区")
    assert "chengguanju" not in case.hazard.involved

    case.give("verify_confirm", seat("desk", "desk"), code="S04-01")

    assert "chengguanju" in case.hazard.involved


@pytest.mark.requirement("ACT-11", "ACT-12", "ACT-15", "ACT-17", "CLS-09")
def test_every_sub_item_of_the_four_categories_has_a_line_and_one_lead():
    led = {
        (category.number, sub.number): [
            line.lead for line in PUTUO.lines if line.takes(category.number, sub.number)
        ]
        for category in PUTUO.categories
        for sub in category.sub_items
    }

    assert len(led) == 4 + 11 + 6 + 7
    assert {place: leads for place, leads in led.items() if len(leads) != 1} == {}


@pytest.mark.requirement("ACT-20")
def test_the_four_lines_of_a_town_are_its_risk_categories():
    leads = {category.number: category.lead for category in TOWN.categories}

    assert leads == {1: "paichusuo", 2: "qungongban", 3: "zongzhiban", 4: "anjianban"}
    for lead in leads.values():
        assert TOWN.organisation.seat_problem(seat(lead, "lead_unit")) is None


@pytest.mark.requirement("A14", "CLS-02")
@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_each_of_the_144_items_has_somebody_who_answers_in_every_territory(book):
    ruled_on = set()
    for territory in book.organisation.territories:
        for item in book.catalogue.items:
            answers = responsible(item, book.organisation, territory.id)
            named = [unit for unit in (answers.proposed, *answers.candidates) if unit]
            assert all(book.organisation.by_id[unit].handles for unit in named), item.code
            if not named:
                ruled_on.add(item.code)

    assert len(book.catalogue.items) == 144
    assert ruled_on == ({"B01-28"} if book.profile == "pingdu-town" else set())


# ── what a lead may do ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("ACT-11", "ACT-15", "ACT-16")
def test_a_lead_coordinates_and_those_it_names_are_told_and_read_on():
    case = in_hand(code="S01-02")

    event = case.give(
        "add_record",
        seat("chengguanju", "lead_unit"),
        kind="coordination",
        text="请两个街道同步整治交界路段",
        units=["长风新村街道"],
    )

    assert [(notice.unit, notice.role, notice.document) for notice in event.notices] == [
        ("caoyang", "liaison", "条线协调"),
        ("changfeng", "liaison", "条线协调"),
    ]
    assert "changfeng" in case.hazard.involved
    assert (case.hazard.state, case.hazard.owner) == (State.PLANNING, "caoyang")


@pytest.mark.requirement("ACT-11", "ACT-17")
@pytest.mark.parametrize("kind", ["guidance", "inspection", "coordination"])
def test_a_lead_guides_inspects_and_coordinates_the_hazards_of_its_line(kind):
    case = in_hand(category=4)

    assert case.answer("add_record", seat("yingjiju", "lead_unit"), kind=kind, text="意见") is None


@pytest.mark.requirement("ACT-15", "COL-01", "COL-02")
def test_the_lead_of_disputes_convenes_the_consultation_that_the_plan_waits_for():
    case = in_hand(category=2, sub_item=3)
    filing = {"responsible_unit": "曹杨新村街道"}
    assert case.answer("submit_plan", seat("caoyang", "handler"), **filing).code == "T19.no-consultation"

    case.give("joint_meeting", seat("sifaju", "lead_unit"))

    assert case.answer("submit_plan", seat("caoyang", "handler"), **filing) is None


@pytest.mark.requirement("ACT-11")
@pytest.mark.parametrize("command", ["add_record", "joint_meeting"])
def test_the_lead_of_another_line_has_no_say(command):
    refused = in_hand(code="S01-02").refused(command, seat("sifaju", "lead_unit"))

    assert (refused.status, refused.code) == (403, "T35.not-your-right")


@pytest.mark.requirement("ACT-11")
def test_a_bureau_that_leads_no_line_of_the_hazard_guides_but_does_not_coordinate():
    case = in_hand(code="S01-02")
    bureau = seat("minzhengju", "liaison")

    assert case.answer("add_record", bureau, kind="guidance", text="意见") is None
    assert case.refused("add_record", bureau, kind="coordination", text="意见").code == "T35.not-your-record"


@pytest.mark.requirement("ACT-11", "MOD-16")
@pytest.mark.parametrize(
    "command",
    ["submit_plan", "report_completion", "request_extension", "decide_extension", "merge", "issue_notice"],
)
def test_a_lead_handles_and_decides_nothing_for_the_owner(command):
    refused = in_hand(code="S01-02").refused(command, seat("chengguanju", "lead_unit"))

    assert refused.status == 403
