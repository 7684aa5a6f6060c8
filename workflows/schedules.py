"""Schedules of a deployment: what Temporal starts by itself. Made once, brought up to date ever after."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
)

from workflows.archive import ARCHIVE_ID, ArchiveWorkflow, Sweep

ARCHIVE_SCHEDULE = "archive-nightly"


async def prepare(client: Client, task_queue: str) -> None:
    """Idempotent. A schedule that somebody paused stays paused."""
    wanted = archive_nightly(task_queue)
    try:
        await client.create_schedule(ARCHIVE_SCHEDULE, wanted)
    except ScheduleAlreadyRunningError:

        def brought_up_to_date(current: object) -> ScheduleUpdate:
            wanted.state = current.description.schedule.state  # type: ignore[attr-defined]
            return ScheduleUpdate(schedule=wanted)

        await client.get_schedule_handle(ARCHIVE_SCHEDULE).update(brought_up_to_date)


def archive_nightly(task_queue: str) -> Schedule:
    """01:30 every night, Asia/Shanghai. A server that was down catches up on what it missed of a week, once."""
    return Schedule(
        action=ScheduleActionStartWorkflow(
            ArchiveWorkflow.run,
            Sweep(),
            id=ARCHIVE_ID,
            task_queue=task_queue,
            static_summary="归档：已结束的历史与台账",
        ),
        spec=ScheduleSpec(
            calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(1)], minute=[ScheduleRange(30)])],
            time_zone_name="Asia/Shanghai",
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(days=7)),
    )
