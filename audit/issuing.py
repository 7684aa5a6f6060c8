"""Dossiers made for whoever may have one: as PDF, and with all that proves it as a zip."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.service import RPCError

from audit.bundle import bundle
from audit.casefile import CaseFile
from audit.dossier import Papers, printed
from audit.inclusion import Inclusion, inclusion
from audit.keys import trusted
from audit.sources import Histories, NoHistory, Source
from audit.store import Store
from domain.values import HazardId
from settings import Settings
from storage.database import Database
from storage.errors import StorageUnavailable


@dataclass(frozen=True)
class Issued:
    papers: Papers
    pdf: bytes
    zip: bytes | None = None
    lacks: tuple[str, ...] = ()
    """What the zip would hold and could not be had, and why: one sentence each."""


class Dossiers:
    """Makes dossiers, one at a time, for printing takes a core for a second; in threads, off the event loop."""

    def __init__(self, client: Client, database: Database, store: Store, settings: Settings) -> None:
        """``client`` may be a lazy one: without the server there is still the archive."""
        self._client = client
        self._database = database
        self._store = store
        self._settings = settings
        self._turn = asyncio.Lock()

    async def issue(self, case: CaseFile, *, packed: bool) -> Issued:
        """The PDF, and when ``packed`` the zip. Raises :class:`documents.fonts.NoChineseFont`."""
        async with self._turn:
            papers = await asyncio.to_thread(case.papers, self._database, datetime.now(UTC))
            pdf = await asyncio.to_thread(printed, papers)
            if not packed:
                return Issued(papers, pdf)
            histories, why = await self._histories(case.hazard)
            kept = await asyncio.to_thread(self._inclusion, case)
            made = await asyncio.to_thread(
                bundle, papers, case.entries, histories, kept.proof, pdf, kept.objects
            )
            return Issued(papers, pdf, made, (*why, *kept.lacks))

    async def _histories(self, hazard: HazardId) -> tuple[list[str], list[str]]:
        """Every run, the first one ahead, as JSON: the server's, or the archive's when it is away or has forgotten."""
        why: list[str] = []
        for source in (Source.AUTO, Source.ARCHIVE):
            try:
                told = await Histories(self._client, self._database, self._store, source).of(hazard)
            except (NoHistory, StorageUnavailable) as error:
                why = [str(error)]
            except (RPCError, RuntimeError) as error:  # the client's word for a server that is not there
                if isinstance(error, RuntimeError) and "connect" not in str(error).lower():
                    raise
            else:
                return [history.to_json() for history in told.histories], []
        return [], why

    def _inclusion(self, case: CaseFile) -> Inclusion:
        rules = {digest for step in case.steps for digest in (step.event.rules, step.event.calendar)}
        try:
            return inclusion(self._database, self._store, trusted(self._settings), case.hazard, rules)
        except StorageUnavailable as error:
            return Inclusion(lacks=(str(error),))
