"""How people prove who they are: one small interface, and three ways.

What happens on the way to an identity provider and back is in :mod:`web.provider`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import uuid4

from api.context import Rooms
from domain.organisation import Actor, Role
from domain.values import PersonId, UnitId
from service.identity import Unauthenticated
from service.oidc import Provider
from storage.scope import Principal


class SignIn(Protocol):
    """One way to sign in."""

    offered: str
    """The template that asks for what ``seat`` wants."""

    async def seat(self, rooms: Rooms, form: Mapping[str, str]) -> Principal:
        """Whoever filled in the form. Raises :class:`Unauthenticated`; that the seat exists is checked after."""
        ...


class ByToken:
    """With a token that was issued to him (``qingling token``, or the district's provider)."""

    offered = "sign_in_token"

    async def seat(self, rooms: Rooms, form: Mapping[str, str]) -> Principal:
        return await rooms.identity.principal(form.get("token", "").strip())


class ByChoice:
    """By choosing a seat: for trying out on one machine, where nobody else can come in."""

    offered = "sign_in_seat"

    async def seat(self, rooms: Rooms, form: Mapping[str, str]) -> Principal:
        try:
            actor = Actor(
                unit=UnitId(form.get("unit", "")),
                role=Role(form.get("role", "")),
                person=PersonId(form.get("person", "").strip() or f"trial-{uuid4().hex[:6]}"),
                post="",
            )
        except ValueError:
            raise Unauthenticated("no-seat", "请选择单位和席位", "choose a unit and a seat") from None
        return Principal(profile=form.get("profile", ""), actor=actor)


class ByProvider:
    """At the district's identity provider; nothing is typed here."""

    offered = "sign_in_provider"

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    async def seat(self, rooms: Rooms, form: Mapping[str, str]) -> Principal:
        raise Unauthenticated("oidc-only", "请通过统一身份认证登录", "sign in at the identity provider")


SIGN_INS: dict[str, SignIn] = {"token": ByToken(), "seat": ByChoice()}
"""The two that need nothing to be set up."""
