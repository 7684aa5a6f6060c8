"""Forms of the remediation itself: the plan, progress, extensions, key control."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    model_validator,
)

from domain.forms import CommandForm, Evidence, Form, Person
from domain.state import Goal, Milestone
from domain.texts import (
    DayOrInstant,
    Line,
    OptionalText,
    Text,
)


def _numbered(prefix: str, items: Any, text: str) -> Any:
    """Let a list of goals or nodes be written as plain sentences; ids follow their order."""
    if not isinstance(items, list | tuple):
        return items
    return [
        {"id": f"{prefix}{n}", text: item}
        if isinstance(item, str)
        else {"id": f"{prefix}{n}", **item}
        if isinstance(item, dict)
        else item
        for n, item in enumerate(items, start=1)
    ]


class PlannedNode(Form):
    """A dated node (时间节点): a day, meaning its 24:00, or an instant with offset."""

    id: Line
    what: Line
    due: DayOrInstant
    unit: Line | None = None

    def milestone(self) -> Milestone:
        return Milestone(id=self.id, what=self.what, due=self.due)


class PlannedGoal(Form):
    """A goal, with the condition by which anybody can check it (目标可验证条件)."""

    id: Line
    text: Text
    check: OptionalText = ""

    def goal(self) -> Goal:
        return Goal(id=self.id, text=self.text[:200])


class Duty(Form):
    """What one unit does under the plan (责任分工, PLN-04)."""

    unit: Line
    task: Text


class SubmitPlan(CommandForm):
    """F06 一患一方案 (PLN-01): who answers, what is done, by when, to what end."""

    zh, en = "提交一患一方案", "submit the plan"
    do: Literal["submit_plan"] = "submit_plan"
    responsible_unit: Line
    responsible_leader: Person
    responsible_staff: Annotated[tuple[Person, ...], Field(min_length=1)]
    measures: Text
    milestones: Annotated[tuple[PlannedNode, ...], Field(min_length=1, max_length=100)]
    goals: Annotated[tuple[PlannedGoal, ...], Field(min_length=1, max_length=100)]
    duties: tuple[Duty, ...] = ()
    funds: OptionalText = ""
    contingency: OptionalText = ""

    @model_validator(mode="before")
    @classmethod
    def _number_items(cls, data: Any) -> Any:
        if isinstance(data, dict):
            data = dict(data)
            data["milestones"] = _numbered("N", data.get("milestones", ()), "what")
            data["goals"] = _numbered("G", data.get("goals", ()), "text")
            if isinstance(data.get("responsible_staff"), str):
                data["responsible_staff"] = (data["responsible_staff"],)
        return data

    @model_validator(mode="after")
    def _ids_are_distinct(self) -> SubmitPlan:
        for kind, ids in (
            ("milestones", [node.id for node in self.milestones]),
            ("goals", [goal.id for goal in self.goals]),
        ):
            if len(set(ids)) < len(ids):
                raise ValueError(f"{kind}: ids must be distinct 编号不得重复")
        return self


class Progress(CommandForm):
    zh, en = "报告进展", "report progress"
    do: Literal["progress"] = "progress"
    text: Text
    milestones_done: tuple[Line, ...] = ()
    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    evidence: tuple[Evidence, ...] = ()


class RevisedNode(Form):
    """A node of the plan, and the day it is to have if the extension is granted."""

    id: Line
    due: DayOrInstant


class RequestExtension(CommandForm):
    """F09 延期申请. ``until`` is the new due day; without it the longest the policy allows.

    ``nodes`` are the plan's nodes that move with it.
    """

    zh, en = "申请延期", "request an extension"
    do: Literal["request_extension"] = "request_extension"
    reason: Text
    until: DayOrInstant | None = None
    nodes: Annotated[tuple[RevisedNode, ...], Field(max_length=100)] = ()
    interim_measures: OptionalText = ""


class DecideExtension(CommandForm):
    zh, en = "审批延期", "decide on the extension"
    do: Literal["decide_extension"] = "decide_extension"
    approve: bool
    reason: OptionalText = ""


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
