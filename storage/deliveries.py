"""Notices on their way out of the house: what is due, what was tried, what came of it.

``waiting`` → ``sending`` → ``sent``; back to ``waiting`` after a failure that may pass; ``failed`` is a dead
letter; ``lapsed`` had become pointless before it could go out. A row that is ``sending`` belongs to whoever
began it until ``not_before``: if he has died by then, the next one sends the same message again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, literal, literal_column, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from domain.events import Notice
from domain.values import Confidentiality, Digest, HazardId, UnitId, Urgency
from storage.tables import Instant, deadlines, deliveries, hazards, outbox, programme_log

WAITING, SENDING, SENT, FAILED, LAPSED = "waiting", "sending", "sent", "failed", "lapsed"
STATES = (WAITING, SENDING, SENT, FAILED, LAPSED)

_OPEN: ColumnElement[bool] = literal_column("deliveries.state IN ('waiting', 'sending')")
"""In the words of the index, which SQLite else does not use."""
_FAILED: ColumnElement[bool] = literal_column("deliveries.state = 'failed'")


def in_state(state: str) -> ColumnElement[bool]:
    """Deliveries in one of the states, dead letters by the index that holds only them."""
    return _FAILED if state == FAILED else deliveries.c.state == state


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice to one recipient out of the house, as it is handed on."""

    notice_id: int
    profile: str
    channel: str
    recipient: str
    armed: str
    lapses: bool
    not_before: datetime
    give_up_at: datetime

    def row(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"state": WAITING}


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that may go out now, with what its text is made of.

    ``message`` is set when it was begun before; ``lapsed`` when it is pointless by now: its deadline runs no
    longer, or its recipient has been told by way of another seat. ``under_way_until``: he is being told by way
    of another seat, in a message that may have arrived, and belongs to it until then.
    """

    id: int
    notice: Notice
    armed: str
    hazard: HazardId | None
    about: str | None
    """The window (``duty/label``) of a notice that is about no hazard."""
    rules: Digest
    owner: UnitId
    code: str | None
    subdistrict: UnitId | None
    confidentiality: Confidentiality
    urgency: Urgency
    channel: str
    recipient: str
    message: str | None
    attempts: int
    lapsed: bool
    under_way_until: datetime | None


def due(connection: Connection, profile: str, now: datetime, limit: int = 500) -> list[Due]:
    """What may go out by ``now``, in the order it became due."""
    still_runs = exists().where(
        deadlines.c.hazard_id == outbox.c.hazard_id,
        deadlines.c.clock == outbox.c.clock,
        deadlines.c.subtask == func.coalesce(outbox.c.subtask, ""),
        deadlines.c.due == outbox.c.due,
        deadlines.c.stopped_at.is_(None),
    )
    told = deliveries.alias("told")
    the_same = (
        deliveries.c.channel != "webhook",  # people are told once; systems get every addressee
        told.c.recipient == deliveries.c.recipient,
        told.c.armed == deliveries.c.armed,
        told.c.profile == deliveries.c.profile,
    )
    already = exists().where(*the_same, told.c.state == SENT)
    under_way = (
        select(func.max(told.c.not_before))
        .where(*the_same, told.c.state.in_((WAITING, SENDING)), told.c.message.is_not(None))
        .scalar_subquery()
    )
    query = (
        select(
            deliveries.c.id,
            deliveries.c.armed,
            *(outbox.c[name] for name in Notice.model_fields),
            hazards.c.id.label("hazard"),
            outbox.c.about,
            func.coalesce(hazards.c.rules, programme_log.c.rules).label("rules"),
            *(hazards.c[name] for name in ("owner", "code", "subdistrict", "confidentiality", "urgency")),
            *(deliveries.c[name] for name in ("channel", "recipient", "message", "attempts")),
            and_(deliveries.c.message.is_(None), or_(already, and_(deliveries.c.lapses, ~still_runs))).label(
                "lapsed"
            ),
            case((deliveries.c.message.is_(None), under_way)).label("under_way_until"),
        )
        .join(outbox, outbox.c.id == deliveries.c.notice_id)
        .outerjoin(hazards, hazards.c.id == outbox.c.hazard_id)
        .outerjoin(
            programme_log,
            and_(
                outbox.c.hazard_id.is_(None),
                programme_log.c.profile == outbox.c.profile,
                programme_log.c.seq == outbox.c.seq,
            ),
        )
        .where(deliveries.c.profile == profile, _OPEN, deliveries.c.not_before <= now)
        .order_by(deliveries.c.not_before, deliveries.c.id)
        .limit(limit)
    )
    return [
        Due(
            id=row["id"],
            notice=Notice.model_validate({name: row[name] for name in Notice.model_fields}),
            armed=row["armed"],
            hazard=HazardId(row["hazard"]) if row["hazard"] else None,
            about=row["about"],
            rules=Digest(row["rules"]),
            owner=UnitId(row["owner"] or row["unit"]),
            code=row["code"],
            subdistrict=UnitId(row["subdistrict"]) if row["subdistrict"] else None,
            confidentiality=Confidentiality(row["confidentiality"] or Confidentiality.PUBLIC),
            urgency=Urgency(row["urgency"] or Urgency.NORMAL),
            channel=row["channel"],
            recipient=row["recipient"],
            message=row["message"],
            attempts=row["attempts"],
            lapsed=bool(row["lapsed"]),
            under_way_until=row["under_way_until"],
        )
        for row in connection.execute(query).mappings()
    ]


def begin(connection: Connection, message: str, ids: Sequence[int], now: datetime, until: datetime) -> bool:
    """Take the rows ``ids`` as one message, ours until ``until``; false when another has taken them."""
    free = connection.execute(
        select(deliveries.c.id)
        .where(deliveries.c.id.in_(ids), _OPEN, deliveries.c.not_before <= now)
        .with_for_update()
    ).all()
    of_message = connection.scalar(
        select(func.count())
        .select_from(deliveries)
        .where(deliveries.c.message == message, deliveries.c.id.not_in(ids))
    )
    if len(free) != len(ids) or of_message:
        return False
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(ids))
        .values(state=SENDING, message=message, attempts=deliveries.c.attempts + 1, not_before=until)
    )
    return True


def sent(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    _close(connection, ids, state=SENT, sent_at=at, error=None)


def failed(connection: Connection, ids: Sequence[int], error: str) -> None:
    """Dead letters: nothing happens to them until somebody has them tried again."""
    _close(connection, ids, state=FAILED, error=error)


def lapsed(connection: Connection, ids: Sequence[int]) -> None:
    _close(connection, ids, state=LAPSED)


def put_off(
    connection: Connection, ids: Sequence[int], until: datetime, error: str, now: datetime, *, keep: bool
) -> int:
    """Try again at ``until``, or never when they have been tried long enough; returns how many were given up.

    ``keep`` the message together when it may have arrived: its recipient must be able to tell that the next
    one is the same. Otherwise the rows may go out with others.
    """
    given_up = connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(ids), deliveries.c.give_up_at <= now, deliveries.c.state == SENDING)
        .values(state=FAILED, error=error)
    ).rowcount
    values: dict[str, Any] = {} if keep else {"message": None}
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(ids), deliveries.c.state == SENDING)
        .values(state=WAITING, not_before=until, error=error, **values)
    )
    return given_up


def wait_until(
    connection: Connection,
    ids: Sequence[int],
    now: datetime,
    until: datetime,
    tried_until: datetime | None = None,
) -> None:
    """They may not go out for now; what another has begun meanwhile stays his.

    They are not given up before ``tried_until``.
    """
    later: dict[str, Any] = {}
    if tried_until is not None:
        given_up, earliest = deliveries.c.give_up_at, literal(tried_until, Instant)
        later["give_up_at"] = case((given_up < earliest, earliest), else_=given_up)
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(ids), _OPEN, deliveries.c.not_before <= now)
        .values(not_before=until, **later)
    )


def retry(
    connection: Connection, profile: str, notices: Sequence[int] | None, now: datetime, give_up_at: datetime
) -> int:
    """Let dead letters be tried again, those of ``notices`` or all; returns how many there were."""
    chosen = [] if notices is None else [deliveries.c.notice_id.in_(notices)]
    return connection.execute(
        update(deliveries)
        .where(deliveries.c.profile == profile, _FAILED, *chosen)
        .values(state=WAITING, message=None, attempts=0, not_before=now, give_up_at=give_up_at)
    ).rowcount


@dataclass(frozen=True, slots=True)
class Count:
    """How many deliveries of a profile's channel are open, and how many are dead letters."""

    channel: str
    waiting: int
    failed: int


def counts(connection: Connection, profile: str) -> list[Count]:
    found: dict[str, dict[str, int]] = {}
    for name, condition in (("waiting", _OPEN), ("failed", _FAILED)):
        query = (
            select(deliveries.c.channel, func.count())
            .where(deliveries.c.profile == profile, condition)
            .group_by(deliveries.c.channel)
        )
        for channel, number in connection.execute(query):
            found.setdefault(channel, {})[name] = number
    return [Count(channel, n.get("waiting", 0), n.get("failed", 0)) for channel, n in sorted(found.items())]


def _close(connection: Connection, ids: Sequence[int], **values: Any) -> None:
    connection.execute(update(deliveries).where(deliveries.c.id.in_(ids), _OPEN).values(**values))
