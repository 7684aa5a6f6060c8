"""Risk grading: LEC for work places (N100), a manual colour with written grounds for all else."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Tag

from domain.texts import Text
from domain.values import Colour, Value

LIKELIHOOD = (10, 6, 3, 1, 0.5, 0.2, 0.1)
EXPOSURE = (10, 6, 3, 2, 1, 0.5)
CONSEQUENCE = (100, 40, 15, 7, 3, 1)

_BANDS = ((320, Colour.RED), (160, Colour.ORANGE), (70, Colour.YELLOW))
"""D > 320 重大=红; from 160 较大=橙; from 70 一般=黄; below 低=蓝 (N100, N101)."""


def _one_of(scale: tuple[float, ...]) -> AfterValidator:
    def check(value: float) -> float:
        if value not in scale:
            raise ValueError(f"must be one of {', '.join(str(step) for step in scale)} (N100)")
        return value

    return AfterValidator(check)


class LecGrade(Value):
    """L×E×C of a work-place hazard; each factor is one of the published steps (N100)."""

    method: Literal["LEC"] = "LEC"
    likelihood: Annotated[float, _one_of(LIKELIHOOD)]
    exposure: Annotated[float, _one_of(EXPOSURE)]
    consequence: Annotated[float, _one_of(CONSEQUENCE)]

    @property
    def score(self) -> float:
        return round(self.likelihood * self.exposure * self.consequence, 6)

    @property
    def colour(self) -> Colour:
        if self.score > _BANDS[0][0]:
            return Colour.RED
        for threshold, colour in _BANDS[1:]:
            if self.score >= threshold:
                return colour
        return Colour.BLUE


class ManualGrade(Value):
    """A colour set by judgement, with its grounds in writing (risk categories 1–3, defaults.md §2.7)."""

    method: Literal["MANUAL"] = "MANUAL"
    colour: Colour
    grounds: Text


def _method(grade: Any) -> str:
    """Canonical texts leave ``method`` out, as they do every default: then a colour tells the two apart."""
    if isinstance(grade, LecGrade | ManualGrade):
        return grade.method
    said = grade if isinstance(grade, dict) else {}
    return str(said.get("method", "MANUAL" if "colour" in said else "LEC"))


Grade = Annotated[
    Annotated[LecGrade, Tag("LEC")] | Annotated[ManualGrade, Tag("MANUAL")], Discriminator(_method)
]
