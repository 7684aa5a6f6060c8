"""Bulletins over HTTP: for the office, of a month that has come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.values import local
from tests import seats

THIS_MONTH = f"{local(datetime.now(UTC)):%Y-%m}"


@pytest.mark.requirement("CAD-03")
def test_the_office_gets_the_bulletin_as_docx_and_as_pdf(api):
    docx = api.get(seats.OFFICE, f"/v1/bulletins/{THIS_MONTH}/summary.docx")
    pdf = api.get(seats.OFFICE, f"/v1/bulletins/{THIS_MONTH}/circular.pdf?lang=en")

    assert (docx.status_code, docx.content[:2]) == (200, b"PK")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    assert f"qingpu-{THIS_MONTH}-summary.zh.docx" in docx.headers["content-disposition"]


def test_nobody_else_issues_bulletins_and_none_is_issued_ahead(api):
    assert api.get(seats.LIAISON, f"/v1/bulletins/{THIS_MONTH}/summary.docx").status_code == 403
    assert api.get(seats.OFFICE, "/v1/bulletins/2999-01/summary.docx").status_code == 422
    assert api.get(seats.OFFICE, "/v1/bulletins/soon/summary.pdf").status_code == 422
    assert api.get(seats.OFFICE, f"/v1/bulletins/{THIS_MONTH}/gossip.pdf").status_code == 422
