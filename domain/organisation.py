"""Who there is: units, roles and seats of a district, and the one who acts."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from domain.texts import OptionalLine, says_something
from domain.values import Labelled, PersonId, UnitId, Value

Reference = Annotated[PersonId, Field(min_length=1, max_length=200), AfterValidator(says_something)]


class UnitType(Labelled):
    """Kinds of unit (process.md §3.1)."""

    SUBDISTRICT = "SUBDISTRICT", "街镇", "sub-district or town"
    DISTRICT_ENTERPRISE = "DISTRICT_ENTERPRISE", "区属企业", "district-owned enterprise"
    BUREAU = "BUREAU", "委办局/行业主管部门", "bureau"
    UTILITY_OWNER = "UTILITY_OWNER", "权属单位", "owner of a utility (external)"
    OFFICE = "OFFICE", "清零办/专班办公室", "coordinating office"
    TRANSFER_DESK = "TRANSFER_DESK", "城运中心", "transfer desk"
    LEADING_GROUP = "LEADING_GROUP", "领导小组", "leading group"
    DISTRICT_GOV = "DISTRICT_GOV", "政府", "government"
    VILLAGE_COMMITTEE = "VILLAGE_COMMITTEE", "村居", "village committee"
    ZONE = "ZONE", "管区", "zone of a town"
    INSTITUTION = "INSTITUTION", "单位", "enterprise or institution of a town"
    THIRD_PARTY = "THIRD_PARTY", "第三方", "third party"


_HANDLING = frozenset(
    {
        UnitType.SUBDISTRICT,
        UnitType.DISTRICT_ENTERPRISE,
        UnitType.BUREAU,
        UnitType.VILLAGE_COMMITTEE,
        UnitType.ZONE,
        UnitType.INSTITUTION,
    }
)
_TERRITORIES = (UnitType.SUBDISTRICT, UnitType.ZONE)
"""Kinds of unit that answer for a place (属地): sub-districts of a district, zones (管区) of a town."""


MAY_PASS_UP = frozenset({UnitType.SUBDISTRICT, UnitType.DISTRICT_ENTERPRISE})
"""Kinds of unit that may have a hazard passed up to a bureau (提级, MOD-02, ACT-06)."""


class Role(Labelled):
    """Roles (process.md §3.1). A seat is a role in a unit; rights follow from both."""

    DISCOVERER = "discoverer", "发现人", "discoverer"
    LIAISON = "liaison", "联络员", "liaison"
    HANDLER = "handler", "责任人员", "handler"
    DEPUTY_LEADER = "deputy_leader", "分管领导", "deputy leader in charge"
    PRINCIPAL = "principal", "一把手", "principal"
    ASSESSOR = "assessor", "清零评估人", "clearance assessor"
    DESK = "desk", "城运中心值班", "duty officer of the transfer desk"
    OFFICE = "office", "清零办", "coordinating office"
    OFFICE_DIRECTOR = "office_director", "清零办主任", "director of the office"
    LISTING_AUTHORITY = "listing_authority", "挂牌审批", "listing authority"
    SPONSOR = "sponsor", "牵头副区长", "sponsoring vice-mayor"
    ACCEPTANCE_PANEL = "acceptance_panel", "验收组", "acceptance panel"
    INSPECTOR = "inspector", "区府办督查", "inspector of the government office"
    LEAD_UNIT = "lead_unit", "条线牵头单位", "lead unit of its line"
    CUSTODIAN = "custodian", "台账专管员", "custodian of the ledger"
    AUDITOR = "auditor", "审计员", "auditor"
    SYSTEM = "system", "系统", "the system itself"


ROLES_OF_THE_DESK = frozenset({Role.DESK})
ROLES_OF_THE_OFFICE = frozenset({Role.OFFICE, Role.OFFICE_DIRECTOR})
PLACED_ROLES = (
    Role.LISTING_AUTHORITY,
    Role.SPONSOR,
    Role.ACCEPTANCE_PANEL,
    Role.INSPECTOR,
    Role.LEAD_UNIT,
)
"""Roles whose seats stand only where the profile puts them (A1, A3)."""
SEES_LISTED = frozenset({Role.LISTING_AUTHORITY, Role.SPONSOR, Role.ACCEPTANCE_PANEL})
"""Roles that read every listed hazard of their profile besides what concerns their unit."""
SEES_WHOLE_PROFILE = frozenset({Role.DESK, Role.OFFICE, Role.OFFICE_DIRECTOR, Role.AUDITOR, Role.INSPECTOR})
"""Roles that read every hazard of their profile; the inspector, for he may inspect any of them (ACT-10)."""


class Actor(Value):
    """Who acts, from which seat. ``person`` is an opaque reference; ``post`` the office held (职务)."""

    unit: UnitId
    role: Role
    person: Reference
    post: OptionalLine = ""

    @property
    def seat(self) -> str:
        """Tells senders apart: unit, role and who holds it, by reference."""
        return f"{self.unit}:{self.role}:{self.person}"


SYSTEM = Actor(unit=UnitId("system"), role=Role.SYSTEM, person=PersonId("system"))
"""The actor of timers and of administration."""


def joined(unit: str, role: str) -> str:
    """``区城运中心`` and ``城运中心值班`` make ``区城运中心值班``: what both say is said once."""
    overlap = next((n for n in range(len(role), 1, -1) if unit.endswith(role[:n])), 0)
    return unit + role[overlap:]


class PersonRef(Value):
    """A person named in a form, by opaque reference and post. A bare string is read as the reference."""

    person: Reference
    post: OptionalLine = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return {"person": value} if isinstance(value, str) else value


class Unit(Value):
    """A unit of the district. ``aliases`` are other names it goes by, older ones included (A14)."""

    id: UnitId
    name: str
    en: str = ""
    type: UnitType
    aliases: tuple[str, ...] = ()
    supervisor: UnitId | None = None
    """For an external owner (权属单位): the bureau that supervises it and answers for it (A15)."""
    within: UnitId | None = None
    """For a neighbourhood or village committee (居村): the sub-district or zone it belongs to (ACT-25)."""

    @property
    def handles(self) -> bool:
        """Whether hazards can be given to this unit."""
        return self.type in _HANDLING


class Grid(Value):
    """A unit of the community grid (网格单元) and the forces that work in it (ACT-24): kinds of post, no persons."""

    id: str
    subdistrict: UnitId
    forces: tuple[str, ...]


class BodySeat(Value):
    """A seat of a body: what it is called (组长) and the post that fills it. Never a person."""

    title: str
    post: str


class Body(Value):
    """A leading group, task force or its office (工作专班, 领导小组, ACT-01…07): seats, members, where it sits.

    ``member_types`` makes every unit of a kind a member. ``seated_in`` is the unit whose people run it.
    """

    unit: UnitId
    source: str
    seats: tuple[BodySeat, ...] = ()
    members: tuple[UnitId, ...] = ()
    member_types: tuple[UnitType, ...] = ()
    seated_in: UnitId | None = None

    def has(self, unit: Unit) -> bool:
        return unit.id in self.members or unit.type in self.member_types


class Organisation(Value):
    """The units of one profile and which of them hold the central seats."""

    model_config = ConfigDict(frozen=True)

    units: tuple[Unit, ...]
    desk: UnitId
    office: UnitId
    leading_group: UnitId | None = None
    """The body whose head (组长) is told when the office itself is late."""
    seats: dict[Role, tuple[UnitId, ...]] = {}
    """Where the seats are that not every unit has (``PLACED_ROLES``). Of the panel's, the first that does not
    handle the hazard takes the chair (A3)."""
    informed: dict[UnitType, tuple[UnitId, ...]] = {}
    """Who is told of every report that units of a kind make (REG-06, A13)."""
    grids: tuple[Grid, ...] = ()
    """Grid units that the district lists; a hazard may lie in one that is not listed."""
    territory_first: bool = False
    """以块为主 (MOD-24): where an item names the place's own unit and departments, the former is proposed."""
    aliases: dict[str, UnitId] = {}
    """Department names of the catalogue and of older papers → unit (A14, A15)."""

    @cached_property
    def by_id(self) -> dict[UnitId, Unit]:
        return {unit.id: unit for unit in self.units}

    @cached_property
    def _by_name(self) -> dict[str, Unit]:
        named = {alias: self.by_id[unit] for alias, unit in self.aliases.items()}
        for unit in self.units:
            named.update(dict.fromkeys(unit.aliases, unit))
        for unit in self.units:
            named.update({unit.name: unit, unit.id: unit})
        return named

    @cached_property
    def territories(self) -> tuple[Unit, ...]:
        """The units one of which answers for each place (属地管理): sub-districts, in a town its zones."""
        return tuple(unit for unit in self.units if unit.type in _TERRITORIES)

    @cached_property
    def handling(self) -> tuple[UnitId, ...]:
        """The units that hazards can be given to."""
        return tuple(unit.id for unit in self.units if unit.handles)

    def find(self, name: str) -> Unit | None:
        """The unit with this id, name or alias."""
        return self._by_name.get(name.strip())

    def id_of(self, name: str) -> str:
        """The id of :meth:`find`; nothing for a name that nobody has."""
        found = self.find(name)
        return found.id if found else ""

    def name(self, unit: UnitId) -> str:
        found = self.by_id.get(unit)
        return found.name if found else str(unit)

    def seat_of(self, role: Role, but: Collection[UnitId] = ()) -> UnitId | None:
        """The first unit that holds this seat and is none of ``but``."""
        return next((unit for unit in self.seats.get(role, ()) if unit not in but), None)

    def subdistrict_in(self, place: str) -> UnitId | None:
        """The sub-district (in a town, the zone) whose name the text of a place mentions first, if any."""
        mentioned = [
            (place.index(name), unit.id)
            for unit in self.territories
            for name in (unit.name, *unit.aliases)
            if name in place
        ]
        return min(mentioned)[1] if mentioned else None

    def subdistrict_of(self, unit: UnitId) -> UnitId | None:
        """The sub-district or zone that a neighbourhood or village committee belongs to."""
        found = self.by_id.get(unit)
        return found.within if found else None

    def grid(self, id: str | None) -> Grid | None:
        return next((grid for grid in self.grids if grid.id == id), None)

    def seat_problem(self, actor: Actor) -> str | None:
        """Why nobody can hold this seat (Chinese sentence), or ``None`` when it exists."""
        if actor.role is Role.SYSTEM:
            return None
        if actor.unit not in self.by_id:
            return f"本区没有单位“{actor.unit}”"
        if actor.role in ROLES_OF_THE_DESK and actor.unit != self.desk:
            return f"“{actor.role.zh}”席位只设在{self.name(self.desk)}"
        if actor.role in ROLES_OF_THE_OFFICE and actor.unit != self.office:
            return f"“{actor.role.zh}”席位只设在{self.name(self.office)}"
        if actor.role in PLACED_ROLES and actor.unit not in self.seats.get(actor.role, ()):
            holders = "、".join(self.name(unit) for unit in self.seats.get(actor.role, ()))
            return f"“{actor.role.zh}”席位只设在{holders}" if holders else f"本区不设“{actor.role.zh}”席位"
        return None
