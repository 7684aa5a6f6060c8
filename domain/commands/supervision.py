"""Forms of supervision: reasons for being late, grading, the calendar that administration loads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.accountability import Cause, Consequence, Failure
from domain.forms import CommandForm, Evidence, Person, RiskPoints
from domain.risk import Grade
from domain.texts import DayOrInstant, Line, OptionalText, Text
from domain.values import Digest, Rung


class StateReason(CommandForm):
    zh, en = "说明超期原因", "state the reason for being late"
    do: Literal["state_reason"] = "state_reason"
    reason: Text


class AcceptReason(CommandForm):
    zh, en = "认可超期原因", "accept the stated reason"
    do: Literal["accept_reason"] = "accept_reason"
    reason: Text


class Acknowledge(CommandForm):
    """A receipt (签收): the seat that owes something has taken note of it."""

    zh, en = "签收督办事项", "acknowledge what is owed"
    do: Literal["acknowledge"] = "acknowledge"
    obligation: Line
    note: OptionalText = ""


class IssueNotice(CommandForm):
    """F13 提醒、催办、督办, by hand; the ladder goes on by itself. A 督办单 asks for a reason (SUP-01)."""

    zh, en = "发出督办文书", "issue a notice of supervision"
    do: Literal["issue_notice"] = "issue_notice"
    rung: Literal[Rung.L0, Rung.L1, Rung.L2] = Rung.L1
    matter: Text


class AboutUnit(CommandForm):
    """A decision about one unit. Of a listed hazard each unit answers for its own part (I7)."""

    unit: Line | None = None
    """By id or name; may be left out where only one is in question."""


class OrderTalk(AboutUnit):
    """L4 约谈告诫, decided by the office; held within a week (N62)."""

    zh, en = "决定约谈", "order an admonishing talk"
    do: Literal["order_talk"] = "order_talk"
    reason: Text


class HoldTalk(AboutUnit):
    """F13 约谈记录. The principal comes himself (N62: no proxy); a report follows within five working days."""

    zh, en = "记录约谈", "record the talk"
    do: Literal["hold_talk"] = "hold_talk"
    held_on: DayOrInstant
    attended_by: Person
    by_proxy: bool = False
    minutes: Text
    evidence: tuple[Evidence, ...] = ()


class FileRectification(CommandForm):
    """F13 整改报告 after the talk."""

    zh, en = "提交整改报告", "file the rectification report"
    do: Literal["file_rectification"] = "file_rectification"
    report: Text
    evidence: tuple[Evidence, ...] = ()


class PublishExposure(AboutUnit):
    """L4b 公开曝光, when a talk went unanswered (SUP-03)."""

    zh, en = "公开曝光", "expose publicly"
    do: Literal["publish_exposure"] = "publish_exposure"
    medium: Line
    text: Text
    reason: Text


class Refer(AboutUnit):
    """F14 追责提请: kind of neglect, causes, and the consequence it had (SUP-04…06)."""

    zh, en = "提请追责", "refer for accountability"
    do: Literal["refer"] = "refer"
    failure: Failure
    causes: Annotated[tuple[Cause, ...], Field(min_length=1, max_length=6)]
    consequence: Consequence | None = None
    document: Line
    reason: Text


class ProposeListing(CommandForm):
    """The director's other answer to L5: propose that the hazard be listed."""

    zh, en = "提请挂牌", "propose listing instead"
    do: Literal["propose_listing"] = "propose_listing"
    reason: Text


class Decline(AboutUnit):
    """The answer no to what the ladder laid before the office (L4, L5), with its reason."""

    zh, en = "不予约谈或追责", "decline the talk or the referral"
    do: Literal["decline"] = "decline"
    question: Literal["talk", "referral"]
    reason: Text


class Classify(CommandForm):
    zh, en = "评定风险等级", "grade the risk"
    do: Literal["classify"] = "classify"
    grade: Grade
    major: bool | None = None
    risk_points: RiskPoints = ()
    """Besides those it is linked to already (RSK-06)."""


class LoadCalendar(CommandForm):
    """Administration: count on with another calendar; provisional dates are computed again (N94)."""

    zh, en = "载入工作日历", "load a calendar"
    do: Literal["load_calendar"] = "load_calendar"
    calendar: Digest
