"""HazardWorkflow: the durable shell of one hazard, from report to archive.

All decisions are the core's (``decide``, ``tick``, ``next_wakeup``). This class keeps the state in one
value, lets one command at a time change it, records each change before anybody is answered, and sleeps
on one re-armed timer.

Two rules hold it together (Temporal replays history, and an update may reach a worker that has none of
it in its cache): every change of state passes through ``_commit``, which issues a command in the same
workflow task; and nothing but ``_commit`` touches the state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.contract import LEDGER_CONFLICT, RECORD, RECORDED_SINCE, Entry
    from domain.commands import Order, Report
    from domain.events import Event, folded
    from domain.hazard import again, decide, refused_event, repeated, report, rules_for
    from domain.ladder import next_wakeup, tick
    from domain.library import LIBRARY, Rules
    from domain.refusal import Refusal
    from domain.state import Hazard
    from workflows import view
    from workflows.contract import (
        CATCH_UP,
        STATE_QUERY,
        WORKFLOW,
        Receipt,
        Start,
        attribute_pairs,
        failure,
    )

# A local activity costs no history beyond its marker; what it cannot do in a moment goes on as a
# regular activity, which waits for the database as long as it takes without growing the history.
_AT_ONCE = timedelta(seconds=5)
_ONE_TRY = RetryPolicy(maximum_attempts=1)
_AT_LAST = timedelta(seconds=60)
_UNTIL_IT_IS_DONE = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))


T = TypeVar("T")

Decision = Callable[[datetime], tuple[Event, ...]]
"""What is decided if it is noticed at a given moment; it may raise :class:`Refusal`."""


class LedgerBroken(RuntimeError):
    """The ledger contradicts this history. Fails the workflow task, which waits for an operator."""


class LedgerAhead(LedgerBroken):
    """The ledger has another decision in this place: one that was recorded, and then lost with its server.

    Nobody takes it over unasked: its sender repeats its key, or an operator lets the hazard catch up
    (``qingling repair``). Until then the hazard stands still, and what comes meanwhile waits.
    """


@workflow.defn(name=WORKFLOW)
class HazardWorkflow:
    """One hazard. Its id is the hazard's number; its result is the state it ended in."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self._start = start
        self._hazard: Hazard | None = start.carried
        self._told: Hazard | None = start.carried
        self._one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, start: Start) -> str:
        if self._hazard is None:
            await self._open(start)
        hazard = self._state
        if start.carried:
            self._show(hazard)
        while not self._state.over:
            await self._sleep_until_something_is_due()
            if workflow.info().is_continue_as_new_suggested():
                await self._go_on_in_a_new_run()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._state.state.value

    # -- commands -----------------------------------------------------------------------------------

    @workflow.update(dynamic=True)
    async def command(self, name: str, args: Sequence[RawValue]) -> Receipt:
        """Any command of the core, by its name there. Answers once the change is in the ledger."""
        order = _order(args)
        await workflow.wait_condition(lambda: self._hazard is not None)
        try:
            return await self._in_turn(lambda: self._carry_out(order))
        except Refusal as refusal:
            raise failure(refusal, self._state.seq) from refusal

    @command.validator
    def _refuse_early(self, name: str, args: Sequence[RawValue]) -> None:
        """A refusal here leaves no trace in the history; what it lets pass is decided again in turn."""
        if self._hazard is None:
            return
        order, now = _order(args), workflow.now()
        hazard = folded(self._hazard, self._due_first(now))
        try:
            if repeated(hazard, order) is None:
                decide(self._rules(order), hazard, order, now)
        except Refusal as refusal:
            raise failure(refusal, self._hazard.seq) from refusal

    @workflow.signal(dynamic=True)
    async def command_unanswered(self, name: str, args: Sequence[RawValue]) -> None:
        """The same commands for callers that do not wait; a refusal is kept in the ledger instead."""
        order = _order(args)
        await workflow.wait_condition(lambda: self._hazard is not None)
        await self._in_turn(lambda: self._carry_out_or_keep(order))

    @workflow.update(name=CATCH_UP)
    async def catch_up(self) -> int:
        """Take over what the ledger is ahead by, and answer how many events that was.

        Every event is decided once more, from what the ledger says was asked and when, and has to come to the
        recorded hash. That it was taken from the ledger, and by whom, stays in this history.
        """
        await workflow.wait_condition(lambda: self._hazard is not None)
        async with self._one_at_a_time:
            return await self._catch_up()

    @workflow.query(name=STATE_QUERY)
    def state(self) -> Hazard | None:
        """The recorded state, or ``None`` before the report is in the ledger."""
        return self._hazard

    async def _carry_out(self, order: Order) -> Receipt:
        await self._commit(self._due_first)
        hazard = self._state
        seq = repeated(hazard, order)
        if seq is None:
            rules, before = self._rules(order), hazard
            await self._commit(lambda now: (decide(rules, before, order, now),))
            hazard = self._state
        return Receipt(hazard=hazard.id, seq=seq or hazard.seq, state=hazard.state)

    async def _carry_out_or_keep(self, order: Order) -> None:
        try:
            await self._carry_out(order)
        except Refusal as refusal:
            rules, hazard, refused = self._rules(), self._state, refusal.refused
            if order.key not in hazard.done:
                await self._commit(lambda now: (refused_event(rules, hazard, order, refused, now),))

    async def _catch_up(self) -> int:
        stood = self._state.seq
        recorded: list[Event] = await workflow.execute_local_activity(
            RECORDED_SINCE,
            args=[self._state.id, stood],
            result_type=list[Event],
            start_to_close_timeout=_AT_LAST,
        )
        while recorded:
            told = recorded[0]
            try:
                events = again(LIBRARY, self._state, told)
            except Refusal as refusal:
                raise _does_not_follow(told, str(refusal)) from refusal
            if not events or [event.hash for event in events] != [
                event.hash for event in recorded[: len(events)]
            ]:
                raise _does_not_follow(told, "it comes to another hash")
            await self._become(events)
            recorded = recorded[len(events) :]
        return self._state.seq - stood

    async def _in_turn(self, act: Callable[[], Awaitable[T]]) -> T:
        """One change at a time. Where the ledger is ahead, wait until what it has came again; then begin anew."""
        while True:
            async with self._one_at_a_time:
                try:
                    return await act()
                except LedgerAhead as ahead:
                    self._stand_still(str(ahead))
            await self._something_else()

    async def _something_else(self) -> None:
        stood = self._state.seq
        await workflow.wait_condition(lambda: self._state.seq != stood)

    # -- time ---------------------------------------------------------------------------------------

    async def _open(self, start: Start) -> None:
        order = start.report
        if order is None or not isinstance(order.command, Report):
            raise ApplicationError("a hazard begins with a report", type="T01.no-report", non_retryable=True)
        rules, form = LIBRARY.rules(start.rules, start.calendar), order.command

        def opened(now: datetime) -> tuple[Event, ...]:
            return (report(rules, start.hazard, start.rules, form, order.actor, now, order.key),)

        async with self._one_at_a_time:
            try:
                await self._commit(opened)
            except Refusal as refusal:
                raise failure(refusal) from refusal

    async def _sleep_until_something_is_due(self) -> None:
        """One timer, armed for the next alarm and re-armed whenever a command moves that."""
        wake = next_wakeup(self._state)

        def something_else_to_do() -> bool:
            hazard = self._state
            return (
                next_wakeup(hazard) != wake or hazard.over or workflow.info().is_continue_as_new_suggested()
            )

        left = None
        if wake is not None:
            left = max(wake - workflow.now() + timedelta(milliseconds=1), timedelta(0))
        try:
            await workflow.wait_condition(
                something_else_to_do,
                timeout=left,
                timeout_summary=view.timer_summary(self._state),
            )
        except TimeoutError:
            await self._in_turn(lambda: self._commit(self._due))

    def _due(self, now: datetime) -> tuple[Event, ...]:
        return tick(self._rules(), self._state, now)

    def _due_first(self, now: datetime) -> tuple[Event, ...]:
        """What is recorded before a command. After an outage that comes before the timer, and must hide nothing."""
        return self._due(now) if self._start.shell >= 3 else ()

    async def _go_on_in_a_new_run(self) -> None:
        """History has grown long: carry the whole state, command keys included, into a fresh run."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        hazard = self._state
        if not hazard.over:
            workflow.continue_as_new(
                self._start.model_copy(update={"report": None, "carried": hazard}),
            )

    # -- the one door to the state ------------------------------------------------------------------

    @property
    def _state(self) -> Hazard:
        assert self._hazard is not None
        return self._hazard

    def _rules(self, order: Order | None = None) -> Rules:
        return rules_for(LIBRARY, self._state, order.command if order else None)

    async def _commit(self, decision: Decision) -> None:
        """Record what is decided now, then let the hazard be what it makes it: nothing is true before it is written.

        The ledger may be ahead by a decision: it was recorded, and the workflow task that was to say so got lost
        with its worker or its server. The same decision comes again then, at a later moment. It is made once
        more for the moment that is recorded, and has to come to the recorded hash; nothing else is taken over.
        """
        events = decision(workflow.now())
        if not events:
            return
        earlier = await self._become(events)
        if earlier is not None:
            events = self._decided_then(decision, earlier)
            try:
                await self._become(events)
            except LedgerBroken as taken:
                raise LedgerAhead(str(taken)) from taken

    def _decided_then(self, decision: Decision, then: datetime) -> tuple[Event, ...]:
        try:
            events = decision(then)
        except Refusal as refusal:
            raise LedgerAhead(f"what the ledger has of {then} was to be refused: {refusal}") from refusal
        if not events:
            raise LedgerAhead(f"the ledger has an event of {then}, when nothing was due")
        return events

    async def _become(self, events: tuple[Event, ...]) -> datetime | None:
        """Be what the events make of the hazard, once they are written; answers as ``record`` does."""
        hazard = folded(self._hazard, events)
        self._tell_operators(hazard)
        earlier = await self._record(Entry(hazard=hazard, events=events))
        if earlier is None:
            self._hazard = hazard
            self._show(hazard)
        return earlier

    def _stand_still(self, why: str) -> None:
        """Say what the hazard waits for, to whoever looks."""
        hazard = self._state
        self._tell_operators(hazard)
        workflow.set_current_details(view.standing_still(hazard))
        workflow.logger.error(
            "ledger is ahead of history: qingling repair", extra={"hazard": hazard.id, "why": why}
        )

    def _tell_operators(self, hazard: Hazard) -> None:
        """Search attributes go before the record: a task must have a command ahead of its local activity.

        A query that meets the task before it is begun, or a record that is slow, splits it in two. Without
        a command before the split a replay takes the first half for a heartbeat, skips it, and dates the
        events by the second: other hashes than the ledger's.
        """
        pairs = attribute_pairs(hazard, self._start.shell)
        stood = attribute_pairs(self._told, self._start.shell) if self._told else pairs
        self._told = hazard
        moved = [new for new, old in zip(pairs, stood, strict=True) if new != old]
        if not moved and workflow.current_update_info() is None:  # an update's acceptance is a command
            moved = pairs[:1]
        if moved:
            workflow.upsert_search_attributes([pair.key.value_set(pair.value) for pair in moved])

    async def _record(self, entry: Entry) -> datetime | None:
        """Answers as ``record`` does: with nothing once it is written, or with the moment of what stands there."""
        summary = view.record_summary(entry.events)
        try:
            earlier: datetime | None = await workflow.execute_local_activity(
                RECORD,
                entry,
                result_type=datetime,
                summary=summary,
                start_to_close_timeout=_AT_ONCE,
                retry_policy=_ONE_TRY,
            )
        except FailureError as error:  # a local activity's own error comes bare, a timeout wrapped
            if is_cancelled_exception(error):
                raise
            if _contradicts_the_ledger(error):
                raise LedgerBroken(str(error)) from error
            try:
                earlier = await workflow.execute_activity(
                    RECORD,
                    entry,
                    result_type=datetime,
                    summary=summary,
                    start_to_close_timeout=_AT_LAST,
                    retry_policy=_UNTIL_IT_IS_DONE,
                )
            except ActivityError as later:
                raise LedgerBroken(str(later.cause)) from later
        return earlier

    def _show(self, hazard: Hazard) -> None:
        workflow.set_current_details(view.details(self._rules().book, hazard))


def _order(args: Sequence[RawValue]) -> Order:
    return workflow.payload_converter().from_payload(args[0].payload, Order)


def _contradicts_the_ledger(error: FailureError) -> bool:
    told = error.cause if isinstance(error, ActivityError) else error
    return isinstance(told, ApplicationError) and told.type == LEDGER_CONFLICT


def _does_not_follow(event: Event, why: str) -> ApplicationError:
    return ApplicationError(
        f"seq {event.seq} of the ledger does not follow from what is before it: {why}",
        type=LEDGER_CONFLICT,
        non_retryable=True,
    )
