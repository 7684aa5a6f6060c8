"""What the API answers about a hazard's past and future: ledger, derivations of deadlines, forecast."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from api.views import DeadlineView, Named, UnitView, View, Words, deadline_view
from domain.calendar import DayKind
from domain.forecast import Foreseen
from domain.state import Extension, Hazard
from domain.values import ClockKey, Limit, Rung, Sla, State, local
from service.reading import Derived
from storage.ledger import StoredEvent
from workflows.view import event_zh


class EventView(View):
    """One entry of the ledger. ``event`` is what was hashed, read again; ``hash`` seals it to ``prev``."""

    seq: int
    type: str
    zh: str
    at: datetime
    prev: str
    hash: str
    event: dict[str, Any]


class EventsView(View):
    items: list[EventView]
    next: int | None


def events_view(entries: Iterable[StoredEvent], following: int | None) -> EventsView:
    return EventsView(items=[_event(entry) for entry in entries], next=following)


def _event(entry: StoredEvent) -> EventView:
    event = entry.event
    return EventView(
        seq=entry.seq,
        type=event.type,
        zh=event_zh(event),
        at=local(entry.at),
        prev=entry.prev,
        hash=entry.hash,
        event=event.model_dump(mode="json", exclude_defaults=True, exclude={"prev", "hash"}),
    )


class DayView(View):
    """One day of a derivation. ``number`` is the count it got, ``null`` when it was skipped."""

    day: date
    kind: DayKind
    number: int | None
    published: bool


class DerivationView(View):
    """How a due date came about: start, limit, days one by one, what moved it, policy row and source."""

    deadline: DeadlineView
    limit: str
    limit_label: Words
    limit_due: datetime
    cap_due: datetime | None
    days: list[DayView]
    extension: Extension | None
    row: str
    source: str
    rules: str
    calendar: str
    calendar_version: str
    zh: list[str]
    en: list[str]


class DerivationsView(View):
    items: list[DerivationView]


def derivations_view(hazard: Hazard, derived: Iterable[Derived], named: Named) -> DerivationsView:
    return DerivationsView(items=[_derivation(hazard, one, named) for one in derived])


def _derivation(hazard: Hazard, derived: Derived, named: Named) -> DerivationView:
    clock, explained = derived.clock, derived.explanation
    return DerivationView(
        deadline=deadline_view(clock, named),
        limit=str(explained.limit),
        limit_label=_limit_words(explained.limit),
        limit_due=explained.limit_due,
        cap_due=explained.cap_due,
        days=[
            DayView(day=day.day, kind=day.kind, number=day.number, published=day.published)
            for day in explained.days
        ],
        extension=hazard.extension if clock.key is ClockKey.REMEDIATE else None,
        row=explained.row,
        source=explained.source,
        rules=explained.rules,
        calendar=explained.calendar,
        calendar_version=explained.calendar_version,
        zh=list(explained.zh),
        en=list(explained.en),
    )


def _limit_words(limit: Limit) -> Words:
    return Words(zh=limit.zh, en=limit.en)


class NoticeView(View):
    unit: UnitView
    role: str
    kind: str
    document: str


class ForeseenView(View):
    """One thing that fires by itself if nobody acts."""

    at: datetime
    type: str
    rung: Rung | None
    clock: ClockKey
    subtask: UnitView | None
    state: State
    sla: Sla
    provisional: bool
    notices: list[NoticeView]
    zh: str
    en: str


class ForecastView(View):
    items: list[ForeseenView]


def forecast_view(foreseen: Iterable[Foreseen], named: Named) -> ForecastView:
    return ForecastView(
        items=[
            ForeseenView(
                at=local(one.at),
                type=one.type,
                rung=one.rung,
                clock=one.clock,
                subtask=named.maybe(one.subtask),
                state=one.state,
                sla=one.sla,
                provisional=one.provisional,
                notices=[
                    NoticeView(
                        unit=named.unit(notice.unit),
                        role=notice.role,
                        kind=notice.kind,
                        document=notice.document,
                    )
                    for notice in one.notices
                ],
                zh=one.zh,
                en=one.en,
            )
            for one in foreseen
        ]
    )
