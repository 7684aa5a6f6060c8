"""挂图作战: every listed hazard with its lead and cooperating units, each part on one line of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from domain.remaining import Remaining
from domain.state import Hazard, Milestone, Subtask
from domain.values import SHANGHAI, ClockKey, Mode, Sla, UnitId, local
from storage.readmodel import Filters, Order
from web import drawn, times
from web.visit import Visit

_SHOWN = 20
LANE_WIDTH = 420
_PARTS = (ClockKey.REWORK, ClockKey.REMEDIATE, ClockKey.SIGN)
"""The clocks of a part, the one that counts first."""
_MOST_TICKS = 8


class Mark(NamedTuple):
    """A milestone, in words: whether it is done, late or still ahead, and where on the line it stands."""

    unit: UnitId | None
    at: datetime
    state: str
    sign: str
    so: str
    what: str
    when: str
    x: float = 0.0


class Tick(NamedTuple):
    """The first of a month on the line."""

    x: float
    label: str


class Lane(NamedTuple):
    """One part of a hazard on the line of time, with its milestones, in words. ``owes`` is owed ``by`` then."""

    unit: str
    role: str
    state: str
    run: str
    """How its line is drawn."""
    level: Markup
    late: bool
    owes: str
    by: str
    left: Markup | None
    start_x: float
    end_x: float
    marks: tuple[Mark, ...]


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
    """Milestones of no unit's own."""
    ticks: tuple[Tick, ...]
    today_x: float


async def show(visit: Visit) -> Response:
    reading = visit.rooms.reading
    page = await reading.briefs(
        visit.principal, Filters(modes=(Mode.LISTED,), open=True), None, _SHOWN, Order.DUE
    )
    seen = await reading.states(visit.principal, [row.id for row in page.rows])
    return visit.page(
        "board", strips=[strip(visit, state) for state in seen], more=page.next is not None, lane=LANE_WIDTH
    )


def strip(visit: Visit, hazard: Hazard) -> Strip:
    """A hazard's parts and milestones on one scale, from its listing to the last date anybody owes."""
    main = hazard.main_clock
    start = hazard.listing.approved_at if hazard.listing else hazard.reported_at
    nodes = marks(visit, hazard)
    dates = [clock.due for clock in hazard.clocks.values() if clock.key in _PARTS]
    end = max([*dates, *(node.at for node in nodes), visit.now])
    span = max((end - start).total_seconds(), 1.0)

    def x(moment: datetime) -> float:
        return round(min(max((moment - start).total_seconds() / span, 0), 1) * (LANE_WIDTH - 12) + 6, 1)

    nodes = [node._replace(x=x(node.at)) for node in nodes]
    units = {part.unit for part in hazard.subtasks}
    return Strip(
        hazard=hazard,
        since=visit.day(start.date()),
        until=visit.due(end),
        due=main.due if main else None,
        left=visit.left(main.due) if main and main.running else None,
        lanes=tuple(
            _lane(visit, hazard, part, x, start, tuple(node for node in nodes if node.unit == part.unit))
            for part in hazard.subtasks
        ),
        marks=tuple(node for node in nodes if node.unit not in units),
        ticks=tuple(Tick(x(at), words) for at, words in _months(visit, start, end)),
        today_x=x(visit.now),
    )


def marks(visit: Visit, hazard: Hazard) -> list[Mark]:
    """The milestones of a hazard's plan, in the plan's order."""
    main = hazard.main_clock
    same_day_as = main.limit_due if main else visit.now
    nodes = hazard.plan.milestones if hazard.plan else ()
    return [_mark(visit, node, node.instant(same_day_as)) for node in nodes]


def _mark(visit: Visit, node: Milestone, at: datetime) -> Mark:
    say = visit.language.say
    if node.done_at:
        state, sign, so = "done", "✓", say("已完成")
    elif at < visit.now:
        state, sign, so = "late", "▲", say("已过期")
    else:
        state, sign, so = "ahead", "○", say("未完成")
    return Mark(node.unit, at, state, sign, so, node.what, visit.due(at))


def _months(visit: Visit, start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """The first of each month between, fewer where they would stand too close to be read."""
    first, last = local(start), local(end)
    count = (last.year - first.year) * 12 + last.month - first.month
    step = max(1, -(-count // _MOST_TICKS))
    found = []
    for n in range(1, count + 1, step):
        year, month = first.year + (first.month + n - 1) // 12, (first.month + n - 1) % 12 + 1
        at = datetime(year, month, 1, tzinfo=SHANGHAI)
        found.append((at, times.month(visit.language, month)))
    return found


def _lane(
    visit: Visit,
    hazard: Hazard,
    part: Subtask,
    x: Callable[[datetime], float],
    start: datetime,
    marks: tuple[Mark, ...],
) -> Lane:
    language = visit.language
    clocks = tuple(hazard.clocks_of(part.unit))
    clock = next((clock for key in _PARTS for clock in clocks if clock.key is key), None)
    ends = part.confirmed_at or part.reported_at or (clock.due if clock else visit.now)
    running = (one for one in clocks if one.running and one.key in _PARTS)
    owed = min(running, key=lambda one: one.due, default=None)
    soon = part.sla is Sla.DUE_SOON
    return Lane(
        unit=visit.unit(part.unit),
        role=language.say("牵头") if part.lead else language.say("配合"),
        state=language.of(part.state),
        run=part.state.value,
        level=drawn.badge(language, "rung", part.level),
        late=part.sla is Sla.OVERDUE,
        owes=language.of(owed.key) if owed else "",
        by=visit.due(owed.due) if owed else "",
        left=drawn.left(language, visit.left(owed.due), soon) if owed else None,
        start_x=x(clock.started if clock else start),
        end_x=x(ends),
        marks=marks,
    )
