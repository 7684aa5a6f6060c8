"""Hazards with a past, told through the core's own functions: the states that storage tests record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain import hazard as core
from domain.commands import Order, Report, parse
from domain.events import Event, evolve
from domain.ladder import next_wakeup, tick
from domain.library import Library, Rulebook, Rules, digest_of
from domain.organisation import Actor, Role
from domain.state import Hazard
from domain.values import SHANGHAI, HazardId, PersonId, UnitId
from profiles.loader import shipped_calendar, shipped_profiles
from storage.scope import Principal

BOOKS = shipped_profiles()
QINGPU, PUTUO = BOOKS["qingpu"], BOOKS["putuo"]
CALENDAR = shipped_calendar()
LIBRARY = Library()
for book in BOOKS.values():
    LIBRARY.add_book(book)
LIBRARY.add_calendar(CALENDAR)

START = datetime(2026, 9, 17, 8, 42, tzinfo=SHANGHAI)
STREET, OTHER_STREET = "夏阳街道", "盈浦街道"


def unit(name: str, book: Rulebook = QINGPU) -> UnitId:
    found = book.organisation.find(name)
    assert found is not None, name
    return found.id


def actor(role: Role, at: str | None = None, book: Rulebook = QINGPU, person: str | None = None) -> Actor:
    organisation = book.organisation
    seats = {
        Role.DESK: organisation.desk,
        Role.OFFICE: organisation.office,
        Role.OFFICE_DIRECTOR: organisation.office,
        Role.INSPECTOR: organisation.seat_of(Role.INSPECTOR),
    }
    of = unit(at, book) if at else seats[role]
    return Actor(unit=of, role=role, person=PersonId(person or f"{role.value}-1"), post="职务")


def principal(role: Role, at: str | None = None, book: Rulebook = QINGPU) -> Principal:
    return Principal(book.profile, actor(role, at, book))


DESK = actor(Role.DESK)
OFFICE = actor(Role.OFFICE)
FINDER = actor(Role.DISCOVERER, STREET)
LIAISON = actor(Role.LIAISON, STREET)
HANDLER = actor(Role.HANDLER, STREET)
ASSESSOR = actor(Role.ASSESSOR, STREET)

OFFICE_SEES = Principal("qingpu", OFFICE)


class Story:
    """One hazard: commands and time move it, and every event is kept in ``events``."""

    def __init__(self, number: str = "QP-2026-000001", book: Rulebook = QINGPU, at: datetime = START) -> None:
        self.book = book
        self.now = at
        self.events: list[Event] = []
        self.number = HazardId(number)
        self._state: Hazard | None = None

    @property
    def rules(self) -> Rules:
        return LIBRARY.rules(self.book.digest, digest_of(CALENDAR))

    @property
    def hazard(self) -> Hazard:
        assert self._state is not None
        return self._state

    def report(self, by: Actor | None = None, **form: Any) -> Story:
        by = by or (FINDER if self.book is QINGPU else actor(Role.DESK, book=self.book))
        said: dict[str, Any] = {
            "channel": "grid_patrol",
            "code": "S06-02",
            "place": f"{STREET}某小区12号",
            **form,
        }
        command = parse("report", said)
        assert isinstance(command, Report)
        event = core.report(self.rules, self.number, self.book.digest, command, by, self.now, "report")
        return self._take(event)

    def do(self, name: str, by: Actor, **form: Any) -> Story:
        self.now += timedelta(minutes=5)
        order = Order(command=parse(name, form), actor=by, key=f"{name}-{self.hazard.seq}")
        return self._take(core.decide(self.rules, self.hazard, order, self.now))

    def wait(self) -> Story:
        """Let time pass until something happens by itself."""
        wake = next_wakeup(self.hazard)
        assert wake is not None
        self.now = wake
        return self._take(*tick(self.rules, self.hazard, self.now))

    def assigned(self, to: str = STREET) -> Story:
        return self.do("assign", DESK, target=to)

    def planned(self) -> Story:
        self.do("sign", LIAISON, handler=HANDLER.person)
        return self.do(
            "submit_plan",
            HANDLER,
            responsible_unit=STREET,
            responsible_leader="leader-1",
            responsible_staff=[HANDLER.person],
            measures="拆除隔断，清退住人",
            milestones=[{"what": "拆除隔断", "due": (self.now + timedelta(days=3)).date()}],
            goals=["隔断全部拆除"],
        )

    def cleared(self) -> Story:
        """From an assignment to the striking-off."""
        self.assigned().planned()
        self.do("progress", HANDLER, text="隔断已拆除", milestones_done=["N1"], percent=100)
        dispute = {"settlement": ["solved"], "handling": "done_at_once"} if self.hazard.category else {}
        self.do("report_completion", HANDLER, evidence=[{"kind": "after", "ref": "photo-2"}], **dispute)
        return self.do("assess_pass", ASSESSOR, results=[{"goal": "G1", "met": True}])

    def closed(self) -> Story:
        """From an assignment through every look-back to the archive."""
        self.cleared()
        while not self.hazard.state.terminal:
            self.wait()
            if self.hazard.state == "LOOK_BACK":
                self.do("lookback_pass", OFFICE, findings="未见回潮")
        return self

    def _take(self, *events: Event) -> Story:
        for event in events:
            self._state = evolve(self._state, event)
            self.events.append(event)
        return self
