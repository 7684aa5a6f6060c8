"""Who may give which command: every role in every kind of unit against the table of process.md §3.3."""

import pytest

from domain.transitions import BY_COMMAND
from domain.values import State
from tests.builders import (
    BUREAU,
    DESK,
    ENTERPRISE,
    OTHER_STREET,
    SEATS,
    STREET,
    Case,
    hazard_in,
    listed_in,
    seat,
    upgraded_in,
)

FIELD = "discoverer liaison handler deputy_leader principal"
LEADERS = "liaison handler deputy_leader principal"
OFFICE = "office office_director"
CONCERNED = f"{OFFICE} {FIELD} assessor"
ANY_UNIT = ("desk", "office", STREET, OTHER_STREET, BUREAU, ENTERPRISE, "gongshui")


def routed(state: State) -> Case:
    """Registered by the desk, owned by 夏阳街道 since its assignment, lying in 盈浦街道."""
    case = Case().report(place="盈浦街道某小区")
    case.give("verify_confirm", DESK)
    case.give("assign")
    for command in ("sign", "submit_plan", "report_completion", "assess_pass"):
        if case.hazard.state is not state:
            case.give(command)
    if state is State.LOOK_BACK:
        case.wait(days=31)
    assert case.hazard.state is state
    return case


def registered_by(unit: str, code: str = "S06-02") -> Case:
    return Case().report(seat(unit, "discoverer"), channel="grid_patrol", code=code, place="盈浦街道某小区")


def late_and_explained() -> Case:
    case = routed(State.REMEDIATING)
    case.wait(days=12)
    case.give("state_reason")
    return case


def with_a_request() -> Case:
    case = routed(State.REMEDIATING)
    case.give("request_extension")
    return case


def upgraded_with_a_request() -> Case:
    case = upgraded_in(State.REMEDIATING)
    case.give("request_extension")
    return case


def asked_to_list() -> Case:
    case = hazard_in(State.REGISTERED)
    case.give("request_listing")
    return case


def with_a_part_reported() -> Case:
    case = listed_in(State.REMEDIATING)
    case.give("report_subtask", seat(STREET, "handler", "who-reported-it"))
    return case


def listed_with_a_request() -> Case:
    case = listed_in(State.REMEDIATING)
    case.give("request_extension")
    return case


def after(case: Case, *commands: str) -> Case:
    for command in commands:
        case.give(command)
    return case


def very_late() -> Case:
    case = routed(State.REMEDIATING)
    case.wait(days=40)
    return case


def with_a_talk_ordered() -> Case:
    return after(very_late(), "order_talk")


def with_a_talk_held() -> Case:
    return after(with_a_talk_ordered(), "hold_talk")


def with_a_talk_unanswered() -> Case:
    case = with_a_talk_held()
    case.wait(days=20)
    return case


def with_an_incident() -> Case:
    return after(routed(State.REMEDIATING), "link_incident")


def with_a_petition() -> Case:
    return after(routed(State.REMEDIATING), "link_petition")


def with_an_objection() -> Case:
    return after(with_a_petition(), "object_to_petition")


def with_the_petitioner_told() -> Case:
    return after(with_a_petition(), "notify_petitioner")


# command: a case in which all else holds → unit: roles
RIGHTS = [
    ("verify_confirm", lambda: Case().report(place="盈浦街道某小区"), {"desk": "desk", OTHER_STREET: "liaison"}),
    ("verify_dismiss", lambda: Case().report(place="盈浦街道某小区"), {"desk": "desk", OTHER_STREET: "liaison"}),
    ("verify_confirm", lambda: Case().report(place="G50"),
     {"desk": "desk", STREET: "liaison", OTHER_STREET: "liaison"}),
    ("clear_on_spot", lambda: registered_by(STREET), {STREET: FIELD}),
    ("clear_on_spot", lambda: registered_by("desk"), {}),
    ("self_handle", lambda: registered_by(STREET), {STREET: FIELD}),
    ("self_handle", lambda: registered_by(ENTERPRISE), {ENTERPRISE: FIELD}),
    ("self_handle", lambda: registered_by(BUREAU, "B02-08"), {BUREAU: FIELD}),
    ("self_handle", lambda: registered_by("desk"), {}),
    ("self_handle", lambda: registered_by("gongshui"), {}),
    ("assign", lambda: registered_by(STREET), {"desk": "desk", "office": OFFICE}),
    ("request_upgrade", lambda: registered_by(STREET), {STREET: LEADERS}),
    ("request_upgrade", lambda: registered_by(ENTERPRISE), {ENTERPRISE: LEADERS}),
    ("request_upgrade", lambda: registered_by(BUREAU), {}),
    ("request_upgrade", lambda: registered_by("desk"), {}),
    ("request_diversion", lambda: registered_by(BUREAU), {BUREAU: LEADERS}),
    ("request_diversion", lambda: registered_by(STREET), {}),
    ("request_diversion", lambda: registered_by(ENTERPRISE), {}),
    ("request_listing", lambda: registered_by(BUREAU), dict.fromkeys(ANY_UNIT, LEADERS) | {"office": f"{LEADERS} {OFFICE}"}),
    ("forward_listing", asked_to_list, {"office": OFFICE}),
    ("listing_approve", lambda: listed_in(State.LISTING_REVIEW), {"ldxz": "listing_authority"}),
    ("listing_reject", lambda: listed_in(State.LISTING_REVIEW), {"ldxz": "listing_authority"}),
    ("plan_approve", lambda: listed_in(State.PLAN_REVIEW), {"qzf": "sponsor", "office": OFFICE}),
    ("plan_reject", lambda: listed_in(State.PLAN_REVIEW), {"qzf": "sponsor", "office": OFFICE}),
    ("sign_subtask", lambda: listed_in(State.AWAITING_SIGNOFF), {STREET: "liaison"}),
    ("sign", lambda: listed_in(State.AWAITING_SIGNOFF), {BUREAU: "liaison"}),
    ("progress", lambda: listed_in(State.REMEDIATING), {BUREAU: "liaison handler", STREET: "liaison handler"}),
    ("report_subtask", lambda: listed_in(State.REMEDIATING), {BUREAU: "liaison handler", STREET: "liaison handler"}),
    ("confirm_subtask", with_a_part_reported, {BUREAU: LEADERS}),
    ("send_back_subtask", with_a_part_reported, {BUREAU: LEADERS}),
    ("decide_extension", listed_with_a_request, {"qzf": "sponsor", "office": OFFICE}),
    ("enter_key_control", lambda: listed_in(State.REMEDIATING), {"qzf": "sponsor"}),
    ("accept_pass", lambda: listed_in(State.ACCEPTANCE), {"office": OFFICE, "gongan": "acceptance_panel"}),
    ("accept_fail", lambda: listed_in(State.ACCEPTANCE), {"office": OFFICE, "gongan": "acceptance_panel"}),
    ("record_listing_notice", lambda: listed_in(State.PLANNING), {"office": OFFICE}),
    ("lookback_pass", lambda: listed_in(State.LOOK_BACK), {"desk": f"{FIELD} assessor", "office": CONCERNED}),
    ("triage_route", lambda: hazard_in(State.UNDER_TRIAGE), {"office": OFFICE}),
    ("triage_return", lambda: hazard_in(State.UNDER_TRIAGE), {"office": OFFICE}),
    ("jurisdiction_unclear", lambda: hazard_in(State.UNDER_TRIAGE), {"desk": "desk"}),
    ("jurisdiction_rule", lambda: hazard_in(State.JURISDICTION_RULING), {"office": OFFICE}),
    ("return", lambda: routed(State.AWAITING_SIGNOFF), {STREET: "liaison"}),
    ("sign", lambda: routed(State.AWAITING_SIGNOFF), {STREET: "liaison"}),
    ("submit_plan", lambda: routed(State.PLANNING), {STREET: "liaison handler"}),
    ("progress", lambda: routed(State.REMEDIATING), {STREET: "liaison handler"}),
    ("request_extension", lambda: routed(State.REMEDIATING), {STREET: LEADERS}),
    ("decide_extension", with_a_request, {"desk": "desk"}),
    ("decide_extension", upgraded_with_a_request, {"office": OFFICE}),
    ("enter_key_control", lambda: routed(State.REMEDIATING), {STREET: "principal"}),
    ("enter_key_control", lambda: upgraded_in(State.REMEDIATING), {"office": OFFICE}),
    ("control_review", lambda: hazard_in(State.KEY_CONTROL), {STREET: LEADERS, "office": OFFICE}),
    ("resume", lambda: hazard_in(State.KEY_CONTROL), {STREET: LEADERS, "office": OFFICE}),
    ("recognise_pass", lambda: hazard_in(State.AWAITING_RECOGNITION), {"office": OFFICE}),
    ("recognise_fail", lambda: hazard_in(State.AWAITING_RECOGNITION), {"office": OFFICE}),
    ("report_completion", lambda: routed(State.REMEDIATING), {STREET: "liaison handler"}),
    ("assess_pass", lambda: routed(State.SELF_ASSESSMENT), {STREET: "assessor"}),
    ("assess_fail", lambda: routed(State.SELF_ASSESSMENT), {STREET: "assessor"}),
    ("lookback_pass", lambda: routed(State.LOOK_BACK), {STREET: f"{FIELD} assessor", "office": OFFICE}),
    ("lookback_relapse", lambda: routed(State.LOOK_BACK), {STREET: f"{FIELD} assessor", "office": OFFICE}),
    ("lookback_pass", lambda: upgraded_in(State.LOOK_BACK),
     {STREET: f"{FIELD} assessor", "desk": f"{FIELD} assessor", "office": CONCERNED}),
    ("lookback_relapse", lambda: upgraded_in(State.LOOK_BACK),
     {STREET: f"{FIELD} assessor", "desk": f"{FIELD} assessor", "office": CONCERNED}),
    ("confirm_relapse", lambda: routed(State.CLEARED), {"desk": "desk", "office": OFFICE}),
    ("merge", lambda: routed(State.PLANNING), {"office": OFFICE}),
    ("hand_over", lambda: routed(State.PLANNING), {"office": OFFICE}),
    ("state_reason", late_and_explained, {STREET: LEADERS}),
    ("accept_reason", late_and_explained, {"office": OFFICE}),
    ("acknowledge", with_an_incident, {"office": f"{LEADERS} {OFFICE}"}),
    ("issue_notice", lambda: routed(State.PLANNING), {"desk": "desk", "office": OFFICE}),
    ("order_talk", very_late, {"office": OFFICE}),
    ("decline", very_late, {"office": OFFICE}),
    ("hold_talk", with_a_talk_ordered, {"office": OFFICE}),
    ("file_rectification", with_a_talk_held, {STREET: LEADERS}),
    ("publish_exposure", with_a_talk_unanswered, {"office": OFFICE}),
    ("refer", with_an_incident, {"office": "office_director"}),
    ("propose_listing", with_an_incident, {"office": "office_director"}),
    ("open_special_inspection", lambda: routed(State.PLANNING), {"fuban": "inspector"}),
    ("joint_meeting", lambda: routed(State.PLANNING),
     dict.fromkeys(ANY_UNIT, f"{FIELD} assessor")
     | {"desk": f"{FIELD} assessor desk", "office": f"{FIELD} assessor {OFFICE}", "fuban": "inspector"}),
    ("add_record", lambda: routed(State.PLANNING),
     {BUREAU: f"{FIELD} assessor", "office": OFFICE, "fuban": "inspector"}),
    ("report_to_principal", lambda: routed(State.PLANNING), dict.fromkeys(ANY_UNIT, "principal")),
    ("link_incident", lambda: routed(State.PLANNING), {"office": OFFICE}),
    ("add_penalty", lambda: routed(State.PLANNING), {BUREAU: FIELD, "office": OFFICE}),
    ("set_confidentiality", lambda: routed(State.PLANNING), dict.fromkeys(ANY_UNIT, "custodian")),
    ("link_petition", lambda: routed(State.PLANNING), {STREET: LEADERS, "desk": "desk", "office": OFFICE}),
    ("notify_petitioner", with_a_petition, {STREET: LEADERS}),
    ("object_to_petition", with_a_petition, {STREET: LEADERS}),
    ("decide_objection", with_an_objection, {"office": OFFICE}),
    ("extend_petition", with_a_petition, {STREET: "principal"}),
    ("close_petition", with_the_petitioner_told, {STREET: LEADERS}),
    ("classify", lambda: routed(State.PLANNING), {"office": OFFICE}),
    ("load_calendar", lambda: routed(State.PLANNING), {"system": "system"}),
]  # fmt: skip


def seats(table: dict[str, str]) -> set[tuple[str, str]]:
    return {(unit, role) for unit, roles in table.items() for role in roles.split()}


def test_the_list_above_holds_every_command():
    assert {command for command, _, _ in RIGHTS} == set(BY_COMMAND) - {"report"}


@pytest.mark.requirement("MOD-16", "ACT-23")
@pytest.mark.parametrize(
    ("command", "arrange", "table"), RIGHTS, ids=[f"{n}-{row[0]}" for n, row in enumerate(RIGHTS)]
)
def test_these_seats_may_and_no_others(command, arrange, table):
    case = arrange()
    admitted = {(a.unit, a.role.value) for a in SEATS if case.answer(command, a) is None}

    assert admitted == seats(table)


@pytest.mark.requirement("MOD-16", "ACT-23")
@pytest.mark.parametrize(
    ("command", "arrange", "table"), RIGHTS, ids=[f"{n}-{row[0]}" for n, row in enumerate(RIGHTS)]
)
def test_all_others_are_told_that_it_is_not_their_right(command, arrange, table):
    case = arrange()
    row = BY_COMMAND[command]
    answers = {(a.unit, a.role.value): case.answer(command, a) for a in SEATS}

    for key, answer in answers.items():
        if key not in seats(table):
            assert (answer.status, answer.code) in {
                (403, f"{row.id}.not-your-right"),
                (403, f"{row.id}.no-such-seat"),
                *(
                    (guard.status, f"{row.id}.{guard.code}")
                    for guard in row.guards
                    if guard.status == 403 or guard.code in ("no-report-owed", "not-your-record")
                ),
            }


@pytest.mark.requirement("ACT-23")
def test_anybody_of_the_district_who_finds_something_may_report_it():
    admitted = set()
    for actor in SEATS:
        try:
            Case().report(actor)
        except Exception as refusal:
            assert "T01.not-your-right" in str(refusal) or "T01.no-such-seat" in str(refusal)
        else:
            admitted.add((actor.unit, actor.role.value))

    finders = dict.fromkeys(ANY_UNIT, "discoverer liaison handler")
    assert admitted == seats(finders) | {("desk", "desk"), ("office", "office")}


def test_the_refusal_names_those_who_may():
    refusal = hazard_in(State.REMEDIATING).answer("request_extension", DESK)

    assert refusal.zh == "“申请延期”只能由管辖（责任）单位的联络员、责任人员、分管领导、一把手办理"
    assert refusal.en == (
        "only liaison / handler / deputy leader in charge / principal of the owning unit may request an extension"
    )


def test_the_refusal_names_the_kind_of_unit_where_any_of_it_may():
    refusal = hazard_in(State.REMEDIATING).answer("add_penalty", seat(STREET, "liaison"))

    assert "委办局/行业主管部门的发现人、联络员" in refusal.zh
    assert "principal of a bureau" in refusal.en


@pytest.mark.requirement("MOD-16")
def test_a_former_owner_has_no_rights_left():
    case = hazard_in(State.REGISTERED)  # registered and held by 夏阳街道
    case.give("assign", target="盈浦街道")

    for actor in SEATS:
        if actor.unit == STREET:
            assert case.answer("sign", actor).status == 403
