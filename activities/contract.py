"""Names and arguments of activities, for workflows to refer to without importing what they do."""

from __future__ import annotations

from domain.events import Event
from domain.state import Hazard
from domain.values import Digest, HazardId, Value

RECORD = "record"
RECORDED_SINCE = "recorded_since"
LEDGER_CONFLICT = "LedgerConflict"
"""Failure type of a record that contradicts the ledger; retrying cannot mend it."""


class Entry(Value):
    """What one change writes: its events, and the hazard as it stands after them."""

    hazard: Hazard
    events: tuple[Event, ...]


DELIVER = "deliver"


class Shift(Value):
    """What came of delivering notices for a while; counted in notices, but for ``messages``."""

    handed_on: int = 0
    delivered: int = 0
    messages: int = 0
    put_off: int = 0
    failed: int = 0
    lapsed: int = 0
    busy: bool = False
    """Whether there was anything to do, so that there may be more at once."""

    def plus(self, other: Shift) -> Shift:
        summed = {
            name: getattr(self, name) + getattr(other, name) for name in Shift.model_fields if name != "busy"
        }
        return Shift(**summed, busy=self.busy or other.busy)


ARCHIVE_FIND = "archive_find"
ARCHIVE_KEEP = "archive_keep"
ARCHIVE_SEAL = "archive_seal"


class Run(Value):
    """One run of a hazard's workflow."""

    hazard: HazardId
    run: str


class Left(Value):
    """A run that could not be archived, and why; trying again cannot mend it."""

    run: Run
    why: str


class Seal(Value):
    """What a sweep of the archive came to."""

    manifest: int | None = None
    """Number of the manifest it wrote, if there was anything to list."""
    missing: tuple[str, ...] = ()
    """What the record has and the archive lacks, one sentence each."""


PROGRAMME_STATE = "programme_state"
PROGRAMME_RULES = "programme_rules"
PROGRAMME_RECORD = "programme_record"


class RulesInForce(Value):
    """What a profile decides by now; neither text when nothing is published."""

    rules: Digest | None = None
    calendar: Digest | None = None
