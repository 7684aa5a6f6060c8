"""Where random lives start from: short scripts that bring a hazard of any district into a place rarely reached.

By chance alone a life seldom gets past its triage, and hardly ever to a talk that went unanswered. So a life
begins after one of these, and goes its random way from there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from domain.library import Rulebook
from domain.organisation import Actor, Role, UnitType
from domain.state import Subtask
from domain.values import LISTING_NOTICES, ClockKey, Mode, PersonId, State, SubtaskState, UnitId
from tests.builders import BEFORE, Case, plan, shared_plan
from tests.core.random_forms import chair_of

FRESH = PersonId("pid-of-nobody-else")


# ── who acts ─────────────────────────────────────────────────────────────────────────────────────────


def of(unit: UnitId, role: Role, person: PersonId = FRESH) -> Actor:
    return Actor(unit=unit, role=role, person=person)


def office(case: Case, role: Role = Role.OFFICE) -> Actor:
    return of(case.rules.book.organisation.office, role)


def desk(case: Case) -> Actor:
    return of(case.rules.book.organisation.desk, Role.DESK)


def owner(case: Case, role: Role) -> Actor:
    return of(case.hazard.owner, role, PersonId(f"pid-{role}"))


def placed(case: Case, role: Role) -> Actor:
    """Whoever has a seat that only some units have."""
    organisation = case.rules.book.organisation
    listing = case.hazard.listing
    person = listing.sponsor.person if listing and role is Role.SPONSOR else FRESH
    return of(organisation.seat_of(role) or organisation.office, role, person)


def units(book: Rulebook, *kinds: UnitType) -> list[UnitId]:
    return [unit.id for unit in book.organisation.units if unit.type in kinds]


def bureaus(case: Case) -> list[UnitId]:
    return units(case.rules.book, UnitType.BUREAU)


def places(case: Case) -> list[UnitId]:
    return [unit.id for unit in case.rules.book.organisation.territories]


# ── what would come next ─────────────────────────────────────────────────────────────────────────────


def next_step(case: Case) -> None:
    """What the people in charge would do next."""
    hazard = case.hazard
    match hazard.state:
        case State.REPORTED:
            case.give("verify_confirm", desk(case), code="S06-02")
        case State.REGISTERED:
            case.give("assign", desk(case), target=_who_may_answer(case))
        case State.UNDER_TRIAGE:
            route(case, bureaus(case)[0])
        case State.JURISDICTION_RULING:
            case.give("jurisdiction_rule", office(case), target=bureaus(case)[0])
        case State.AWAITING_SIGNOFF:
            case.give("sign", owner(case, Role.LIAISON), handler="pid-handler")
        case State.PLANNING:
            if ClockKey.CONSULTATION in hazard.clocks:
                case.give("joint_meeting", office(case))
            day = _a_day_that_will_do(case)
            filed = shared_plan(case, day) if hazard.subtasks else plan(day, responsible_unit=hazard.owner)
            case.give("submit_plan", owner(case, Role.HANDLER), **filed)
        case State.LISTING_REVIEW:
            case.give("listing_reject", placed(case, Role.LISTING_AUTHORITY))
        case State.PLAN_REVIEW:
            case.give("plan_approve", office(case))
        case State.REMEDIATING if part := _unfinished(case):
            next_step_of(case, part)
        case State.REMEDIATING:
            case.give("report_completion", owner(case, Role.HANDLER))
        case State.ACCEPTANCE:
            panel = {"chair": {"unit": chair_of(case), "member": "chair-1"}}
            case.give("accept_pass", office(case), panel=panel)
        case State.SELF_ASSESSMENT:
            case.give("assess_pass", of(_who_assesses(case), Role.ASSESSOR))
        case State.KEY_CONTROL:
            case.give("resume", office(case))
        case State.AWAITING_RECOGNITION:
            case.give("recognise_pass", office(case))
        case State.LOOK_BACK if any(key in hazard.clocks for key in LISTING_NOTICES):
            case.give("record_listing_notice", office(case))
        case State.LOOK_BACK if hazard.petition and hazard.petition.open:
            step = "close_petition" if hazard.petition.notified_at else "notify_petitioner"
            case.give(step, owner(case, Role.LIAISON))
        case State.LOOK_BACK:
            case.give("lookback_pass", office(case))


def next_step_of(case: Case, part: Subtask) -> None:
    match part.state:
        case SubtaskState.ASSIGNED:
            case.give("sign_subtask", of(part.unit, Role.LIAISON))
        case SubtaskState.DONE_REPORTED:
            case.give("confirm_subtask", of(case.hazard.owner, Role.PRINCIPAL), unit=part.unit)
        case _:
            case.give("report_subtask", of(part.unit, Role.HANDLER, PersonId("pid-handler")))


def on_to(*wanted: State) -> Callable[[Case], None]:
    """Until the hazard is in one of these states."""

    def go(case: Case) -> None:
        for _ in range(40):
            if case.hazard.state in wanted:
                return
            if case.hazard.state is State.CLEARED:
                due = case.hazard.clocks[ClockKey.LOOKBACK].alarms[0].at
                case.wait_until(
                    max(due, case.now)
                )  # a calendar that came out may have moved it into the past
            else:
                next_step(case)
        raise AssertionError(f"{case.hazard.state} never led to {wanted}")

    return go


def _unfinished(case: Case) -> Subtask | None:
    return next((one for one in case.hazard.subtasks if one.state is not SubtaskState.LEAD_CONFIRMED), None)


def _who_may_answer(case: Case) -> UnitId:
    there = [*places(case), *case.rules.book.organisation.handling]
    return next(unit for unit in there if case.answer("assign", desk(case), target=unit) is None)


def _who_assesses(case: Case) -> UnitId:
    category = case.rules.book.category(case.hazard.category)
    return category.lead if category and category.assessed_by_lead and category.lead else case.hazard.owner


def _a_day_that_will_do(case: Case) -> Any:
    main = case.hazard.main_clock
    return main.limit_due if main.limit_due > case.now else case.now + timedelta(hours=1)


# ── the scripts ──────────────────────────────────────────────────────────────────────────────────────


def reported(**form: Any) -> Callable[[Case], None]:
    return lambda case: void(case.report(desk(case), **form))


def found(kind: UnitType | None = None, code: str = "S06-07", **form: Any) -> Callable[[Case], None]:
    """By a unit that looks after itself: registered at once."""

    def go(case: Case) -> None:
        unit = (units(case.rules.book, kind) if kind else [])[:1] or places(case)
        said = {"evidence": [BEFORE], "channel": "grid_patrol", "code": code, **form}
        case.report(of(unit[0], Role.DISCOVERER), **said)

    return go


def given(command: str, who: Callable[[Case], Actor], **form: Any) -> Callable[[Case], None]:
    return lambda case: void(case.give(command, who(case), **form))


def given_by_owner(command: str, role: Role, **form: Any) -> Callable[[Case], None]:
    return given(command, lambda case: owner(case, role), **form)


def waited(**time: float) -> Callable[[Case], None]:
    return lambda case: void(case.wait(**time))


def route(case: Case, target: UnitId) -> None:
    desk_unit = case.rules.book.organisation.desk
    case.give("triage_route", office(case), target=target, participants=[desk_unit])


def routed(nth: int) -> Callable[[Case], None]:
    return lambda case: route(case, bureaus(case)[nth])


def listing_asked(case: Case) -> None:
    case.give("request_listing", office(case), suggested_units=bureaus(case)[:2])
    case.give("forward_listing", office(case))


def listed(case: Case) -> None:
    """A bureau leads; a place and another bureau cooperate."""
    listed_with(case, bureaus(case)[2])


def listed_with_the_panel(case: Case) -> None:
    """The unit that would send the panel's chair cooperates, where it is not the office."""
    panel = placed(case, Role.ACCEPTANCE_PANEL).unit
    listed_with(case, panel if panel in bureaus(case) else bureaus(case)[2])


def listed_under_a_place(case: Case) -> None:
    listed_with(case, bureaus(case)[2], places(case)[1])


def listed_with(case: Case, other: UnitId, lead: UnitId | None = None) -> None:
    listing_asked(case)
    lead = lead or next(unit for unit in bureaus(case)[1:] if unit != other)
    others = [places(case)[0], other]
    case.give("listing_approve", placed(case, Role.LISTING_AUTHORITY), lead=lead, cooperating=others)


def all_signed(case: Case) -> None:
    for part in case.hazard.subtasks[1:]:
        next_step_of(case, part)


def a_part_reported(case: Case) -> None:
    next_step_of(case, case.hazard.subtasks[1])


def sent_back(case: Case) -> None:
    desk_unit = case.rules.book.organisation.desk
    case.give("return", owner(case, Role.LIAISON), proposed_unit=desk_unit)


def relapsed(case: Case) -> None:
    on_to(State.LOOK_BACK)(case)
    case.give("lookback_relapse", office(case))


def watched_to_the_last(case: Case) -> None:
    """At the last look-back, with publications nobody has recorded."""
    limits = case.rules.book.policy.lookback_limits(case.hazard.mode)
    while case.hazard.lookbacks_done + 1 < len(limits):
        on_to(State.LOOK_BACK)(case)
        case.give("lookback_pass", office(case))
    case.wait_until(case.hazard.clocks[ClockKey.LOOKBACK].alarms[0].at)


def void(_: object) -> None: ...


class Start(NamedTuple):
    """A script, and the mode of remediation a district must have for it."""

    steps: tuple[Callable[[Case], None], ...]
    mode: Mode = Mode.GENERAL

    def of(self, case: Case) -> Case:
        for step in self.steps:
            step(case)
            case.wait(minutes=1)
        return case


_HOTLINE = (reported(code="S06-02"), on_to(State.REGISTERED))
_AT_WORK = (*_HOTLINE, on_to(State.REMEDIATING))
_LATE = (*_AT_WORK, waited(days=45))
_TALKED = (*_LATE, given("order_talk", office), given("hold_talk", office))
_PETITIONED = (*_AT_WORK, given("link_petition", desk))
_PASSED_UP = (
    found(UnitType.SUBDISTRICT, "S06-02"),
    given_by_owner("request_upgrade", Role.PRINCIPAL),
)
_UPGRADED = (*_PASSED_UP, routed(0))
_DIVERTED = (
    found(UnitType.BUREAU, "S06-07"),
    given_by_owner("request_diversion", Role.LIAISON),
    routed(1),
)
_LISTED = (*_HOTLINE, listed)
_SHARED = (*_LISTED, on_to(State.PLANNING), all_signed, on_to(State.REMEDIATING))
_KEPT = given("enter_key_control", lambda case: placed(case, Role.SPONSOR))


def _of_category(number: int) -> tuple[Callable[[Case], None], ...]:
    return (reported(code="S06-02", category=number), on_to(State.PLANNING))


STARTS: dict[str, Start] = {
    "reported": Start((reported(),)),
    "found": Start((found(),)),
    "found without a picture": Start((found(evidence=[]),)),
    "found by a bureau": Start((found(UnitType.BUREAU),)),
    "found by an institution": Start((found(UnitType.INSTITUTION, category=2),)),
    "registered": Start(_HOTLINE),
    "registered, flash": Start((reported(code="S03-04"), on_to(State.REGISTERED))),
    "registered, flash, a day ago": Start(
        (reported(code="S03-04"), on_to(State.REGISTERED), waited(hours=30))
    ),
    "waiting to be signed for": Start((*_HOTLINE, on_to(State.AWAITING_SIGNOFF))),
    "waiting too long": Start((*_HOTLINE, on_to(State.AWAITING_SIGNOFF), waited(days=4))),
    "planned": Start((*_HOTLINE, on_to(State.PLANNING))),
    **{f"planned, category {n}": Start(_of_category(n)) for n in (1, 2, 3, 4)},
    **{f"at work, category {n}": Start((*_of_category(n), on_to(State.REMEDIATING))) for n in (2, 3)},
    "assessed, category 4": Start((*_of_category(4), on_to(State.SELF_ASSESSMENT))),
    "at work": Start(_AT_WORK),
    "at work, flash": Start((reported(code="S03-04"), on_to(State.REMEDIATING))),
    "extension asked": Start((*_AT_WORK, given_by_owner("request_extension", Role.LIAISON))),
    "kept under control": Start((*_AT_WORK, given_by_owner("enter_key_control", Role.PRINCIPAL))),
    "unplanned under control": Start(
        (*_HOTLINE, on_to(State.PLANNING), given_by_owner("enter_key_control", Role.PRINCIPAL))
    ),
    "assessed": Start((*_HOTLINE, on_to(State.SELF_ASSESSMENT))),
    "cleared": Start((*_HOTLINE, on_to(State.CLEARED))),
    "cleared long ago": Start((*_HOTLINE, on_to(State.CLEARED), waited(days=200))),
    "looked back on": Start((*_HOTLINE, on_to(State.LOOK_BACK))),
    "relapsed twice": Start((*_HOTLINE, relapsed, relapsed)),
    "sent back": Start((*_HOTLINE, on_to(State.AWAITING_SIGNOFF), sent_back)),
    "sent back and routed": Start((*_HOTLINE, on_to(State.AWAITING_SIGNOFF), sent_back, routed(1))),
    "late": Start((*_AT_WORK, waited(days=20))),
    "late and explained": Start((*_AT_WORK, waited(days=20), given_by_owner("state_reason", Role.PRINCIPAL))),
    "very late": Start(_LATE),
    "a talk ordered": Start((*_LATE, given("order_talk", office))),
    "a talk held": Start(_TALKED),
    "a talk unanswered": Start((*_TALKED, waited(days=20))),
    "a talk unanswered, internal": Start(
        (
            *_TALKED,
            given("set_confidentiality", lambda case: office(case, Role.CUSTODIAN), level="INTERNAL"),
            waited(days=20),
        )
    ),
    "an incident": Start((*_AT_WORK, given("link_incident", office))),
    "an incident, taken note of": Start(
        (*_AT_WORK, given("link_incident", office), given("acknowledge", office))
    ),
    "petitioned": Start(_PETITIONED),
    "petitioned, looked back on": Start((*_PETITIONED, on_to(State.LOOK_BACK))),
    "petition extended": Start((*_PETITIONED, given_by_owner("extend_petition", Role.PRINCIPAL))),
    "petitioner told": Start((*_PETITIONED, given_by_owner("notify_petitioner", Role.LIAISON))),
    "petition objected to": Start((*_PETITIONED, given_by_owner("object_to_petition", Role.LIAISON))),
    "handed over": Start((*_HOTLINE, given("hand_over", office))),
    "passed up": Start(_PASSED_UP, Mode.UPGRADED),
    "nobody's": Start((*_PASSED_UP, given("jurisdiction_unclear", desk)), Mode.UPGRADED),
    "ruled on": Start(
        (*_PASSED_UP, given("jurisdiction_unclear", desk), on_to(State.AWAITING_SIGNOFF)), Mode.UPGRADED
    ),
    "upgraded": Start((*_UPGRADED, on_to(State.REMEDIATING)), Mode.UPGRADED),
    "to be recognised": Start((*_UPGRADED, on_to(State.AWAITING_RECOGNITION)), Mode.UPGRADED),
    "upgraded, looked back on": Start((*_UPGRADED, on_to(State.LOOK_BACK)), Mode.UPGRADED),
    "diverted": Start((*_DIVERTED, on_to(State.REMEDIATING)), Mode.DIVERTED),
    "listing reviewed": Start((*_HOTLINE, listing_asked), Mode.LISTED),
    "listed": Start(_LISTED, Mode.LISTED),
    "listed, planned": Start((*_LISTED, on_to(State.PLANNING)), Mode.LISTED),
    "listed under a place": Start((*_HOTLINE, listed_under_a_place, on_to(State.PLANNING)), Mode.LISTED),
    "listed, plan reviewed": Start((*_LISTED, on_to(State.PLAN_REVIEW)), Mode.LISTED),
    "listed, at work": Start(_SHARED, Mode.LISTED),
    "listed, soon due": Start((*_SHARED, waited(days=75)), Mode.LISTED),
    "listed, very late": Start((*_SHARED, waited(days=150)), Mode.LISTED),
    "a part reported": Start((*_SHARED, a_part_reported), Mode.LISTED),
    "listed, under control": Start((*_SHARED, _KEPT), Mode.LISTED),
    "accepted or not": Start((*_SHARED, on_to(State.ACCEPTANCE)), Mode.LISTED),
    "accepted or not, by those who handled it": Start(
        (*_HOTLINE, listed_with_the_panel, on_to(State.PLANNING), all_signed, on_to(State.ACCEPTANCE)),
        Mode.LISTED,
    ),
    "accepted": Start((*_SHARED, on_to(State.CLEARED)), Mode.LISTED),
    "accepted, at the last look-back": Start((*_SHARED, watched_to_the_last), Mode.LISTED),
}
"""By what has happened before a life goes its own way."""


def fitting(case: Case, command: str) -> dict[str, Any]:
    """What the usual good form of ``command`` does not know of this hazard's district."""
    desk_unit = case.rules.book.organisation.desk
    panel = {"panel": {"chair": {"unit": chair_of(case), "member": "chair-1"}}}
    return {
        "triage_route": {"target": bureaus(case)[0], "participants": [desk_unit]},
        "jurisdiction_rule": {"target": bureaus(case)[0]},
        "assign": {"target": places(case)[0]},
        "request_listing": {"suggested_units": bureaus(case)[:2]},
        "listing_approve": {"lead": bureaus(case)[1], "cooperating": places(case)[:1]},
        "return": {"proposed_unit": desk_unit},
        "accept_pass": panel,
        "accept_fail": {**panel, "failed": [one.unit for one in case.hazard.subtasks][:1]},
    }.get(command, {})


def starts_of(book: Rulebook) -> list[str]:
    return [name for name, start in STARTS.items() if start.mode in book.modes]
