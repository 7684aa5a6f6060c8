"""The programme of a district: what became of each window of its recurring duties, as a chain of entries.

Like a hazard's, its state follows from its entries alone, and an entry carries its consequences: windows with
their dates and who owes them, notices with their addressees. Time opens, reminds and says what was missed;
only what people file settles a window (REM-03).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.cadence import Files, Filing, Window, uninspected
from domain.events import Notice, chain_hash
from domain.forms import Form
from domain.library import canonical
from domain.organisation import Actor, Role
from domain.texts import Day, Line, OptionalLine, OptionalText
from domain.values import Digest, HazardId, Labelled, UnitId, Value, local

KEYS_KEPT = 500
"""How many command keys a programme remembers."""

# ── what people do ───────────────────────────────────────────────────────────────────────────────────


class File(Form):
    """填报 (F18): what a unit files for a window of its own."""

    do: Literal["file"] = "file"
    duty: str
    label: str
    filing: Filing


class Decide(Form):
    """审定: the seat that approves decides on what a unit filed."""

    do: Literal["decide"] = "decide"
    duty: str
    label: str
    unit: UnitId
    approve: bool
    document: OptionalLine = ""
    reason: OptionalText = ""


class Register(Labelled):
    """The registers of the office (办文、会议、联络、情况通报, ACT-08)."""

    DOCUMENT = "document", "办文", "document"
    MEETING = "meeting", "会议", "meeting"
    LIAISON = "liaison", "联络", "liaison"
    CIRCULAR = "circular", "情况通报", "circular"


class Note(Form):
    """A line of the office's registers: what belongs to no single hazard (ACT-08)."""

    do: Literal["note"] = "note"
    book: Register = Field(title="登记簿")
    on: Day = Field(title="日期")
    number: OptionalLine = Field("", title="文号")
    subject: Line = Field(title="事由")
    units: tuple[UnitId, ...] = Field((), title="涉及单位", max_length=200)
    text: OptionalText = Field("", title="内容")


Command = Annotated[File | Decide | Note, Field(discriminator="do")]


class Order(Value):
    """A command with who gives it. The same ``key`` again changes nothing."""

    command: Command
    actor: Actor
    key: str

    @property
    def digest(self) -> str:
        """Tells a repeated command from another one, or another seat's, under the same key."""
        seat = f"{self.actor.unit}:{self.actor.role}"
        text = self.command.do + canonical(self.command) + seat
        return hashlib.sha256(text.encode()).hexdigest()[:16]


# ── what happened ────────────────────────────────────────────────────────────────────────────────────


class Kind(Labelled):
    OPENED = "opened", "开启", "opened"
    RECOUNTED = "recounted", "重算期限", "dates counted again"
    REMINDED = "reminded", "提醒", "reminded"
    MISSED = "missed", "到期未报未排", "due and not done"
    FILED = "filed", "填报", "filed"
    APPROVED = "approved", "审定", "approved"
    RETURNED = "returned", "退回", "returned"
    NOTED = "noted", "办公室登记", "noted by the office"


class Opening(Value):
    """A window as it was opened: what is asked, of whom, until when."""

    window: Window
    name: str
    en: str
    files: Files
    scopes: dict[UnitId, tuple[str, ...]]
    """Every unit that owes it, with what it must inspect (REG-11)."""
    joint: bool = False
    lists_major: bool = False
    approved_by: Role | None = None
    source: str = ""


class Happening(Value):
    """One entry of the programme's record. ``at`` is when it was decided."""

    profile: str
    seq: int
    kind: Kind
    at: datetime
    actor: Actor
    rules: Digest
    calendar: Digest
    duty: str = ""
    label: str = ""
    opened: tuple[Opening, ...] = ()
    known: tuple[str, ...] = ()
    """Of an opening: every duty of the profile then, so that none is looked for before it."""
    window: Window | None = None
    """Of a recount: the window by the new calendar."""
    units: tuple[UnitId, ...] = ()
    """Whom it is about: reminded, late, or whose filing was decided on."""
    left: dict[UnitId, tuple[str, ...]] = {}
    """Of a miss: what each unit that did file has not inspected (应排未排)."""
    filing: Filing | None = None
    decision: Decide | None = None
    note: Note | None = None
    notices: tuple[Notice, ...] = ()
    key: str = ""
    digest: str = ""
    prev: str = ""
    hash: str = ""

    @property
    def body(self) -> str:
        """The text that is hashed."""
        return canonical(self, exclude={"prev", "hash"})

    def sealed(self, prev: str) -> Happening:
        return self.model_copy(update={"prev": prev, "hash": chain_hash(prev, self.body)})


# ── what stands ──────────────────────────────────────────────────────────────────────────────────────


class WindowProgress(Labelled):
    """How a unit stands with a window."""

    OPEN = "OPEN", "待报", "open"
    PARTLY = "PARTLY", "已报，尚未排全", "filed, not all inspected yet"
    TO_APPROVE = "TO_APPROVE", "待审定", "waiting for approval"
    RETURNED = "RETURNED", "已退回", "returned"
    DONE = "DONE", "已完成", "done"
    DONE_LATE = "DONE_LATE", "逾期完成", "done late"
    NOT_FILED = "NOT_FILED", "应报未报", "not filed though due"
    NOT_INSPECTED = "NOT_INSPECTED", "应排未排", "not inspected though due"

    @property
    def late(self) -> bool:
        return self in (WindowProgress.NOT_FILED, WindowProgress.NOT_INSPECTED)

    @property
    def settled(self) -> bool:
        return self in (WindowProgress.DONE, WindowProgress.DONE_LATE)


class Part(Value):
    """What one unit has done for a window."""

    unit: UnitId
    scope: tuple[str, ...] = ()
    filed_at: datetime | None = None
    """The first filing; after a return, the next one."""
    settled_at: datetime | None = None
    covered: tuple[str, ...] = ()
    found: int = 0
    hazards: tuple[HazardId, ...] = ()
    filings: tuple[int, ...] = ()
    """Entries of the record that hold what was filed."""
    reminded_at: datetime | None = None
    missed_at: datetime | None = None
    returned_at: datetime | None = None
    approved_at: datetime | None = None

    @property
    def left(self) -> tuple[str, ...]:
        return uninspected(self.scope, self.covered)


class Standing(Value):
    """A window and how every unit that owes it stands."""

    opening: Opening
    parts: tuple[Part, ...]

    @property
    def window(self) -> Window:
        return self.opening.window

    @property
    def key(self) -> tuple[str, str]:
        return self.window.duty, self.window.label

    @property
    def owing(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.settled_at is None)

    def part(self, unit: str) -> Part | None:
        return next((part for part in self.parts if part.unit == unit), None)

    def progress(self, part: Part, now: datetime) -> WindowProgress:
        if part.settled_at is not None:
            return WindowProgress.DONE if part.settled_at < self.window.due else WindowProgress.DONE_LATE
        if part.filed_at is not None and self.opening.approved_by:
            return WindowProgress.TO_APPROVE
        late = now >= self.window.due
        if part.filed_at is not None:
            return WindowProgress.NOT_INSPECTED if late else WindowProgress.PARTLY
        if late:
            return (
                WindowProgress.NOT_INSPECTED
                if self.opening.files is Files.RECORD
                else WindowProgress.NOT_FILED
            )
        return WindowProgress.RETURNED if part.returned_at is not None else WindowProgress.OPEN


class Programme(Value):
    """The state. Windows that are done and past their day are no part of it any more."""

    profile: str
    seq: int = 0
    head: str = ""
    rules: Digest | None = None
    calendar: Digest | None = None
    since: dict[str, datetime] = {}
    """For each duty, until when its windows have been opened."""
    standings: tuple[Standing, ...] = ()
    done: dict[str, tuple[int, str]] = {}
    """Key of a command → its entry and digest, the latest."""

    def standing(self, duty: str, label: str) -> Standing | None:
        return next((one for one in self.standings if one.key == (duty, label)), None)


def evolve(state: Programme, happening: Happening) -> Programme:
    """The state after an entry. Raises ``ValueError`` when it does not follow."""
    if (happening.profile, happening.seq, happening.prev) != (state.profile, state.seq + 1, state.head):
        raise ValueError(f"{happening.profile} programme seq {happening.seq} does not follow {state.seq}")
    standings = [after(one, happening) if one.key == key_of(happening) else one for one in state.standings]
    standings += opened_by(happening)
    done = dict(state.done)
    if happening.key:
        done[happening.key] = (happening.seq, happening.digest)
        for key in list(done)[:-KEYS_KEPT]:
            del done[key]
    return state.model_copy(
        update={
            "seq": happening.seq,
            "head": happening.hash,
            "rules": happening.rules,
            "calendar": happening.calendar,
            "since": {**state.since, **dict.fromkeys(happening.known, happening.at)},
            "standings": tuple(one for one in standings if one.owing or happening.at < one.window.due),
            "done": done,
        }
    )


def replayed(profile: str, record: Iterable[Happening]) -> Programme:
    """The state that follows from a record. Raises ``ValueError`` where it is not one chain."""
    state = Programme(profile=profile)
    for happening in record:
        state = evolve(state, happening)
    return state


def key_of(happening: Happening) -> tuple[str, str]:
    return happening.duty, happening.label


def opened_by(happening: Happening) -> list[Standing]:
    return [
        Standing(
            opening=opening,
            parts=tuple(Part(unit=unit, scope=scope) for unit, scope in sorted(opening.scopes.items())),
        )
        for opening in happening.opened
    ]


def after(standing: Standing, happening: Happening) -> Standing:
    """A window after an entry that is about it."""
    if happening.window is not None:
        opening = standing.opening.model_copy(update={"window": happening.window})
        return standing.model_copy(update={"opening": opening})
    change = _CHANGES[happening.kind]
    about = set(happening.units)
    parts = tuple(
        change(standing.opening, part, happening) if part.unit in about else part for part in standing.parts
    )
    return standing.model_copy(update={"parts": parts})


def _reminded(_: Opening, part: Part, happening: Happening) -> Part:
    return part.model_copy(update={"reminded_at": local(happening.at)})


def _missed(_: Opening, part: Part, happening: Happening) -> Part:
    return part.model_copy(update={"missed_at": local(happening.at)})


def _filed(opening: Opening, part: Part, happening: Happening) -> Part:
    filing, at = happening.filing, local(happening.at)
    assert filing is not None
    now = part.model_copy(
        update={
            "filed_at": part.filed_at or at,
            "covered": tuple(dict.fromkeys((*part.covered, *filing.covered))),
            "found": part.found + (filing.found or 0),
            # A plan is filed whole again, an inspection adds to the ones before it.
            "hazards": filing.hazards
            if opening.lists_major
            else tuple(dict.fromkeys((*part.hazards, *filing.hazards))),
            "filings": (*part.filings, happening.seq),
        }
    )
    if part.settled_at is None and not now.left and not opening.approved_by:
        return now.model_copy(update={"settled_at": at})
    return now


def _approved(_: Opening, part: Part, happening: Happening) -> Part:
    at = local(happening.at)
    return part.model_copy(update={"approved_at": at, "settled_at": at})


def _returned(_: Opening, part: Part, happening: Happening) -> Part:
    return part.model_copy(update={"returned_at": local(happening.at), "filed_at": None})


_CHANGES: dict[Kind, Callable[[Opening, Part, Happening], Part]] = {
    Kind.REMINDED: _reminded,
    Kind.MISSED: _missed,
    Kind.FILED: _filed,
    Kind.APPROVED: _approved,
    Kind.RETURNED: _returned,
}
