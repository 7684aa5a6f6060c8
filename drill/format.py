"""The format of scenario files: who does what when, and what is then to be found.

Every instant is written with its offset (``2026-09-17T08:42+08:00``; ``T24:00`` is the end of the day); a
plain date means the day a deadline belongs to.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    field_validator,
    model_validator,
)

from domain.commands import COMMANDS
from domain.organisation import Role
from domain.state import Hazard, OwedKind
from domain.values import ClockKey, Mode, Rung, Sla, State, SubtaskState, Urgency, local

TIMERS = ("reminder", "escalation", "task", "overdue", "lookback_due")
"""Types of the events that time makes."""
EVENT_TYPES = frozenset({*COMMANDS, *TIMERS, "refused"})
COUNTED = frozenset({"seq", "round", "relapses", "returns", "lookbacks_done"})
"""Numbers a hazard keeps; ``counts`` may ask for them, and for how often an event type occurred."""
assert set(Hazard.model_fields) >= COUNTED

_DATE = r"\d{4}-\d{2}-\d{2}"
WHEN = re.compile(rf"({_DATE})(?:[T ](\d{{2}}:\d{{2}}(?::\d{{2}})?)(Z|[+-]\d{{2}}:\d{{2}})?)?")


def when(text: Any) -> datetime | date:
    """An instant with offset, or a plain day. Raises ``ValueError`` with what to write instead."""
    match = WHEN.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise ValueError("write 2026-09-30, or 2026-09-30T24:00+08:00 with its offset")
    day, clock, offset = match.groups()
    if clock is None:
        return date.fromisoformat(day)
    if offset is None:
        raise ValueError("an instant needs its offset, such as +08:00")
    if clock.startswith("24:00"):
        return datetime.fromisoformat(f"{day}T00:00{offset}") + timedelta(days=1)
    return datetime.fromisoformat(f"{day}T{clock}{offset}")


def instant(text: Any) -> datetime:
    found = when(text)
    if not isinstance(found, datetime):
        raise ValueError("an instant is needed here, such as 2026-09-30T09:00+08:00")
    return found


def day(text: Any) -> date:
    found = when(text)
    return local(found).date() if isinstance(found, datetime) else found


When = Annotated[datetime | date, PlainValidator(when)]
Day = Annotated[date, PlainValidator(day)]
Instant = Annotated[datetime, PlainValidator(instant)]


class Part(BaseModel):
    """A part of the file. Unknown keys are an error: a misspelt expectation would be no expectation."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Seat(Part):
    """Who acts: a unit by name or id, a role, an invented person."""

    unit: str
    role: Role
    person: str
    post: str = ""


class Fired(Part):
    """One thing that time did. Only what is written is compared.

    ``rung`` for reminders and rungs of the ladder, ``timer`` for the rest (``overdue``, ``lookback_due``);
    ``to`` and ``cc`` are the units that got a notice, ``all`` for every unit that handles hazards.
    """

    rung: Rung | None = None
    timer: Literal["overdue", "lookback_due"] | None = None
    clock: ClockKey | None = None
    subtask: str | None = None
    """The unit whose part of a listed hazard it was about."""
    at: When | None = None
    to: Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)] = ()
    cc: Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)] = ()
    roles: tuple[Role, ...] = ()
    """Roles of the seats that were addressed (not those in copy)."""
    document: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Fired:
        if self.rung and self.timer:
            raise ValueError("rung and timer exclude each other")
        return self


class Lookback(Part):
    """A planned look-back: its day, and whether that is 暂定. A day alone is a firm one."""

    due: When
    provisional: bool = False

    @model_validator(mode="before")
    @classmethod
    def _a_day_alone(cls, data: Any) -> Any:
        return {"due": data} if isinstance(data, str) else data


class SubtaskPart(Part):
    """One unit's part of a listed hazard. ``due`` is when its work is due; ``null`` when nothing of it runs."""

    state: SubtaskState | None = None
    due: When | None = None
    sign: When | None = None
    """When it must be signed for; ``null`` when that is done."""
    level: Rung | None = None
    highest: Rung | None = None
    sla: Sla | None = None


class Listed(Part):
    """A listing as it went: the days it was approved and removed, what was asked, refused and published."""

    listed: Day | None = None
    removed: Day | None = None
    extensions: int | None = None
    failed_acceptances: int | None = None
    notices: tuple[ClockKey, ...] | None = None


class Expect(Part):
    """What is to be found after a step. A key that is not written is not compared; ``null`` means none."""

    state: State | None = None
    mode: Mode | None = None
    owner: str | None = None
    registered_by: str | None = None
    round: int | None = None
    level: Rung | None = None
    highest: dict[str, Rung] | None = None
    """The highest rung of each unit named (I7)."""
    sla: Sla | None = None
    urgency: Urgency | None = None
    major: bool | None = None
    cleared_on_spot: bool | None = None
    number: str | None = None
    """The hazard's number; ``*`` and ``?`` stand for anything."""
    strike_off: str | None = None
    """Its striking-off number, with the same wildcards."""
    merged_into: str | None = None
    """The hazard it was merged into, by number or by the name it has in this file."""
    extension: Literal["pending", "granted", "refused", "lapsed"] | None = None
    proposals: tuple[str, ...] | None = None
    owed: tuple[OwedKind, ...] | None = None
    """What somebody still owes apart from the clocks: a reason, the decision on a talk or a referral."""
    due: dict[ClockKey, When] | None = None
    """Every running clock with its due date; with ``partial: true`` beside them only those named."""
    due_partial: bool = False
    provisional: tuple[ClockKey, ...] | None = None
    """The running clocks whose date is 暂定."""
    lookbacks: tuple[Lookback, ...] | None = None
    """All look-backs planned at the clearance; written only where there are several."""
    next: Fired | None = None
    """What happens next by itself."""
    fired: tuple[Fired, ...] | None = None
    """Every rung that fired since the last step, in order; with a ``timer`` among them, or with nothing
    at all (``[]``), everything that fired."""
    events: tuple[str, ...] | None = None
    """The types of all events since the last step, in order."""
    counts: dict[str, int] | None = None
    """Numbers the hazard keeps (``relapses``), or how many events of a type its ledger holds."""
    absent_clocks_ever: tuple[ClockKey, ...] | None = None
    """Clocks that have never existed in the life of this hazard."""
    subtasks: dict[str, SubtaskPart] | None = None
    """Parts of a listed hazard by unit; those not named are not compared."""
    listing: Listed | None = None

    @model_validator(mode="before")
    @classmethod
    def _partial(cls, data: Any) -> Any:
        due = data.get("due") if isinstance(data, dict) else None
        if isinstance(due, dict) and "partial" in due:
            named = {key: value for key, value in due.items() if key != "partial"}
            return {**data, "due": named, "due_partial": due["partial"]}
        return data

    @field_validator("events")
    @classmethod
    def _known_types(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        for name in types:
            if name not in EVENT_TYPES:
                raise ValueError(f"{name} is no type of event")
        return types

    @field_validator("counts")
    @classmethod
    def _countable(cls, counts: dict[str, int]) -> dict[str, int]:
        for name in counts:
            if name not in COUNTED | EVENT_TYPES:
                raise ValueError(f"{name} is neither a number a hazard keeps nor a type of event")
        return counts


class Refusal(Part):
    """How a command is refused: the status, and the stable code where it is written."""

    status: Literal[403, 404, 409, 412, 422]
    code: str | None = None


class LoadedYear(Part):
    """The form of ``load_calendar``: shipped calendars by year, or the days of one year themselves."""

    years: tuple[int, ...] = ()
    year: int | None = None
    weekdays_off: tuple[date, ...] = ()
    weekend_workdays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> LoadedYear:
        if bool(self.years) == (self.year is not None):
            raise ValueError(
                "write either years: [2026], or year: 2027 with weekdays_off and weekend_workdays"
            )
        return self


class Step(Part):
    """One line of a scenario. Without ``do`` time passes and nobody acts."""

    at: Instant
    actor: Seat | None = None
    do: str | None = None
    name: Annotated[str, Field(alias="as", pattern=r"^[a-z][a-z0-9_]*$")] = "h1"
    form: Annotated[dict[str, Any], Field(alias="with")] = {}
    expect: Expect = Expect()
    refused: Annotated[
        Refusal | None, BeforeValidator(lambda v: {"status": v} if isinstance(v, int) else v)
    ] = None
    note: str = ""

    @field_validator("do")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name is not None and name not in COMMANDS:
            raise ValueError(f"there is no command {name}; there are {', '.join(COMMANDS)}")
        return name

    @model_validator(mode="after")
    def _whole(self) -> Step:
        if self.do is None and (self.refused or self.form or self.actor):
            raise ValueError("actor, with and refused need a “do”")
        if self.do not in (None, "load_calendar") and self.actor is None:
            raise ValueError("somebody must act: “actor” is missing")
        if self.do == "load_calendar":
            LoadedYear.model_validate(self.form)
        return self


class File(Part):
    profile: str
    title: str
    calendar: Annotated[
        tuple[int, ...] | None, BeforeValidator(lambda v: (v,) if isinstance(v, int) else v)
    ] = None
    first_number: Annotated[int, Field(ge=1)] = 1
    """The running number of the first hazard."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
