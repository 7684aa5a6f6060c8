"""What the API answers about hazards: documented JSON, made from what the core and the record hold.

Codes stay plain (``"state": "PLANNING"``); the words for them stand beside them under ``labels``. Units
come with their names. Moments carry their offset; 24:00 of a day is 00:00 of the next, ``last_day`` says which.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from domain.catalogue import Item, Responsible
from domain.hazard import Permission
from domain.ladder import next_wakeup
from domain.library import Rulebook
from domain.organisation import PersonRef
from domain.refusal import Refused
from domain.state import Clock, Extension, Hazard, Obligation, PlannedLookback, Subtask, Triage
from domain.values import (
    Channel,
    ClockKey,
    Colour,
    Confidentiality,
    Labelled,
    Mode,
    Outcome,
    Rung,
    Sla,
    State,
    SubtaskState,
    UnitId,
    Urgency,
    last_day,
    local,
)
from service.reading import Seen
from storage.readmodel import HazardRow, OpenDeadline, Page


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class Words(View):
    """A code in words."""

    zh: str
    en: str


class UnitView(View):
    id: str
    name: str
    en: str = ""


class Named:
    """Unit names, and the terms of the process, as one district uses them."""

    def __init__(self, book: Rulebook) -> None:
        self._units = book.organisation.by_id
        self._book = book

    def words(self, value: Labelled) -> Words:
        return Words(zh=self._book.said(value.zh), en=value.en)

    def labels(self, *values: tuple[str, Labelled | None]) -> dict[str, Words]:
        return {name: self.words(value) for name, value in values if value is not None}

    def unit(self, id: UnitId | str) -> UnitView:
        unit = self._units.get(UnitId(id))
        return UnitView(id=id, name=unit.name, en=unit.en) if unit else UnitView(id=id, name=id)

    def maybe(self, id: UnitId | str | None) -> UnitView | None:
        return self.unit(id) if id else None

    def units(self, ids: Iterable[UnitId | str]) -> list[UnitView]:
        return [self.unit(id) for id in ids]


def words(value: Labelled) -> Words:
    return Words(zh=value.zh, en=value.en)


# -- one hazard --------------------------------------------------------------------------------------


class DeadlineView(View):
    """A clock of a hazard. ``stopped_at`` is set while it keeps its dates in silence."""

    clock: ClockKey
    subtask: UnitView | None = None
    """The unit whose part of a listed hazard it times; ``null`` for the whole."""
    label: Words
    bearer: UnitView
    row: str
    started: datetime
    due: datetime
    last_day: date
    due_by: str
    provisional: bool
    level: Rung
    stopped_at: datetime | None = None


class CommandView(View):
    """Whether the caller may give a command now; if not, the refusal he would get."""

    command: str
    zh: str
    en: str
    href: str
    allowed: bool
    refused: Refused | None = None


class SuggestionView(View):
    """Who answers for the catalogue item by the annex. A suggestion with its ground: nothing is set by it."""

    owner: UnitView | None
    candidates: list[UnitView]
    external: list[str]
    unresolved: list[str]
    needs_ruling: bool
    ground: Words


class MilestoneView(View):
    id: str
    what: str
    due: datetime | date
    done_at: datetime | None
    unit: str | None = None
    """Of a listed hazard: whose part ends with it."""


class GoalView(View):
    id: str
    text: str


class PlanView(View):
    filed_at: datetime
    milestones: list[MilestoneView]
    goals: list[GoalView]


class GradeView(View):
    method: str
    colour: Colour
    score: float | None = None
    grounds: str | None = None


class SponsorView(View):
    """The sponsoring vice-mayor by seat and post; never by name."""

    unit: UnitView
    post: str


class ListingNoticeView(View):
    what: ClockKey
    label: Words
    document: str
    day: date


class ListingView(View):
    """挂牌: under whom, with whom, and how it went."""

    listed_at: datetime
    authority: UnitView
    sponsor: SponsorView
    lead: UnitView
    cooperating: list[UnitView]
    document: str
    extensions: int
    failed_acceptances: int
    notices: list[ListingNoticeView]
    removed_at: datetime | None
    removal_document: str


class SubtaskView(View):
    """One unit's part of a listed hazard, with its own deadlines and ladder."""

    unit: UnitView
    lead: bool
    state: SubtaskState
    sla: Sla
    level: Rung
    highest: Rung
    labels: dict[str, Words]
    deadlines: list[DeadlineView]
    milestones: list[MilestoneView]
    reported_at: datetime | None
    confirmed_at: datetime | None


class CompletionView(View):
    at: datetime
    outcome: Outcome


class HazardView(View):
    """A hazard as it stands. ``seq`` is its ``ETag``; texts said at length stand in its ledger."""

    id: str
    seq: int
    state: State
    mode: Mode
    round: int
    urgency: Urgency
    sla: Sla
    level: Rung
    highest: dict[UnitId, Rung]
    confidentiality: Confidentiality
    major: bool
    grade: GradeView | None
    labels: dict[str, Words]

    title: str
    place: str
    description: str
    subdistrict: UnitView | None
    code: str | None
    item: str | None
    category: int | None
    sub_item: int | None
    channel: Channel
    external_source: str | None
    external_number: str | None
    occurred_at: datetime | None
    reported_at: datetime
    updated_at: datetime

    owner: UnitView
    registered_by: UnitView
    involved: list[UnitView]
    finder: PersonRef
    handler: PersonRef | None

    deadlines: list[DeadlineView]
    next_wakeup: datetime | None
    triage: Triage | None
    returns: int
    final_ruling: bool
    plan: PlanView | None
    extension: Extension | None
    completion: CompletionView | None
    listing: ListingView | None
    subtasks: list[SubtaskView]
    obligations: list[Obligation]
    proposals: list[str]

    cleared_at: datetime | None
    cleared_on_spot: bool
    strike_off: str | None
    lookbacks: list[PlannedLookback]
    lookbacks_done: int
    relapses: int
    relapse_until: datetime | None
    merged_into: str | None

    risk_points: list[str]
    suggestion: SuggestionView | None
    allowed_commands: list[CommandView]


def hazard_view(seen: Seen) -> HazardView:
    opened, named = seen.opened, Named(seen.rules.book)
    hazard = opened.state
    return HazardView(
        id=hazard.id,
        seq=hazard.seq,
        state=hazard.state,
        mode=hazard.mode,
        round=hazard.round,
        urgency=hazard.urgency,
        sla=hazard.sla,
        level=hazard.level,
        highest=hazard.highest,
        confidentiality=hazard.confidentiality,
        major=hazard.major,
        grade=_grade(hazard),
        labels=_labels_of(hazard, named),
        title=hazard.title,
        place=hazard.place,
        description=opened.description,
        subdistrict=named.maybe(hazard.subdistrict),
        code=hazard.code,
        item=seen.item.name if seen.item else None,
        category=hazard.category,
        sub_item=hazard.sub_item,
        channel=hazard.channel,
        external_source=opened.external_source,
        external_number=opened.external_number,
        occurred_at=opened.occurred_at,
        reported_at=local(hazard.reported_at),
        updated_at=opened.updated_at,
        owner=named.unit(hazard.owner),
        registered_by=named.unit(hazard.registered_by),
        involved=named.units(hazard.involved),
        finder=hazard.finder,
        handler=hazard.handler,
        deadlines=[
            deadline_view(clock, named)
            for clock in sorted(hazard.clocks.values(), key=lambda clock: clock.due)
        ],
        next_wakeup=next_wakeup(hazard),
        triage=hazard.triage,
        returns=hazard.returns,
        final_ruling=hazard.final_ruling,
        plan=_plan(hazard),
        extension=hazard.extension,
        completion=CompletionView(at=hazard.completion.at, outcome=hazard.completion.outcome)
        if hazard.completion
        else None,
        listing=_listing(hazard, named),
        subtasks=[_subtask(hazard, one, named) for one in hazard.subtasks],
        obligations=list(hazard.obligations),
        proposals=list(hazard.proposals),
        cleared_at=hazard.cleared_at,
        cleared_on_spot=hazard.cleared_on_spot,
        strike_off=hazard.strike_off,
        lookbacks=list(hazard.lookbacks),
        lookbacks_done=hazard.lookbacks_done,
        relapses=hazard.relapses,
        relapse_until=hazard.relapse_until,
        merged_into=hazard.merged_into,
        risk_points=list(hazard.risk_points),
        suggestion=suggestion_view(seen.suggested, named, seen.item)
        if seen.suggested and seen.item
        else None,
        allowed_commands=[_command(hazard.id, permission) for permission in seen.allowed],
    )


def _labels_of(hazard: Hazard | HazardRow, named: Named) -> dict[str, Words]:
    return named.labels(
        ("state", hazard.state),
        ("mode", hazard.mode),
        ("urgency", hazard.urgency),
        ("sla", hazard.sla),
        ("level", hazard.level),
        ("confidentiality", hazard.confidentiality),
        ("channel", hazard.channel),
    )


def deadline_view(clock: Clock | OpenDeadline, named: Named) -> DeadlineView:
    key = clock.key if isinstance(clock, Clock) else clock.clock
    return DeadlineView(
        clock=key,
        subtask=named.maybe(clock.subtask),
        label=named.words(key),
        bearer=named.unit(clock.bearer),
        row=clock.row,
        started=local(clock.started),
        due=local(clock.due),
        last_day=last_day(clock.due),
        due_by=clock.due_by,
        provisional=clock.provisional,
        level=clock.level,
        stopped_at=clock.stopped_at,
    )


def _command(hazard: str, permission: Permission) -> CommandView:
    return CommandView(
        command=permission.command,
        zh=permission.zh,
        en=permission.en,
        href=f"/v1/hazards/{hazard}/commands/{permission.command}",
        allowed=permission.allowed,
        refused=permission.refused,
    )


def suggestion_view(suggested: Responsible, named: Named, item: Item) -> SuggestionView:
    return SuggestionView(
        owner=named.maybe(suggested.proposed),
        candidates=named.units(suggested.candidates),
        external=list(suggested.external),
        unresolved=list(suggested.unresolved),
        needs_ruling=suggested.needs_ruling,
        ground=Words(
            zh=f"隐患分类索引 {item.code} {item.name}：责任部门为 {item.responsible_raw}",
            en=f"catalogue item {item.code}: responsible by the annex: {item.responsible_raw}",
        ),
    )


def _plan(hazard: Hazard) -> PlanView | None:
    plan = hazard.plan
    if plan is None:
        return None
    return PlanView(
        filed_at=plan.filed_at,
        milestones=[
            MilestoneView(id=node.id, what=node.what, due=node.due, done_at=node.done_at, unit=node.unit)
            for node in plan.milestones
        ],
        goals=[GoalView(id=goal.id, text=goal.text) for goal in plan.goals],
    )


def _listing(hazard: Hazard, named: Named) -> ListingView | None:
    listing = hazard.listing
    if listing is None:
        return None
    lead, *cooperating = (named.unit(one.unit) for one in hazard.subtasks)
    return ListingView(
        listed_at=local(listing.approved_at),
        authority=named.unit(listing.authority),
        sponsor=SponsorView(unit=named.unit(listing.sponsor_unit), post=listing.sponsor.post),
        lead=lead,
        cooperating=cooperating,
        document=listing.document,
        extensions=listing.extensions,
        failed_acceptances=listing.failed_acceptances,
        notices=[
            ListingNoticeView(what=one.what, label=named.words(one.what), document=one.document, day=one.day)
            for one in listing.notices
        ],
        removed_at=local(listing.removed_at) if listing.removed_at else None,
        removal_document=listing.removal_document,
    )


def _subtask(hazard: Hazard, one: Subtask, named: Named) -> SubtaskView:
    nodes = [node for node in (hazard.plan.milestones if hazard.plan else ()) if node.unit == one.unit]
    return SubtaskView(
        unit=named.unit(one.unit),
        lead=one.lead,
        state=one.state,
        sla=one.sla,
        level=one.level,
        highest=one.highest,
        labels=named.labels(("state", one.state), ("sla", one.sla), ("level", one.level)),
        deadlines=[
            deadline_view(clock, named)
            for clock in sorted(hazard.clocks_of(one.unit), key=lambda clock: clock.due)
        ],
        milestones=[
            MilestoneView(id=node.id, what=node.what, due=node.due, done_at=node.done_at, unit=node.unit)
            for node in nodes
        ],
        reported_at=local(one.reported_at) if one.reported_at else None,
        confirmed_at=local(one.confirmed_at) if one.confirmed_at else None,
    )


def _grade(hazard: Hazard) -> GradeView | None:
    grade = hazard.grade
    if grade is None:
        return None
    return GradeView(
        method=grade.method,
        colour=grade.colour,
        score=getattr(grade, "score", None),
        grounds=getattr(grade, "grounds", None),
    )


# -- many hazards ------------------------------------------------------------------------------------


class RowView(View):
    """A hazard as lists show it."""

    id: str
    seq: int
    state: State
    mode: Mode
    round: int
    urgency: Urgency
    sla: Sla
    level: Rung
    major: bool
    colour: Colour | None
    confidentiality: Confidentiality
    labels: dict[str, Words]
    title: str
    place: str
    subdistrict: UnitView | None
    code: str | None
    category: int | None
    channel: Channel
    external_source: str | None
    external_number: str | None
    owner: UnitView
    reported_at: datetime
    updated_at: datetime
    next_due: datetime | None
    cleared_at: datetime | None
    closed_at: datetime | None
    strike_off: str | None
    relapses: int
    deadlines: list[DeadlineView]
    href: str


class PageView(View):
    """Some hazards; ``next`` is the cursor of those that follow, and stands in ``Link`` as well."""

    items: list[RowView]
    next: str | None


def page_view(page: Page, book: Rulebook) -> PageView:
    named = Named(book)
    return PageView(items=[_row(row, named) for row in page.rows], next=page.next)


def _row(row: HazardRow, named: Named) -> RowView:
    return RowView(
        id=row.id,
        seq=row.seq,
        state=row.state,
        mode=row.mode,
        round=row.round,
        urgency=row.urgency,
        sla=row.sla,
        level=row.level,
        major=row.major,
        colour=row.colour,
        confidentiality=row.confidentiality,
        labels=_labels_of(row, named),
        title=row.title,
        place=row.place,
        subdistrict=named.maybe(row.subdistrict),
        code=row.code,
        category=row.category,
        channel=row.channel,
        external_source=row.external_source,
        external_number=row.external_number,
        owner=named.unit(row.owner),
        reported_at=row.reported_at,
        updated_at=row.updated_at,
        next_due=row.next_due,
        cleared_at=row.cleared_at,
        closed_at=row.closed_at,
        strike_off=row.strike_off,
        relapses=row.relapses,
        deadlines=[deadline_view(deadline, named) for deadline in row.deadlines],
        href=f"/v1/hazards/{row.id}",
    )


# -- answers to commands -----------------------------------------------------------------------------


class AcceptedView(View):
    """Taken on, not recorded yet: look again at ``href``."""

    hazard: str
    href: str
    idempotency_key: str
    zh: str
    en: str
