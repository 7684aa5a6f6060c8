"""Guards: what must hold before a command is carried out, each with its code, source and sentence.

A guard that looks at the form only says so (``of_form``); the others can be asked before anything is
filled in, which is how :func:`domain.hazard.allowed` greys a button with its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain import clocks
from domain.catalogue import responsible
from domain.commands import PlannedNode
from domain.library import Rules
from domain.organisation import ROLES_OF_THE_OFFICE, Actor, Role, Unit, UnitType
from domain.state import Clock, Hazard
from domain.values import ClockKey, Mode, end_of, local

CLOCK_SKEW = timedelta(hours=1)
"""How far ahead of ours a finder's clock may run."""

SUB_ITEMS = {1: 4, 2: 11, 3: 6, 4: 7}
"""How many sub-items each of the four risk categories has (CLS-10…13)."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The question a guard answers: may this be done to this hazard, now? ``form`` may still be empty."""

    rules: Rules
    hazard: Hazard
    actor: Actor
    now: datetime
    form: Any = None

    def unit(self, name: str | None) -> Unit | None:
        return self.rules.book.organisation.find(name) if name else None

    @property
    def main_clock(self) -> Clock | None:
        return self.hazard.main_clock


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition. ``code`` follows the transition's id in the refusal, e.g. ``T19.plan-beyond-cap``."""

    code: str
    status: int
    requirement: str
    zh: str
    en: str
    holds: Callable[[Ask], bool]
    of_form: bool = True


def form_guard(code: str, status: int, requirement: str, zh: str, en: str) -> Callable[..., Guard]:
    return lambda holds: Guard(code, status, requirement, zh, en, holds)


def state_guard(code: str, status: int, requirement: str, zh: str, en: str) -> Callable[..., Guard]:
    return lambda holds: Guard(code, status, requirement, zh, en, holds, of_form=False)


# -- registration ------------------------------------------------------------------------------------


@form_guard(
    "unknown-code",
    422,
    "CLS-02",
    "分类目录中没有这个编号，请从隐患分类索引中选取",
    "the catalogue has no such code; choose one of the hazard catalogue",
)
def known_code(ask: Ask) -> bool:
    return ask.form.code is None or ask.form.code in ask.rules.book.catalogue.by_code


@form_guard(
    "unknown-subdistrict",
    422,
    "ACT-25",
    "所填街镇不在本区街镇名录中",
    "the sub-district named is not one of this district",
)
def known_subdistrict(ask: Ask) -> bool:
    if ask.form.subdistrict is None:
        return True
    unit = ask.unit(ask.form.subdistrict)
    return unit is not None and unit.type is UnitType.SUBDISTRICT


@form_guard(
    "unclassified",
    422,
    "CLS-01",
    "登记须注明部、事件编号或四类风险类别",
    "a catalogue code or a risk category must be given",
)
def classified(ask: Ask) -> bool:
    form, hazard = ask.form, ask.hazard
    return any(x is not None for x in (form.code, form.category, hazard.code, hazard.category))


@form_guard(
    "unclassified",
    422,
    "CLS-01",
    "自查发现的隐患，登记时须注明部、事件编号或四类风险类别",
    "a hazard of one's own inspection needs a catalogue code or a risk category",
)
def classified_if_own(ask: Ask) -> bool:
    form = ask.form
    return form.channel.outside or form.code is not None or form.category is not None


@form_guard(
    "unknown-sub-item",
    422,
    "CLS-09",
    "所填风险类别没有这个子项",
    "the risk category has no such sub-item",
)
def known_sub_item(ask: Ask) -> bool:
    category: int = ask.form.category or ask.hazard.category or 0
    return ask.form.sub_item is None or ask.form.sub_item <= SUB_ITEMS.get(category, 0)


@form_guard(
    "in-the-future",
    422,
    "REG-08",
    "发现时间不得晚于现在",
    "the time of discovery lies in the future",
)
def not_in_the_future(ask: Ask) -> bool:
    return ask.form.occurred_at is None or ask.form.occurred_at <= ask.now + CLOCK_SKEW


@form_guard(
    "before-evidence-missing",
    422,
    "REG-04",
    "即发现即消除须有整改前影像",
    "clearing on the spot needs a picture from before",
)
def has_before_evidence(ask: Ask) -> bool:
    return ask.hazard.has_before or any(item.kind == "before" for item in ask.form.evidence)


@form_guard(
    "after-evidence-missing",
    422,
    "VER-02",
    "即发现即消除须有整改后影像",
    "clearing on the spot needs a picture from after",
)
def has_after_evidence(ask: Ask) -> bool:
    return any(item.kind == "after" for item in ask.form.evidence)


@form_guard(
    "assessor-missing",
    422,
    "VER-02",
    "须指明清零评估人",
    "the assessor of the clearance must be named",
)
def assessor_named(ask: Ask) -> bool:
    return ask.form.assessor is not None


@form_guard(
    "assessor-is-finder",
    422,
    "VER-02",
    "清零评估人不得是发现人或当场整改人本人",
    "the assessor must not be the one who found or fixed it",
)
def assessor_is_another(ask: Ask) -> bool:
    return ask.form.assessor.person not in (ask.actor.person, ask.hazard.finder.person)


# -- routing -----------------------------------------------------------------------------------------


@state_guard(
    "not-own-line",
    403,
    "MOD-06",
    "委办局只能自行整治本条线隐患；非本条线的请提请分流",
    "a bureau may only handle hazards of its own line itself; have others diverted",
)
def of_own_line(ask: Ask) -> bool:
    organisation = ask.rules.book.organisation
    unit = organisation.by_id.get(ask.actor.unit)
    if unit is None or unit.type is not UnitType.BUREAU or ask.hazard.code is None:
        return True
    item = ask.rules.book.catalogue.by_code[ask.hazard.code]
    answers = responsible(item, organisation, ask.hazard.subdistrict)
    return unit.id == answers.proposed or unit.id in answers.candidates


@form_guard(
    "unknown-target",
    422,
    "MOD-14",
    "所填承办单位不在本区单位名录中",
    "the target is not a unit of this district",
)
def target_exists(ask: Ask) -> bool:
    return ask.unit(ask.form.target) is not None


@form_guard(
    "target-cannot-handle",
    422,
    "MOD-16",
    "隐患只能转递给街镇、区属企业或主管部门；权属单位由其监管部门承办",
    "only sub-districts, district enterprises and bureaus can be assigned; for an external owner "
    "assign its supervising bureau",
)
def target_handles(ask: Ask) -> bool:
    unit = ask.unit(ask.form.target)
    return unit is not None and unit.handles


def mode_open(mode: Mode) -> Guard:
    """The district has this mode at all (A4)."""

    def holds(ask: Ask) -> bool:
        return mode in ask.rules.book.modes

    return Guard(
        "mode-not-here",
        409,
        "MOD-01",
        f"本区不设“{mode.zh}”，请由城运中心转递主管部门",
        f"this district has no mode {mode}; have the desk assign the competent department",
        holds,
        of_form=False,
    )


UPGRADE_OPEN = mode_open(Mode.UPGRADED)
DIVERSION_OPEN = mode_open(Mode.DIVERTED)


@form_guard(
    "desk-missing",
    422,
    "MOD-07",
    "研判须有区城运中心参加，请在参加单位中写明",
    "the transfer desk must take part in the triage; name it among the participants",
)
def desk_takes_part(ask: Ask) -> bool:
    organisation = ask.rules.book.organisation
    named = [organisation.find(name) for name in ask.form.participants]
    return any(unit is not None and unit.id == organisation.desk for unit in named)


@form_guard(
    "unknown-participant",
    422,
    "MOD-05",
    "参加单位中有本区没有的单位",
    "a participant is not a unit of this district",
)
def participants_known(ask: Ask) -> bool:
    return all(ask.unit(name) is not None for name in ask.form.participants)


@form_guard(
    "target-not-bureau",
    422,
    "MOD-02",
    "提级整治只能转递给委办局或行业主管部门",
    "an upgraded hazard goes to a bureau",
)
def upgrade_goes_to_a_bureau(ask: Ask) -> bool:
    """Sent back by one bureau, an upgraded hazard goes to another one."""
    triage, unit = ask.hazard.triage, ask.unit(ask.form.target)
    upgraded = ask.hazard.mode is Mode.UPGRADED or (triage is not None and triage.kind == "upgrade")
    return not upgraded or (unit is not None and unit.type is UnitType.BUREAU)


@form_guard(
    "unknown-unit",
    422,
    "MOD-17",
    "建议的单位不在本区单位名录中",
    "the unit proposed is not one of this district",
)
def proposed_units_known(ask: Ask) -> bool:
    proposed = getattr(ask.form, "suggested_units", ()) or (getattr(ask.form, "proposed_unit", None),)
    return all(ask.unit(name) is not None for name in proposed if name)


@state_guard(
    "final",
    409,
    "N08",
    "管辖已由清零办明确，不得退单",
    "the office has ruled on the jurisdiction; it cannot be sent back",
)
def not_ruled(ask: Ask) -> bool:
    return not ask.hazard.final_ruling


@state_guard(
    "once",
    409,
    "MOD-17",
    "本件已退过一次，不得再退",
    "this hazard has been sent back once already",
)
def first_return(ask: Ask) -> bool:
    return ask.hazard.returns < 1


@state_guard(
    "after-due",
    409,
    "MOD-17",
    "退单须在签收期限届满前提出",
    "it can only be sent back before the sign-off is due",
)
def sign_not_due(ask: Ask) -> bool:
    clock = ask.hazard.clocks.get(ClockKey.SIGN)
    return clock is None or ask.now < clock.due


@state_guard(
    "not-requested",
    409,
    "MOD-10",
    "本件由受理单位退回或提请，不能按此方式退回申请单位",
    "this hazard was sent back by a unit; route it, there is no requester to return it to",
)
def has_requester(ask: Ask) -> bool:
    return ask.hazard.triage is not None and ask.hazard.triage.kind != "return"


@state_guard(
    "approver",
    403,
    "REM-04",
    "重点防控：一般整治由本单位一把手批准，提级整治由清零办批准",
    "key control is approved by the unit's principal (general) or by the office (upgraded)",
)
def approves_key_control(ask: Ask) -> bool:
    by_office = ask.actor.role in ROLES_OF_THE_OFFICE
    return by_office == (ask.hazard.mode is Mode.UPGRADED)


@state_guard(
    "decider",
    403,
    "N14",
    "延期：一般整治由城运中心审批，提级、分流由清零办审批",
    "the desk decides for general hazards, the office for upgraded and diverted ones",
)
def decides_extensions(ask: Ask) -> bool:
    return (ask.actor.role is Role.DESK) == (ask.hazard.mode is Mode.GENERAL)


@form_guard(
    "not-ahead",
    422,
    "REM-04",
    "恢复整治的新期限须在今后",
    "the new due date must lie ahead",
)
def resumption_ahead(ask: Ask) -> bool:
    return clocks.instant_of(ask.form.until, _longest(ask)) > ask.now


@form_guard(
    "beyond-cap",
    422,
    "REM-04",
    "恢复整治的新期限超过本方式的最长期限",
    "the new due date is later than the longest the mode allows",
)
def resumption_within_cap(ask: Ask) -> bool:
    longest = _longest(ask)
    return clocks.instant_of(ask.form.until, longest) <= longest


def _longest(ask: Ask) -> datetime:
    """How far a remediation that started now could ever reach."""
    return clocks.longest(ask.rules, clocks.remediation(ask.rules, ask.hazard, ask.now))


@state_guard(
    "other-seat",
    403,
    "LBK-01",
    "回头看：一般整治由责任单位或清零办办理，提级整治由清零办或其他相关单位办理，责任单位不得自查自过",
    "the owner or the office looks back at a general hazard; at an upgraded one the office or another unit "
    "concerned, not its owner",
)
def looks_back(ask: Ask) -> bool:
    if ask.actor.role in ROLES_OF_THE_OFFICE:
        return True
    return (ask.actor.unit == ask.hazard.owner) == (ask.hazard.mode.handled_as is Mode.GENERAL)


# -- plan and extension ------------------------------------------------------------------------------


@form_guard(
    "unknown-unit",
    422,
    "PLN-01",
    "方案中的责任部门或分工单位不在本区单位名录中",
    "a unit named in the plan is not one of this district",
)
def plan_units_known(ask: Ask) -> bool:
    named = [ask.form.responsible_unit, *(duty.unit for duty in ask.form.duties)]
    named += [node.unit for node in ask.form.milestones if node.unit]
    return all(ask.unit(name) is not None for name in named)


@form_guard(
    "node-in-the-past",
    422,
    "PLN-01",
    "时间节点不得早于今天",
    "a milestone lies before today",
)
def nodes_ahead(ask: Ask) -> bool:
    return all(node.milestone().instant(_next_limit(ask)) > ask.now for node in ask.form.milestones)


@form_guard(
    "plan-beyond-cap",
    422,
    "PLN-01",
    "最后时间节点晚于整治期限连同延期的上限，请提前节点",
    "the last milestone is later than the limit can ever be extended to; bring it forward",
)
def within_cap(ask: Ask) -> bool:
    clock = ask.main_clock
    cap = clocks.cap_of(ask.rules, clock) if clock else None
    if clock is None or cap is None:
        return True
    latest = max(cap.due, clock.limit_due)
    return latest <= ask.now or _last_node(ask, latest) <= latest


@form_guard(
    "plan-beyond-limit",
    422,
    "PLN-01",
    "最后时间节点晚于整治期限，请先获准延期或提前节点",
    "the last milestone is later than the limit; have an extension granted first or bring it forward",
)
def within_limit(ask: Ask) -> bool:
    """A plan filed when the limit has passed may look ahead: its nodes move no date, the hazard stays late."""
    clock = ask.main_clock
    return clock is None or clock.limit_due <= ask.now or _last_node(ask, clock.limit_due) <= clock.limit_due


def _next_limit(ask: Ask) -> datetime:
    """What a node named by its day alone may end with: the limit, or today's end when that has passed."""
    clock = ask.main_clock
    return clock.limit_due if clock and clock.limit_due > ask.now else end_of(local(ask.now).date())


def _last_node(ask: Ask, same_day_as: datetime) -> datetime:
    nodes: tuple[PlannedNode, ...] = ask.form.milestones
    return max(node.milestone().instant(same_day_as) for node in nodes)


@form_guard(
    "unknown-milestone",
    422,
    "PLN-03",
    "方案中没有这个时间节点",
    "the plan has no such milestone",
)
def milestones_known(ask: Ask) -> bool:
    plan = ask.hazard.plan
    return {node.id for node in (plan.milestones if plan else ())} >= set(ask.form.milestones_done)


@state_guard(
    "once",
    409,
    "N04",
    "本轮整治已申请过延期，只准一次",
    "an extension has already been asked for in this round; there is only one",
)
def first_request(ask: Ask) -> bool:
    return ask.hazard.extension is None or ask.hazard.extension.decision == "lapsed"


@state_guard(
    "no-extension",
    409,
    "N23",
    "本类隐患的整治期限不得延长",
    "the limit of this kind of hazard cannot be extended",
)
def extendable(ask: Ask) -> bool:
    return ask.main_clock is not None and ask.main_clock.cap is not None


@state_guard(
    "after-due",
    409,
    "N04",
    "延期须在期限届满前申请",
    "an extension must be asked for before the due date",
)
def before_due(ask: Ask) -> bool:
    return ask.main_clock is not None and ask.now < ask.main_clock.due


@form_guard(
    "beyond-cap",
    422,
    "N04",
    "所申请的期限超过上限",
    "the date asked for is later than the policy allows",
)
def extension_within_cap(ask: Ask) -> bool:
    clock = ask.main_clock
    cap = clocks.cap_of(ask.rules, clock) if clock else None
    if cap is None or ask.form.until is None:
        return True
    return clocks.instant_of(ask.form.until, cap.due) <= cap.due


@form_guard(
    "not-later",
    422,
    "N04",
    "新期限须晚于现行期限",
    "the date asked for is not later than the present due date",
)
def extension_is_later(ask: Ask) -> bool:
    clock = ask.main_clock
    if clock is None or ask.form.until is None:
        return True
    cap = clocks.cap_of(ask.rules, clock)
    return clocks.instant_of(ask.form.until, cap.due if cap else clock.due) > clock.due


@state_guard(
    "no-request",
    409,
    "N14",
    "没有待审批的延期申请",
    "no extension is waiting for a decision",
)
def request_pending(ask: Ask) -> bool:
    return ask.hazard.extension is not None and ask.hazard.extension.decision == "pending"


# -- clearance ---------------------------------------------------------------------------------------


@state_guard(
    "no-plan",
    409,
    "PLN-01",
    "尚未制定一患一方案，请先恢复整治并提交方案",
    "there is no plan yet; resume the remediation and file one first",
)
def has_plan(ask: Ask) -> bool:
    return ask.hazard.plan is not None


@state_guard(
    "assessor-is-handler",
    403,
    "VER-01",
    "清零评估人不得是责任人员或报结人本人",
    "the assessor must not be the handler or the one who reported completion",
)
def assessor_is_not_handler(ask: Ask) -> bool:
    persons = [ref.person for ref in (ask.hazard.handler,) if ref]
    if ask.hazard.completion:
        persons.append(ask.hazard.completion.by.person)
    return ask.actor.person not in persons


@form_guard(
    "unknown-goal",
    422,
    "VER-09",
    "评估结果中有方案没有的工作目标",
    "a result names a goal that the plan does not have",
)
def goals_known(ask: Ask) -> bool:
    plan = ask.hazard.plan
    return {result.goal for result in ask.form.results} <= {goal.id for goal in (plan.goals if plan else ())}


@form_guard(
    "goal-open",
    422,
    "VER-09",
    "方案的每项工作目标都须有“已达成”的评估结果",
    "every goal of the plan must have the result that it is met",
)
def every_goal_met(ask: Ask) -> bool:
    plan = ask.hazard.plan
    met = {result.goal for result in ask.form.results if result.met}
    failed = {result.goal for result in ask.form.results if not result.met}
    return not failed and all(goal.id in met for goal in (plan.goals if plan else ()))


# -- look-back, merging, ladder ----------------------------------------------------------------------


@state_guard(
    "window-over",
    409,
    "LBK-03",
    "已过回潮比对期，请另行登记",
    "the window for matching a relapse is over; register a new hazard",
)
def within_relapse_window(ask: Ask) -> bool:
    return ask.hazard.relapse_until is not None and ask.now < ask.hazard.relapse_until


@form_guard(
    "itself",
    422,
    "T33",
    "所填的就是本隐患，请填另一隐患的编号",
    "that is this hazard itself; name the other one",
)
def not_itself(ask: Ask) -> bool:
    return getattr(ask.form, "into", getattr(ask.form, "matched", None)) != ask.hazard.id


@state_guard(
    "not-late",
    409,
    "SUP-01",
    "没有超期事项需要说明",
    "nothing is late that would need a reason",
)
def is_late(ask: Ask) -> bool:
    return any(clock.due <= ask.now for clock in ask.hazard.running() if clock.bearer == ask.hazard.owner)


@state_guard(
    "no-reason",
    409,
    "SUP-01",
    "没有待认可的超期说明",
    "no stated reason is waiting to be accepted",
)
def reason_stated(ask: Ask) -> bool:
    return any(
        owed.kind == "reason" and owed.met_at is not None and owed.accepted_at is None
        for owed in ask.hazard.obligations
    )
