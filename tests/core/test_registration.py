"""T01–T03: a hazard is reported, verified or dismissed."""

import pytest

from domain.refusal import Refusal
from domain.values import Channel, ClockKey, Confidentiality, State, Urgency
from tests.builders import (
    AFTER,
    BEFORE,
    BOOKS,
    BUREAU,
    DESK,
    FINDER,
    LIAISON,
    OTHER_LIAISON,
    Case,
    hazard_in,
    seat,
)

OUTSIDE = {"hotline", "media", "public_opinion", "petition", "model", "application"}


@pytest.mark.requirement("REG-01", "REG-02", "VER-07")
@pytest.mark.parametrize("channel", [channel.value for channel in Channel])
def test_what_comes_from_outside_is_verified_first(channel):
    case = Case().report(FINDER, channel=channel, code="S06-02")

    assert (case.hazard.state is State.REPORTED) == (channel in OUTSIDE)
    assert (ClockKey.VERIFY in case.hazard.clocks) == (channel in OUTSIDE)


@pytest.mark.requirement("MOD-16")
def test_the_desk_holds_what_comes_from_outside_and_the_finder_s_unit_what_it_found():
    assert Case().report(FINDER, channel="hotline").hazard.owner == "desk"
    assert Case().report(FINDER, channel="grid_patrol", code="S06-02").hazard.owner == "xiayang"


def test_clocks_start_at_the_report_to_us_not_at_the_finder_s_own_time():
    case = Case().report(occurred_at="1970-01-01T08:00+08:00")

    assert case.clock(ClockKey.VERIFY).started == case.now
    assert case.last.command.occurred_at.year == 1970


@pytest.mark.requirement("CLS-07")
@pytest.mark.parametrize(("persons", "major"), [(None, False), (49, False), (50, True), (62, True)])
def test_fifty_persons_make_a_hazard_major(persons, major):
    assert Case().report(persons_affected=persons).hazard.major is major


@pytest.mark.requirement("N22")
@pytest.mark.parametrize("said", list(Urgency))
def test_a_broken_gas_pipe_is_never_less_than_flash(said):
    assert Case().report(code="S03-04", urgency=said).hazard.urgency is Urgency.FLASH


@pytest.mark.requirement("N22")
def test_verification_finds_out_that_it_is_the_gas_pipe():
    case = Case().report()
    case.give("verify_confirm", code="S03-04")

    assert case.hazard.urgency is Urgency.FLASH


@pytest.mark.requirement("SEC-02")
@pytest.mark.parametrize(
    ("category", "level"),
    [
        (None, Confidentiality.PUBLIC),
        (1, Confidentiality.INTERNAL),
        (2, Confidentiality.INTERNAL),
        (3, Confidentiality.INTERNAL),
        (4, Confidentiality.PUBLIC),
    ],
)
def test_risk_categories_one_to_three_are_internal_whenever_they_are_found(category, level):
    at_once = Case().report(category=category)
    later = Case().report()
    later.give("verify_confirm", code="S06-02", category=category)

    assert at_once.hazard.confidentiality is level
    assert later.hazard.confidentiality is level


@pytest.mark.requirement("SEC-02")
def test_saying_public_does_not_make_risk_categories_one_to_three_public():
    case = Case().report(category=2, confidentiality="PUBLIC")

    assert case.hazard.confidentiality is Confidentiality.INTERNAL


@pytest.mark.requirement("CLS-06")
def test_a_hazard_is_tagged_with_a_great_event_and_the_ledger_keeps_it():
    assert Case().report(tags=["进博会"]).last.command.tags == ("进博会",)


@pytest.mark.requirement("REM-10", "SEC-02")
def test_a_matter_of_category_three_is_graded_with_grounds_and_without_naming_anybody():
    grounds = "两次协商未果，涉及住户十余户"
    case = Case().report(category=3, sub_item=2, grade={"colour": "ORANGE", "grounds": grounds})

    assert (case.hazard.grade.colour, case.hazard.grade.grounds) == ("ORANGE", grounds)
    with pytest.raises(Refusal, match=r"report\.form"):
        Case().report(category=3, person="某人")


def test_verification_does_not_make_public_what_was_sensitive():
    case = Case().report(confidentiality="SENSITIVE")
    case.give("verify_confirm", category=4)

    assert case.hazard.confidentiality is Confidentiality.SENSITIVE


def test_the_sub_district_is_read_from_the_place_unless_it_is_said():
    read = Case().report(place="青浦区徐泾镇京华路")
    said = Case().report(place="青浦区徐泾镇京华路", subdistrict="夏阳街道")

    assert (read.hazard.subdistrict, said.hazard.subdistrict) == ("xujing", "xiayang")
    assert Case().report(place="G50高速").hazard.subdistrict is None


def test_those_it_concerns_may_read_it_from_the_start():
    case = Case().report(seat(BUREAU, "discoverer"), channel="hotline", place="徐泾镇")

    assert set(case.hazard.involved) == {"desk", BUREAU, "xujing"}


@pytest.mark.parametrize(
    ("form", "title"),
    [
        ({"title": "隔断群租", "code": "S06-02"}, "隔断群租"),
        ({"code": "S06-02", "description": "来电反映"}, "“群租”"),
        ({"description": "  来电\n反映  " + "很" * 50}, "来电 反映 " + "很" * 34),
        ({}, "市民热线"),
    ],
    ids=["given", "of the item", "from the description", "of the channel"],
)
def test_every_hazard_has_a_title(form, title):
    assert Case().report(**form).hazard.title == title


@pytest.mark.requirement("CLS-02")
def test_a_code_must_be_of_the_catalogue():
    refusal = Case().refused("report", DESK, code="S99-99")

    assert (refusal.status, refusal.code, refusal.requirement) == (422, "T01.unknown-code", "CLS-02")


@pytest.mark.requirement("CLS-01")
def test_what_one_found_oneself_one_can_classify():
    refusal = Case().refused("report", FINDER, channel="grid_patrol")

    assert (refusal.status, refusal.code) == (422, "T01.unclassified")


@pytest.mark.requirement("CLS-09")
@pytest.mark.parametrize(
    ("category", "sub_items", "code"),
    [
        (1, 4, "T01.unknown-sub-item"),
        (2, 11, "report.form"),  # no category has twelve
        (3, 6, "T01.unknown-sub-item"),
        (4, 7, "T01.unknown-sub-item"),
    ],
)
def test_each_risk_category_has_its_sub_items(category, sub_items, code):
    assert Case().report(category=category, sub_item=sub_items).hazard.sub_item == sub_items
    assert Case().refused("report", DESK, category=category, sub_item=sub_items + 1).code == code


def test_a_sub_item_needs_its_category():
    assert Case().refused("report", DESK, sub_item=1).code == "T01.unknown-sub-item"
    assert Case().report(category=4).give("verify_confirm", sub_item=7).changes.sub_item == 7


def test_a_finding_may_run_an_hour_ahead_of_our_clock_and_no_more():
    ahead = "2026-03-02T10:30:00+08:00"  # the report is at 09:30

    assert Case().report(occurred_at=ahead)
    assert Case().refused("report", DESK, occurred_at="2026-03-02T10:30:01+08:00").code == "T01.in-the-future"
    assert Case().refused("report", DESK, occurred_at="2099-01-01T00:00Z").code == "T01.in-the-future"


# ── verification ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("VER-07", "MOD-16")
@pytest.mark.parametrize("actor", [DESK, LIAISON], ids=["desk", "sub-district"])
def test_who_confirms_a_report_registers_and_holds_it(actor):
    case = hazard_in(State.REPORTED)
    case.give("verify_confirm", actor)

    assert (case.hazard.state, case.hazard.owner, case.hazard.registered_by) == (
        State.REGISTERED,
        actor.unit,
        actor.unit,
    )
    assert not case.hazard.clocks


def test_a_report_whose_place_is_unknown_may_be_verified_by_any_sub_district():
    case = Case().report(place="G50高速")

    assert case.may("verify_confirm", OTHER_LIAISON)
    assert not hazard_in(State.REPORTED).may("verify_confirm", OTHER_LIAISON)


@pytest.mark.requirement("CLS-01")
def test_a_confirmed_report_is_classified():
    case = Case().report()

    assert case.refused("verify_confirm", code=None).code == "T02.unclassified"
    assert Case().report(code="S06-02").give("verify_confirm", code=None)


def test_pictures_of_the_verification_count_as_the_state_before():
    case = Case().report()
    case.give("verify_confirm", evidence=[BEFORE])

    assert case.hazard.has_before
    assert not hazard_in(State.REGISTERED).hazard.has_before


@pytest.mark.requirement("VER-07")
def test_an_unfounded_report_is_dismissed_with_reason_and_evidence():
    case = hazard_in(State.REPORTED)

    assert case.refused("verify_dismiss", evidence=[]).code == "verify_dismiss.form"
    case.give("verify_dismiss", reason="现场无隔断", evidence=[AFTER])
    assert case.hazard.state is State.DISMISSED
    assert not case.hazard.clocks


# ── found and cleared in one go ──────────────────────────────────────────────────────────────────────


def on_the_spot(**form):
    return Case().report(FINDER, channel="grid_patrol", code="S06-07", evidence=[BEFORE], **form)


@pytest.mark.requirement("REG-04", "VER-02")
def test_what_is_cleared_on_the_spot_never_had_a_clock_but_is_watched():
    case = on_the_spot()
    case.wait(minutes=28)
    case.give("clear_on_spot", evidence=[AFTER])

    assert case.hazard.state is State.CLEARED
    assert case.hazard.cleared_on_spot
    assert list(case.hazard.clocks) == [ClockKey.LOOKBACK]
    assert {clock.key for event in case.events for clock in event.changes.clocks} == {ClockKey.LOOKBACK}


@pytest.mark.requirement("VER-05")
def test_the_striking_off_has_a_number_of_its_own():
    case = on_the_spot()
    case.give("clear_on_spot")

    assert case.hazard.strike_off == "XH-QP-2026-000101-1"


@pytest.mark.requirement("VER-02")
@pytest.mark.parametrize("assessor", [FINDER.person, "discoverer-who-fixed-it"])
def test_nobody_assesses_what_he_found_or_fixed_himself(assessor):
    case = on_the_spot()
    fixer = seat("xiayang", "handler", "discoverer-who-fixed-it")

    assert case.refused("clear_on_spot", fixer, assessor=assessor).code == "T04.assessor-is-finder"
    assert case.give("clear_on_spot", fixer, assessor="someone-else")


# ── tiers, grids, third parties ──────────────────────────────────────────────────────────────────────


def jingan(unit: str, **form: object) -> Case:
    given = {"place": "某路口", "channel": "grid_patrol", "code": "S03-07", **form}
    return Case(BOOKS["jingan"]).report(seat(unit, "discoverer"), **given)


@pytest.mark.requirement("ACT-25", "ACT-14")
def test_what_a_neighbourhood_committee_reports_lies_in_its_sub_district_which_reads_it():
    hazard = jingan("jw-wuning").hazard

    assert (hazard.owner, hazard.subdistrict) == ("jw-wuning", "caojiadu")
    assert "caojiadu" in hazard.involved


@pytest.mark.requirement("ACT-25")
@pytest.mark.parametrize(
    ("form", "subdistrict"),
    [
        ({"place": "彭浦镇某路口"}, "pengpuzhen"),
        ({"subdistrict": "北站街道"}, "beizhan"),
        ({"grid": "彭浦新村-01"}, "pengpuxincun"),
        ({"grid": "未列的网格"}, "caojiadu"),
    ],
)
def test_what_is_said_of_the_place_goes_before_the_committee_s_own_sub_district(form, subdistrict):
    assert jingan("jw-wuning", **form).hazard.subdistrict == subdistrict


@pytest.mark.requirement("ACT-24")
def test_a_grid_unit_names_its_sub_district_and_the_forces_in_it():
    grid = BOOKS["jingan"].organisation.grid("曹家渡-01")

    assert grid.subdistrict == "caojiadu"
    assert {"派出所", "物业", "城管中队"} <= set(grid.forces)
    assert jingan("yingjiju", grid="曹家渡-01").hazard.subdistrict == "caojiadu"


@pytest.mark.requirement("ACT-27")
def test_a_third_party_evaluates_what_it_was_called_in_for():
    case = jingan("caojiadu", place="曹家渡街道某处")
    third = seat("disanfang", "handler")
    report = {"kind": "evaluation", "text": "消防设施合格率 62%", "document": "评估〔2026〕7号"}
    assert case.refused("add_record", third, **report).code == "T35.not-your-record"

    case.give(
        "add_record", seat("office", "office"), kind="tracking", text="请第三方评估", units=["第三方排查机构"]
    )
    event = case.give("add_record", third, **report)

    assert [(notice.unit, notice.document) for notice in event.notices] == [("caojiadu", "第三方评估")]
    assert case.refused("add_record", third, **report | {"document": ""}).code == "T35.document-missing"
    assert case.refused("add_record", seat("yingjiju", "liaison"), **report).code == "T35.not-your-record"


@pytest.mark.requirement("CLS-14")
def test_the_key_fields_of_the_campaigns_are_a_list_and_each_is_led():
    book = BOOKS["jingan"]

    assert [field.name for field in book.key_fields] == [
        "建设", "消防", "危险化学品", "特种设备", "道路交通", "人员密集场所", "食品安全",
    ]  # fmt: skip
    assert all(field.lead in book.organisation.by_id for field in book.key_fields)
