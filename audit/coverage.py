"""Is everything archived that should be? The record beside what the archive has of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from domain.values import HazardId
from storage.archive import Kept, Kind, Standing

GRACE = timedelta(days=2)
"""How long after its last event a finished hazard may still wait for its night."""

_LOST = timedelta(hours=6)
"""How far Temporal's list of running workflows may lag behind."""


def missing(
    standings: Iterable[Standing],
    holdings: Mapping[HazardId, Sequence[Kept]],
    now: datetime,
    *,
    running: AbstractSet[str] | None = None,
    grace: timedelta = GRACE,
) -> list[str]:
    """What the record has and the archive lacks, one sentence each.

    ``running`` are the hazards that Temporal is running; with ``None`` it was not asked.
    """
    found: list[str] = []
    for standing in standings:
        if standing.closed:
            if now - standing.since > grace:
                found += _lacks(standing, holdings.get(standing.hazard, ()))
        elif running is not None and standing.hazard not in running and now - standing.since > _LOST:
            found.append(
                _finding(
                    standing,
                    "尚未办结，但引擎中没有运行中的流程",
                    "is open, but Temporal runs no workflow for it",
                )
            )
    return found


def _lacks(standing: Standing, kept: Sequence[Kept]) -> list[str]:
    return [*_runs_lacking(standing, kept), *_entries_lacking(standing, kept)]


def _runs_lacking(standing: Standing, kept: Sequence[Kept]) -> list[str]:
    runs = {entry.run: entry for entry in kept if entry.kind is Kind.HISTORY}
    if not runs:
        return [_finding(standing, "已办结，但没有归档任何一段历史", "is closed, but no history is archived")]
    last = next((entry for entry in runs.values() if entry.next_run not in runs), None)
    found = [
        _finding(
            standing,
            f"第 {entry.run} 段之前的一段历史 {entry.previous_run} 没有归档",
            f"run {entry.previous_run}, before {entry.run}, is not archived",
        )
        for entry in runs.values()
        if entry.previous_run and entry.previous_run not in runs
    ]
    if last is not None and last.next_run:
        found.append(
            _finding(standing, f"后一段历史 {last.next_run} 没有归档", f"run {last.next_run} is not archived")
        )
    if not any(entry.status == "COMPLETED" for entry in runs.values()) and not (last and last.next_run):
        found.append(
            _finding(standing, "已办结，但没有一段历史走到终点", "is closed, but no archived run completed")
        )
    return found


def _entries_lacking(standing: Standing, kept: Sequence[Kept]) -> list[str]:
    reached = 0
    for entry in sorted(
        (entry for entry in kept if entry.kind is Kind.LEDGER), key=lambda entry: entry.first_seq or 0
    ):
        if (entry.first_seq or 0) > reached + 1:
            break
        reached = max(reached, entry.last_seq or 0)
    if reached >= standing.seq:
        return []
    return [
        _finding(
            standing,
            f"台账第{reached + 1}步至第{standing.seq}步没有归档",
            f"ledger entries {reached + 1} to {standing.seq} are not archived",
        )
    ]


def _finding(standing: Standing, zh: str, en: str) -> str:
    return f"{standing.hazard} {zh} / {standing.hazard} {en}"
