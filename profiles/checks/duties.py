"""Recurring duties: each has a source, counts in working days, and is owed by somebody."""

from __future__ import annotations

from domain.cadence import Cadence
from domain.organisation import Organisation
from domain.values import LimitKind
from profiles.checks.common import must_count_in, must_have_source
from profiles.mistakes import ProfileError


def check_cadence(file: str, cadence: Cadence | None, organisation: Organisation) -> None:
    if cadence is None:
        return
    seen: set[str] = set()
    for duty in cadence.duties:
        place = f"cadence.duties[{duty.key}]"
        if duty.key in seen:
            raise ProfileError(file, place, "同一事项写了两次，请合并", "the duty stands twice; join the two")
        seen.add(duty.key)
        must_have_source(file, place, duty.source)
        must_count_in(file, f"{place}.after", duty.after, LimitKind.WORKING_DAYS)
        must_count_in(file, f"{place}.remind", duty.remind, LimitKind.WORKING_DAYS)
        if not duty.owed_by(organisation):
            raise ProfileError(
                file,
                f"{place}.types",
                f"本区没有{'、'.join(kind.zh for kind in duty.types)}，无人承担，请改",
                "the district has no unit of these types, so nobody owes it; change it",
            )
        if duty.approved_by and organisation.seat_of(duty.approved_by) is None:
            raise ProfileError(
                file,
                f"{place}.approved_by",
                f"本区不设“{duty.approved_by.zh}”席位，无人审定，请改",
                f"the district has no seat {duty.approved_by}, so nobody could approve; change it",
            )
    for unit, parts in cadence.own.items():
        place = f"cadence.own[{unit}]"
        if unit not in organisation.by_id:
            raise ProfileError(file, place, "没有这个单位", "there is no such unit")
        unknown = next((part for part in parts if part not in cadence.scope), None)
        if unknown:
            raise ProfileError(
                file, place, f"“{unknown}”不在 scope 中，请改", f"{unknown!r} is not in scope; change it"
            )
