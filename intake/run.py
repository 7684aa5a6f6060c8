"""The import itself: rows become hazards, each once, however often it is run and wherever it was stopped.

A row is numbered under its source's own number, then its workflow is started under that number; both
steps can be repeated without harm. So an import that was cut off anywhere is mended by running it again,
and an outage of the database or of Temporal is waited out.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Protocol

from domain.commands import Report
from domain.events import command_digest
from domain.refusal import Refusal
from domain.values import HazardId
from intake.forms import Message, RowRefused
from intake.patience import Patience
from intake.record import Recorded
from intake.sheets import Row
from intake.watch import Tally, Watch
from service.door import Numbered
from storage.errors import StorageUnavailable
from storage.scope import Principal

BATCH = 100
"""Rows numbered in one transaction: enough to make its cost small, few enough to start at once."""

IN_FLIGHT = 32
"""Starts under way at once; more would only queue up in the server."""

SETTLE = timedelta(seconds=60)
"""How long the record may stand still at the end before we stop waiting for it."""

Read = Callable[[Row], Message]


class Door(Protocol):
    """What an import needs of :class:`service.door.Door`."""

    async def known(self, principal: Principal, keys: Sequence[str]) -> dict[str, HazardId]: ...

    async def number(
        self, principal: Principal, reports: Sequence[tuple[Report, str]]
    ) -> list[Numbered | Refusal]: ...

    async def launch(self, numbered: Numbered) -> None: ...


class Record(Protocol):
    """What an import needs of :class:`intake.record.Record`."""

    async def reports(self, ids: Sequence[HazardId]) -> dict[HazardId, Recorded]: ...

    async def which(self, ids: Sequence[HazardId]) -> set[HazardId]: ...


async def run_import(
    rows: Iterable[Row],
    read: Read,
    *,
    door: Door,
    record: Record,
    principal: Principal,
    watch: Watch | None = None,
    tally: Tally | None = None,
    in_flight: int = IN_FLIGHT,
    batch: int = BATCH,
    settle: timedelta = SETTLE,
) -> Tally:
    """Report every row; what cannot be taken ends up in ``Tally.refused``, in the order of the sheet.

    ``read`` raises :class:`RowRefused`. A caller that may be interrupted passes a ``tally`` of its own.
    Raises :class:`intake.patience.Stopped` when waiting would be in vain.
    """
    watch = watch or Watch()
    run = _Run(door, record, principal, watch, tally or Tally())
    try:
        await run.start_all(rows, read, in_flight, batch)
    except ExceptionGroup as failed:
        # Of several tasks that failed together the first is as good as any.
        raise failed.exceptions[0] from None
    finally:
        run.tally.refused.sort(key=lambda problem: problem.row)
    await run.settle(settle, batch)
    return run.tally


class _Run:
    """One import under way."""

    def __init__(self, door: Door, record: Record, principal: Principal, watch: Watch, tally: Tally) -> None:
        self._door = door
        self._record = record
        self._principal = principal
        self._watch = watch
        self._until = Patience(watch).until
        self.tally = tally
        self._seen: dict[str, tuple[int, str]] = {}
        self._started: list[HazardId] = []

    async def start_all(self, rows: Iterable[Row], read: Read, in_flight: int, batch: int) -> None:
        """While one batch is being started the next one is read and numbered."""
        queue: asyncio.Queue[Numbered | None] = asyncio.Queue(batch)
        left = iter(rows)
        async with asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(self._launch_from(queue))
            while some := list(itertools.islice(left, batch)):
                for ready in await self._numbered(self._readable(some, read)):
                    await queue.put(ready)
            for _ in range(in_flight):
                await queue.put(None)

    # -- reading ------------------------------------------------------------------------------------

    def _readable(self, rows: Sequence[Row], read: Read) -> list[Message]:
        self.tally.read += len(rows)
        messages = []
        for row in rows:
            try:
                message = read(row)
                if self._is_first(message):
                    messages.append(message)
                else:
                    self.tally.already += 1
            except RowRefused as refused:
                self._refuse(refused)
        return messages

    def _is_first(self, message: Message) -> bool:
        """Whether this is the first row of its number. Raises :class:`RowRefused` when the first differs."""
        said = command_digest(message.form)
        first, said_first = self._seen.setdefault(message.key, (message.row.number, said))
        if first == message.row.number:
            return True
        number = message.form.external_number
        if number is None:
            raise RowRefused(
                message.row,
                "import.repeated-row",
                f"与第 {first} 行完全相同，又没有编号，无法判断是否两件事",
                f"the same as row {first}, and without a number nobody can tell whether they are two matters",
            )
        if said != said_first:
            raise RowRefused(
                message.row,
                "import.repeated-number",
                f"编号 {number} 在第 {first} 行已用于另一内容",
                f"number {number} stands in row {first} with another content",
            )
        return False

    # -- numbering ----------------------------------------------------------------------------------

    async def _numbered(self, messages: Sequence[Message]) -> list[Numbered]:
        """Those that are to be started, with their number; the others are settled here."""
        fresh = await self._fresh(messages)
        self._watch.moved(self.tally)
        if not fresh:
            return []
        reports = [(message.form, message.key) for message in fresh]
        answers = await self._until(lambda: self._door.number(self._principal, reports))
        ready = []
        for message, answer in zip(fresh, answers, strict=True):
            if isinstance(answer, Refusal):
                self._refuse(RowRefused.by(message.row, answer))
            else:
                ready.append(answer)
        return ready

    async def _fresh(self, messages: Sequence[Message]) -> list[Message]:
        """Those not recorded yet: new ones, and ones that were numbered before an import was cut off."""
        keys = [message.key for message in messages]
        known = await self._until(lambda: self._door.known(self._principal, keys))
        recorded = await self._until(lambda: self._record.reports(list(known.values())))
        fresh = []
        for message in messages:
            hazard = known.get(message.key)
            if hazard is None or hazard not in recorded:
                fresh.append(message)
            elif _agrees(message.form, recorded[hazard]):
                self.tally.already += 1
            else:
                number = message.form.external_number
                self._refuse(
                    RowRefused(
                        message.row,
                        "import.changed",
                        f"编号 {number} 已登记为 {hazard}，但内容与当时不同，原登记未改动",
                        f"number {number} is {hazard} already, with another text; that stays as it was",
                    )
                )
        return fresh

    # -- starting -----------------------------------------------------------------------------------

    async def _launch_from(self, queue: asyncio.Queue[Numbered | None]) -> None:
        while ready := await queue.get():
            await self._launch(ready)
            self._started.append(ready.hazard)
            self.tally.taken += 1
            self._watch.moved(self.tally)

    async def _launch(self, numbered: Numbered) -> None:
        await self._until(lambda: self._door.launch(numbered))

    # -- the record ---------------------------------------------------------------------------------

    async def settle(self, at_most: timedelta, batch: int) -> None:
        """Wait until everything started is recorded, or until the record has stood still for ``at_most``."""
        waiting = self._started
        still_since = time.monotonic()
        while waiting and time.monotonic() - still_since < at_most.total_seconds():
            some = waiting[:batch]
            try:
                recorded = await self._record.which(some)
            except StorageUnavailable:  # what is started stays started; this wait has an end
                recorded = set()
            if recorded:
                still_since = time.monotonic()
                waiting = [hazard for hazard in some if hazard not in recorded] + waiting[batch:]
                self.tally.recorded = len(self._started) - len(waiting)
                self._watch.settling(self.tally)
            if len(recorded) < len(some):
                await asyncio.sleep(0.2)

    def _refuse(self, refused: RowRefused) -> None:
        self.tally.refused.append(refused.problem)


def _agrees(form: Report, recorded: Recorded) -> bool:
    """Whether a report says what was recorded under its number."""
    if form.description:
        return form.description == recorded.description
    return not recorded.description and form.title == recorded.title
