"""A replay leads to the record, entry by entry; what does not follow from the history is named with both sides."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory

from audit import objects, replays
from audit.compare import Outcome
from audit.repair import CannotRepair, Repaired, repair
from audit.replays import Replays, replay_all
from audit.sources import Histories, Source, Told
from audit.store import Folder
from domain.commands import Order
from domain.events import Event, chain_hash
from domain.values import HazardId
from settings import load_settings
from storage import ledger
from storage.database import Database
from tests import seats
from tests.audit.conftest import Past, sweep
from tests.audit.golden import Golden, recorded
from tests.engine.test_lifecycle import registered
from tests.server import District, district
from tests.storage.test_parallel import dies
from workflows.contract import WORKFLOW, Start
from workflows.hazard import Decision, HazardWorkflow


@pytest.fixture
def database(fresh: Callable[[], str]) -> Iterator[Database]:
    database = Database.connect(fresh())
    yield database
    database.close()


@pytest.fixture
def golden(database: Database) -> Golden:
    return Golden(database)


async def outcomes(
    database: Database, histories: object, *hazards: HazardId, code: type = HazardWorkflow
) -> list[Outcome]:
    replays = Replays(database, histories, workflow=code)
    return [outcome async for outcome in replays.all(list(hazards))]


def spoil(database: Database, statement: str, *values: object) -> None:
    """As somebody would who has the file."""

    def change(connection: object) -> None:
        driver: sqlite3.Connection = connection.connection.driver_connection
        names = driver.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            driver.execute(f"DROP TRIGGER {name}")
        assert driver.execute(statement, values).rowcount > 0

    database.write_now(change)


# -- identical -------------------------------------------------------------------------------------------


@pytest.mark.requirement("REG-08")
async def test_histories_of_released_versions_lead_to_their_ledgers_and_their_read_model(
    database: Database, golden: Golden
) -> None:
    found = await outcomes(database, golden, *golden.names)
    assert [outcome.line for outcome in found if not outcome.identical] == []
    assert len(found) >= 7 and max(outcome.runs for outcome in found) >= 2
    assert sum(outcome.entries for outcome in found) > 90


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize("source", [Source.SERVER, Source.ARCHIVE, Source.AUTO])
async def test_a_hazard_replays_from_the_server_and_from_the_archive_alike(
    past: Past, tmp_path: Path, source: Source
) -> None:
    store = Folder(tmp_path / "archive")
    database = Database.connect(past.copy(tmp_path))
    await sweep(past.archive(database, store))
    client = None if source is Source.ARCHIVE else past.at.client
    found = await outcomes(database, Histories(client, database, store, source), past.closed, past.long)
    database.close()
    assert [outcome.line for outcome in found if not outcome.identical] == []
    where = Source.ARCHIVE if source is Source.ARCHIVE else Source.SERVER
    assert {each for outcome in found for each in outcome.sources} == {where}
    assert found[1].runs >= 3


async def test_an_open_hazard_replays_up_to_now(past: Past) -> None:
    histories = Histories(past.at.client, past.at.database, Folder(Path("none")), Source.AUTO)
    (found,) = await outcomes(past.at.database, histories, past.open)
    assert found.identical, found.line


async def test_a_hazard_of_which_nothing_is_left_is_named(past: Past, tmp_path: Path) -> None:
    histories = Histories(None, past.at.database, Folder(tmp_path), Source.ARCHIVE)
    (found,) = await outcomes(past.at.database, histories, past.open)
    assert not found.identical and "neither on the server nor archived" in found.en


async def test_an_archived_history_that_was_replaced_is_not_replayed(past: Past, tmp_path: Path) -> None:
    store = Folder(tmp_path / "archive")
    database = Database.connect(past.copy(tmp_path))
    await sweep(past.archive(database, store))
    mine, other = (
        sorted(name for name in store.names() if hazard in name and "history" in name)[0]
        for hazard in (past.closed, past.long)
    )
    (tmp_path / "archive" / mine).unlink()
    store.put(mine, store.get(other))
    (found,) = await outcomes(database, Histories(None, database, store, Source.ARCHIVE), past.closed)
    database.close()
    assert not found.identical and "replaced or altered" in found.en


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "not gzip"),
        ("[1]", "not a dictionary"),
        ('{"events": 7}', "does not have iterable 'events'"),
        ('{"events": [{"eventId": []}]}', "no history of a workflow"),
        ('{"events": []}', "a history without events"),
        ('{"events": [{"eventId": "1", "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"}]}', "missing"),
        ('{"events": [{"eventId": "2", "eventType": "EVENT_TYPE_WORKFLOW_TASK_SCHEDULED"}]}', "missing"),
    ],
)
async def test_an_object_that_is_no_history_is_one_hazard_s_finding_and_ends_nothing(
    past: Past, tmp_path: Path, text: str | None, said: str
) -> None:
    """Whoever can write the archive and its index can make the hash hold."""
    store = Folder(tmp_path / "archive")
    database = Database.connect(past.copy(tmp_path))
    await sweep(past.archive(database, store))
    mine = next(name for name in store.names() if past.closed in name and "history" in name)
    body = objects.packed(text) if text is not None else b"no gzip"
    (tmp_path / "archive" / mine).unlink()
    store.put(mine, body)
    spoil(
        database,
        "UPDATE archived SET entry = json_set(entry, '$.sha256', ?) WHERE name = ?",
        objects.sha256(body),
        mine,
    )
    histories = Histories(None, database, store, Source.ARCHIVE)
    found = {each.hazard: each for each in await outcomes(database, histories, past.closed, past.long)}
    database.close()
    assert said in found[past.closed].en and not found[past.closed].identical
    assert found[past.long].identical, found[past.long].line


async def test_what_nobody_foresaw_is_one_hazard_s_finding_too(database: Database, golden: Golden) -> None:
    class Falls:
        async def of(self, hazard: HazardId) -> Told:
            if hazard == second:
                raise ZeroDivisionError("of all things")
            return await golden.of(hazard)

    first, second, third = list(golden.names)[:3]
    found = {each.hazard: each for each in await outcomes(database, Falls(), first, second, third)}
    assert found[first].identical and found[third].identical
    assert "ZeroDivisionError: of all things" in found[second].en


def test_a_hazard_that_kills_the_process_that_replays_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "replay_some", dies)
    hazards = [HazardId("QP-2026-000001"), HazardId("QP-2026-000002")]
    parts = list(replay_all(load_settings(), hazards, source=Source.SERVER, jobs=2))
    found = {outcome.hazard: outcome for _, some in parts for outcome in some}
    assert sum(count for count, _ in parts) == 2 and set(found) == set(hazards)
    assert all("was killed" in outcome.en and not outcome.identical for outcome in found.values())


@pytest.mark.parametrize("begun", [False, True])
async def test_what_was_sent_and_not_yet_taken_up_is_no_difference(
    client: Client, tmp_path: Path, begun: bool
) -> None:
    """A signal waits while no worker runs, or one has died over it: the history has it, the record does not yet."""
    async with district(client, tmp_path) as at:
        hazard = await registered(at)
    database = Database.connect(at.settings.database_url.get_secret_value())
    order = Order(
        key="while-nobody-works",
        actor=seats.DESK.actor,
        command=at.command("assign", target=seats.STREET),
    )
    await at.client.get_workflow_handle(hazard).signal("assign", order)
    histories = Histories(at.client, database, Folder(tmp_path), Source.SERVER)
    told = await histories.of(hazard)
    if begun:
        _begin_the_last_task(told.histories[-1])

    class Once:
        async def of(self, _: HazardId) -> Told:
            return told

    (found,) = await outcomes(database, Once(), hazard)
    database.close()
    assert any(
        event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
        for event in told.histories[-1].events[-3:]
    ), "the server has taken it"
    assert found.identical, found.line


def _begin_the_last_task(history: WorkflowHistory) -> None:
    """As the server notes it when a worker has fetched the task."""
    last = history.events[-1]
    assert last.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
    begun = type(last)(
        event_id=last.event_id + 1,
        event_time=last.event_time,
        event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    )
    begun.workflow_task_started_event_attributes.scheduled_event_id = last.event_id
    history.events.append(begun)


def test_many_hazards_replay_in_processes_of_their_own(past: Past, qingpu: District) -> None:
    settings = load_settings(
        var_dir=qingpu.settings.var_dir,
        database_url=qingpu.settings.database_url,
        temporal_address=qingpu.client.service_client.config.target_host,
        temporal_namespace=qingpu.client.namespace,
    )
    parts = list(replay_all(settings, past.all, source=Source.SERVER, jobs=2))
    found = [outcome for _, some in parts for outcome in some]
    assert sum(count for count, _ in parts) == 3 and len(parts) >= 2
    assert {outcome.hazard for outcome in found if outcome.identical} == set(past.all)


# -- not identical ---------------------------------------------------------------------------------------


def victim(golden: Golden) -> HazardId:
    return next(hazard for hazard, name in golden.names.items() if name == "hotline-to-archive")


@pytest.mark.requirement("REG-08")
async def test_an_entry_rewritten_with_its_whole_chain_is_named_with_both_sides(
    database: Database, golden: Golden
) -> None:
    """The forger knows how to seal: every hash is right, and only the history tells otherwise."""
    hazard = victim(golden)
    entries = database.read_now(ledger.events, hazard)
    prev = entries[0].hash
    for entry in entries[1:]:
        body = entry.body.replace("handler-1", "handler-9")
        own = chain_hash(prev, body)
        spoil(
            database,
            "UPDATE ledger SET body = ?, prev_hash = ?, hash = ? WHERE hazard_id = ? AND seq = ?",
            *(body, prev, own, hazard, entry.seq),
        )
        prev = own
    (found,) = await outcomes(database, golden, hazard)
    difference = found.difference
    assert not found.identical and difference is not None
    seq = next(entry.seq for entry in entries if "handler-1" in entry.body)
    assert (difference.seq, "handler-9" in difference.recorded, "handler-1" in difference.replayed) == (
        seq,
        True,
        True,
    )
    assert difference.what in found.line


async def test_a_read_model_row_changed_by_hand_is_found_by_a_replay_too(
    database: Database, golden: Golden
) -> None:
    hazard = victim(golden)
    spoil(database, "UPDATE hazards SET state = 'REMEDIATING' WHERE id = ?", hazard)
    (found,) = await outcomes(database, golden, hazard)
    assert not found.identical and "state" in found.en
    assert found.difference and found.difference.what == "read-model"


@workflow.defn(name=WORKFLOW)
class Restless(HazardWorkflow):
    """Code that does another thing than it did: it waits a second before it begins."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Start) -> str:
        await workflow.sleep(timedelta(seconds=1))
        return await super().run(start)


@workflow.defn(name=WORKFLOW)
class Forgetful(HazardWorkflow):
    """Code whose decisions say less than they did, with the very same commands to Temporal."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Start) -> str:
        return await super().run(start)

    async def _commit(self, decision: Decision) -> None:
        def forgetting(now: datetime) -> tuple[Event, ...]:
            said = decision(now)
            return tuple(event.model_copy(update={"row": None}).sealed(event.prev) for event in said)

        await super()._commit(forgetting)


@pytest.mark.requirement("REG-08")
async def test_code_that_is_not_deterministic_any_more_is_found(database: Database, golden: Golden) -> None:
    found = await outcomes(database, golden, *golden.names, code=Restless)
    assert not any(outcome.identical for outcome in found)
    assert all("does not replay" in outcome.en and "TMPRL1100" in outcome.en for outcome in found)


@pytest.mark.requirement("REG-08")
async def test_code_that_decides_otherwise_is_found_with_the_field_that_differs(
    database: Database, golden: Golden
) -> None:
    (found,) = await outcomes(database, golden, victim(golden), code=Forgetful)
    difference = found.difference
    assert not found.identical and difference is not None
    said = json.loads(database.read_now(ledger.events, victim(golden))[difference.seq - 1].body)
    assert difference.what == "row" and difference.recorded == said["row"]
    assert difference.replayed == "（无 nothing）"


# -- after a power cut -----------------------------------------------------------------------------------


async def test_a_ledger_that_lost_its_last_entries_gets_them_back_from_its_history(
    database: Database,
) -> None:
    cut = Golden(database, entries={"hotline-to-archive": 5})
    hazard = victim(cut)
    whole = recorded("hotline-to-archive")
    (found,) = await outcomes(database, cut, hazard)
    assert found.behind == len(whole) - 5 and "qingling repair" in found.en

    assert await repair(database, cut, hazard) == Repaired(to_ledger=len(whole) - 5)

    assert database.read_now(ledger.verify, hazard) == []
    assert [entry.hash for entry in database.read_now(ledger.events, hazard)] == [
        event.hash for event in whole
    ]
    assert await repair(database, cut, hazard) == Repaired()


async def test_a_ledger_that_contradicts_its_history_is_not_repaired(
    database: Database, golden: Golden
) -> None:
    hazard = victim(golden)
    spoil(database, "UPDATE ledger SET hash = 'x' WHERE hazard_id = ? AND seq = 3", hazard)
    with pytest.raises(CannotRepair, match="nothing was changed"):
        await repair(database, golden, hazard)


async def test_a_history_that_lost_what_the_ledger_has_is_not_mended_without_its_server(
    database: Database,
) -> None:
    cut = Golden(database, runs={"long-life-in-several-runs": 1})
    hazard = next(hazard for hazard, name in cut.names.items() if name == "long-life-in-several-runs")
    before = database.read_now(ledger.events, hazard)
    with pytest.raises(CannotRepair, match="only Temporal can catch up"):
        await repair(database, cut, hazard)
    assert database.read_now(ledger.events, hazard) == before
