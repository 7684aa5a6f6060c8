"""The figures as people ask for them: a dashboard now, a period, a trend, a unit; always for a principal.

Each figure's 口径 is in :mod:`domain.figures`; this room only says of which moment and for whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from domain.figures import Figures, Period, latest, month_of
from domain.library import Rules
from domain.organisation import Organisation, UnitType
from domain.values import UnitId, Value, end_of, local
from service.reading import Reading
from storage import figures, stock, supervision
from storage.database import Database
from storage.figures import Counted, Petitions, Point
from storage.scope import Principal
from storage.stock import Stock, UnitLoad
from storage.supervision import PlanEntry, Supervised

__all__ = ["Counting", "Dashboard", "UnitPage"]

SOON_WORKING_DAYS = 3
"""A deadline within as many working days is near (临期) on the dashboard."""

_TIER = frozenset({UnitType.VILLAGE_COMMITTEE, UnitType.ZONE, UnitType.SUBDISTRICT})


class Dashboard(Value):
    """总览: what stands now, the current month, and the months before it."""

    at: datetime
    stock: Stock
    month: Period
    counted: Counted
    trend: tuple[Point, ...]

    @property
    def listed(self) -> int:
        """Open hazards under listing (挂牌)."""
        return sum(n for mode, n in self.stock.modes.items() if mode.value == "LISTED")


class UnitPage(Value):
    """A unit: its load now, its figures in a period, what it was urged and criticised for."""

    unit: UnitId
    load: UnitLoad | None
    period: Period
    figures: Figures
    supervised: Supervised | None


class Counting:
    """Counts on behalf of a principal: the central seats see the district, a unit what concerns it."""

    def __init__(self, database: Database, reading: Reading) -> None:
        self._database = database
        self._reading = reading

    async def dashboard(
        self,
        principal: Principal,
        now: datetime,
        *,
        step: Literal["week", "month"] = "month",
        count: int = 12,
    ) -> Dashboard:
        """All of 总览 in one transaction. ``now`` is any aware instant."""
        rules = await self._reading.rules(principal)
        now = local(now)
        return await self._database.read(_dashboard, principal, rules, now, latest(step, now.date(), count))

    async def stock(self, principal: Principal, now: datetime) -> Stock:
        """What stands open at this moment, due soon, late, by rung, unit, street and age."""
        rules = await self._reading.rules(principal)
        return await self._database.read(stock.stock, principal, now=local(now), **_ahead(rules, now))

    async def period(self, principal: Principal, period: Period, now: datetime) -> Counted:
        """Every figure of F21 for a period, in all and by unit."""
        rules = await self._reading.rules(principal)
        tier = _tier(rules.book.organisation)
        return await self._database.read(figures.counted, principal, period, now=local(now), tier=tier)

    async def trend(
        self, principal: Principal, now: datetime, step: Literal["week", "month"] = "month", count: int = 12
    ) -> tuple[Point, ...]:
        """The period that ``now`` lies in and those before it, the earliest first."""
        return await self._database.read(figures.trend, principal, latest(step, local(now).date(), count))

    async def unit(
        self, principal: Principal, unit: UnitId, now: datetime, *periods: Period
    ) -> tuple[UnitPage, ...]:
        """One unit's load, punctuality, returns, relapses and rungs reached, in each of ``periods``."""
        rules = await self._reading.rules(principal)
        return await self._database.read(_unit, principal, rules, unit, periods, local(now))

    async def supervision(self, principal: Principal, period: Period) -> tuple[Supervised, ...]:
        """Rungs, returns and refusals by unit (RPT-11)."""
        return await self._database.read(supervision.supervision, principal, period)

    async def annual_plan(self, principal: Principal, year: Period) -> tuple[PlanEntry, ...]:
        """年度挂牌督办计划 as it was carried out (SUP-12)."""
        return await self._database.read(supervision.annual_plan, principal, year)

    async def petitions(self, principal: Principal, period: Period) -> Petitions:
        """信访 (RPT-08)."""
        return await self._database.read(figures.petitions, principal, period)


def _dashboard(
    connection: Connection, principal: Principal, rules: Rules, now: datetime, periods: tuple[Period, ...]
) -> Dashboard:
    month = month_of(now.date())
    tier = _tier(rules.book.organisation)
    return Dashboard(
        at=now,
        stock=stock.stock(connection, principal, now=now, **_ahead(rules, now)),
        month=month,
        counted=figures.counted(connection, principal, month, now=now, tier=tier),
        trend=figures.trend(connection, principal, periods),
    )


def _unit(
    connection: Connection,
    principal: Principal,
    rules: Rules,
    unit: UnitId,
    periods: Sequence[Period],
    now: datetime,
) -> tuple[UnitPage, ...]:
    standing = stock.stock(connection, principal, now=now, **_ahead(rules, now))
    load = next((load for load in standing.units if load.unit == unit), None)
    tier = _tier(rules.book.organisation)

    def page(period: Period) -> UnitPage:
        counted = figures.counted(connection, principal, period, now=now, tier=tier, unit=unit)
        supervised = supervision.supervision(connection, principal, period, unit)
        return UnitPage(
            unit=unit,
            load=load,
            period=period,
            figures=counted.units.get(unit, Figures()),
            supervised=next(iter(supervised), None),
        )

    return tuple(page(period) for period in periods)


def _ahead(rules: Rules, now: datetime) -> dict[str, datetime]:
    """24:00 of the next working day, and of the last day that is near; counted as deadlines are (N90)."""

    def end(days: int) -> datetime:
        return end_of(rules.calendar.shift(local(now).date(), days))

    return {"next_day": end(1), "soon": end(SOON_WORKING_DAYS)}


def _tier(organisation: Organisation) -> frozenset[UnitId]:
    return frozenset(unit.id for unit in organisation.units if unit.type in _TIER)
