"""The same drills on a real Temporal server, whose clock we move: worker, record and ledger included.

A server can skip time forward only, so a scenario is put into the future by whole weeks, calendar and all.
Each hazard is a workflow with a clock of its own; it is started with a delay, so that its report happens
at its time, and then taken from step to step. Every file gets a database and a worker of its own.
"""

from __future__ import annotations

import asyncio
import math
import shutil
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Connection
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment

from domain import hazard as core
from domain.commands import Order, Report
from domain.events import evolve
from domain.ladder import next_wakeup
from domain.library import LIBRARY
from domain.state import Hazard
from domain.values import Digest, HazardId
from drill.ledger import Broken, Entry
from drill.play import NoEngine, Result, StepRun, Stuck, play
from drill.replay import RUNNERS, NotReplayable, replayed
from drill.scenario import Scenario, districts
from storage import ledger, migrate, rulebooks
from storage.database import Database
from worker import build
from workflows import view
from workflows.contract import (
    SEARCH_ATTRIBUTES,
    SHELL,
    STATE_QUERY,
    WORKFLOW,
    Receipt,
    Start,
    refusal_in,
    search_attributes,
)

T = TypeVar("T")

DYNAMIC_CONFIG = {
    # The key has changed its name; a server ignores the one it does not know.
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "system.workflowTimeSkippingEnabled": "true",
    # By default every timer fires up to a second late, in real time: a drill has many.
    "history.timerProcessorMaxTimeShift": '"1ms"',
    "history.timerProcessorMaxPollRPS": "1000",
}
PATIENCE = timedelta(seconds=60)
"""How long, in real time, anything the server does may take."""
HEADWAY = timedelta(seconds=10)
"""How far ahead of now a scenario begins at least."""
_NO_SKIPPING_OF_ITS_OWN = TimeSkippingConfig(enabled=False, max_session_skip_count=10_000)


class Session:
    """A server for a number of files, from ``with`` to the end of it. Not to be used inside an event loop."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._folder = TemporaryDirectory(prefix="qingling-drill-")
        self._client: Client | None = None

    def __enter__(self) -> Session:
        try:
            self._runner.run(self._start())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_about: object) -> None:
        try:
            self._runner.run(self._stack.aclose())
        finally:
            self._runner.close()
            self._folder.cleanup()

    def play(self, scenario: Scenario, on_step: Callable[[StepRun], None]) -> Result:
        """Play one scenario on a database and a worker of its own."""
        ahead = scenario.later(whole_weeks_to_the_future(scenario.steps[0].at))
        assert self._client is not None
        world = EngineWorld(self._client, self._fresh_database(), self.wait)
        self.wait(world.open())
        try:
            return play(ahead, world, on_step)
        finally:
            self.wait(world.close())

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Let everything of this session run until ``work`` is done. Raises :class:`Stuck`."""
        return self._runner.run(_patiently(work))

    async def _start(self) -> None:
        server = Path(sys.executable).parent / "temporal"
        if not server.exists():
            raise NoEngine(
                "没有找到 temporal 程序，请重新安装运行环境 | the temporal binary is missing: install again"
            )
        arguments = [
            part
            for key, value in DYNAMIC_CONFIG.items()
            for part in ("--dynamic-config-value", f"{key}={value}")
        ]
        environment = await self._stack.enter_async_context(
            await WorkflowEnvironment.start_local(
                ip="127.0.0.1",
                data_converter=pydantic_data_converter,
                search_attributes=SEARCH_ATTRIBUTES,
                dev_server_existing_path=str(server),
                dev_server_extra_args=[*arguments, "--output", "none"],
                dev_server_log_level="error",
            )
        )
        self._client = environment.client
        await asyncio.to_thread(self._prepare_database)

    def _prepare_database(self) -> None:
        """Migrated and published once; every file works on a copy."""
        url = f"sqlite:///{self._empty}"
        migrate.upgrade(url)
        database = Database.connect(url)
        try:
            for book in districts().values():
                database.write_now(rulebooks.publish, book)
        finally:
            database.close()

    @property
    def _empty(self) -> Path:
        return Path(self._folder.name) / "empty.db"

    def _fresh_database(self) -> Database:
        copy = Path(self._folder.name) / f"{uuid4().hex}.db"
        shutil.copyfile(self._empty, copy)
        return Database.connect(f"sqlite:///{copy}")


class EngineWorld:
    """The hazards of one scenario as workflows, and what the ledger says of them."""

    library = LIBRARY
    tolerance = timedelta(seconds=60)

    def __init__(
        self, client: Client, database: Database, wait: Callable[[Coroutine[Any, Any, Any]], Any]
    ) -> None:
        self._client = client
        self._skipper = TimeSkipper(client, config=_NO_SKIPPING_OF_ITS_OWN)
        self._database = database
        self._wait = wait
        self._queue = f"drill-{uuid4().hex}"
        self._stack = AsyncExitStack()
        self._handles: dict[HazardId, WorkflowHandle[Any, Any]] = {}

    async def open(self) -> None:
        self._stack.callback(self._database.close)
        worker = build(self._client, self._database, self._queue, max_cached_workflows=100)
        await self._stack.enter_async_context(worker)

    async def close(self) -> None:
        """The next file uses the same numbers: nothing of this one may go on."""
        for handle in self._handles.values():
            try:
                await handle.terminate("the drill is over")
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
        await self._stack.aclose()

    # -- what a scenario asks for -------------------------------------------------------------------

    def advance(self, hazard: HazardId, until: datetime) -> None:
        if hazard in self._handles:
            self._wait(self._advance(hazard, until))

    def report(self, hazard: HazardId, rules: Digest, calendar: Digest, order: Order, now: datetime) -> None:
        form = order.command
        assert isinstance(form, Report)
        under = self.library.rules(rules, calendar)
        foreseen = evolve(
            None, core.report(under, hazard, rules, form, order.actor, now, order.key)
        )  # a refusal is known before anything is started
        start = Start(
            hazard=hazard,
            profile=under.book.profile,
            rules=rules,
            calendar=calendar,
            report=order,
            shell=SHELL,
        )
        self._wait(self._launch(start, foreseen, now))

    def give(self, hazard: HazardId, order: Order, now: datetime) -> None:
        self._wait(self._give(hazard, order, now))

    def state(self, hazard: HazardId) -> Hazard | None:
        if hazard not in self._handles:
            return None
        query = self._handles[hazard].query(STATE_QUERY, result_type=Hazard)
        found: Hazard | None = self._wait(query)
        return found

    def entries(self, hazard: HazardId) -> Sequence[Entry]:
        stored = self._database.read_now(ledger.events, hazard)
        return [Entry(entry.prev, entry.hash, entry.body) for entry in stored]

    def finish(self, hazard: HazardId) -> None:
        """The stored record is sound, and the history replays to it, in the sandbox and out of it."""
        if hazard not in self._handles:
            return
        findings = self._database.read_now(ledger.verify, hazard)
        if findings:
            raise Broken(findings[0])
        self._wait(self._replay(hazard))

    # -- how it is done -----------------------------------------------------------------------------

    async def _launch(self, start: Start, foreseen: Hazard, at: datetime) -> None:
        handle = await self._client.start_workflow(
            WORKFLOW,
            start,
            id=start.hazard,
            task_queue=self._queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_delay=max(at - datetime.now(UTC), timedelta(0)),
            search_attributes=search_attributes(start.profile, foreseen),
            static_summary=view.summary(self.library.rules(start.rules, start.calendar).book, foreseen),
        )
        self._handles[start.hazard] = handle
        await self._advance(start.hazard, at)

    async def _advance(self, hazard: HazardId, until: datetime) -> None:
        """Skip to ``until``, and wait until all that this set off is in the ledger.

        The ledger is asked and not the workflow: a query that meets a task under way splits it in two.
        """
        handle = self._handles[hazard]
        left = until - await self._skipper.get_current_time(handle)
        if left > timedelta(0):
            try:
                await self._skipper.fast_forward(handle, left)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return  # it has ended, and time does nothing to it any more
                raise
        while not await self._database.read(_settled, hazard, until):  # noqa: ASYNC110 - it is written elsewhere
            await asyncio.sleep(0.005)

    async def _give(self, hazard: HazardId, order: Order, now: datetime) -> None:
        handle = self._handles[hazard]
        try:
            await handle.execute_update(order.command.do, order, result_type=Receipt)
        except WorkflowUpdateFailedError as error:
            refusal = refusal_in(error.cause)
            if refusal is None:
                raise Stuck(f"{hazard}: {error.cause}") from error
            raise refusal from None
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Stuck(f"{hazard}: {error.message}") from error
            # Its workflow has ended: the ledger answers, as it does behind the door.
            state = await self._database.read(ledger.replay, hazard)
            if state is None or not state.state.terminal:
                raise Stuck(f"{hazard}: {error.message}") from error
            core.decide(core.rules_for(self.library, state, order.command), state, order, now)

    async def _replay(self, hazard: HazardId) -> None:
        history = await self._handles[hazard].fetch_history()
        recorded = [entry.hash for entry in self.entries(hazard)]
        for name, runner in RUNNERS.items():
            try:
                hashes = await replayed(history, runner)
            except NotReplayable as error:
                raise Broken(f"{name}: {error}") from error
            if hashes != recorded:
                same = sum(
                    1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(hashes, recorded, strict=False))
                )
                raise Broken(f"{name}: replayed, the history leads to another ledger from seq {same + 1} on")


def _settled(connection: Connection, hazard: HazardId, until: datetime) -> bool:
    """Whether the ledger says that nothing more happens by itself up to ``until``."""
    state = ledger.replay(connection, hazard)
    if state is None:
        return False
    wake = next_wakeup(state)
    return wake is None or wake > until


async def _patiently(work: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            return await work
    except TimeoutError:
        raise Stuck(f"no answer within {PATIENCE.total_seconds():.0f} s") from None
    except RPCError as error:
        raise Stuck(f"Temporal: {error.message}") from error


def whole_weeks_to_the_future(first: datetime) -> timedelta:
    """The smallest number of whole weeks that puts ``first`` ahead of now."""
    behind = datetime.now(UTC) + HEADWAY - first
    return timedelta(weeks=max(math.ceil(behind / timedelta(weeks=1)), 0))
