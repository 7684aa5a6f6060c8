"""Guards of what is put on record: who may add what kind of record, meetings, incidents, petitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain import clocks, lines
from domain.guards.asking import Ask, form_guard, last_lookback, state_guard
from domain.organisation import ROLES_OF_THE_OFFICE, Role, UnitType
from domain.values import ClockKey, Confidentiality, RecordKind, State, local


def _bureau(ask: Ask) -> bool:
    unit = ask.rules.book.organisation.by_id.get(ask.actor.unit)
    return unit is not None and unit.type is UnitType.BUREAU


def _leads(ask: Ask) -> bool:
    return lines.leads(ask.rules.book, ask.hazard, ask.actor.unit)


def _third_party(ask: Ask) -> bool:
    unit = ask.rules.book.organisation.by_id.get(ask.actor.unit)
    called_in = ask.actor.unit in ask.hazard.involved
    return unit is not None and unit.type is UnitType.THIRD_PARTY and called_in


def _office(ask: Ask) -> bool:
    return ask.actor.role in ROLES_OF_THE_OFFICE


@dataclass(frozen=True, slots=True)
class RecordRule:
    """Who may add a kind of record, and whether it must name a document."""

    requirement: str
    zh: str
    en: str
    may: Callable[[Ask], bool]
    document: bool = False


RECORDS: dict[RecordKind, RecordRule] = {
    RecordKind.GUIDANCE: RecordRule(
        "ACT-28", "管辖单位以外的委办局", "a bureau that does not own the hazard",
        lambda ask: _bureau(ask) and not ask.hazard.handled_by(ask.actor.unit),
    ),
    RecordKind.COORDINATION: RecordRule(
        "ACT-11", "条线（风险类别）牵头单位", "the lead of its line or risk category", _leads,
    ),
    RecordKind.TRACKING: RecordRule(
        "SUP-13", "委办局或清零办", "a bureau or the office",
        lambda ask: _bureau(ask) or _office(ask),
    ),
    RecordKind.INSPECTION: RecordRule(
        "SUP-08", "牵头单位、督查或清零办", "the lead unit, an inspector or the office",
        lambda ask: _office(ask) or ask.actor.role is Role.INSPECTOR or _leads(ask),
    ),
    RecordKind.CAMPAIGN: RecordRule(
        "MOD-20", "清零办或牵头单位", "the office or the lead unit",
        lambda ask: _office(ask) or _leads(ask), document=True,
    ),
    RecordKind.RESPONSIBILITY: RecordRule(
        "ACT-29", "管辖单位或清零办", "the owner or the office",
        lambda ask: _office(ask) or ask.actor.unit == ask.hazard.owner,
    ),
    RecordKind.LAW_ENFORCEMENT: RecordRule(
        "REM-08", "管辖单位或清零办", "the owner or the office",
        lambda ask: _office(ask) or ask.actor.unit == ask.hazard.owner, document=True,
    ),
    RecordKind.IMPROVEMENT: RecordRule(
        "REM-11", "管辖单位或清零办", "the owner or the office",
        lambda ask: _office(ask) or ask.actor.unit == ask.hazard.owner,
    ),
    RecordKind.EVALUATION: RecordRule(
        "ACT-27", "受托的第三方", "a third party that was called in", lambda ask: _third_party(ask), document=True,
    ),
    RecordKind.COOPERATION: RecordRule(
        "MOD-18", "参与过本件的单位", "a unit that the hazard concerned",
        lambda ask: _office(ask) or ask.actor.unit in ask.hazard.involved,
    ),
}  # fmt: skip
"""Each kind of record with who may add it."""


@form_guard(
    "not-your-record",
    422,
    "ACT-28",
    "本席位不能添加这一类记录",
    "your seat cannot add a record of this kind",
)
def may_record(ask: Ask) -> bool:
    return RECORDS[ask.form.kind].may(ask)


@form_guard(
    "document-missing",
    422,
    "REM-08",
    "这一类记录须注明文号或案件编号",
    "a record of this kind names its document or case",
)
def document_named(ask: Ask) -> bool:
    return not RECORDS[ask.form.kind].document or bool(ask.form.document.strip())


@form_guard(
    "not-after-hand-over",
    422,
    "MOD-18",
    "移交后只能添加配合记录，移交前不能添加",
    "after a hand-over notes of cooperation may be added, and nothing else; before it they may not",
)
def cooperation_after_hand_over(ask: Ask) -> bool:
    return (ask.form.kind is RecordKind.COOPERATION) == (ask.hazard.state is State.HANDED_OVER)


@form_guard(
    "unknown-unit",
    422,
    "COL-01",
    "所填单位中有本区没有的单位；区外单位请填在特邀单位中",
    "a unit named is not one of this district; name others among the guests",
)
def units_known(ask: Ask) -> bool:
    named = (*getattr(ask.form, "units", ()), *getattr(ask.form, "participants", ()))
    named += tuple(duty.unit for duty in getattr(ask.form, "duties", ()))
    return all(ask.unit(name) is not None for name in named)


@form_guard(
    "no-duties",
    422,
    "COL-03",
    "会诊须写明各单位分工",
    "a joint diagnosis says who does what",
)
def diagnosis_divides_labour(ask: Ask) -> bool:
    return ask.form.kind != "diagnosis" or bool(ask.form.duties)


@form_guard(
    "unknown-unit",
    422,
    "MOD-19",
    "汇报对象须是本区的另一个单位",
    "the report goes to another unit of the district",
)
def reports_to_another(ask: Ask) -> bool:
    unit = ask.unit(ask.form.to)
    return unit is not None and unit.id != ask.actor.unit


@form_guard(
    "in-the-future",
    422,
    "SUP-07",
    "日期不得晚于今天",
    "the day lies in the future",
)
def not_after_today(ask: Ask) -> bool:
    today = local(ask.now).date()
    return all(day <= today for day in (ask.form.on, *getattr(ask.form, "earlier", ())))


@form_guard(
    "below-least",
    422,
    "SEC-02",
    "第一至三类风险的隐患，密级不得低于“内部”",
    "hazards of risk categories 1 to 3 are at least internal",
)
def at_least_internal(ask: Ask) -> bool:
    return ask.form.level is not Confidentiality.PUBLIC or ask.hazard.category not in (1, 2, 3)


@state_guard(
    "one-at-a-time",
    409,
    "N80",
    "已关联一件未办结的信访件",
    "a petition that is not closed yet is linked already",
)
def no_open_petition(ask: Ask) -> bool:
    return ask.hazard.petition is None or not ask.hazard.petition.open


@state_guard(
    "no-petition",
    409,
    "N80",
    "没有未办结的信访件",
    "no petition is open here",
)
def petition_open(ask: Ask) -> bool:
    return ask.hazard.petition is not None and ask.hazard.petition.open


@state_guard(
    "already-notified",
    409,
    "N81",
    "已告知信访人",
    "the petitioner has been notified already",
)
def not_notified(ask: Ask) -> bool:
    return ask.hazard.petition is not None and ask.hazard.petition.notified_at is None


@state_guard(
    "too-late",
    409,
    "N09",
    "信访异议须在五个工作日内提出，只能提一次",
    "an objection is raised within five working days, and once",
)
def may_object(ask: Ask) -> bool:
    petition = ask.hazard.petition
    return (
        petition is not None
        and petition.objection is None
        and petition.objection_until is not None
        and ask.now < petition.objection_until
    )


@state_guard(
    "no-objection",
    409,
    "N09",
    "没有待答复的信访异议",
    "no objection is waiting for an answer",
)
def objection_pending(ask: Ask) -> bool:
    return ask.hazard.petition is not None and ask.hazard.petition.objection == "pending"


@state_guard(
    "once",
    409,
    "N82",
    "信访件只能在届满前延期一次",
    "a petition is extended once, before it is due",
)
def petition_extendable(ask: Ask) -> bool:
    clock, petition = ask.hazard.clocks.get(ClockKey.PETITION_CLOSE), ask.hazard.petition
    return clock is not None and petition is not None and not petition.extended and ask.now < clock.due


@form_guard(
    "beyond-cap",
    422,
    "N82",
    "信访延期不得超过三十日，且须晚于现行期限",
    "a petition is extended by at most thirty days, to a day later than the present one",
)
def petition_within_cap(ask: Ask) -> bool:
    clock = ask.hazard.clocks.get(ClockKey.PETITION_CLOSE)
    if clock is None or ask.form.until is None:
        return True
    longest = clocks.longest(ask.rules, clock)
    until: datetime = clocks.instant_of(ask.form.until, longest)
    return clock.due < until <= longest


@state_guard(
    "not-notified",
    409,
    "N81",
    "办结前须先告知信访人",
    "the petitioner is notified before the petition is closed",
)
def notified_first(ask: Ask) -> bool:
    return ask.hazard.petition is not None and ask.hazard.petition.notified_at is not None


@state_guard(
    "petition-open",
    409,
    "N82",
    "关联的信访件尚未办结，不得归档，请先告知并办结",
    "a petition linked to the hazard is open; notify the petitioner and close it before the last look-back",
)
def petition_closed_before_the_archive(ask: Ask) -> bool:
    """Its duties outlast the clearance, and would end unmet with the hazard."""
    if not ask.rules.book.policy.petition_before_archive or not last_lookback(ask):
        return True
    return ask.hazard.petition is None or not ask.hazard.petition.open
