"""Guards of the risk categories, and of what an outcome must bring: who may answer, what comes before the plan,
what the report of completion tells, who strikes off."""

from __future__ import annotations

from domain.guards.asking import Ask, form_guard, state_guard
from domain.organisation import Unit
from domain.values import Outcome


@form_guard(
    "not-responsible",
    422,
    "CLS-11",
    "这一风险类别的责任单位不包括该单位（第二类只有管区、村庄）",
    "a unit of this kind cannot answer for a hazard of this risk category",
)
def may_answer_for_category(ask: Ask) -> bool:
    return _answers(ask, ask.unit(ask.form.target))


def _answers(ask: Ask, unit: Unit | None) -> bool:
    """A12: the responsible units are those that the category names; its lead may always take it on."""
    category = ask.rules.book.category(ask.hazard.category)
    if category is None or not category.responsible or unit is None:
        return True
    return unit.id == category.lead or unit.type in category.responsible


@state_guard(
    "not-responsible",
    403,
    "CLS-11",
    "这一风险类别的责任单位不包括本单位（第二类只有管区、村庄）",
    "a unit of your kind cannot answer for a hazard of this risk category",
)
def takes_on_own_category(ask: Ask) -> bool:
    return _answers(ask, ask.rules.book.organisation.by_id.get(ask.actor.unit))


@state_guard(
    "no-consultation",
    409,
    "COL-02",
    "群体性事件隐患须先会商，再制定方案",
    "a hazard that may become a mass incident is consulted on before its plan",
)
def consulted_on(ask: Ask) -> bool:
    category = ask.rules.book.category(ask.hazard.category)
    return category is None or not category.consult_first or ask.hazard.consulted_at is not None


@form_guard(
    "evidence-missing",
    422,
    "VER-02",
    "依法关闭、移送司法须附文书",
    "closing down by law and handing over to the judiciary need their document",
)
def evidence_of_the_outcome(ask: Ask) -> bool:
    wanted = ask.rules.book.policy.evidence.get(ask.form.outcome, ())
    brought = {item.kind for item in ask.form.evidence} | ({"after"} if ask.hazard.has_after else set())
    return brought >= set(wanted)


@form_guard(
    "case-missing",
    422,
    "REM-08",
    "移送司法须注明案件编号",
    "handing over to the judiciary names the case",
)
def case_named(ask: Ask) -> bool:
    strict = bool(ask.rules.book.policy.evidence)
    return not strict or ask.form.outcome is not Outcome.TO_JUSTICE or bool(ask.form.case_reference.strip())


@form_guard(
    "handling-missing",
    422,
    "REM-06",
    "须写明群众诉求的办理情况（能办的马上办、创造条件办、不能办的已解释）",
    "say how the people's concern was dealt with",
)
def handling_told(ask: Ask) -> bool:
    return not _asks_for(ask, "handling") or ask.form.handling is not None


@form_guard(
    "settlement-missing",
    422,
    "REM-07",
    "须写明“三到位一处理”情况",
    "say how each side of the dispute was settled",
)
def settlement_told(ask: Ask) -> bool:
    return not _asks_for(ask, "settlement") or bool(ask.form.settlement)


def _asks_for(ask: Ask, checklist: str) -> bool:
    category = ask.rules.book.category(ask.hazard.category)
    return category is not None and checklist in category.checklists


@state_guard(
    "lead-assesses",
    403,
    "ACT-20",
    "本类风险由牵头单位评估销号",
    "hazards of this category are assessed and struck off by the lead unit",
)
def assessed_by_whom_it_should(ask: Ask) -> bool:
    category = ask.rules.book.category(ask.hazard.category)
    if category is None or not category.assessed_by_lead or category.lead is None:
        return ask.actor.unit == ask.hazard.owner
    return ask.actor.unit == category.lead
