"""The yearly assessment over HTTP: every unit's figures with what they count, for those who assess."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from domain.figures import Figure
from domain.values import local
from tests import seats

THIS_YEAR = local(datetime.now(UTC)).year


def sheet(api, lang: str = "zh") -> list[list[str]]:
    answer = api.get(seats.OFFICE, f"/v1/assessments/{THIS_YEAR}.csv?lang={lang}")
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.mark.requirement("CAD-09", "RPT-04")
def test_a_year_s_figures_stand_by_unit_with_their_counts_and_what_they_count(api):
    before = sheet(api)
    hazard = api.registered()
    api.give(seats.DESK, hazard, "assign", target=seats.STREET)
    head, *rows = sheet(api)
    by_unit = {row[0]: dict(zip(head, row, strict=False)) for row in rows}
    earlier = {row[0]: dict(zip(before[0], row, strict=False)) for row in before[1:]}

    assert [row[0] for row in rows[:2]] == ["夏阳街道", "盈浦街道"], "the places first"
    found = {name: int(by_unit[name]["发现数"]) - int(earlier[name]["发现数"]) for name in ("合计", "区城运中心")
             if name in by_unit}  # fmt: skip
    assert found["合计"] == 1
    assert int(by_unit["夏阳街道"]["期末未清零数"]) == int(earlier["夏阳街道"]["期末未清零数"]) + 1
    assert by_unit["夏阳街道"]["按期清零率·分母"].isdigit()
    assert {figure.zh: by_unit[figure.zh][head[2]] for figure in Figure} == {
        figure.zh: figure.definition.zh for figure in Figure
    }
    assert any(row[0].startswith("统计至 ") for row in rows)


@pytest.mark.requirement("CAD-09")
def test_it_comes_as_a_workbook_and_in_english(api):
    answer = api.get(seats.AUDITOR, f"/v1/assessments/{THIS_YEAR}.xlsx")
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    assert f"assessment-{THIS_YEAR}-" in answer.headers["content-disposition"]
    assert sheet(api, "en")[0][:3] == ["unit", "kind", "hazards found"]


@pytest.mark.requirement("CAD-09")
def test_nobody_else_assesses_and_no_year_is_assessed_ahead(api):
    assert api.get(seats.LIAISON, f"/v1/assessments/{THIS_YEAR}.csv").status_code == 403
    refused = api.get(seats.OFFICE, f"/v1/assessments/{THIS_YEAR + 1}.xlsx")
    assert (refused.status_code, refused.json()["code"].endswith("no-such-year")) == (422, True)
    assert api.get(seats.OFFICE, "/v1/assessments/soon.csv").status_code == 422
