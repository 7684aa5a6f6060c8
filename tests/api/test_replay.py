"""``POST /v1/hazards/{id}/replay``: for auditors, and it says whether the record follows from the history."""

from __future__ import annotations

import pytest

from tests import seats
from tests.api.conftest import Api


@pytest.mark.requirement("REG-08")
def test_an_auditor_replays_a_hazard_and_finds_it_identical(api: Api) -> None:
    hazard = api.remediating()
    answer = api.call(seats.AUDITOR, "POST", f"/v1/hazards/{hazard}/replay")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["identical"] and found["difference"] is None
    assert found["entries"] == len(api.get(seats.AUDITOR, f"/v1/hazards/{hazard}/events").json()["items"])
    assert found["sources"] == ["server"] and found["code"].startswith("0.")


@pytest.mark.parametrize("seat", [seats.OFFICE, seats.DESK, seats.LIAISON], ids=["office", "desk", "liaison"])
def test_nobody_else_may_ask_for_a_replay(api: Api, seat: object) -> None:
    answer = api.call(seat, "POST", f"/v1/hazards/{api.reported()}/replay")
    assert (answer.status_code, answer.json()["code"]) == (403, "replay.not-your-right")
    assert answer.json()["requirement"] == "REG-08"


def test_a_hazard_that_is_not_there_is_not_replayed(api: Api) -> None:
    answer = api.call(seats.AUDITOR, "POST", "/v1/hazards/QP-2026-999999/replay")
    assert answer.status_code == 404
