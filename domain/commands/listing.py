"""Forms of listing (挂牌): the request, the decision, the plan's review, sub-tasks, acceptance, publications."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.commands.routing import Units
from domain.forms import CommandForm, Evidence, Form, GoalResult, Person
from domain.texts import Line, OptionalLine, OptionalText, Text
from domain.values import Mode


class Criteria(Form):
    """The four criteria of a listing, each answered in words (MOD-11)."""

    complex_cause: Text
    wide_scope: Text
    hard_to_remediate: Text
    major_impact: Text


class RequestListing(CommandForm):
    """F02 挂牌申请: the four criteria answered, and the units that would have to work together (MOD-11)."""

    zh, en = "提请挂牌", "ask for a listing"
    do: Literal["request_listing"] = "request_listing"
    reason: Text
    criteria: Criteria
    suggested_units: Units
    measures_tried: OptionalText = ""
    evidence: tuple[Evidence, ...] = ()


class ForwardListing(CommandForm):
    """F19 专报: the office lays the listing before the authority (MOD-12)."""

    zh, en = "专报提请挂牌审核", "lay the listing before the authority"
    do: Literal["forward_listing"] = "forward_listing"
    report_document: Line
    opinion: OptionalText = ""
    expert_review: bool = False


class ListingApprove(CommandForm):
    """F07 挂牌督办通知书: one sponsoring vice-mayor, one lead, at least one cooperating unit (MOD-03, MOD-13)."""

    zh, en = "批准挂牌", "approve the listing"
    do: Literal["listing_approve"] = "listing_approve"
    sponsor: Person | None = None
    lead: Line
    cooperating: Units = ()
    document: Line
    requirements: Text
    removal_conditions: Text


class ListingReject(CommandForm):
    """Back to the office, with the instruction how the hazard is to be remediated instead (A8)."""

    zh, en = "不予挂牌", "refuse the listing"
    do: Literal["listing_reject"] = "listing_reject"
    instruction: Literal[Mode.GENERAL, Mode.UPGRADED]
    reason: Text


class PlanApprove(CommandForm):
    zh, en = "批准方案", "approve the plan"
    do: Literal["plan_approve"] = "plan_approve"
    note: OptionalText = ""


class PlanReject(CommandForm):
    zh, en = "退回方案", "send the plan back"
    do: Literal["plan_reject"] = "plan_reject"
    reason: Text


class SignSubtask(CommandForm):
    """A cooperating unit signs for its own part; the lead signs for the whole with ``sign``."""

    zh, en = "签收子任务", "sign for the sub-task"
    do: Literal["sign_subtask"] = "sign_subtask"
    handler: Person
    note: OptionalText = ""


class ReportSubtask(CommandForm):
    zh, en = "子任务报结", "report the sub-task done"
    do: Literal["report_subtask"] = "report_subtask"
    text: Text
    evidence: tuple[Evidence, ...] = ()


class ConfirmSubtask(CommandForm):
    zh, en = "确认子任务", "confirm a sub-task"
    do: Literal["confirm_subtask"] = "confirm_subtask"
    unit: Line
    note: OptionalText = ""


class SendBackSubtask(CommandForm):
    zh, en = "退回子任务", "send a sub-task back"
    do: Literal["send_back_subtask"] = "send_back_subtask"
    unit: Line
    reason: Text


class PanelSeat(Form):
    unit: Line
    member: Person


class Panel(Form):
    """The acceptance panel (验收组): no member from a unit that handles the hazard (A3, VER-01)."""

    chair: PanelSeat
    members: Annotated[tuple[PanelSeat, ...], Field(max_length=30)] = ()
    experts: Annotated[tuple[Person, ...], Field(max_length=30)] = ()


class AcceptPass(CommandForm):
    """F12 验收意见: goal by goal (VER-09). The office signs; ``signed_by`` when the panel's chair files it."""

    zh, en = "验收通过（摘牌）", "accept the clearance and remove the listing"
    do: Literal["accept_pass"] = "accept_pass"
    panel: Panel
    results: tuple[GoalResult, ...]
    removal_document: OptionalLine = ""
    signed_by: Person | None = None
    text: OptionalText = ""
    evidence: tuple[Evidence, ...] = ()


class AcceptFail(CommandForm):
    """F12 验收意见: the sub-tasks that failed, by unit; only those are done again."""

    zh, en = "验收不通过", "refuse to accept the clearance"
    do: Literal["accept_fail"] = "accept_fail"
    panel: Panel
    failed: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    reason: Text
    results: tuple[GoalResult, ...] = ()
    signed_by: Person | None = None


class RecordListingNotice(CommandForm):
    """That a publication or filing was made: its document number and day (N44)."""

    zh, en = "登记挂牌公告、备案", "record a publication or filing of the listing"
    do: Literal["record_listing_notice"] = "record_listing_notice"
    what: Literal["listing_notice", "listing_filing", "removal_notice"]
    document: Line
    day: date
    where: OptionalLine = ""
