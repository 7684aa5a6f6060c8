"""What must hold between the parts of a profile: names are unique, references resolve, no case is without a row,
no hazard is ever stuck. A check raises :class:`profiles.mistakes.ProfileError`: one line that names the file, the
place and the remedy."""

from profiles.checks.calendars import check_calendar_year
from profiles.checks.catalogue import (
    check_catalogue,
    check_categories,
    check_key_fields,
    check_lines,
    check_rulings,
)
from profiles.checks.duties import check_cadence
from profiles.checks.policy import CLOCKS_WITH_ROWS, check_policy
from profiles.checks.process import check_process, check_seats_of_a_listing
from profiles.checks.risks import check_risk_control
from profiles.checks.units import check_bodies, check_contact_duty, check_organisation

__all__ = [
    "CLOCKS_WITH_ROWS",
    "check_bodies",
    "check_cadence",
    "check_calendar_year",
    "check_catalogue",
    "check_categories",
    "check_contact_duty",
    "check_key_fields",
    "check_lines",
    "check_organisation",
    "check_policy",
    "check_process",
    "check_risk_control",
    "check_rulings",
    "check_seats_of_a_listing",
]
