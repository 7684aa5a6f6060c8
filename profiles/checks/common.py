"""What several checks ask: that a unit, an item, a source is there, that a limit counts in the right kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.catalogue import Catalogue
from domain.values import Limit, LimitKind, UnitId
from profiles.mistakes import ProfileError


def must_be_unit(file: str, place: str, unit: UnitId, known: Mapping[UnitId, object]) -> None:
    if unit not in known:
        raise ProfileError(
            file,
            place,
            f"本区没有单位“{unit}”，请改成 units 里的编号",
            f"no unit “{unit}” in this district; use an id from units",
        )


def must_have_source(file: str, place: str, source: str) -> None:
    if not source.strip():
        raise ProfileError(
            file,
            f"{place}.source",
            "没有写依据，请写出处编号，或写 P 加说明",
            "no source; name the public source, or write P with words",
        )


def must_be_items(file: str, place: str, codes: Iterable[str], catalogue: Catalogue) -> None:
    for code in codes:
        if code not in catalogue.by_code:
            raise ProfileError(
                file,
                place,
                f"目录里没有小类“{code}”，请核对编号",
                f"no item {code} in the catalogue; check the code",
            )


def must_count_in(file: str, place: str, limit: Limit | None, kind: LimitKind) -> None:
    if limit is not None and limit.kind is not kind:
        raise ProfileError(
            file,
            place,
            f"“{limit}”须以 {kind} 计，例如“{kind} 3”，请改",
            f"“{limit}” must count in {kind}, like “{kind} 3”; change it",
        )
