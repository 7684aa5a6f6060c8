"""Who gets a notice out of the house, and which deliveries go out as one message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection

from channels.post import NOTICES_A_MESSAGE
from channels.settings import Channels
from domain.calendar import Calendar
from domain.delivery import Medium
from domain.library import Library
from domain.values import UnitId
from storage import contacts, outbox, rulebooks
from storage.deliveries import Due
from storage.outbox import Waiting

_UNIT_MAILBOX = "unit:"
"""Before a unit's id: its 政务电子邮箱 of the contact form (F17), whatever that is when the mail goes out."""


@dataclass(frozen=True)
class New:
    """Notices nobody has handed on, and what is needed to do so."""

    notices: Sequence[Waiting]
    calendar: Calendar
    """By which nobody is written to at night or on a day off."""
    mailboxes: frozenset[UnitId]
    """Units whose contact form names a mailbox."""


def new(connection: Connection, profile: str, library: Library) -> New:
    """Also puts into ``library`` what was published since, which texts are made with."""
    rulebooks.load_into(connection, library)
    notices = outbox.waiting(connection, profile)
    known = rulebooks.current_calendar(connection)
    forms = contacts.of_units(connection, profile, {one.notice.unit for one in notices}) if notices else {}
    return New(
        notices=notices,
        calendar=library.calendar(known) if known else Calendar(version="none"),
        mailboxes=frozenset(unit for unit, form in forms.items() if form.email),
    )


def recipients(
    channels: Channels, profile: str, waiting: Waiting, media: Sequence[Medium], mailboxes: frozenset[UnitId]
) -> Iterator[tuple[str, str]]:
    """Channel and recipient of each way a notice goes. A seat without a mailbox of its own has its unit's."""
    notice = waiting.notice
    names = channels.endpoints_of(profile, notice.unit, notice.role, media)
    kinds = [channels.endpoints[name].kind for name in names]
    yield from zip(kinds, names, strict=True)
    wants_mail = Medium.MAIL in media and "mail" not in kinds
    if wants_mail and channels.mail and channels.mail.use_unit_mailboxes and notice.unit in mailboxes:
        yield "mail", f"{_UNIT_MAILBOX}{notice.unit}"


def mailbox_of(recipient: str) -> UnitId | None:
    """The unit whose mailbox a recipient is, if he is one."""
    return UnitId(recipient.removeprefix(_UNIT_MAILBOX)) if recipient.startswith(_UNIT_MAILBOX) else None


@dataclass(frozen=True)
class Batch:
    """Deliveries that go out as one message."""

    message: str
    channel: str
    recipient: str
    rows: tuple[Due, ...]

    @property
    def ids(self) -> list[int]:
        return [row.id for row in self.rows]


def batches(due: Iterable[Due]) -> list[Batch]:
    """A message that was begun stays as it was; what else waits for one recipient goes out together."""
    begun: dict[str, list[Due]] = {}
    fresh: dict[tuple[str, str], list[Due]] = {}
    for row in due:
        if row.message is not None:
            begun.setdefault(row.message, []).append(row)
        else:
            fresh.setdefault((row.channel, row.recipient), []).append(row)
    found = [
        Batch(message, rows[0].channel, rows[0].recipient, tuple(rows)) for message, rows in begun.items()
    ]
    for (channel, recipient), rows in fresh.items():
        for told in _parts(rows, NOTICES_A_MESSAGE[channel]):
            found.append(Batch(f"qn-{uuid4().hex[:16]}", channel, recipient, told))
    return found


def _parts(rows: Sequence[Due], most: int) -> Iterator[tuple[Due, ...]]:
    """At most so many things to tell in each part; what is armed alike is one thing and stays together."""
    alike: dict[str, list[Due]] = {}
    for row in rows:
        alike.setdefault(row.armed, []).append(row)
    things = list(alike.values())
    for start in range(0, len(things), most):
        yield tuple(row for thing in things[start : start + most] for row in thing)
