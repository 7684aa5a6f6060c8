"""Guards of discovery and registration: codes, places, evidence on the spot."""

from __future__ import annotations

from datetime import timedelta

from domain.catalogue import responsible
from domain.guards.asking import Ask, form_guard, state_guard
from domain.organisation import UnitType

CLOCK_SKEW = timedelta(hours=1)
"""How far ahead of ours a finder's clock may run."""


SUB_ITEMS = {1: 4, 2: 11, 3: 6, 4: 7}
"""How many sub-items each risk category has in a rulebook that does not list them (CLS-10…13)."""


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
    return unit is not None and unit in ask.rules.book.organisation.territories


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
    number: int = ask.form.category or ask.hazard.category or 0
    category = ask.rules.book.category(number)
    count = len(category.sub_items) if category else SUB_ITEMS.get(number, 0)
    return ask.form.sub_item is None or ask.form.sub_item <= count


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
