"""The policy: no case is without a row, every ladder and rung is there, limits count in the right kind."""

from __future__ import annotations

from itertools import pairwise, product

from domain.catalogue import Catalogue
from domain.organisation import Role
from domain.policy import Case, ClockRow, Policy, RungRow
from domain.values import ClockKey, LimitKind, Mode, Rung, Urgency
from profiles.checks.common import must_be_items, must_count_in, must_have_source
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
    must_count_in(file, f"{under}assigned_ahead", policy.assigned_ahead, LimitKind.HOURS)
    must_be_items(file, f"{under}item_urgency", policy.item_urgency, catalogue)
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
    must_have_source(file, place, row.source)
    must_be_items(file, f"{place}.codes", row.codes, catalogue)
    for before in row.remind:
        must_count_in(file, f"{place}.remind", before, LimitKind.WORKING_DAYS)
    must_count_in(file, f"{place}.ask_before", row.ask_before, LimitKind.WORKING_DAYS)
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
    must_have_source(file, place, row.source)
    if row.rung not in (Rung.L0, Rung.L4B) and row.after is None:
        raise ProfileError(
            file,
            f"{place}.after",
            "没有写到期后多久触发，请补上",
            "when it fires after the due day is missing; add it",
        )
    must_count_in(file, f"{place}.after", row.after, LimitKind.WORKING_DAYS)
    must_count_in(file, f"{place}.after_hours", row.after_hours, LimitKind.HOURS)
    roles = {str(role) for role in Role}
    for addressee in (*row.to, *row.cc):
        if addressee.role not in roles:
            raise ProfileError(
                file,
                f"{place}.to",
                f"没有角色“{addressee.role}”，请改用 {'、'.join(sorted(roles))}",
                f"no role “{addressee.role}”; use one of those listed",
            )
