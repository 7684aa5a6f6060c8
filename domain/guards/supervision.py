"""Guards of supervision: whether anything is late, whether a reason was stated."""

from __future__ import annotations

from domain.guards.asking import Ask, state_guard


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
