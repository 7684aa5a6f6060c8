"""DeliveryWorkflow: sees to it that somebody delivers the notices of a profile, for ever.

It knows nothing of notices. What is open stands in the database; here is only that a shift is always under
way, on whichever worker is alive.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy, WorkflowIDReusePolicy

with workflow.unsafe.imports_passed_through():
    from temporalio.client import Client

    from activities.contract import DELIVER, Shift

WORKFLOW = "Delivery"

_LONGEST_SHIFT = timedelta(minutes=20)
_SILENCE = timedelta(seconds=10)
"""A worker that is not heard of for so long is taken for dead, and another begins a shift."""
_SHIFTS_A_RUN = 144
_UNTIL_IT_WORKS = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=1.5,
    maximum_interval=timedelta(seconds=15),
)


@workflow.defn(name=WORKFLOW)
class DeliveryWorkflow:
    """One a profile. A run holds a day of shifts at most."""

    @workflow.run
    async def run(self, profile: str) -> None:
        done = Shift()
        for _ in range(_SHIFTS_A_RUN):
            workflow.set_current_details(
                f"### 通知投递 · {profile}\n- 本轮已送达 {done.delivered} 项（{done.messages} 条消息）\n"
                f"- 待重试 {done.put_off}，无法送达 {done.failed}，已无须再发 {done.lapsed}"
            )
            shift = await workflow.execute_activity(
                DELIVER,
                profile,
                result_type=Shift,
                summary="投递一班",
                start_to_close_timeout=_LONGEST_SHIFT,
                heartbeat_timeout=_SILENCE,
                retry_policy=_UNTIL_IT_WORKS,
            )
            done = done.plus(shift)
            if workflow.info().is_continue_as_new_suggested():
                break
        workflow.continue_as_new(profile)


async def ensure(client: Client, profile: str, task_queue: str) -> None:
    """Start the delivery of a profile if it is not running. Raises ``RPCError`` when the engine is away."""
    await client.start_workflow(
        DeliveryWorkflow.run,
        profile,
        id=f"notices-{profile}",
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        static_summary=f"通知投递 · {profile}",
    )
