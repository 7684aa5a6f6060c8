"""The list as a file, over HTTP."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from tests import seats


@pytest.mark.requirement("RPT-01")
def test_the_list_comes_as_a_file_with_the_filters_of_the_list(api):
    number = api.reported()

    text = api.get(seats.DESK, "/v1/hazards.csv?state=REPORTED")
    book = api.get(seats.DESK, "/v1/hazards.xlsx?state=REPORTED&lang=en")

    assert text.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in text.headers["content-disposition"]
    assert number in text.text and "编号" in text.text
    heading, *found = (
        CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    )
    assert heading[0] == "number"
    assert number in {row[0] for row in found}
    assert number not in api.get(seats.DESK, "/v1/hazards.csv?open=false").text


@pytest.mark.requirement("SEC-01")
def test_a_file_needs_a_token_and_a_filter_there_is(api):
    assert api.anonymous().get("/v1/hazards.csv").status_code == 401
    assert api.get(seats.DESK, "/v1/hazards.csv?colour=PINK").status_code == 422
    assert api.get(seats.DESK, "/v1/hazards.xlsx?unit=nowhere").status_code == 422
