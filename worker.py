"""The worker process: runs hazards' workflows and their activities until it is told to stop.

``build`` assembles a worker for whoever needs one (this process, drills, tests); ``serve`` runs one with
metrics, reloads what is published, and drains on SIGTERM: what it has begun it finishes, and takes no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError
from temporalio.worker import (
    PollerBehaviorAutoscaling,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkflowRunner,
)

from activities.archive import Archiving, Keeper
from activities.notices import Deliverer
from activities.programme import Programmes
from activities.record import Recorder
from activities.shift import Shifts
from audit.archive import open_archive
from channels.settings import ChannelsFile, for_log
from domain.delivery import DeliveryPolicy
from domain.library import LIBRARY
from profiles.loader import ProfileError, known_profiles
from profiles.notices import delivery_policy
from service import districts
from service.rulebooks import FRESH_SECONDS, Current
from service.temporal import connect
from settings import Settings, SettingsError
from storage import rulebooks
from storage.database import Database, StorageUnavailable
from workflows import delivery, programme, schedules
from workflows.archive import ArchiveWorkflow
from workflows.delivery import DeliveryWorkflow
from workflows.hazard import HazardWorkflow
from workflows.programme import ProgrammeWorkflow

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=30)
"""How long tasks under way may take to finish after SIGTERM."""


def build(
    client: Client,
    database: Database,
    task_queue: str,
    *,
    deliverer: Deliverer | None = None,
    keeper: Keeper | None = None,
    max_cached_workflows: int = 20_000,
    runner: WorkflowRunner | None = None,
) -> Worker:
    """A worker for hazards and programmes; with a deliverer for notices, with a keeper for the nightly archive too.

    The runner is unsandboxed: workflow code is a thin shell over a pure core whose imports are held by
    the import rules and whose determinism by replayed histories; the sandbox would cost a fifth of the
    throughput. The tests run it in the sandbox as well.
    """
    recorder, programmes = Recorder(database), Programmes(database)
    workflows: list[type] = [HazardWorkflow, ProgrammeWorkflow]
    activities: list[Callable[..., Any]] = [
        recorder.record,
        recorder.recorded_since,
        programmes.state,
        programmes.rules,
        programmes.record,
    ]
    if deliverer is not None:
        workflows.append(DeliveryWorkflow)
        activities.append(Shifts(deliverer).deliver)
    if keeper is not None:
        archiving = Archiving(keeper)
        workflows.append(ArchiveWorkflow)
        activities += [archiving.find, archiving.keep, archiving.seal]
    return tuned(
        client,
        task_queue,
        workflows,
        activities,
        max_cached_workflows=max_cached_workflows,
        runner=runner,
    )


def tuned(
    client: Client,
    task_queue: str,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., Any]],
    *,
    max_cached_workflows: int = 20_000,
    runner: WorkflowRunner | None = None,
) -> Worker:
    """A worker with our settings for any workflows; the benchmark runs a bare one under the same."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=workflows,
        activities=activities,
        workflow_runner=runner or UnsandboxedWorkflowRunner(),
        max_cached_workflows=max_cached_workflows,
        max_concurrent_workflow_tasks=200,
        max_concurrent_local_activities=200,
        max_concurrent_activities=50,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(initial=5, maximum=20),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(maximum=5),
        # A worker that was killed keeps its hazards' tasks this long before another may take them.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=3),
        graceful_shutdown_timeout=GRACE,
    )


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Metrics of the Temporal SDK are served at ``metrics_address``."""
    districts.use(settings)
    channels = channels_file(settings)
    runtime = None
    if settings.metrics_address:
        metrics = PrometheusConfig(bind_address=settings.metrics_address)
        runtime = Runtime(telemetry=TelemetryConfig(metrics=metrics))
    database = Database.connect(settings.database_url.get_secret_value())
    current = Current(database, LIBRARY)
    await current.refresh()
    client = await connect(settings, runtime)
    await schedules.prepare(client, settings.task_queue)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    deliverer = Deliverer(database, LIBRARY, channels, _policy_of)
    keeper = open_archive(settings, client, database)
    worker = build(client, database, settings.task_queue, deliverer=deliverer, keeper=keeper)
    refreshing = asyncio.create_task(_keep_up(current, client, database, settings.task_queue))
    try:
        async with worker:
            log.info("worker started", task_queue=settings.task_queue, address=settings.temporal_address)
            log.info("channels", **for_log(channels.channels))
            await stop.wait()
            log.info("worker draining", grace_seconds=GRACE.total_seconds())
    finally:
        refreshing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await refreshing
        await deliverer.close()
        database.close()
    log.info("worker stopped")


def channels_file(settings: Settings) -> ChannelsFile:
    """The deployment's channels, and a look at every table of notices: what is wrong there is said at the start.

    Raises :class:`settings.SettingsError`.
    """
    file = ChannelsFile(settings.channels_file, required="channels_file" in settings.model_fields_set)
    file.read()
    try:
        for profile in known_profiles():
            _policy_of(profile)
    except ProfileError as error:
        raise SettingsError(str(error)) from None
    return file


@cache
def _policy_of(profile: str) -> DeliveryPolicy:
    """A profile's table of notices as it stood when this process first asked."""
    return delivery_policy(profile)


async def _keep_up(current: Current, client: Client, database: Database, task_queue: str) -> None:
    """A hazard started under rules published a moment ago waits at most this long for them, and a profile
    published a moment ago for its programme and the delivery of its notices.
    """
    running: set[str] = set()
    while True:
        try:
            await current.refresh()
            for profile in (await database.read(rulebooks.current_books)).keys() - running:
                await delivery.ensure(client, profile, task_queue)
                await programme.ensure(client, profile, task_queue)
                running.add(profile)
        except StorageUnavailable as error:
            log.warning("rulebooks not refreshed", reason=str(error))
        except RPCError as error:
            log.warning("delivery of notices or programme not started", reason=error.message)
        await asyncio.sleep(FRESH_SECONDS)
