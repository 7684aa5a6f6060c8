"""Builders for tests of the core: a district, its seats, and a hazard in any state.

Every hazard here came to its state by real commands at real instants, so a test shows only what
matters to it::

    case = hazard_in(State.REMEDIATING)
    case.give("report_completion", HANDLER)
    assert case.hazard.state is State.SELF_ASSESSMENT
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import copy
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from domain.calendar import Calendar, Span
from domain.commands import Order, Report, parse
from domain.events import Event, Notice, evolve
from domain.hazard import allowed, decide, report, rules_for
from domain.ladder import next_wakeup, tick
from domain.library import LIBRARY, Rulebook, Rules
from domain.organisation import PLACED_ROLES, SYSTEM, Actor, Role
from domain.policy import Policy
from domain.refusal import Refusal, Refused
from domain.state import Clock, Hazard
from domain.values import (
    LISTING_NOTICES,
    SHANGHAI,
    ClockKey,
    Digest,
    HazardId,
    Mode,
    PersonId,
    State,
    UnitId,
)
from profiles.loader import shipped_calendar, shipped_profiles

BOOKS = shipped_profiles()
QINGPU = BOOKS["qingpu"]
CALENDAR = shipped_calendar()
HAZARD = HazardId("QP-2026-000101")

MONDAY = "2026-03-02 09:30"
"""A Monday with five ordinary weeks before it reaches a holiday (2026-04-06)."""


def at(text: str) -> datetime:
    """An instant in Shanghai, e.g. ``at("2026-03-02 09:30")``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# ── seats ────────────────────────────────────────────────────────────────────────────────────────────


def seat(unit: str, role: str, person: str = "") -> Actor:
    """A seat of a unit, e.g. ``seat("xiayang", "liaison")``; one person for each unless said."""
    return Actor(unit=UnitId(unit), role=Role(role), person=PersonId(person or f"person-of-{unit}-{role}"))


STREET, OTHER_STREET, BUREAU, ENTERPRISE = "xiayang", "yingpu", "jiaotongwei", "qingfa"

DESK = seat("desk", "desk")
OFFICE = seat("office", "office")
DIRECTOR = seat("office", "office_director")
FINDER = seat(STREET, "discoverer")
LIAISON = seat(STREET, "liaison")
HANDLER = seat(STREET, "handler")
DEPUTY = seat(STREET, "deputy_leader")
PRINCIPAL = seat(STREET, "principal")
ASSESSOR = seat(STREET, "assessor")
OTHER_LIAISON = seat(OTHER_STREET, "liaison")

_UNITS = ("desk", "office", STREET, OTHER_STREET, BUREAU, ENTERPRISE, "gongshui", "nowhere")
_ROLES = tuple(role for role in Role if role is not Role.SYSTEM and role not in PLACED_ROLES)
SPONSOR = seat("qzf", "sponsor")
AUTHORITY = seat("ldxz", "listing_authority")
PANEL = seat("gongan", "acceptance_panel")
SEATS = (
    *(seat(unit, role) for unit in _UNITS for role in _ROLES),
    *(SPONSOR, AUTHORITY, PANEL, seat("fuban", "inspector"), seat("qzf", "sponsor", "another-vice-mayor")),
    *(seat(STREET, "sponsor"), seat(BUREAU, "lead_unit"), seat("office", "acceptance_panel")),
    SYSTEM,
)
"""Every role in a unit of every kind, and the seats that a profile places; the impossible ones included."""

GIVER = {
    "verify_confirm": LIAISON,
    "verify_dismiss": LIAISON,
    "clear_on_spot": FINDER,
    "self_handle": LIAISON,
    "assign": DESK,
    "request_upgrade": LIAISON,
    "request_diversion": seat(BUREAU, "liaison"),
    "request_listing": LIAISON,
    "forward_listing": OFFICE,
    "listing_approve": AUTHORITY,
    "listing_reject": AUTHORITY,
    "sign_subtask": LIAISON,
    "plan_approve": SPONSOR,
    "plan_reject": SPONSOR,
    "report_subtask": HANDLER,
    "confirm_subtask": LIAISON,
    "send_back_subtask": LIAISON,
    "accept_pass": OFFICE,
    "accept_fail": OFFICE,
    "record_listing_notice": OFFICE,
    "triage_route": OFFICE,
    "triage_return": OFFICE,
    "jurisdiction_unclear": DESK,
    "jurisdiction_rule": OFFICE,
    "sign": LIAISON,
    "return": LIAISON,
    "submit_plan": HANDLER,
    "progress": HANDLER,
    "request_extension": LIAISON,
    "decide_extension": DESK,
    "enter_key_control": PRINCIPAL,
    "control_review": LIAISON,
    "resume": LIAISON,
    "report_completion": HANDLER,
    "assess_pass": ASSESSOR,
    "assess_fail": ASSESSOR,
    "recognise_pass": OFFICE,
    "recognise_fail": OFFICE,
    "lookback_pass": LIAISON,
    "lookback_relapse": LIAISON,
    "confirm_relapse": DESK,
    "state_reason": LIAISON,
    "accept_reason": OFFICE,
    "acknowledge": OFFICE,
    "issue_notice": OFFICE,
    "order_talk": OFFICE,
    "hold_talk": OFFICE,
    "file_rectification": PRINCIPAL,
    "publish_exposure": OFFICE,
    "refer": DIRECTOR,
    "propose_listing": DIRECTOR,
    "decline": OFFICE,
    "add_record": OFFICE,
    "open_special_inspection": seat("fuban", "inspector"),
    "joint_meeting": OFFICE,
    "report_to_principal": PRINCIPAL,
    "link_incident": OFFICE,
    "add_penalty": seat(BUREAU, "handler"),
    "set_confidentiality": seat("office", "custodian"),
    "link_petition": DESK,
    "notify_petitioner": LIAISON,
    "object_to_petition": LIAISON,
    "decide_objection": OFFICE,
    "extend_petition": PRINCIPAL,
    "close_petition": LIAISON,
    "classify": OFFICE,
    "merge": OFFICE,
    "hand_over": OFFICE,
    "load_calendar": SYSTEM,
}
"""Who gives each command in these tests unless a test says otherwise."""


def giver(command: str, case: Case) -> Actor:
    """The usual seat; of a hazard that has gone to the bureau, the same seat of the bureau."""
    usual, hazard = GIVER[command], case.hazard
    if hazard.mode is Mode.LISTED and command.startswith("lookback"):
        return OFFICE  # the street has a part in it here
    stays = command.startswith("lookback") or command == "sign_subtask"
    moved = usual.unit == STREET and not stays and hazard.owner == BUREAU
    return seat(BUREAU, usual.role) if moved else usual


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────

BEFORE = {"kind": "before", "ref": "photo-before"}
AFTER = {"kind": "after", "ref": "photo-after"}
ALL_MET = [{"goal": "G1", "met": True}]


def plan(*due: object, **more: Any) -> dict[str, Any]:
    """A plan with one goal and a node for each of ``due`` (a day or an instant)."""
    return {
        "responsible_unit": "夏阳街道",
        "responsible_leader": "leader-1",
        "responsible_staff": [HANDLER.person],
        "measures": "拆除隔断，清退住人",
        "milestones": [{"what": f"节点{n}", "due": day} for n, day in enumerate(due, 1)],
        "goals": ["隔断全部拆除"],
        **more,
    }


def shared_plan(case: Case, due: object, **days: object) -> dict[str, Any]:
    """A listed hazard's plan: a node for each unit, due on ``due`` unless ``days`` says another for the unit."""
    parts = [one.unit for one in case.hazard.subtasks]
    nodes = [{"what": f"{unit}的部分", "due": days.get(unit, due), "unit": unit} for unit in parts]
    return plan(responsible_unit=parts[0], milestones=nodes, funds="专项资金", contingency="应急预案")


def good_form(command: str, case: Case) -> dict[str, Any]:
    """A form that holds for ``command`` in the case's present state."""
    if command == "submit_plan":
        main = case.hazard.main_clock
        due = main.limit_due if main and main.limit_due > case.now else case.now + timedelta(days=1)
        return shared_plan(case, due) if case.hazard.subtasks else plan(due)
    if command == "resume":
        return {"until": (case.now + timedelta(hours=5)).isoformat(), "reason": "已具备整治条件"}
    if command in ("assess_pass", "recognise_pass", "accept_pass"):
        filed = case.hazard.plan
        results = [{"goal": goal.id, "met": True} for goal in (filed.goals if filed else ())]
        return {"results": results, **_FORMS.get(command, {})}
    if command in ("confirm_subtask", "send_back_subtask"):
        reported = [one.unit for one in case.hazard.subtasks if one.reported_at and not one.confirmed_at]
        return {**_FORMS[command], "unit": next(iter(reported), BUREAU)}
    if command == "record_listing_notice":
        owed = [key.value for key in LISTING_NOTICES if key in case.hazard.clocks]
        what = next(iter(owed), "listing_notice")
        return {
            "what": what,
            "document": "挂公〔2026〕1号",
            "day": f"{case.now.astimezone(SHANGHAI):%Y-%m-%d}",
        }
    if command == "report_completion":
        category = case.hazard.category
        return {"handling": "done_at_once", "settlement": ["solved"]} if category in (1, 2, 3) else {}
    if command == "joint_meeting":
        units = [unit.id for unit in case.rules.book.organisation.units if unit.handles]
        return {"participants": units[:2], "conclusions": "分头整治"}
    if command == "acknowledge":
        owed = [item.id for item in case.hazard.obligations if item.open]
        return {"obligation": owed[-1] if owed else "none"}
    if command == "hold_talk":
        minutes = {"attended_by": "principal-1", "minutes": "已约谈，限期整改"}
        return {"held_on": case.now.date().isoformat(), **minutes}
    if command in ("link_incident", "add_penalty"):
        return {**_FORMS[command], "on": case.now.date().isoformat()}
    if command == "add_record":
        kind = "cooperation" if case.hazard.state is State.HANDED_OVER else "tracking"
        return {"kind": kind, "text": "已会同权属单位核查"}
    if command == "load_calendar":
        return {"calendar": case.hazard.calendar}
    return dict(_FORMS.get(command, {}))


_FORMS: dict[str, dict[str, Any]] = {
    "verify_confirm": {"code": "S06-02"},
    "verify_dismiss": {"reason": "现场未见所述情形", "evidence": [BEFORE]},
    "clear_on_spot": {"evidence": [BEFORE, AFTER], "assessor": "assessor-of-the-spot"},
    "self_handle": {"handler": HANDLER.person},
    "assign": {"target": "夏阳街道"},
    "request_listing": {
        "reason": "须多部门协同",
        "criteria": {
            "complex_cause": "多头产权",
            "wide_scope": "涉及五个小区",
            "hard_to_remediate": "须停业改造",
            "major_impact": "毗邻学校",
        },
        "suggested_units": ["区交通委", "夏阳街道"],
    },
    "forward_listing": {"report_document": "青清零专报〔2026〕1号"},
    "listing_approve": {
        "sponsor": {"person": SPONSOR.person, "post": "副区长"},
        "lead": "区交通委",
        "cooperating": ["夏阳街道"],
        "document": "青挂〔2026〕1号",
        "requirements": "限期消除",
        "removal_conditions": "验收合格后摘牌",
    },
    "listing_reject": {"instruction": "GENERAL", "reason": "街道可以自行解决"},
    "sign_subtask": {"handler": HANDLER.person},
    "plan_reject": {"reason": "节点过于集中"},
    "report_subtask": {"text": "本单位事项已完成"},
    "confirm_subtask": {},
    "send_back_subtask": {"reason": "仍有一处未改"},
    "accept_pass": {
        "panel": {"chair": {"unit": "公安青浦分局", "member": "chair-1"}},
        "signed_by": "signer-1",
    },
    "accept_fail": {
        "panel": {"chair": {"unit": "公安青浦分局", "member": "chair-1"}},
        "signed_by": "signer-1",
        "failed": ["区交通委"],
        "reason": "两处未达标",
    },
    "request_upgrade": {"reason": "街道无力解决", "measures_tried": "两次约谈权属单位"},
    "request_diversion": {"reason": "不属本条线"},
    "triage_route": {"target": "区交通委", "participants": ["区城运中心"], "risk_assessment": "风险较大"},
    "triage_return": {"reason": "街道可以自行解决"},
    "jurisdiction_unclear": {"reason": "两个部门均不认领"},
    "jurisdiction_rule": {"target": "区交通委", "reason": "按职责", "risk_assessment": "风险较大"},
    "sign": {"handler": HANDLER.person},
    "return": {"reason": "不属本单位职责", "proposed_unit": "区房管局"},
    "progress": {"text": "已约谈二房东"},
    "request_extension": {"reason": "租户搬离需要时间"},
    "decide_extension": {"approve": True},
    "enter_key_control": {
        "reason": "需待市级立项",
        "people": "专人值守",
        "physical": "设置围挡",
        "technical": {"not_applicable": "现场无供电"},
        "psychological": "入户告知",
        "responsible": HANDLER.person,
    },
    "issue_notice": {"matter": "超期未报进展"},
    "order_talk": {"reason": "超期且未说明原因"},
    "file_rectification": {"report": "已增派人员，十日内完成"},
    "publish_exposure": {"medium": "区政府网站", "text": "整治不力", "reason": "约谈后逾期未交整改报告"},
    "refer": {
        "failure": "not_treated",
        "causes": ["slow"],
        "consequence": "grave_accident",
        "document": "青清零办〔2026〕3号",
        "reason": "超期未治，发生火灾",
    },
    "propose_listing": {"reason": "牵涉多个部门"},
    "decline": {"question": "talk", "reason": "已当面说明"},
    "open_special_inspection": {"instruction": "区领导批示〔2026〕12号", "matter": "核查整治进度"},
    "report_to_principal": {"to": "区应急局", "text": "情况紧急"},
    "link_incident": {
        "reference": "事故〔2026〕1号",
        "consequences": ["grave_accident"],
        "text": "发生火灾",
    },
    "add_penalty": {
        "enterprise": "91310118MA1JXXXX0X",
        "violation": "拒不整改",
        "penalty": "罚款三万元",
        "document": "青应急罚〔2026〕5号",
    },
    "set_confidentiality": {"level": "SENSITIVE", "reason": "涉及在办案件"},
    "link_petition": {"number": "信访2026-88"},
    "notify_petitioner": {"document": "告知书1号"},
    "object_to_petition": {"reason": "不属本单位职责"},
    "decide_objection": {"agree": False, "reason": "属其职责"},
    "extend_petition": {"reason": "需鉴定"},
    "close_petition": {"document": "答复意见书1号", "outcome": "已解决"},
    "control_review": {"findings": "措施在位"},
    "assess_fail": {"reason": "仍有一处隔断"},
    "recognise_fail": {"reason": "目标未完全达成"},
    "lookback_relapse": {"findings": "隔断恢复"},
    "confirm_relapse": {"matched": "QP-2026-000999", "reason": "同一房屋再次隔断"},
    "state_reason": {"reason": "租户拒不搬离"},
    "accept_reason": {"reason": "情况属实"},
    "classify": {"grade": {"method": "LEC", "likelihood": 3, "exposure": 6, "consequence": 15}},
    "merge": {"into": "QP-2026-000999", "reason": "同一隐患"},
    "hand_over": {"to": "市交通委", "reason": "属市级管辖"},
}


# ── a hazard and its story ───────────────────────────────────────────────────────────────────────────


class Case:
    """One hazard with its ledger and a clock that only the test moves."""

    def __init__(
        self,
        book: Rulebook = QINGPU,
        calendar: Calendar = CALENDAR,
        now: datetime | str = MONDAY,
        number: HazardId = HAZARD,
    ) -> None:
        self.number = number
        self.book = LIBRARY.add_book(book)
        self.calendar = LIBRARY.add_calendar(calendar)
        self.now = at(now) if isinstance(now, str) else now
        self.events: list[Any] = []
        self._hazard: Hazard | None = None
        self._keys = count(1)

    @property
    def hazard(self) -> Any:
        """The state. ``Any``, because a test knows which of its parts are there."""
        assert self._hazard is not None, "nothing has been reported yet"
        return self._hazard

    @property
    def rules(self) -> Rules:
        """What the hazard is decided under; before the report, what it will be."""
        calendar = self._hazard.calendar if self._hazard else self.calendar
        return LIBRARY.rules(self.book, calendar)

    # -- acting -------------------------------------------------------------------------------------

    def report(self, actor: Actor = DESK, **form: Any) -> Case:
        """Report the hazard; the desk reports what the hotline says, unless the test says otherwise."""
        given = {"channel": "hotline", "place": "夏阳街道某小区3号", **form}
        command = parse("report", given)
        assert isinstance(command, Report)
        self._add(report(self.rules, self.number, self.book, command, actor, self.now, self._key()))
        return self

    def order(self, command: str, actor: Actor | None = None, **form: Any) -> Order:
        """The order ``give`` would give: a good form, changed by what the test says."""
        good = good_form(command, self)
        return Order(
            command=parse(command, {**good, **form}), actor=actor or giver(command, self), key=self._key()
        )

    def give(self, command: str, actor: Actor | None = None, /, **form: Any) -> Any:
        """Give a command; the event it led to."""
        return self.carry_out(self.order(command, actor, **form))

    def carry_out(self, order: Order) -> Event:
        return self._add(self.decided(order))

    def decided(self, order: Order) -> Event:
        """The event an order would lead to, without carrying it out. Raises :class:`Refusal`."""
        return decide(rules_for(LIBRARY, self.hazard, order.command), self.hazard, order, self.now)

    def answer(self, command: str, actor: Actor | None = None, /, **form: Any) -> Any:
        """The refusal a command would meet, or ``None``. Nothing is carried out."""
        try:
            self.decided(self.order(command, actor, **form))
        except Refusal as refusal:
            return refusal.refused
        return None

    def refused(self, command: str, actor: Actor | None = None, /, **form: Any) -> Refused:
        """The refusal that ``give`` meets. Fails when the command is carried out."""
        before, recorded = self._hazard, len(self.events)
        try:
            if command == "report":
                self.report(actor or DESK, **form)
            else:
                self.give(command, actor, **form)
        except Refusal as refusal:
            assert (self._hazard, len(self.events)) == (before, recorded), "a refusal changes nothing"
            return refusal.refused
        raise AssertionError(f"{command} was carried out")

    def may(self, command: str, actor: Actor | None = None) -> bool:
        """Whether ``allowed`` offers the command to ``actor``."""
        offered = allowed(self.rules, self.hazard, actor or giver(command, self), self.now)
        return next(entry.allowed for entry in offered if entry.command == command)

    # -- time ---------------------------------------------------------------------------------------

    def wait_until(self, when: datetime | str) -> list[Any]:
        """Let time pass; alarms ring at their own instants. The events they became."""
        end = at(when) if isinstance(when, str) else when
        assert end >= self.now, "time does not run backwards"
        rung: list[Any] = []
        while (wake := next_wakeup(self.hazard)) is not None and wake <= end:
            self.now = max(self.now, wake)
            rung += self._ring()
        self.now = end
        return rung

    def wait(self, **delta: float) -> list[Any]:
        return self.wait_until(self.now + timedelta(**delta))

    def jump_to(self, when: datetime | str) -> list[Any]:
        """As ``wait_until``, but nobody woke in between: all that was due rings at the end."""
        self.now = at(when) if isinstance(when, str) else when
        return self._ring()

    def _ring(self) -> list[Event]:
        events = tick(self.rules, self.hazard, self.now)
        for event in events:
            self._add(event)
        return list(events)

    # -- looking ------------------------------------------------------------------------------------

    def clock(self, key: ClockKey) -> Clock:
        return self.hazard.clocks[key]

    def due(self, key: ClockKey) -> str:
        """When a clock ends as the duty officer says it: ``"2026-03-09 24:00"``."""
        return spoken(self.clock(key).due)

    @property
    def last(self) -> Any:
        return self.events[-1]

    def copied(self) -> Case:
        """The same hazard at the same moment, to go on with in another way."""
        twin = copy(self)
        twin.events = [*self.events]
        return twin

    def replayed(self) -> Hazard:
        """The state read back from the ledger's texts alone."""
        hazard: Hazard | None = None
        for event in self.events:
            hazard = evolve(hazard, from_text(event.body, event.prev, event.hash))
        assert hazard is not None
        return hazard

    def _add(self, event: Event) -> Event:
        self._hazard = evolve(self._hazard, event)
        self.events.append(event)
        return event

    def _key(self) -> str:
        return f"key-{next(self._keys)}"


def from_text(body: str, prev: str, hash: str) -> Event:
    """An event as it is read back from its ledger row."""
    return Event.model_validate({**json.loads(body), "prev": prev, "hash": hash})


def spoken(instant: datetime | None) -> str:
    """``2026-03-09 24:00`` for the midnight that ends 03-09, else the instant to the minute."""
    assert instant is not None
    here = instant.astimezone(SHANGHAI)
    if (here.hour, here.minute) == (0, 0):
        return f"{here - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{here:%Y-%m-%d %H:%M}"


def notices(*events: Event) -> list[tuple[str, str, str, str]]:
    """Who was told what: ``(kind, unit, role, document)`` of every notice."""
    return [_short(notice) for event in events for notice in event.notices]


def _short(notice: Notice) -> tuple[str, str, str, str]:
    return (notice.kind, notice.unit, notice.role, notice.document)


# ── a hazard in any state ────────────────────────────────────────────────────────────────────────────

_ROUTE = {
    State.REPORTED: (),
    State.REGISTERED: ("verify_confirm",),
    State.UNDER_TRIAGE: ("verify_confirm", "request_upgrade"),
    State.JURISDICTION_RULING: ("verify_confirm", "request_upgrade", "jurisdiction_unclear"),
    State.AWAITING_SIGNOFF: ("verify_confirm", "assign"),
    State.PLANNING: ("verify_confirm", "assign", "sign"),
    State.REMEDIATING: ("verify_confirm", "assign", "sign", "submit_plan"),
    State.KEY_CONTROL: ("verify_confirm", "assign", "sign", "submit_plan", "enter_key_control"),
    State.SELF_ASSESSMENT: ("verify_confirm", "assign", "sign", "submit_plan", "report_completion"),
    State.DISMISSED: ("verify_dismiss",),
    State.MERGED: ("merge",),
    State.HANDED_OVER: ("hand_over",),
}
_TO_CLEARANCE = (*_ROUTE[State.SELF_ASSESSMENT], "assess_pass")
_UPGRADED = ("verify_confirm", "request_upgrade", "triage_route")
_ROUTE[State.AWAITING_RECOGNITION] = (*_UPGRADED, *_TO_CLEARANCE[2:])
_LISTED = (
    "verify_confirm",
    "request_listing",
    "forward_listing",
    "listing_approve",
    "sign",
    "sign_subtask",
    "submit_plan",
    "plan_approve",
    "all_parts",
    "report_completion",
    "assess_pass",
    "accept_pass",
)
_ROUTE[State.LISTING_REVIEW] = _LISTED[:3]
_ROUTE[State.PLAN_REVIEW] = _LISTED[:7]
_ROUTE[State.ACCEPTANCE] = _LISTED[:-1]


def listed_in(state: State, *, now: str = MONDAY, book: Rulebook = QINGPU, **form: Any) -> Case:
    """As ``hazard_in``, listed: 区交通委 leads, 夏阳街道 cooperates; at its clearance, accepted by the panel."""
    case = hazard_in(State.REGISTERED, book=book, now=now, **form)
    for command in _LISTED[1:]:
        if case.hazard.state is not state or (command == "sign_subtask" and state is State.PLANNING):
            case.wait(minutes=1)
            take(case, command)
    if state is State.LOOK_BACK:
        case.wait_until(case.hazard.clocks[ClockKey.LOOKBACK].alarms[0].at)
    assert case.hazard.state is state
    return case


def take(case: Case, command: str, **form: Any) -> None:
    """A step of a route: a command, or what the units of a listed hazard do each for their part."""
    if command != "all_parts":
        case.give(command, **form)
        if ClockKey.CONSULTATION in case.hazard.clocks:
            case.give("joint_meeting")
        return
    for one in case.hazard.subtasks:
        finish(case, one.unit)


def finish(case: Case, unit: UnitId) -> None:
    """``unit`` reports its part done, the lead confirms it."""
    case.give("report_subtask", seat(unit, "handler"), text="本单位事项已完成")
    case.give("confirm_subtask", seat(case.hazard.owner, "liaison"), unit=unit)


def upgraded_in(state: State, *, now: str = MONDAY, **form: Any) -> Case:
    """As ``hazard_in``, passed up by 夏阳街道 and routed to 区交通委; at a clearance, recognised by the office."""
    case = hazard_in(State.REGISTERED, now=now, **form)
    for command in (*_UPGRADED[1:], *_TO_CLEARANCE[2:], "recognise_pass"):
        if case.hazard.state is not state:
            case.wait(minutes=1)
            take(case, command)
    if state is State.LOOK_BACK:
        case.wait_until(next_wakeup(case.hazard) or case.now)
    assert case.hazard.state is state
    return case


def diverted_in(state: State, *, now: str = MONDAY) -> Case:
    """Found by 区建设管理委, not of its line, and routed to 区交通委 by the office."""
    finder = seat("jianguanwei", "discoverer")
    case = Case(now=now).report(finder, channel="daily_patrol", code="S01-03")
    case.give("request_diversion", seat("jianguanwei", "liaison"))
    for command in ("triage_route", *_TO_CLEARANCE[2:]):
        if case.hazard.state is not state:
            case.wait(minutes=1)
            case.give(command)
    assert case.hazard.state is state
    return case


def hazard_in(
    state: State, *, book: Rulebook = QINGPU, now: str = MONDAY, number: str = HAZARD, **form: Any
) -> Case:
    """A hazard of the hotline in ``state``; its steps lie a minute apart. ``form`` goes into the report."""
    case = Case(book, now=now, number=HazardId(number)).report(**form)
    for command in _ROUTE.get(state, _TO_CLEARANCE):
        case.wait(minutes=1)
        take(
            case,
            command,
            **({"code": form["code"]} if command == "verify_confirm" and "code" in form else {}),
        )
    if state in (State.LOOK_BACK, State.CLOSED):
        case.wait_until(next_wakeup(case.hazard) or case.now)
    if state is State.CLOSED:
        case.give("lookback_pass")
    assert case.hazard.state is state
    return case


def district(**policy: Any) -> Rulebook:
    """Qingpu with other numbers in its policy, e.g. ``district(major_persons=10)``."""
    # not model_copy: that would carry the digest of the old text over
    return Rulebook(**{**dict(QINGPU), "policy": Policy(**{**dict(QINGPU.policy), **policy})})


def calendar_of(year: int, off: tuple[str, ...] = (), make_up: tuple[str, ...] = ()) -> Calendar:
    """A published year in which only these days differ from Monday to Friday."""
    return Calendar(
        version=f"test-{year}",
        spans=(Span(first=date(year, 1, 1), last=date(year, 12, 31)),),
        days_off=tuple(date.fromisoformat(day) for day in off),
        make_up_days=tuple(date.fromisoformat(day) for day in make_up),
    )


def loaded(case: Case, calendar: Calendar) -> Digest:
    """Publish ``calendar`` beside the case's own and have the hazard count with both from now on."""
    digest = LIBRARY.add_calendar(case.rules.calendar.joined(calendar))
    case.give("load_calendar", calendar=digest)
    return digest


Arrange = Callable[[], Case]
