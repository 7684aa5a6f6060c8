"""The archive takes in what is finished, loses nothing in a crash, and says what is missing."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import (
    ScheduleActionExecutionStartWorkflow,
    ScheduleOverlapPolicy,
    WorkflowFailureError,
    WorkflowHistory,
)
from temporalio.exceptions import ApplicationError

from activities.contract import Run
from audit import manifest
from audit.findings import Part
from audit.holdings import Inspection
from audit.keys import Signer
from audit.store import Folder, Store
from audit.verify import verify, verify_archive
from domain.values import HazardId, local
from storage import archive as index
from storage import ledger
from storage.archive import Kind
from storage.database import Database
from tests.audit.conftest import SIGNER, Past, sweep
from tests.audit.lives import life
from worker import build
from workflows import schedules
from workflows.archive import INCOMPLETE, ArchiveWorkflow, Sweep, Swept

KEYS = [SIGNER.public]


@contextmanager
def database_at(url: str) -> Iterator[Database]:
    database = Database.connect(url)
    try:
        yield database
    finally:
        database.close()


@pytest.mark.requirement("REG-08")
async def test_what_is_finished_is_archived_with_its_ledger_and_its_rules(
    past: Past, store: Store, tmp_path: Path
) -> None:
    with database_at(past.copy(tmp_path)) as database:
        sealed = await sweep(past.archive(database, store))
        assert (sealed.manifest, sealed.missing) == (1, ())
        kept = manifest.opened(store.get(manifest.name_of(1)), KEYS).entries
        assert {entry.hazard for entry in kept if entry.kind is Kind.HISTORY} == {past.closed, past.long}
        assert len([entry for entry in kept if entry.hazard == past.long and entry.kind is Kind.HISTORY]) >= 3
        events = database.read_now(ledger.events, past.closed)
        assert {event.event.rules for event in events} | {event.event.calendar for event in events} <= {
            entry.name[6:-5] for entry in kept if entry.kind is Kind.RULES
        }
        (entry,) = [entry for entry in kept if entry.hazard == past.closed and entry.kind is Kind.LEDGER]
        lines = [json.loads(line) for line in gzip.decompress(store.get(entry.name)).splitlines()]
        assert [line["hash"] for line in lines] == [event.hash for event in events]
        for entry in kept:
            body = store.get(entry.name)
            assert (hashlib.sha256(body).hexdigest(), len(body)) == (entry.sha256, entry.size)
        assert verify_archive(store, KEYS).findings == ()


async def test_an_archived_history_is_what_temporals_pages_import(past: Past, tmp_path: Path) -> None:
    """The JSON of ``temporal workflow show --output json``: ``{"events": [{"eventId", "eventTime", …}]}``."""
    store = Folder(tmp_path / "archive")
    with database_at(past.copy(tmp_path)) as database:
        await sweep(past.archive(database, store))
    (name,) = [name for name in store.names() if past.closed in name and "history" in name]
    text = gzip.decompress(store.get(name)).decode()
    events = json.loads(text)["events"]
    assert [event["eventId"] for event in events] == [str(n) for n in range(1, len(events) + 1)]
    assert events[0]["eventType"] == "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"
    assert all(event["eventTime"].endswith("Z") for event in events)
    live = await past.at.client.get_workflow_handle(past.closed).fetch_history()
    assert list(WorkflowHistory.from_json(past.closed, text).events) == list(live.events)
    shown = await shown_by_temporal(past, past.closed)
    assert [event["eventType"] for event in shown["events"]] == [event["eventType"] for event in events]
    assert shown["events"][0].keys() == events[0].keys()


async def shown_by_temporal(past: Past, hazard: HazardId) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "temporal"),
        *("workflow", "show", "-w", hazard, "--output", "json"),
        *("--address", past.at.client.service_client.config.target_host, "-n", past.at.client.namespace),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    found: dict[str, Any] = json.loads(out)
    return found


async def test_a_second_sweep_adds_nothing(past: Past, tmp_path: Path) -> None:
    store = Folder(tmp_path / "archive")
    with database_at(past.copy(tmp_path)) as database:
        await sweep(past.archive(database, store))
        before = sorted(store.names())
        assert (await sweep(past.archive(database, store))).manifest is None
        assert sorted(store.names()) == before


async def test_a_database_restored_from_a_backup_finds_its_way_back(past: Past, tmp_path: Path) -> None:
    store = Folder(tmp_path / "archive")
    (tmp_path / "old").mkdir()
    old = past.copy(tmp_path / "old")
    with database_at(past.copy(tmp_path)) as database:
        await sweep(past.archive(database, store))
    with database_at(old) as database:
        sealed = await sweep(past.archive(database, store))
        assert sealed.missing == ()
    assert verify(old, store, KEYS, grace=-timedelta(days=36500)).findings == ()


async def test_an_open_hazard_can_be_copied_while_it_goes_on(past: Past, tmp_path: Path) -> None:
    store = Folder(tmp_path / "archive")
    with database_at(past.copy(tmp_path)) as database:
        archive = past.archive(database, store)
        run = (await past.at.client.get_workflow_handle(past.open).describe()).run_id
        await archive.keep(Run(hazard=past.open, run=run))
        await archive.keep(Run(hazard=past.open, run=run))
        await archive.seal()
        kinds = [entry.kind for entry in database.read_now(index.of_hazard, past.open)]
    assert sorted(kinds) == [Kind.LEDGER, Kind.OPEN_HISTORY]
    assert verify_archive(store, KEYS).findings == ()


# -- crashes ---------------------------------------------------------------------------------------------


class Crash(Exception):
    """The power goes."""


class Failing:
    """Counts down the steps of somebody who writes, and stops one just after it: before the next is no other case."""

    def __init__(self, inner: Any, steps: list[int]) -> None:
        self._inner, self._steps = inner, steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def put(self, name: str, body: bytes) -> None:
        self._inner.put(name, body)
        self._step()

    async def write(self, *args: Any) -> Any:
        done = await self._inner.write(*args)
        self._step()
        return done

    def _step(self) -> None:
        self._steps[0] -= 1
        if self._steps[0] == 0:
            raise Crash


async def test_a_crash_after_any_step_loses_nothing_and_writes_nothing_twice(
    past: Past, tmp_path: Path
) -> None:
    steps, crashed = 0, True
    while crashed:
        steps += 1
        folder = tmp_path / str(steps)
        folder.mkdir()
        store = Folder(folder / "archive")
        with database_at(past.copy(folder)) as database:
            left = [steps]
            try:
                await sweep(past.archive(Failing(database, left), Failing(store, left)))
                crashed = False
            except Crash:
                pass
            sealed = await sweep(past.archive(database, store))
            assert sealed.missing == (), steps
            assert [*database.read_now(index.unwritten), *database.read_now(index.unsealed)] == []
            inspection = Inspection(store, KEYS)
            assert list(inspection.findings()) == [], steps
            assert inspection.found.links.keys() == {past.closed, past.long}
    assert steps > 20


async def test_two_sweeps_at_once_do_not_lose_each_others_work(past: Past, tmp_path: Path) -> None:
    store = Folder(tmp_path / "archive")
    with database_at(past.copy(tmp_path)) as database:
        results = await asyncio.gather(
            *(sweep(past.archive(database, store)) for _ in range(3)), return_exceptions=True
        )
        assert not [result for result in results if isinstance(result, BaseException)], results
        assert (await sweep(past.archive(database, store))).missing == ()
    assert verify_archive(store, KEYS).findings == ()


# -- every night -----------------------------------------------------------------------------------------


@pytest.mark.requirement("REG-08")
async def test_the_nightly_workflow_archives_and_fails_aloud_when_something_is_missing(
    past: Past, tmp_path: Path
) -> None:
    store = Folder(tmp_path / "archive")
    with database_at(past.copy(tmp_path)) as database:
        queue = f"archive-{tmp_path.name}"
        keeper = past.archive(database, store)
        async with build(past.at.client, database, queue, keeper=keeper):

            async def night(name: str) -> Swept:
                return await past.at.client.execute_workflow(
                    ArchiveWorkflow.run, Sweep(), id=name, task_queue=queue
                )

            assert await night("first") == Swept(kept=await finished_runs(past), manifest=1)
            assert await night("second") == Swept(kept=0, manifest=None)
            # a hazard that the record has closed and Temporal never ran
            for number in (904, 909):
                state, events = life(number)
                database.write_now(ledger.append, state, events)
            with pytest.raises(WorkflowFailureError) as failed:
                await night("third")
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == INCOMPLETE
    assert "QP-2026-000904" in str(cause) and "QP-2026-000909" in str(cause)


async def finished_runs(past: Past) -> int:
    return len(
        [
            run
            async for run in past.at.client.list_workflows(
                "WorkflowType = 'Hazard' AND ExecutionStatus != 'Running'"
            )
        ]
    )


async def test_the_schedule_is_made_once_and_runs_the_sweep(past: Past) -> None:
    client = past.at.client
    for _ in range(2):
        await schedules.prepare(client, past.at.settings.task_queue)
    handle = client.get_schedule_handle(schedules.ARCHIVE_SCHEDULE)
    described = await handle.describe()
    assert described.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert described.schedule.policy.catchup_window == timedelta(days=7)
    (upcoming, *_) = described.info.next_action_times
    assert local(upcoming).strftime("%H:%M") == "01:30"
    await handle.pause(note="maintenance")
    await schedules.prepare(client, past.at.settings.task_queue)
    assert (await handle.describe()).schedule.state.paused, "what an operator paused stays paused"
    await handle.trigger()
    while not (actions := (await handle.describe()).info.recent_actions):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    started = actions[0].action
    assert isinstance(started, ScheduleActionExecutionStartWorkflow)
    swept = client.get_workflow_handle(started.workflow_id, run_id=started.first_execution_run_id)
    assert (await swept.result())["kept"] >= 4
    await handle.delete()


# -- what was changed in the archive ---------------------------------------------------------------------


@dataclass
class Spoilt:
    """An archive in a folder with three manifests, and the record it was made from."""

    folder: Path
    url: str

    @property
    def store(self) -> Folder:
        return Folder(self.folder)

    def overwrite(self, name: str, body: bytes) -> None:
        (self.folder / name).chmod(0o600)
        (self.folder / name).write_bytes(body)

    def findings(self) -> list[tuple[Part, str]]:
        """Of the archive beside the record, and the same of the archive alone."""
        whole = verify(self.url, self.store, KEYS, grace=timedelta(days=36500))
        return [(finding.part, finding.where) for finding in whole.findings]

    def alone(self) -> list[tuple[Part, str]]:
        return [(finding.part, finding.where) for finding in verify_archive(self.store, KEYS).findings]

    def named(self, kind: str) -> str:
        return sorted(name for name in self.store.names() if kind in name)[0]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Spoilt:
    folder = tmp_path_factory.mktemp("made")
    url = past.copy(folder)
    with database_at(url) as database:
        archive = past.archive(database, Folder(folder / "archive"))
        for run in await archive.finished():
            await archive.keep(run)
            await archive.seal()
    return Spoilt(folder / "archive", url)


@pytest.fixture
def spoilt(made: Spoilt, tmp_path: Path) -> Spoilt:
    shutil.copytree(made.folder, tmp_path / "archive")
    shutil.copy(made.url.removeprefix("sqlite:///"), tmp_path / "copy.db")
    return Spoilt(tmp_path / "archive", f"sqlite:///{tmp_path / 'copy.db'}")


def test_an_untouched_archive_has_no_finding(spoilt: Spoilt) -> None:
    assert spoilt.findings() == [] == spoilt.alone()


@pytest.mark.requirement("REG-08")
def test_a_history_replaced_by_an_older_one_is_found(spoilt: Spoilt) -> None:
    names = sorted(name for name in spoilt.store.names() if name.endswith("history.json.gz"))
    spoilt.overwrite(names[-1], spoilt.store.get(names[0]))
    assert spoilt.findings() == [(Part.ARCHIVE, names[-1])] == spoilt.alone()


def test_an_object_taken_away_or_added_is_found(spoilt: Spoilt) -> None:
    name = spoilt.named("ledger-")
    (spoilt.folder / name).unlink()
    spoilt.store.put("hazards/QP-2026-000001/extra.history.json.gz", b"x")
    assert spoilt.alone() == [
        (Part.ARCHIVE, "hazards/QP-2026-000001/extra.history.json.gz"),
        (Part.ARCHIVE, name),
    ]


@pytest.mark.requirement("REG-08")
def test_a_manifest_replaced_by_an_older_one_is_found(spoilt: Spoilt) -> None:
    spoilt.overwrite(manifest.name_of(3), spoilt.store.get(manifest.name_of(2)))
    assert (Part.MANIFEST, manifest.name_of(3)) in spoilt.findings()
    assert (Part.MANIFEST, manifest.name_of(3)) in spoilt.alone()


def test_a_manifest_altered_by_one_byte_is_found(spoilt: Spoilt) -> None:
    file = spoilt.store.get(manifest.name_of(2))
    spoilt.overwrite(manifest.name_of(2), file.replace(b'"size":', b'"size":1', 1))
    assert (Part.MANIFEST, manifest.name_of(2)) in spoilt.alone()


def test_a_manifest_forged_with_another_key_is_found(spoilt: Spoilt) -> None:
    opened = manifest.opened(spoilt.store.get(manifest.name_of(1)), KEYS)
    forger = Signer(bytes(32))
    spoilt.overwrite(manifest.name_of(1), manifest.sealed(1, opened.day, "", opened.entries[1:], forger))
    (first, *_) = verify_archive(spoilt.store, KEYS).findings
    assert first.part is Part.MANIFEST and "not trusted" in first.en


def test_an_archive_taken_back_to_yesterday_is_missed_by_the_record(spoilt: Spoilt) -> None:
    """Consistent in itself: only whoever remembers the later manifest can tell."""
    last = max(name for name in spoilt.store.names() if name.startswith("manifests/"))
    for kept in manifest.opened(spoilt.store.get(last), KEYS).entries:
        (spoilt.folder / kept.name).unlink()
    (spoilt.folder / last).unlink()
    assert spoilt.alone() == []
    assert spoilt.findings() == [(Part.MANIFEST, last)]


@pytest.mark.requirement("REG-08")
def test_a_ledger_rewritten_from_its_first_entry_differs_from_what_was_archived(
    spoilt: Spoilt, past: Past
) -> None:
    """Every hash right, every column and the read model in step: only the archive knows better."""
    with database_at(spoilt.url) as database:
        entries = database.read_now(ledger.events, past.open)
        event = entries[0].event
        place = event.command.model_copy(update={"place": "别处"})
        forged = event.model_copy(update={"command": place}).sealed("")
    with sqlite3.connect(spoilt.url.removeprefix("sqlite:///")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE ledger SET body = ?, hash = ? WHERE hazard_id = ? AND seq = 1",
            (forged.body, forged.hash, past.open),
        )
        connection.execute("DELETE FROM ledger WHERE hazard_id = ? AND seq > 1", (past.open,))
    connection.close()
    where = [where for part, where in spoilt.findings() if part is Part.LEDGER]
    assert where == [f"{past.open} 第{entries[-1].seq}步"]


def test_a_manifest_can_be_checked_with_openssl_alone(spoilt: Spoilt, tmp_path: Path) -> None:
    first, second = spoilt.store.get(manifest.name_of(1)).splitlines()
    (tmp_path / "text").write_bytes(first)
    (tmp_path / "signature").write_bytes(base64.b64decode(json.loads(second)["signature"]))
    (tmp_path / "key.pem").write_bytes(SIGNER.public.pem)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "text"]
    checked = subprocess.run(
        [*command, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, text=True
    )
    assert "Signature Verified Successfully" in checked.stdout, checked.stderr
