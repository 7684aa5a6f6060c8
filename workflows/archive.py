"""The nightly sweep: what is finished goes into the auditors' archive, and what is missing there is said aloud."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.contract import ARCHIVE_FIND, ARCHIVE_KEEP, ARCHIVE_SEAL, Left, Run, Seal
    from domain.values import Value

ARCHIVE = "Archive"
ARCHIVE_ID = "archive"
INCOMPLETE = "ArchiveIncomplete"
"""Failure type of a sweep after which something is missing in the archive."""

_AT_ONCE = 1000
_TOGETHER = 25
_SAID = 20
_UNTIL_IT_IS_DONE = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=5))


class Sweep(Value):
    """Argument of the workflow: what an earlier run of this sweep could not keep, and what it kept."""

    kept: int = 0
    left: tuple[Left, ...] = ()


class Swept(Value):
    """Result of the workflow."""

    kept: int
    manifest: int | None


@workflow.defn(name=ARCHIVE)
class ArchiveWorkflow:
    """Keeps whatever is finished, seals the day, and fails when something is missing, which nobody overlooks."""

    @workflow.run
    async def run(self, sweep: Sweep) -> Swept:
        kept, left = sweep.kept, list(sweep.left)
        while found := await self._found(left):
            for start in range(0, len(found), _TOGETHER):
                some = found[start : start + _TOGETHER]
                problems = await self._kept(some)
                kept += len(some) - len(problems)
                left += problems
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(Sweep(kept=kept, left=tuple(left)))
        sealed: Seal = await workflow.execute_activity(
            ARCHIVE_SEAL,
            result_type=Seal,
            start_to_close_timeout=timedelta(hours=1),
            retry_policy=_UNTIL_IT_IS_DONE,
            summary="签署清单",
        )
        missing = [*sealed.missing, *(problem.why for problem in left)]
        if missing:
            more = f"；另有 {len(missing) - _SAID} 项，见 qingling verify" if len(missing) > _SAID else ""
            raise ApplicationError(
                "归档不全 | the archive is incomplete: " + "；".join(missing[:_SAID]) + more,
                type=INCOMPLETE,
                non_retryable=True,
            )
        return Swept(kept=kept, manifest=sealed.manifest)

    async def _found(self, left: list[Left]) -> list[Run]:
        """What there is to keep, without what could not be kept already."""
        found: list[Run] = await workflow.execute_activity(
            ARCHIVE_FIND,
            _AT_ONCE,
            result_type=list[Run],
            start_to_close_timeout=timedelta(minutes=10),
            retry_policy=_UNTIL_IT_IS_DONE,
            summary="查找未归档的历史",
        )
        tried = {problem.run for problem in left}
        return [run for run in found if run not in tried]

    async def _kept(self, runs: list[Run]) -> list[Left]:
        problems: list[Left] = await workflow.execute_activity(
            ARCHIVE_KEEP,
            runs,
            result_type=list[Left],
            start_to_close_timeout=timedelta(minutes=30),
            heartbeat_timeout=timedelta(minutes=5),
            retry_policy=_UNTIL_IT_IS_DONE,
            summary=f"归档 {len(runs)} 段历史",
        )
        return problems
