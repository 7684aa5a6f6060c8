"""Which rulebook and calendar new hazards of a profile start under, kept in step with the database."""

from __future__ import annotations

import asyncio
import time

from domain.library import Library
from domain.refusal import refuse
from domain.values import Digest
from storage import rulebooks
from storage.database import Database

FRESH_SECONDS = 5.0


class Current:
    """The published rules, read at most every few seconds; the library gets what is new."""

    def __init__(self, database: Database, library: Library) -> None:
        self._database = database
        self._library = library
        self._found: dict[str, Digest] = {}
        self._calendar: Digest | None = None
        self._read_at = 0.0
        self._one = asyncio.Lock()

    async def rules(self, profile: str) -> tuple[Digest, Digest]:
        """Digests of the profile's rulebook and of the calendar. Raises ``Refusal`` 404 for no such profile."""
        async with self._one:
            if time.monotonic() - self._read_at > FRESH_SECONDS or profile not in self._found:
                await self.refresh()
        if profile not in self._found or self._calendar is None:
            raise refuse(
                404,
                "no-such-profile",
                "INT-01",
                f"没有已发布的区级配置“{profile}”，请先运行 qingling migrate",
                f"no profile {profile!r} is published; run qingling migrate",
            )
        return self._found[profile], self._calendar

    async def profiles(self) -> tuple[str, ...]:
        """The profiles that are published, by key."""
        async with self._one:
            if time.monotonic() - self._read_at > FRESH_SECONDS:
                await self.refresh()
        return tuple(sorted(self._found))

    async def refresh(self) -> None:
        """Load what has been published since, and note what is current."""
        await self._database.read(rulebooks.load_into, self._library)
        self._found = await self._database.read(rulebooks.current_books)
        self._calendar = await self._database.read(rulebooks.current_calendar)
        self._read_at = time.monotonic()
