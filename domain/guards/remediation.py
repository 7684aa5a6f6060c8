"""Guards of the remediation: the plan and its nodes, extensions, key control."""

from __future__ import annotations

from datetime import datetime

from domain import clocks, modes
from domain.commands import PlannedNode
from domain.guards.asking import Ask, form_guard, state_guard
from domain.policy import Decider
from domain.values import end_of, local


def _of_this_district(decider: Decider | None, zh: str, en: str) -> tuple[str, str] | None:
    if decider is None:
        return None
    return f"{zh}：本区规定这一整治方式由{decider.zh}审批", f"here {decider.en} decides on {en} in this mode"


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


@state_guard(
    "asked-too-late",
    409,
    "N44",
    "挂牌整治延期须至迟在期限届满20个工作日前申请",
    "an extension of a listed hazard must be asked for at least 20 working days before it is due",
)
def in_good_time(ask: Ask) -> bool:
    clock = ask.main_clock
    return clock is None or ask.now < clocks.asked_until(ask.rules, clock)


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


@form_guard(
    "node-not-revised",
    422,
    "PLN-01",
    "调整的时间节点须是方案中尚未销项的节点，且在今后至所申请的期限之间",
    "a node to move must be an open one of the plan, and its new day lie between now and the date asked for",
)
def revised_nodes_fit(ask: Ask) -> bool:
    clock, plan, nodes = ask.main_clock, ask.hazard.plan, ask.form.nodes
    if clock is None or not nodes:
        return True
    cap = clocks.longest(ask.rules, clock)
    until = clocks.instant_of(ask.form.until, cap) if ask.form.until else cap
    still_open = {node.id for node in (plan.milestones if plan else ()) if node.done_at is None}
    return all(
        node.id in still_open and ask.now < clocks.instant_of(node.due, until) <= until for node in nodes
    )


@state_guard(
    "decider",
    403,
    "N14",
    "延期：一般整治由城运中心审批，提级、分流由清零办审批，挂牌由牵头副区长（或清零办代）审批",
    "the desk decides for general hazards, the office for upgraded and diverted ones, the sponsor (or the office "
    "for him) for listed ones",
    told=lambda ask: _of_this_district(
        ask.rules.book.policy.approvals.extensions.get(ask.hazard.mode), "延期", "the extension"
    ),
)
def decides_extensions(ask: Ask) -> bool:
    return ask.actor.role in modes.decides_extensions(ask.rules.book.policy, ask.hazard.mode)


@state_guard(
    "no-request",
    409,
    "N14",
    "没有待审批的延期申请",
    "no extension is waiting for a decision",
)
def request_pending(ask: Ask) -> bool:
    return ask.hazard.extension is not None and ask.hazard.extension.decision == "pending"


@state_guard(
    "approver",
    403,
    "REM-04",
    "重点防控：一般、分流由本单位一把手批准，提级由清零办批准，挂牌由牵头副区长批准",
    "key control is approved by the unit's principal (general, diverted), the office (upgraded) or the sponsor "
    "(listed)",
    told=lambda ask: _of_this_district(
        ask.rules.book.policy.approvals.key_control.get(ask.hazard.mode), "重点防控", "key control"
    ),
)
def approves_key_control(ask: Ask) -> bool:
    return ask.actor.role in modes.approves_key_control(ask.rules.book.policy, ask.hazard.mode)


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
