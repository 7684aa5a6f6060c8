"""Telling a wall display that something has changed; it fetches its page anew itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from storage.errors import StorageError
from storage.readmodel import Filters, Order
from web.visit import Visit

LOOK_SECONDS = 3.0
"""How often the record is asked for its latest change."""
LONGEST_SECONDS = 3600
"""After which a browser asks again, and shows again that it may."""


async def events(visit: Visit) -> Response:
    return EventSourceResponse(_changes(visit), ping=30)


async def _changes(visit: Visit) -> AsyncIterator[ServerSentEvent]:
    seen = await _latest(visit)
    yield ServerSentEvent(comment="listening", retry=5000)
    for _ in range(int(LONGEST_SECONDS / LOOK_SECONDS)):
        await asyncio.sleep(LOOK_SECONDS)
        try:
            found = await _latest(visit)
        except StorageError:
            continue  # away for a moment: the display shows what it has
        if found != seen:
            seen = found
            yield ServerSentEvent(event="changed", data="")


async def _latest(visit: Visit) -> tuple[str, int] | None:
    """The hazard that changed last of those the reader sees, and how far it has come."""
    page = await visit.rooms.reading.find(visit.principal, Filters(), None, 1, Order.UPDATED)
    return (page.rows[0].id, page.rows[0].seq) if page.rows else None
