"""The 144 items of the hazard catalogue (CLS-02) and which unit answers for each (A15)."""

from __future__ import annotations

import re
from functools import cached_property

from pydantic import ConfigDict

from domain.organisation import Organisation, Unit, UnitType
from domain.values import UnitId, Value


class Item(Value):
    """One catalogue entry; ``responsible_raw`` is the text of the annex, kept as it stands (A14)."""

    code: str
    class_code: str
    class_name: str
    name: str
    responsible_raw: str


class Catalogue(Value):
    """Items by code. Extensible: a profile may add entries (CLS-06)."""

    model_config = ConfigDict(frozen=True)

    items: tuple[Item, ...] = ()

    @cached_property
    def by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}


class Responsible(Value):
    """Who answers for an item: ``proposed`` owner first, the other ``candidates`` in the annex's order.

    ``external`` names owners outside the government (权属单位), whose supervising bureau stands among
    the candidates. ``needs_ruling`` is true when no name resolves: jurisdiction must be ruled on.
    """

    proposed: UnitId | None
    candidates: tuple[UnitId, ...]
    external: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()

    @property
    def needs_ruling(self) -> bool:
        return self.proposed is None


_SEPARATORS = re.compile(r"[、,，\s]+")
_TERRITORY = "属地管理"


def names_in(responsible_raw: str) -> tuple[str, ...]:
    """Department names of the annex: separators 、 and ， are mixed, one 門 is traditional (A15)."""
    text = responsible_raw.replace("門", "门").strip()
    return tuple(name for name in _SEPARATORS.split(text) if name)


def responsible(item: Item, organisation: Organisation, subdistrict: UnitId | None) -> Responsible:
    """Resolve an item's responsible departments in a district (A15).

    The first name that resolves to a unit of the government is the proposed owner, the rest are
    candidates; where the district puts territory before line, 属地管理 goes before the others (MOD-24).
    属地管理 is the sub-district of the place. An external owner brings its supervising bureau.
    """
    candidates: list[UnitId] = []
    external: list[str] = []
    unresolved: list[str] = []
    for name in names_in(item.responsible_raw):
        unit = _unit_called(name, organisation, subdistrict)
        if unit is None:
            unresolved.append(name)
        elif unit.type is UnitType.UTILITY_OWNER:
            external.append(unit.name)
            if unit.supervisor:
                candidates.append(unit.supervisor)
        else:
            candidates.append(unit.id)
    if organisation.territory_first and subdistrict in candidates:
        candidates.insert(0, subdistrict)
    distinct = tuple(dict.fromkeys(candidates))
    return Responsible(
        proposed=distinct[0] if distinct else None,
        candidates=distinct[1:],
        external=tuple(external),
        unresolved=tuple(unresolved),
    )


def _unit_called(name: str, organisation: Organisation, subdistrict: UnitId | None) -> Unit | None:
    if name == _TERRITORY:
        return organisation.by_id.get(subdistrict) if subdistrict else None
    return organisation.find(name)
