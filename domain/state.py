"""A hazard as one immutable value: all that decisions and timers need, and nothing else.

What was said at length (descriptions, progress texts, evidence lists) stands in the ledger; the state
holds what decides. Every new field has a default, so that a value written years ago still reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime

from domain.organisation import PersonRef
from domain.policy import Case
from domain.risk import Grade
from domain.values import (
    Channel,
    ClockKey,
    Confidentiality,
    Digest,
    HazardId,
    Limit,
    Mode,
    Outcome,
    Rung,
    Sla,
    State,
    UnitId,
    Urgency,
    Value,
    end_of,
    last_day,
)


class Alarm(Value):
    """Something a clock does at an instant: a rung, the passing of the due date, or an appointment."""

    what: Rung | Literal["due", "open"]
    at: datetime


class Clock(Value):
    """One running deadline with all it was computed from, fixed when it started (I5).

    ``limit_due`` is where ``limit`` (or its extension) ends; ``due`` is the effective date, earlier when
    the plan's last node is (到点清零, PLN-01). Both are instants, +08:00; 24:00 of D is 00:00 of D+1.
    A clock with ``stopped_at`` keeps its dates and is silent (I6).
    """

    key: ClockKey
    row: str
    bearer: UnitId
    limit: Limit
    cap: Limit | None = None
    started: datetime
    limit_due: datetime
    due: datetime
    due_by: Literal["limit", "plan", "extension", "resumption"] = "limit"
    provisional: bool = False
    """暂定: the due date rests on a day that no calendar had published (N94)."""
    unpublished: bool = False
    """The due date or an alarm rests on such a day: worth counting again when the year comes out."""
    rules: Digest
    calendar: Digest
    alarms: tuple[Alarm, ...] = ()
    """Alarms still to come, earliest first."""
    level: Rung = Rung.L0
    reminded: bool = False
    stopped_at: datetime | None = None

    @property
    def running(self) -> bool:
        return self.stopped_at is None


class Milestone(Value):
    """A dated node of the plan (时间节点). ``due`` is a day (its 24:00) or an instant."""

    id: str
    what: str
    due: AwareDatetime | date
    done_at: datetime | None = None

    def instant(self, same_day_as: datetime) -> datetime:
        """When the node ends; a node on the limit's own day ends with the limit."""
        if isinstance(self.due, datetime):
            return self.due
        return same_day_as if self.due == last_day(same_day_as) else end_of(self.due)


class Goal(Value):
    """A goal of the plan (工作目标); the clearance is decided goal by goal (VER-09)."""

    id: str
    text: str


class Plan(Value):
    """What of the one-hazard-one-plan (一患一方案, F06) decides: its nodes and goals."""

    filed_at: datetime
    milestones: tuple[Milestone, ...]
    goals: tuple[Goal, ...]

    def last_node(self, same_day_as: datetime) -> datetime:
        return max(node.instant(same_day_as) for node in self.milestones)


class Triage(Value):
    """Why a hazard lies before the office (研判): who asked for what, and when."""

    kind: Literal["upgrade", "diversion", "return"]
    by: UnitId
    since: datetime


class Extension(Value):
    """A request for more time (延期, F09) and what became of it."""

    requested_at: datetime
    until: datetime
    decision: Literal["pending", "granted", "refused", "lapsed"] = "pending"


class Completion(Value):
    """A report that the work is done (报结, T25)."""

    at: datetime
    by: PersonRef
    outcome: Outcome


class PlannedLookback(Value):
    """A look-back date as it was counted at the clearance (LBK-02); ``due`` is its 24:00."""

    due: datetime
    provisional: bool = False
    """暂定, as of a clock (N94)."""


class Obligation(Value):
    """Something a seat owes apart from the hazard's clocks: a stated reason (说明), a talk to hold."""

    id: str
    kind: Literal["reason", "talk", "referral"]
    unit: UnitId
    role: str
    raised_at: datetime
    due: datetime | None = None
    met_at: datetime | None = None
    accepted_at: datetime | None = None


class Done(Value):
    """A command already dealt with: where it stands in the ledger, and what it said."""

    seq: int
    digest: str
    refused: bool = False
    """It was sent without waiting and refused: sent again, it is decided again."""


class Hazard(Value):
    """The state of one hazard. Evolves only by :func:`domain.events.evolve`."""

    id: HazardId
    seq: int = 0
    head: str = ""
    """Hash of the last event of the ledger."""
    rules: Digest
    calendar: Digest

    state: State
    mode: Mode = Mode.GENERAL
    round: int = 1
    urgency: Urgency = Urgency.NORMAL
    sla: Sla = Sla.ON_TIME
    level: Rung = Rung.L0
    highest: dict[UnitId, Rung] = {}
    """Highest rung each unit reached, kept for ever (I7)."""
    confidentiality: Confidentiality = Confidentiality.PUBLIC
    major: bool = False
    grade: Grade | None = None

    title: str = ""
    place: str = ""
    subdistrict: UnitId | None = None
    code: str | None = None
    category: int | None = None
    sub_item: int | None = None
    channel: Channel
    reported_at: datetime
    finder: PersonRef
    has_before: bool = False
    has_after: bool = False

    owner: UnitId
    registered_by: UnitId
    involved: tuple[UnitId, ...] = ()
    handler: PersonRef | None = None

    clocks: dict[ClockKey, Clock] = {}
    triage: Triage | None = None
    returns: int = 0
    """How often a unit has sent the hazard back (退单, MOD-17)."""
    final_ruling: bool = False
    """The office has ruled on the jurisdiction: nobody may send it back (N08)."""

    plan: Plan | None = None
    extension: Extension | None = None
    completion: Completion | None = None
    obligations: tuple[Obligation, ...] = ()
    proposals: tuple[str, ...] = ()

    cleared_at: datetime | None = None
    cleared_on_spot: bool = False
    strike_off: str | None = None
    lookbacks: tuple[PlannedLookback, ...] = ()
    """Where a clearance is followed by several look-backs: the dates of all of them."""
    lookbacks_done: int = 0
    relapses: int = 0
    relapse_until: datetime | None = None
    merged_into: HazardId | None = None

    done: dict[str, Done] = {}
    """Keys of the last commands, for answering a repeated one (kept across continue-as-new)."""

    @property
    def case(self) -> Case:
        return Case(mode=self.mode, urgency=self.urgency, code=self.code, category=self.category)

    @property
    def main_clock(self) -> Clock | None:
        """The clock of the remediation itself; a rework has replaced it once the clearance was refused (I6)."""
        return self.clocks.get(ClockKey.REWORK) or self.clocks.get(ClockKey.REMEDIATE)

    def running(self) -> Iterable[Clock]:
        return (clock for clock in self.clocks.values() if clock.running)
