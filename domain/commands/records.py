"""Forms of what is put on record (T35): meetings, reports between principals, incidents, penalties, petitions."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.accountability import Consequence
from domain.commands.remediation import Duty
from domain.forms import CommandForm, Evidence, HazardNumber
from domain.texts import DayOrInstant, Line, OptionalLine, OptionalText, Text
from domain.values import BlacklistStep, Confidentiality, MeetingKind, RecordKind

EnterpriseCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")]
"""Unified social credit code (统一社会信用代码)."""


class AddRecord(CommandForm):
    """Something to be kept with the hazard. ``units`` may read the hazard from now on."""

    zh, en = "添加记录", "add a record"
    do: Literal["add_record"] = "add_record"
    kind: RecordKind
    text: Text
    document: OptionalLine = ""
    units: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    linked: Annotated[tuple[HazardNumber, ...], Field(max_length=50)] = ()
    evidence: tuple[Evidence, ...] = ()


class OpenSpecialInspection(CommandForm):
    """F19 专项督查, on a leader's instruction (批示) that is named (ACT-10, SUP-02)."""

    zh, en = "开展专项督查", "open a special inspection"
    do: Literal["open_special_inspection"] = "open_special_inspection"
    instruction: Line
    matter: Text
    conclusion: OptionalText = ""


class JointMeeting(CommandForm):
    """F15 会商、会诊、联合执法: who took part, what was concluded, who does what (COL-01, COL-03, COL-04)."""

    zh, en = "会商会诊", "hold a joint meeting"
    do: Literal["joint_meeting"] = "joint_meeting"
    kind: MeetingKind = MeetingKind.CONSULTATION
    participants: Annotated[tuple[Line, ...], Field(min_length=2, max_length=30)]
    guests: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    """Bodies from outside the district, by name."""
    conclusions: Text
    duties: Annotated[tuple[Duty, ...], Field(max_length=30)] = ()
    linked: Annotated[tuple[HazardNumber, ...], Field(max_length=50)] = ()


class ReportToPrincipal(CommandForm):
    """疑难、紧急: from principal to principal, at once (MOD-19)."""

    zh, en = "主要领导汇报", "report from principal to principal"
    do: Literal["report_to_principal"] = "report_to_principal"
    to: Line
    text: Text


class LinkIncident(CommandForm):
    """责任倒查: an incident that came of the hazard, and with what consequences (SUP-07)."""

    zh, en = "关联事件", "link an incident"
    do: Literal["link_incident"] = "link_incident"
    reference: Line
    on: date
    consequences: Annotated[tuple[Consequence, ...], Field(max_length=6)] = ()
    text: Text


class AddPenalty(CommandForm):
    """F20 处罚: an enterprise by its code; ``earlier`` are penalties of it that stand elsewhere (N50)."""

    zh, en = "记录处罚", "record a penalty"
    do: Literal["add_penalty"] = "add_penalty"
    enterprise: EnterpriseCode
    violation: Text
    penalty: Line
    document: Line
    on: date
    refused_to_rectify: bool = False
    earlier: Annotated[tuple[date, ...], Field(max_length=100)] = ()
    blacklist: BlacklistStep | None = None
    """What the same document decides about the list of enterprises; the list itself is kept elsewhere (N68)."""


class SetConfidentiality(CommandForm):
    zh, en = "定密级", "set the confidentiality"
    do: Literal["set_confidentiality"] = "set_confidentiality"
    level: Confidentiality
    reason: Text


class LinkPetition(CommandForm):
    """A petition (信访件) about the hazard; its own duties run from its registration (N80–N82)."""

    zh, en = "关联信访件", "link a petition"
    do: Literal["link_petition"] = "link_petition"
    number: Line
    note: OptionalText = ""


class NotifyPetitioner(CommandForm):
    zh, en = "告知信访人", "notify the petitioner"
    do: Literal["notify_petitioner"] = "notify_petitioner"
    document: Line
    note: OptionalText = ""


class ObjectToPetition(CommandForm):
    """Not in scope: with reasons, within five working days; the sender must agree (N09)."""

    zh, en = "提出信访异议", "object to the petition"
    do: Literal["object_to_petition"] = "object_to_petition"
    reason: Text


class DecideObjection(CommandForm):
    zh, en = "答复信访异议", "decide on the objection"
    do: Literal["decide_objection"] = "decide_objection"
    agree: bool
    reason: Text


class ExtendPetition(CommandForm):
    """Once, by at most thirty days, approved by the head of the unit, who tells the petitioner why (N82)."""

    zh, en = "信访延期", "extend the petition"
    do: Literal["extend_petition"] = "extend_petition"
    until: DayOrInstant | None = None
    reason: Text


class ClosePetition(CommandForm):
    zh, en = "办结信访件", "close the petition"
    do: Literal["close_petition"] = "close_petition"
    document: Line
    outcome: Text
