"""How the world speaks to a hazard's workflow: names, arguments, answers and search attributes."""

from __future__ import annotations

from temporalio.common import SearchAttributeKey, TypedSearchAttributes
from temporalio.common import SearchAttributePair as Pair
from temporalio.exceptions import ApplicationError

from domain.commands import Order
from domain.refusal import Refusal, Refused
from domain.state import Hazard
from domain.values import Digest, HazardId, State, Value

WORKFLOW = "Hazard"
TASK_QUEUE = "qingling-hazards"
STATE_QUERY = "state"

PROFILE = SearchAttributeKey.for_keyword("HazardProfile")
STATE = SearchAttributeKey.for_keyword("HazardState")
OWNER = SearchAttributeKey.for_keyword("HazardOwner")
MODE = SearchAttributeKey.for_keyword("HazardMode")
SLA = SearchAttributeKey.for_keyword("HazardSla")
LEVEL = SearchAttributeKey.for_keyword("HazardLevel")
SEARCH_ATTRIBUTES = (PROFILE, STATE, OWNER, MODE, SLA, LEVEL)
"""For operators: codes of units and states only, never a person or a place (I8)."""


class Start(Value):
    """Argument of the workflow: a report that opens a hazard, or the state a former run carried over."""

    hazard: HazardId
    profile: str
    rules: Digest
    calendar: Digest
    report: Order | None = None
    carried: Hazard | None = None


class Receipt(Value):
    """Answer to a command: the ledger's ``seq`` it stands under, recorded before this is sent."""

    hazard: HazardId
    seq: int
    state: State


def failure(refusal: Refusal) -> ApplicationError:
    """A refusal as the failure that an update answers with."""
    refused = refusal.refused
    return ApplicationError(
        str(refusal), refused.model_dump(mode="json"), type=refused.code, non_retryable=True
    )


def refusal_in(error: BaseException | None) -> Refusal | None:
    """The refusal behind a failed update, if it was one."""
    if isinstance(error, ApplicationError) and error.details:
        detail = error.details[0]
        if isinstance(detail, dict) and "requirement" in detail:
            return Refusal(Refused.model_validate(detail))
    return None


def search_attributes(profile: str, hazard: Hazard) -> TypedSearchAttributes:
    return TypedSearchAttributes([Pair(PROFILE, profile), *attribute_pairs(hazard)])


def attribute_pairs(hazard: Hazard) -> list[Pair[str]]:
    return [
        Pair(STATE, hazard.state.value),
        Pair(OWNER, str(hazard.owner)),
        Pair(MODE, hazard.mode.value),
        Pair(SLA, hazard.sla.value),
        Pair(LEVEL, hazard.level.value),
    ]
