"""Who may see what: the one function that every reading on behalf of a person goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, select
from sqlalchemy.sql.elements import ColumnElement

from domain.organisation import SEES_WHOLE_PROFILE, Actor
from domain.values import HazardId
from storage.prepared import Prepared
from storage.tables import hazards, involved


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks: a seat in the district of one profile."""

    profile: str
    actor: Actor


def visible(statement: Select[Any], principal: Principal) -> Select[Any]:
    """``statement`` without the hazards that ``principal`` may not see.

    Nobody sees another profile. The central seats see all of their own; every other seat sees the
    hazards that involve its unit (SEC-01). Raises ``TypeError`` when ``statement`` does not read ``hazards``.
    """
    if not any(source.is_derived_from(hazards) for source in statement.get_final_froms()):
        raise TypeError("visible() needs a statement that reads hazards: join them")
    whole = principal.actor.role in SEES_WHOLE_PROFILE
    return statement.where(*_rights(whole, principal.profile, principal.actor.unit))


class VisibleOne:
    """``visible`` for one hazard by its number, compiled once: it is asked before and after every command."""

    def __init__(self, *columns: ColumnElement[Any]) -> None:
        def ready(whole: bool) -> Prepared:
            rights = _rights(whole, bindparam("profile"), bindparam("unit"))
            return Prepared(lambda _: select(*columns).where(hazards.c.id == bindparam("hazard"), *rights))

        self._ready = {whole: ready(whole) for whole in (True, False)}

    def first(self, connection: Connection, principal: Principal, hazard: HazardId) -> Row[Any] | None:
        """The columns as the driver gives them, or ``None`` when ``principal`` may not see the hazard."""
        asked = {"hazard": hazard, "profile": principal.profile}
        whole = principal.actor.role in SEES_WHOLE_PROFILE
        if not whole:
            asked["unit"] = principal.actor.unit
        return self._ready[whole].run(connection, asked).first()


def _rights(whole: bool, profile: Any, unit: Any) -> tuple[ColumnElement[bool], ...]:
    of_profile = hazards.c.profile == profile
    if whole:
        return (of_profile,)
    concerned = exists().where(involved.c.hazard_id == hazards.c.id, involved.c.unit_id == unit)
    return of_profile, concerned
