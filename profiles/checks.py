"""What must hold between the parts of a profile: names are unique, references resolve, no case is without a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise, product

from domain.cadence import Cadence
from domain.catalogue import Catalogue, responsible
from domain.categories import RiskCategory
from domain.contacts import SEATS, ContactDuty
from domain.organisation import PLACED_ROLES, SYSTEM, Body, Organisation, Role, UnitType
from domain.policy import Case, ClockRow, Policy, RungRow
from domain.values import ClockKey, Limit, LimitKind, Mode, Rung, UnitId, Urgency
from profiles.mistakes import ProfileError

CLOCKS_WITH_ROWS = tuple(
    clock
    for clock in ClockKey
    if clock
    not in (
        ClockKey.LOOKBACK,
        ClockKey.RELAPSE_MATCH,
        ClockKey.CONSULTATION,
        ClockKey.PRINCIPAL_REPORT,
        ClockKey.COOPERATION,
        ClockKey.REASON,
    )
)
"""Clocks that need a row for every case. The first two of the others have a field of their own in the
policy; the rest are the district's choice."""

RISK_CATEGORIES = range(1, 5)
"""The four risk categories (四类风险, CLS-09)."""

TERRITORY = "属地管理"
"""Stands for the sub-district of the place, so it is nobody's alias (A15)."""


# ── units and names ──────────────────────────────────────────────────────────────────────────────────


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
        _must_be_unit(file, place, seat, known)
    if organisation.leading_group is not None:
        _must_be_unit(file, "leading_group", organisation.leading_group, known)
    _check_seats(file, organisation)
    for kind, told in organisation.informed.items():
        for one in told:
            _must_be_unit(file, f"informed.{kind}", one, known)
    for name in aliases:
        _must_be_unit(file, f"aliases.{name}", name, known)
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
            _must_be_unit(file, f"seats.{role}", unit, organisation.by_id)


def _must_be_unit(file: str, place: str, unit: UnitId, known: Mapping[UnitId, object]) -> None:
    if unit not in known:
        raise ProfileError(
            file,
            place,
            f"本区没有单位“{unit}”，请改成 units 里的编号",
            f"no unit “{unit}” in this district; use an id from units",
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
        _must_be_unit(file, place, unit.supervisor, organisation.by_id)
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
        _must_have_source(file, place, body.source)
        named = [("unit", body.unit), *(("members", unit) for unit in body.members)]
        if body.seated_in is not None:
            named.append(("seated_in", body.seated_in))
        for key, unit in named:
            _must_be_unit(file, f"{place}.{key}", unit, organisation.by_id)


def check_contact_duty(file: str, duty: ContactDuty | None, organisation: Organisation) -> None:
    if duty is None:
        return
    _must_have_source(file, "contact_duty", duty.source)
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


SEATS_OF_A_LISTING = (Role.LISTING_AUTHORITY, Role.SPONSOR, Role.ACCEPTANCE_PANEL)
"""Without these seats a listed hazard would come to a state that nobody can lead it out of."""


def check_seats_of_a_listing(file: str, organisation: Organisation, modes: Iterable[Mode]) -> None:
    """Who decides, sponsors and accepts must be placed where hazards can be listed (A1, A3, MOD-13)."""
    if Mode.LISTED in modes:
        for role in SEATS_OF_A_LISTING:
            if not organisation.seats.get(role):
                raise ProfileError(
                    file,
                    "seats",
                    f"设了“{Mode.LISTED.zh}”却没有“{role.zh}”席位，请补上 {role}",
                    f"mode {Mode.LISTED} needs the seat {role}; add it",
                )


def check_cadence(file: str, cadence: Cadence | None, organisation: Organisation) -> None:
    if cadence is None:
        return
    seen: set[str] = set()
    for duty in cadence.duties:
        place = f"cadence.duties[{duty.key}]"
        if duty.key in seen:
            raise ProfileError(file, place, "同一事项写了两次，请合并", "the duty stands twice; join the two")
        seen.add(duty.key)
        _must_have_source(file, place, duty.source)
        _must_count_in(file, f"{place}.after", duty.after, LimitKind.WORKING_DAYS)
        _must_count_in(file, f"{place}.remind", duty.remind, LimitKind.WORKING_DAYS)
        if not duty.owed_by(organisation):
            raise ProfileError(
                file,
                f"{place}.types",
                f"本区没有{'、'.join(kind.zh for kind in duty.types)}，无人承担，请改",
                "the district has no unit of these types, so nobody owes it; change it",
            )


# ── catalogue ────────────────────────────────────────────────────────────────────────────────────────


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
    _must_be_items(file, "ruling_needed", said, catalogue)
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


# ── risk categories ──────────────────────────────────────────────────────────────────────────────────


def check_categories(file: str, categories: Iterable[RiskCategory], organisation: Organisation) -> None:
    for category in categories:
        place = f"categories.{category.number}"
        if category.lead is not None:
            _must_be_unit(file, f"{place}.lead", category.lead, organisation.by_id)
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


# ── policy ───────────────────────────────────────────────────────────────────────────────────────────


def check_policy(file: str, under: str, policy: Policy, catalogue: Catalogue) -> None:
    """``under`` is the path of the policy inside ``file``, empty or ``policy.``."""
    ids: set[str] = set()
    for row in policy.clocks:
        place = f"{under}clocks[{row.id}]"
        if row.id in ids:
            raise ProfileError(file, place, "行号重复，请改", "two rows have this id; rename one")
        ids.add(row.id)
        _check_row(file, place, row, catalogue)
        if row.ladder not in policy.ladder_names:
            raise ProfileError(
                file,
                f"{place}.ladder",
                f"没有阶梯“{row.ladder}”，请改用 {'、'.join(policy.ladder_names)}",
                f"there is no ladder {row.ladder}; use one of those listed",
            )
    _must_be_items(file, f"{under}item_urgency", policy.item_urgency, catalogue)
    _check_cases(file, f"{under}clocks", policy)
    _check_ladder(file, f"{under}ladder", policy)
    for mode in Mode:
        if not policy.lookback_limits(mode):
            raise ProfileError(
                file,
                f"{under}lookbacks",
                f"没有“{mode.zh}”的回头看日期，请补上 {mode}",
                f"no look-back dates for mode {mode}; add them",
            )


def _check_row(file: str, place: str, row: ClockRow, catalogue: Catalogue) -> None:
    _must_have_source(file, place, row.source)
    _must_be_items(file, f"{place}.codes", row.codes, catalogue)
    for before in row.remind:
        _must_count_in(file, f"{place}.remind", before, LimitKind.WORKING_DAYS)
    _must_count_in(file, f"{place}.ask_before", row.ask_before, LimitKind.WORKING_DAYS)
    for category in row.categories:
        if category not in RISK_CATEGORIES:
            raise ProfileError(
                file,
                f"{place}.categories",
                f"没有第 {category} 类风险，请用 1 至 4",
                f"there is no risk category {category}; use 1 to 4",
            )
    if row.cap and row.cap.kind is row.limit.kind and row.cap.n < row.limit.n:
        raise ProfileError(
            file,
            f"{place}.cap",
            f"最长总时限 {row.cap} 短于时限 {row.limit}，请改",
            f"the longest total {row.cap} is shorter than the limit {row.limit}; change one",
        )


def _must_count_in(file: str, place: str, limit: Limit | None, kind: LimitKind) -> None:
    if limit is not None and limit.kind is not kind:
        raise ProfileError(
            file,
            place,
            f"“{limit}”须以 {kind} 计，例如“{kind} 3”，请改",
            f"“{limit}” must count in {kind}, like “{kind} 3”; change it",
        )


def _must_have_source(file: str, place: str, source: str) -> None:
    if not source.strip():
        raise ProfileError(
            file,
            f"{place}.source",
            "没有写依据，请写出处编号，或写 P 加说明",
            "no source; name the public source, or write P with words",
        )


def _must_be_items(file: str, place: str, codes: Iterable[str], catalogue: Catalogue) -> None:
    for code in codes:
        if code not in catalogue.by_code:
            raise ProfileError(
                file,
                place,
                f"目录里没有小类“{code}”，请核对编号",
                f"no item {code} in the catalogue; check the code",
            )


def _check_cases(file: str, place: str, policy: Policy) -> None:
    for clock, mode, urgency in product(CLOCKS_WITH_ROWS, Mode, Urgency):
        if policy.row(clock, Case(mode=mode, urgency=urgency)) is None:
            raise ProfileError(
                file,
                place,
                f"“{clock.zh}”在{mode.zh}、{urgency.zh}时没有时限，请补一行 {clock} {urgency}",
                f"no row for clock {clock} in mode {mode}, urgency {urgency}; add one",
            )


def _check_ladder(file: str, place: str, policy: Policy) -> None:
    listed = [row.rung for row in policy.ladder]
    for rung in Rung:
        if listed.count(rung) != 1:
            raise ProfileError(
                file,
                place,
                f"{rung}（{rung.zh}）须有且只有一行，请补上或合并",
                f"{rung} needs exactly one row; add it or join the two",
            )
    if listed != list(Rung):
        raise ProfileError(
            file, place, "各级须从 L0 到 L5 依次排列，请调整", "rungs stand in order, L0 to L5; sort them"
        )
    for row in policy.ladder:
        _check_rung(file, f"{place}[{row.rung}]", row)
    for name, own in policy.ladders.items():
        for row in own.rows:
            _check_rung(file, f"{place}s.{name}[{row.rung}]", row)
        for rung in own.rungs:
            if rung is Rung.L0:
                raise ProfileError(
                    file,
                    f"{place}s.{name}.rungs",
                    "L0 是提醒，写在各行的 remind，请删去",
                    "L0 is the reminder, which the rows' remind sets; remove it",
                )
    for lower, upper in (
        (low, high) for climbed in policy.climbed.values() for low, high in pairwise(climbed)
    ):
        if lower.after and upper.after and upper.after.n <= lower.after.n:
            raise ProfileError(
                file,
                f"{place}[{upper.rung}].after",
                f"{upper.rung} 不晚于 {lower.rung}，请改",
                f"{upper.rung} is not later than {lower.rung}; change it",
            )


def _check_rung(file: str, place: str, row: RungRow) -> None:
    _must_have_source(file, place, row.source)
    if row.rung not in (Rung.L0, Rung.L4B) and row.after is None:
        raise ProfileError(
            file,
            f"{place}.after",
            "没有写到期后多久触发，请补上",
            "when it fires after the due day is missing; add it",
        )
    _must_count_in(file, f"{place}.after", row.after, LimitKind.WORKING_DAYS)
    _must_count_in(file, f"{place}.after_hours", row.after_hours, LimitKind.HOURS)
    roles = {str(role) for role in Role}
    for addressee in (*row.to, *row.cc):
        if addressee.role not in roles:
            raise ProfileError(
                file,
                f"{place}.to",
                f"没有角色“{addressee.role}”，请改用 {'、'.join(sorted(roles))}",
                f"no role “{addressee.role}”; use one of those listed",
            )


# ── calendars ────────────────────────────────────────────────────────────────────────────────────────


def check_calendar_year(
    file: str, year: int, weekdays_off: Iterable[date], weekend_workdays: Iterable[date]
) -> None:
    seen: set[date] = set()
    for place, days, weekend in (
        ("weekdays_off", weekdays_off, False),
        ("weekend_workdays", weekend_workdays, True),
    ):
        for day in days:
            if day.year != year:
                raise ProfileError(
                    file,
                    place,
                    f"{day} 不在 {year} 年，请移走",
                    f"{day} is not in {year}; move it to its year",
                )
            if (day.weekday() >= 5) is not weekend:
                raise ProfileError(
                    file,
                    place,
                    f"{day} {'不是' if weekend else '是'}周末，请核对",
                    f"{day} is {'no' if weekend else 'a'} weekend day; check it",
                )
            if day in seen:
                raise ProfileError(
                    file, place, f"{day} 写了两次，请删去一处", f"{day} stands twice; remove one"
                )
            seen.add(day)
