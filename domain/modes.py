"""What each mode of remediation does differently, as tables: who decides, what follows, who watches.

Where the plans of districts differ, a district's policy may say otherwise (``Policy.approvals``); the tables
are what holds where it says nothing, and what holds for all stands here alone.
"""

from __future__ import annotations

from domain.organisation import ROLES_OF_THE_DESK, ROLES_OF_THE_OFFICE, Role
from domain.policy import Addressee, Decider, Policy
from domain.values import Mode, State

# ── what a district may say otherwise ────────────────────────────────────────────────────────────────

EXTENSIONS: dict[Mode, Decider] = {
    Mode.GENERAL: Decider.DESK,
    Mode.UPGRADED: Decider.OFFICE,
    Mode.DIVERTED: Decider.OFFICE,
    Mode.LISTED: Decider.SPONSOR,
}
"""Who decides on an extension (T22, N14)."""

KEY_CONTROL: dict[Mode, Decider] = {
    Mode.GENERAL: Decider.PRINCIPAL,
    Mode.UPGRADED: Decider.OFFICE,
    Mode.DIVERTED: Decider.PRINCIPAL,
    Mode.LISTED: Decider.SPONSOR,
}
"""Who puts a hazard under key control (T23, P)."""

RECOGNISED_BY_THE_OFFICE = frozenset({Mode.UPGRADED})
"""Modes whose clearance the office recognises (T28, VER-03); else the unit's own assessment strikes it off."""

OWNER_LOOKS_BACK = frozenset({Mode.GENERAL, Mode.DIVERTED})
"""Modes whose owner may look back on its own hazard (LBK-01); on others the office or a unit apart (I3)."""

NEVER_BY_ITSELF = frozenset({Mode.UPGRADED, Mode.LISTED})
"""Modes in which no unit recognises or looks back on its own hazard, whatever a district says (I3)."""

_ROLES: dict[Decider, frozenset[Role]] = {
    Decider.PRINCIPAL: frozenset({Role.PRINCIPAL}),
    Decider.DESK: ROLES_OF_THE_DESK,
    Decider.OFFICE: ROLES_OF_THE_OFFICE,
    Decider.SPONSOR: frozenset({Role.SPONSOR}),
}

LAID_BEFORE: dict[Decider, Addressee] = {
    Decider.PRINCIPAL: Addressee(who="bearer", role=Role.PRINCIPAL),
    Decider.DESK: Addressee(who="desk", role=Role.DESK),
    Decider.OFFICE: Addressee(who="office", role=Role.OFFICE),
    Decider.SPONSOR: Addressee(who="sponsor", role=Role.SPONSOR),
}
"""Whom a request for an extension is laid before."""

BEARERS: dict[Decider, str] = {
    Decider.PRINCIPAL: "owner",
    Decider.DESK: "desk",
    Decider.OFFICE: "office",
    Decider.SPONSOR: "sponsor",
}
"""Who is late when the decision is: the bearer that the policy's row must name."""


def extension_decider(policy: Policy, mode: Mode) -> Decider:
    return policy.approvals.extensions.get(mode, EXTENSIONS[mode])


def decides_extensions(policy: Policy, mode: Mode) -> frozenset[Role]:
    """The roles that decide on an extension; the office decides for the sponsor (T22)."""
    decider = extension_decider(policy, mode)
    return _ROLES[decider] | (ROLES_OF_THE_OFFICE if decider is Decider.SPONSOR else frozenset())


def key_control_decider(policy: Policy, mode: Mode) -> Decider:
    return policy.approvals.key_control.get(mode, KEY_CONTROL[mode])


def approves_key_control(policy: Policy, mode: Mode) -> frozenset[Role]:
    return _ROLES[key_control_decider(policy, mode)]


def after_the_assessment(policy: Policy, mode: Mode) -> State | None:
    """Who has still to recognise what the unit finds cleared (T26, VER-01, VER-03); ``None``: nobody."""
    if mode is Mode.LISTED:
        return State.ACCEPTANCE
    usual = "office" if mode in RECOGNISED_BY_THE_OFFICE else "unit"
    by = policy.approvals.recognition.get(mode, usual)
    return State.AWAITING_RECOGNITION if by == "office" else None


def owner_looks_back(policy: Policy, mode: Mode) -> bool:
    usual = "owner" if mode in OWNER_LOOKS_BACK else "others"
    return policy.approvals.lookbacks.get(mode, usual) == "owner"


# ── what holds for all ───────────────────────────────────────────────────────────────────────────────

PLAN_LAID_BEFORE = Addressee(who="sponsor", role=Role.SPONSOR)

AFTER_THE_PLAN: dict[Mode, State] = {Mode.LISTED: State.PLAN_REVIEW}
"""Where a filed plan leads when it is not straight to the remediation (T19)."""
