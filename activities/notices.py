"""Hands notices on and sends them out.

What is to be sent, and what came of it, stands in the database before and after each attempt, so a worker
may die at any point: the next one sends what was open, under the same message id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection

from activities.contract import Shift
from activities.recipients import Batch, batches, mailbox_of, new, recipients
from channels.message import Message, Undelivered
from channels.post import PostOffice
from channels.settings import Channels, ChannelsFile
from channels.texts import Told, compose
from domain.delivery import DeliveryPolicy
from domain.library import Library
from settings import SettingsError
from storage import contacts, deliveries, outbox
from storage.database import Database
from storage.deliveries import Outgoing
from storage.errors import StorageError

log = structlog.get_logger(__name__)

_AT_ONCE = 8
_A_ROUND = 64
"""Messages a round sends at most, so that a round of slow recipients ends well before a shift does."""
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=30)


class Meter(Protocol):
    """Where figures go; Temporal's own meter in a worker."""

    def count(self, outcome: str, channel: str, number: int) -> None: ...
    def stand(self, channel: str, waiting: int, failed: int) -> None: ...


def pause(attempts: int) -> timedelta:
    """How long to wait after the ``attempts``-th failure: 5 s, doubled each time, half an hour at most."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 12)), _LONGEST_PAUSE)


class Deliverer:
    """Delivers the notices of profiles. ``clock`` is the wall clock; tests bring their own."""

    def __init__(
        self,
        database: Database,
        library: Library,
        file: ChannelsFile,
        policy: Callable[[str], DeliveryPolicy],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._library = library
        self._file = file
        self._policy = policy
        self._clock = clock
        self._post = PostOffice()

    async def close(self) -> None:
        await self._post.close()

    async def round(self, profile: str, meter: Meter) -> Shift:
        """Hand on what is new and send what is due, one batch of each; returns what came of it.

        Raises :class:`storage.errors.StorageError`; nothing is lost by it.
        """
        channels = self._channels()
        policy = self._policy(profile)
        handed_on = await self._hand_on(profile, policy, channels)
        done = Shift(handed_on=handed_on)
        now = self._clock()
        due = await self._database.read(deliveries.due, profile, now)
        lapsed = [row.id for row in due if row.lapsed]
        if lapsed:
            await self._database.write(deliveries.lapsed, lapsed)
        fresh = batches(row for row in due if not row.lapsed)
        todo = await self._within_the_rate(channels, fresh[:_A_ROUND])
        one_of_few = asyncio.Semaphore(_AT_ONCE)

        async def send(batch: Batch) -> Shift:
            async with one_of_few:
                return await self._send(profile, channels, batch, meter)

        for outcome in await asyncio.gather(*(send(batch) for batch in todo)):
            done = done.plus(outcome)
        return done.plus(Shift(lapsed=len(lapsed), busy=bool(handed_on or todo)))

    async def stand(self, profile: str, meter: Meter) -> None:
        """Tell the meter how much is open."""
        for count in await self._database.read(deliveries.counts, profile):
            meter.stand(count.channel, count.waiting, count.failed)

    def _channels(self) -> Channels:
        try:
            return self._file.read()
        except SettingsError as error:
            log.error("channel settings not taken over", reason=str(error))
            return self._file.channels

    # -- handing on -----------------------------------------------------------------------------------

    async def _hand_on(self, profile: str, policy: DeliveryPolicy, channels: Channels) -> int:
        """Every notice is in the inbox already; here it is decided where else it goes, and from when."""
        read = await self._database.read(new, profile, self._library)
        if not read.notices:
            return 0
        outgoing = []
        for notice in read.notices:
            row = policy.row(notice.notice)
            if row is None:
                continue
            at = policy.goes_out(row, read.calendar, notice.urgency, notice.created_at)
            for channel, recipient in recipients(channels, profile, notice, row.media, read.mailboxes):
                outgoing.append(
                    Outgoing(
                        notice_id=notice.id,
                        profile=profile,
                        channel=channel,
                        recipient=recipient,
                        armed=notice.armed,
                        lapses=row.lapses,
                        not_before=at,
                        give_up_at=max(at, self._clock()) + timedelta(hours=policy.keep_trying),
                    )
                )
        ids = [notice.id for notice in read.notices]
        await self._database.write(outbox.hand_on, ids, outgoing, self._clock())
        return len(ids)

    # -- sending --------------------------------------------------------------------------------------

    async def _within_the_rate(self, channels: Channels, todo: list[Batch]) -> list[Batch]:
        """Those that may be sent now; the others wait, and may go out together later."""
        now = self._clock()
        let_through: list[Batch] = []
        held: list[tuple[list[int], datetime]] = []
        full: dict[str, float] = {}
        for batch in todo:
            wait = full.get(batch.recipient) or self._post.wait(channels, batch.recipient)
            if wait:
                full[batch.recipient] = wait
                held.append((batch.ids, now + timedelta(seconds=wait)))
            else:
                let_through.append(batch)
        if held:
            await self._database.write(_hold, held)
        return let_through

    async def _send(self, profile: str, channels: Channels, batch: Batch, meter: Meter) -> Shift:
        now = self._clock()
        ours_until = now + timedelta(seconds=3 * channels.timeout + 5)
        taken = await self._database.write(deliveries.begin, batch.message, batch.ids, now, ours_until)
        if not taken:
            return Shift()
        number = len(batch.rows)
        try:
            address = await self._address(profile, batch)
            message = self._message(profile, channels, batch, now)
            await self._post.send(channels, batch.recipient, message, address, now)
        except Exception as error:
            if isinstance(error, StorageError):
                raise
            told = error if isinstance(error, Undelivered) else _defect(error)
            outcome = await self._not_delivered(batch, told)
            meter.count("failed" if outcome.failed else "put_off", batch.channel, number)
            log.warning(
                "message not delivered",
                message=batch.message,
                channel=batch.channel,
                recipient=batch.recipient,
                notices=number,
                attempts=batch.rows[0].attempts + 1,
                given_up=bool(outcome.failed),
                reason=told.en,
            )
            return outcome
        await self._database.write(deliveries.sent, batch.ids, self._clock())
        meter.count("delivered", batch.channel, number)
        return Shift(delivered=number, messages=1)

    async def _not_delivered(self, batch: Batch, error: Undelivered) -> Shift:
        number = len(batch.rows)
        if not error.passing:
            await self._database.write(deliveries.failed, batch.ids, str(error))
            return Shift(failed=number)
        now = self._clock()
        wait = max(pause(max(row.attempts for row in batch.rows) + 1), timedelta(seconds=error.wait or 0))
        given_up = await self._database.write(
            deliveries.put_off, batch.ids, now + wait, str(error), now, keep=error.maybe
        )
        return Shift(failed=given_up, put_off=number - given_up)

    async def _address(self, profile: str, batch: Batch) -> str | None:
        unit = mailbox_of(batch.recipient)
        if unit is None:
            return None
        form = await self._database.read(contacts.of_unit, profile, unit)
        if form is None or not form.email:
            raise Undelivered(
                "该单位联络员填报表中没有电子邮箱", "the unit's contact form has no e-mail", passing=False
            )
        return form.email

    def _message(self, profile: str, channels: Channels, batch: Batch, now: datetime) -> Message:
        told = [
            Told(
                notice=row.notice,
                armed=row.armed,
                hazard=row.hazard,
                window=row.about,
                book=self._library.book(row.rules),
                confidentiality=row.confidentiality,
                owner=row.owner,
                code=row.code,
                subdistrict=row.subdistrict,
            )
            for row in batch.rows
        ]
        return compose(batch.message, profile, told, now, channels.link)


def _hold(connection: Connection, held: list[tuple[list[int], datetime]]) -> None:
    for ids, until in held:
        deliveries.wait_until(connection, ids, until)


def _defect(error: Exception) -> Undelivered:
    """Something we did not foresee holds up its own message only; its words may say too much to be kept."""
    name = type(error).__name__
    return Undelivered(f"系统内部错误（{name}）", f"an error of our own ({name})", passing=True, maybe=True)
