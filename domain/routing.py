"""Forms of the ways beyond one unit: passing up, diverting, ruling, recognising, key control, handing over."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from domain.forms import CommandForm, Evidence, Form, GoalResult, Person
from domain.texts import DayOrInstant, Line, OptionalLine, OptionalText, Text

Units = Annotated[tuple[Line, ...], Field(max_length=20)]


class RequestUpgrade(CommandForm):
    """F02 提级申请: what was tried, and why the unit cannot solve it (MOD-02)."""

    zh, en = "提请提级", "pass the hazard up"
    do: Literal["request_upgrade"] = "request_upgrade"
    reason: Text
    measures_tried: Text
    suggested_units: Units = ()


class RequestDiversion(CommandForm):
    """F02 分流申请: why the hazard is not of the bureau's own line (MOD-08)."""

    zh, en = "提请分流", "have the hazard diverted"
    do: Literal["request_diversion"] = "request_diversion"
    reason: Text
    suggested_units: Units = ()


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
    reason: Text
    risk_assessment: Text


class Return(CommandForm):
    """F05 退单: once, before the sign-off is due, never after a ruling (MOD-17, N08)."""

    zh, en = "退单", "send it back"
    do: Literal["return"] = "return"
    reason: Text
    proposed_unit: Line


class RecognisePass(CommandForm):
    """F12 认定意见, goal by goal (VER-03, VER-09)."""

    zh, en = "认定清零", "recognise the clearance"
    do: Literal["recognise_pass"] = "recognise_pass"
    results: tuple[GoalResult, ...]
    text: OptionalText = ""
    evidence: tuple[Evidence, ...] = ()


class RecogniseFail(CommandForm):
    zh, en = "不予认定", "refuse to recognise the clearance"
    do: Literal["recognise_fail"] = "recognise_fail"
    reason: Text
    results: tuple[GoalResult, ...] = ()


class Defence(Form):
    """One of the four defences: what is done, or why it does not apply (“不适用”, REM-04)."""

    measures: OptionalText = ""
    not_applicable: OptionalText = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"measures": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_one(self) -> Defence:
        if bool(self.measures.strip()) == bool(self.not_applicable.strip()):
            raise ValueError("state the measures, or why it does not apply 写明措施，或写明不适用的理由")
        return self


class EnterKeyControl(CommandForm):
    """F10 重点防控: the four defences (人防、物防、技防、心防) and who answers for them."""

    zh, en = "转入重点防控", "put under key control"
    do: Literal["enter_key_control"] = "enter_key_control"
    reason: Text
    people: Defence
    physical: Defence
    technical: Defence
    psychological: Defence
    responsible: Person
    expected_solution: DayOrInstant | None = None


class ControlReview(CommandForm):
    zh, en = "防控复评", "review the key control"
    do: Literal["control_review"] = "control_review"
    findings: Text
    evidence: tuple[Evidence, ...] = ()


class Resume(CommandForm):
    zh, en = "恢复整治", "resume the remediation"
    do: Literal["resume"] = "resume"
    until: DayOrInstant
    reason: Text


class HandOver(CommandForm):
    """To a higher level or outside the district (MOD-18); handling ends here, the record stays."""

    zh, en = "移交", "hand over"
    do: Literal["hand_over"] = "hand_over"
    to: Line
    reason: Text
    document: OptionalLine = ""
