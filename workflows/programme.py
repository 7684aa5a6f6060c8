"""ProgrammeWorkflow: the durable shell of a district's programme of recurring duties, for ever.

All decisions are the core's (``coming``, ``decide``, ``next_wakeup``). Here is one value of state, one change at
a time, recorded before anybody is answered, and one timer to the next opening, reminder or due day. Entries
are few, some in a month, so each is a regular activity: the history carries it, and a second try writes the
same. A programme that was ended from outside goes on from its record.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from temporalio.client import Client
    from temporalio.service import RPCError, RPCStatusCode

    from activities.contract import (
        LEDGER_CONFLICT,
        PROGRAMME_RECORD,
        PROGRAMME_RULES,
        PROGRAMME_STATE,
        RulesInForce,
    )
    from domain import filing, timetable
    from domain.library import LIBRARY, Rules
    from domain.programme import Happening, Order, Programme, evolve
    from domain.refusal import Refusal
    from domain.values import Value, local
    from workflows.contract import failure
    from workflows.hazard import LedgerBroken

WORKFLOW = "Programme"
GIVE = "give"
LOOK_AGAIN = "look_again"

_OUT = timedelta(seconds=60)
_UNTIL_IT_IS_DONE = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))
_WITHOUT_DUTIES = timedelta(days=30)
"""How often a district without duties is looked at again."""


class Start(Value):
    """Argument of the workflow: whose programme, and the state that a former run carried over."""

    profile: str
    carried: Programme | None = None


class Answer(Value):
    """Answer to a command: the entry of the record it stands under."""

    seq: int


def id_of(profile: str) -> str:
    return f"programme-{profile}"


@workflow.defn(name=WORKFLOW)
class ProgrammeWorkflow:
    """One a profile."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self._profile = start.profile
        self._state: Programme | None = start.carried
        self._rules: Rules | None = None
        self._look_again = False
        self._one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, start: Start) -> None:
        if self._state is None:
            self._state = await workflow.execute_activity(
                PROGRAMME_STATE,
                start.profile,
                result_type=Programme,
                start_to_close_timeout=_OUT,
                retry_policy=_UNTIL_IT_IS_DONE,
                summary="读取记录",
            )
        while not workflow.info().is_continue_as_new_suggested():
            self._look_again = False
            async with self._one_at_a_time:
                await self._learn_the_rules()
                await self._let_time_do_its_part()
            await self._sleep_until_something_is_due()
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(Start(profile=start.profile, carried=self._state))

    # -- commands -----------------------------------------------------------------------------------

    @workflow.update(name=GIVE)
    async def give(self, order: Order) -> Answer:
        """A filing, a decision on one, or a line of a register. Answers once it is in the record."""
        await workflow.wait_condition(lambda: self._rules is not None)
        async with self._one_at_a_time:
            try:
                # A window that opened this very moment is opened before anybody files for it.
                await self._let_time_do_its_part()
                seq = filing.repeated(self._now_is, order)
                if seq is None:
                    await self._commit(filing.decide(self._known, self._now_is, order, workflow.now()))
                    seq = self._now_is.seq
            except Refusal as refusal:
                raise failure(refusal) from refusal
        return Answer(seq=seq)

    @workflow.signal(name=LOOK_AGAIN)
    def look_again(self) -> None:
        """Rules or a calendar were published."""
        self._look_again = True

    # -- time ---------------------------------------------------------------------------------------

    async def _learn_the_rules(self) -> None:
        """The rules in force by their digests; a worker that has no text for one fails the task, and waits."""
        found: RulesInForce = await workflow.execute_activity(
            PROGRAMME_RULES,
            self._profile,
            result_type=RulesInForce,
            start_to_close_timeout=_OUT,
            retry_policy=_UNTIL_IT_IS_DONE,
            summary="现行规则",
        )
        if found.rules is not None and found.calendar is not None:
            self._rules = LIBRARY.rules(found.rules, found.calendar)

    async def _let_time_do_its_part(self) -> None:
        if self._rules is None:
            return
        while happening := timetable.coming(self._rules, self._now_is, workflow.now()):
            await self._commit(happening)

    async def _sleep_until_something_is_due(self) -> None:
        now = workflow.now()
        wake = timetable.next_wakeup(self._rules, self._now_is, now) if self._rules else None
        self._show()
        left = _WITHOUT_DUTIES if wake is None else wake - now + timedelta(milliseconds=1)
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._look_again or workflow.info().is_continue_as_new_suggested(),
                timeout=left,
                timeout_summary=f"{local(wake):%Y-%m-%d %H:%M} 下一周期、提醒或到期" if wake else None,
            )

    # -- the one door to the state ------------------------------------------------------------------

    @property
    def _now_is(self) -> Programme:
        assert self._state is not None
        return self._state

    @property
    def _known(self) -> Rules:
        assert self._rules is not None
        return self._rules

    async def _commit(self, happening: Happening) -> None:
        try:
            await workflow.execute_activity(
                PROGRAMME_RECORD,
                happening,
                start_to_close_timeout=_OUT,
                retry_policy=_UNTIL_IT_IS_DONE,
                summary=f"第{happening.seq}条 {happening.kind.zh}",
            )
        except ActivityError as error:
            cause = error.cause
            if isinstance(cause, ApplicationError) and cause.type == LEDGER_CONFLICT:
                raise LedgerBroken(str(cause)) from error
            raise
        self._state = evolve(self._now_is, happening)

    def _show(self) -> None:
        lines = [
            f"- {one.opening.name} {one.window.label}：{len(one.owing)} 个单位待办，"
            f"{local(one.window.due):%Y-%m-%d %H:%M} 前"
            for one in self._now_is.standings
            if one.owing
        ]
        workflow.set_current_details("\n".join([f"### 排查计划 · {self._profile}", *lines[-40:]]))


async def ensure(client: Client, profile: str, task_queue: str) -> None:
    """Start the programme of a profile if it is not running. Raises ``RPCError`` when the engine is away."""
    await client.start_workflow(
        ProgrammeWorkflow.run,
        Start(profile=profile),
        id=id_of(profile),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        static_summary=f"排查计划 · {profile}",
    )


async def look_again(client: Client, profile: str) -> None:
    """Rules or a calendar were published; a programme that does not run yet learns them when it begins."""
    try:
        await client.get_workflow_handle(id_of(profile)).signal(LOOK_AGAIN)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
