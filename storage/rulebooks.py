"""Rulebooks and calendars, kept for ever under their digests: what every event was decided under (I5)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from domain.calendar import Calendar
from domain.library import Library, Rulebook, canonical
from domain.values import Digest
from storage.errors import RulebookDamaged
from storage.tables import rulebooks
from storage.turns import wait_for_turn

BOOK = "book"
CALENDAR = "calendar"
_THE_CALENDAR = "calendar"
"""There is one calendar for all profiles."""


def publish(connection: Connection, book: Rulebook) -> Digest:
    """Keep a rulebook and make it the current one of its profile. Publishing it again changes nothing."""
    return _publish(connection, BOOK, book.profile, book.version, canonical(book))


def publish_calendar(connection: Connection, calendar: Calendar) -> Digest:
    """Keep a calendar and make it the current one. Publishing it again changes nothing."""
    return _publish(connection, CALENDAR, _THE_CALENDAR, calendar.version, canonical(calendar))


def current_books(connection: Connection) -> dict[str, Digest]:
    """The current rulebook of every profile."""
    query = select(rulebooks.c.name, rulebooks.c.digest).where(rulebooks.c.kind == BOOK, rulebooks.c.current)
    return {name: Digest(digest) for name, digest in connection.execute(query.order_by(rulebooks.c.name))}


def current(connection: Connection, profile: str) -> Digest | None:
    """The current rulebook of a profile, or ``None`` when none was published."""
    return current_books(connection).get(profile)


def current_calendar(connection: Connection) -> Digest | None:
    """The current calendar, or ``None`` when none was published."""
    query = select(rulebooks.c.digest).where(rulebooks.c.kind == CALENDAR, rulebooks.c.current)
    found = connection.scalar(query)
    return Digest(found) if found is not None else None


def load_into(connection: Connection, library: Library) -> int:
    """Add everything ever published that ``library`` does not know yet; returns how much that was.

    Raises :class:`RulebookDamaged` when a text is not the one its digest names.
    """
    known = connection.execute(select(rulebooks.c.digest, rulebooks.c.kind)).all()
    new = [row for row in known if not library.knows(Digest(row.digest))]
    for row in new:
        body = connection.scalar(select(rulebooks.c.body).where(rulebooks.c.digest == row.digest))
        _add(library, row.kind, Digest(row.digest), body or "")
    return len(new)


def _add(library: Library, kind: str, digest: Digest, body: str) -> None:
    if hashlib.sha256(body.encode()).hexdigest() != digest:
        raise _damaged(digest)
    if kind == BOOK:
        added = library.add_book(Rulebook.model_validate_json(body))
    else:
        added = library.add_calendar(Calendar.model_validate_json(body))
    if added != digest:  # sound, but this code reads something else in it
        raise _damaged(digest)


def _damaged(digest: Digest) -> RulebookDamaged:
    return RulebookDamaged(
        f"数据库中规则文本 {digest[:12]} 与其摘要不符，已停止加载；请从备份恢复该行",
        f"the stored text of {digest[:12]} is not the one its digest names, so nothing was loaded; "
        "restore that row from a backup",
    )


def _publish(connection: Connection, kind: str, name: str, version: str, body: str) -> Digest:
    digest = hashlib.sha256(body.encode()).hexdigest()
    wait_for_turn(connection, "rulebooks")
    of_this_name = (rulebooks.c.kind == kind, rulebooks.c.name == name)
    stands = connection.scalar(select(rulebooks.c.current).where(rulebooks.c.digest == digest))
    if stands:
        return Digest(digest)
    connection.execute(update(rulebooks).where(*of_this_name, rulebooks.c.current).values(current=False))
    if stands is None:
        connection.execute(
            insert(rulebooks).values(
                digest=digest,
                kind=kind,
                name=name,
                version=version,
                body=body,
                published_at=datetime.now(UTC),
                current=True,
            )
        )
    else:
        connection.execute(update(rulebooks).where(rulebooks.c.digest == digest).values(current=True))
    return Digest(digest)
