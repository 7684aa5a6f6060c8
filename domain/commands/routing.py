"""Forms of the ways beyond one unit: passing up, diverting, ruling, returning, merging, handing over."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    Field,
)

from domain.forms import CommandForm, Evidence, HazardNumber
from domain.texts import (
    Line,
    OptionalLine,
    OptionalText,
    Text,
)

Units = Annotated[tuple[Line, ...], Field(max_length=20)]


class RequestUpgrade(CommandForm):
    """F02 提级申请: what was tried, and why the unit cannot solve it (MOD-02)."""

    zh, en = "提请提级", "pass the hazard up"
    do: Literal["request_upgrade"] = "request_upgrade"
    reason: Text
    measures_tried: Text
    suggested_units: Units = ()
    evidence: tuple[Evidence, ...] = ()


class RequestDiversion(CommandForm):
    """F02 分流申请: why the hazard is not of the bureau's own line (MOD-08)."""

    zh, en = "提请分流", "have the hazard diverted"
    do: Literal["request_diversion"] = "request_diversion"
    reason: Text
    measures_tried: OptionalText = ""
    suggested_units: Units = ()
    evidence: tuple[Evidence, ...] = ()


class TriageRoute(CommandForm):
    """F03 研判意见: who took part, what the risk is, who shall remediate (MOD-07, MOD-09, RSK-05)."""

    zh, en = "研判转递", "route after triage"
    do: Literal["triage_route"] = "triage_route"
    target: Line
    participants: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    risk_assessment: Text
    proposed_measures: OptionalText = ""


class TriageReturn(CommandForm):
    zh, en = "研判退回", "return to the requester"
    do: Literal["triage_return"] = "triage_return"
    reason: Text


class JurisdictionUnclear(CommandForm):
    zh, en = "提请明确管辖", "ask for a ruling on jurisdiction"
    do: Literal["jurisdiction_unclear"] = "jurisdiction_unclear"
    reason: Text


class JurisdictionRule(CommandForm):
    """F03 管辖认定: final; handled and assessed as a general hazard (MOD-10)."""

    zh, en = "明确管辖", "rule on the jurisdiction"
    do: Literal["jurisdiction_rule"] = "jurisdiction_rule"
    target: Line
    participants: Units = ()
    reason: Text
    risk_assessment: Text
    proposed_measures: OptionalText = ""


class Return(CommandForm):
    """F05 退单: once, before the sign-off is due, never after a ruling (MOD-17, N08)."""

    zh, en = "退单", "send it back"
    do: Literal["return"] = "return"
    reason: Text
    proposed_unit: Line


class Merge(CommandForm):
    zh, en = "并案", "merge into another hazard"
    do: Literal["merge"] = "merge"
    into: HazardNumber
    reason: Text


class HandOver(CommandForm):
    """To a higher level or outside the district (MOD-18); handling ends here, the record stays."""

    zh, en = "移交", "hand over"
    do: Literal["hand_over"] = "hand_over"
    to: Line
    reason: Text
    document: OptionalLine = ""
