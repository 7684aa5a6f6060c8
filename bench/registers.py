"""What a district keeps besides its hazards: risk points, and windows of its programme."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import func, select

from bench.life import PROFILE
from bench.population import NOW
from domain.library import Library, Rules
from domain.organisation import Actor, Role, UnitType
from domain.programme import Programme, evolve
from domain.riskpoints import Entry, Order, PointKind, Registration, RiskPoint
from domain.riskrules import decide
from domain.timetable import coming, next_wakeup
from domain.values import Colour, PersonId
from profiles.loader import shipped_calendar, shipped_profiles
from storage import programme, riskpoints
from storage.database import Database
from storage.tables import risk_points

RISK_POINTS = 2000
_OWED_FOR = timedelta(days=60)
"""For so long nobody has filed anything: the longest page of windows there can be."""


def keep(database: Database, seed: int = 1) -> None:
    """Fill both registers of a district, unless it has them."""
    if database.read_now(lambda connection: connection.scalar(select(func.count()).select_from(risk_points))):
        return
    library = Library()
    book = library.add_book(shipped_profiles()[PROFILE])
    rules = library.rules(book, library.add_calendar(shipped_calendar()))
    _register(database, rules, random.Random(seed))
    _open(database, rules)


def _register(database: Database, rules: Rules, chance: random.Random) -> None:
    book = rules.book
    streets = [unit for unit in book.organisation.units if unit.type is UnitType.SUBDISTRICT]
    for n in range(RISK_POINTS):
        street = chance.choice(streets)
        actor = Actor(unit=street.id, role=Role.LIAISON, person=PersonId("bench"))
        order = Order(command=_described(street.name, n, chance), actor=actor, key=f"bench-{n}")

        def decided(point: RiskPoint | None, number: str, open_hazards: int, order: Order = order) -> Entry:
            return decide(book, point, order, NOW, number=number, open_hazards=open_hazards)

        database.write_now(
            riskpoints.record, book.profile, book.prefix, None, order.key, order.digest(""), actor, decided
        )


def _described(street: str, n: int, chance: random.Random) -> Registration:
    today = NOW.date()
    colour = chance.choice(list(Colour))
    plan = {"document": f"应急〔2026〕{n}号", "measures": "专人看守，每日巡查"}
    return Registration.model_validate(
        {
            "name": f"{street}第{n}号仓库",
            "kind": chance.choice(list(PointKind)[:3]).value,
            "place": f"{street}某路{n % 300}号",
            "subdistrict": street,
            "category": chance.randint(1, 3),
            "department": street,
            "accountable": f"第{n}号仓储公司",
            "assessment": {
                "grade": {"method": "MANUAL", "colour": colour.value, "grounds": "现场评估"},
                "assessed_on": today.isoformat(),
                "conclusion": "风险可控",
                "document": f"评估〔2026〕{n}号",
                "measures": "隔离、标识、巡查",
                "plan": plan if colour in (Colour.RED, Colour.ORANGE) else None,
                "review_on": (today + timedelta(days=chance.randint(1, 20))).isoformat(),
            },
        }
    )


def _open(database: Database, rules: Rules) -> None:
    state, now = Programme(profile=rules.book.profile), NOW - _OWED_FOR
    while now <= NOW:
        while happening := coming(rules, state, now):
            database.write_now(programme.append, happening)
            state = evolve(state, happening)
        wake = next_wakeup(rules, state, now)
        if wake is None:
            return
        now = wake
