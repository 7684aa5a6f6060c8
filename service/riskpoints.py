"""Risk points on behalf of a principal: which there are, what hangs on each, and acting on one (RSK-01…08)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from domain.commands import Classify, Command, Report, VerifyConfirm
from domain.library import Library, Rulebook
from domain.organisation import SEES_WHOLE_PROFILE
from domain.refusal import FieldError, Refusal, refuse
from domain.riskpoints import Command as PointCommand
from domain.riskpoints import Entry, Order, RiskPoint, to_regrade
from domain.riskrules import decide, may_keep, may_register
from domain.transitions import BY_COMMAND
from domain.values import Colour, UnitId, local
from service.keys import check_key
from service.rulebooks import Current
from storage import riskpoints
from storage.cursors import Place, read, written
from storage.database import Database
from storage.riskpoints import Linked, Sought
from storage.scope import Principal

_ORDER = "risk-points"


@dataclass(frozen=True)
class Seen:
    """A risk point as a principal sees it now, with what hangs on it."""

    point: RiskPoint
    linked: Linked
    review_due: bool
    may_keep: bool

    @property
    def proposal(self) -> Colour | None:
        """The colour that its open hazards speak for, where it is worse than its own (RSK-06)."""
        return to_regrade(self.point.colour, self.linked.colours) if self.point.open else None


class RiskRegister:
    """Raises :class:`Refusal` 403, 404, 409 and 422."""

    def __init__(self, database: Database, library: Library, current: Current) -> None:
        self._database = database
        self._library = library
        self._current = current

    # -- reading ------------------------------------------------------------------------------------

    async def find(
        self,
        principal: Principal,
        sought: Sought,
        cursor: str | None = None,
        limit: int = 50,
        today: date | None = None,
    ) -> tuple[list[Seen], str | None]:
        """Points that concern the principal, the worst colour first, and where the next page begins.

        Raises :class:`storage.cursors.BadCursor`.
        """
        book = await self._book(principal)
        after = None
        if cursor is not None:
            rank, _, number = read(cursor, _ORDER).id.partition("/")
            after = (int(rank) if rank.isdecimal() else 0, number)
        found = await self._database.read(
            riskpoints.find, principal, sought, territory(book, principal), after=after, limit=limit + 1
        )
        following = None
        if len(found) > limit:
            last = found[limit - 1]
            following = written(Place(_ORDER, None, f"{riskpoints.rank(last.colour)}/{last.number}"))
        return await self._seen(principal, book, found[:limit], today), following

    async def one(
        self, principal: Principal, number: str, today: date | None = None
    ) -> tuple[Seen, list[Entry]]:
        """A point, and all that was recorded about it."""
        book = await self._book(principal)
        point = await self._point(principal, book, number)
        (seen,) = await self._seen(principal, book, [point], today)
        return seen, await self._database.read(riskpoints.history, principal.profile, number)

    async def by_street(self, principal: Principal) -> dict[UnitId | None, dict[Colour, int]]:
        """How many points of each colour stand in each sub-district."""
        book = await self._book(principal)
        return await self._database.read(riskpoints.by_street, principal, territory(book, principal))

    async def may_register(self, principal: Principal) -> bool:
        return may_register(await self._book(principal), principal.actor)

    # -- acting -------------------------------------------------------------------------------------

    async def give(self, principal: Principal, number: str | None, command: PointCommand, key: str) -> str:
        """Have a command about a point decided and recorded, or register a new one; answers with its number.

        The same key again changes nothing.
        """
        check_key(key)
        book = await self._book(principal)
        if number is not None:
            await self._point(principal, book, number)
        actor, now = principal.actor, datetime.now(UTC)
        order = Order(command=command, actor=actor, key=f"{actor.unit}:{key}")

        def decided(point: RiskPoint | None, of: str, open_hazards: int) -> Entry:
            return decide(book, point, order, now, number=of, open_hazards=open_hazards)

        return await self._database.write(
            riskpoints.record,
            principal.profile,
            book.prefix,
            number,
            order.key,
            order.digest(number or ""),
            actor,
            decided,
        )

    # -- links --------------------------------------------------------------------------------------

    async def check_links(self, principal: Principal, commands: Iterable[Command]) -> dict[str, bool]:
        """Of all points that these commands link to: those the principal may see, and whether each still stands."""
        named = {number for command in commands for number in linked_by(command)}
        if not named:
            return {}
        book = await self._book(principal)
        return await self._database.read(riskpoints.standing, principal, named, territory(book, principal))

    # -----------------------------------------------------------------------------------------------

    async def _point(self, principal: Principal, book: Rulebook, number: str) -> RiskPoint:
        point = await self._database.read(riskpoints.one, principal, number, territory(book, principal))
        if point is None:
            raise refuse(
                404,
                "risk-point.no-such-point",
                "RSK-03",
                f"没有风险点“{number}”，或与您的单位无关",
                f"there is no risk point {number} for you to see",
            )
        return point

    async def _seen(
        self, principal: Principal, book: Rulebook, points: Sequence[RiskPoint], today: date | None
    ) -> list[Seen]:
        keeps = {point.number: may_keep(book, principal.actor, point.described) for point in points}
        linked: dict[str, Linked] = {}
        for keeper in set(keeps.values()):
            some = [number for number, kept in keeps.items() if kept is keeper]
            linked |= await self._database.read(riskpoints.linked, principal, some, keeper=keeper)
        day = today or local(datetime.now(UTC)).date()
        return [
            Seen(
                point,
                linked.get(point.number, Linked()),
                point.review_due(day),
                keeps[point.number] and point.open,
            )
            for point in points
        ]

    async def _book(self, principal: Principal) -> Rulebook:
        rules = await self._current.rules(principal.profile)
        return self._library.rules(*rules).book


def territory(book: Rulebook, principal: Principal) -> UnitId | None:
    """The sub-district that a neighbourhood committee belongs to: it reads the points that lie there."""
    if principal.actor.role in SEES_WHOLE_PROFILE:
        return None
    return book.organisation.subdistrict_of(principal.actor.unit)


def linked_by(command: Command) -> tuple[str, ...]:
    """The risk points that a command about a hazard links it to."""
    return command.risk_points if isinstance(command, Report | VerifyConfirm | Classify) else ()


def bad_link(command: Command, known: dict[str, bool]) -> Refusal | None:
    """The refusal of a link to a risk point that is not there for its giver, or stands no more (RSK-06)."""
    for number in linked_by(command):
        if known.get(number):
            continue
        zh, en = (
            ("已注销，不能再关联", "is retired: nothing is linked to it any more")
            if number in known
            else ("不存在，或与您的单位无关，请核对编号", "is none that you could see; check its number")
        )
        return refuse(
            422,
            f"{BY_COMMAND[command.do].id}.unknown-risk-point",
            "RSK-06",
            f"风险点“{number}”{zh}",
            f"risk point {number} {en}",
            (FieldError(field="risk_points", message=f"风险点“{number}”{zh} | risk point {number} {en}"),),
        )
    return None
