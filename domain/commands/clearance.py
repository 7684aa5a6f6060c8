"""Forms of the clearance and what follows it: completion, assessment, recognition, look-backs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.forms import CommandForm, Evidence, GoalResult, HazardNumber
from domain.texts import OptionalLine, OptionalText, Text
from domain.values import Handling, Outcome, Settlement


class ReportCompletion(CommandForm):
    zh, en = "报结", "report completion"
    do: Literal["report_completion"] = "report_completion"
    outcome: Outcome = Outcome.ELIMINATED
    text: OptionalText = ""
    evidence: tuple[Evidence, ...] = ()
    handling: Handling | None = None
    settlement: Annotated[tuple[Settlement, ...], Field(max_length=4)] = ()
    case_reference: OptionalLine = ""
    """Of the case at law enforcement, when it goes there (REM-08)."""


class AssessPass(CommandForm):
    """F11 清零评估: the result of every goal of the plan (VER-09)."""

    zh, en = "清零评估通过", "pass the clearance assessment"
    do: Literal["assess_pass"] = "assess_pass"
    results: tuple[GoalResult, ...]
    text: OptionalText = ""
    evidence: tuple[Evidence, ...] = ()


class AssessFail(CommandForm):
    zh, en = "清零评估不通过", "fail the clearance assessment"
    do: Literal["assess_fail"] = "assess_fail"
    reason: Text
    results: tuple[GoalResult, ...] = ()
    evidence: tuple[Evidence, ...] = ()


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


class LookbackPass(CommandForm):
    zh, en = "回头看：巩固", "look-back: holds"
    do: Literal["lookback_pass"] = "lookback_pass"
    findings: OptionalText = ""
    evidence: tuple[Evidence, ...] = ()


class LookbackRelapse(CommandForm):
    zh, en = "回头看：回潮", "look-back: relapsed"
    do: Literal["lookback_relapse"] = "lookback_relapse"
    findings: Text
    evidence: tuple[Evidence, ...] = ()


class ConfirmRelapse(CommandForm):
    """A new report of the same place and code within the window is this hazard again (LBK-03)."""

    zh, en = "确认回潮", "confirm that a new report is a relapse"
    do: Literal["confirm_relapse"] = "confirm_relapse"
    matched: HazardNumber
    reason: Text
