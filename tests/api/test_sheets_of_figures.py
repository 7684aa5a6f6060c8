"""Sheets of the programme, of the units' load and of a month's figures: who gets them, and what stands in them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from domain.figures import Figure
from domain.values import local
from tests import seats

THIS_MONTH = f"{local(datetime.now(UTC)):%Y-%m}"


def rows_of(answer) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.mark.requirement("RPT-07")
def test_the_load_of_the_units_is_what_their_page_counts(api):
    before = {row[0]: row for row in rows_of(api.get(seats.OFFICE, "/v1/units/load.csv"))}
    hazard = api.registered()
    api.give(seats.DESK, hazard, "assign", target=seats.STREET)

    head, *rows = rows_of(api.get(seats.OFFICE, "/v1/units/load.csv"))
    now = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    name = next(row[0] for row in rows if row[0] == "夏阳街道")
    assert int(now[name]["未清零"]) == int(before[name][4]) + 1
    book = api.get(seats.LIAISON, "/v1/units/load.xlsx?lang=en")
    assert (book.status_code, book.content[:2]) == (200, b"PK")


@pytest.mark.requirement("CAD-03", "RPT-07")
def test_a_month_s_figures_are_those_of_the_bulletin(api):
    api.registered()

    head, *rows = rows_of(api.get(seats.OFFICE, f"/v1/figures/{THIS_MONTH}.csv"))
    total = dict(zip(head, next(row for row in rows if row[0] == "合计"), strict=False))
    assert int(total["发现数"]) >= 1
    assert {figure.zh for figure in Figure} <= set(head)
    assert api.get(seats.AUDITOR, f"/v1/figures/{THIS_MONTH}.xlsx").content[:2] == b"PK"


def test_figures_by_unit_are_for_the_office_and_of_months_that_have_come(api):
    assert api.get(seats.LIAISON, f"/v1/figures/{THIS_MONTH}.csv").status_code == 403
    for month in ("2999-01", "soon", "2026-13"):
        refused = api.get(seats.OFFICE, f"/v1/figures/{month}.xlsx")
        assert (refused.status_code, refused.json()["code"].endswith("no-such-month")) == (422, True)


@pytest.mark.requirement("CAD-02", "REG-11")
def test_the_programme_comes_as_a_sheet_of_what_its_reader_may_see(api):
    head, *rows = rows_of(api.get(seats.OFFICE, "/v1/programme/windows.csv"))
    assert head[:6] == ["事项", "周期", "填报内容", "开放时间", "期限", "单位"]
    own = rows_of(api.get(seats.LIAISON, "/v1/programme/windows.csv"))[1:]
    assert {row[5] for row in own} <= {"夏阳街道"}
    assert len(own) <= len(rows)
    assert api.get(seats.OFFICE, "/v1/programme/windows.xlsx?owing=true&lang=en").content[:2] == b"PK"
