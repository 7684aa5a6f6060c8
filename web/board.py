"""挂图作战: every listed hazard with its lead and cooperating units, each part on one line of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from domain.remaining import Remaining
from domain.state import Hazard, Subtask
from domain.values import ClockKey, Mode, Sla
from storage.readmodel import Filters, Order
from web.visit import Visit

_SHOWN = 20
LANE_WIDTH = 420
_PARTS = (ClockKey.REWORK, ClockKey.REMEDIATE, ClockKey.SIGN)
"""The clocks of a part, the one that counts first."""


@dataclass(frozen=True)
class Mark:
    """A milestone on the line: where, what, and whether it is done, late or still to come."""

    x: float
    what: str
    when: str
    state: str


@dataclass(frozen=True)
class Lane:
    """One part of a hazard on the line of time."""

    part: Subtask
    due: datetime | None
    left: Remaining | None
    start_x: float
    end_x: float
    late: bool


@dataclass(frozen=True)
class Strip:
    """A listed hazard on the board. Its lanes and milestones share one scale, with today marked."""

    hazard: Hazard
    since: str
    until: str
    due: datetime | None
    left: Remaining | None
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    today_x: float


async def show(visit: Visit) -> Response:
    reading = visit.rooms.reading
    page = await reading.find(
        visit.principal, Filters(modes=(Mode.LISTED,), open=True), None, _SHOWN, Order.DUE
    )
    seen = [(await reading.hazard(visit.principal, row.id)).opened.state for row in page.rows]
    return visit.page(
        "board", strips=[strip(visit, state) for state in seen], more=page.next is not None, lane=LANE_WIDTH
    )


def strip(visit: Visit, hazard: Hazard) -> Strip:
    """A hazard's parts and milestones on one scale, from its listing to the last date anybody owes."""
    main = hazard.main_clock
    start = hazard.listing.approved_at if hazard.listing else hazard.reported_at
    nodes = hazard.plan.milestones if hazard.plan else ()
    ends = [node.instant(main.limit_due if main else visit.now) for node in nodes]
    dates = [clock.due for clock in hazard.clocks.values() if clock.key in _PARTS] + ends
    end = max([*dates, visit.now])
    span = max((end - start).total_seconds(), 1.0)

    def x(moment: datetime) -> float:
        return round(min(max((moment - start).total_seconds() / span, 0), 1) * (LANE_WIDTH - 12) + 6, 1)

    marks = tuple(
        Mark(
            x(at),
            node.what,
            visit.due(at),
            "done" if node.done_at else "late" if at < visit.now else "ahead",
        )
        for node, at in zip(nodes, ends, strict=True)
    )
    return Strip(
        hazard=hazard,
        since=visit.day(start.date()),
        until=visit.due(end),
        due=main.due if main else None,
        left=visit.left(main.due) if main and main.running else None,
        lanes=tuple(_lane(visit, hazard, part, x, start) for part in hazard.subtasks),
        marks=marks,
        today_x=x(visit.now),
    )


def _lane(
    visit: Visit, hazard: Hazard, part: Subtask, x: Callable[[datetime], float], start: datetime
) -> Lane:
    clock = next((clock for key in _PARTS for clock in hazard.clocks_of(part.unit) if clock.key is key), None)
    ends = part.confirmed_at or part.reported_at or (clock.due if clock else visit.now)
    return Lane(
        part=part,
        due=clock.due if clock else None,
        left=visit.left(clock.due) if clock and clock.running else None,
        start_x=x(clock.started if clock else start),
        end_x=x(ends),
        late=part.sla is Sla.OVERDUE,
    )
