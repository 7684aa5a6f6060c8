"""Forms of supervision: reasons for being late, grading, the calendar that administration loads."""

from __future__ import annotations

from typing import Literal

from domain.forms import CommandForm
from domain.risk import Grade
from domain.texts import (
    Text,
)
from domain.values import Digest


class StateReason(CommandForm):
    zh, en = "说明超期原因", "state the reason for being late"
    do: Literal["state_reason"] = "state_reason"
    reason: Text


class AcceptReason(CommandForm):
    zh, en = "认可超期原因", "accept the stated reason"
    do: Literal["accept_reason"] = "accept_reason"
    reason: Text


class Classify(CommandForm):
    zh, en = "评定风险等级", "grade the risk"
    do: Literal["classify"] = "classify"
    grade: Grade
    major: bool | None = None


class LoadCalendar(CommandForm):
    """Administration: count on with another calendar; provisional dates are computed again (N94)."""

    zh, en = "载入工作日历", "load a calendar"
    do: Literal["load_calendar"] = "load_calendar"
    calendar: Digest
