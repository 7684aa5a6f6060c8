"""``qingling repair``: a ledger that lost its last entries in a power cut gets them back from its own history.

Sound because nothing is decided here: the entries are those that the hazard's history leads to, and they are
appended only where everything that is recorded is, entry for entry, the beginning of them. The other way round,
a history that lost what the ledger has, cannot be mended by us: what is recorded stays recorded.
"""

from __future__ import annotations

from audit.compare import compared
from audit.replay import replayed
from audit.replays import each_of
from audit.sources import Histories
from domain.events import evolve
from domain.library import LIBRARY
from domain.state import Hazard
from domain.values import HazardId
from storage import ledger, rulebooks
from storage.database import Database
from storage.errors import StorageError


class CannotRepair(StorageError):
    """Why nothing was appended, and what an operator does."""


async def repair(database: Database, histories: Histories, hazard: HazardId) -> int:
    """Append what the ledger of one hazard lacks; returns how many entries that was, 0 when none.

    Raises :class:`CannotRepair`, :class:`audit.sources.NoHistory`, ``StorageUnavailable`` or ``RPCError``.
    """
    await database.read(rulebooks.load_into, LIBRARY)
    told = await histories.of(hazard)
    runs = [run async for run in replayed(each_of(told))]
    outcome = await database.read(compared, hazard, runs, told.sources)
    if outcome.identical:
        return 0
    if outcome.ahead:
        raise CannotRepair(
            f"{hazard} 的台账比历史多 {outcome.ahead} 步，是引擎丢了最后的记录；请把引擎的数据库恢复到断电前，台账不会回退",
            f"the ledger of {hazard} has {outcome.ahead} entries more than its history: Temporal lost its last "
            "commits; restore Temporal's database to before the power cut, the ledger is never taken back",
        )
    if not outcome.behind:
        raise CannotRepair(f"{hazard} {outcome.zh}；未作改动", f"{outcome.en}; nothing was changed")
    state: Hazard | None = None
    heard = [event for run in runs for event in run.events]
    for event in heard:
        state = evolve(state, event)
    assert state is not None
    await database.write(ledger.append, state, heard[-outcome.behind :])
    return outcome.behind
