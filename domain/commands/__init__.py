"""What people may ask for: one form per command of process.md §3.3, named as there, grouped by subject.

Forms check shape only (what is missing, what is malformed); whether the command may be given now is
the business of ``transitions``. What a text or a date may be is said in ``texts``, what all forms share
in ``forms``. Guards and effects are grouped by the same subjects.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from domain.commands.clearance import (
    AssessFail,
    AssessPass,
    ConfirmRelapse,
    LookbackPass,
    LookbackRelapse,
    RecogniseFail,
    RecognisePass,
    ReportCompletion,
)
from domain.commands.listing import (
    AcceptFail,
    AcceptPass,
    ConfirmSubtask,
    ForwardListing,
    ListingApprove,
    ListingReject,
    Panel,
    PlanApprove,
    PlanReject,
    RecordListingNotice,
    ReportSubtask,
    RequestListing,
    SendBackSubtask,
    SignSubtask,
)
from domain.commands.records import (
    AddPenalty,
    AddRecord,
    ClosePetition,
    DecideObjection,
    ExtendPetition,
    JointMeeting,
    LinkIncident,
    LinkPetition,
    NotifyPetitioner,
    ObjectToPetition,
    OpenSpecialInspection,
    ReportToPrincipal,
    SetConfidentiality,
)
from domain.commands.registration import (
    Assign,
    ClearOnSpot,
    Report,
    SelfHandle,
    Sign,
    VerifyConfirm,
    VerifyDismiss,
)
from domain.commands.remediation import (
    ControlReview,
    DecideExtension,
    Defence,
    Duty,
    EnterKeyControl,
    PlannedGoal,
    PlannedNode,
    Progress,
    RequestExtension,
    Resume,
    RevisedNode,
    SubmitPlan,
)
from domain.commands.routing import (
    HandOver,
    JurisdictionRule,
    JurisdictionUnclear,
    Merge,
    RequestDiversion,
    RequestUpgrade,
    Return,
    TriageReturn,
    TriageRoute,
)
from domain.commands.supervision import (
    AcceptReason,
    Acknowledge,
    Classify,
    Decline,
    FileRectification,
    HoldTalk,
    IssueNotice,
    LoadCalendar,
    OrderTalk,
    ProposeListing,
    PublishExposure,
    Refer,
    StateReason,
)
from domain.forms import CommandForm
from domain.organisation import Actor
from domain.refusal import FieldError, Refusal, refuse
from domain.values import Value

__all__ = [
    "COMMANDS",
    "AcceptFail",
    "AcceptPass",
    "AcceptReason",
    "Acknowledge",
    "AddPenalty",
    "AddRecord",
    "AssessFail",
    "AssessPass",
    "Assign",
    "Classify",
    "ClearOnSpot",
    "ClosePetition",
    "Command",
    "ConfirmRelapse",
    "ConfirmSubtask",
    "ControlReview",
    "DecideExtension",
    "DecideObjection",
    "Decline",
    "Defence",
    "Duty",
    "EnterKeyControl",
    "ExtendPetition",
    "FileRectification",
    "ForwardListing",
    "HandOver",
    "HoldTalk",
    "IssueNotice",
    "JointMeeting",
    "JurisdictionRule",
    "JurisdictionUnclear",
    "LinkIncident",
    "LinkPetition",
    "ListingApprove",
    "ListingReject",
    "LoadCalendar",
    "LookbackPass",
    "LookbackRelapse",
    "Merge",
    "NotifyPetitioner",
    "ObjectToPetition",
    "OpenSpecialInspection",
    "Order",
    "OrderTalk",
    "Panel",
    "PlanApprove",
    "PlanReject",
    "PlannedGoal",
    "PlannedNode",
    "Progress",
    "ProposeListing",
    "PublishExposure",
    "RecogniseFail",
    "RecognisePass",
    "RecordListingNotice",
    "Refer",
    "Report",
    "ReportCompletion",
    "ReportSubtask",
    "ReportToPrincipal",
    "RequestDiversion",
    "RequestExtension",
    "RequestListing",
    "RequestUpgrade",
    "Resume",
    "Return",
    "RevisedNode",
    "SelfHandle",
    "SendBackSubtask",
    "SetConfidentiality",
    "Sign",
    "SignSubtask",
    "StateReason",
    "SubmitPlan",
    "TriageReturn",
    "TriageRoute",
    "VerifyConfirm",
    "VerifyDismiss",
    "form_refusal",
    "parse",
]

Command = Annotated[
    Report
    | VerifyConfirm
    | VerifyDismiss
    | ClearOnSpot
    | SelfHandle
    | Assign
    | RequestUpgrade
    | RequestDiversion
    | RequestListing
    | TriageRoute
    | TriageReturn
    | JurisdictionUnclear
    | JurisdictionRule
    | ForwardListing
    | ListingApprove
    | ListingReject
    | Sign
    | SignSubtask
    | Return
    | SubmitPlan
    | PlanApprove
    | PlanReject
    | Progress
    | RequestExtension
    | DecideExtension
    | EnterKeyControl
    | ControlReview
    | Resume
    | ReportSubtask
    | ConfirmSubtask
    | SendBackSubtask
    | ReportCompletion
    | AssessPass
    | AssessFail
    | RecognisePass
    | RecogniseFail
    | AcceptPass
    | AcceptFail
    | RecordListingNotice
    | LookbackPass
    | LookbackRelapse
    | ConfirmRelapse
    | StateReason
    | AcceptReason
    | Acknowledge
    | IssueNotice
    | OrderTalk
    | HoldTalk
    | FileRectification
    | PublishExposure
    | Refer
    | ProposeListing
    | Decline
    | AddRecord
    | OpenSpecialInspection
    | JointMeeting
    | ReportToPrincipal
    | LinkIncident
    | AddPenalty
    | SetConfidentiality
    | LinkPetition
    | NotifyPetitioner
    | ObjectToPetition
    | DecideObjection
    | ExtendPetition
    | ClosePetition
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
