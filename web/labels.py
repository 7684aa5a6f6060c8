"""What the inputs of forms are called, what they offer to choose from, and which list suggests their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain import labels
from domain.labels import Words
from domain.risk import CONSEQUENCE, EXPOSURE, LIKELIHOOD
from domain.values import Labelled

__all__ = ["SCALES", "SUGGESTED", "Option", "Words", "hint", "of_field", "of_values"]


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Words


def of_field(name: str, command: str, title: str | None) -> Words:
    """What ``name`` is called in the form of ``command``; the form's own Chinese title goes before the table's."""
    known = labels.of_field(name, command)
    return Words(title or (known.zh if known else name), known.en if known else name.replace("_", " "))


def hint(name: str) -> Words | None:
    return labels.HINTS.get(name)


def of_values(values: tuple[Any, ...]) -> tuple[Option, ...]:
    """Values one may choose from, in words: members of the core's enumerations bring their own."""
    return tuple(
        Option(value.value, Words(value.zh, value.en))
        if isinstance(value, Labelled)
        else Option(str(value), labels.VALUES.get(str(value), Words(str(value), str(value))))
        for value in values
    )


def _steps(scale: tuple[float, ...]) -> tuple[Option, ...]:
    return tuple(Option(str(step), Words(str(step), str(step))) for step in scale)


SCALES: dict[str, tuple[Option, ...]] = {
    "likelihood": _steps(LIKELIHOOD),
    "exposure": _steps(EXPOSURE),
    "consequence": _steps(CONSEQUENCE),
}
"""Numbers that are steps of a scale (N100)."""

SUGGESTED: dict[str, str] = {
    **dict.fromkeys(
        (
            "target", "proposed_unit", "responsible_unit", "unit", "units", "suggested_units", "participants",
            "lead", "lead_unit", "cooperating", "cooperating_units", "proposed_units", "members",
        ),
        "units",
    ),
    "department": "units",
    "subdistrict": "streets",
    "code": "items",
    "grid": "grids",
    "tags": "fields",
}  # fmt: skip
"""Fields that name something the district knows, and the list that suggests it."""
