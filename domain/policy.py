"""The numbers a district works by: clock rows, ladder rows and look-backs, each with its source.

A row applies where all its selectors fit; of several that fit, the one with the most particular
selector wins (catalogue item, then risk category, then urgency, then mode).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import model_validator

from domain.values import (
    ClockKey,
    Colour,
    Labelled,
    Limit,
    LimitKind,
    Mode,
    Outcome,
    Rung,
    Urgency,
    Value,
)


class Case(NamedTuple):
    """What of a hazard selects its policy rows."""

    mode: Mode
    urgency: Urgency
    code: str | None = None
    category: int | None = None
    subtask: bool = False
    """Whether it is one unit's part of a listed hazard that is timed."""


class ClockRow(Value):
    """One deadline of the policy.

    ``limit`` runs from the clock's start; ``cap`` is the longest total, one extension included, counted
    from the same start; ``None`` means that no extension can be asked. ``remind`` counts working days
    before the due day. ``bearer`` says who is late when it passes; a sub-task is always its own unit's.
    ``ladder`` is ``full``, ``short``, ``none`` or one of the policy's own ``ladders``.
    """

    id: str
    clock: ClockKey
    limit: Limit
    source: str
    mode: Mode | None = None
    urgency: Urgency | None = None
    codes: tuple[str, ...] = ()
    categories: tuple[int, ...] = ()
    subtask: bool | None = None
    """Of sub-tasks only, or of anything but sub-tasks; ``None`` for both."""
    cap: Limit | None = None
    ask_before: Limit | None = None
    """How many working days before the due day an extension must be asked for at the latest (N44)."""
    expert: Limit | None = None
    """The limit when experts are heard (N43)."""
    remind: tuple[Limit, ...] = ()
    ladder: str = "none"
    bearer: Literal["owner", "desk", "office", "lead", "sponsor", "authority"] = "owner"
    """``lead``: the unit that leads the risk category, or the owner where none does."""

    def applies(self, case: Case) -> bool:
        return (
            self.mode in (None, case.mode, case.mode.handled_as)
            and (self.urgency is None or self.urgency is case.urgency)
            and (not self.codes or case.code in self.codes)
            and (not self.categories or case.category in self.categories)
            and self.subtask in (None, case.subtask)
        )

    @property
    def particularity(self) -> tuple[bool, ...]:
        return (
            bool(self.codes),
            bool(self.categories),
            self.urgency is not None,
            self.mode is not None,
            self.subtask is not None,
        )


class Addressee(Value):
    """A seat that a notice goes to: of the bearer of the clock, a central one, or that of all units."""

    who: Literal["bearer", "office", "desk", "sponsor", "leading_group", "all"]
    role: str


class RungRow(Value):
    """One rung of a ladder.

    ``after`` counts working days after the due day, at 09:00; ``after_hours`` replaces it for clocks in
    hours of urgent hazards. A rung ``decided_by`` a human becomes a task for that role, not a fact (L4, L5).
    """

    rung: Rung
    colour: Colour
    document: str
    document_en: str
    after: Limit | None = None
    after_hours: Limit | None = None
    to: tuple[Addressee, ...]
    cc: tuple[Addressee, ...] = ()
    office_late_cc: tuple[Addressee, ...] = ()
    """In copy when the body that is late is the office itself."""
    decided_by: Literal["office", "office_director"] | None = None
    unless_reason_accepted: bool = False
    reason_within: Limit | None = None
    """How long the addressee has to state a reason (L2, 说明)."""
    proposes: Literal["upgrade"] | None = None
    """What a unit that may pass hazards up is advised to do (L3, MOD-02)."""
    source: str


class Repeat(Value):
    """So many penalties of one enterprise within such a time (屡次, N50)."""

    times: int
    within: Limit
    """Calendar days, counted back from the latest penalty, its own day included."""

    def count(self, days: Collection[date]) -> int:
        """How many of these penalties fall into the time that ends with the latest."""
        latest = max(days, default=None)
        return 0 if latest is None else sum(latest - day < timedelta(days=self.within.n) for day in days)


class Ladder(Value):
    """A ladder of some clocks only: the rungs that time climbs, and the rows that differ from the full one's."""

    rungs: tuple[Rung, ...]
    rows: tuple[RungRow, ...] = ()


class Decider(Labelled):
    """Who may decide where districts may differ; the office decides for the sponsor too."""

    PRINCIPAL = "principal", "本单位一把手", "the unit's principal"
    DESK = "desk", "城运中心", "the transfer desk"
    OFFICE = "office", "清零办", "the coordinating office"
    SPONSOR = "sponsor", "牵头副区长", "the sponsoring vice-mayor"


class Approvals(Value):
    """Who decides what in this district, by mode; what is not named is as ``domain.modes`` has it."""

    extensions: dict[Mode, Decider] = {}
    """Who decides on an extension (T22); the clock of the decision is borne by the same."""
    key_control: dict[Mode, Decider] = {}
    """Who puts a hazard under key control (T23)."""
    recognition: dict[Mode, Literal["unit", "office"]] = {}
    """Whether the office recognises what the unit finds cleared (T28). A listed hazard is accepted by a panel."""
    lookbacks: dict[Mode, Literal["owner", "others"]] = {}
    """Whether the owner may look back on its own hazard (T31); the office always may."""


class Policy(Value):
    """All rows of a profile. Raises ``ValueError`` when two rows claim the same case."""

    version: str
    clocks: tuple[ClockRow, ...]
    ladder: tuple[RungRow, ...]
    short_ladder: tuple[Rung, ...] = (Rung.L1, Rung.L2)
    """Rungs of clocks that are not the main clock (process.md §3.4)."""
    ladders: dict[str, Ladder] = {}
    """Ladders beside the full and the short one, by the name that clock rows give."""
    lookbacks: dict[Mode, tuple[Limit, ...]]
    """Look-back dates counted from the clearance (N71: no source, P)."""
    relapse_match: Limit
    major_persons: int = 50
    """Number of persons from which a hazard is marked major (重大, CLS-07)."""
    major_proposes_listing: bool = False
    """A hazard that is major by its persons or consequences is proposed for listing (CLS-07)."""
    approvals: Approvals = Approvals()
    """Who decides what, where this district differs (process.md §3.1, P)."""
    evidence: dict[Outcome, tuple[Literal["after", "document"], ...]] = {}
    """What the report of completion must bring for each outcome (VER-02); nothing where none is named."""
    repeat_offender: tuple[Repeat, ...] = ()
    """Penalties from which the closure of an enterprise with a major hazard is proposed (N50)."""
    petition_objection: Limit | None = None
    """How long a unit may object to a petition that is not in its scope (N09)."""
    petition_before_archive: bool = False
    """The last look-back does not close a hazard while a petition linked to it is open (N82)."""
    owed_is_answerable: bool = False
    """What is owed can be answered while it stands (SUP-01): a unit that was asked for a reason (督办单) may
    state it before anything of its is late, and what can be answered no more lapses."""
    asks_the_late_unit: bool = False
    """From L4 on the ladder is about the unit that bears the late clock (I7): of a listed hazard each unit answers
    for its own part. Without it whoever handles the whole is talked to, exposed and referred."""
    assigned_ahead: Limit | None = None
    """先行交办: for so many hours a hazard that is urgent may have been handed over by telephone before its transfer
    is entered; its deadlines run from then. ``None``: a transfer is when it is entered."""
    item_urgency: dict[str, Urgency] = {}
    """Items that are never reported below an urgency (S03-04 立即, N22)."""

    @model_validator(mode="after")
    def _rows_are_distinct(self) -> Policy:
        seen: dict[object, str] = {}
        for row in self.clocks:
            for code in row.codes or ("",):
                for category in row.categories or (0,):
                    key = (row.clock, row.mode, row.urgency, code, category, row.subtask)
                    if key in seen:
                        raise ValueError(f"clock rows {seen[key]} and {row.id} claim the same case")
                    seen[key] = row.id
        return self

    def row(self, clock: ClockKey, case: Case) -> ClockRow | None:
        """The row of ``clock`` that applies to ``case``, or ``None`` when the policy has none."""
        key = (clock, case)
        if key not in self._rows:
            fitting = (row for row in self.clocks if row.clock is clock and row.applies(case))
            self._rows[key] = max(
                fitting, key=lambda row: (row.particularity, row.mode is case.mode), default=None
            )
        return self._rows[key]

    @cached_property
    def _rows(self) -> dict[tuple[ClockKey, Case], ClockRow | None]:
        """Rows already chosen: there are few kinds of case."""
        return {}

    @cached_property
    def row_by_id(self) -> dict[str, ClockRow]:
        return {row.id: row for row in self.clocks}

    def lookback_limits(self, mode: Mode) -> tuple[Limit, ...]:
        """When a cleared hazard of this mode is looked back on, counted from its clearance (N71)."""
        return self.lookbacks.get(mode) or self.lookbacks.get(mode.handled_as, ())

    def rung(self, rung: Rung, ladder: str = "full") -> RungRow:
        """The row of a rung as a clock on ``ladder`` climbs it."""
        return self._rungs[ladder if ladder in self.ladders else "full"][rung]

    @cached_property
    def _rungs(self) -> dict[str, dict[Rung, RungRow]]:
        full = {row.rung: row for row in self.ladder}
        own = {name: full | {row.rung: row for row in one.rows} for name, one in self.ladders.items()}
        return {"full": full, **own}

    @property
    def ladder_names(self) -> tuple[str, ...]:
        return ("full", "short", "urge", "none", *self.ladders)

    def rungs(self, row: ClockRow) -> tuple[RungRow, ...]:
        """The rungs that time climbs for a clock, lowest first; reminders (L0) are the row's own."""
        return self.climbed[row.ladder]

    @cached_property
    def climbed(self) -> dict[str, tuple[RungRow, ...]]:
        """The rungs of every ladder by its name."""
        full = tuple(row for row in self.ladder if row.rung is not Rung.L0)
        return {
            "full": full,
            "short": tuple(row for row in full if row.rung in self.short_ladder),
            "urge": tuple(row for row in full if row.rung is Rung.L1),
            "none": (),
            **{
                name: tuple(self._rungs[name][rung] for rung in one.rungs)
                for name, one in self.ladders.items()
            },
        }

    def hours_ladder(self, row: ClockRow, case: Case) -> bool:
        """Whether the hour variants of the rungs apply (process.md §3.4, last line of the ladder)."""
        return row.limit.kind is LimitKind.HOURS and case.urgency is not Urgency.NORMAL
