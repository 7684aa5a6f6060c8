"""Guards of listing: who is named, whose sub-task it is, who may sit on the panel, what is still owed."""

from __future__ import annotations

from collections.abc import Iterable

from domain.guards.asking import Ask, form_guard, last_lookback, state_guard
from domain.guards.routing import mode_open
from domain.organisation import ROLES_OF_THE_OFFICE, Role, Unit
from domain.state import Subtask
from domain.values import LISTING_NOTICES, ClockKey, Mode, SubtaskState, local

LISTING_OPEN = mode_open(Mode.LISTED)

IN_HAND = (SubtaskState.IN_PROGRESS, SubtaskState.REWORK)


# ── request and decision ─────────────────────────────────────────────────────────────────────────────


@state_guard(
    "listed",
    409,
    "MOD-03",
    "本件已挂牌，由挂牌审批机关指定牵头和配合单位，不得提级、退单或再次提请挂牌",
    "the hazard is listed; its units were designated, it is neither passed up, sent back nor listed again",
)
def not_listed(ask: Ask) -> bool:
    return ask.hazard.mode is not Mode.LISTED


@form_guard(
    "too-few-units",
    422,
    "MOD-11",
    "提请挂牌须建议两个以上（含两个）不同的承办单位",
    "a listing needs at least two different units proposed",
)
def two_units_proposed(ask: Ask) -> bool:
    units = {unit.id for name in ask.form.suggested_units if (unit := ask.unit(name))}
    return len(units) >= 2


@state_guard(
    "not-requested",
    409,
    "MOD-12",
    "没有待办的挂牌申请",
    "nobody has asked for a listing",
)
def listing_requested(ask: Ask) -> bool:
    return ask.hazard.triage is not None and ask.hazard.triage.kind == "listing"


@form_guard(
    "sponsor-missing",
    422,
    "MOD-13",
    "挂牌整治须由1名副区长牵头，请写明",
    "a listed hazard needs one vice-mayor as its sponsor; name him",
)
def sponsor_named(ask: Ask) -> bool:
    return ask.form.sponsor is not None


@form_guard(
    "no-cooperating-unit",
    422,
    "MOD-03",
    "须指定一个牵头部门和至少一个配合部门，互不相同",
    "one lead and at least one cooperating unit must be designated, all different",
)
def lead_and_others(ask: Ask) -> bool:
    named = [ask.unit(name) for name in (ask.form.lead, *ask.form.cooperating)]
    ids = [unit.id for unit in named if unit]
    return len(named) >= 2 and len(set(ids)) == len(ids)


@form_guard(
    "unknown-unit",
    422,
    "MOD-03",
    "牵头、配合部门须是本区可承办隐患的单位",
    "lead and cooperating units must be units of this district that handle hazards",
)
def designated_units_handle(ask: Ask) -> bool:
    named = [ask.unit(name) for name in (ask.form.lead, *ask.form.cooperating)]
    return all(unit is not None and unit.handles for unit in named)


@form_guard(
    "instruction-not-here",
    422,
    "MOD-01",
    "本区不设所指示的整治方式",
    "this district does not have the mode instructed",
)
def instruction_open(ask: Ask) -> bool:
    return ask.form.instruction in ask.rules.book.modes


# ── the plan ─────────────────────────────────────────────────────────────────────────────────────────


@form_guard(
    "five-not-settled",
    422,
    "PLN-02",
    "挂牌整治方案须五落实：措施、资金、期限、责任人、应急预案，请补上资金和应急预案",
    "the plan of a listed hazard settles measures, funds, time, responsibility and contingency; add what is missing",
)
def five_settled(ask: Ask) -> bool:
    form = ask.form
    return ask.hazard.mode is not Mode.LISTED or bool(form.funds.strip() and form.contingency.strip())


@form_guard(
    "unit-without-node",
    422,
    "PLN-04",
    "牵头和每个配合单位都须有自己的时间节点，且节点只能属于这些单位",
    "the lead and every cooperating unit need a node of their own, and nobody else has one",
)
def every_unit_has_a_node(ask: Ask) -> bool:
    if ask.hazard.mode is not Mode.LISTED:
        return True
    named = {unit.id for node in ask.form.milestones if (unit := ask.unit(node.unit))}
    return named == {one.unit for one in ask.hazard.subtasks}


# ── sub-tasks ────────────────────────────────────────────────────────────────────────────────────────


@state_guard(
    "part-not-in-hand",
    409,
    "MOD-16",
    "本单位没有在整治或返工中的子任务，不能报告进展",
    "this unit has no sub-task in hand to report progress on",
)
def part_in_hand(ask: Ask) -> bool:
    own = ask.hazard.subtask(ask.actor.unit)
    return own is None or own.lead or own.state in IN_HAND


@form_guard(
    "not-its-node",
    422,
    "MOD-16",
    "配合单位只能销本单位的时间节点",
    "a cooperating unit ticks off its own nodes only",
)
def own_nodes(ask: Ask) -> bool:
    plan, unit = ask.hazard.plan, ask.actor.unit
    if unit == ask.hazard.owner or plan is None:
        return True
    others = {node.id for node in plan.milestones if node.unit != unit}
    return others.isdisjoint(ask.form.milestones_done)


@state_guard(
    "signed-already",
    409,
    "ACT-19",
    "本单位的子任务已签收",
    "this unit has signed for its sub-task",
)
def own_part_unsigned(ask: Ask) -> bool:
    return _own(ask) is SubtaskState.ASSIGNED


@state_guard(
    "not-in-hand",
    409,
    "REM-05",
    "本单位没有在整治或返工中的子任务",
    "this unit has no sub-task in hand",
)
def own_part_in_hand(ask: Ask) -> bool:
    return _own(ask) in IN_HAND


def _own(ask: Ask) -> SubtaskState | None:
    own = ask.hazard.subtask(ask.actor.unit)
    return own.state if own else None


@state_guard(
    "nothing-reported",
    409,
    "MOD-03",
    "没有已报结、待确认的子任务",
    "no sub-task is reported done",
)
def something_reported(ask: Ask) -> bool:
    return any(one.state is SubtaskState.DONE_REPORTED for one in ask.hazard.subtasks)


@state_guard(
    "nothing-to-send-back",
    409,
    "MOD-03",
    "没有已报结或已确认的子任务",
    "no sub-task is reported done or confirmed",
)
def something_done(ask: Ask) -> bool:
    return any(one.state in _DONE for one in ask.hazard.subtasks)


_DONE = (SubtaskState.DONE_REPORTED, SubtaskState.LEAD_CONFIRMED)


@form_guard(
    "not-reported",
    422,
    "MOD-03",
    "所填单位的子任务尚未报结",
    "the sub-task of the unit named is not reported done",
)
def named_is_reported(ask: Ask) -> bool:
    named = _named(ask)
    return named is not None and named.state is SubtaskState.DONE_REPORTED


@form_guard(
    "not-done",
    422,
    "MOD-03",
    "所填单位没有已报结或已确认的子任务",
    "the unit named has no sub-task that is reported done or confirmed",
)
def named_is_done(ask: Ask) -> bool:
    named = _named(ask)
    return named is not None and named.state in _DONE


@form_guard(
    "same-person",
    422,
    "VER-01",
    "报结人不得自行确认，请由牵头单位另一人确认",
    "who reported a sub-task done does not confirm it; another person of the lead does",
)
def confirmed_by_another(ask: Ask) -> bool:
    named = _named(ask)
    reported_by = named.reported_by if named else None
    return reported_by is None or reported_by.person != ask.actor.person


def _named(ask: Ask) -> Subtask | None:
    unit = ask.unit(ask.form.unit)
    return ask.hazard.subtask(unit.id) if unit else None


@state_guard(
    "subtask-open",
    409,
    "MOD-03",
    "尚有子任务未经牵头单位确认，不得报结",
    "a sub-task is not yet confirmed by the lead; the whole cannot be reported done",
)
def every_part_confirmed(ask: Ask) -> bool:
    return all(one.state is SubtaskState.LEAD_CONFIRMED for one in ask.hazard.subtasks)


# ── acceptance ───────────────────────────────────────────────────────────────────────────────────────


@state_guard(
    "handling-unit",
    403,
    "VER-01",
    "承办单位不得验收本单位参与整治的隐患",
    "a unit that remediates the hazard does not accept it",
)
def accepts_from_outside(ask: Ask) -> bool:
    return not ask.hazard.handled_by(ask.actor.unit)


@form_guard(
    "unknown-panel-unit",
    422,
    "ACT-13",
    "验收组成员单位不在本区单位名录中",
    "a panel member's unit is not one of this district",
)
def panel_units_known(ask: Ask) -> bool:
    return all(unit is not None for unit in _panel(ask))


@form_guard(
    "panel-not-recused",
    422,
    "VER-01",
    "验收组不得有牵头、配合单位的人员，请回避",
    "nobody of the lead or a cooperating unit may sit on the panel",
)
def panel_recused(ask: Ask) -> bool:
    return not any(unit and ask.hazard.handled_by(unit.id) for unit in _panel(ask))


@form_guard(
    "wrong-chair",
    422,
    "ACT-13",
    "验收组组长须由本区指定的验收牵头单位派出；该单位参与整治的，由下一顺位单位或清零办派出",
    "the chair comes from the unit the district names for it; where that handles the hazard, from the next one "
    "or from the office",
)
def chair_in_turn(ask: Ask) -> bool:
    organisation = ask.rules.book.organisation
    handling = [one.unit for one in ask.hazard.subtasks]
    due = organisation.seat_of(Role.ACCEPTANCE_PANEL, but=handling) or organisation.office
    chair = ask.unit(ask.form.panel.chair.unit)
    return chair is not None and chair.id == due


def _panel(ask: Ask) -> Iterable[Unit | None]:
    panel = ask.form.panel
    return (ask.unit(seat.unit) for seat in (panel.chair, *panel.members))


@form_guard(
    "unsigned",
    422,
    "VER-01",
    "验收意见须由清零办（专班办公室）签署，请写明签署人",
    "the office signs the acceptance; name who signed",
)
def office_signs(ask: Ask) -> bool:
    return ask.actor.role in ROLES_OF_THE_OFFICE or ask.form.signed_by is not None


@form_guard(
    "unknown-subtask",
    422,
    "VER-06",
    "不通过项须是本件的牵头或配合单位",
    "what failed must be the part of the lead or of a cooperating unit",
)
def failed_parts_known(ask: Ask) -> bool:
    named = [ask.unit(name) for name in ask.form.failed]
    return all(unit is not None and ask.hazard.subtask(unit.id) for unit in named)


# ── publications ─────────────────────────────────────────────────────────────────────────────────────


@state_guard(
    "nothing-owed",
    409,
    "N44",
    "没有待办的挂牌公告、备案或摘牌公告",
    "no publication or filing is owed",
)
def notice_owed(ask: Ask) -> bool:
    return any(key in ask.hazard.clocks for key in LISTING_NOTICES)


@form_guard(
    "not-owed",
    422,
    "N44",
    "所填事项已经办理或无须办理",
    "that publication or filing has been made or is not owed",
)
def this_notice_owed(ask: Ask) -> bool:
    return ClockKey(ask.form.what) in ask.hazard.clocks


@form_guard(
    "wrong-day",
    422,
    "N44",
    "公告、备案日期须在批准（验收）之日至今天之间",
    "the day lies between the decision it follows and today",
)
def day_is_possible(ask: Ask) -> bool:
    clock = ask.hazard.clocks.get(ClockKey(ask.form.what))
    since = local(clock.started).date() if clock else ask.form.day
    return bool(since <= ask.form.day <= local(ask.now).date())


@state_guard(
    "notice-owed",
    409,
    "N44",
    "挂牌公告、备案或摘牌公告尚未登记，不得归档",
    "a publication or filing of the listing is still owed; record it before the last look-back",
)
def notices_given_before_the_archive(ask: Ask) -> bool:
    return not last_lookback(ask) or not any(key in ask.hazard.clocks for key in LISTING_NOTICES)
