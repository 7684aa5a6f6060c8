"""``qingling repair``: after a power cut, the side that lost its last steps gets them back from the other.

A ledger that is short gets what its history leads to, a history that is short catches up with its ledger. Sound
because nothing is decided anew: what is short has to be, entry for entry, the beginning of the other, and what the
history takes over is decided once more by the workflow and has to come to the recorded hashes. That it was taken
from the ledger stays in the history, under the identity of whoever ran this.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from audit.compare import compared
from audit.replay import Replayed, replayed
from audit.replays import each_of
from audit.sources import Histories
from domain.events import folded
from domain.library import LIBRARY
from domain.values import HazardId, Value
from storage import ledger, rulebooks
from storage.database import Database
from storage.errors import StorageError
from workflows.contract import CATCH_UP

_PATIENCE = timedelta(seconds=60)


class CannotRepair(StorageError):
    """Why nothing was mended, and what an operator does."""


class Repaired(Value):
    """How many entries each side got; none when both were alike."""

    to_ledger: int = 0
    to_history: int = 0


async def repair(
    database: Database, histories: Histories, hazard: HazardId, client: Client | None = None
) -> Repaired:
    """Mend what one hazard's ledger or history lacks; the latter needs a ``client`` and a worker.

    Raises :class:`CannotRepair`, :class:`audit.sources.NoHistory`, ``StorageUnavailable`` or ``RPCError``.
    """
    await database.read(rulebooks.load_into, LIBRARY)
    told = await histories.of(hazard)
    runs = [run async for run in replayed(each_of(told))]
    outcome = await database.read(compared, hazard, runs, told.sources)
    if outcome.identical:
        return Repaired()
    if outcome.behind:
        return Repaired(to_ledger=await _appended(database, runs, outcome.behind))
    if outcome.ahead:
        return Repaired(to_history=await _caught_up(client, hazard, outcome.ahead))
    raise CannotRepair(f"{hazard} {outcome.zh}；未作改动", f"{outcome.en}; nothing was changed")


async def _appended(database: Database, runs: Sequence[Replayed], behind: int) -> int:
    heard = [event for run in runs for event in run.events]
    await database.write(ledger.append, folded(None, heard), heard[-behind:])
    return behind


async def _caught_up(client: Client | None, hazard: HazardId, ahead: int) -> int:
    if client is None:
        raise CannotRepair(
            f"{hazard} 的台账比历史多 {ahead} 步，须由引擎补上；请连接引擎再试，不要加 --from archive",
            f"the ledger of {hazard} has {ahead} entries more than its history, which only Temporal can catch up "
            "with; reach it and try again without --from archive",
        )
    try:
        caught_up: int = await client.get_workflow_handle(hazard).execute_update(
            CATCH_UP, result_type=int, rpc_timeout=_PATIENCE
        )
        return caught_up
    except WorkflowUpdateFailedError as error:
        raise CannotRepair(
            f"{hazard} 台账多出的 {ahead} 步不能由此前各步推出，可能被人改动；请运行 qingling verify，未作改动",
            f"what the ledger of {hazard} has more does not follow from what is before it, somebody may have "
            f"written it ({error.cause}); run qingling verify; nothing was changed",
        ) from error
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise CannotRepair(
            f"{hazard} 的台账比历史多 {ahead} 步，而其流程已不在引擎中；请把引擎的数据库恢复到断电前，台账不会回退",
            f"the ledger of {hazard} has {ahead} entries more than its history, and its workflow is gone; restore "
            "Temporal's database to before the power cut, the ledger is never taken back",
        ) from error
