"""The state table: every transition with its id, its command, from where to where, who, and on what terms.

This table is what ``decide`` reads, what ``allowed`` explains and what the documentation prints. To add
a transition, add a row; its form is in ``commands``, its guards in ``guards``, its effect in ``effects``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from domain import effects, guards, lines
from domain.guards import Ask, Guard
from domain.organisation import MAY_PASS_UP, ROLES_OF_THE_DESK, ROLES_OF_THE_OFFICE, Role, UnitType
from domain.values import Labelled, State


class Relation(Labelled):
    """How the actor's unit must stand to the hazard."""

    ANY = "ANY", "任何单位", "any unit"
    OWNER = "OWNER", "管辖（责任）单位", "the owning unit"
    REGISTRANT = "REGISTRANT", "登记单位", "the registering unit"
    BEARER = "BEARER", "承担期限的单位", "a unit that bears a running deadline"
    OBLIGED = "OBLIGED", "承担督办事项的单位", "a unit that owes something"
    LEAD = "LEAD", "风险类别牵头单位", "the unit that leads the risk category"
    LINE = "LINE", "所属条线（风险类别）", "the lead of its line or risk category"
    PLACE = "PLACE", "隐患所在街镇（管区）", "the sub-district (in a town, the zone) of the place"
    CONCERNED = "CONCERNED", "其他相关单位", "another unit concerned"
    COOPERATING = "COOPERATING", "配合单位", "a cooperating unit"
    SPONSORING = "SPONSORING", "本件", "this hazard"


@dataclass(frozen=True, slots=True)
class Who:
    """One kind of seat that may give a command: roles, relation to the hazard, kinds of unit."""

    roles: frozenset[Role]
    relation: Relation = Relation.ANY
    types: frozenset[UnitType] = frozenset()

    def admits(self, ask: Ask) -> bool:
        return ask.actor.role in self.roles and self._type_fits(ask) and self._related(ask)

    def _type_fits(self, ask: Ask) -> bool:
        if not self.types:
            return True
        unit = ask.rules.book.organisation.by_id.get(ask.actor.unit)
        return unit is not None and unit.type in self.types

    def _related(self, ask: Ask) -> bool:
        unit, hazard = ask.actor.unit, ask.hazard
        match self.relation:
            case Relation.ANY:
                return True
            case Relation.OWNER:
                return unit == hazard.owner
            case Relation.REGISTRANT:
                return unit == hazard.registered_by
            case Relation.CONCERNED:
                return unit in hazard.involved and unit != hazard.owner
            case Relation.COOPERATING:
                return unit != hazard.owner and hazard.subtask(unit) is not None
            case Relation.SPONSORING:
                # One vice-mayor sponsors a hazard; another one has no say in it (MOD-13).
                listing = hazard.listing
                return listing is not None and ask.actor.person == listing.sponsor.person
            case Relation.BEARER:
                return any(clock.bearer == unit for clock in hazard.running())
            case Relation.OBLIGED:
                return any(owed.open and owed.unit == unit for owed in hazard.obligations)
            case Relation.LEAD:
                category = ask.rules.book.category(hazard.category)
                return category is not None and unit == category.lead
            case Relation.LINE:
                return lines.leads(ask.rules.book, hazard, unit)
            case Relation.PLACE:
                # A place that no report has tied to a sub-district may be verified by any of them.
                return hazard.subdistrict in (None, unit)

    @property
    def zh(self) -> str:
        roles = "、".join(role.zh for role in Role if role in self.roles)
        kinds = "、".join(kind.zh for kind in self._kinds)
        if self.relation is Relation.ANY:
            return f"{kinds}的{roles}" if kinds else roles
        return f"{self.relation.zh}{f'（{kinds}）' if kinds else ''}的{roles}"

    @property
    def en(self) -> str:
        roles = " / ".join(role.en for role in Role if role in self.roles)
        kinds = ", ".join(kind.en for kind in self._kinds)
        if self.relation is Relation.ANY:
            return f"{roles} of a {kinds}" if kinds else roles
        return f"{roles} of {self.relation.en}{f' ({kinds})' if kinds else ''}"

    @property
    def _kinds(self) -> list[UnitType]:
        """The kinds of unit to name; a place is a sub-district's anyway."""
        return [] if self.relation is Relation.PLACE else [kind for kind in UnitType if kind in self.types]


class Target(Enum):
    """Where a transition leads when it is not one fixed state."""

    STAYS = "–"
    BY_CHANNEL = "REPORTED / REGISTERED"
    BY_LOOKBACKS_LEFT = "CLEARED / CLOSED"
    BY_MODE = "CLEARED / AWAITING_RECOGNITION / ACCEPTANCE"
    BY_PLAN = "REMEDIATING / PLANNING"
    BY_REVIEW = "REMEDIATING / PLAN_REVIEW"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the state table. ``command`` is ``None`` for what time does."""

    id: str
    command: str | None
    sources: frozenset[State]
    target: State | Target
    who: tuple[Who, ...]
    guards: tuple[Guard, ...] = ()
    effect: Callable[..., None] | None = None
    requirement: str = ""


_OPEN = frozenset(state for state in State if not state.terminal)
_UNSOLVED = _OPEN - {State.CLEARED, State.LOOK_BACK}
_LISTED_WORK = frozenset(
    {State.AWAITING_SIGNOFF, State.PLANNING, State.PLAN_REVIEW, State.REMEDIATING, State.KEY_CONTROL}
)
"""States of a listed hazard in which its parts are signed for."""
_LISTED_END = frozenset({State.SELF_ASSESSMENT, State.ACCEPTANCE, State.CLEARED, State.LOOK_BACK})

_DESK = Who(ROLES_OF_THE_DESK)
_OFFICE = Who(ROLES_OF_THE_OFFICE)
_STREET_LIAISON = Who(
    frozenset({Role.LIAISON}), Relation.PLACE, frozenset({UnitType.SUBDISTRICT, UnitType.ZONE})
)
_FINDERS = Who(frozenset({Role.DISCOVERER, Role.LIAISON, Role.HANDLER, Role.DESK, Role.OFFICE}))
_LEADERS = frozenset({Role.LIAISON, Role.HANDLER, Role.DEPUTY_LEADER, Role.PRINCIPAL})
_FIELD = _LEADERS | {Role.DISCOVERER}
_SELF_HANDLERS = Who(
    _FIELD,
    Relation.REGISTRANT,
    frozenset(
        {
            UnitType.SUBDISTRICT,
            UnitType.DISTRICT_ENTERPRISE,
            UnitType.BUREAU,
            UnitType.VILLAGE_COMMITTEE,
            UnitType.ZONE,
            UnitType.INSTITUTION,
        }
    ),
)
_UPGRADERS = Who(
    _LEADERS,
    Relation.OWNER,
    MAY_PASS_UP,
)
_DIVERTERS = Who(
    _LEADERS,
    Relation.OWNER,
    frozenset({UnitType.BUREAU}),
)
_OWNER_PRINCIPAL = Who(frozenset({Role.PRINCIPAL}), Relation.OWNER)
_CONCERNED_WATCH = Who(_FIELD | {Role.ASSESSOR}, Relation.CONCERNED)
_OWNER_LIAISON = Who(frozenset({Role.LIAISON}), Relation.OWNER)
_OWNER_HANDLER = Who(frozenset({Role.HANDLER}), Relation.OWNER)
_OWNER_LEADERS = Who(_LEADERS, Relation.OWNER)
_OWNER_ASSESSOR = Who(frozenset({Role.ASSESSOR}), Relation.OWNER)
_OWNER_WATCH = Who(_FIELD | {Role.ASSESSOR}, Relation.OWNER)
_UNIT_LEADERS = Who(_LEADERS)
_AUTHORITY = Who(frozenset({Role.LISTING_AUTHORITY}))
_SPONSOR = Who(frozenset({Role.SPONSOR}), Relation.SPONSORING)
_PANEL = Who(frozenset({Role.ACCEPTANCE_PANEL}))
_COOPERATING_LIAISON = Who(frozenset({Role.LIAISON}), Relation.COOPERATING)
_COOPERATING_WORKERS = Who(frozenset({Role.LIAISON, Role.HANDLER}), Relation.COOPERATING)
_OBLIGED_LEADERS = Who(_LEADERS, Relation.OBLIGED)


def _of_whoever(relation: Relation) -> tuple[Who, ...]:
    """The seats that answer for a unit, the desk and the office included, where it stands so to the hazard."""
    return (
        Who(_LEADERS, relation),
        Who(ROLES_OF_THE_DESK, relation),
        Who(ROLES_OF_THE_OFFICE, relation),
    )


_DIRECTOR = Who(frozenset({Role.OFFICE_DIRECTOR}))
_INSPECTOR = Who(frozenset({Role.INSPECTOR}))
_CUSTODIAN = Who(frozenset({Role.CUSTODIAN}))
_PRINCIPAL = Who(frozenset({Role.PRINCIPAL}))
_ENFORCEMENT = Who(_FIELD, Relation.ANY, frozenset({UnitType.BUREAU}))
_ANYBODY = Who(_FIELD | {Role.ASSESSOR, Role.DESK, Role.OFFICE, Role.OFFICE_DIRECTOR, Role.INSPECTOR})
_LINE_LEAD = Who(frozenset({Role.LEAD_UNIT}), Relation.LINE)
_LEAD_ASSESSOR = Who(frozenset({Role.ASSESSOR}), Relation.LEAD)
_SYSTEM = Who(frozenset({Role.SYSTEM}))


def _row(
    id: str,
    command: str | None,
    sources: State | frozenset[State] | None,
    target: State | Target,
    who: tuple[Who, ...],
    requirement: str,
    *guarded: Guard,
    effect: Callable[..., Any] | None = None,
) -> Transition:
    if sources is None:
        sources = frozenset()
    elif isinstance(sources, State):
        sources = frozenset({sources})
    return Transition(id, command, sources, target, who, guarded, effect, requirement)


# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    _row("T01", "report", None, Target.BY_CHANNEL, (_FINDERS,), "REG-03",
         guards.registration.known_code, guards.registration.known_subdistrict, guards.registration.known_sub_item, guards.registration.classified_if_own,
         guards.registration.not_in_the_future,
         effect=effects.registration.report),
    _row("T02", "verify_confirm", State.REPORTED, State.REGISTERED, (_DESK, _STREET_LIAISON), "VER-07",
         guards.registration.known_code, guards.registration.known_subdistrict, guards.registration.known_sub_item, guards.registration.classified,
         effect=effects.registration.verify_confirm),
    _row("T03", "verify_dismiss", State.REPORTED, State.DISMISSED, (_DESK, _STREET_LIAISON), "VER-07",
         effect=effects.registration.verify_dismiss),
    _row("T04", "clear_on_spot", State.REGISTERED, State.CLEARED, (_SELF_HANDLERS,), "REG-04",
         guards.registration.has_before_evidence, guards.registration.has_after_evidence, guards.registration.assessor_named,
         guards.registration.assessor_is_another,
         effect=effects.registration.clear_on_spot),
    _row("T05", "self_handle", State.REGISTERED, State.PLANNING, (_SELF_HANDLERS,), "MOD-04",
         guards.registration.of_own_line, guards.categories.takes_on_own_category,
         effect=effects.registration.self_handle),
    _row("T06", "assign", State.REGISTERED, State.AWAITING_SIGNOFF, (_DESK, _OFFICE), "ACT-18",
         guards.routing.target_exists, guards.routing.target_handles, guards.categories.may_answer_for_category,
         *guards.transfer.ASSIGNED_AHEAD,
         effect=effects.registration.assign),
    _row("T07", "request_upgrade", frozenset({State.REGISTERED, State.PLANNING, State.REMEDIATING}),
         State.UNDER_TRIAGE, (_UPGRADERS,), "MOD-02",
         guards.listing.not_listed, guards.routing.UPGRADE_OPEN, guards.routing.proposed_units_known,
         effect=effects.routing.request_upgrade),
    _row("T08", "request_diversion", State.REGISTERED, State.UNDER_TRIAGE, (_DIVERTERS,), "MOD-08",
         guards.routing.DIVERSION_OPEN, guards.routing.proposed_units_known,
         effect=effects.routing.request_diversion),
    _row("T09", "request_listing",
         frozenset({State.REGISTERED, State.UNDER_TRIAGE, State.PLANNING, State.REMEDIATING, State.KEY_CONTROL}),
         State.UNDER_TRIAGE, (_UNIT_LEADERS, _OFFICE), "MOD-11",
         guards.listing.not_listed, guards.listing.LISTING_OPEN, guards.routing.proposed_units_known,
         guards.listing.two_units_proposed,
         effect=effects.listing.request_listing),
    _row("T10", "triage_route", State.UNDER_TRIAGE, State.AWAITING_SIGNOFF, (_OFFICE,), "MOD-07",
         guards.routing.participants_known, guards.routing.desk_takes_part, guards.routing.target_exists, guards.routing.target_handles,
         guards.routing.upgrade_goes_to_a_bureau,
         effect=effects.routing.triage_route),
    _row("T11", "triage_return", State.UNDER_TRIAGE, State.PLANNING, (_OFFICE,), "MOD-05",
         guards.routing.has_requester,
         effect=effects.routing.triage_return),
    _row("T12", "jurisdiction_unclear", State.UNDER_TRIAGE, State.JURISDICTION_RULING, (_DESK,), "MOD-10",
         effect=effects.routing.jurisdiction_unclear),
    _row("T13", "jurisdiction_rule", State.JURISDICTION_RULING, State.AWAITING_SIGNOFF, (_OFFICE,), "MOD-10",
         guards.routing.participants_known, guards.routing.target_exists, guards.routing.target_handles,
         effect=effects.routing.jurisdiction_rule),
    _row("T14", "forward_listing", State.UNDER_TRIAGE, State.LISTING_REVIEW, (_OFFICE,), "MOD-12",
         guards.listing.listing_requested,
         effect=effects.listing.forward_listing),
    _row("T15", "listing_approve", State.LISTING_REVIEW, State.AWAITING_SIGNOFF, (_AUTHORITY,), "MOD-03",
         guards.listing.sponsor_named, guards.listing.lead_and_others, guards.listing.designated_units_handle,
         effect=effects.listing.listing_approve),
    _row("T16", "listing_reject", State.LISTING_REVIEW, State.UNDER_TRIAGE, (_AUTHORITY,), "MOD-11",
         guards.listing.instruction_open,
         effect=effects.listing.listing_reject),
    _row("T17", "sign", State.AWAITING_SIGNOFF, State.PLANNING, (_OWNER_LIAISON,), "ACT-19",
         effect=effects.registration.sign),
    _row("T17", "sign_subtask", _LISTED_WORK, Target.STAYS, (_COOPERATING_LIAISON,), "ACT-19",
         guards.listing.own_part_unsigned,
         effect=effects.listing.sign_subtask),
    _row("T18", "return", State.AWAITING_SIGNOFF, State.UNDER_TRIAGE, (_OWNER_LIAISON,), "MOD-17",
         guards.listing.not_listed, guards.routing.not_ruled, guards.routing.first_return, guards.routing.sign_not_due, guards.routing.proposed_units_known,
         effect=effects.routing.send_back),
    _row("T19", "submit_plan", State.PLANNING, Target.BY_REVIEW, (_OWNER_HANDLER, _OWNER_LIAISON), "PLN-01",
         guards.categories.consulted_on, guards.remediation.plan_units_known, guards.remediation.nodes_ahead, guards.remediation.within_cap, guards.remediation.within_limit,
         guards.listing.five_settled, guards.listing.every_unit_has_a_node,
         effect=effects.remediation.submit_plan),
    _row("T20", "plan_approve", State.PLAN_REVIEW, State.REMEDIATING, (_SPONSOR, _OFFICE), "MOD-13",
         effect=effects.listing.plan_approve),
    _row("T20", "plan_reject", State.PLAN_REVIEW, State.PLANNING, (_SPONSOR, _OFFICE), "MOD-13",
         effect=effects.listing.plan_reject),
    _row("T21", "progress", State.REMEDIATING, Target.STAYS,
         (_OWNER_HANDLER, _OWNER_LIAISON, _COOPERATING_WORKERS), "REM-05",
         guards.listing.part_in_hand, guards.remediation.milestones_known, guards.listing.own_nodes,
         effect=effects.remediation.progress),
    _row("T22", "request_extension", frozenset({State.PLANNING, State.REMEDIATING}), Target.STAYS,
         (_OWNER_LEADERS,), "N04",
         guards.remediation.first_request, guards.remediation.extendable, guards.remediation.before_due, guards.remediation.in_good_time,
         guards.remediation.extension_within_cap, guards.remediation.extension_is_later,
         guards.remediation.revised_nodes_fit,
         effect=effects.remediation.request_extension),
    _row("T22", "decide_extension", frozenset({State.PLANNING, State.PLAN_REVIEW, State.REMEDIATING}), Target.STAYS,
         (_DESK, _OFFICE, _SPONSOR, _OWNER_PRINCIPAL), "N14",
         guards.remediation.decides_extensions, guards.remediation.request_pending,
         effect=effects.remediation.decide_extension),
    _row("T23", "enter_key_control", frozenset({State.PLANNING, State.REMEDIATING}), State.KEY_CONTROL,
         (_OWNER_PRINCIPAL, _OFFICE, _SPONSOR), "REM-04",
         guards.remediation.approves_key_control,
         effect=effects.remediation.enter_key_control),
    _row("T24", "control_review", State.KEY_CONTROL, Target.STAYS, (_OWNER_LEADERS, _OFFICE), "REM-04",
         effect=effects.remediation.control_review),
    _row("T24", "resume", State.KEY_CONTROL, Target.BY_PLAN, (_OWNER_LEADERS, _OFFICE), "REM-04",
         guards.remediation.resumption_ahead, guards.remediation.resumption_within_cap,
         effect=effects.remediation.resume),
    _row("T21a", "report_subtask", State.REMEDIATING, Target.STAYS,
         (_OWNER_HANDLER, _OWNER_LIAISON, _COOPERATING_WORKERS), "MOD-03",
         guards.listing.own_part_in_hand,
         effect=effects.listing.report_subtask),
    _row("T21b", "confirm_subtask", State.REMEDIATING, Target.STAYS, (_OWNER_LEADERS,), "MOD-03",
         guards.listing.something_reported, guards.listing.named_is_reported, guards.listing.confirmed_by_another,
         effect=effects.listing.confirm_subtask),
    _row("T21c", "send_back_subtask", State.REMEDIATING, Target.STAYS, (_OWNER_LEADERS,), "MOD-03",
         guards.listing.something_done, guards.listing.named_is_done,
         effect=effects.listing.send_back_subtask),
    _row("T25", "report_completion", frozenset({State.REMEDIATING, State.KEY_CONTROL}), State.SELF_ASSESSMENT,
         (_OWNER_HANDLER, _OWNER_LIAISON), "VER-02",
         guards.clearance.has_plan, guards.listing.every_part_confirmed,
         guards.categories.evidence_of_the_outcome, guards.categories.case_named, guards.categories.handling_told, guards.categories.settlement_told,
         effect=effects.clearance.report_completion),
    _row("T26", "assess_pass", State.SELF_ASSESSMENT, Target.BY_MODE, (_OWNER_ASSESSOR, _LEAD_ASSESSOR), "VER-01",
         guards.categories.assessed_by_whom_it_should, guards.clearance.assessor_is_not_handler, guards.clearance.goals_known, guards.clearance.every_goal_met,
         effect=effects.clearance.assess_pass),
    _row("T27", "assess_fail", State.SELF_ASSESSMENT, State.REMEDIATING, (_OWNER_ASSESSOR, _LEAD_ASSESSOR), "VER-01",
         guards.categories.assessed_by_whom_it_should, guards.clearance.assessor_is_not_handler, guards.clearance.goals_known,
         effect=effects.clearance.assess_fail),
    _row("T28", "recognise_pass", State.AWAITING_RECOGNITION, State.CLEARED, (_OFFICE,), "VER-03",
         guards.clearance.goals_known, guards.clearance.every_goal_met,
         effect=effects.clearance.recognise_pass),
    _row("T28", "recognise_fail", State.AWAITING_RECOGNITION, State.REMEDIATING, (_OFFICE,), "VER-03",
         guards.clearance.goals_known,
         effect=effects.clearance.recognise_fail),
    _row("T29", "accept_pass", State.ACCEPTANCE, State.CLEARED, (_OFFICE, _PANEL), "VER-01",
         guards.listing.accepts_from_outside, guards.listing.panel_units_known, guards.listing.panel_recused,
         guards.listing.chair_in_turn, guards.listing.office_signs,
         guards.clearance.goals_known, guards.clearance.every_goal_met,
         effect=effects.listing.accept_pass),
    _row("T29", "accept_fail", State.ACCEPTANCE, State.REMEDIATING, (_OFFICE, _PANEL), "VER-01",
         guards.listing.accepts_from_outside, guards.listing.panel_units_known, guards.listing.panel_recused,
         guards.listing.chair_in_turn, guards.listing.office_signs,
         guards.listing.failed_parts_known, guards.clearance.goals_known,
         effect=effects.listing.accept_fail),
    _row("N44", "record_listing_notice", _LISTED_WORK | _LISTED_END, Target.STAYS, (_OFFICE,), "N44",
         guards.listing.notice_owed, guards.listing.this_notice_owed, guards.listing.day_is_possible,
         effect=effects.listing.record_listing_notice),
    _row("T30", None, State.CLEARED, State.LOOK_BACK, (_SYSTEM,), "LBK-01"),
    _row("T31", "lookback_pass", State.LOOK_BACK, Target.BY_LOOKBACKS_LEFT,
         (_OFFICE, _OWNER_WATCH, _CONCERNED_WATCH), "LBK-01",
         guards.clearance.looks_back, guards.listing.notices_given_before_the_archive,
         guards.records.petition_closed_before_the_archive,
         effect=effects.clearance.lookback_pass),
    _row("T32", "lookback_relapse", State.LOOK_BACK, State.PLANNING,
         (_OFFICE, _OWNER_WATCH, _CONCERNED_WATCH), "LBK-03",
         guards.clearance.looks_back,
         effect=effects.clearance.relapse),
    _row("T32", "confirm_relapse", frozenset({State.CLEARED, State.LOOK_BACK}), State.PLANNING,
         (_DESK, _OFFICE), "LBK-03",
         guards.clearance.within_relapse_window, guards.routing.not_itself,
         effect=effects.clearance.relapse),
    _row("T33", "merge", _UNSOLVED, State.MERGED, (_OFFICE,), "T33",
         guards.routing.not_itself,
         effect=effects.routing.merge),
    _row("T33", "hand_over", _UNSOLVED, State.HANDED_OVER, (_OFFICE,), "MOD-18",
         effect=effects.routing.hand_over),
    _row("T34", "state_reason", _UNSOLVED | {State.LOOK_BACK}, Target.STAYS,
         (_OWNER_LEADERS, *_of_whoever(Relation.BEARER)), "SUP-01",
         guards.supervision.is_late,
         effect=effects.supervision.state_reason),
    _row("T34", "accept_reason", _UNSOLVED | {State.LOOK_BACK}, Target.STAYS, (_OFFICE,), "SUP-01",
         guards.supervision.reason_stated,
         effect=effects.supervision.accept_reason),
    _row("T34", "acknowledge", _OPEN, Target.STAYS,
         _of_whoever(Relation.OBLIGED), "SUP-01",
         guards.supervision.owes_something, guards.supervision.owes_this,
         effect=effects.supervision.acknowledge),
    _row("T34", "issue_notice", _UNSOLVED | {State.LOOK_BACK}, Target.STAYS, (_DESK, _OFFICE), "SUP-01",
         effect=effects.supervision.issue_notice),
    _row("T34", "order_talk", _OPEN, Target.STAYS, (_OFFICE,), "SUP-03",
         guards.supervision.talk_in_question, guards.supervision.TALK_ABOUT,
         effect=effects.supervision.order_talk),
    _row("T34", "hold_talk", _OPEN, Target.STAYS, (_OFFICE,), "SUP-03",
         guards.supervision.talk_ordered, guards.supervision.HELD_WITH, guards.supervision.in_person,
         guards.supervision.held_by_now,
         effect=effects.supervision.hold_talk),
    _row("T34", "file_rectification", _OPEN, Target.STAYS, (_OBLIGED_LEADERS,), "SUP-03",
         guards.supervision.report_owed,
         effect=effects.supervision.file_rectification),
    _row("T34", "publish_exposure", _OPEN, Target.STAYS, (_OFFICE,), "SUP-03",
         guards.supervision.talk_unanswered, guards.supervision.may_be_public, guards.supervision.EXPOSES,
         effect=effects.supervision.publish_exposure),
    _row("T34", "refer", _OPEN, Target.STAYS, (_DIRECTOR,), "SUP-05",
         guards.supervision.referral_in_question, guards.supervision.may_refer, guards.supervision.REFERS,
         guards.supervision.failure_counts, guards.supervision.consequence_came_about,
         effect=effects.supervision.refer),
    _row("T34", "propose_listing", _OPEN, Target.STAYS, (_DIRECTOR,), "SUP-05",
         guards.supervision.referral_in_question, guards.listing.not_listed, guards.listing.LISTING_OPEN,
         effect=effects.supervision.propose_listing),
    _row("T34", "decline", _OPEN, Target.STAYS, (_OFFICE,), "SUP-03",
         guards.supervision.this_in_question, guards.supervision.DECLINES_ABOUT,
         effect=effects.supervision.decline),
    _row("T35", "add_record", _OPEN | {State.HANDED_OVER}, Target.STAYS, (_ANYBODY, _LINE_LEAD), "ACT-28",
         guards.records.may_record, guards.records.document_named, guards.records.cooperation_after_hand_over,
         guards.records.units_known,
         effect=effects.records.add_record),
    _row("T35", "open_special_inspection", _OPEN, Target.STAYS, (_INSPECTOR,), "ACT-10",
         effect=effects.records.open_special_inspection),
    _row("T35", "joint_meeting", _OPEN, Target.STAYS, (_ANYBODY, _LINE_LEAD), "COL-01",
         guards.records.units_known, guards.records.diagnosis_divides_labour,
         effect=effects.records.joint_meeting),
    _row("T35", "report_to_principal", _UNSOLVED, Target.STAYS, (_PRINCIPAL,), "MOD-19",
         guards.records.reports_to_another,
         effect=effects.records.report_to_principal),
    _row("T35", "link_incident", _OPEN, Target.STAYS, (_OFFICE,), "SUP-07",
         guards.records.not_after_today,
         effect=effects.records.link_incident),
    _row("T35", "add_penalty", _OPEN, Target.STAYS, (_ENFORCEMENT, _OFFICE), "PEN-01",
         guards.records.not_after_today,
         effect=effects.records.add_penalty),
    _row("T35", "set_confidentiality", _OPEN, Target.STAYS, (_CUSTODIAN,), "SEC-01",
         guards.records.at_least_internal,
         effect=effects.records.set_confidentiality),
    _row("T35", "link_petition", _UNSOLVED, Target.STAYS, (_DESK, _OFFICE, _OWNER_LEADERS), "N80",
         guards.records.no_open_petition,
         effect=effects.records.link_petition),
    _row("T35", "notify_petitioner", _OPEN, Target.STAYS, (_OWNER_LEADERS,), "N81",
         guards.records.petition_open, guards.records.not_notified,
         effect=effects.records.notify_petitioner),
    _row("T35", "object_to_petition", _OPEN, Target.STAYS, (_OWNER_LEADERS,), "N09",
         guards.records.petition_open, guards.records.may_object,
         effect=effects.records.object_to_petition),
    _row("T35", "decide_objection", _OPEN, Target.STAYS, (_OFFICE,), "N09",
         guards.records.petition_open, guards.records.objection_pending,
         effect=effects.records.decide_objection),
    _row("T35", "extend_petition", _OPEN, Target.STAYS, (_OWNER_PRINCIPAL,), "N82",
         guards.records.petition_open, guards.records.petition_extendable, guards.records.petition_within_cap,
         effect=effects.records.extend_petition),
    _row("T35", "close_petition", _OPEN, Target.STAYS, (_OWNER_LEADERS,), "N82",
         guards.records.petition_open, guards.records.notified_first,
         effect=effects.records.close_petition),
    _row("T35", "classify", _UNSOLVED, Target.STAYS, (_OFFICE,), "RSK-05",
         effect=effects.supervision.classify),
    _row("N94", "load_calendar", _OPEN, Target.STAYS, (_SYSTEM,), "N94",
         effect=effects.supervision.load_calendar),
)
# fmt: on

BY_COMMAND: dict[str, Transition] = {row.command: row for row in TRANSITIONS if row.command}
"""The row of each command. A command has one row; where it leads may depend on the hazard."""
