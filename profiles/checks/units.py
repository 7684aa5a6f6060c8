"""Units, their names and seats, and the bodies they form: references resolve, names are unique."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from domain.contacts import SEATS, ContactDuty
from domain.organisation import PLACED_ROLES, SYSTEM, Body, Organisation, Role, UnitType
from domain.values import UnitId
from profiles.checks.common import must_be_unit, must_have_source
from profiles.mistakes import ProfileError

TERRITORY = "属地管理"
"""Stands for the sub-district of the place, so it is nobody's alias (A15)."""


def check_organisation(
    file: str, organisation: Organisation, aliases: Mapping[UnitId, Iterable[str]]
) -> None:
    """``aliases`` is the table as the file has it: a dict of names would hide one that stands twice."""
    known = organisation.by_id
    for unit in organisation.units:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", unit.id) or unit.id == SYSTEM.unit:
            raise ProfileError(
                file,
                f"units[{unit.id}].id",
                "单位编号须用小写英文字母、数字和连字符，且不得为 system，请改",
                "a unit id is lower-case letters, digits and hyphens, and not “system”; change it",
            )
    for place, seat in (("desk", organisation.desk), ("office", organisation.office)):
        must_be_unit(file, place, seat, known)
    for place, seat in (("desk", organisation.desk), ("office", organisation.office)):
        if known[seat].handles:
            raise ProfileError(
                file,
                place,
                f"“{known[seat].name}”是承办隐患的单位，不能兼作{place}（I3），请改成统筹、转递的机构",
                f"{seat} handles hazards and cannot be the {place} as well (I3); name another body",
            )
    if organisation.leading_group is not None:
        must_be_unit(file, "leading_group", organisation.leading_group, known)
    _check_seats(file, organisation)
    for kind, told in organisation.informed.items():
        for one in told:
            must_be_unit(file, f"informed.{kind}", one, known)
    for name in aliases:
        must_be_unit(file, f"aliases.{name}", name, known)
    _check_tiers(file, organisation)
    _check_names(file, organisation, aliases)
    _check_supervisors(file, organisation)


def _check_seats(file: str, organisation: Organisation) -> None:
    for role, units in organisation.seats.items():
        if role not in PLACED_ROLES:
            raise ProfileError(
                file,
                f"seats.{role}",
                f"“{role.zh}”的席位由角色本身决定，不在此设，请删去",
                f"where the seats of {role} are follows from the role; remove it",
            )
        for unit in units:
            must_be_unit(file, f"seats.{role}", unit, organisation.by_id)


def _check_tiers(file: str, organisation: Organisation) -> None:
    """居村 and grids lie in a sub-district or zone of the district (ACT-24, ACT-25)."""
    territories = {unit.id for unit in organisation.territories}
    named = [(f"units[{unit.id}].within", unit.within) for unit in organisation.units if unit.within]
    named += [(f"grids[{grid.id}].subdistrict", grid.subdistrict) for grid in organisation.grids]
    for place, subdistrict in named:
        must_be_unit(file, place, subdistrict, organisation.by_id)
        if subdistrict not in territories:
            raise ProfileError(
                file,
                place,
                f"“{organisation.name(subdistrict)}”不是街镇（管区），请改",
                f"{subdistrict} is no sub-district or zone; change it",
            )
    for unit in organisation.units:
        if unit.within and unit.type is not UnitType.VILLAGE_COMMITTEE:
            raise ProfileError(
                file,
                f"units[{unit.id}].within",
                "只有居村才写所属街镇（管区），请删去",
                "only a neighbourhood or village committee belongs to a sub-district; remove it",
            )
    grids = [grid.id for grid in organisation.grids]
    for id in grids:
        if grids.count(id) > 1:
            raise ProfileError(
                file, f"grids[{id}]", "同一网格写了两次，请合并", "the grid stands twice; join the two"
            )


def _check_names(file: str, organisation: Organisation, aliases: Mapping[UnitId, Iterable[str]]) -> None:
    named = [
        *((unit.id, "units", unit.id) for unit in organisation.units),
        *((unit.name, f"units[{unit.id}].name", unit.id) for unit in organisation.units),
        *(
            (alias, f"units[{unit.id}].aliases", unit.id)
            for unit in organisation.units
            for alias in unit.aliases
        ),
        *((alias, f"aliases.{unit}", unit) for unit, names in aliases.items() for alias in names),
    ]
    owner: dict[str, UnitId] = {}
    for name, place, unit_id in named:
        if name == TERRITORY:
            raise ProfileError(
                file,
                place,
                f"“{TERRITORY}”按地点归街镇，不能作某个单位的名称，请删去",
                f"“{TERRITORY}” is the sub-district of the place, nobody's name; remove it",
            )
        if name in owner:
            raise ProfileError(
                file,
                place,
                f"名称“{name}”已用于单位“{owner[name]}”，请保留一处",
                f"“{name}” already names unit “{owner[name]}”; keep one of the two",
            )
        owner[name] = unit_id


def _check_supervisors(file: str, organisation: Organisation) -> None:
    for unit in organisation.units:
        place = f"units[{unit.id}].supervisor"
        external = unit.type is UnitType.UTILITY_OWNER
        if external and unit.supervisor is None:
            raise ProfileError(
                file,
                place,
                "权属单位须写明主管委办局，请补上",
                "an external owner needs its supervising bureau; add it",
            )
        if unit.supervisor is None:
            continue
        if not external:
            raise ProfileError(
                file,
                place,
                "只有权属单位才写主管委办局，请删去",
                "only an external owner has a supervising bureau; remove it",
            )
        must_be_unit(file, place, unit.supervisor, organisation.by_id)
        if organisation.by_id[unit.supervisor].type is UnitType.UTILITY_OWNER:
            raise ProfileError(
                file,
                place,
                "主管单位本身也是权属单位，请改成委办局",
                "the supervisor is an external owner itself; name a bureau",
            )


def check_bodies(file: str, bodies: Iterable[Body], organisation: Organisation) -> None:
    seen: set[UnitId] = set()
    for body in bodies:
        place = f"bodies[{body.unit}]"
        if body.unit in seen:
            raise ProfileError(file, place, "同一机构写了两次，请合并", "the body stands twice; join the two")
        seen.add(body.unit)
        must_have_source(file, place, body.source)
        named = [("unit", body.unit), *(("members", unit) for unit in body.members)]
        if body.seated_in is not None:
            named.append(("seated_in", body.seated_in))
        for key, unit in named:
            must_be_unit(file, f"{place}.{key}", unit, organisation.by_id)


def check_contact_duty(file: str, duty: ContactDuty | None, organisation: Organisation) -> None:
    if duty is None:
        return
    must_have_source(file, "contact_duty", duty.source)
    for kind in duty.types:
        if not any(unit.type is kind for unit in organisation.units):
            raise ProfileError(
                file,
                "contact_duty.types",
                f"本区没有“{kind.zh}”这类单位，请删去 {kind}",
                f"the district has no unit of type {kind}; remove it",
            )
    for seat in duty.seats:
        if seat not in SEATS:
            raise ProfileError(
                file,
                "contact_duty.seats",
                f"联络员填报表里没有“{seat.zh}”，只有{'、'.join(role.zh for role in Role if role in SEATS)}",
                f"the contact form has no {seat}; it names {', '.join(sorted(SEATS))}",
            )
