"""Notices as people see them: the inbox of a seat, receipts, dead letters and another try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from domain.library import Library
from domain.organisation import ROLES_OF_THE_OFFICE, SEES_WHOLE_PROFILE
from domain.refusal import Refusal, refuse
from profiles.notices import delivery_policy
from service.rulebooks import Current
from storage import deliveries, inbox
from storage.database import Database
from storage.deliveries import Count
from storage.inbox import Entry, Wanted
from storage.scope import Principal


class Notices:
    """Reads and acknowledges notices on behalf of a principal."""

    def __init__(self, database: Database, library: Library, current: Current) -> None:
        self._database = database
        self._library = library
        self._current = current

    async def find(
        self,
        principal: Principal,
        wanted: Wanted,
        before: int | None = None,
        limit: int = 50,
        *,
        delivered: bool = True,
    ) -> tuple[list[Entry], int | None]:
        """Notices, the newest first, and where the next page begins.

        What became of them outside the inbox (``delivered``) is for the central seats. Raises :class:`Refusal` 403 when
        another seat asks for it.
        """
        if wanted.state:
            await self.check_central(principal)
        found = await self._database.read(
            inbox.find, principal, wanted, before, limit + 1, delivered=delivered
        )
        more = found[limit - 1].id if len(found) > limit else None
        return found[:limit], more

    async def acknowledge(self, principal: Principal, notice: int) -> Entry:
        """Keep the receipt of the seat a notice is addressed to; the first one counts, again changes nothing.

        Raises :class:`Refusal` 404 for a notice one may not see, 403 for one that is not one's own.
        """
        entry = await self._one(principal, notice)
        if (entry.notice.unit, entry.notice.role) != (principal.actor.unit, principal.actor.role.value):
            raise refuse(
                403,
                "notices.not-yours",
                "SUP-01",
                "只有通知所致的席位才能签收回执",
                "only the seat a notice is addressed to may acknowledge it",
            )
        if entry.receipt is None:
            await self._database.write(inbox.acknowledge, principal, notice, datetime.now(UTC))
            entry = await self._one(principal, notice)
        return entry

    async def retry(self, principal: Principal, notices: Sequence[int] | None) -> int:
        """Let dead letters be tried again, those of ``notices`` or all; returns how many deliveries that is.

        Raises :class:`Refusal` 403 for anybody but the office.
        """
        if principal.actor.role not in ROLES_OF_THE_OFFICE:
            raise refuse(
                403,
                "notices.not-your-right",
                "SUP-01",
                await self._said(principal, "只有清零办才能重新投递"),
                "only the office may have notices delivered again",
            )
        return await retry(self._database, principal.profile, notices)

    async def check_central(self, principal: Principal) -> None:
        """Raises :class:`Refusal` 403 for a seat that does not look after deliveries."""
        if principal.actor.role not in SEES_WHOLE_PROFILE:
            raise refuse(
                403,
                "notices.not-your-view",
                "SEC-01",
                await self._said(principal, "投递情况只供清零办、城运中心、督查和审计员查看"),
                "what became of deliveries is for the office, the desk, inspectors and auditors",
            )

    async def counts(self, principal: Principal) -> list[Count]:
        """Open deliveries and dead letters of the principal's profile, by channel. Raises :class:`Refusal` 403."""
        await self.check_central(principal)
        return await self._database.read(deliveries.counts, principal.profile)

    async def _said(self, principal: Principal, text: str) -> str:
        """``text`` in the words of the principal's district."""
        return self._library.rules(*await self._current.rules(principal.profile)).book.said(text)

    async def _one(self, principal: Principal, notice: int) -> Entry:
        found = await self._database.read(inbox.one, principal, notice)
        if found is None:
            raise _not_found()
        return found


async def retry(database: Database, profile: str, notices: Sequence[int] | None) -> int:
    """:meth:`Notices.retry` for whoever runs the deployment."""
    now = datetime.now(UTC)
    until = now + timedelta(hours=delivery_policy(profile).keep_trying)
    return await database.write(deliveries.retry, profile, notices, now, until)


def _not_found() -> Refusal:
    return refuse(
        404,
        "no-such-notice",
        "SEC-01",
        "没有这条通知，或您无权查看",
        "there is no such notice for you to see",
    )
