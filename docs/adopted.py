"""The process as it was adopted, copied by hand and apart from the code: a second witness to compare the tables with.

Where the code goes its own way on purpose, ``differences`` says so; a test holds the two together.
"""

from __future__ import annotations

from typing import NamedTuple

OPEN = "open"
"""Every state before the end; MERGED, CLOSED, DISMISSED and HANDED_OVER are ends."""


class Row(NamedTuple):
    """One transition: its signals, from where to where (– for no change), and the roles that may."""

    id: str
    signals: str
    sources: str
    targets: str
    roles: str


UNIT = "liaison handler deputy_leader principal"
"""Whoever answers for a unit, where the adopted text names the unit and no role."""

ROWS = (
    Row("T01", "report", "", "REPORTED REGISTERED", "discoverer desk"),
    Row("T02", "verify_confirm", "REPORTED", "REGISTERED", "desk liaison"),
    Row("T03", "verify_dismiss", "REPORTED", "DISMISSED", "desk liaison"),
    Row("T04", "clear_on_spot", "REGISTERED", "CLEARED", f"discoverer {UNIT}"),
    Row("T05", "self_handle", "REGISTERED", "PLANNING", f"discoverer {UNIT}"),
    Row("T06", "assign", "REGISTERED", "AWAITING_SIGNOFF", "desk office office_director"),
    Row("T07", "request_upgrade", "REGISTERED PLANNING REMEDIATING", "UNDER_TRIAGE", UNIT),
    Row("T08", "request_diversion", "REGISTERED", "UNDER_TRIAGE", UNIT),
    Row(
        "T09",
        "request_listing",
        "REGISTERED UNDER_TRIAGE PLANNING REMEDIATING KEY_CONTROL",
        "UNDER_TRIAGE",
        f"{UNIT} office office_director",
    ),
    Row("T10", "triage_route", "UNDER_TRIAGE", "AWAITING_SIGNOFF", "office office_director"),
    Row("T11", "triage_return", "UNDER_TRIAGE", "PLANNING", "office office_director"),
    Row("T12", "jurisdiction_unclear", "UNDER_TRIAGE", "JURISDICTION_RULING", "desk"),
    Row("T13", "jurisdiction_rule", "JURISDICTION_RULING", "AWAITING_SIGNOFF", "office office_director"),
    Row("T14", "forward_listing", "UNDER_TRIAGE", "LISTING_REVIEW", "office office_director"),
    Row("T15", "listing_approve", "LISTING_REVIEW", "AWAITING_SIGNOFF", "listing_authority"),
    Row("T16", "listing_reject", "LISTING_REVIEW", "UNDER_TRIAGE", "listing_authority"),
    Row("T17", "sign", "AWAITING_SIGNOFF", "PLANNING", "liaison"),
    Row("T18", "return", "AWAITING_SIGNOFF", "UNDER_TRIAGE", "liaison"),
    Row("T19", "submit_plan", "PLANNING", "REMEDIATING PLAN_REVIEW", "handler"),
    Row(
        "T20",
        "plan_approve plan_reject",
        "PLAN_REVIEW",
        "REMEDIATING PLANNING",
        "sponsor office office_director",
    ),
    Row("T21", "progress", "REMEDIATING", "–", "handler"),
    Row(
        "T22",
        "request_extension decide_extension",
        "PLANNING PLAN_REVIEW REMEDIATING",
        "–",
        f"{UNIT} desk office office_director sponsor",
    ),
    Row(
        "T23",
        "enter_key_control",
        "PLANNING REMEDIATING",
        "KEY_CONTROL",
        "principal office office_director sponsor",
    ),
    Row("T24", "control_review resume", "KEY_CONTROL", "– REMEDIATING", f"{UNIT} office office_director"),
    Row("T25", "report_completion", "REMEDIATING KEY_CONTROL", "SELF_ASSESSMENT", "handler"),
    Row("T26", "assess_pass", "SELF_ASSESSMENT", "CLEARED AWAITING_RECOGNITION ACCEPTANCE", "assessor"),
    Row("T27", "assess_fail", "SELF_ASSESSMENT", "REMEDIATING", "assessor"),
    Row(
        "T28",
        "recognise_pass recognise_fail",
        "AWAITING_RECOGNITION",
        "CLEARED REMEDIATING",
        "office office_director",
    ),
    Row(
        "T29",
        "accept_pass accept_fail",
        "ACCEPTANCE",
        "CLEARED REMEDIATING",
        "acceptance_panel office office_director",
    ),
    Row("T30", "lookback_due", "CLEARED", "LOOK_BACK", "system"),
    Row(
        "T31",
        "lookback_pass",
        "LOOK_BACK",
        "CLEARED CLOSED",
        f"office office_director discoverer assessor {UNIT}",
    ),
    Row(
        "T32",
        "lookback_relapse confirm_relapse",
        "LOOK_BACK CLEARED",
        "PLANNING",
        f"desk office office_director discoverer assessor {UNIT}",
    ),
    Row("T33", "merge hand_over", OPEN, "MERGED HANDED_OVER", "office office_director"),
    Row("T34", "set_level issue_notice", OPEN, "–", "office office_director"),
    Row(
        "T35",
        "open_special_inspection joint_meeting link_incident add_penalty classify set_confidentiality",
        OPEN,
        "–",
        f"inspector discoverer assessor desk office office_director custodian {UNIT}",
    ),
)


class Limit(NamedTuple):
    """A limit of the policy: the clock, what it is for, how long, and how long with an extension."""

    clock: str
    limit: str
    cap: str = ""
    mode: str = "GENERAL"
    urgency: str = "NORMAL"
    category: int | None = None
    code: str | None = None


def _by_urgency(clock: str, normal: str, urgent: str, flash: str) -> tuple[Limit, ...]:
    limits = (("NORMAL", normal), ("URGENT", urgent), ("FLASH", flash))
    return tuple(Limit(clock, limit, urgency=urgency) for urgency, limit in limits if limit)


LIMITS = (
    *_by_urgency("verify", "H 24", "H 2", "H 1"),
    *_by_urgency("sign", "WD 1", "H 2", "H 1"),
    *_by_urgency("triage", "WD 3", "H 4", "H 1"),
    *_by_urgency("jurisdiction", "WD 3", "H 4", "H 1"),
    Limit("listing_review", "WD 7"),
    *_by_urgency("plan", "WD 2", "H 4", "H 2"),
    Limit("plan", "WD 5", mode="UPGRADED"),
    Limit("plan", "WD 10", mode="LISTED"),
    Limit("plan_review", "WD 3", mode="LISTED"),
    Limit("remediate", "WD 5", "WD 15"),
    Limit("remediate", "WD 5", "WD 15", mode="DIVERTED"),
    Limit("remediate", "WD 5", "WD 15", category=4),
    Limit("remediate", "H 6", "H 36", urgency="URGENT"),
    Limit("remediate", "H 6", urgency="FLASH"),
    *(
        Limit("remediate", "CD 60", "CD 90", urgency=urgency, category=category)
        for urgency in ("NORMAL", "URGENT", "FLASH")
        for category in (1, 2, 3)
    ),
    *(Limit("plan", "WD 2", urgency=urgency, category=2) for urgency in ("NORMAL", "URGENT", "FLASH")),
    Limit("remediate", "CD 30", "CD 60", mode="UPGRADED"),
    Limit("remediate", "CD 90", "CD 365", mode="LISTED"),
    Limit("extension_decision", "WD 1"),
    Limit("extension_decision", "WD 3", mode="UPGRADED"),
    Limit("extension_decision", "WD 10", mode="LISTED"),
    *_by_urgency("assess", "WD 2", "H 2", "H 1"),
    Limit("recognise", "WD 3", mode="UPGRADED"),
    Limit("recognise", "H 12", mode="UPGRADED", urgency="URGENT"),
    Limit("accept", "CD 10", mode="LISTED"),
    Limit("rework", "WD 3"),
    Limit("rework", "H 6", urgency="URGENT"),
    Limit("rework", "CD 15", mode="LISTED"),
    Limit("control_review", "CD 30"),
    Limit("lookback_do", "WD 5"),
    Limit("listing_notice", "WD 5", mode="LISTED"),
    Limit("listing_filing", "WD 3", mode="LISTED"),
    Limit("removal_notice", "WD 5", mode="LISTED"),
    Limit("petition_notify", "CD 15"),
    Limit("petition_close", "CD 60", "CD 90"),
    Limit("talk", "CD 7"),
    Limit("rectification", "WD 5"),
    # item rows override the matrix
    Limit("verify", "H 24", code="S06-08"),
    Limit("verify", "H 2", code="S06-08", urgency="URGENT"),
    *(Limit("remediate", "H 24", code="S03-02", urgency=urgency) for urgency in ("NORMAL", "URGENT")),
    *(
        Limit("remediate", "H 6", "H 36", code=f"B01-{n:02}", urgency=urgency)
        for n in range(1, 15)
        for urgency in ("NORMAL", "URGENT")
    ),
)

LOOKBACKS = {"GENERAL": "CD 30", "UPGRADED": "CD 30, CD 90", "LISTED": "CD 30, CD 90, CD 180"}

LADDER = {
    "full": {"L1": "WD 1", "L2": "WD 3", "L3": "WD 6", "L4": "WD 11", "L5": "WD 20"},
    "listed": {"L2": "WD 1", "L3": "WD 6", "L4": "WD 11", "L5": "WD 20"},
    "short": {"L1": "WD 1", "L2": "WD 3"},
}
"""When time climbs each rung, in working days past the due day, at 09:00."""

HOURS = {"L1": "H 1", "L2": "H 4", "L3": "H 24"}
"""The same for limits in hours of urgent hazards."""

REMINDERS = {"GENERAL": "WD 1", "UPGRADED": "WD 3", "LISTED": "WD 20, WD 5"}
"""L0, before the remediation is due."""
