"""A walk through the state table as one district could go through it: which steps somebody there can take.

A profile may place seats, leave out modes and say who decides; here is what follows for the process: where a
hazard of a mode would be stuck, which mode nothing leads to, what nobody could decide. The guards that look at
one hazard are left out, so a step is possible here when it is for some hazard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from domain import modes
from domain.library import Rulebook
from domain.organisation import PLACED_ROLES, ROLES_OF_THE_DESK, ROLES_OF_THE_OFFICE, Role, UnitType
from domain.transitions import BY_COMMAND, TRANSITIONS, Relation, Target, Transition, Who
from domain.values import Mode, State, UnitId

BEGINNING = ((Mode.GENERAL, State.REPORTED), (Mode.GENERAL, State.REGISTERED))
"""Where a report leads (T01); every hazard begins as a general one."""

OF_A_MODE: Mapping[str, Mode] = {
    "request_upgrade": Mode.UPGRADED,
    "request_diversion": Mode.DIVERTED,
    **dict.fromkeys(
        ("request_listing", "propose_listing", "forward_listing", "listing_approve", "listing_reject"),
        Mode.LISTED,
    ),
}
"""Steps that a district has only together with a mode (MOD-01)."""

ONLY_LISTED = frozenset(
    {"sign_subtask", "plan_approve", "plan_reject", "report_subtask", "confirm_subtask", "send_back_subtask"}
    | {"accept_pass", "accept_fail", "record_listing_notice"}
)
NEVER_LISTED = frozenset({"request_upgrade", "request_listing", "propose_listing", "return"})

_ASKED_BY = {Mode.UPGRADED: "request_upgrade", Mode.DIVERTED: "request_diversion"}
"""What must be possible for a triage to route into a mode (T10)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A state in a mode. ``missing`` are the seats whose lack closes the ways out of it."""

    mode: Mode
    state: State
    missing: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Walk:
    """What can be reached in one district, and from where the archive cannot be reached any more."""

    book: Rulebook

    # ── what is found ────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def reached(self) -> frozenset[tuple[Mode, State]]:
        """Every state by mode that some hazard of the district may come to."""
        found, todo = set(BEGINNING), list(BEGINNING)
        while todo:
            for step in self._steps(*todo.pop()):
                if step not in found:
                    found.add(step)
                    todo.append(step)
        return frozenset(found)

    def dead_ends(self) -> Iterator[Place]:
        """States that are reached and from which nothing leads to the archive, in the order of the process."""
        closing = {place for place in self.reached if place[1] is State.CLOSED}
        grown = True
        while grown:
            more = {place for place in self.reached - closing if closing.intersection(self._steps(*place))}
            closing |= more
            grown = bool(more)
        for mode in Mode:
            for state in State:
                if (mode, state) in self.reached and (mode, state) not in closing and not state.terminal:
                    yield Place(mode, state, self._missing(mode, state))

    def unreachable_modes(self) -> tuple[Mode, ...]:
        """Modes that the district names and that no hazard of it can ever be cleared in."""
        return tuple(mode for mode in self.book.modes if (mode, State.CLEARED) not in self.reached)

    def undecided(self) -> Iterator[tuple[str, Mode]]:
        """Decisions that nobody of the district may take: the command and the mode."""
        policy = self.book.policy
        for mode in self.book.modes:
            for command, roles in (
                ("decide_extension", modes.decides_extensions(policy, mode)),
                ("enter_key_control", modes.approves_key_control(policy, mode)),
            ):
                able = (who for who in BY_COMMAND[command].who if who.roles & roles)
                if not any(self._somebody(who, who.roles & roles, mode) for who in able):
                    yield command, mode

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────

    def possible(self, row: Transition, mode: Mode) -> bool:
        """Whether somebody in the district can take this step with some hazard of ``mode``."""
        command = row.command or ""
        wanted = OF_A_MODE.get(command)
        if wanted is not None and wanted not in self.book.modes:
            return False
        if mode is Mode.LISTED and command in NEVER_LISTED:
            return False
        if mode is not Mode.LISTED and command in ONLY_LISTED:
            return False
        if command == "listing_approve" and len(self._handling) < 2:
            return False
        return any(self._somebody(who, who.roles, mode) for who in row.who)

    def _steps(self, mode: Mode, state: State) -> frozenset[tuple[Mode, State]]:
        if (mode, state) not in self._known:
            self._known[mode, state] = frozenset(
                step
                for row in TRANSITIONS
                if state in row.sources and self.possible(row, mode)
                for step in self._lands(row, mode, state)
            )
        return self._known[mode, state]

    @cached_property
    def _known(self) -> dict[tuple[Mode, State], frozenset[tuple[Mode, State]]]:
        return {}

    def _lands(self, row: Transition, mode: Mode, state: State) -> Iterator[tuple[Mode, State]]:
        for after in self._modes_after(row, mode):
            for target in self._states_after(row, after, state):
                yield after, target

    def _modes_after(self, row: Transition, mode: Mode) -> Iterator[Mode]:
        match row.command:
            case "listing_approve":
                yield Mode.LISTED
            case "triage_return" | "jurisdiction_rule":
                yield Mode.GENERAL
            case "triage_route":
                yield mode
                yield from (asked for asked in _ASKED_BY if self._routed_into(asked))
            case _:
                yield mode

    def _routed_into(self, asked: Mode) -> bool:
        bureaus = self._of_type(frozenset({UnitType.BUREAU}))
        may_ask = self.possible(BY_COMMAND[_ASKED_BY[asked]], Mode.GENERAL)
        return may_ask and bool(bureaus if asked is Mode.UPGRADED else self._handling)

    def _states_after(self, row: Transition, mode: Mode, state: State) -> Iterator[State]:
        policy = self.book.policy
        match row.target:
            case State():
                yield row.target
            case Target.STAYS:
                yield state
            case Target.BY_CHANNEL:
                yield from (state for _, state in BEGINNING)
            case Target.BY_LOOKBACKS_LEFT:
                yield from (State.CLEARED, State.CLOSED)
            case Target.BY_MODE:
                yield modes.after_the_assessment(policy, mode) or State.CLEARED
            case Target.BY_PLAN:
                yield from (State.REMEDIATING, State.PLANNING)
            case Target.BY_REVIEW:
                yield modes.AFTER_THE_PLAN.get(mode, State.REMEDIATING)

    # ── who is there ─────────────────────────────────────────────────────────────────────────────────

    def _somebody(self, who: Who, roles: frozenset[Role], mode: Mode) -> bool:
        units = self._related(who.relation, mode)
        if who.types:
            units &= self._of_type(who.types)
        return any(units & self._holders(role) for role in roles)

    def _missing(self, mode: Mode, state: State) -> tuple[Role, ...]:
        """Roles without a seat that the ways out of a state would need."""
        wanted = {
            role
            for row in TRANSITIONS
            if state in row.sources and row.target is not Target.STAYS and not self.possible(row, mode)
            if OF_A_MODE.get(row.command or "") in (None, *self.book.modes)
            for who in row.who
            for role in who.roles
            if not self._holders(role)
        }
        return tuple(role for role in Role if role in wanted)

    def _holders(self, role: Role) -> frozenset[UnitId]:
        organisation = self.book.organisation
        if role is Role.SYSTEM:
            return self._units
        if role in ROLES_OF_THE_DESK:
            return frozenset({organisation.desk})
        if role in ROLES_OF_THE_OFFICE:
            return frozenset({organisation.office})
        if role in PLACED_ROLES:
            return frozenset(organisation.seats.get(role, ()))
        return self._units

    def _related(self, relation: Relation, mode: Mode) -> frozenset[UnitId]:
        """The units that may stand so to some hazard of ``mode``."""
        match relation:
            case Relation.OWNER:
                upgraded = frozenset({UnitType.BUREAU})
                return self._of_type(upgraded) if mode is Mode.UPGRADED else self._handling
            case Relation.PLACE:
                return frozenset(unit.id for unit in self.book.organisation.territories)
            case Relation.LEAD:
                return self._category_leads
            case Relation.LINE:
                return self._category_leads | {line.lead for line in self.book.lines}
            case Relation.COOPERATING:
                return self._handling if mode is Mode.LISTED else frozenset()
            case Relation.SPONSORING:
                sponsors = self.book.organisation.seats.get(Role.SPONSOR, ())
                return frozenset(sponsors) if mode is Mode.LISTED else frozenset()
        return self._units

    @cached_property
    def _units(self) -> frozenset[UnitId]:
        return frozenset(self.book.organisation.by_id)

    @cached_property
    def _handling(self) -> frozenset[UnitId]:
        return frozenset(unit.id for unit in self.book.organisation.units if unit.handles)

    @cached_property
    def _category_leads(self) -> frozenset[UnitId]:
        return frozenset(category.lead for category in self.book.categories if category.lead)

    def _of_type(self, types: frozenset[UnitType]) -> frozenset[UnitId]:
        return frozenset(unit.id for unit in self.book.organisation.units if unit.type in types)
