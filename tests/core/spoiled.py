"""Forms that somebody with the right gets wrong, one rule at a time: each is refused, wherever it is tried.

They are asked about, not carried out, so a life meets them in every place it comes to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from domain.guards import Ask
from domain.organisation import Actor, Role, UnitType
from domain.refusal import Refusal
from domain.transitions import BY_COMMAND, Relation, Who
from domain.values import PersonId, UnitId
from tests.builders import AFTER, BEFORE, Case
from tests.core.met import Met
from tests.core.random_forms import chair_of
from tests.core.starts import bureaus, of, places, units

NOWHERE = "火星局"


class Spoiled(NamedTuple):
    """A command, what its form says, and the person who gives it, where that is what is wrong."""

    command: str
    form: Callable[[Case], dict[str, Any]] = lambda _: {}
    person: Callable[[Case], PersonId | None] = lambda _: None
    role: Role | None = None


def wrong(command: str, **form: Any) -> Spoiled:
    return Spoiled(command, lambda _: form)


def _owners(case: Case) -> list[UnitId]:
    return units(case.rules.book, UnitType.UTILITY_OWNER)


def _days(case: Case, days: int) -> str:
    return (case.now + timedelta(days=days)).date().isoformat()


def _transferred(hours_ago: int) -> Callable[[Case], dict[str, Any]]:
    return lambda case: {"transferred_at": (case.now - timedelta(hours=hours_ago)).isoformat()}


def _with_the_desk(case: Case) -> dict[str, Any]:
    return {"participants": [case.rules.book.organisation.desk]}


def _nodes(case: Case, days: int) -> dict[str, Any]:
    lead = case.hazard.owner
    return {"milestones": [{"what": "节点", "due": _days(case, days)}], "responsible_unit": lead}


def _panel(case: Case, chair: UnitId | str, *members: UnitId | str) -> dict[str, Any]:
    sat = [{"unit": unit, "member": "m-1"} for unit in members]
    return {"panel": {"chair": {"unit": chair, "member": "chair-1"}, "members": sat}}


def _other_chair(case: Case) -> UnitId:
    return next(unit for unit in bureaus(case) if unit != chair_of(case))


def _reporter(case: Case) -> PersonId | None:
    return next((one.reported_by.person for one in case.hazard.subtasks if one.reported_by), None)


def _handler(case: Case) -> PersonId | None:
    return case.hazard.handler.person if case.hazard.handler else None


def _others_node(case: Case) -> dict[str, Any]:
    plan, lead = case.hazard.plan, case.hazard.owner
    return {
        "milestones_done": [node.id for node in (plan.milestones if plan else ()) if node.unit == lead][:1]
    }


_G9 = {"results": [{"goal": "G9", "met": False}]}
_ACCEPTING = [
    Spoiled(command, said, role=role)
    for command in ("accept_pass", "accept_fail")
    for said, role in (
        (lambda case: _panel(case, chair_of(case), NOWHERE), None),
        (lambda case: _panel(case, chair_of(case), case.hazard.owner), None),
        (lambda case: _panel(case, _other_chair(case)), None),
        (lambda case: {**_panel(case, chair_of(case)), "signed_by": None}, Role.ACCEPTANCE_PANEL),
        (lambda case: {**_panel(case, chair_of(case)), **_G9}, None),
    )
] + [
    Spoiled("accept_pass", lambda case: {**_panel(case, chair_of(case)), "results": []}),
    Spoiled(
        "accept_fail", lambda case: {**_panel(case, chair_of(case)), **_G9, "failed": [case.hazard.owner]}
    ),
    Spoiled("accept_fail", lambda case: {**_panel(case, chair_of(case)), "failed": [bureaus(case)[-1]]}),
]

SPOILED: tuple[Spoiled, ...] = (
    wrong("verify_confirm", code="S99-99"),
    wrong("verify_confirm", code=None),
    wrong("verify_confirm", subdistrict=NOWHERE),
    wrong("verify_confirm", category=3, sub_item=7),
    wrong("clear_on_spot", evidence=[AFTER]),
    wrong("clear_on_spot", evidence=[BEFORE]),
    wrong("clear_on_spot", assessor=None),
    Spoiled("clear_on_spot", lambda case: {"assessor": case.hazard.finder.person}),
    wrong("self_handle"),
    wrong("assign", target=NOWHERE),
    *(Spoiled("assign", _transferred(hours_ago)) for hours_ago in (-1, 20, 29)),
    Spoiled("assign", lambda case: {"target": _owners(case)[0]}),
    Spoiled("assign", lambda case: {"target": (units(case.rules.book, UnitType.INSTITUTION) or bureaus(case))[0]}),
    wrong("request_upgrade", suggested_units=[NOWHERE]),
    wrong("request_diversion", suggested_units=[NOWHERE]),
    wrong("request_listing", suggested_units=[NOWHERE, "区应急局"]),
    Spoiled("request_listing", lambda case: {"suggested_units": [bureaus(case)[0]] * 2}),
    wrong("triage_route", target=NOWHERE),
    wrong("triage_route", participants=[NOWHERE]),
    Spoiled("triage_route", lambda case: {"participants": [case.rules.book.organisation.office]}),
    Spoiled("triage_route", lambda case: {**_with_the_desk(case), "target": _owners(case)[0]}),
    Spoiled("triage_route", lambda case: {**_with_the_desk(case), "target": places(case)[0]}),
    Spoiled("triage_route", lambda case: {**_with_the_desk(case), "target": NOWHERE}),
    wrong("triage_return"),
    wrong("jurisdiction_rule", target=NOWHERE),
    wrong("jurisdiction_rule", participants=[NOWHERE]),
    Spoiled("jurisdiction_rule", lambda case: {"target": _owners(case)[0]}),
    wrong("forward_listing"),
    wrong("listing_approve", sponsor=None),
    Spoiled("listing_approve", lambda case: {"lead": bureaus(case)[0], "cooperating": bureaus(case)[:1]}),
    Spoiled("listing_approve", lambda case: {"lead": bureaus(case)[0], "cooperating": _owners(case)[:1]}),
    wrong("listing_reject", instruction="UPGRADED"),
    wrong("sign_subtask"),
    wrong("return", proposed_unit=NOWHERE),
    wrong("submit_plan", responsible_unit=NOWHERE),
    Spoiled("submit_plan", lambda case: _nodes(case, -2)),
    Spoiled("submit_plan", lambda case: _nodes(case, 8)),
    Spoiled("submit_plan", lambda case: _nodes(case, 400)),
    Spoiled("submit_plan", lambda case: {"funds": " ", "responsible_unit": case.hazard.owner}),
    Spoiled("submit_plan", lambda case: {**_nodes(case, 1), "funds": "专项", "contingency": "预案"}),
    wrong("progress", milestones_done=["N9"]),
    Spoiled("progress", _others_node, role=Role.HANDLER),
    wrong("report_subtask"),
    Spoiled("confirm_subtask", lambda case: {"unit": case.hazard.owner}),
    Spoiled("confirm_subtask", person=_reporter),
    Spoiled("send_back_subtask", lambda case: {"unit": case.hazard.owner}),
    wrong("request_extension"),
    Spoiled("request_extension", lambda case: {"until": _days(case, 400)}),
    Spoiled("request_extension", lambda case: {"until": _days(case, -1)}),
    wrong("request_extension", nodes=[{"id": "N9", "due": "2026-03-02"}]),
    wrong("decide_extension"),
    wrong("enter_key_control"),
    Spoiled("resume", lambda case: {"until": _days(case, -1)}),
    Spoiled("resume", lambda case: {"until": _days(case, 400)}),
    wrong("report_completion"),
    wrong("report_completion", outcome="closed_by_law"),
    wrong("report_completion", outcome="to_justice", evidence=[{"kind": "document", "ref": "移送书"}]),
    wrong("report_completion", handling=None),
    wrong("report_completion", settlement=[]),
    Spoiled("assess_pass", person=_handler),
    Spoiled("assess_fail", person=_handler),
    *(wrong(command, **_G9) for command in ("assess_pass", "assess_fail", "recognise_pass", "recognise_fail")),
    *(wrong(command, results=[]) for command in ("assess_pass", "recognise_pass")),
    *_ACCEPTING,
    wrong("record_listing_notice", day="2026-01-05"),
    *(wrong("record_listing_notice", what=what) for what in ("listing_notice", "removal_notice")),
    wrong("lookback_pass"),
    wrong("lookback_relapse"),
    wrong("confirm_relapse"),
    Spoiled("confirm_relapse", lambda case: {"matched": case.hazard.id}),
    Spoiled("merge", lambda case: {"into": case.hazard.id}),
    wrong("state_reason"),
    wrong("accept_reason"),
    wrong("acknowledge", obligation="talk-0"),
    wrong("order_talk"),
    wrong("hold_talk", by_proxy=True),
    wrong("hold_talk", held_on="2026-01-05"),
    wrong("file_rectification"),
    wrong("publish_exposure"),
    wrong("refer", failure="not_inspected"),
    wrong("refer", consequence="grave_crime"),
    *(
        wrong(command, unit=NOWHERE)
        for command in ("order_talk", "hold_talk", "publish_exposure", "refer", "decline")
    ),
    wrong("propose_listing"),
    wrong("decline"),
    wrong("add_record", kind="guidance"),
    wrong("add_record", kind="law_enforcement"),
    wrong("add_record", kind="cooperation"),
    wrong("add_record", units=[NOWHERE]),
    wrong("joint_meeting", participants=[NOWHERE, "区应急局"]),
    wrong("joint_meeting", kind="diagnosis"),
    Spoiled("report_to_principal", lambda case: {"to": NOWHERE}),
    *(
        Spoiled(command, lambda case: {"on": _days(case, 3)})
        for command in ("link_incident", "add_penalty")
    ),
    wrong("set_confidentiality", level="PUBLIC"),
    wrong("link_petition"),
    wrong("notify_petitioner"),
    wrong("object_to_petition"),
    wrong("decide_objection"),
    wrong("extend_petition"),
    wrong("extend_petition", until="2029-01-01"),
    wrong("close_petition"),
)  # fmt: skip
"""Most are refused for the rule they break; some for what the hazard itself rules out, where that comes first."""


REPORTS: tuple[tuple[Role, dict[str, Any]], ...] = (
    (Role.DESK, {"code": "S99-99"}),
    (Role.DESK, {"subdistrict": NOWHERE}),
    (Role.DESK, {"category": 1, "sub_item": 9}),
    (Role.DESK, {"occurred_at": "2029-03-02T11:00+08:00"}),
    (Role.DISCOVERER, {"channel": "grid_patrol"}),
)


def ask_of_reports(case: Case, met: Met) -> None:
    """Reports that break a rule, of a hazard that is not there yet."""
    for role, form in REPORTS:
        unit = (
            case.rules.book.organisation.desk
            if role is Role.DESK
            else case.rules.book.organisation.territories[0].id
        )
        met.was_refused("report", case.refused("report", of(unit, role), **form))


def ask(case: Case, met: Met, spoiled: Iterable[Spoiled] = SPOILED) -> None:
    """Rules broken in turn, by every kind of seat that may give the command; nothing is done."""
    hazard = case.hazard
    may: dict[tuple[str, Role | None], list[Actor]] = {}
    for wrong in spoiled:
        if hazard.state not in BY_COMMAND[wrong.command].sources:
            continue
        which = wrong.command, wrong.role
        if which not in may:
            may[which] = list(seats(case, *which))
        for actor in may[which]:
            person = wrong.person(case) or actor.person
            try:
                refused = case.answer(
                    wrong.command, actor.model_copy(update={"person": person}), **wrong.form(case)
                )
            except Refusal:  # the form says too little to be decided on
                continue
            if refused:
                met.was_refused(wrong.command, refused)
                break
    assert case.hazard is hazard, "asking changes nothing"


def seats(case: Case, command: str, role: Role | None = None) -> Iterator[Actor]:
    """Every kind of seat that may give ``command`` here."""
    for who in BY_COMMAND[command].who:
        for kind in sorted(who.roles):
            for unit in _units(case, who, kind):
                actor = of(unit, kind, _person(case, who, unit, kind))
                ask = Ask(case.rules, case.hazard, actor, case.now)
                organisation = case.rules.book.organisation
                if role in (None, kind) and not organisation.seat_problem(actor) and who.admits(ask):
                    yield actor
                    break


def _units(case: Case, who: Who, role: Role) -> list[UnitId]:
    hazard, organisation = case.hazard, case.rules.book.organisation
    seat = organisation.seat_of(role)
    parts = [one.unit for one in hazard.subtasks]
    central = [organisation.office, organisation.desk]
    return [
        *([seat] if seat else []),
        hazard.owner,
        *parts,
        *hazard.involved,
        *central,
        *bureaus(case),
        *places(case),
    ]


def _person(case: Case, who: Who, unit: UnitId, role: Role) -> PersonId:
    listing = case.hazard.listing
    if who.relation is Relation.SPONSORING and listing:
        return listing.sponsor.person
    return PersonId(f"pid-{unit}-{role}")
