"""What all forms share: their base, evidence, persons, results."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from domain.organisation import PersonRef
from domain.texts import Line, OptionalText, says_something
from domain.values import HazardId


class Form(BaseModel):
    """A form as it was filled in. Unknown fields are an error: a misspelt field must not vanish."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CommandForm(Form):
    """A form that is a command; ``do`` is its name."""

    zh: ClassVar[str]
    en: ClassVar[str]
    do: str


def _no_unknown_fields(value: Any) -> Any:
    unknown = set(value) - set(PersonRef.model_fields) if isinstance(value, dict) else ()
    if unknown:
        raise ValueError("a person is named by “person” and “post” only 人员只填 person 和 post")
    return value


Person = Annotated[PersonRef, BeforeValidator(_no_unknown_fields)]
HazardNumber = Annotated[HazardId, Field(min_length=1, max_length=64), AfterValidator(says_something)]
RiskPointNumber = Annotated[str, Field(pattern=r"^[A-Z]{2,4}-R-[0-9]{6}$")]
"""Number of a risk point (风险点编号) as the register gives it; whether there is one is asked at the door."""
RiskPoints = Annotated[tuple[RiskPointNumber, ...], Field(max_length=20)]


class Evidence(Form):
    """A photo or document by reference and, where known, its SHA-256 (影像, 附件)."""

    kind: Literal["before", "after", "document", "other"]
    ref: Line
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class GoalResult(Form):
    """Whether one goal of the plan is met (VER-09)."""

    goal: Line
    met: bool
    note: OptionalText = ""
