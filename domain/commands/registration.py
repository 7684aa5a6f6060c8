"""Forms of discovery and registration: report, verify, clear on the spot, take on, assign, sign for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
)

from domain.accountability import Consequence
from domain.forms import CommandForm, Evidence, Person, RiskPoints
from domain.risk import Grade
from domain.texts import (
    Instant,
    Line,
    LongText,
    OptionalLine,
    OptionalText,
    Text,
    says_something,
)
from domain.values import Channel, Confidentiality, Urgency


class Report(CommandForm):
    """F01 隐患登记. ``occurred_at`` is the finder's own time; clocks start at the report to us."""

    zh, en = "登记隐患", "report a hazard"
    do: Literal["report"] = "report"
    channel: Channel
    place: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(says_something)]
    title: OptionalLine = ""
    description: LongText = ""
    code: Line | None = None
    category: Annotated[int, Field(ge=1, le=4)] | None = None
    sub_item: Annotated[int, Field(ge=1, le=11)] | None = None
    urgency: Urgency = Urgency.NORMAL
    subdistrict: Line | None = None
    grid: Line | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    occurred_at: Instant | None = None
    inspection: Literal["routine", "concentrated", "key"] | None = None
    persons_affected: Annotated[int, Field(ge=0)] | None = None
    cause: OptionalText = ""
    evidence: tuple[Evidence, ...] = ()
    external_source: Line | None = None
    external_number: Line | None = None
    reporter_ref: Line | None = None
    enterprise: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")] | None = None
    tags: tuple[Line, ...] = ()
    confidentiality: Confidentiality | None = None
    grade: Grade | None = None
    consequences: Annotated[tuple[Consequence, ...], Field(max_length=6)] = ()
    difficult: bool = False
    """疑难: reported from principal to principal and jointly diagnosed, as what is urgent is (MOD-19)."""
    risk_points: RiskPoints = ()
    """Risk points (风险点) whose control it shows to have failed (RSK-06)."""


class VerifyConfirm(CommandForm):
    zh, en = "核实属实", "confirm the report"
    do: Literal["verify_confirm"] = "verify_confirm"
    code: Line | None = None
    category: Annotated[int, Field(ge=1, le=4)] | None = None
    sub_item: Annotated[int, Field(ge=1, le=11)] | None = None
    subdistrict: Line | None = None
    urgency: Urgency | None = None
    findings: OptionalText = ""
    evidence: tuple[Evidence, ...] = ()
    risk_points: RiskPoints = ()
    """Besides those that the report named."""


class VerifyDismiss(CommandForm):
    zh, en = "核查不属实", "dismiss the report as unfounded"
    do: Literal["verify_dismiss"] = "verify_dismiss"
    reason: Text
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]


class ClearOnSpot(CommandForm):
    zh, en = "即发现即消除", "clear on the spot"
    do: Literal["clear_on_spot"] = "clear_on_spot"
    evidence: tuple[Evidence, ...] = ()
    assessor: Person | None = None
    measures: OptionalText = ""


class SelfHandle(CommandForm):
    zh, en = "自行整治", "handle it ourselves"
    do: Literal["self_handle"] = "self_handle"
    handler: Person
    note: OptionalText = ""


class Assign(CommandForm):
    """F04 转递（交办）单. ``transferred_at`` is the 转递时间 of what was handed over by telephone first."""

    zh, en = "转递（交办）", "assign to a competent unit"
    do: Literal["assign"] = "assign"
    target: Line
    transferred_at: Instant | None = None
    """先行交办: the sign-off and the remediation run from here, not from the entry."""
    note: OptionalText = ""


class Sign(CommandForm):
    zh, en = "签收", "sign for it"
    do: Literal["sign"] = "sign"
    handler: Person
    note: OptionalText = ""
