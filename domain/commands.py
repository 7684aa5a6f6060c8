"""What people may ask for: one form per command of process.md §3.3, named as there.

Forms check shape only (what is missing, what is malformed); whether the command may be given now is
the business of ``transitions``. What a text or a date may be is said in ``texts``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from domain.forms import CommandForm, Evidence, Form, GoalResult, HazardNumber, Person
from domain.organisation import Actor
from domain.refusal import FieldError, Refusal, refuse
from domain.risk import Grade
from domain.routing import (
    ControlReview,
    EnterKeyControl,
    HandOver,
    JurisdictionRule,
    JurisdictionUnclear,
    RecogniseFail,
    RecognisePass,
    RequestDiversion,
    RequestUpgrade,
    Resume,
    Return,
    TriageReturn,
    TriageRoute,
)
from domain.state import Goal, Milestone
from domain.texts import (
    DayOrInstant,
    Instant,
    Line,
    LongText,
    OptionalLine,
    OptionalText,
    Text,
    says_something,
)
from domain.values import Channel, Confidentiality, Digest, Outcome, Urgency, Value


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
    zh, en = "转递（交办）", "assign to a competent unit"
    do: Literal["assign"] = "assign"
    target: Line
    note: OptionalText = ""


class Sign(CommandForm):
    zh, en = "签收", "sign for it"
    do: Literal["sign"] = "sign"
    handler: Person
    note: OptionalText = ""


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


class RequestExtension(CommandForm):
    """F09 延期申请. ``until`` is the new due day; without it the longest the policy allows."""

    zh, en = "申请延期", "request an extension"
    do: Literal["request_extension"] = "request_extension"
    reason: Text
    until: DayOrInstant | None = None
    interim_measures: OptionalText = ""


class DecideExtension(CommandForm):
    zh, en = "审批延期", "decide on the extension"
    do: Literal["decide_extension"] = "decide_extension"
    approve: bool
    reason: OptionalText = ""


class ReportCompletion(CommandForm):
    zh, en = "报结", "report completion"
    do: Literal["report_completion"] = "report_completion"
    outcome: Outcome = Outcome.ELIMINATED
    text: OptionalText = ""
    evidence: tuple[Evidence, ...] = ()


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


class Merge(CommandForm):
    zh, en = "并案", "merge into another hazard"
    do: Literal["merge"] = "merge"
    into: HazardNumber
    reason: Text


class LoadCalendar(CommandForm):
    """Administration: count on with another calendar; provisional dates are computed again (N94)."""

    zh, en = "载入工作日历", "load a calendar"
    do: Literal["load_calendar"] = "load_calendar"
    calendar: Digest


Command = Annotated[
    Report
    | VerifyConfirm
    | VerifyDismiss
    | ClearOnSpot
    | SelfHandle
    | Assign
    | RequestUpgrade
    | RequestDiversion
    | TriageRoute
    | TriageReturn
    | JurisdictionUnclear
    | JurisdictionRule
    | Sign
    | Return
    | SubmitPlan
    | Progress
    | RequestExtension
    | DecideExtension
    | EnterKeyControl
    | ControlReview
    | Resume
    | ReportCompletion
    | AssessPass
    | AssessFail
    | RecognisePass
    | RecogniseFail
    | LookbackPass
    | LookbackRelapse
    | ConfirmRelapse
    | StateReason
    | AcceptReason
    | Classify
    | Merge
    | HandOver
    | LoadCalendar,
    Field(discriminator="do"),
]

COMMANDS: dict[str, type[CommandForm]] = {
    form.model_fields["do"].default: form
    for form in Command.__origin__.__args__  # type: ignore[attr-defined]
}
"""Every command by its name."""

_ADAPTER: TypeAdapter[Command] = TypeAdapter(Command)


class Order(Value):
    """A command as it reaches a hazard: what, by whom, under which key, on which state.

    ``key`` makes it idempotent; ``expected`` is the ``seq`` the caller saw (``If-Match``), if he said.
    """

    command: Command
    actor: Actor
    key: str
    expected: int | None = None


def parse(name: str, data: Any) -> Command:
    """Read a form. Raises :class:`Refusal` 422 with one entry per bad field."""
    if name not in COMMANDS:
        raise refuse(
            404, "unknown-command", "INT-01", f"没有“{name}”这个命令", f"there is no command {name!r}"
        )
    if not isinstance(data, dict):
        raise refuse(422, f"{name}.form", "INT-01", "表单应为一个对象", "the form must be an object")
    try:
        return _ADAPTER.validate_python({**data, "do": name})
    except ValidationError as error:
        raise form_refusal(name, error) from None


def form_refusal(name: str, error: ValidationError) -> Refusal:
    """A pydantic error as a refusal whose paths are those of the form."""
    errors = tuple(
        FieldError(
            field=".".join(str(part) for part in detail["loc"] if part not in (name, "body")),
            message=detail["msg"],
        )
        for detail in error.errors(include_url=False, include_input=False, include_context=False)
    )
    fields = "、".join(dict.fromkeys(item.field.split(".")[0] or "表单" for item in errors))
    zh = COMMANDS[name].zh if name in COMMANDS else name
    return refuse(
        422,
        f"{name}.form",
        "INT-01",
        f"“{zh}”表单有误：{fields}",
        f"the form of {name} is incomplete or malformed: {fields}",
        errors,
    )
