"""How the world speaks to a hazard's workflow: names, arguments, answers and search attributes."""

from __future__ import annotations

from temporalio.common import SearchAttributeKey, TypedSearchAttributes
from temporalio.common import SearchAttributePair as Pair
from temporalio.exceptions import ApplicationError

from domain.commands import Order
from domain.refusal import Refusal, Refused
from domain.state import Hazard
from domain.values import Digest, HazardId, Labelled, State, Value

WORKFLOW = "Hazard"
TASK_QUEUE = "qingling-hazards"
STATE_QUERY = "state"
CATCH_UP = "catch_up"
"""Update of an operator: take over what the ledger is ahead by."""

SHELL = 3
"""The shape of the commands that new runs' histories have. Data of the start instead of a patch marker: it
is in every history just as well, and costs a hazard no marker and no search attribute.

1: every step of the process is told to the search attributes, each a write to Temporal's visibility store.
2: only what lasts is told: the phase instead of the state, which the read model has anyway.
3: what was due by now is recorded before a command is carried out, also when both come after an outage.
"""

PROFILE = SearchAttributeKey.for_keyword("HazardProfile")
PHASE = SearchAttributeKey.for_keyword("HazardPhase")
STATE = SearchAttributeKey.for_keyword("HazardState")
"""Of runs of shell 1."""
OWNER = SearchAttributeKey.for_keyword("HazardOwner")
MODE = SearchAttributeKey.for_keyword("HazardMode")
SLA = SearchAttributeKey.for_keyword("HazardSla")
LEVEL = SearchAttributeKey.for_keyword("HazardLevel")
SEARCH_ATTRIBUTES = (PROFILE, PHASE, STATE, OWNER, MODE, SLA, LEVEL)
"""For operators: codes of units and states only, never a person or a place (I8)."""


class Phase(Labelled):
    """Where a hazard stands, as roughly as operators need it."""

    OPEN = "OPEN", "在办", "open"
    CLEARED = "CLEARED", "已清零", "cleared, under watch"
    ENDED = "ENDED", "已办结", "ended"

    @classmethod
    def of(cls, state: State) -> Phase:
        if state.terminal:
            return cls.ENDED
        return cls.CLEARED if state in (State.CLEARED, State.LOOK_BACK) else cls.OPEN


class Start(Value):
    """Argument of the workflow: a report that opens a hazard, or the state a former run carried over."""

    hazard: HazardId
    profile: str
    rules: Digest
    calendar: Digest
    report: Order | None = None
    carried: Hazard | None = None
    shell: int = 1
    """See :data:`SHELL`; the start of an older version of the code does not say it."""


class Receipt(Value):
    """Answer to a command: the ledger's ``seq`` it stands under, recorded before this is sent."""

    hazard: HazardId
    seq: int
    state: State


def failure(refusal: Refusal, stood: int | None = None) -> ApplicationError:
    """A refusal as the failure that an update answers with; ``stood`` is the ``seq`` it was judged by."""
    refused = refusal.refused
    details = (refused.model_dump(mode="json"), *(() if stood is None else (stood,)))
    return ApplicationError(str(refusal), *details, type=refused.code, non_retryable=True)


def refusal_in(error: BaseException | None) -> Refusal | None:
    """The refusal behind a failed update, if it was one."""
    if isinstance(error, ApplicationError) and error.details:
        detail = error.details[0]
        if isinstance(detail, dict) and "requirement" in detail:
            return Refusal(Refused.model_validate(detail))
    return None


def stood_at(error: BaseException | None) -> int:
    """The ``seq`` that a refusal was judged by; 0 where a worker of an older version did not say."""
    if isinstance(error, ApplicationError) and len(error.details) > 1 and isinstance(error.details[1], int):
        return error.details[1]
    return 0


def search_attributes(profile: str, hazard: Hazard) -> TypedSearchAttributes:
    return TypedSearchAttributes([Pair(PROFILE, profile), *attribute_pairs(hazard, SHELL)])


def attribute_pairs(hazard: Hazard, shell: int) -> list[Pair[str]]:
    stands = Pair(STATE, hazard.state.value) if shell < 2 else Pair(PHASE, Phase.of(hazard.state).value)
    return [
        stands,
        Pair(OWNER, str(hazard.owner)),
        Pair(MODE, hazard.mode.value),
        Pair(SLA, hazard.sla.value),
        Pair(LEVEL, hazard.level.value),
    ]
