"""Guards: what must hold before a command is carried out, each with its code, source and sentence.

A guard that looks at the form only says so (``of_form``); the others can be asked before anything is
filled in, which is how :func:`domain.hazard.allowed` greys a button with its reason. Grouped by the same
subjects as commands and effects.
"""

from domain.guards import (
    categories,
    clearance,
    listing,
    records,
    registration,
    remediation,
    routing,
    supervision,
    transfer,
)
from domain.guards.asking import Ask, Guard, form_guard, state_guard

__all__ = [
    "Ask",
    "Guard",
    "categories",
    "clearance",
    "form_guard",
    "listing",
    "records",
    "registration",
    "remediation",
    "routing",
    "state_guard",
    "supervision",
    "transfer",
]
