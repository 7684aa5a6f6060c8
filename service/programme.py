"""The programme on behalf of a principal: which windows there are, who has filed, and filing for one (F18).

The central seats see every unit, the seat that approves a duty all that is filed for it, every other seat its
own unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError

from domain import filing
from domain.filing import may_file
from domain.library import Library, Rulebook
from domain.organisation import SEES_WHOLE_PROFILE
from domain.programme import (
    Command,
    File,
    Happening,
    Kind,
    Note,
    Order,
    Part,
    Programme,
    Standing,
    WindowProgress,
)
from domain.refusal import FieldError, Refusal, refuse
from domain.values import HazardId
from service.door import NotRecorded
from service.keys import check_key
from service.rulebooks import Current
from storage import majors, programme
from storage.cursors import Place, read, written
from storage.database import Database
from storage.majors import Major
from storage.scope import Principal
from workflows.contract import refusal_in
from workflows.programme import GIVE, Answer, id_of

_PATIENCE = timedelta(seconds=10)
_ORDER = "windows"


@dataclass(frozen=True)
class Stand:
    """One unit's part of a window, as it stands now."""

    part: Part
    name: str
    progress: WindowProgress
    may_file: bool
    may_decide: bool


@dataclass(frozen=True)
class Seen:
    """A window as a principal sees it: the parts that are his to see, in the order of the organisation."""

    standing: Standing
    stands: Sequence[Stand]

    @cached_property
    def late(self) -> int:
        return sum(stand.progress.late for stand in self.stands)

    @cached_property
    def owing(self) -> int:
        return sum(not stand.progress.settled for stand in self.stands)


@dataclass(frozen=True)
class Whole:
    """A window with all that was filed for it; of a plan of supervision also the hazards it is about."""

    seen: Seen
    filed: Sequence[Happening]
    planned: Sequence[Major] = ()
    left_out: Sequence[Major] = field(default=())
    """Major hazards that stand open and are in no filed plan (CLS-15)."""


class ProgrammeRoom:
    """Raises :class:`Refusal` 403, 404, 409 and 422, and :class:`NotRecorded` without a worker or Temporal."""

    def __init__(self, client: Client, database: Database, library: Library, current: Current) -> None:
        self._client = client
        self._database = database
        self._library = library
        self._current = current

    # -- reading ------------------------------------------------------------------------------------

    async def windows(
        self,
        principal: Principal,
        *,
        duty: str | None = None,
        owing: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
        cursor: str | None = None,
        limit: int = 50,
        now: datetime | None = None,
    ) -> tuple[list[Seen], str | None]:
        """Windows that concern the principal, the latest due first, and where the next page begins.

        ``owing``: only what somebody still owes. Windows that are none of his are left out, so a page may be
        shorter than ``limit`` and yet have a next one. Raises :class:`storage.cursors.BadCursor`.
        """
        book = await self._book(principal)
        before = None
        if cursor is not None:
            place = read(cursor, _ORDER)
            its_duty, _, its_label = place.id.partition("/")
            before = (place.value, its_duty, its_label) if place.value else None
        found = await self._database.read(
            programme.find,
            principal.profile,
            duty=duty,
            owing=owing,
            since=since,
            until=until,
            before=before,
            limit=limit + 1,
        )
        following = None
        if len(found) > limit:
            last = found[limit - 1]
            following = written(Place(_ORDER, last.window.due, "/".join(last.key)))
        moment = now or datetime.now(UTC)
        seen = [_seen(book, principal, one, moment) for one in found[:limit]]
        return [one for one in seen if one.stands and (one.owing or not owing)], following

    async def window(self, principal: Principal, duty: str, label: str, now: datetime | None = None) -> Whole:
        book = await self._book(principal)
        standing = await self._database.read(programme.window, principal.profile, duty, label)
        if standing is None:
            raise _no_such_window(book, duty, label)
        seen = _seen(book, principal, standing, now or datetime.now(UTC))
        if not seen.stands:
            raise _no_such_window(book, duty, label)
        record = await self._database.read(programme.record, principal.profile, window=(duty, label))
        units = {stand.part.unit for stand in seen.stands}
        filed = [
            one
            for stored in record
            if (one := stored.happening).kind in _TOLD and (not one.units or units & set(one.units))
        ]
        if not standing.opening.lists_major:
            return Whole(seen, filed)
        planned = tuple(hazard for stand in seen.stands for hazard in stand.part.hazards)
        found = await self._database.read(majors.majors, principal, planned)
        return Whole(
            seen,
            filed,
            planned=[one for one in found if one.id in planned],
            left_out=[one for one in found if one.id not in planned],
        )

    async def registers(
        self, principal: Principal, before: int | None = None, limit: int = 50
    ) -> tuple[list[Happening], int | None]:
        """The office's registers, the latest first (ACT-08): for the central seats."""
        if principal.actor.role not in SEES_WHOLE_PROFILE:
            raise refuse(
                403,
                "office-register.not-your-view",
                "ACT-08",
                (await self._book(principal)).said("办公室登记簿只供清零办、城运中心和审计员查看"),
                "the registers are for the office, the desk and auditors",
            )
        found = await self._database.read(
            programme.record, principal.profile, kind=Kind.NOTED, before=before, limit=limit + 1
        )
        following = found[limit - 1].seq if len(found) > limit else None
        return [stored.happening for stored in found[:limit]], following

    # -- acting -------------------------------------------------------------------------------------

    async def give(self, principal: Principal, command: Command, key: str) -> int:
        """Have a command decided and recorded; answers with its entry. The same key again changes nothing."""
        check_key(key)
        order = Order(command=command, actor=principal.actor, key=key)
        standing = None
        if not isinstance(command, Note):
            standing = await self._database.read(
                programme.window, principal.profile, command.duty, command.label
            )
        await self._refuse_early(principal, order, standing)
        if isinstance(command, File):
            await self._check_hazards(principal, command, standing)
        handle = self._client.get_workflow_handle(id_of(principal.profile))
        try:
            answer: Answer = await handle.execute_update(
                GIVE,
                order,
                # Within a run the server knows a repeated one by this; the programme itself across runs.
                id=f"{key}:{order.digest}",
                result_type=Answer,
                rpc_timeout=_PATIENCE,
            )
        except WorkflowUpdateFailedError as error:
            refusal = refusal_in(error.cause)
            if refusal is None:
                raise NotRecorded(f"programme {principal.profile}: {error.cause}") from error
            raise refusal from None
        except (WorkflowUpdateRPCTimeoutOrCancelledError, RPCError, RuntimeError) as error:
            raise NotRecorded(f"programme {principal.profile}: {error}") from error
        return answer.seq

    async def _refuse_early(self, principal: Principal, order: Order, standing: Standing | None) -> None:
        """By the same function, on what is recorded; whether the state allows it is the programme's to say,
        which also knows the key of a command it has carried out.
        """
        rules = self._library.rules(*await self._current.rules(principal.profile))
        recorded = Programme(profile=principal.profile, standings=(standing,) if standing else ())
        try:
            filing.decide(rules, recorded, order, datetime.now(UTC))
        except Refusal as refusal:
            if refusal.refused.status in (403, 404):
                raise

    async def _check_hazards(self, principal: Principal, command: File, standing: Standing | None) -> None:
        """The hazards that a filing names are there for the filer to see; those of a plan are major ones."""
        named = command.filing.hazards
        if not named:
            return
        found = await self._database.read(majors.seen, principal, named)
        unknown = [hazard for hazard in named if hazard not in found]
        if unknown:
            raise _bad_hazards(
                unknown, "REG-11", "没有这些隐患，或您无权查看", "no such hazards for you to see"
            )
        minor = [hazard for hazard in named if not found[hazard]]
        if minor and standing is not None and standing.opening.lists_major:
            raise _bad_hazards(minor, "CLS-15", "不是重大事故隐患", "not major hazards")

    async def _book(self, principal: Principal) -> Rulebook:
        rules = await self._current.rules(principal.profile)
        return self._library.rules(*rules).book


_TOLD = (Kind.FILED, Kind.APPROVED, Kind.RETURNED)


def _seen(book: Rulebook, principal: Principal, standing: Standing, now: datetime) -> Seen:
    actor = principal.actor
    approves = actor.role == standing.opening.approved_by
    whole = actor.role in SEES_WHOLE_PROFILE or approves
    order = {unit.id: n for n, unit in enumerate(book.organisation.units)}
    parts = [part for part in standing.parts if whole or part.unit == actor.unit]
    stands = [
        Stand(
            part,
            book.organisation.name(part.unit),
            progress := standing.progress(part, now),
            # Once all is done and its day past, the window is over.
            may_file=may_file(actor, part, standing) and bool(standing.owing or now < standing.window.due),
            may_decide=approves and progress is WindowProgress.TO_APPROVE,
        )
        for part in sorted(parts, key=lambda part: order.get(part.unit, len(order)))
    ]
    return Seen(standing, stands)


def _no_such_window(book: Rulebook, duty: str, label: str) -> Refusal:
    known = book.cadence.duty(duty) if book.cadence else None
    return refuse(
        404,
        "F18.no-such-window",
        "CAD-02",
        f"“{known.name if known else duty}”没有 {label} 这一周期，或与您的单位无关",
        f"there is no window {known.en if known else duty} {label} for you to see",
    )


def _bad_hazards(hazards: Sequence[HazardId], requirement: str, zh: str, en: str) -> Refusal:
    return refuse(
        422,
        "F18.hazards",
        requirement,
        f"{'、'.join(hazards)} {zh}",
        f"{', '.join(hazards)}: {en}",
        (FieldError(field="filing.hazards", message=f"{'、'.join(hazards)} {zh} | {en}"),),
    )
