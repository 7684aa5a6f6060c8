"""Which commands answer what is awaited: those a reader is led to first when a deadline is his.

The process does not read this; guards and effects decide what a command may and does. Pages do, for the way from
"what waits for me" to the form that settles it.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.obligations import OWED
from domain.organisation import Role
from domain.state import Hazard
from domain.transitions import BY_COMMAND
from domain.values import ClockKey, State, UnitId

ANSWERS: dict[ClockKey, tuple[str, ...]] = {
    ClockKey.VERIFY: ("verify_confirm", "verify_dismiss"),
    ClockKey.TRIAGE: ("forward_listing", "triage_route", "triage_return"),
    ClockKey.JURISDICTION: ("jurisdiction_rule",),
    ClockKey.SIGN: ("sign", "sign_subtask"),
    ClockKey.PLAN: ("submit_plan",),
    ClockKey.REMEDIATE: ("report_completion", "report_subtask"),
    ClockKey.EXTENSION_DECISION: ("decide_extension",),
    ClockKey.REWORK: ("report_completion", "report_subtask"),
    ClockKey.CONTROL_REVIEW: ("control_review", "resume"),
    ClockKey.ASSESS: ("assess_pass", "assess_fail"),
    ClockKey.RECOGNISE: ("recognise_pass", "recognise_fail"),
    ClockKey.LISTING_REVIEW: ("listing_approve", "listing_reject"),
    ClockKey.PLAN_REVIEW: ("plan_approve", "plan_reject"),
    ClockKey.ACCEPT: ("accept_pass", "accept_fail"),
    ClockKey.LISTING_NOTICE: ("record_listing_notice",),
    ClockKey.LISTING_FILING: ("record_listing_notice",),
    ClockKey.REMOVAL_NOTICE: ("record_listing_notice",),
    ClockKey.LOOKBACK: (),
    ClockKey.LOOKBACK_DO: ("lookback_pass", "lookback_relapse"),
    ClockKey.RELAPSE_MATCH: (),
    ClockKey.REASON: ("state_reason",),
    ClockKey.TALK: ("hold_talk",),
    ClockKey.RECTIFICATION: ("file_rectification",),
    ClockKey.CONSULTATION: ("joint_meeting",),
    ClockKey.PRINCIPAL_REPORT: ("report_to_principal",),
    ClockKey.PETITION_NOTIFY: ("notify_petitioner",),
    ClockKey.PETITION_CLOSE: ("close_petition",),
    ClockKey.COOPERATION: ("add_record",),
}
"""The usual one first. Only time answers a look-back date, and nobody the window in which relapses are matched."""


def may_answer(commands: Iterable[str], state: State, role: Role) -> bool:
    """Whether seats of this kind give one of the commands in this state; the hazard itself may still say no."""
    rows = (BY_COMMAND[command] for command in commands)
    return any(state in row.sources and any(role in who.roles for who in row.who) for row in rows)


def awaited_of(hazard: Hazard, unit: UnitId) -> tuple[str, ...]:
    """Commands that answer what a unit owes on a hazard, what is due first before the rest."""
    clocks = sorted((one for one in hazard.running() if one.bearer == unit), key=lambda clock: clock.due)
    owed = (one for one in hazard.obligations if one.open and one.unit == unit)
    found = [command for clock in clocks for command in ANSWERS[clock.key]]
    found += [command for one in owed for command in OWED[one.kind].answers]
    return tuple(dict.fromkeys(found))


def answers_to(what: str) -> tuple[str, ...]:
    """The commands that answer a kind of clock, or of what seats owe besides."""
    for key, commands in ANSWERS.items():
        if key.value == what:
            return commands
    return next((owed.answers for kind, owed in OWED.items() if kind == what), ())
