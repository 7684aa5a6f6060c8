"""Who may see what: the one function that every reading on behalf of a person goes through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection, FromClause, Row, Select, bindparam, exists, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from domain.organisation import SEES_LISTED, SEES_WHOLE_PROFILE, Actor, Role
from domain.values import HazardId, Mode, UnitId
from storage.prepared import Prepared
from storage.tables import facts, hazards, involved, obligations, outbox, risk_points


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks: a seat in the district of one profile."""

    profile: str
    actor: Actor


_HAZARD: dict[FromClause, ColumnElement[Any]] = {
    hazards: hazards.c.id,
    facts: facts.c.hazard_id,
    obligations: obligations.c.hazard_id,
}
"""What rights can be asked of, and the column that says which hazard it is about."""


def visible(
    statement: Select[Any], principal: Principal, of: FromClause = hazards, *, counting: bool = False
) -> Select[Any]:
    """``statement`` without the hazards that ``principal`` may not see.

    ``of`` is the table whose rows are asked about: ``hazards``, or ``facts`` and ``obligations``, which say
    themselves whose they are and need not be joined. ``counting`` says that every row will be looked at: then
    what concerns a unit is looked up once and kept, which for a page of a few rows would be more work than
    asking of each.

    Nobody sees another profile. The central seats see all of their own; every other seat sees the
    hazards that involve its unit (SEC-01), sponsors and acceptance panels the listed ones too. Raises
    ``TypeError`` when ``statement`` does not read ``of``.
    """
    if not _reads(statement, of):
        raise TypeError(f"visible() needs a statement that reads {of}: join them")
    reach = _reach(principal.actor.role)
    return statement.where(*_rights(reach, principal.profile, principal.actor.unit, of, counting))


def _reads(statement: Select[Any], of: FromClause) -> bool:
    # What its columns come from is known at once; the joins are only known to a half compiled statement.
    return of in statement.columns_clause_froms or any(
        source.is_derived_from(of) for source in statement.get_final_froms()
    )


class _Reach(Enum):
    """How far a seat sees beyond what involves its unit."""

    WHOLE = "the whole profile"
    LISTED = "what is listed"
    UNIT = "no further"


def _reach(role: Role) -> _Reach:
    if role in SEES_WHOLE_PROFILE:
        return _Reach.WHOLE
    return _Reach.LISTED if role in SEES_LISTED else _Reach.UNIT


def addressed(statement: Select[Any], principal: Principal) -> Select[Any]:
    """``statement`` without notices that are none of the principal's business.

    A unit reads the notices to its own seats, whether or not it may open the hazard (a circular goes to
    all); the central seats read all of their profile. Raises ``TypeError`` when ``statement`` does not read
    ``outbox``.
    """
    if not _reads(statement, outbox):
        raise TypeError("addressed() needs a statement that reads outbox: join it")
    statement = statement.where(outbox.c.profile == principal.profile)
    if principal.actor.role in SEES_WHOLE_PROFILE:
        return statement
    return statement.where(outbox.c.unit == principal.actor.unit)


def kept(statement: Select[Any], principal: Principal, territory: UnitId | None = None) -> Select[Any]:
    """``statement`` without risk points that are none of the principal's business.

    A unit sees those it answers for, registered, or has on its ground; a neighbourhood committee those of the
    ``territory`` it belongs to; the central seats all of their profile. Raises ``TypeError`` when ``statement``
    does not read ``risk_points``.
    """
    if not _reads(statement, risk_points):
        raise TypeError("kept() needs a statement that reads risk_points: join it")
    column, unit = risk_points.c, principal.actor.unit
    statement = statement.where(column.profile == principal.profile)
    if principal.actor.role in SEES_WHOLE_PROFILE:
        return statement
    ground = column.subdistrict.in_([unit, territory] if territory else [unit])
    return statement.where(or_(ground, column.department == unit, column.registered_by == unit))


class VisibleOne:
    """``visible`` for one hazard by its number, compiled once: it is asked before and after every command."""

    def __init__(self, *columns: ColumnElement[Any]) -> None:
        def ready(reach: _Reach) -> Prepared:
            rights = _rights(reach, bindparam("profile"), bindparam("unit"))
            return Prepared(lambda _: select(*columns).where(hazards.c.id == bindparam("hazard"), *rights))

        self._ready = {reach: ready(reach) for reach in _Reach}

    def first(self, connection: Connection, principal: Principal, hazard: HazardId) -> Row[Any] | None:
        """The columns as the driver gives them, or ``None`` when ``principal`` may not see the hazard."""
        asked = {"hazard": hazard, "profile": principal.profile}
        reach = _reach(principal.actor.role)
        if reach is not _Reach.WHOLE:
            asked["unit"] = principal.actor.unit
        return self._ready[reach].run(connection, asked).first()


def _rights(
    reach: _Reach, profile: Any, unit: Any, of: FromClause = hazards, counting: bool = False
) -> tuple[ColumnElement[bool], ...]:
    of_profile = of.c.profile == profile
    if reach is _Reach.WHOLE:
        return (of_profile,)
    concerned: ColumnElement[bool]
    if counting:
        # Joined to nothing, so that no database takes it for the way in: by the unit's hazards each would be looked
        # up for each figure, thirteen months of them, instead of walking the stretch of an index that is counted.
        hazard = _HAZARD[of].concat(literal_column("''"))
        concerned = hazard.in_(select(involved.c.hazard_id).where(involved.c.unit_id == unit))
    else:
        concerned = exists().where(involved.c.hazard_id == _HAZARD[of], involved.c.unit_id == unit)
    if reach is _Reach.LISTED:
        one = hazards.alias()
        listed = exists().where(one.c.id == _HAZARD[of], one.c.mode == literal_column(f"'{Mode.LISTED}'"))
        return of_profile, or_(concerned, listed)
    return of_profile, concerned
