"""Random seats, commands and forms: mostly such as might be given now, some that no officer would give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from domain.accountability import Consequence, Failure
from domain.library import Rulebook
from domain.lines import leads_of
from domain.organisation import PLACED_ROLES, SYSTEM, Actor, Role, UnitType
from domain.state import Hazard
from domain.transitions import BY_COMMAND, Relation, Target
from domain.values import (
    Channel,
    Confidentiality,
    MeetingKind,
    Outcome,
    PersonId,
    RecordKind,
    UnitId,
    Urgency,
)
from tests.builders import Case, good_form

PEOPLE = tuple(PersonId(f"pid-{n}-zz") for n in range(6))
"""So few that the same person often turns up twice; so odd that a text cannot hold one by chance."""

persons = st.sampled_from(PEOPLE)
named = persons | st.fixed_dictionaries({"person": persons, "post": st.sampled_from(["", "站长"])})
words = st.sampled_from(["已约谈", "租户拒不搬离", "x" * 300, "第一行\n第二行"])
pictures = st.lists(
    st.fixed_dictionaries({"kind": st.sampled_from(["before", "after", "document"]), "ref": words}),
    max_size=2,
)
grades = st.one_of(
    st.fixed_dictionaries(
        {
            "method": st.just("LEC"),
            "likelihood": st.sampled_from([10, 0.5, 0.1]),
            "exposure": st.sampled_from([6, 0.5]),
            "consequence": st.sampled_from([100, 7]),
        }
    ),
    st.fixed_dictionaries(
        {"method": st.just("MANUAL"), "colour": st.sampled_from(["RED", "BLUE"]), "grounds": words}
    ),
)

# items with rows of their own, an ordinary one, one of each urgency rule, one that does not exist
codes = st.sampled_from(["S06-02", "S06-08", "S03-02", "S03-04", "B01-03", "B02-08", "S99-99"])
categories = st.sampled_from([None, None, 1, 2, 3, 4])
urgencies = st.sampled_from(list(Urgency))


def units_of(book: Rulebook) -> tuple[UnitId, ...]:
    """A unit of every type the district has, two of the sub-districts, and one it does not have."""
    by_type: dict[UnitType, list[UnitId]] = {}
    for unit in book.organisation.units:
        by_type.setdefault(unit.type, []).append(unit.id)
    return (
        *(unit for ids in by_type.values() for unit in ids[:1]),
        book.organisation.territories[1].id,
        UnitId("nowhere"),
    )


def any_seat(book: Rulebook) -> st.SearchStrategy[Actor]:
    """Any role in any unit."""
    return st.builds(
        Actor, unit=st.sampled_from(units_of(book)), role=st.sampled_from(list(Role)), person=persons
    )


def commands(hazard: Hazard) -> st.SearchStrategy[str]:
    """Any command; most often one of those for the state the hazard is in, least often one that ends it."""
    every = [name for name in BY_COMMAND if name != "report"]
    fitting = [name for name in every if hazard.state in BY_COMMAND[name].sources]
    going_on = [
        name for name in fitting if name not in ("merge", "hand_over", "verify_dismiss", "lookback_pass")
    ]
    moving = [name for name in going_on if BY_COMMAND[name].target is not Target.STAYS]
    of_the_listing = [name for name in _RARE_ON_LISTED if name in fitting] if hazard.subtasks else []
    weighed = of_the_listing * 8 + moving * 8 + going_on * 3 + fitting * 2
    return st.sampled_from(weighed + every if fitting else every)


_RARE_ON_LISTED = (
    "accept_fail",
    "send_back_subtask",
    "plan_reject",
    "request_extension",
    "decide_extension",
    "enter_key_control",
    "resume",
    "lookback_relapse",
    "report_subtask",
)
"""What a listed hazard meets too seldom to be left to chance."""


@st.composite
def seats_for(draw: st.DrawFn, book: Rulebook, hazard: Hazard, command: str) -> Actor:
    """Most often a seat of a kind that may give ``command`` to ``hazard``."""
    if draw(st.integers(0, 9)) == 9:
        return draw(any_seat(book))
    row = BY_COMMAND[command]
    who = draw(st.sampled_from(row.who))
    role = draw(st.sampled_from(sorted(who.roles)))
    if role is Role.SYSTEM:
        return SYSTEM
    organisation = book.organisation
    unit = {
        Relation.OWNER: hazard.owner,
        Relation.REGISTRANT: hazard.registered_by,
        Relation.CONCERNED: draw(st.sampled_from(hazard.involved)),
        Relation.COOPERATING: draw(st.sampled_from([one.unit for one in hazard.subtasks] or [hazard.owner])),
        Relation.SPONSORING: organisation.seat_of(role) or organisation.office,
        Relation.BEARER: draw(
            st.sampled_from([clock.bearer for clock in hazard.running()] or [hazard.owner])
        ),
        Relation.OBLIGED: draw(st.sampled_from([owed.unit for owed in hazard.obligations] or [hazard.owner])),
        Relation.LEAD: hazard.owner,
        Relation.LINE: next(iter(leads_of(book, hazard)), None) or organisation.seat_of(role) or hazard.owner,
        Relation.PLACE: hazard.subdistrict or units_of(book)[0],
        Relation.ANY: (organisation.seat_of(role) if role in PLACED_ROLES else None)
        or (organisation.desk if role is Role.DESK else organisation.office),
    }[who.relation]
    person = draw(persons)
    if who.relation is Relation.SPONSORING and hazard.listing and draw(st.integers(0, 3)):
        person = hazard.listing.sponsor.person
    return Actor(unit=unit, role=role, person=person)


def reports(book: Rulebook) -> st.SearchStrategy[dict[str, Any]]:
    street = book.organisation.territories[0].name
    return st.fixed_dictionaries(
        {
            "channel": st.sampled_from(list(Channel)),
            "place": st.sampled_from([f"{street}某小区", "G50高速"]),
            "urgency": urgencies,
        },
        optional={
            "code": codes,
            "category": categories,
            "sub_item": st.integers(1, 11),
            "persons_affected": st.sampled_from([3, 50]),
            "evidence": pictures,
            "grade": grades,
            "description": words,
            "confidentiality": st.sampled_from(list(Confidentiality)),
        },
    )


@st.composite
def forms(draw: st.DrawFn, case: Case, command: str, calendars: tuple[str, ...]) -> dict[str, Any]:
    """A form for ``command`` as somebody might fill it in now: a good one, with some fields changed."""
    book, hazard = case.rules.book, case.hazard
    units = st.sampled_from(units_of(book))
    days = st.integers(-2, 120).map(lambda n: (case.now + timedelta(days=n)).date())
    moments = st.integers(-2, 200).map(lambda n: case.now + timedelta(hours=n))
    main = hazard.main_clock
    due = (days | moments | st.just(main.limit_due)) if main else days | moments
    goals = [goal.id for goal in hazard.plan.goals] if hazard.plan else ["G1"]
    results = st.just([{"goal": goal, "met": True} for goal in goals]) | st.lists(
        st.fixed_dictionaries({"goal": st.sampled_from([*goals, "G9"]), "met": st.booleans()}), max_size=3
    )
    numbers = st.sampled_from([hazard.id, "QP-2026-000999"])
    panel = st.fixed_dictionaries({"chair": st.fixed_dictionaries({"unit": units, "member": named})})
    parts = st.sampled_from([one.unit for one in hazard.subtasks] or [hazard.owner])
    fields: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "verify_confirm": {
            "code": st.none() | codes,
            "category": categories,
            "urgency": st.none() | urgencies,
            "subdistrict": st.none() | units,
            "evidence": pictures,
        },
        "verify_dismiss": {"reason": words, "evidence": pictures},
        "clear_on_spot": {"evidence": pictures, "assessor": st.none() | named},
        "self_handle": {"handler": named},
        "assign": {"target": units},
        "request_upgrade": {"reason": words, "suggested_units": st.lists(units, max_size=2)},
        "request_diversion": {"reason": words, "suggested_units": st.lists(units, max_size=2)},
        "request_listing": {"reason": words, "suggested_units": st.lists(units, max_size=3)},
        "forward_listing": {"expert_review": st.booleans()},
        "listing_approve": {
            "sponsor": st.none() | named,
            "lead": units,
            "cooperating": st.lists(units, max_size=3),
        },
        "listing_reject": {"instruction": st.sampled_from(["GENERAL", "UPGRADED"])},
        "plan_approve": {"note": words},
        "plan_reject": {"reason": words},
        "sign_subtask": {"handler": named},
        "report_subtask": {"text": words, "evidence": pictures},
        "confirm_subtask": {"unit": units | parts},
        "send_back_subtask": {"unit": units | parts, "reason": words},
        "accept_pass": {"panel": panel, "results": results, "signed_by": st.none() | named},
        "accept_fail": {
            "panel": panel,
            "failed": st.lists(units | parts, min_size=1, max_size=3),
            "results": results,
            "signed_by": st.none() | named,
        },
        "record_listing_notice": {
            "what": st.sampled_from(["listing_notice", "listing_filing", "removal_notice"]),
            "day": days,
        },
        "triage_route": {
            "target": units,
            "participants": st.lists(units, min_size=1, max_size=3),
            "risk_assessment": words,
        },
        "triage_return": {"reason": words},
        "jurisdiction_unclear": {"reason": words},
        "jurisdiction_rule": {"target": units, "reason": words},
        "sign": {"handler": named},
        "return": {"reason": words, "proposed_unit": units},
        "submit_plan": {
            "responsible_unit": units,
            "responsible_leader": named,
            "responsible_staff": st.lists(named, max_size=2),
            "measures": words,
            "milestones": st.lists(st.fixed_dictionaries({"what": words.map(_line), "due": due}), max_size=3),
            "goals": st.lists(words.map(_line), max_size=3),
        },
        "progress": {
            "text": words,
            "milestones_done": st.lists(st.sampled_from(["N1", "N2", "N9"]), max_size=2),
        },
        "request_extension": {
            "reason": words,
            "until": st.none() | due,
            "nodes": st.lists(
                st.fixed_dictionaries({"id": st.sampled_from(["N1", "N2", "N9"]), "due": due}), max_size=2
            ),
        },
        "decide_extension": {"approve": st.booleans()},
        "enter_key_control": {"people": words, "technical": words, "responsible": named},
        "control_review": {"findings": words, "evidence": pictures},
        "resume": {"until": due, "reason": words},
        "report_completion": {"outcome": st.sampled_from(list(Outcome)), "evidence": pictures},
        "assess_pass": {"results": results},
        "assess_fail": {"reason": words, "results": results},
        "recognise_pass": {"results": results, "text": words},
        "recognise_fail": {"reason": words, "results": results},
        "lookback_pass": {"findings": words},
        "lookback_relapse": {"findings": words},
        "confirm_relapse": {"matched": numbers, "reason": words},
        "state_reason": {"reason": words},
        "accept_reason": {"reason": words},
        "classify": {"grade": grades, "major": st.none() | st.booleans()},
        "acknowledge": {"note": words},
        "issue_notice": {"rung": st.sampled_from(["L0", "L1", "L2"])},
        "order_talk": {"reason": words},
        "hold_talk": {"held_on": days, "by_proxy": st.booleans()},
        "file_rectification": {"report": words},
        "publish_exposure": {"reason": words},
        "refer": {
            "failure": st.sampled_from(list(Failure)),
            "consequence": st.none() | st.sampled_from(list(Consequence)),
        },
        "propose_listing": {"reason": words},
        "decline": {"question": st.sampled_from(["talk", "referral"])},
        "add_record": {"kind": st.sampled_from(list(RecordKind)), "units": st.lists(units, max_size=2)},
        "open_special_inspection": {"matter": words},
        "joint_meeting": {"kind": st.sampled_from(list(MeetingKind)), "conclusions": words},
        "report_to_principal": {"to": units},
        "link_incident": {"consequences": st.lists(st.sampled_from(list(Consequence)), max_size=2)},
        "add_penalty": {"refused_to_rectify": st.booleans()},
        "set_confidentiality": {"level": st.sampled_from(list(Confidentiality))},
        "link_petition": {"note": words},
        "notify_petitioner": {"note": words},
        "object_to_petition": {"reason": words},
        "decide_objection": {"agree": st.booleans()},
        "extend_petition": {"until": st.none() | days},
        "close_petition": {"outcome": words},
        "merge": {"into": numbers, "reason": words},
        "hand_over": {"to": words.map(_line), "reason": words},
        "load_calendar": {"calendar": st.sampled_from(calendars)},
    }
    good = good_form(command, case)
    organisation = book.organisation
    bureaus = [unit.id for unit in organisation.units if unit.type is UnitType.BUREAU]
    places = [unit.id for unit in organisation.territories]
    if command == "submit_plan":
        good["responsible_unit"] = hazard.owner
    if command in ("assign", "triage_route", "jurisdiction_rule"):
        good["target"] = (places if command == "assign" else bureaus)[0]
    if command == "request_listing":
        good["suggested_units"] = bureaus[:2]
    if command == "listing_approve":
        good |= {
            "lead": draw(st.sampled_from([bureaus[1], places[0]])),
            "cooperating": [bureaus[2], places[1]],
        }
    if command in ("accept_pass", "accept_fail"):
        good["panel"] = {"chair": {"unit": chair_of(case), "member": "chair-1"}}
        if command == "accept_fail":
            good["failed"] = [draw(parts)]
    if command == "return":
        good["proposed_unit"] = book.organisation.desk
    changed = draw(st.fixed_dictionaries({}, optional=fields[command])) if draw(st.booleans()) else {}
    return {**good, **changed}


def chair_of(case: Case) -> UnitId:
    """The unit whose turn it is to chair the panel (A3)."""
    organisation = case.rules.book.organisation
    handling = [one.unit for one in case.hazard.subtasks]
    return organisation.seat_of(Role.ACCEPTANCE_PANEL, but=handling) or organisation.office


def _line(text: str) -> str:
    return text[:100]
