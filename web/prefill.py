"""What a form begins with: the little that the hazard already says. Nothing is decided by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.obligations import about, open_about
from domain.organisation import PersonRef
from domain.state import OwedKind
from service.reading import Seen
from storage.scope import Principal


def beginning(command: str, seen: Seen, principal: Principal) -> dict[str, Any]:
    fill = _BEGINNINGS.get(command)
    found = fill(seen, principal) if fill else {}
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def _verify(seen: Seen, _principal: Principal) -> dict[str, Any]:
    state = seen.opened.state
    return {"code": state.code, "category": state.category, "subdistrict": _name(seen, state.subdistrict)}


def _assign(seen: Seen, _principal: Principal) -> dict[str, Any]:
    proposed = seen.suggested.proposed if seen.suggested else None
    return {"target": _name(seen, proposed)}


def _plan(seen: Seen, _principal: Principal) -> dict[str, Any]:
    state = seen.opened.state
    return {
        "responsible_unit": _name(seen, state.owner),
        "responsible_staff": [_person(state.handler)] if state.handler else [],
    }


def _route(seen: Seen, principal: Principal) -> dict[str, Any]:
    organisation = seen.rules.book.organisation
    return {
        **_assign(seen, principal),
        "participants": [organisation.name(organisation.desk)],
    }


def _results(seen: Seen, _principal: Principal) -> dict[str, Any]:
    plan = seen.opened.state.plan
    return {"results": [{"goal": goal.id} for goal in plan.goals]} if plan else {}


def _about(kind: OwedKind) -> Callable[[Seen, Principal], dict[str, Any]]:
    """The unit a decision is about, where there is only one it can be about."""

    def fill(seen: Seen, _principal: Principal) -> dict[str, Any]:
        owed = open_about(seen.opened.state, kind, None)
        return {"unit": _name(seen, about(seen.opened.state, owed[0]))} if owed else {}

    return fill


def _responsible(seen: Seen, _principal: Principal) -> dict[str, Any]:
    handler: PersonRef | None = seen.opened.state.handler
    return {"responsible": _person(handler)} if handler else {}


def _person(person: PersonRef) -> dict[str, str]:
    return {"person": person.person, "post": person.post}


def _name(seen: Seen, unit: Any) -> str:
    return seen.rules.book.organisation.name(unit) if unit else ""


_BEGINNINGS: dict[str, Callable[[Seen, Principal], dict[str, Any]]] = {
    "verify_confirm": _verify,
    "assign": _assign,
    "triage_route": _route,
    "submit_plan": _plan,
    "enter_key_control": _responsible,
    "assess_pass": _results,
    "recognise_pass": _results,
    "order_talk": _about("talk"),
    "hold_talk": _about("hold_talk"),
    "publish_exposure": _about("rectification"),
    "refer": _about("referral"),
}
"""By command. A form that is not named here begins blank."""
