"""What the inputs of forms are called: by field name from ``labels.yaml``, Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.risk import CONSEQUENCE, EXPOSURE, LIKELIHOOD
from domain.values import Labelled


@dataclass(frozen=True, slots=True)
class Words:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Words


@cache
def _file() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("labels.yaml").read_text(encoding="utf-8")
    )
    return found


def of_field(name: str, command: str, title: str | None) -> Words:
    """What ``name`` is called in the form of ``command``; the form's own Chinese title goes before the table's."""
    known = _file()["fields"]
    zh, en = known.get(f"{command}.{name}") or known.get(name) or (None, None)
    return Words(title or zh or name, en or name.replace("_", " "))


def hint(name: str) -> Words | None:
    found = _file()["hints"].get(name)
    return Words(*found) if found else None


def of_values(values: tuple[Any, ...]) -> tuple[Option, ...]:
    """Values one may choose from, in words: members of the core's enumerations bring their own."""
    known = _file()["values"]
    return tuple(
        Option(value.value, Words(value.zh, value.en))
        if isinstance(value, Labelled)
        else Option(str(value), Words(*known.get(str(value), (str(value), str(value)))))
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
    "subdistrict": "streets",
    "code": "items",
}  # fmt: skip
"""Fields that name something the district knows, and the list that suggests it."""
