"""Keeping: histories, ledgers and the rules they were decided under, out of Temporal's and the database's reach.

Each object is noted in the index, written, and confirmed, in that order; a manifest then lists it. Any step may
be the last before a power cut: the next sweep finds what was noted and not confirmed, and goes on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from activities.contract import Run, Seal
from audit import manifest, objects
from audit.code import code_version
from audit.coverage import GRACE, missing
from audit.keys import PublicKey, Signer, signer, trusted
from audit.store import AlreadyThere, NotThere, Store, open_store
from domain.values import HazardId, local
from settings import Settings
from storage import anchors, ledger
from storage import archive as index
from storage.archive import Kept, Kind, Sealed
from storage.database import Database
from storage.errors import StorageError
from workflows.contract import WORKFLOW

log = structlog.get_logger(__name__)

OLD = timedelta(days=180)
"""A run that has been open this long is copied while it goes on, and again every :data:`AGAIN`."""
AGAIN = timedelta(days=30)
_OVERLAP = timedelta(days=2)
"""Events are dated when they are decided; a record that had to wait comes this much later at most."""


class CannotKeep(StorageError):
    """An object that cannot be archived as it should. Trying again cannot mend it."""


def open_archive(settings: Settings, client: Client, database: Database) -> Archive:
    """The archive this deployment is set up with. Raises :class:`settings.SettingsError`."""
    own = signer(settings)
    return Archive(client, database, open_store(settings), own, trusted(settings))


class Archive:
    """The archive of one deployment, for whoever writes into it.

    Raises :class:`storage.errors.StorageUnavailable` or ``RPCError`` when the database, the archive or
    Temporal is away: the same call may succeed later.
    """

    def __init__(
        self,
        client: Client,
        database: Database,
        store: Store,
        signer: Signer,
        trusted: Sequence[PublicKey],
        *,
        grace: timedelta = GRACE,
    ) -> None:
        """``grace`` is how long a finished hazard may wait for being archived before it is called missing."""
        self._client = client
        self._database = database
        self._store = store
        self._signer = signer
        self._trusted = trusted
        self._grace = grace

    # -- what there is to keep ------------------------------------------------------------------------

    async def finished(self) -> list[Run]:
        """Finished runs that are not archived, those that leave Temporal first ahead."""
        await self._adopted()
        known = await self._database.read(index.runs)
        found = []
        async for run in self._client.list_workflows(
            f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus != 'Running'"
        ):
            if run.run_id not in known:
                found.append((run.close_time or _now(), Run(hazard=HazardId(run.id), run=run.run_id)))
        return [run for _, run in sorted(found, key=lambda pair: pair[0])]

    async def aging(self) -> list[Run]:
        """Runs that have been open for long and of which there is no copy of late."""
        copies: dict[str, datetime] = {}
        for kept in await self._database.read(index.of_kind, Kind.OPEN_HISTORY):
            copies[kept.run or ""] = max(kept.at, copies.get(kept.run or "", kept.at))
        before = (_now() - OLD).isoformat(timespec="seconds").replace("+00:00", "Z")
        query = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running' AND StartTime < '{before}'"
        return [
            Run(hazard=HazardId(run.id), run=run.run_id)
            async for run in self._client.list_workflows(query)
            if run.run_id not in copies or _now() - copies[run.run_id] > AGAIN
        ]

    # -- keeping --------------------------------------------------------------------------------------

    async def keep(self, run: Run) -> None:
        """Archive one run, the ledger of its hazard so far, and the rules that these name.

        Doing it again adds nothing. Raises :class:`CannotKeep`.
        """
        await self.recover()
        history = await self._history(run)
        about_run = await asyncio.to_thread(_about_run, run, history)
        pieces = [about_run, *await self._database.read(_about_ledger, run.hazard)]
        known = {kept.name: kept for kept in await self._database.read(index.with_names, _names(pieces))}
        new = [(kept, body) for kept, body in pieces if kept.name not in known]
        await self._database.write(index.plan, [kept for kept, _ in new])
        for kept, body in new:
            await asyncio.to_thread(self._put, kept, body)
        await self._database.write(index.stored, [kept.name for kept, _ in new])

    async def recover(self) -> list[str]:
        """Write what was noted before a crash and not confirmed; returns what cannot be written any more."""
        lost = []
        for kept in await self._database.read(index.unwritten):
            try:
                await self._finish(kept)
            except CannotKeep as error:
                lost.append(str(error))
        return lost

    async def _finish(self, kept: Kept) -> None:
        try:
            body = await asyncio.to_thread(self._store.get, kept.name)
        except NotThere:
            body = await self._body_again(kept)
            revised = kept.model_copy(update={"sha256": objects.sha256(body), "size": len(body)})
            await self._database.write(index.revise, revised)
            await asyncio.to_thread(self._put, revised, body)
        else:
            if objects.sha256(body) != kept.sha256:
                raise _conflict(kept)
        await self._database.write(index.stored, [kept.name])

    async def _body_again(self, kept: Kept) -> bytes:
        if kept.kind in (Kind.HISTORY, Kind.OPEN_HISTORY):
            history = await self._history(Run(hazard=kept.hazard or HazardId(""), run=kept.run or ""))
            if kept.kind is Kind.OPEN_HISTORY:
                history = WorkflowHistory(history.workflow_id, list(history.events)[: kept.events])
            return await asyncio.to_thread(objects.history_body, history)
        return await self._database.read(_stored_body, kept)

    async def _history(self, run: Run) -> WorkflowHistory:
        try:
            return await self._client.get_workflow_handle(run.hazard, run_id=run.run).fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            raise CannotKeep(
                f"{run.hazard} 的一段历史 {run.run} 已不在引擎中",
                f"Temporal no longer has run {run.run} of {run.hazard}",
            ) from error

    def _put(self, kept: Kept, body: bytes) -> None:
        try:
            self._store.put(kept.name, body)
        except AlreadyThere:
            if objects.sha256(self._store.get(kept.name)) != kept.sha256:
                raise _conflict(kept) from None

    # -- sealing --------------------------------------------------------------------------------------

    async def seal(self) -> Seal:
        """List what is new in a signed manifest, one a day at least, and say what the archive lacks."""
        lost = await self.recover()
        number = await self._seal()
        return Seal(manifest=number, missing=(*lost, *await self.missing()))

    async def missing(self) -> list[str]:
        """What the record has and the archive or Temporal lacks, one sentence each."""
        running = {
            run.id
            async for run in self._client.list_workflows(
                f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running'"
            )
        }
        standings = await self._database.read(lambda connection: list(index.standings(connection)))
        holdings = await self._database.read(index.holdings)
        return missing(standings, holdings, _now(), running=running, grace=self._grace)

    async def _seal(self) -> int | None:
        today = local(_now()).date().isoformat()
        while True:
            last = await self._adopted()
            number = last.number + 1 if last else 1
            entries = await self._database.read(index.unsealed)
            if last and last.day == today and not entries:
                return None
            await self._keep_heads(number, last)
            entries = await self._database.read(index.unsealed)
            previous = last.digest if last else ""
            file = manifest.sealed(number, today, previous, entries, self._signer)
            try:
                await asyncio.to_thread(self._store.put, manifest.name_of(number), file)
            except AlreadyThere:
                continue  # another process has sealed in the meantime: its manifest comes before ours
            await self._note(file)
            log.info("archive sealed", manifest=number, day=today, entries=len(entries))
            return number

    async def _adopted(self) -> Sealed | None:
        """The last manifest, after noting those that were written by whoever crashed before noting them."""
        while True:
            last = await self._database.read(index.last_manifest)
            number = last.number + 1 if last else 1
            try:
                file = await asyncio.to_thread(self._store.get, manifest.name_of(number))
            except NotThere:
                return last
            found = manifest.opened(file, self._trusted)
            if (found.number, found.previous) != (number, last.digest if last else ""):
                raise CannotKeep(
                    f"归档中的清单 {found.name} 与上一份不相衔接",
                    f"manifest {found.name} does not follow the last one",
                )
            await self._note(file)

    async def _note(self, file: bytes) -> None:
        found = manifest.opened(file, self._trusted)
        here = Sealed(found.number, found.day, manifest.digest_of(file))
        await self._database.write(index.sealed, here, found.root, found.entries)

    async def _keep_heads(self, number: int, last: Sealed | None) -> None:
        """Anchor where every ledger stands that has moved, and the chains beside it: an open hazard's past cannot be
        rewritten unseen, nor can the last entries of a log be taken away."""
        name = objects.heads_name(number)
        if await self._database.read(index.with_names, [name]):
            return  # written by a sweep that did not come to its manifest
        since = datetime.fromisoformat(f"{last.day}T00:00:00+08:00") - _OVERLAP if last else None
        heads = await self._database.read(index.heads_since, since)
        ends = await self._database.read(anchors.ends_since, since)
        if not heads and not ends:
            return
        body = objects.heads_body(heads, ends)
        kept = _about(name, Kind.HEADS, body, events=len(heads) + len(ends))
        await self._database.write(index.plan, [kept])
        await asyncio.to_thread(self._put, kept, body)
        await self._database.write(index.stored, [kept.name])


def _about_run(run: Run, history: WorkflowHistory) -> tuple[Kept, bytes]:
    status = objects.end_of(history)
    events = len(history.events)
    if status is None:
        name, kind = objects.open_history_name(run.hazard, run.run, events), Kind.OPEN_HISTORY
    else:
        name, kind = objects.history_name(run.hazard, run.run), Kind.HISTORY
    body = objects.history_body(history)
    kept = _about(
        name,
        kind,
        body,
        hazard=run.hazard,
        run=run.run,
        status=status,
        events=events,
        previous_run=objects.previous_run(history),
        next_run=objects.next_run(history),
    )
    return kept, body


def _about_ledger(connection: Connection, hazard: HazardId) -> list[tuple[Kept, bytes]]:
    """The part of a ledger that is not archived yet, and the texts of rules it is the first to name."""
    entries = ledger.events(connection, hazard, index.planned_up_to(connection, hazard))
    if not entries:
        return []
    said = [json.loads(entry.body) for entry in entries]
    rules = sorted({str(event["rules"]) for event in said})
    calendars = sorted({str(event["calendar"]) for event in said})
    body = objects.ledger_body(entries)
    first, last = entries[0].seq, entries[-1].seq
    kept = _about(
        objects.ledger_name(hazard, first, last),
        Kind.LEDGER,
        body,
        hazard=hazard,
        events=len(entries),
        first_seq=first,
        last_seq=last,
        rules=tuple(rules),
        calendars=tuple(calendars),
    )
    pieces = [(kept, body)]
    known = index.texts(connection)
    for digest in sorted({*rules, *calendars} - known):
        text = index.text_of(connection, digest)
        if text is None:
            raise CannotKeep(
                f"{hazard} 所依据的规则文本 {digest[:12]} 不在数据库中",
                f"the rules {digest[:12]} that {hazard} was decided under are not in the database",
            )
        if objects.sha256(text.encode()) != digest:
            raise CannotKeep(
                f"数据库中规则文本 {digest[:12]} 与其摘要不符",
                f"the stored text of {digest[:12]} is not the one its digest names",
            )
        pieces.append((_about(objects.rules_name(digest), Kind.RULES, text.encode()), text.encode()))
    return pieces


def _stored_body(connection: Connection, kept: Kept) -> bytes:
    """An object of the database's own, made again."""
    if kept.kind is Kind.LEDGER and kept.hazard and kept.first_seq and kept.last_seq:
        entries = ledger.events(
            connection, kept.hazard, kept.first_seq - 1, kept.last_seq - kept.first_seq + 1
        )
        return objects.ledger_body(entries)
    if kept.kind is Kind.RULES:
        text = index.text_of(connection, kept.name.rpartition("/")[2].removesuffix(".json"))
        return (text or "").encode()
    return objects.heads_body(index.heads_since(connection, None), anchors.ends_since(connection, None))


def _about(name: str, kind: Kind, body: bytes, **more: object) -> Kept:
    return Kept.model_validate(
        {
            "name": name,
            "kind": kind,
            "sha256": objects.sha256(body),
            "size": len(body),
            "at": local(_now()).replace(microsecond=0),
            "code": code_version(),
            **more,
        }
    )


def _names(pieces: Sequence[tuple[Kept, bytes]]) -> list[str]:
    return [kept.name for kept, _ in pieces]


def _conflict(kept: Kept) -> CannotKeep:
    return CannotKeep(
        f"归档中已有另一份 {kept.name}，内容不同，未予覆盖",
        f"the archive holds another {kept.name} with other content; it was not overwritten",
    )


def _now() -> datetime:
    return datetime.now(UTC)
