"""Saved lists on behalf of a principal: each seat has its own, and nobody sees another's."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.refusal import refuse
from storage import views
from storage.database import Database
from storage.scope import Principal
from storage.views import SavedView

MOST = 20
LONGEST_NAME = 30


class Views:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, principal: Principal) -> tuple[SavedView, ...]:
        return await self._database.read(views.of_seat, principal)

    async def save(self, principal: Principal, name: str, query: str) -> None:
        """Keep a list under a name, in place of the one that has it. Raises :class:`Refusal` 422."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise refuse(
                422,
                "views.name",
                "RPT-01",
                f"清单名称应为1至{LONGEST_NAME}个字",
                f"the name of a list has 1 to {LONGEST_NAME} characters",
            )
        known = await self.of(principal)
        if len(known) >= MOST and all(one.name != name for one in known):
            raise refuse(
                422,
                "views.too-many",
                "RPT-01",
                f"每个席位最多保存{MOST}个清单，请先删去不用的",
                f"a seat keeps {MOST} lists at most; remove one first",
            )
        await self._database.write(views.put, principal, SavedView(name=name, query=query), datetime.now(UTC))

    async def remove(self, principal: Principal, name: str) -> None:
        """Forget a list; one that is not there stays away."""
        await self._database.write(views.remove, principal, name)
