"""A hazard as one immutable value: all that decisions and timers need, and nothing else.

What was said at length (descriptions, progress texts, evidence lists) stands in the ledger; the state
holds what decides. Every new field has a default, so that a value written years ago still reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from domain.accountability import Consequence
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
    SubtaskState,
    UnitId,
    Urgency,
    Value,
    clock_id,
    end_of,
    last_day,
)


class Alarm(Value):
    """Something a clock does at an instant: a rung, the passing of the due date, or an appointment."""

    what: Annotated[Literal["due", "open", "over"] | Rung, Field(union_mode="left_to_right")]
    """``over``: a window in which something could still be added has passed. To ask first whether it is a rung would
    take thrice as long where it is none."""
    at: datetime


class Clock(Value):
    """One running deadline with all it was computed from, fixed when it started (I5).

    ``limit_due`` is where ``limit`` (or its extension) ends; ``due`` is the effective date, earlier when
    the plan's last node is (到点清零, PLN-01). Both are instants, +08:00; 24:00 of D is 00:00 of D+1.
    A clock with ``stopped_at`` keeps its dates and is silent (I6).
    """

    key: ClockKey
    subtask: UnitId | None = None
    """The unit whose part of a listed hazard this times; ``None`` where it times the hazard as a whole."""
    row: str
    bearer: UnitId
    limit: Limit
    cap: Limit | None = None
    started: datetime
    entered: datetime | None = None
    """When the start was entered, where it was entered afterwards (先行交办)."""
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
    def id(self) -> str:
        return clock_id(self.key, self.subtask)

    @property
    def running(self) -> bool:
        return self.stopped_at is None


class Milestone(Value):
    """A dated node of the plan (时间节点). ``due`` is a day (its 24:00) or an instant."""

    id: str
    what: str
    due: AwareDatetime | date
    done_at: datetime | None = None
    unit: UnitId | None = None
    """Of a listed hazard: the unit whose sub-task ends with this node; ``None`` for the whole."""

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

    def last_node_of(self, unit: UnitId | None, same_day_as: datetime) -> datetime | None:
        """The last node of one unit's part, or of the whole for ``None``; ``None`` when it has none."""
        nodes = [node.instant(same_day_as) for node in self.milestones if node.unit == unit]
        return max(nodes, default=None)


class Triage(Value):
    """Why a hazard lies before the office (研判): who asked for what, and when."""

    kind: Literal["upgrade", "diversion", "return", "listing", "general"]
    """What it comes to if the office follows the request: ``general`` when a listing was refused with that."""
    by: UnitId
    since: datetime
    expert_review: bool = False
    """Experts are heard before the listing is decided on (N43)."""


class Extension(Value):
    """A request for more time (延期, F09) and what became of it."""

    requested_at: datetime
    until: datetime
    decision: Literal["pending", "granted", "refused", "lapsed"] = "pending"
    nodes: tuple[Milestone, ...] = ()
    """Nodes of the plan as they are to be if it is granted."""


class Completion(Value):
    """A report that the work is done (报结, T25)."""

    at: datetime
    by: PersonRef
    outcome: Outcome


class Subtask(Value):
    """One unit's part of a listed hazard (子任务). Its clocks are those of the hazard that name the unit."""

    unit: UnitId
    lead: bool = False
    state: SubtaskState = SubtaskState.ASSIGNED
    handler: PersonRef | None = None
    reported_at: datetime | None = None
    reported_by: PersonRef | None = None
    confirmed_at: datetime | None = None
    level: Rung = Rung.L0
    highest: Rung = Rung.L0
    """Highest rung this part reached, kept for ever (I7)."""
    decided: Rung | None = None
    """The rung a human set for this part (T34), as long as the part stands on a rung of its own."""
    sla: Sla = Sla.ON_TIME


class NoticeGiven(Value):
    """A publication or filing of a listing: which, under what document number, on what day (N44)."""

    what: ClockKey
    document: str
    day: date


class Listing(Value):
    """挂牌: since when, under whom, and how it went (MOD-13, SUP-12)."""

    approved_at: datetime
    authority: UnitId
    sponsor_unit: UnitId
    sponsor: PersonRef
    document: str = ""
    notices: tuple[NoticeGiven, ...] = ()
    extensions: int = 0
    failed_acceptances: int = 0
    removed_at: datetime | None = None
    """摘牌, at the acceptance."""
    removal_document: str = ""


class PlannedLookback(Value):
    """A look-back date as it was counted at the clearance (LBK-02); ``due`` is its 24:00."""

    due: datetime
    provisional: bool = False
    """暂定, as of a clock (N94)."""


OwedKind = Literal["reason", "talk", "referral", "hold_talk", "rectification"]


class Obligation(Value):
    """Something a seat owes apart from the work itself: an answer, a reason, a talk, a report.

    ``talk`` and ``referral`` are questions that the ladder lays before the office (L4, L5); ``reason`` is
    what a 督办单 asks for, ``hold_talk`` the talk that was decided on, ``rectification`` the report after it.
    """

    id: str
    kind: OwedKind
    unit: UnitId
    role: str
    about: UnitId | None = None
    """Whose lateness it is about; ``None`` for whoever handles the whole."""
    raised_at: datetime
    due: datetime | None = None
    clock: str | None = None
    """Id of the clock that tells when ``due`` passes, while it runs."""
    received_at: datetime | None = None
    received_by: PersonRef | None = None
    """Who took note of it (签收) for the unit that owes it, and when."""
    met_at: datetime | None = None
    accepted_at: datetime | None = None
    result: Literal["declined", "lapsed"] | None = None
    """``declined``: the question was answered with no; ``lapsed``: what it was about is over. Else see ``met_at``."""

    @property
    def open(self) -> bool:
        return self.met_at is None and self.result is None


class Penalty(Value):
    """A penalty of an enterprise (行政处罚, F20) as far as repeated ones are counted (N50)."""

    enterprise: str
    """Unified social credit code; never a name."""
    on: date


class Incident(Value):
    """An incident that has happened out of the hazard, by its reference elsewhere (SUP-07)."""

    reference: str
    on: date
    consequences: tuple[Consequence, ...] = ()


class Petition(Value):
    """A petition (信访件) about the hazard, with its own duties towards the petitioner (N80–N82, N09)."""

    number: str
    linked_at: datetime
    objection_until: datetime | None = None
    objection: Literal["pending", "agreed", "refused"] | None = None
    notified_at: datetime | None = None
    extended: bool = False
    closed_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.closed_at is None and self.objection != "agreed"


class Done(Value):
    """A command already dealt with: where it stands in the ledger, and what it said."""

    seq: int
    digest: str
    by: str = ""
    """``Actor.seat`` of its sender; empty where a state of before did not say."""
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
    decided: Rung | None = None
    """The rung a human set for the present owner (T34); it counts beside those that time climbs."""
    confidentiality: Confidentiality = Confidentiality.PUBLIC
    major: bool = False
    consequences: tuple[Consequence, ...] = ()
    """Severe consequences that it may have (CLS-07); those that it had stand with its ``incidents``."""
    grade: Grade | None = None

    title: str = ""
    place: str = ""
    subdistrict: UnitId | None = None
    code: str | None = None
    category: int | None = None
    sub_item: int | None = None
    channel: Channel
    reported_at: datetime
    found_at: datetime | None = None
    """When it was found, as its finder says, where a transfer may be entered afterwards (先行交办)."""
    finder: PersonRef
    has_before: bool = False
    has_after: bool = False
    risk_points: tuple[str, ...] = ()
    """Numbers of the risk points it is linked to (RSK-06)."""

    owner: UnitId
    registered_by: UnitId
    involved: tuple[UnitId, ...] = ()
    handler: PersonRef | None = None

    clocks: dict[str, Clock] = {}
    """By ``Clock.id``."""
    triage: Triage | None = None
    returns: int = 0
    """How often a unit has sent the hazard back (退单, MOD-17)."""
    final_ruling: bool = False
    """The office has ruled on the jurisdiction: nobody may send it back (N08)."""

    consulted_at: datetime | None = None
    """When this round's plan was first consulted on (会商, 会诊)."""
    plan: Plan | None = None
    extension: Extension | None = None
    completion: Completion | None = None
    listing: Listing | None = None
    subtasks: tuple[Subtask, ...] = ()
    """Of a listed hazard: one for each unit, the lead's first."""
    obligations: tuple[Obligation, ...] = ()
    proposals: tuple[str, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    incidents: tuple[Incident, ...] = ()
    petition: Petition | None = None

    cleared_at: datetime | None = None
    cleared_on_spot: bool = False
    strike_off: str | None = None
    lookbacks: tuple[PlannedLookback, ...] = ()
    """Where a clearance is followed by several look-backs: the dates of all of them."""
    lookbacks_done: int = 0
    relapses: int = 0
    relapse_until: datetime | None = None
    merged_into: HazardId | None = None
    ended_at: datetime | None = None
    """When handling here ended, where notes of cooperation may still follow (MOD-18)."""

    done: dict[str, Done] = {}
    """Keys of the last commands, for answering a repeated one (kept across continue-as-new)."""

    @property
    def case(self) -> Case:
        return Case(mode=self.mode, urgency=self.urgency, code=self.code, category=self.category)

    @property
    def main_clock(self) -> Clock | None:
        """The clock of the remediation itself; a rework has replaced it once the clearance was refused (I6)."""
        return self.clocks.get(ClockKey.REWORK) or self.clocks.get(ClockKey.REMEDIATE)

    @property
    def over(self) -> bool:
        """Nothing can follow any more. After a hand-over notes of cooperation still may, for a while."""
        return self.state.terminal and not self.clocks

    def running(self) -> Iterable[Clock]:
        return (clock for clock in self.clocks.values() if clock.running)

    def owners_clocks(self) -> Iterable[Clock]:
        """What the owner bears for the whole: punctuality and level of the hazard follow from these alone (I7)."""
        return (
            clock for clock in self.clocks.values() if clock.bearer == self.owner and clock.subtask is None
        )

    def clocks_of(self, subtask: UnitId) -> Iterable[Clock]:
        """The clocks that a unit bears for its sub-task; what others owe about it is not of its making."""
        return (clock for clock in self.clocks.values() if clock.subtask == subtask == clock.bearer)

    def subtask(self, unit: UnitId) -> Subtask | None:
        return next((one for one in self.subtasks if one.unit == unit), None)

    def handled_by(self, unit: UnitId) -> bool:
        """Whether ``unit`` remediates this hazard, or a part of it (I3: it recognises nothing of it)."""
        return unit == self.owner or self.subtask(unit) is not None
