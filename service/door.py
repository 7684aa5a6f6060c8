"""The one door for commands. It knows Temporal; those who call it do not.

``report`` opens a hazard, ``give`` sends a command and waits for its record, ``send`` leaves one behind
without waiting. Nothing that has been answered can be lost: a report is durable once its workflow is
started, a command once its update is accepted, and both are answered only after their record.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import UpdateWorkflowExecutionLifecycleStage as Stage
from temporalio.api.update.v1 import UpdateRef, WaitPolicy
from temporalio.api.workflowservice.v1 import PollWorkflowExecutionUpdateRequest
from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain import hazard as core
from domain.commands import Command, ConfirmRelapse, Merge, Order, Report
from domain.events import Event, command_digest, evolve
from domain.library import Library
from domain.organisation import Role
from domain.refusal import Refusal, refuse
from domain.state import Hazard
from domain.transitions import BY_COMMAND
from domain.values import HazardId, local
from service.contacts import Directory
from service.keys import check_key
from service.riskpoints import RiskRegister, bad_link, linked_by
from service.rulebooks import Current
from storage import ledger, numbers, readmodel
from storage.database import Database
from storage.scope import Principal
from workflows import view
from workflows.contract import (
    SHELL,
    STATE_QUERY,
    WORKFLOW,
    Receipt,
    Start,
    refusal_in,
    search_attributes,
    stood_at,
)

_LONGEST_FIRST_PAUSE = 0.05


class NotFound(Exception):
    """There is no such hazard, or it is not for this caller's eyes."""


class NotRecorded(Exception):
    """Nobody has taken the command yet (no worker, no server). Repeat it with the same key: it happens once."""


class StandsStill(NotRecorded):
    """The hazard's workflow lost steps that its ledger has (a power cut): an operator lets it catch up."""

    def __init__(self, hazard: HazardId) -> None:
        super().__init__(f"{hazard}: its ledger is ahead of its workflow; qingling repair {hazard} mends it")
        self.hazard = hazard


class Pending(Exception):
    """Accepted and durable, but its record is not written yet. It will be; look again later."""

    def __init__(self, hazard: HazardId) -> None:
        super().__init__(f"{hazard}: accepted, waiting for its record")
        self.hazard = hazard


@dataclass(frozen=True, slots=True)
class Doorway:
    """How long callers wait. ``patience`` bounds one command or report."""

    task_queue: str
    patience: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A report with its official number, which nobody has started yet.

    ``foreseen`` is the state it will open in, for Temporal's lists; the workflow decides for itself.
    """

    start: Start
    foreseen: Hazard
    summary: str

    @property
    def hazard(self) -> HazardId:
        return self.start.hazard


class Door:
    """Commands to hazards on behalf of a principal, idempotent by key."""

    def __init__(
        self, client: Client, database: Database, library: Library, current: Current, way: Doorway
    ) -> None:
        self._client = client
        self._database = database
        self._library = library
        self._current = current
        self._way = way
        self._directory = Directory(database, library, current)
        self._points = RiskRegister(database, library, current)
        self._usual_wait = 0.01
        """Seconds that reports have lately taken to be recorded."""

    @property
    def client(self) -> Client:
        """Where commands go, for the programme's door beside this one."""
        return self._client

    async def report(self, principal: Principal, form: Report, key: str) -> Receipt:
        """Open a hazard (T01). The same key gives the same hazard.

        Raises :class:`Refusal`, :class:`Pending` when it is durable but not yet in the ledger, or
        :class:`NotRecorded` when Temporal cannot be reached.
        """
        hazard = await self.start(principal, form, key)
        opened = await self._opened(hazard)
        if opened is None:
            raise Pending(hazard)
        first, state = opened
        if first.key != key:
            raise NotRecorded(
                f"编号 {hazard} 已属于另一隐患：数据库比 Temporal 旧（恢复过备份？），请联系运维"
                f" / {hazard} belongs to another hazard: the database is older than Temporal's"
            )
        _check_repeated(first, principal, form)
        return Receipt(hazard=hazard, seq=state.seq, state=state.state)

    async def leave(self, principal: Principal, form: Report, key: str) -> HazardId:
        """As :meth:`start`, for a person: a key that was used for something else is refused at once."""
        earlier = (await self.known(principal, [key])).get(key)
        opened = await self._database.read(_opening, earlier) if earlier else None
        if opened is not None:
            _check_repeated(opened[0], principal, form)
        return await self.start(principal, form, key)

    async def start(self, principal: Principal, form: Report, key: str) -> HazardId:
        """Make a report durable without waiting for its record (imports, detectors)."""
        (numbered,) = await self.number(principal, [(form, key)])
        if isinstance(numbered, Refusal):
            raise numbered
        await self.launch(numbered)
        return numbered.hazard

    async def known(self, principal: Principal, keys: Sequence[str]) -> dict[str, HazardId]:
        """The hazards that reports under these keys were numbered as; keys that are new are left out."""
        scoped = {_scoped(principal, key): key for key in keys}
        found = await self._database.read(numbers.known, list(scoped))
        return {scoped[key]: hazard for key, hazard in found.items()}

    async def number(
        self, principal: Principal, reports: Sequence[tuple[Report, str]]
    ) -> list[Numbered | Refusal]:
        """Number many reports at once, each ready for :meth:`launch`; one that is refused gets no number.

        A number is all they have: whoever does not launch them must number them again under their keys.
        """
        book, calendar = await self._current.rules(principal.profile)
        rules = self._library.rules(book, calendar)
        now = datetime.now(UTC)
        unlinked = await self._bad_links(principal, reports)
        answers: list[tuple[Order, Hazard] | Refusal] = []
        for form, key in reports:
            try:
                check_key(key)
                event = core.report(rules, HazardId("?"), book, form, principal.actor, now, key)
                if key in unlinked:
                    raise unlinked[key]
                answers.append((Order(command=form, actor=principal.actor, key=key), evolve(None, event)))
            except Refusal as refusal:
                answers.append(refusal)
        keys = [_scoped(principal, answer[0].key) for answer in answers if not isinstance(answer, Refusal)]
        hazards: dict[str, HazardId] = {}
        if keys:
            hazards = await self._database.write(
                numbers.allocate_many, principal.profile, rules.book.prefix, local(now).year, keys
            )
        numbered: list[Numbered | Refusal] = []
        for answer in answers:
            if isinstance(answer, Refusal):
                numbered.append(answer)
                continue
            order, foreseen = answer
            start = Start(
                hazard=hazards[_scoped(principal, order.key)],
                profile=principal.profile,
                rules=book,
                calendar=calendar,
                report=order,
                shell=SHELL,
            )
            numbered.append(Numbered(start, foreseen, view.summary(rules.book, foreseen)))
        return numbered

    async def _bad_links(
        self, principal: Principal, reports: Sequence[tuple[Report, str]]
    ) -> dict[str, Refusal]:
        """By key, the reports that name a risk point which is not there. What was reported once is not asked again."""
        linking = {key: form for form, key in reports if linked_by(form)}
        if not linking:
            return {}
        known = await self._points.check_links(principal, linking.values())
        earlier = await self.known(principal, list(linking))
        found = {key: bad_link(form, known) for key, form in linking.items() if key not in earlier}
        return {key: refusal for key, refusal in found.items() if refusal is not None}

    async def launch(self, numbered: Numbered) -> None:
        """Start the workflow of a numbered report; starting it twice is the same as once."""
        start = numbered.start
        try:
            await self._client.start_workflow(
                WORKFLOW,
                start,
                id=start.hazard,
                task_queue=self._way.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                search_attributes=search_attributes(start.profile, numbered.foreseen),
                static_summary=numbered.summary,
                rpc_timeout=self._way.patience,
            )
        except WorkflowAlreadyStartedError:
            pass  # it was, and has ended since
        except (RPCError, RuntimeError) as error:
            raise _not_reached(error) from error

    async def give(
        self,
        principal: Principal,
        hazard: HazardId,
        command: Command,
        key: str,
        expected: int | None = None,
    ) -> Receipt:
        """Carry out a command and wait until it is in the ledger.

        Raises :class:`Refusal`, :class:`NotFound`, :class:`Pending`, :class:`NotRecorded`.
        """
        check_key(key)
        order = Order(command=command, actor=principal.actor, key=key, expected=expected)
        await self._visible(principal, hazard)
        await self._other_is_visible(principal, command)
        await self._directory.check_dispatch(principal, command)
        await self._check_links(principal, command)
        handle = self._client.get_workflow_handle(hazard)
        update = _update_id(order)
        try:
            receipt: Receipt = await handle.execute_update(
                command.do, order, id=update, result_type=Receipt, rpc_timeout=self._way.patience
            )
            return receipt
        except WorkflowUpdateFailedError as error:
            refusal = refusal_in(error.cause)
            if refusal is None:
                raise NotRecorded(f"{hazard}: {error.cause}") from error
            if await self._stands_still(hazard, stood_at(error.cause)):
                raise StandsStill(hazard) from None
            raise refusal from None
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            if await self._accepted(hazard, update):
                raise Pending(hazard) from None
            raise NotRecorded(f"{hazard}: no worker took the command in time") from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return await self._answer_from_the_ledger(hazard, order)
            raise _not_reached(error) from error
        except RuntimeError as error:
            raise _not_reached(error) from error

    async def send(
        self,
        principal: Principal,
        hazard: HazardId,
        command: Command,
        key: str,
        expected: int | None = None,
    ) -> None:
        """Leave a command behind; it is durable at once. If it is refused, the ledger will say so.

        A key that was used for something else is refused at once: nothing is kept under a key that is taken.
        Raises as :meth:`give`, but for :class:`Pending`.
        """
        check_key(key)
        order = Order(command=command, actor=principal.actor, key=key, expected=expected)
        await self._visible(principal, hazard)
        await self._other_is_visible(principal, command)
        await self._directory.check_dispatch(principal, command)
        await self._check_links(principal, command)
        earlier = await self._database.read(ledger.under_key, hazard, key)
        if earlier is not None and earlier.refused is None:
            _check_repeated(earlier, principal, command)
        handle = self._client.get_workflow_handle(hazard)
        try:
            await handle.signal(command.do, order, rpc_timeout=self._way.patience)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                await self._answer_from_the_ledger(hazard, order)
                return
            raise _not_reached(error) from error
        except RuntimeError as error:
            raise _not_reached(error) from error

    async def live(self, hazard: HazardId) -> Hazard | None:
        """The state as its workflow holds it. Raises :class:`NotRecorded` when nobody can be asked."""
        try:
            state: Hazard | None = await self._client.get_workflow_handle(hazard).query(
                STATE_QUERY, result_type=Hazard, rpc_timeout=self._way.patience
            )
            return state
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise NotFound(hazard) from None
            raise _not_reached(error) from error
        except RuntimeError as error:
            raise _not_reached(error) from error

    async def reachable(self) -> bool:
        """Whether Temporal can be asked at all."""
        try:
            return await self._client.service_client.check_health(timeout=timedelta(seconds=2))
        except (RPCError, RuntimeError):
            return False

    # -----------------------------------------------------------------------------------------------

    async def _opened(self, hazard: HazardId) -> tuple[Event, Hazard] | None:
        """The recorded report and the state, looked for until the caller's patience ends.

        The start is durable anyway. The first look is for when reports have lately been recorded: looking
        too early costs more than it saves.
        """
        began = time.monotonic()
        pause = min(self._usual_wait * 0.8, _LONGEST_FIRST_PAUSE)
        while True:
            await asyncio.sleep(pause)
            found = await self._database.read(_opening, hazard)
            waited = time.monotonic() - began
            if found is not None:
                self._usual_wait += (waited - self._usual_wait) / 4
                return found
            pause = min(max(pause / 2, waited / 4), 0.25)
            if waited + pause > self._way.patience.total_seconds():
                return None

    async def _visible(self, principal: Principal, hazard: HazardId) -> None:
        if principal.actor.role is Role.SYSTEM:
            return
        if not await self._database.read(readmodel.is_visible, principal, hazard):
            raise NotFound(hazard)

    async def _other_is_visible(self, principal: Principal, command: Command) -> None:
        """A command that names another hazard must name one that its giver can see."""
        match command:
            case Merge(into=other) | ConfirmRelapse(matched=other):
                if not await self._database.read(readmodel.is_visible, principal, other):
                    raise refuse(
                        422,
                        f"{command.do}.unknown-hazard",
                        "T33" if command.do == "merge" else "LBK-03",
                        f"没有隐患“{other}”，请核对编号",
                        f"there is no hazard {other}; check its number",
                    )

    async def _check_links(self, principal: Principal, command: Command) -> None:
        """The register of risk points is no workflow's to read, so a link is checked here. 403 goes before it."""
        if any(principal.actor.role in who.roles for who in BY_COMMAND[command.do].who):
            refusal = bad_link(command, await self._points.check_links(principal, [command]))
            if refusal is not None:
                raise refusal

    async def _accepted(self, hazard: HazardId, update: str) -> bool:
        """Whether an update that has not answered yet is already part of the history."""
        request = PollWorkflowExecutionUpdateRequest(
            namespace=self._client.namespace,
            update_ref=UpdateRef(workflow_execution=WorkflowExecution(workflow_id=hazard), update_id=update),
            wait_policy=WaitPolicy(lifecycle_stage=Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED),
        )
        try:
            answer = await self._client.workflow_service.poll_workflow_execution_update(
                request, timeout=timedelta(seconds=2)
            )
        except RPCError:
            return False
        return answer.stage >= Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED

    async def _stands_still(self, hazard: HazardId, stood: int) -> bool:
        """Whether a refusal came from a workflow that has lost steps of its ledger, so that it means nothing.

        ``stood`` is where the workflow stood when it refused. Only where the ledger is ahead of that is it asked:
        it may have gone on since.
        """
        recorded = await self._database.read(ledger.last_seq, hazard)
        if stood >= recorded:
            return False
        try:
            live = await self.live(hazard)
        except NotFound:  # it has ended in the meantime
            return False
        return live is not None and live.seq < recorded

    async def _answer_from_the_ledger(self, hazard: HazardId, order: Order) -> Receipt:
        """A hazard whose workflow has ended answers from its ledger: the repeated receipt, or the refusal."""
        state = await self._database.read(ledger.replay, hazard)
        if state is None or not state.state.terminal:
            raise NotRecorded(f"{hazard}: its workflow is not running")
        seq = core.repeated(state, order)
        if seq is None:
            rules = core.rules_for(self._library, state)
            core.decide(rules, state, order, datetime.now(UTC))
            raise NotRecorded(f"{hazard}: its workflow has ended")
        return Receipt(hazard=hazard, seq=seq, state=state.state)


def _opening(connection: Connection, hazard: HazardId) -> tuple[Event, Hazard] | None:
    first = ledger.events(connection, hazard, 0, 1)
    if not first:
        return None
    state = readmodel.state_of(connection, hazard)
    assert state is not None  # written in the same transaction as its first event
    return first[0].event, state


def _check_repeated(first: Event, principal: Principal, form: Command) -> None:
    """Raises :class:`Refusal` 422 when another report or command, or another seat, has used the key."""
    if first.digest != command_digest(form):
        raise _key_reused()
    if first.actor.seat != principal.actor.seat:
        raise core.key_of_another_seat()


def _scoped(principal: Principal, key: str) -> str:
    """Keys of one unit never meet those of another."""
    return f"{principal.profile}:{principal.actor.unit}:{key}"


def _update_id(order: Order) -> str:
    """The key, told apart by content and by seat, so that another command under it is refused, not answered."""
    told_apart = f"{command_digest(order.command)}:{order.actor.seat}"
    told_apart = hashlib.sha256(told_apart.encode()).hexdigest()[:12]
    return f"{order.key}:{told_apart}"


def _not_reached(error: RPCError | RuntimeError) -> NotRecorded:
    """A client that has not found its server yet says so with a ``RuntimeError``."""
    return NotRecorded(f"Temporal: {error}")


def _key_reused() -> Refusal:
    return refuse(
        422,
        "key-reused",
        "INT-01",
        "该幂等键已用于另一项登记，请换一个",
        "this idempotency key was used for another report; take a new one",
    )
