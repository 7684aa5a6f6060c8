"""Forms of commands on their way to a page: as a hazard lets them begin, and as somebody is filling them in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from api.problems import Problem
from web.fields import Field, Known, fields_of, fitted


class Form(NamedTuple):
    """A command's form before anybody types into it: all that tells it from another of the same command."""

    command: str
    zh: str
    en: str
    begun: str = ""
    """The data it begins with, as JSON."""
    known: Known = ()
    awaited: bool = False
    """It answers what the reader's unit owes."""
    open: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        return fitted(fields_of(self.command), self.known)

    @property
    def data(self) -> Mapping[str, Any]:
        return json.loads(self.begun) if self.begun else {}


@dataclass(frozen=True)
class Draft:
    """A form that is being filled in: what was typed, and what was wrong with it."""

    command: str
    data: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    problem: Problem | None = None
    more: str = ""
    """The list that shall have more rows."""

    @property
    def faults(self) -> dict[str, list[Any]]:
        """By input. A list whose rows are at fault is not blamed as a whole besides: its bad rows do not count."""
        faults = self.problem.faults if self.problem else ()
        found: dict[str, list[Any]] = {}
        for fault in faults:
            if not any(other.field.startswith(f"{fault.field}.") for other in faults):
                found.setdefault(fault.field, []).append(fault)
        return found
