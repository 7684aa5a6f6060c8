"""``GET /v1/hazards/{id}/dossier``: a PDF, or all that proves it, for auditors and the office, and logged."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import seats
from tests.api.conftest import Api
from tests.casefile.test_dossier import needs_font


@needs_font
@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize("seat", [seats.AUDITOR, seats.OFFICE], ids=["auditor", "office"])
def test_the_dossier_is_printed_for_whoever_may_have_it(api: Api, seat: object) -> None:
    hazard = api.remediating()
    answer = api.get(seat, f"/v1/hazards/{hazard}/dossier")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert f'"{hazard}.pdf"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"%PDF-") and b"<pdfaid:part>2</pdfaid:part>" in answer.content


@needs_font
@pytest.mark.requirement("REG-08")
def test_the_zip_verifies_itself_and_has_the_history(api: Api, tmp_path: Path) -> None:
    hazard = api.remediating()
    answer = api.get(seats.AUDITOR, f"/v1/hazards/{hazard}/dossier.zip")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path)
    assert (tmp_path / hazard / "history" / "001.json").stat().st_size > 1000
    done = subprocess.run(
        [sys.executable, "check.py"], cwd=tmp_path / hazard, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "") and "all is well" in done.stdout


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize("ending", ["", ".zip"])
@pytest.mark.parametrize("seat", [seats.DESK, seats.LIAISON], ids=["desk", "liaison"])
def test_nobody_else_may_have_one(api: Api, seat: object, ending: str) -> None:
    answer = api.get(seat, f"/v1/hazards/{api.reported()}/dossier{ending}")
    assert (answer.status_code, answer.json()["code"]) == (403, "dossier.not-your-right")


def test_a_hazard_that_is_not_there_has_none(api: Api) -> None:
    assert api.get(seats.AUDITOR, "/v1/hazards/QP-2026-999999/dossier").status_code == 404


@needs_font
@pytest.mark.requirement("SEC-01")
def test_taking_the_dossier_of_a_confidential_hazard_is_logged(api: Api) -> None:
    reported = api.report(seats.DESK, **seats.hotline(), confidentiality="INTERNAL")
    hazard = reported.json()["id"]
    api.get(seats.OFFICE, f"/v1/hazards/{hazard}/dossier")
    lines = api.get(seats.AUDITOR, "/v1/access-log", params={"hazard": hazard}).json()["items"]
    assert ("dossier", "office") in [(line["looked"], line["actor"]["role"]) for line in lines]
