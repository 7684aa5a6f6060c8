"""Where a notice goes besides the inbox, and when: the table who × rung × channel, and quiet hours.

The rows are data of a district (``profiles/notices.yaml``). They decide nothing about a hazard, so they
are no part of its rulebook: a district may change them any day. Which address stands behind a medium is
the deployment's own and is not known here.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Literal

from pydantic import Field, model_validator

from domain.calendar import Calendar
from domain.events import Event, Notice
from domain.values import SHANGHAI, Labelled, Rung, Urgency, Value, local


class Medium(Labelled):
    """Ways out of the house. The inbox is none of them: every notice lies there in any case."""

    MAIL = "mail", "电子邮件", "e-mail"
    ROBOT = "robot", "群机器人", "group robot"
    WEBHOOK = "webhook", "对接系统", "webhook"


class NoticeRow(Value):
    """One row of the table; a notice goes by the first row that fits it.

    An empty selector fits everything. ``any_time`` lets it out at night and on days off; ``gather`` is how
    many minutes it waits for others to the same recipient; ``lapses`` drops it when, by the time it may go
    out, its deadline no longer runs.
    """

    id: str
    rungs: tuple[Rung, ...] = ()
    roles: tuple[str, ...] = ()
    kind: Literal["to", "cc"] | None = None
    media: tuple[Medium, ...]
    any_time: bool = False
    gather: int = Field(default=0, ge=0, le=24 * 60)
    lapses: bool = False
    source: str

    def fits(self, notice: Notice) -> bool:
        return (
            (not self.rungs or notice.rung in self.rungs)
            and (not self.roles or notice.role in self.roles)
            and self.kind in (None, notice.kind)
        )


class DeliveryPolicy(Value):
    """The table of a district. Hours are local (Asia/Shanghai) on working days of the core's calendar.

    Raises ``ValueError`` for two rows of one id, or hours that end before they begin.
    """

    version: str
    opens: time
    closes: time
    never_quiet: tuple[Urgency, ...] = (Urgency.URGENT, Urgency.FLASH)
    """Hazards of this urgency wait neither for the morning nor for company."""
    keep_trying: int = Field(default=72, ge=1, le=24 * 30)
    """Hours after which a message that could not be delivered is a dead letter."""
    rows: tuple[NoticeRow, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> DeliveryPolicy:
        if self.opens >= self.closes:
            raise ValueError("opens must be earlier than closes")
        ids = [row.id for row in self.rows]
        double = next((id for id in ids if ids.count(id) > 1), None)
        if double:
            raise ValueError(f"two rows are called {double}")
        return self

    def row(self, notice: Notice) -> NoticeRow | None:
        """The row a notice goes by, or ``None``: then it only lies in the inbox."""
        return next((row for row in self.rows if row.fits(notice)), None)

    def goes_out(self, row: NoticeRow, calendar: Calendar, urgency: Urgency, at: datetime) -> datetime:
        """When a notice of ``at`` may leave the house."""
        company = timedelta(0) if urgency in self.never_quiet else timedelta(minutes=row.gather)
        return self.may_leave(row, calendar, urgency, local(at) + company)

    def may_leave(
        self, row: NoticeRow | None, calendar: Calendar, urgency: Urgency, moment: datetime
    ) -> datetime:
        """``moment``, or the next opening where the notice must not come at night.

        To be asked again whenever something was held up: by a recipient who could not be reached, or by a
        worker that was away. Without a row (the table has changed since) nobody is woken.
        """
        at_any_hour = urgency in self.never_quiet or (row is not None and row.any_time)
        return local(moment) if at_any_hour else self.working_time(calendar, moment)

    def working_time(self, calendar: Calendar, moment: datetime) -> datetime:
        """``moment``, or the next one at which offices are open. Days of no published year: Mon–Fri (N94)."""
        moment = local(moment)
        day = moment.date()
        if calendar.works(day) and moment.time() < self.closes:
            return max(moment, datetime.combine(day, self.opens, SHANGHAI))
        return datetime.combine(calendar.shift(day, 1), self.opens, SHANGHAI)


def armed(event: Event, notice: Notice) -> str:
    """What a recipient is told once, however many seats he has and however often it is tried.

    A rung is told once for a clock as it stood. A new clock, round, owner or due date sets other alarms
    and so arms the rung anew; sub-tasks of several units each have their own.
    """
    if notice.rung is None or event.alarm is None:
        return f"{event.hazard}:{event.seq}:{notice.document}"
    bearers = "+".join(sorted({str(clock.bearer) for clock in event.changes.clocks}))
    rang = event.alarm.at.astimezone(UTC).isoformat(timespec="seconds")
    return f"{event.hazard}:{notice.rung}:{event.clock}:{bearers}:{rang}"
