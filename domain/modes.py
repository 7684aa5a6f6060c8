"""What each mode of remediation does differently, as tables: who decides, what follows, who watches."""

from __future__ import annotations

from domain.organisation import ROLES_OF_THE_DESK, ROLES_OF_THE_OFFICE, Role
from domain.policy import Addressee
from domain.values import Mode, State

DECIDES_EXTENSIONS: dict[Mode, frozenset[Role]] = {
    Mode.GENERAL: ROLES_OF_THE_DESK,
    Mode.UPGRADED: ROLES_OF_THE_OFFICE,
    Mode.DIVERTED: ROLES_OF_THE_OFFICE,
    Mode.LISTED: ROLES_OF_THE_OFFICE | {Role.SPONSOR},
}
"""Who decides on an extension (T22, N14); the office for the sponsor of a listed hazard."""

EXTENSION_LAID_BEFORE: dict[Mode, Addressee] = {
    Mode.GENERAL: Addressee(who="desk", role=Role.DESK),
    Mode.UPGRADED: Addressee(who="office", role=Role.OFFICE),
    Mode.DIVERTED: Addressee(who="office", role=Role.OFFICE),
    Mode.LISTED: Addressee(who="sponsor", role=Role.SPONSOR),
}

APPROVES_KEY_CONTROL: dict[Mode, frozenset[Role]] = {
    Mode.GENERAL: frozenset({Role.PRINCIPAL}),
    Mode.UPGRADED: ROLES_OF_THE_OFFICE,
    Mode.DIVERTED: frozenset({Role.PRINCIPAL}),
    Mode.LISTED: frozenset({Role.SPONSOR}),
}
"""Who puts a hazard under key control (T23, P)."""

PLAN_LAID_BEFORE = Addressee(who="sponsor", role=Role.SPONSOR)

AFTER_THE_PLAN: dict[Mode, State] = {Mode.LISTED: State.PLAN_REVIEW}
"""Where a filed plan leads when it is not straight to the remediation (T19)."""

AFTER_THE_ASSESSMENT: dict[Mode, State] = {
    Mode.UPGRADED: State.AWAITING_RECOGNITION,
    Mode.LISTED: State.ACCEPTANCE,
}
"""Who has still to recognise what the unit finds cleared (T26, VER-01, VER-03); else it is struck off."""

OWNER_LOOKS_BACK = frozenset({Mode.GENERAL, Mode.DIVERTED})
"""Modes whose owner may look back on its own hazard (LBK-01); on others the office or a unit apart (I3)."""
