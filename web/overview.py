"""总览: what is late, what will be, and whose it is."""

from __future__ import annotations

from starlette.responses import Response

from storage.readmodel import Filters, Order
from web.listing import lines
from web.visit import Visit

_SHOWN = 10


async def show(visit: Visit) -> Response:
    reading = visit.rooms.reading
    late = await reading.find(visit.principal, Filters(overdue=True), None, _SHOWN, Order.DUE)
    soon = await reading.find(visit.principal, Filters(overdue=False), None, _SHOWN, Order.DUE)
    return visit.page("overview", late=lines(visit, late.rows), soon=lines(visit, soon.rows))
