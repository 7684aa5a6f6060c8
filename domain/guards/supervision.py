"""Guards of supervision: what is late, what is owed, what a human may decide from L4 on."""

from __future__ import annotations

from datetime import datetime

from domain.guards.asking import Ask, Guard, form_guard, state_guard
from domain.obligations import open_about
from domain.state import Obligation, OwedKind
from domain.values import Confidentiality, end_of, last_day, local


@state_guard(
    "not-late",
    409,
    "SUP-01",
    "没有超期事项需要说明",
    "nothing is late that would need a reason",
)
def is_late(ask: Ask) -> bool:
    """Each says it of what his own unit bears; the desk and the office of theirs."""
    late = any(clock.due <= ask.now for clock in ask.hazard.running() if clock.bearer == ask.actor.unit)
    return late or (ask.rules.book.policy.owed_is_answerable and _asked_for_a_reason(ask))


def _asked_for_a_reason(ask: Ask) -> bool:
    return any(owed.unit == ask.actor.unit for owed in _open(ask, "reason"))


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


def _open(ask: Ask, kind: str) -> list[Obligation]:
    return [owed for owed in ask.hazard.obligations if owed.kind == kind and owed.open]


@state_guard(
    "nothing-owed",
    409,
    "SUP-01",
    "本单位在本件上没有待签收的督办事项",
    "your unit owes nothing here that is still to be acknowledged",
)
def owes_something(ask: Ask) -> bool:
    return any(
        owed.open and owed.received_at is None and owed.unit == ask.actor.unit
        for owed in ask.hazard.obligations
    )


@form_guard(
    "unknown-obligation",
    422,
    "SUP-01",
    "没有这项待签收的督办事项，或不由本单位承担",
    "there is no such thing to acknowledge, or your unit does not owe it",
)
def owes_this(ask: Ask) -> bool:
    return any(
        owed.id == ask.form.obligation
        and owed.open
        and owed.received_at is None
        and owed.unit == ask.actor.unit
        for owed in ask.hazard.obligations
    )


def _which_unit(kind: OwedKind | None, late: bool = False) -> Guard:
    """Which unit is meant: one that the question is about; unsaid only where there is one."""

    @form_guard(
        "which-unit",
        422,
        "SUP-03",
        "请写明对哪个单位：几个单位都有待决定的事项，或所填单位没有",
        "say which unit: several are in question, or the one you named is not",
    )
    def names_the_unit(ask: Ask) -> bool:
        return bool(_answers(ask, kind or ask.form.question, ask.now if late else None))

    return names_the_unit


def _answers(ask: Ask, kind: OwedKind, late_at: datetime | None = None) -> tuple[Obligation, ...]:
    """What a decision about a unit answers; nothing where it names a unit that there is not."""
    named = ask.unit(ask.form.unit) if ask.form.unit else None
    if ask.form.unit and named is None:
        return ()
    return open_about(ask.hazard, kind, named.id if named else None, late_at)


TALK_ABOUT = _which_unit("talk")
HELD_WITH = _which_unit("hold_talk")
EXPOSES = _which_unit("rectification", late=True)
REFERS = _which_unit("referral")
DECLINES_ABOUT = _which_unit(None)


@state_guard(
    "no-question",
    409,
    "SUP-03",
    "督办阶梯尚未提请约谈（超期满十一个工作日才提请）",
    "the ladder has not laid the question of a talk before the office yet",
)
def talk_in_question(ask: Ask) -> bool:
    return bool(_open(ask, "talk"))


@state_guard(
    "no-talk",
    409,
    "N62",
    "没有已决定、待进行的约谈",
    "no talk has been ordered that is still to be held",
)
def talk_ordered(ask: Ask) -> bool:
    return bool(_open(ask, "hold_talk"))


@form_guard(
    "by-proxy",
    422,
    "N62",
    "约谈对象须本人到场，不得由他人代替",
    "the one who is talked to comes himself; no proxy",
)
def in_person(ask: Ask) -> bool:
    return not ask.form.by_proxy


@form_guard(
    "day-out-of-range",
    422,
    "N62",
    "约谈日期须在决定约谈之后、不晚于今天",
    "the talk was held after it was ordered and not later than today",
)
def held_by_now(ask: Ask) -> bool:
    ordered = _answers(ask, "hold_talk")[0].raised_at
    day = ask.form.held_on
    earliest, latest = last_day(ordered), last_day(end_of(local(ask.now).date()))
    return earliest <= (last_day(day) if hasattr(day, "hour") else day) <= latest


@state_guard(
    "no-report-owed",
    409,
    "N62",
    "没有待提交的整改报告",
    "no rectification report is owed",
)
def report_owed(ask: Ask) -> bool:
    return any(owed.unit == ask.actor.unit for owed in _open(ask, "rectification"))


@state_guard(
    "talk-answered",
    409,
    "SUP-03",
    "公开曝光须在约谈之后整改报告逾期未交时决定",
    "public exposure is decided on when the report after a talk is overdue",
)
def talk_unanswered(ask: Ask) -> bool:
    return any(owed.due is not None and owed.due <= ask.now for owed in _open(ask, "rectification"))


@state_guard(
    "confidential",
    409,
    "SUP-03",
    "内部、敏感的隐患不得公开曝光",
    "an internal or sensitive hazard cannot be exposed publicly",
)
def may_be_public(ask: Ask) -> bool:
    return ask.hazard.confidentiality is Confidentiality.PUBLIC


@state_guard(
    "no-question",
    409,
    "SUP-05",
    "督办阶梯尚未提请追责（超期满二十个工作日才提请），也没有责任倒查",
    "neither the ladder nor an incident has laid the question of accountability before the director yet",
)
def referral_in_question(ask: Ask) -> bool:
    return bool(_open(ask, "referral"))


@state_guard(
    "nowhere-to-refer",
    409,
    "SUP-05",
    "本区未规定追责去向",
    "this district names nobody to refer to",
)
def may_refer(ask: Ask) -> bool:
    return ask.rules.book.accountability is not None


@form_guard(
    "failure-not-named",
    422,
    "SUP-04",
    "本区方案未将这种问题列为追责情形",
    "the plan of this district does not name this kind of neglect",
)
def failure_counts(ask: Ask) -> bool:
    accountability = ask.rules.book.accountability
    return accountability is not None and ask.form.failure in accountability.failures


@form_guard(
    "no-consequence",
    422,
    "SUP-04",
    "提请追责须有已发生的严重后果，请先关联事件并写明后果",
    "a referral needs a severe consequence that has come about; link the incident and its consequence first",
)
def consequence_came_about(ask: Ask) -> bool:
    return any(ask.form.consequence in incident.consequences for incident in ask.hazard.incidents)


@form_guard(
    "no-question",
    422,
    "SUP-03",
    "没有提请决定的这个事项",
    "no such question has been laid before you",
)
def this_in_question(ask: Ask) -> bool:
    return bool(_open(ask, ask.form.question))
