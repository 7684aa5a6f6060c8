"""Who may see what: the one function that every reading on behalf of a person goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists

from domain.organisation import SEES_WHOLE_PROFILE, Actor
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
    statement = statement.where(hazards.c.profile == principal.profile)
    if principal.actor.role in SEES_WHOLE_PROFILE:
        return statement
    concerned = exists().where(
        involved.c.hazard_id == hazards.c.id, involved.c.unit_id == principal.actor.unit
    )
    return statement.where(concerned)
