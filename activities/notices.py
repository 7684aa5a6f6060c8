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
from activities.recipients import Batch, New, batches, mailbox_of, new, recipients
from channels.message import Message, Undelivered
from channels.post import PostOffice
from channels.settings import Channels, ChannelsFile
from channels.texts import Told, compose
from domain.calendar import Calendar
from domain.delivery import DeliveryPolicy
from domain.library import Library
from settings import SettingsError
from storage import contacts, deliveries, outbox
from storage.database import Database
from storage.deliveries import Due, Outgoing
from storage.errors import StorageError

log = structlog.get_logger(__name__)

_AT_ONCE = 8
_A_ROUND = 64
"""Messages a round sends at most, so that a round of slow recipients ends well before a shift does."""
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=30)
_AFTER_A_NIGHT = timedelta(hours=4)
"""How long at least is tried after a night or a holiday, in which nothing was."""
_TRIES_TO_NOTE = 3
_PAUSE_TO_NOTE = 1.0
"""Seconds; a database that is busy has been waited for by then."""


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
        read = await self._database.read(new, profile, self._library)
        handed_on = await self._hand_on(profile, policy, channels, read)
        now = self._clock()
        due = await self._database.read(deliveries.due, profile, now)
        lapsed = [row.id for row in due if row.lapsed]
        if lapsed:
            await self._database.write(deliveries.lapsed, lapsed)
        todo = await self._not_at_night(policy, read.calendar, [row for row in due if not row.lapsed], now)
        of_recipient: dict[str, list[Batch]] = {}
        for batch in batches(todo)[:_A_ROUND]:
            of_recipient.setdefault(batch.recipient, []).append(batch)
        one_of_few = asyncio.Semaphore(_AT_ONCE)

        async def tell(messages: list[Batch]) -> Shift:
            async with one_of_few:
                return await self._tell(profile, channels, messages, meter)

        done = Shift(handed_on=handed_on, lapsed=len(lapsed), busy=bool(handed_on))
        for outcome in await asyncio.gather(*(tell(messages) for messages in of_recipient.values())):
            done = done.plus(outcome)
        return done

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

    async def _hand_on(self, profile: str, policy: DeliveryPolicy, channels: Channels, read: New) -> int:
        """Every notice is in the inbox already; here it is decided where else it goes, and from when."""
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

    async def _not_at_night(
        self, policy: DeliveryPolicy, calendar: Calendar, due: list[Due], now: datetime
    ) -> list[Due]:
        """Those that may go out at this hour: what was held up by day is not sent at night.

        What is being told by way of another seat waits for that, too. A message that was begun stays whole
        and goes when any of its notices may.
        """
        leaves = {
            row.id: max(
                policy.may_leave(policy.row(row.notice), calendar, row.urgency, now),
                max(row.under_way_until, now + _FIRST_PAUSE) if row.under_way_until else now,
            )
            for row in due
        }
        of_message: dict[str, datetime] = {}
        for row in due:
            if row.message is not None:
                of_message[row.message] = min(of_message.get(row.message, leaves[row.id]), leaves[row.id])
        until: dict[datetime, list[int]] = {}
        may = []
        for row in due:
            moment = leaves[row.id] if row.message is None else of_message[row.message]
            if moment > now:
                until.setdefault(moment, []).append(row.id)
            else:
                may.append(row)
        await self._hold(until, now, then_at_least=_AFTER_A_NIGHT)
        return may

    async def _tell(self, profile: str, channels: Channels, messages: list[Batch], meter: Meter) -> Shift:
        """All that there is for one recipient, one message after the other.

        Whoever cannot be reached, or has heard as much as he may for now, is left alone with the rest of it:
        that goes out later, in fewer messages. What failed before goes last, so that a message that he never
        takes holds up no other.
        """
        done = Shift()
        messages = sorted(messages, key=lambda batch: max(row.attempts for row in batch.rows))
        for n, batch in enumerate(messages):
            now, rest = self._clock(), messages[n:]
            wait = self._post.wait(channels, batch.recipient, now)
            until = now + timedelta(seconds=wait) if wait else None
            if until is None:
                outcome, until = await self._send(profile, channels, batch, meter)
                done, rest = done.plus(outcome), messages[n + 1 :]
            if until is not None:
                await self._hold({until: [id for one in rest for id in one.ids]}, now)
                break
        return done

    async def _hold(
        self, until: dict[datetime, list[int]], now: datetime, then_at_least: timedelta | None = None
    ) -> None:
        if any(until.values()):
            await self._database.write(_wait, until, now, then_at_least)

    async def _send(
        self, profile: str, channels: Channels, batch: Batch, meter: Meter
    ) -> tuple[Shift, datetime | None]:
        """What came of it, and until when its recipient is better left alone."""
        now = self._clock()
        ours_until = now + timedelta(seconds=3 * channels.timeout + 5)
        taken = await self._database.write(deliveries.begin, batch.message, batch.ids, now, ours_until)
        if not taken:
            return Shift(), None
        number = len(batch.rows)
        try:
            address = await self._address(profile, batch)
            message = self._message(profile, channels, batch, now)
            await self._post.send(channels, batch.recipient, message, address, now)
        except Exception as error:
            if isinstance(error, StorageError):
                raise
            told = error if isinstance(error, Undelivered) else _defect(error)
            outcome, until = await self._not_delivered(batch, told)
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
            return outcome, until if told is error else None  # ours is not his fault
        await self._note_as_sent(batch)
        meter.count("delivered", batch.channel, number)
        return Shift(delivered=number, messages=1, busy=True), None

    async def _note_as_sent(self, batch: Batch) -> None:
        """It is out: where nobody can write that down, it goes out once more, so it is worth some patience."""
        for _ in range(_TRIES_TO_NOTE - 1):
            try:
                return await self._database.write(deliveries.sent, batch.ids, self._clock())
            except StorageError:
                await asyncio.sleep(_PAUSE_TO_NOTE)
        await self._database.write(deliveries.sent, batch.ids, self._clock())

    async def _not_delivered(self, batch: Batch, error: Undelivered) -> tuple[Shift, datetime | None]:
        number = len(batch.rows)
        if not error.passing:
            await self._database.write(deliveries.failed, batch.ids, str(error))
            return Shift(failed=number, busy=True), None
        now = self._clock()
        wait = max(pause(max(row.attempts for row in batch.rows) + 1), timedelta(seconds=error.wait or 0))
        if error.wait:
            self._post.leave_alone(batch.recipient, now + wait)
        given_up = await self._database.write(
            deliveries.put_off, batch.ids, now + wait, str(error), now, keep=error.maybe
        )
        return Shift(failed=given_up, put_off=number - given_up, busy=True), now + wait

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


def _wait(
    connection: Connection, until: dict[datetime, list[int]], now: datetime, then_at_least: timedelta | None
) -> None:
    for moment, ids in until.items():
        tried_until = moment + then_at_least if then_at_least else None
        deliveries.wait_until(connection, ids, now, moment, tried_until)


def _defect(error: Exception) -> Undelivered:
    """Something we did not foresee holds up its own message only; its words may say too much to be kept."""
    name = type(error).__name__
    return Undelivered(f"系统内部错误（{name}）", f"an error of our own ({name})", passing=True, maybe=True)
