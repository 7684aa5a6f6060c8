"""The verification statement of a dossier: what was checked when it was made, and with what result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from audit.life import Step
from audit.whatif import what_if
from domain.library import Library
from domain.values import HazardId, Value, local
from storage import ledger


class Check(Value):
    """One thing that was checked; without ``findings`` it holds."""

    zh: str
    en: str
    findings: tuple[str, ...] = ()


class Statement(Value):
    at: datetime
    entries: int
    head: str
    """Hash of the last entry: who has it can tell any other ledger from this one."""
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        return not any(check.findings for check in self.checks)


def state(connection: Connection, library: Library, steps: Sequence[Step], now: datetime) -> Statement:
    """Check the record of one hazard: its chain, the read model beside it, and every decision again."""
    last = steps[-1]
    return Statement(
        at=local(now),
        entries=len(steps),
        head=last.event.hash,
        checks=(
            Check(
                zh="逐条重算散列，与前一条相衔接；查询库与台账推演一致",
                en="every hash computed again and chained to the one before; the read model follows from the ledger",
                findings=tuple(ledger.verify(connection, HazardId(last.after.id))),
            ),
            Check(
                zh="按当时的规则和日历重作每一项决定，期限、升级、办理结果与台账一致",
                en="every decision taken again under the rules of the time: deadlines, rungs and verdicts agree",
                findings=_decided_again(library, steps),
            ),
        ),
    )


def _decided_again(library: Library, steps: Sequence[Step]) -> tuple[str, ...]:
    first, last = steps[0].event, steps[-1].event
    again = what_if(library, steps, library.rules(first.rules, first.calendar).book, last.at)
    findings = [f"{one.zh} / {one.en}" for one in again.differences]
    for ours, theirs in zip(steps, again.steps, strict=False):
        if ours.event.changes != theirs.event.changes:
            seq = ours.event.seq
            findings.append(
                f"第{seq}步重作的结果与台账不符 / seq {seq}: decided again, it comes out otherwise"
            )
            break
    return tuple(findings)
