"""Every guard of the state table refusing, with its exact status, code and requirement."""

import pytest

from domain.library import Rulebook
from domain.refusal import Refusal
from domain.transitions import TRANSITIONS
from domain.values import State
from tests.builders import (
    AFTER,
    ASSESSOR,
    BEFORE,
    BOOKS,
    BUREAU,
    DESK,
    DIRECTOR,
    FINDER,
    HANDLER,
    LIAISON,
    OFFICE,
    PANEL,
    PRINCIPAL,
    Case,
    district,
    finish,
    hazard_in,
    listed_in,
    plan,
    seat,
    shared_plan,
    upgraded_in,
)

ITSELF = "QP-2026-000101"


def found(unit: str = "xiayang", code: str = "S06-07") -> Case:
    return Case().report(seat(unit, "discoverer"), channel="grid_patrol", code=code)


def late(state: State, days: float) -> Case:
    case = hazard_in(state)
    case.wait(days=days)
    return case


def decided(approve: bool) -> Case:
    case = hazard_in(State.REMEDIATING)
    case.give("request_extension")
    case.give("decide_extension", approve=approve)
    return case


def in_putuo(unit: str) -> Case:
    return Case(BOOKS["putuo"]).report(seat(unit, "discoverer"), channel="grid_patrol", code="S06-02")


def in_the_town(finder: str = "guanqu-1", category: int = 4) -> Case:
    return Case(BOOKS["pingdu-town"]).report(
        seat(finder, "discoverer"), channel="grid_patrol", category=category
    )


def assessed_in_the_town() -> Case:
    case = in_the_town()
    case.give("self_handle", seat("guanqu-1", "liaison"))
    case.give("submit_plan", seat("guanqu-1", "handler"), responsible_unit="guanqu-1")
    case.give("report_completion", seat("guanqu-1", "handler"))
    return case


def after(case: Case, *commands: str) -> Case:
    office = seat(case.rules.book.organisation.office, "office")
    for command in commands:
        case.give(command, office)
    return case


def talked_to(*, ordered: bool = False, days: float = 0, **form: object) -> Case:
    """Very late, and a talk ordered or held; ``days`` have passed since."""
    case = hazard_in(State.REMEDIATING, **form)
    case.wait(days=40)
    case.give("order_talk")
    if not ordered:
        case.give("hold_talk")
    case.wait(days=days)
    return case


def nowhere_to_refer() -> Case:
    case = hazard_in(State.REMEDIATING, book=Rulebook(**{**dict(BOOKS["qingpu"]), "accountability": None}))
    case.give("link_incident")
    return case


def petitioned(days: float = 0) -> Case:
    case = hazard_in(State.REMEDIATING)
    case.give("link_petition")
    case.wait(days=days)
    return case


def looked_back_on_with_a_petition() -> Case:
    case = given(State.REMEDIATING, "link_petition", "report_completion", "assess_pass")
    case.wait_until(case.hazard.clocks["lookback"].alarms[0].at)
    return case


def unconsulted() -> Case:
    case = hazard_in(State.AWAITING_SIGNOFF, category=2)
    case.give("sign")
    return case


def before_putuo() -> Case:
    case = in_putuo("caoyang")
    case.give("request_listing", seat("caoyang", "liaison"), suggested_units=["曹杨新村街道", "区应急局"])
    case.give("forward_listing")
    return case


def street_leads() -> Case:
    case = listed_in(State.LISTING_REVIEW)
    case.give("listing_approve", lead="夏阳街道", cooperating=["区交通委"])
    case.give("sign", LIAISON)
    return case


def listed_until(when: str) -> Case:
    """Due on 2026-06-01: the twentieth working day before it is 04-30 (05-01 to 05-05 are free, 05-09 is not)."""
    case = listed_in(State.REMEDIATING)
    case.wait_until("2026-04-30 23:59")
    assert case.may("request_extension")
    case.wait_until(when)
    return case


def before_the_archive() -> Case:
    """At the last look-back of a listed hazard whose publications nobody has recorded."""
    case = listed_in(State.LOOK_BACK)
    for _ in range(2):
        case.give("lookback_pass")
        case.wait_until(case.hazard.clocks["lookback"].alarms[0].at)
    return case


NINE = "2026-03-02T09:30:00+08:00"


def waited(case: Case, days: float) -> Case:
    case.wait(days=days)
    return case


def given(state: State, *commands: str) -> Case:
    case = hazard_in(state)
    for command in commands:
        case.give(command)
    return case


def with_a_part_reported() -> Case:
    case = listed_in(State.REMEDIATING)
    case.give("report_subtask", HANDLER)
    return case


def parts(case: Case, **more: object) -> dict[str, object]:
    """A plan that holds for ``case`` but for ``more``."""
    return {**shared_plan(case, "2026-05-20"), **more}


def under_the_police() -> Case:
    """Listed with the bureau that would chair the panel as its cooperating unit."""
    case = listed_in(State.LISTING_REVIEW)
    case.give("listing_approve", cooperating=["公安青浦分局"])
    for step in ("sign", "submit_plan", "plan_approve"):
        case.give(step)
    case.give("sign_subtask", seat("gongan", "liaison"))
    for one in case.hazard.subtasks:
        finish(case, one.unit)
    case.give("report_completion")
    case.give("assess_pass")
    return case


CHAIR = {"unit": "公安青浦分局", "member": "chair-1"}
LISTED_PLANNING = listed_in(State.PLANNING)

# command, refusal, requirement, a case in which everything else holds, who, what the form says
REFUSALS = [
    ("report", "422 T01.unknown-code", "CLS-02", Case, DESK, {"code": "S99-99"}),
    ("report", "422 T01.unknown-subdistrict", "ACT-25", Case, DESK, {"subdistrict": "区交通委"}),
    ("report", "422 T01.unknown-sub-item", "CLS-09", Case, DESK, {"category": 1, "sub_item": 5}),
    ("report", "422 T01.unclassified", "CLS-01", Case, FINDER, {"channel": "grid_patrol"}),
    ("report", "422 T01.in-the-future", "REG-08", Case, DESK, {"occurred_at": "2026-03-02T11:00+08:00"}),
    ("verify_confirm", "422 T02.unknown-code", "CLS-02", hazard_in(State.REPORTED), DESK, {"code": "B99-99"}),
    ("verify_confirm", "422 T02.unknown-subdistrict", "ACT-25", hazard_in(State.REPORTED), DESK,
     {"subdistrict": "火星街道"}),
    ("verify_confirm", "422 T02.unknown-sub-item", "CLS-09", hazard_in(State.REPORTED), DESK,
     {"category": 3, "sub_item": 7}),
    ("verify_confirm", "422 T02.unclassified", "CLS-01", hazard_in(State.REPORTED), DESK, {"code": None}),
    ("clear_on_spot", "422 T04.before-evidence-missing", "REG-04", found(), FINDER, {"evidence": [AFTER]}),
    ("clear_on_spot", "422 T04.after-evidence-missing", "VER-02", found(), FINDER, {"evidence": [BEFORE]}),
    ("clear_on_spot", "422 T04.assessor-missing", "VER-02", found(), FINDER, {"assessor": None}),
    ("clear_on_spot", "422 T04.assessor-is-finder", "VER-02", found(), FINDER, {"assessor": FINDER.person}),
    ("self_handle", "403 T05.not-own-line", "MOD-06", found(BUREAU, "S01-03"), seat(BUREAU, "liaison"), {}),
    ("assign", "422 T06.unknown-target", "MOD-14", hazard_in(State.REGISTERED), DESK, {"target": "火星街道"}),
    ("assign", "422 T06.entry-is-transfer", "ACT-18",
     hazard_in(State.REGISTERED, book=district(assigned_ahead=None), code="S03-04"), DESK, {"transferred_at": NINE}),
    ("assign", "422 T06.not-urgent", "ACT-18", hazard_in(State.REGISTERED), DESK, {"transferred_at": NINE}),
    ("assign", "422 T06.transfer-in-the-future", "ACT-18", hazard_in(State.REGISTERED, code="S03-04"), DESK,
     {"transferred_at": "2026-03-02T23:00:00+08:00"}),
    ("assign", "422 T06.transfer-before-discovery", "REG-08", hazard_in(State.REGISTERED, code="S03-04"), DESK,
     {"transferred_at": "2026-03-01T23:00:00+08:00"}),
    ("assign", "422 T06.transfer-too-early", "ACT-18",
     waited(hazard_in(State.REGISTERED, code="S03-04"), days=2), DESK, {"transferred_at": NINE}),
    ("assign", "422 T06.target-cannot-handle", "MOD-16", hazard_in(State.REGISTERED), DESK,
     {"target": "供水企业"}),
    ("request_upgrade", "409 T07.listed", "MOD-03", street_leads(), LIAISON, {}),
    ("request_listing", "409 T09.listed", "MOD-03", listed_in(State.REMEDIATING), None, {}),
    ("request_listing", "409 T09.mode-not-here", "MOD-01", in_the_town(), seat("guanqu-1", "liaison"), {}),
    ("request_listing", "422 T09.unknown-unit", "MOD-17", hazard_in(State.PLANNING), None,
     {"suggested_units": ["区交通委", "火星局"]}),
    ("request_listing", "422 T09.too-few-units", "MOD-11", hazard_in(State.PLANNING), None,
     {"suggested_units": ["区交通委", "区交通委员会"]}),
    ("forward_listing", "409 T14.not-requested", "MOD-12", hazard_in(State.UNDER_TRIAGE), OFFICE, {}),
    ("listing_approve", "422 T15.sponsor-missing", "MOD-13", listed_in(State.LISTING_REVIEW), None,
     {"sponsor": None}),
    ("listing_approve", "422 T15.no-cooperating-unit", "MOD-03", listed_in(State.LISTING_REVIEW), None,
     {"cooperating": ["区交通委员会"]}),
    ("listing_approve", "422 T15.unknown-unit", "MOD-03", listed_in(State.LISTING_REVIEW), None,
     {"cooperating": ["供水企业"]}),
    ("listing_reject", "422 T16.instruction-not-here", "MOD-01", before_putuo(),
     seat("qzf", "listing_authority"), {"instruction": "UPGRADED"}),
    ("sign_subtask", "409 T17.signed-already", "ACT-19", listed_in(State.REMEDIATING), None, {}),
    ("return", "409 T18.listed", "MOD-03", listed_in(State.AWAITING_SIGNOFF), None, {}),
    ("submit_plan", "422 T19.five-not-settled", "PLN-02", LISTED_PLANNING, None,
     parts(LISTED_PLANNING, funds=" ")),
    ("submit_plan", "422 T19.unit-without-node", "PLN-04", LISTED_PLANNING, None,
     parts(LISTED_PLANNING, milestones=[{"what": "牵头的部分", "due": "2026-05-20", "unit": "区交通委"}])),
    ("progress", "409 T21.part-not-in-hand", "MOD-16", with_a_part_reported(), HANDLER, {}),
    ("progress", "422 T21.not-its-node", "MOD-16", listed_in(State.REMEDIATING), HANDLER,
     {"milestones_done": ["N1"]}),
    ("report_subtask", "409 T21a.not-in-hand", "REM-05", with_a_part_reported(), HANDLER, {}),
    ("confirm_subtask", "409 T21b.nothing-reported", "MOD-03", listed_in(State.REMEDIATING), None, {}),
    ("confirm_subtask", "422 T21b.not-reported", "MOD-03", with_a_part_reported(), None, {"unit": "区交通委"}),
    ("confirm_subtask", "422 T21b.same-person", "VER-01", with_a_part_reported(),
     seat(BUREAU, "principal", HANDLER.person), {}),
    ("send_back_subtask", "409 T21c.nothing-to-send-back", "MOD-03", listed_in(State.REMEDIATING), None, {}),
    ("send_back_subtask", "422 T21c.not-done", "MOD-03", with_a_part_reported(), None, {"unit": "区交通委"}),
    ("request_extension", "409 T22.asked-too-late", "N44", listed_until("2026-05-01 00:00"), None, {}),
    ("request_extension", "422 T22.node-not-revised", "PLN-01", listed_in(State.REMEDIATING), None,
     {"until": "2026-06-30", "nodes": [{"id": "N1", "due": "2026-07-01"}]}),
    ("report_completion", "409 T25.subtask-open", "MOD-03", with_a_part_reported(), None, {}),
    ("accept_pass", "403 T29.handling-unit", "VER-01", under_the_police(), PANEL, {}),
    ("accept_pass", "422 T29.unknown-panel-unit", "ACT-13", listed_in(State.ACCEPTANCE), None,
     {"panel": {"chair": CHAIR, "members": [{"unit": "火星局", "member": "m-1"}]}}),
    ("accept_pass", "422 T29.panel-not-recused", "VER-01", listed_in(State.ACCEPTANCE), None,
     {"panel": {"chair": CHAIR, "members": [{"unit": "夏阳街道", "member": "m-1"}]}}),
    ("accept_pass", "422 T29.wrong-chair", "ACT-13", listed_in(State.ACCEPTANCE), None,
     {"panel": {"chair": {"unit": "区应急局", "member": "m-1"}}}),
    ("accept_pass", "422 T29.unsigned", "VER-01", listed_in(State.ACCEPTANCE), PANEL, {"signed_by": None}),
    ("accept_pass", "422 T29.unknown-goal", "VER-09", listed_in(State.ACCEPTANCE), None,
     {"results": [{"goal": "G1", "met": True}, {"goal": "G9", "met": True}]}),
    ("accept_pass", "422 T29.goal-open", "VER-09", listed_in(State.ACCEPTANCE), None, {"results": []}),
    ("accept_fail", "403 T29.handling-unit", "VER-01", under_the_police(), PANEL, {}),
    ("accept_fail", "422 T29.unknown-panel-unit", "ACT-13", listed_in(State.ACCEPTANCE), None,
     {"panel": {"chair": CHAIR, "members": [{"unit": "火星局", "member": "m-1"}]}}),
    ("accept_fail", "422 T29.panel-not-recused", "VER-01", listed_in(State.ACCEPTANCE), None,
     {"panel": {"chair": CHAIR, "members": [{"unit": "夏阳街道", "member": "m-1"}]}}),
    ("accept_fail", "422 T29.wrong-chair", "ACT-13", under_the_police(), None, {"panel": {
        "chair": {"unit": "区应急局", "member": "m-1"}}}),
    ("accept_fail", "422 T29.unsigned", "VER-01", listed_in(State.ACCEPTANCE), PANEL, {"signed_by": None}),
    ("accept_fail", "422 T29.unknown-subtask", "VER-06", listed_in(State.ACCEPTANCE), None,
     {"failed": ["区应急局"]}),
    ("accept_fail", "422 T29.unknown-goal", "VER-09", listed_in(State.ACCEPTANCE), None,
     {"results": [{"goal": "G9", "met": False}]}),
    ("record_listing_notice", "409 N44.nothing-owed", "N44", hazard_in(State.PLANNING), None, {}),
    ("record_listing_notice", "422 N44.not-owed", "N44", listed_in(State.PLANNING), None,
     {"what": "removal_notice"}),
    ("record_listing_notice", "422 N44.wrong-day", "N44", listed_in(State.PLANNING), None, {"day": "2026-03-01"}),
    ("lookback_pass", "409 T31.petition-open", "N82", looked_back_on_with_a_petition(), OFFICE, {}),
    ("lookback_pass", "409 T31.notice-owed", "N44", before_the_archive(), OFFICE, {}),
    ("request_upgrade", "409 T07.mode-not-here", "MOD-01", in_putuo("caoyang"), seat("caoyang", "liaison"), {}),
    ("request_upgrade", "422 T07.unknown-unit", "MOD-17", hazard_in(State.PLANNING), None,
     {"suggested_units": ["区交通委", "火星局"]}),
    ("request_diversion", "409 T08.mode-not-here", "MOD-01", in_putuo("jianguanwei"),
     seat("jianguanwei", "liaison"), {}),
    ("request_diversion", "422 T08.unknown-unit", "MOD-17", found(BUREAU, "S01-03"), None,
     {"suggested_units": ["火星局"]}),
    ("triage_route", "422 T10.unknown-participant", "MOD-05", hazard_in(State.UNDER_TRIAGE), OFFICE,
     {"participants": ["区城运中心", "火星局"]}),
    ("triage_route", "422 T10.desk-missing", "MOD-07", hazard_in(State.UNDER_TRIAGE), OFFICE,
     {"participants": ["区清零办", "区应急局"]}),
    ("triage_route", "422 T10.unknown-target", "MOD-14", hazard_in(State.UNDER_TRIAGE), OFFICE,
     {"target": "火星局"}),
    ("triage_route", "422 T10.target-cannot-handle", "MOD-16", hazard_in(State.UNDER_TRIAGE), OFFICE,
     {"target": "供水企业"}),
    ("triage_route", "422 T10.target-not-bureau", "MOD-02", hazard_in(State.UNDER_TRIAGE), OFFICE,
     {"target": "盈浦街道"}),
    ("triage_return", "409 T11.not-requested", "MOD-10", given(State.AWAITING_SIGNOFF, "return"), OFFICE, {}),
    ("jurisdiction_rule", "422 T13.unknown-participant", "MOD-05", hazard_in(State.JURISDICTION_RULING), OFFICE,
     {"participants": ["火星局"]}),
    ("jurisdiction_rule", "422 T13.unknown-target", "MOD-14", hazard_in(State.JURISDICTION_RULING), OFFICE,
     {"target": "火星局"}),
    ("jurisdiction_rule", "422 T13.target-cannot-handle", "MOD-16", hazard_in(State.JURISDICTION_RULING), OFFICE,
     {"target": "供水企业"}),
    ("return", "409 T18.final", "N08", given(State.JURISDICTION_RULING, "jurisdiction_rule"), None, {}),
    ("return", "409 T18.once", "MOD-17", given(State.AWAITING_SIGNOFF, "return", "triage_route"), None, {}),
    ("return", "409 T18.after-due", "MOD-17", late(State.AWAITING_SIGNOFF, 2), None, {}),
    ("return", "422 T18.unknown-unit", "MOD-17", hazard_in(State.AWAITING_SIGNOFF), None,
     {"proposed_unit": "火星局"}),
    ("submit_plan", "422 T19.unknown-unit", "PLN-01", hazard_in(State.PLANNING), HANDLER,
     plan("2026-03-06", responsible_unit="火星街道")),
    ("submit_plan", "422 T19.node-in-the-past", "PLN-01", hazard_in(State.PLANNING), HANDLER,
     plan("2026-03-01", "2026-03-06")),
    ("submit_plan", "422 T19.plan-beyond-cap", "PLN-01", hazard_in(State.PLANNING), HANDLER,
     plan("2026-03-24")),
    ("submit_plan", "422 T19.plan-beyond-limit", "PLN-01", hazard_in(State.PLANNING), HANDLER,
     plan("2026-03-10")),
    ("progress", "422 T21.unknown-milestone", "PLN-03", hazard_in(State.REMEDIATING), HANDLER,
     {"milestones_done": ["N1", "N7"]}),
    ("request_extension", "409 T22.once", "N04", decided(approve=False), None, {}),
    ("request_extension", "409 T22.no-extension", "N23", hazard_in(State.REMEDIATING, urgency="FLASH"), None, {}),
    ("request_extension", "409 T22.after-due", "N04", late(State.REMEDIATING, 8), None, {}),
    ("request_extension", "422 T22.beyond-cap", "N04", hazard_in(State.REMEDIATING), None,
     {"until": "2026-03-24"}),
    ("request_extension", "422 T22.not-later", "N04", hazard_in(State.REMEDIATING), None,
     {"until": "2026-03-09"}),
    ("decide_extension", "403 T22.decider", "N14", given(State.REMEDIATING, "request_extension"), OFFICE, {}),
    ("decide_extension", "409 T22.no-request", "N14", decided(approve=True), DESK, {}),
    ("enter_key_control", "403 T23.approver", "REM-04", hazard_in(State.REMEDIATING), OFFICE, {}),
    ("resume", "422 T24.not-ahead", "REM-04", hazard_in(State.KEY_CONTROL), None, {"until": "2026-03-01"}),
    ("resume", "422 T24.beyond-cap", "REM-04", hazard_in(State.KEY_CONTROL), None, {"until": "2026-03-24"}),
    ("report_completion", "409 T25.no-plan", "PLN-01", given(State.PLANNING, "enter_key_control"), None, {}),
    ("assess_pass", "403 T26.assessor-is-handler", "VER-01", hazard_in(State.SELF_ASSESSMENT),
     seat("xiayang", "assessor", HANDLER.person), {}),
    ("assess_pass", "422 T26.unknown-goal", "VER-09", hazard_in(State.SELF_ASSESSMENT), ASSESSOR,
     {"results": [{"goal": "G1", "met": True}, {"goal": "G9", "met": True}]}),
    ("assess_pass", "422 T26.goal-open", "VER-09", hazard_in(State.SELF_ASSESSMENT), ASSESSOR, {"results": []}),
    ("assess_fail", "403 T27.assessor-is-handler", "VER-01", hazard_in(State.SELF_ASSESSMENT),
     seat("xiayang", "assessor", HANDLER.person), {}),
    ("assess_fail", "422 T27.unknown-goal", "VER-09", hazard_in(State.SELF_ASSESSMENT), ASSESSOR,
     {"results": [{"goal": "G9", "met": False}]}),
    ("recognise_pass", "422 T28.unknown-goal", "VER-09", hazard_in(State.AWAITING_RECOGNITION), OFFICE,
     {"results": [{"goal": "G1", "met": True}, {"goal": "G9", "met": True}]}),
    ("recognise_pass", "422 T28.goal-open", "VER-09", hazard_in(State.AWAITING_RECOGNITION), OFFICE,
     {"results": []}),
    ("recognise_fail", "422 T28.unknown-goal", "VER-09", hazard_in(State.AWAITING_RECOGNITION), OFFICE,
     {"results": [{"goal": "G9", "met": False}]}),
    ("lookback_pass", "403 T31.other-seat", "LBK-01", upgraded_in(State.LOOK_BACK), seat(BUREAU, "liaison"), {}),
    ("lookback_relapse", "403 T32.other-seat", "LBK-01", upgraded_in(State.LOOK_BACK), seat(BUREAU, "liaison"),
     {}),
    ("confirm_relapse", "409 T32.window-over", "LBK-03", late(State.CLEARED, 190), DESK, {}),
    ("confirm_relapse", "422 T32.itself", "T33", hazard_in(State.CLEARED), DESK, {"matched": ITSELF}),
    ("merge", "422 T33.itself", "T33", hazard_in(State.PLANNING), OFFICE, {"into": ITSELF}),
    ("state_reason", "409 T34.not-late", "SUP-01", hazard_in(State.REMEDIATING), None, {}),
    ("accept_reason", "409 T34.no-reason", "SUP-01", late(State.REMEDIATING, 8), OFFICE, {}),
    ("acknowledge", "409 T34.nothing-owed", "SUP-01", given(State.REMEDIATING, "link_incident", "acknowledge"), OFFICE,
     {}),
    ("acknowledge", "422 T34.unknown-obligation", "SUP-01", given(State.REMEDIATING, "link_incident"), OFFICE,
     {"obligation": "talk-7"}),
    ("order_talk", "409 T34.no-question", "SUP-03", hazard_in(State.REMEDIATING), OFFICE, {}),
    ("order_talk", "422 T34.which-unit", "SUP-03", late(State.REMEDIATING, 40), OFFICE, {"unit": "盈浦街道"}),
    ("hold_talk", "422 T34.which-unit", "SUP-03", talked_to(ordered=True), OFFICE, {"unit": "盈浦街道"}),
    ("publish_exposure", "422 T34.which-unit", "SUP-03", talked_to(days=20), OFFICE, {"unit": "盈浦街道"}),
    ("refer", "422 T34.which-unit", "SUP-03", late(State.REMEDIATING, 60), DIRECTOR, {"unit": "没有的单位"}),
    ("decline", "422 T34.which-unit", "SUP-03", late(State.REMEDIATING, 40), OFFICE,
     {"question": "talk", "unit": "盈浦街道"}),
    ("hold_talk", "409 T34.no-talk", "N62", late(State.REMEDIATING, 40), OFFICE, {}),
    ("hold_talk", "422 T34.by-proxy", "N62", talked_to(ordered=True), OFFICE, {"by_proxy": True}),
    ("hold_talk", "422 T34.day-out-of-range", "N62", talked_to(ordered=True), OFFICE, {"held_on": "2026-03-02"}),
    ("file_rectification", "409 T34.no-report-owed", "N62", talked_to(ordered=True), PRINCIPAL, {}),
    ("publish_exposure", "409 T34.talk-answered", "SUP-03", talked_to(), OFFICE, {}),
    ("publish_exposure", "409 T34.confidential", "SUP-03", talked_to(days=20, confidentiality="INTERNAL"), OFFICE, {}),
    ("refer", "409 T34.no-question", "SUP-05", hazard_in(State.REMEDIATING), DIRECTOR, {}),
    ("refer", "409 T34.nowhere-to-refer", "SUP-05", nowhere_to_refer(), DIRECTOR, {}),
    ("refer", "422 T34.failure-not-named", "SUP-04", given(State.REMEDIATING, "link_incident"), DIRECTOR,
     {"failure": "not_inspected"}),
    ("refer", "422 T34.no-consequence", "SUP-04", late(State.REMEDIATING, 60), DIRECTOR, {}),
    ("propose_listing", "409 T34.no-question", "SUP-05", hazard_in(State.REMEDIATING), DIRECTOR, {}),
    ("propose_listing", "409 T34.listed", "MOD-03", after(listed_in(State.REMEDIATING), "link_incident"), DIRECTOR, {}),
    ("propose_listing", "409 T34.mode-not-here", "MOD-01", after(in_the_town(), "link_incident"),
     seat("zongzhiban", "office_director"), {}),
    ("decline", "422 T34.no-question", "SUP-03", hazard_in(State.REMEDIATING), OFFICE, {}),
    ("add_record", "422 T35.not-your-record", "ACT-28", hazard_in(State.REMEDIATING), LIAISON, {"kind": "guidance"}),
    ("add_record", "422 T35.document-missing", "REM-08", hazard_in(State.REMEDIATING), LIAISON,
     {"kind": "law_enforcement"}),
    ("add_record", "422 T35.not-after-hand-over", "MOD-18", hazard_in(State.REMEDIATING), OFFICE,
     {"kind": "cooperation"}),
    ("add_record", "422 T35.unknown-unit", "COL-01", hazard_in(State.REMEDIATING), OFFICE, {"units": ["火星局"]}),
    ("joint_meeting", "422 T35.unknown-unit", "COL-01", hazard_in(State.REMEDIATING), OFFICE,
     {"participants": ["夏阳街道", "火星局"]}),
    ("joint_meeting", "422 T35.no-duties", "COL-03", hazard_in(State.REMEDIATING), OFFICE, {"kind": "diagnosis"}),
    ("report_to_principal", "422 T35.unknown-unit", "MOD-19", hazard_in(State.REMEDIATING), PRINCIPAL,
     {"to": "夏阳街道"}),
    ("link_incident", "422 T35.in-the-future", "SUP-07", hazard_in(State.REMEDIATING), OFFICE, {"on": "2026-12-01"}),
    ("add_penalty", "422 T35.in-the-future", "SUP-07", hazard_in(State.REMEDIATING), OFFICE, {"on": "2026-12-01"}),
    ("set_confidentiality", "422 T35.below-least", "SEC-02", hazard_in(State.REGISTERED, category=1),
     seat("office", "custodian"), {"level": "PUBLIC"}),
    ("link_petition", "409 T35.one-at-a-time", "N80", given(State.REMEDIATING, "link_petition"), DESK, {}),
    ("notify_petitioner", "409 T35.no-petition", "N80", hazard_in(State.REMEDIATING), LIAISON, {}),
    ("notify_petitioner", "409 T35.already-notified", "N81",
     given(State.REMEDIATING, "link_petition", "notify_petitioner"), LIAISON, {}),
    ("object_to_petition", "409 T35.no-petition", "N80", hazard_in(State.REMEDIATING), LIAISON, {}),
    ("object_to_petition", "409 T35.too-late", "N09", petitioned(days=8), LIAISON, {}),
    ("decide_objection", "409 T35.no-petition", "N80", hazard_in(State.REMEDIATING), OFFICE, {}),
    ("decide_objection", "409 T35.no-objection", "N09", petitioned(), OFFICE, {}),
    ("extend_petition", "409 T35.no-petition", "N80", hazard_in(State.REMEDIATING), PRINCIPAL, {}),
    ("extend_petition", "409 T35.once", "N82", given(State.REMEDIATING, "link_petition", "extend_petition"), PRINCIPAL,
     {}),
    ("extend_petition", "422 T35.beyond-cap", "N82", petitioned(), PRINCIPAL, {"until": "2026-08-01"}),
    ("close_petition", "409 T35.no-petition", "N80", hazard_in(State.REMEDIATING), LIAISON, {}),
    ("close_petition", "409 T35.not-notified", "N81", petitioned(), LIAISON, {}),
    ("assign", "422 T06.not-responsible", "CLS-11", in_the_town(category=2), seat("zongzhiban", "desk"),
     {"target": "某服装厂"}),
    ("self_handle", "403 T05.not-responsible", "CLS-11", in_the_town("danwei-2", category=2),
     seat("danwei-2", "liaison"), {}),
    ("submit_plan", "409 T19.no-consultation", "COL-02", unconsulted(), None, {}),
    ("report_completion", "422 T25.evidence-missing", "VER-02", hazard_in(State.REMEDIATING), HANDLER,
     {"outcome": "closed_by_law"}),
    ("report_completion", "422 T25.case-missing", "REM-08", hazard_in(State.REMEDIATING), HANDLER,
     {"outcome": "to_justice", "evidence": [{"kind": "document", "ref": "移送书"}]}),
    ("report_completion", "422 T25.handling-missing", "REM-06", hazard_in(State.REMEDIATING, category=2), HANDLER,
     {"handling": None}),
    ("report_completion", "422 T25.settlement-missing", "REM-07", hazard_in(State.REMEDIATING, category=3), HANDLER,
     {"settlement": []}),
    ("assess_pass", "403 T26.lead-assesses", "ACT-20", assessed_in_the_town(), seat("guanqu-1", "assessor"), {}),
    ("assess_fail", "403 T27.lead-assesses", "ACT-20", assessed_in_the_town(), seat("guanqu-1", "assessor"), {}),
]  # fmt: skip


def test_the_list_above_holds_every_guard_of_the_table():
    of_the_table = {
        (row.command, f"{guard.status} {row.id}.{guard.code}", guard.requirement)
        for row in TRANSITIONS
        for guard in row.guards
    }

    assert {entry[:3] for entry in REFUSALS} == of_the_table
    assert len(REFUSALS) == len(of_the_table)


@pytest.mark.requirement("CLS-10", "CLS-12", "CLS-13")
@pytest.mark.parametrize(
    ("command", "refusal", "requirement", "case", "actor", "form"),
    [pytest.param(*row, marks=pytest.mark.requirement(row[2]), id=row[1]) for row in REFUSALS],
)
def test_guards_refuse(command, refusal, requirement, case, actor, form):
    case = case() if case is Case else case
    refused = case.refused(command, actor, **form)

    assert (f"{refused.status} {refused.code}", refused.requirement) == (refusal, requirement)
    assert refused.zh and refused.en


def test_the_sentences_of_all_guards_are_distinct_within_a_row():
    for row in TRANSITIONS:
        assert len({guard.zh for guard in row.guards}) == len(row.guards)


# ── what every command is asked first ────────────────────────────────────────────────────────────────


def test_the_right_is_asked_before_the_state_and_the_state_before_the_form():
    case = hazard_in(State.REGISTERED)

    assert case.refused("merge", DESK, into=ITSELF).code == "T33.not-your-right"
    assert case.refused("assess_pass", OFFICE).status == 403
    done = hazard_in(State.MERGED)
    assert done.refused("merge", OFFICE, into=ITSELF).code == "T33.wrong-state"


def test_who_saw_an_older_state_looks_again_first():
    case = hazard_in(State.REMEDIATING)
    stale = case.order("progress").model_copy(update={"expected": case.hazard.seq - 1})
    fresh = case.order("progress").model_copy(update={"expected": case.hazard.seq})

    with pytest.raises(Refusal) as refusal:
        case.carry_out(stale)
    assert (refusal.value.refused.status, refusal.value.refused.code) == (412, "stale")
    assert "第4步" in refusal.value.refused.zh
    assert case.carry_out(fresh)


def test_whoever_has_no_right_does_not_learn_that_he_is_late():
    case = hazard_in(State.REMEDIATING)
    stale = case.order("progress", DESK).model_copy(update={"expected": 1})

    with pytest.raises(Refusal, match="not-your-right"):
        case.carry_out(stale)


@pytest.mark.requirement("ACT-04")
@pytest.mark.parametrize(
    ("actor", "sentence"),
    [
        (seat("nowhere", "liaison"), "本区没有单位“nowhere”"),
        (seat("xiayang", "desk"), "“城运中心值班”席位只设在区城运中心"),
        (seat("desk", "office"), "“清零办”席位只设在区清零办"),
        (seat("xiayang", "office_director"), "“清零办主任”席位只设在区清零办"),
    ],
)
def test_there_are_no_seats_but_those_of_the_district(actor, sentence):
    refusal = hazard_in(State.REGISTERED).refused("assign", actor)

    assert (refusal.status, refusal.code, refusal.zh) == (403, "T06.no-such-seat", sentence)
