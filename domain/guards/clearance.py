"""Guards of the clearance and of look-backs."""

from __future__ import annotations

from domain import modes
from domain.guards.asking import Ask, form_guard, state_guard
from domain.organisation import ROLES_OF_THE_OFFICE


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


@state_guard(
    "other-seat",
    403,
    "LBK-01",
    "回头看：一般、分流由责任单位或清零办办理，提级、挂牌由清零办或其他相关单位办理，承办单位不得自查自过",
    "the owner or the office looks back at a general or diverted hazard; at an upgraded or listed one the office "
    "or another unit concerned, none that handled it",
    told=lambda ask: _looked_back_by(ask),
)
def looks_back(ask: Ask) -> bool:
    if ask.actor.role in ROLES_OF_THE_OFFICE:
        return True
    by_the_owner = modes.owner_looks_back(ask.rules.book.policy, ask.hazard.mode)
    return ask.hazard.handled_by(ask.actor.unit) == by_the_owner


def _looked_back_by(ask: Ask) -> tuple[str, str] | None:
    by = ask.rules.book.policy.approvals.lookbacks.get(ask.hazard.mode)
    if by is None:
        return None
    who = ("责任单位", "the owner") if by == "owner" else ("其他相关单位", "another unit concerned")
    return (
        f"回头看：本区规定这一整治方式由{who[0]}或清零办办理",
        f"here {who[1]} or the office looks back at a hazard of this mode",
    )


@state_guard(
    "window-over",
    409,
    "LBK-03",
    "已过回潮比对期，请另行登记",
    "the window for matching a relapse is over; register a new hazard",
)
def within_relapse_window(ask: Ask) -> bool:
    return ask.hazard.relapse_until is not None and ask.now < ask.hazard.relapse_until
