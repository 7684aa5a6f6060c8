"""Readings of confidential hazards leave a line; auditors and custodians read it, and nobody else."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests import seats
from tests.api.conftest import Api

CUSTODIAN = seats.who(seats.STREET, "custodian", "custodian-1")


def confidential(api: Api) -> str:
    answer = api.report(seats.FINDER, channel="grid_patrol", code="S06-07", place=seats.STREET,
                        confidentiality="SENSITIVE")  # fmt: skip
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def lines(api: Api, hazard: str, reader: Any = seats.AUDITOR) -> list[tuple[str, str, str, str]]:
    answer = api.get(reader, f"/v1/access-log?hazard={hazard}")
    assert answer.status_code == 200, answer.text
    return [
        (line["actor"]["role"], line["unit"]["id"], line["looked"], line["outcome"])
        for line in reversed(answer.json()["items"])
    ]


@pytest.mark.requirement("SEC-01")
def test_every_reading_of_a_confidential_hazard_is_logged_the_auditor_s_own_too(api: Api) -> None:
    hazard = confidential(api)
    before = len(lines(api, hazard))
    for path in ("", "/events", "/deadlines", "/forecast"):
        assert api.get(seats.AUDITOR, f"/v1/hazards/{hazard}{path}").status_code == 200
    api.get(seats.OFFICE, "/v1/hazards?order=reported&limit=1")

    assert lines(api, hazard)[before:] == [
        ("auditor", "office", "hazard", "seen"),
        ("auditor", "office", "events", "seen"),
        ("auditor", "office", "deadlines", "seen"),
        ("auditor", "office", "forecast", "seen"),
        ("office", "office", "list", "seen"),
    ]


@pytest.mark.requirement("SEC-01")
def test_another_unit_s_attempt_is_answered_404_and_logged(api: Api) -> None:
    hazard = confidential(api)
    assert api.get(seats.OTHER_STREET, f"/v1/hazards/{hazard}").status_code == 404
    stranger = seats.who("区城运中心", "desk", "desk-9", "putuo")
    assert api.get(stranger, f"/v1/hazards/{hazard}/events").status_code == 404

    denied = api.get(seats.AUDITOR, f"/v1/access-log?hazard={hazard}&outcome=denied").json()["items"]
    assert [(line["unit"]["id"], line["profile"]) for line in denied] == [("desk", "putuo"), ("yingpu", None)]


@pytest.mark.requirement("SEC-01")
def test_readings_of_public_hazards_leave_nothing(api: Api) -> None:
    hazard = api.registered()
    api.get(seats.AUDITOR, f"/v1/hazards/{hazard}")
    api.get(seats.OTHER_STREET, f"/v1/hazards/{hazard}")
    assert lines(api, hazard) == []


@pytest.mark.requirement("SEC-01")
def test_the_log_is_for_auditors_and_custodians(api: Api) -> None:
    hazard = confidential(api)
    assert lines(api, hazard, CUSTODIAN) == lines(api, hazard)
    for other in (seats.OFFICE, seats.DESK, seats.LIAISON, seats.PRINCIPAL):
        answer = api.get(other, "/v1/access-log")
        assert (answer.status_code, answer.json()["code"]) == (403, "access-log.not-your-right")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert api.call(seats.AUDITOR, method, "/v1/access-log").status_code == 405


def test_the_log_is_read_page_by_page(api: Api) -> None:
    hazard = confidential(api)
    for _ in range(3):
        api.get(seats.AUDITOR, f"/v1/hazards/{hazard}/events")
    path: str | None = f"/v1/access-log?hazard={hazard}&limit=2"
    seen = []
    while path:
        answer = api.get(seats.AUDITOR, path)
        seen += [line["n"] for line in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url")
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(lines(api, hazard))


@pytest.mark.requirement("SEC-01", "RPT-01")
def test_the_log_comes_as_a_sheet_to_those_who_may_read_it(api: Api) -> None:
    hazard = confidential(api)
    api.get(seats.AUDITOR, f"/v1/hazards/{hazard}/events")
    answer = api.get(seats.AUDITOR, f"/v1/access-log.csv?hazard={hazard}")
    head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert head[:4] == ["序号", "时间", "隐患编号", "密级"]
    listed = api.get(seats.AUDITOR, f"/v1/access-log?hazard={hazard}").json()["items"]
    assert [row[-1] for row in rows] == [line["hash"] for line in listed] and len(rows) > 1
    assert api.get(seats.AUDITOR, "/v1/access-log.xlsx").content[:2] == b"PK"
    assert api.get(seats.OFFICE, "/v1/access-log.csv").status_code == 403
