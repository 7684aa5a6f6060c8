"""The one door for reading: what a principal may see of hazards, rules and reference data.

Everything is read from the record, never from Temporal: whoever was answered can read what he wrote, and
reading goes on while commands cannot. What a seat may not see does not exist for it. Whoever reads a
confidential hazard leaves a line in the access log before he is answered (SEC-01); public ones leave none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import StatementError

from domain import hazard as core
from domain.catalogue import Item, Responsible, responsible
from domain.commands import Report
from domain.events import Event
from domain.forecast import Explanation, Foreseen, explain, forecast
from domain.hazard import Permission, rules_for
from domain.library import Library, Rulebook, Rules, UnknownRules
from domain.organisation import Role, Unit
from domain.refusal import Refusal, refuse
from domain.state import Clock, Hazard
from domain.values import Channel, Confidentiality, Digest, HazardId, UnitId
from service.door import NotFound
from service.rulebooks import Current
from storage import accesslog, briefs, ledger, obligations, outbox, penalties, readmodel, views
from storage.accesslog import Access, Logged, Looked
from storage.briefs import Brief, Briefs
from storage.cursors import BadCursor
from storage.database import Database
from storage.ledger import StoredEvent
from storage.obligations import By, Lines, Sought
from storage.outbox import Sent
from storage.penalties import Recorded
from storage.readmodel import Due, Filters, HazardRow, Opened, Order, Page
from storage.scope import Principal
from storage.views import SavedView

T = TypeVar("T")

READS_ACCESS_LOG = frozenset({Role.AUDITOR, Role.CUSTODIAN})

_NUMBER = re.compile(r"[A-Z]{2,4}-\d{4}-\d{6,9}")


@dataclass(frozen=True)
class Seen:
    """One hazard as a principal sees it now: its state, its report, and what he may do about it."""

    opened: Opened
    rules: Rules
    allowed: tuple[Permission, ...]
    item: Item | None
    suggested: Responsible | None
    """Who answers for the catalogue item by the annex; nothing is set by it."""


@dataclass(frozen=True)
class Derived:
    """A clock, and how its due date came about."""

    clock: Clock
    explanation: Explanation = field(compare=False)
    """All of it follows from the clock."""


@lru_cache(maxsize=1024)
def derivation(library: Library, clock: Clock) -> Derived:
    """How a clock's date came about, under the rules it was started with (I5)."""
    return Derived(clock, explain(library.rules(clock.rules, clock.calendar), clock))


class Reading:
    """Reads on behalf of a principal. Raises :class:`NotFound` for what he may not see."""

    def __init__(self, database: Database, library: Library, current: Current) -> None:
        self._database = database
        self._library = library
        self._current = current

    # -- hazards ------------------------------------------------------------------------------------

    @staticmethod
    def number(text: str) -> HazardId:
        """A hazard's number as it came in. Raises :class:`NotFound` when no number looks like that."""
        if not _NUMBER.fullmatch(text):
            raise NotFound(text)
        return HazardId(text)

    async def hazard(self, principal: Principal, hazard: HazardId) -> Seen:
        return await self._seen(
            principal, await self._visible(principal, hazard, readmodel.opened, Looked.HAZARD)
        )

    async def states(self, principal: Principal, ids: Sequence[HazardId]) -> list[Hazard]:
        """Where several hazards stand, of those that he may see; nothing is said of what he may do about them."""
        found = await self._database.read(readmodel.states, principal, ids)
        await self._log(
            principal,
            Looked.HAZARD,
            (
                (one.id, principal.profile, one.confidentiality)
                for one in found
                if one.confidentiality is not Confidentiality.PUBLIC
            ),
        )
        return found

    async def hazard_with_story(
        self, principal: Principal, hazard: HazardId, before: int | None, limit: int
    ) -> tuple[Seen, list[StoredEvent]]:
        """A hazard and, as of the same moment, the last ``limit`` entries of its ledger, those before ``before``."""

        def both(
            connection: Connection, principal: Principal, hazard: HazardId
        ) -> tuple[Opened, list[StoredEvent]] | None:
            opened = readmodel.opened(connection, principal, hazard)
            if opened is None:
                return None
            end = min(before or opened.state.seq + 1, opened.state.seq + 1)
            first = max(1, end - limit)
            return opened, ledger.events(connection, hazard, first - 1, end - first)

        opened, entries = await self._visible(principal, hazard, both, Looked.HAZARD, Looked.EVENTS)
        return await self._seen(principal, opened), entries

    async def _seen(self, principal: Principal, opened: Opened) -> Seen:
        state = opened.state
        rules = await self._rules(state)
        catalogue, organisation = rules.book.catalogue, rules.book.organisation
        item = catalogue.by_code.get(state.code or "")
        return Seen(
            opened=opened,
            rules=rules,
            allowed=core.allowed(rules, state, principal.actor, _now()),
            item=item,
            suggested=responsible(item, organisation, state.subdistrict) if item else None,
        )

    async def events(
        self, principal: Principal, hazard: HazardId, after: int, limit: int
    ) -> tuple[list[StoredEvent], int | None]:
        """Entries of the ledger in order, and the ``seq`` to go on after when there are more."""

        def entries(
            connection: Connection, principal: Principal, hazard: HazardId
        ) -> list[StoredEvent] | None:
            if not readmodel.is_visible(connection, principal, hazard):
                return None
            return ledger.events(connection, hazard, after, limit + 1)

        found = await self._visible(principal, hazard, entries, Looked.EVENTS)
        return found[:limit], found[limit - 1].seq if len(found) > limit else None

    async def record(
        self, principal: Principal, hazard: HazardId, looked: Looked
    ) -> tuple[list[StoredEvent], list[Sent]]:
        """The whole ledger of one hazard, and what became of its notices: what auditors work from."""
        return await self._visible(principal, hazard, _record, looked)

    async def deadlines(self, principal: Principal, hazard: HazardId) -> tuple[Hazard, tuple[Derived, ...]]:
        """Each clock the hazard has, with its derivation, the earliest first."""
        state = await self._visible(principal, hazard, _state, Looked.DEADLINES)
        return state, await self.derived(state)

    async def derived(self, state: Hazard) -> tuple[Derived, ...]:
        """Each clock of a hazard that has been read, with its derivation, the earliest first."""
        await self._know(
            *(digest for clock in state.clocks.values() for digest in (clock.rules, clock.calendar))
        )
        derived = [derivation(self._library, clock) for clock in state.clocks.values()]
        return tuple(sorted(derived, key=lambda one: one.clock.due))

    async def forecast(self, principal: Principal, hazard: HazardId) -> tuple[Rules, tuple[Foreseen, ...]]:
        """What fires from now on if nobody acts."""
        state = await self._visible(principal, hazard, _state, Looked.FORECAST)
        rules = await self._rules(state)
        return rules, forecast(rules, state, _now())

    async def find(
        self, principal: Principal, filters: Filters, cursor: str | None, limit: int, order: Order
    ) -> Page:
        """A page of the hazards ``principal`` may see. Raises :class:`storage.cursors.BadCursor`."""
        page = await self._page(readmodel.find, principal, filters, cursor, limit, order)
        await self._log_list(principal, page.rows)
        return page

    async def briefs(
        self, principal: Principal, filters: Filters, cursor: str | None, limit: int, order: Order
    ) -> Briefs:
        """:meth:`find` with as much of each hazard as a line on a page says."""
        page = await self._page(briefs.find, principal, filters, cursor, limit, order)
        await self._log_list(principal, page.rows)
        return page

    async def briefs_with_views(
        self, principal: Principal, filters: Filters, cursor: str | None, limit: int, order: Order
    ) -> tuple[Briefs, tuple[SavedView, ...]]:
        """:meth:`briefs` and, in the same look at the database, the lists that the seat has saved."""

        def both(connection: Connection) -> tuple[Briefs, tuple[SavedView, ...]]:
            page = briefs.find(connection, principal, filters, cursor, limit, order)
            return page, views.of_seat(connection, principal)

        page, saved = await self._page(both)
        await self._log_list(principal, page.rows)
        return page, saved

    async def _log_list(self, principal: Principal, rows: Iterable[HazardRow | Brief]) -> None:
        secret = [
            (row.id, row.profile, row.confidentiality)
            for row in rows
            if row.confidentiality is not Confidentiality.PUBLIC
        ]
        await self._log(principal, Looked.LIST, secret)

    async def obligations(
        self, principal: Principal, sought: Sought, cursor: str | None, limit: int, by: By
    ) -> Lines:
        """A page of what is owed across hazards. Raises :class:`storage.cursors.BadCursor`."""
        page = await self._page(obligations.find, principal, sought, _now(), cursor, limit, by)
        of = {line.hazard: (line.profile, line.confidentiality) for line in page.rows}
        secret = [(id, *about) for id, about in of.items() if about[1] is not Confidentiality.PUBLIC]
        await self._log(principal, Looked.LIST, secret)
        return page

    async def _page(self, find: Callable[..., T], *narrowed: Any) -> T:
        try:
            return await self._database.read(find, *narrowed)
        except StatementError as error:
            if isinstance(
                error.orig, OverflowError
            ):  # a cursor made up of the first or last hours of all time
                raise BadCursor from None
            raise

    async def penalties(self, principal: Principal, enterprise: str) -> tuple[Recorded, ...]:
        """The penalties of an enterprise on all hazards of the district, the latest first (N50)."""
        return await self._database.read(penalties.of, principal, enterprise)

    async def owed(self, principal: Principal, unit: UnitId, limit: int) -> tuple[Due, ...]:
        """What a unit owes on the hazards that ``principal`` may see, the earliest deadline first."""
        return await self._database.read(readmodel.deadlines, principal, bearer=unit, limit=limit)

    # -- may he ---------------------------------------------------------------------------------------

    async def check_seat(self, principal: Principal) -> None:
        """Raises :class:`Refusal` 403 when nobody can hold this seat, or nobody may borrow it."""
        try:
            rules = await self.rules(principal)
        except Refusal:
            raise _no_such_seat("没有已启用的区级配置", "this district is not in operation here") from None
        actor = principal.actor
        if actor.role is Role.SYSTEM:
            raise _no_such_seat("系统身份不对外使用", "the system's own seat is not to be borrowed")
        if actor.unit not in rules.book.organisation.by_id:
            raise _no_such_seat(f"本区没有单位“{actor.unit}”", "there is no such unit in this district")
        problem = rules.book.organisation.seat_problem(actor)
        if problem:
            raise _no_such_seat(problem, "there is no such seat in this district")

    async def check_command(self, principal: Principal, hazard: HazardId, command: str) -> None:
        """All that speaks against a command before its form is read. Raises :class:`Refusal` 403 or 409."""
        state = await self._visible(principal, hazard, _state)  # not logged: he is told a refusal, no content
        core.precheck(await self._rules(state), state, command, principal.actor, _now())

    async def check_report(self, principal: Principal) -> None:
        """Raises :class:`Refusal` 403 when this seat may not report at all."""
        rules = await self.rules(principal)
        anything = Report(channel=Channel.DAILY_PATROL, place="–")
        digest = rules.book.digest
        try:
            core.report(rules, HazardId("?"), digest, anything, principal.actor, _now(), "?")
        except Refusal as refusal:
            if refusal.refused.status == 403:
                raise

    # -- who has read ---------------------------------------------------------------------------------

    async def access_log(self, principal: Principal, **narrowed: Any) -> list[Logged]:
        """Lines of the access log, the latest first; see :func:`storage.accesslog.lines`.

        The auditor reads those of his district, a custodian those of hazards that concern his unit. Raises
        :class:`Refusal` 403 for anybody else.
        """
        if principal.actor.role not in READS_ACCESS_LOG:
            raise refuse(
                403,
                "access-log.not-your-right",
                "SEC-01",
                "访问日志只供审计员和台账专管员查看",
                "only auditors and custodians may read the access log",
            )
        return await self._database.read(accesslog.lines, principal, **narrowed)

    # -- reference ------------------------------------------------------------------------------------

    async def rules(self, principal: Principal) -> Rules:
        """The rules that new hazards of this profile start under. Raises :class:`Refusal` 404."""
        return self._library.rules(*await self._current.rules(principal.profile))

    async def books(self) -> tuple[Rulebook, ...]:
        """The rulebooks in force, one of each district: for whoever has not said yet where he belongs."""
        found = [await self._current.rules(profile) for profile in await self._current.profiles()]
        return tuple(self._library.rules(*rules).book for rules in found)

    async def catalogue(
        self, principal: Principal, subdistrict: str | None
    ) -> tuple[Rules, tuple[tuple[Item, Responsible], ...]]:
        """The catalogue with who answers for each item; 属地管理 needs the sub-district to be named."""
        rules = await self.rules(principal)
        organisation = rules.book.organisation
        place: Unit | None = None
        if subdistrict is not None:
            place = organisation.find(subdistrict)
            if place is None or place not in organisation.territories:
                raise refuse(
                    422,
                    "unknown-subdistrict",
                    "ACT-25",
                    "所填街镇不在本区街镇名录中",
                    "the sub-district named is not one of this district",
                )
        return rules, tuple(
            (item, responsible(item, organisation, place.id if place else None))
            for item in rules.book.catalogue.items
        )

    async def ready(self) -> None:
        """Raises :class:`storage.errors.StorageUnavailable` when nothing can be read."""
        await self._current.refresh()

    # -------------------------------------------------------------------------------------------------

    async def _visible(
        self,
        principal: Principal,
        hazard: HazardId,
        read: Callable[[Connection, Principal, HazardId], T | None],
        *looked: Looked,
    ) -> T:
        """What ``read`` finds. A reading of a confidential hazard, also one that is denied, is logged first."""

        def with_secrecy(connection: Connection) -> tuple[tuple[str, Confidentiality] | None, T | None]:
            return accesslog.confidential(connection, hazard), read(connection, principal, hazard)

        secret, found = await self._database.read(with_secrecy)
        if secret is not None:
            for one in looked:
                await self._log(principal, one, [(hazard, *secret)], denied=found is None)
        if found is None:
            raise NotFound(hazard)
        return found

    async def _log(
        self,
        principal: Principal,
        looked: Looked,
        hazards: Iterable[tuple[HazardId, str, Confidentiality]],
        denied: bool = False,
    ) -> None:
        now = _now()
        accesses = [
            Access(
                hazard=hazard,
                profile=profile,
                confidentiality=secrecy,
                actor=principal.actor,
                caller=None if principal.profile == profile else principal.profile,
                looked=looked,
                outcome="denied" if denied else "seen",
                at=now,
            )
            for hazard, profile, secrecy in hazards
        ]
        if accesses:
            await self._database.write(accesslog.record, accesses)

    async def library_of(self, events: Sequence[Event]) -> Library:
        """The library, with every rulebook and calendar that ``events`` were decided under."""
        await self._know(*(digest for event in events for digest in (event.rules, event.calendar)))
        return self._library

    async def _know(self, *digests: Digest) -> None:
        """Load what has been published since this process last looked, if any of it is asked for."""
        if not all(self._library.knows(digest) for digest in digests):
            await self._current.refresh()

    async def _rules(self, hazard: Hazard) -> Rules:
        try:
            return rules_for(self._library, hazard)
        except UnknownRules:  # published since this process last looked
            await self._current.refresh()
            return rules_for(self._library, hazard)


def _record(
    connection: Connection, principal: Principal, hazard: HazardId
) -> tuple[list[StoredEvent], list[Sent]] | None:
    if not readmodel.is_visible(connection, principal, hazard):
        return None
    return ledger.events(connection, hazard), outbox.sent(connection, hazard)


def _state(connection: Connection, principal: Principal, hazard: HazardId) -> Hazard | None:
    if not readmodel.is_visible(connection, principal, hazard):
        return None
    return readmodel.state_of(connection, hazard)


def _now() -> datetime:
    return datetime.now(UTC)


def _no_such_seat(zh: str, en: str) -> Refusal:
    return refuse(403, "no-such-seat", "ACT-04", zh, en)
