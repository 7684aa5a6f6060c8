"""Graded control of risks: each colour says once what it asks for, somebody keeps the points, sources are named."""

from __future__ import annotations

from collections import Counter

from domain.catalogue import Catalogue
from domain.riskcontrol import RiskControl
from domain.values import Colour, LimitKind
from profiles.checks.common import must_be_items, must_count_in, must_have_source
from profiles.mistakes import ProfileError


def check_risk_control(file: str, control: RiskControl, catalogue: Catalogue) -> None:
    place = "risk_control"
    must_have_source(file, place, control.source)
    if not control.keepers:
        raise ProfileError(
            file,
            f"{place}.keepers",
            "没有写由谁登记风险点，请至少写一个",
            "nobody keeps the risk points; name one keeper at least",
        )
    said = Counter(grade.colour for grade in control.grades)
    for colour in Colour:
        if said[colour] != 1:
            raise ProfileError(
                file,
                f"{place}.grades",
                f"“{colour.zh}”写了 {said[colour]} 次，每种颜色须写一次",
                f"{colour} stands {said[colour]} times; write each colour once",
            )
    for grade in control.grades:
        must_count_in(file, f"{place}.grades[{grade.colour}].review", grade.review, LimitKind.CALENDAR_DAYS)
        must_have_source(file, f"{place}.grades[{grade.colour}]", grade.source)
    if "major_sources" in control.model_fields_set:
        must_be_items(file, f"{place}.major_sources", control.major_sources, catalogue)
