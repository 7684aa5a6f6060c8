"""The catalogue and who answers for it: items, risk categories, lines."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.catalogue import Catalogue, responsible
from domain.categories import KeyField, Line, RiskCategory
from domain.organisation import Organisation, Role
from profiles.checks.common import must_be_items, must_be_unit, must_have_source
from profiles.mistakes import ProfileError


def check_catalogue(file: str, catalogue: Catalogue) -> None:
    seen: set[str] = set()
    for item in catalogue.items:
        place = f"catalogue[{item.code}]"
        if item.code in seen:
            raise ProfileError(
                file,
                place,
                "编号已在目录中，新增小类请另取编号",
                "the code is in the catalogue already; give an addition a code of its own",
            )
        if not re.fullmatch(r"[A-Z]\d{2}-\d{2}", item.code) or item.code[:3] != item.class_code:
            raise ProfileError(
                file,
                place,
                f"编号须形如 B01-01 且以大类“{item.class_code}”开头，请改",
                f"a code looks like B01-01 and begins with its class “{item.class_code}”; change it",
            )
        seen.add(item.code)


def check_rulings(
    file: str, catalogue: Catalogue, organisation: Organisation, declared: Iterable[str]
) -> None:
    """Each item has somebody to answer for it, or the profile says that jurisdiction is ruled on (A15)."""
    said = set(declared)
    must_be_items(file, "ruling_needed", said, catalogue)
    anywhere = organisation.territories[0].id if organisation.territories else None
    for item in catalogue.items:
        unresolved = responsible(item, organisation, anywhere).needs_ruling
        if unresolved and item.code not in said:
            raise ProfileError(
                file,
                "aliases",
                f"小类 {item.code}“{item.name}”的责任部门“{item.responsible_raw}”在本区没有着落，"
                f"请在 aliases 里对应到单位，或写入 ruling_needed",
                f"nobody in this district answers for item {item.code}; map its department under aliases "
                "or name the item in ruling_needed",
            )
        if not unresolved and item.code in said:
            raise ProfileError(
                file,
                "ruling_needed",
                f"小类 {item.code} 已有责任部门，无须明确管辖，请删去",
                f"item {item.code} has a department that answers for it; remove it",
            )


def check_categories(file: str, categories: Iterable[RiskCategory], organisation: Organisation) -> None:
    for category in categories:
        place = f"categories.{category.number}"
        if category.lead is not None:
            must_be_unit(file, f"{place}.lead", category.lead, organisation.by_id)
        if category.assessed_by_lead and category.lead is None:
            raise ProfileError(
                file,
                f"{place}.lead",
                "由牵头单位评估的，须写明牵头单位，请补上",
                "what its lead unit assesses needs a lead unit; name it",
            )
        present = {unit.type for unit in organisation.units if unit.handles}
        for kind in category.responsible:
            if kind not in present:
                raise ProfileError(
                    file,
                    f"{place}.responsible",
                    f"本区没有可承办隐患的“{kind.zh}”，请改",
                    f"this district has no unit of type {kind} that handles hazards; change it",
                )


def check_key_fields(file: str, fields: Iterable[KeyField], organisation: Organisation) -> None:
    seen: set[str] = set()
    for field in fields:
        place = f"key_fields[{field.key}]"
        for name in (field.key, field.name):
            if name in seen:
                raise ProfileError(
                    file, place, f"“{name}”写了两次，请合并", f"“{name}” stands twice; join the two"
                )
            seen.add(name)
        must_have_source(file, place, field.source)
        must_be_unit(file, f"{place}.lead", field.lead, organisation.by_id)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────


def check_lines(
    file: str,
    lines: Iterable[Line],
    organisation: Organisation,
    catalogue: Catalogue,
    categories: Iterable[RiskCategory],
) -> None:
    """Every line has a lead with a seat and takes something in; whoever sits as a lead leads something."""
    sub_items = {one.number: {sub.number for sub in one.sub_items} for one in categories}
    classes = {item.class_code for item in catalogue.items}
    seated = organisation.seats.get(Role.LEAD_UNIT, ())
    seen: set[str] = set()
    leading = {category.lead for category in categories}
    for line in lines:
        place = f"lines[{line.key}]"
        if line.key in seen:
            raise ProfileError(file, place, "同一条线写了两次，请合并", "the line stands twice; join the two")
        seen.add(line.key)
        must_have_source(file, place, line.source)
        must_be_unit(file, f"{place}.lead", line.lead, organisation.by_id)
        leading.add(line.lead)
        if line.lead not in seated:
            raise ProfileError(
                file,
                "seats.lead_unit",
                f"条线“{line.name}”的牵头单位没有席位，请补上 {line.lead}",
                f"the lead of line {line.key} has no seat; add {line.lead}",
            )
        must_be_items(file, f"{place}.codes", line.codes, catalogue)
        for one in line.classes:
            if one not in classes:
                raise ProfileError(
                    file,
                    f"{place}.classes",
                    f"目录里没有大类“{one}”，请核对编号",
                    f"no class {one} in the catalogue; check the code",
                )
        for number, subs in line.categories.items():
            if number not in sub_items or not set(subs) <= sub_items[number]:
                raise ProfileError(
                    file,
                    f"{place}.categories.{number}",
                    "没有这个风险类别或子项，请核对编号",
                    "there is no such risk category or sub-item; check the numbers",
                )
        if not (line.channels or line.petitions or line.classes or line.codes or line.categories):
            raise ProfileError(
                file,
                place,
                "没有写哪些隐患归这条线，请写渠道、大类、小类或风险类别",
                "nothing belongs to the line; name channels, classes, items or categories",
            )
    for unit in seated:
        if unit not in leading:
            raise ProfileError(
                file,
                "seats.lead_unit",
                f"“{organisation.name(unit)}”没有牵头任何条线或风险类别，请删去 {unit}，或补上条线",
                f"{unit} leads no line or category; remove it, or add its line",
            )
