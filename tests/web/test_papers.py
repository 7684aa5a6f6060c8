"""The files that pages offer: every link leads to its file, and nobody is offered what he may not have."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import openpyxl
import pytest

from domain.values import local
from tests import seats
from tests.web.conftest import Web, text_of

THIS_MONTH = f"{local(datetime.now(UTC)):%Y-%m}"
STARTS = {"xlsx": b"PK", "docx": b"PK", "pdf": b"%PDF", "csv": b"\xef\xbb\xbf"}


def offered(web: Web, who: object, path: str) -> list[str]:
    return re.findall(r'href="([^"]+)" download', web.see(who, path).text)  # type: ignore[arg-type]


@pytest.mark.requirement("CAD-03", "CAD-09", "RPT-07")
def test_the_office_takes_bulletins_figures_and_load_from_the_page_of_units(web: Web) -> None:
    links = offered(web, seats.OFFICE, "/units")

    for month in (
        f"/bulletins/{THIS_MONTH}/{kind}.{end}" for kind in ("summary", "circular") for end in ("docx", "pdf")
    ):
        assert month in links
    assert {"/units.xlsx", f"/figures/{THIS_MONTH}.csv", f"/assessments/{THIS_MONTH[:4]}.xlsx"} <= set(links)
    for link in links:
        answer = web.see(seats.OFFICE, link)
        assert answer.status_code == 200, link
        assert answer.content.startswith(STARTS[link.rsplit(".", 1)[-1]]), link
        assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.requirement("CAD-03")
def test_others_are_offered_what_they_may_have(web: Web) -> None:
    assert offered(web, seats.LIAISON, "/units") == ["/units.xlsx", "/units.csv"]
    auditors = offered(web, seats.AUDITOR, "/units")
    assert not [link for link in auditors if link.startswith("/bulletins/")]
    assert f"/figures/{THIS_MONTH}.xlsx" in auditors
    assert web.see(seats.LIAISON, f"/bulletins/{THIS_MONTH}/summary.pdf").status_code == 403
    assert web.see(seats.OFFICE, f"/bulletins/{THIS_MONTH}/gossip.pdf").status_code == 404
    assert web.see(seats.OFFICE, "/figures/2999-01.csv").status_code == 422


@pytest.mark.requirement("RPT-07", "I6")
def test_a_figure_is_the_same_on_every_page_and_paper(web: Web) -> None:
    """Overview, unit page, bulletin and sheet print what one definition counts."""
    web.assigned()
    book = openpyxl.load_workbook(io.BytesIO(web.see(seats.OFFICE, f"/figures/{THIS_MONTH}.xlsx").content))
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    by_unit = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    unit = text_of(web.see(seats.OFFICE, "/units/xiayang").text)
    found = by_unit["夏阳街道"]["发现数"]
    units = [row for row in rows if row[1]]
    place = head.index("发现数")
    assert sum(row[place] for row in units) == by_unit["合计"]["发现数"], "the rows come to the last one"
    assert found and re.search(rf"发现数\s*{found}\s", unit)
    overview = text_of(web.see(seats.OFFICE, "/").text)
    cleared = by_unit["合计"]["清零数"]
    assert re.search(rf"(^|\D){cleared}\s*本月清零", overview), overview[:600]
