"""Guards of routing: targets, modes the district has, triage, returns, merging."""

from __future__ import annotations

from domain.guards.asking import Ask, Guard, form_guard, state_guard
from domain.organisation import UnitType
from domain.values import ClockKey, Mode


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
    asked = triage.kind if triage else "upgrade"
    upgraded = asked == "upgrade" or (ask.hazard.mode is Mode.UPGRADED and asked != "general")
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
    """What was handed over by telephone can be sent back for as long after its entry: before, nobody could."""
    clock = ask.hazard.clocks.get(ClockKey.SIGN)
    if clock is None or clock.entered is None:
        return clock is None or ask.now < clock.due
    return ask.now < ask.rules.calendar.deadline(clock.entered, clock.limit).due


@state_guard(
    "not-requested",
    409,
    "MOD-10",
    "本件由受理单位退回或提请，不能按此方式退回申请单位",
    "this hazard was sent back by a unit; route it, there is no requester to return it to",
)
def has_requester(ask: Ask) -> bool:
    """What lies with the desk was asked for by nobody who could take it back."""
    triage = ask.hazard.triage
    if triage is None or triage.kind == "return":
        return False
    asked = ask.rules.book.organisation.by_id.get(triage.by)
    return asked is not None and asked.handles


@form_guard(
    "itself",
    422,
    "T33",
    "所填的就是本隐患，请填另一隐患的编号",
    "that is this hazard itself; name the other one",
)
def not_itself(ask: Ask) -> bool:
    return getattr(ask.form, "into", getattr(ask.form, "matched", None)) != ask.hazard.id
