"""Reads districts and calendars from their files; what does not add up is refused in one line.

A district is the shared default policy and the shared catalogue, changed by what its own file says.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from domain.accountability import Accountability
from domain.cadence import Cadence
from domain.calendar import Calendar, Span
from domain.catalogue import Catalogue, Item
from domain.categories import KeyField, Line, RiskCategory
from domain.contacts import ContactDuty
from domain.library import Rulebook
from domain.organisation import Body, Grid, Organisation, Role, Unit, UnitType
from domain.policy import Policy
from domain.riskcontrol import RiskControl
from domain.values import Mode, UnitId
from profiles import places
from profiles.checks import (
    check_bodies,
    check_cadence,
    check_calendar_year,
    check_catalogue,
    check_categories,
    check_contact_duty,
    check_key_fields,
    check_lines,
    check_organisation,
    check_policy,
    check_process,
    check_risk_control,
    check_rulings,
    check_seats_of_a_listing,
)
from profiles.files import read_text, read_yaml, shaped
from profiles.mistakes import ProfileError
from profiles.places import HERE, PROFILE

__all__ = [
    "HERE",
    "ProfileError",
    "known_profiles",
    "read_calendar",
    "read_profile",
    "read_profiles",
    "shared_policy",
    "shipped_calendar",
    "shipped_profiles",
]

POLICY = "policy.yaml"

Text = Annotated[str, Field(min_length=1)]


class _UnitEntry(Unit):
    en: Text


class _ProfileFile(BaseModel):
    """What a ``profile.yaml`` may say."""

    name: Text
    en: Text
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
    version: Text
    modes: tuple[Mode, ...] = (Mode.GENERAL,)
    desk: UnitId
    office: UnitId
    leading_group: UnitId | None = None
    seats: dict[Role, tuple[UnitId, ...]] = {}
    informed: dict[UnitType, tuple[UnitId, ...]] = {}
    units: tuple[_UnitEntry, ...]
    bodies: tuple[Body, ...] = ()
    contact_duty: ContactDuty | None = None
    cadence: Cadence | None = None
    aliases: dict[UnitId, tuple[Text, ...]] = {}
    policy: dict[str, Any] = {}
    catalogue: tuple[Item, ...] = ()
    categories: dict[int, dict[str, Any]] = {}
    lines: tuple[Line, ...] = ()
    key_fields: tuple[KeyField, ...] = ()
    grids: tuple[Grid, ...] = ()
    territory_first: bool = False
    terms: dict[Text, Text] = {}
    risk_control: RiskControl = RiskControl()
    accountability: Accountability | None = None
    ruling_needed: tuple[str, ...] = ()


class _CategoriesFile(BaseModel):
    """What ``categories.yaml`` may say."""

    categories: tuple[RiskCategory, ...]


class _CalendarFile(BaseModel):
    """What a ``calendar/<year>.yaml`` may say."""

    year: int
    source: Text
    weekdays_off: tuple[date, ...]
    weekend_workdays: tuple[date, ...]


# ── districts ────────────────────────────────────────────────────────────────────────────────────────


def shipped_profiles() -> dict[str, Rulebook]:
    """The districts that come with this project, by key. Raises :class:`ProfileError`."""
    return read_profiles(HERE)


def known_profiles() -> dict[str, Rulebook]:
    """The shipped districts and those of the deployment's own folder, by key. Raises :class:`ProfileError`."""
    return _read(places.folders().values(), HERE)


def read_profiles(folder: Path, *, defaults: Path = HERE) -> dict[str, Rulebook]:
    """Every district that has a folder inside ``folder``, by key. Raises :class:`ProfileError`."""
    return _read((file.parent for file in sorted(folder.glob(f"*/{PROFILE}"))), defaults)


def _read(folders: Iterable[Path], defaults: Path) -> dict[str, Rulebook]:
    books = {folder.name: read_profile(folder, defaults=defaults) for folder in folders}
    by_prefix: dict[str, str] = {}
    for key, book in books.items():
        other = by_prefix.setdefault(book.prefix, key)
        if other != key:
            raise ProfileError(
                f"{key}/{PROFILE}",
                "prefix",
                f"编号前缀“{book.prefix}”已由 {other} 使用，请换一个",
                f"prefix {book.prefix} is taken by {other}; choose another",
            )
    return books


def read_profile(folder: Path, *, defaults: Path = HERE) -> Rulebook:
    """The rulebook of the district in ``folder``; ``defaults`` holds the shared policy and catalogue.

    Raises :class:`ProfileError` with one line that names the file, the place and the remedy.
    """
    key = folder.resolve().name
    file = f"{key}/{PROFILE}"
    said = shaped(_ProfileFile, file, read_yaml(folder / PROFILE, file))
    organisation = Organisation(
        units=tuple(Unit.model_validate(unit.model_dump()) for unit in said.units),
        desk=said.desk,
        office=said.office,
        leading_group=said.leading_group,
        seats=said.seats,
        informed=said.informed,
        grids=said.grids,
        territory_first=said.territory_first,
        aliases={name: unit for unit, names in said.aliases.items() for name in names},
    )
    check_organisation(file, organisation, said.aliases)
    check_bodies(file, said.bodies, organisation)
    check_contact_duty(file, said.contact_duty, organisation)
    check_seats_of_a_listing(file, organisation, said.modes)
    check_cadence(file, said.cadence, organisation)
    catalogue = Catalogue(items=(*_default_catalogue(defaults), *said.catalogue))
    check_catalogue(file, catalogue)
    check_rulings(file, catalogue, organisation, said.ruling_needed)
    policy = _policy(file, said, key, catalogue, defaults)
    categories = _categories(file, said, organisation, defaults)
    check_lines(file, said.lines, organisation, catalogue, categories)
    check_key_fields(file, said.key_fields, organisation)
    check_risk_control(file, said.risk_control, catalogue)
    book = Rulebook(
        profile=key,
        name=said.name,
        en=said.en,
        prefix=said.prefix,
        version=said.version,
        modes=said.modes,
        organisation=organisation,
        policy=policy,
        catalogue=catalogue,
        categories=categories,
        lines=said.lines,
        key_fields=said.key_fields,
        terms=said.terms,
        risk_control=said.risk_control,
        accountability=said.accountability,
        bodies=said.bodies,
        contact_duty=said.contact_duty,
        cadence=said.cadence,
    )
    check_process(file, book)
    return book


def _categories(
    file: str, said: _ProfileFile, organisation: Organisation, defaults: Path
) -> tuple[RiskCategory, ...]:
    """The shared categories, changed by number; lead and kinds of unit are the district's own."""
    shared = "categories.yaml"
    data = read_yaml(defaults / shared, shared)
    known = {category.number for category in shaped(_CategoriesFile, shared, data).categories}
    for number in said.categories:
        if number not in known:
            raise ProfileError(
                file,
                f"categories.{number}",
                f"没有第 {number} 类风险，请用 1 至 {len(known)}",
                f"there is no risk category {number}; use 1 to {len(known)}",
            )
    changed = [{**row, **said.categories.get(row["number"], {})} for row in data["categories"]]
    categories = shaped(_CategoriesFile, file, {"categories": changed}).categories
    check_categories(file, categories, organisation)
    return categories


def _default_catalogue(defaults: Path) -> tuple[Item, ...]:
    file = "catalogue.csv"
    lines = read_text(defaults / file, file).splitlines()
    try:
        rows = list(csv.DictReader(lines, restkey="多余的列", strict=True))
    except csv.Error:
        raise ProfileError(
            file, "", "引号不成对，请检查各行的引号", "a quotation mark is left open; check the rows"
        ) from None
    items = shaped(Catalogue, file, {"items": rows}).items
    check_catalogue(file, Catalogue(items=items))
    return items


# ── the policy: shared rows, changed row by row ──────────────────────────────────────────────────────


def shared_policy(defaults: Path = HERE) -> Policy:
    """The policy that all districts start from."""
    return shaped(Policy, POLICY, read_yaml(defaults / POLICY, POLICY))


def _policy(file: str, said: _ProfileFile, key: str, catalogue: Catalogue, defaults: Path) -> Policy:
    shared = POLICY
    data = read_yaml(defaults / shared, shared)
    policy = shaped(Policy, shared, data)
    check_policy(shared, "", policy, catalogue)
    if not said.policy:
        return policy
    changed = _changed_policy(file, data, said.policy)
    changed["version"] = f"{policy.version}+{key}-{said.version}"
    policy = shaped(Policy, file, changed, under="policy")
    check_policy(file, "policy.", policy, catalogue)
    return policy


def _changed_policy(file: str, data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``data`` with the district's ``changes``: rows by id, mappings by key, all else replaced whole."""
    if "version" in changes:
        raise ProfileError(
            file,
            "policy.version",
            "政策版本由系统按区版本生成，请删去",
            "the policy's version follows from the profile's; remove it",
        )
    merged = dict(data)
    for name, change in changes.items():
        if name in _ROW_KEYS:
            merged[name] = list(_changed_rows(file, name, data.get(name, ()), change))
        elif isinstance(change, dict) and isinstance(data.get(name), dict):
            merged[name] = {**data[name], **change}
        else:
            merged[name] = change
    return merged


def changed_book(book: Rulebook, path: Path) -> Rulebook:
    """``book`` under another policy: a whole policy file, or rows to change as a profile's ``policy:`` has them.

    Raises :class:`ProfileError`.
    """
    file = path.name
    said = read_yaml(path, file)
    changes = dict(said["policy"]) if isinstance(said.get("policy"), dict) else dict(said)
    changes.pop("version", None)  # a whole policy file has one; what comes of it is a version of its own
    data = _changed_policy(file, book.policy.model_dump(mode="json"), changes)
    data["version"] = f"{book.policy.version}+{path.stem}"
    policy = shaped(Policy, file, data)
    check_policy(file, "", policy, book.catalogue)
    parts = {name: getattr(book, name) for name in Rulebook.model_fields}
    changed = Rulebook(**{**parts, "policy": policy, "version": f"{book.version}+{path.stem}"})
    check_process(file, changed)
    return changed


_ROW_KEYS = {"clocks": "id", "ladder": "rung"}
_NUMBERS = frozenset({"limit", "cap", "after", "after_hours", "reason_within"})


def _changed_rows(
    file: str, name: str, rows: Iterable[dict[str, Any]], changes: object
) -> Iterator[dict[str, Any]]:
    key = _ROW_KEYS[name]
    by_key: dict[str, dict[str, Any]] = {}
    for change in changes if isinstance(changes, list) else [changes]:
        if not isinstance(change, dict) or not isinstance(change.get(key), str):
            raise ProfileError(
                file, f"policy.{name}", f"每行都要写“{key}”，请补上", f"every row needs its “{key}”; add it"
            )
        if change[key] in by_key:
            raise ProfileError(
                file,
                f"policy.{name}[{change[key]}]",
                "同一行改了两次，请合并",
                "the row is changed twice; join the two",
            )
        by_key[change[key]] = change
    for row in rows:
        yield from _changed_row(file, name, row, by_key.pop(row[key], {}))
    for new, change in by_key.items():
        if "remove" in change:
            raise ProfileError(
                file,
                f"policy.{name}[{new}]",
                "默认政策里没有这一行，无从删除，请核对行号",
                "the default policy has no such row to remove; check its id",
            )
        yield change


def _changed_row(
    file: str, name: str, row: dict[str, Any], change: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if change.get("remove") is True:
        return
    if _NUMBERS & change.keys() and "source" not in change:
        raise ProfileError(
            file,
            f"policy.{name}[{change[_ROW_KEYS[name]]}]",
            "改了数字却没有写依据，请补上“source”",
            "a changed number needs its own source; add “source”",
        )
    yield {**row, **change}


# ── calendars ────────────────────────────────────────────────────────────────────────────────────────


def shipped_calendar(*years: int) -> Calendar:
    """The calendars of ``years`` that come with this project; all of them when none is given."""
    files = sorted((HERE / "calendar").glob("*.yaml"))
    if years:
        shipped = {file.stem: file for file in files}
        for year in years:
            if str(year) not in shipped:
                raise ProfileError(
                    f"calendar/{year}.yaml",
                    "",
                    f"没有 {year} 年的工作日表，请等国务院公布后补上；在此之前期限按周一至周五计并标“暂定”",
                    f"no calendar for {year}; add it once published, until then dates are provisional",
                )
        files = [shipped[str(year)] for year in years]
    return read_calendar(*files)


def read_calendar(*files: Path) -> Calendar:
    """One calendar of the years in ``files``, earliest first; its version is like ``cn-2025+2026``."""
    years = sorted((_calendar_year(path) for path in files), key=lambda year: year.year)
    for earlier, later in pairwise(years):
        if earlier.year == later.year:
            raise ProfileError(
                f"calendar/{later.year}.yaml",
                "year",
                f"{later.year} 年有两份工作日表，请只留一份",
                f"there are two calendars for {later.year}; keep one of them",
            )
    return Calendar(
        version="cn-" + "+".join(str(year.year) for year in years),
        source="；".join(f"{year.year}：{year.source}" for year in years),
        spans=tuple(Span(first=date(year.year, 1, 1), last=date(year.year, 12, 31)) for year in years),
        days_off=tuple(sorted(day for year in years for day in year.weekdays_off)),
        make_up_days=tuple(sorted(day for year in years for day in year.weekend_workdays)),
    )


def _calendar_year(path: Path) -> _CalendarFile:
    file = f"{path.resolve().parent.name}/{path.name}"
    said = shaped(_CalendarFile, file, read_yaml(path, file))
    check_calendar_year(file, said.year, said.weekdays_off, said.weekend_workdays)
    return said
