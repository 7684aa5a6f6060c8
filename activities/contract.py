"""Names and arguments of activities, for workflows to refer to without importing what they do."""

from __future__ import annotations

from domain.events import Event
from domain.state import Hazard
from domain.values import Value

RECORD = "record"
LEDGER_CONFLICT = "LedgerConflict"
"""Failure type of a record that contradicts the ledger; retrying cannot mend it."""


class Entry(Value):
    """What one change writes: its events, and the hazard as it stands after them."""

    hazard: Hazard
    events: tuple[Event, ...]
