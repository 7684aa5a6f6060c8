"""Input that nobody should send and somebody will."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import ledger
from tests import seats
from tests.api.conftest import Api


def test_a_message_of_a_hundred_thousand_characters_is_kept_whole(api: Api) -> None:
    text = ("群租、堵塞消防通道。“𠮷”\n" * 7_200)[:100_000]
    opened = api.report(seats.DESK, **seats.hotline(description=text))
    assert opened.status_code == 201
    assert api.get(seats.DESK, opened.headers["location"]).json()["description"] == text
    hazard = opened.json()["id"]
    assert (
        api.get(seats.DESK, f"/v1/hazards/{hazard}/events").json()["items"][0]["event"]["command"][
            "description"
        ]
        == text
    )
    assert api.qingpu.database.read_now(ledger.verify, hazard) == []
    escaped = json.dumps(seats.hotline(description="𠮷" * 100_000))  # twelve bytes a character
    assert len(escaped) > 1_200_000
    assert api.call(seats.DESK, "POST", "/v1/hazards", content=escaped).status_code == 201
    longer = api.report(seats.DESK, **seats.hotline(description="长" * 100_001))
    assert (longer.status_code, longer.json()["errors"][0]["message"]) == (422, "最多100000个字")


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b[2J", "\x7f", "\uffff"])
@pytest.mark.parametrize("field", ["description", "place", "title", "external_number"])
def test_control_characters_are_refused_with_their_place(api: Api, control: str, field: str) -> None:
    answer = api.report(seats.DESK, **seats.hotline(**{field: f"电梯{control}故障"}))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert "控制字符" in answer.json()["errors"][0]["message"]


def test_lines_and_tabs_are_no_control_characters(api: Api) -> None:
    assert api.report(seats.DESK, **seats.hotline(description="一\t二\r\n三")).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "telepathy"), ("channel", 7), ("channel", None), ("place", None), ("place", ""), ("place", " "),
        ("place", 7), ("place", ["x"]), ("place", {"x": 1}), ("place", "x" * 501), ("description", None),
        ("category", 0), ("category", 5), ("category", 1.5), ("category", "many"),
        ("longitude", 181), ("longitude", "NaN"), ("latitude", "Infinity"), ("latitude", 1e400),
        ("evidence", "photo"), ("evidence", [{"kind": "x", "ref": "y"}]), ("evidence", [{"kind": "before"}]),
        ("evidence", [{"kind": "before", "ref": "a", "sha256": "zz"}]), ("tags", [""]), ("tags", "x"),
        ("enterprise", "913100000000000000000"), ("enterprise", "统一社会信用代码"), ("urgency", "PANIC"),
        ("persons_affected", -1), ("grade", {"method": "LEC", "likelihood": 4}), ("grade", {"method": "GUT"}),
        ("grade", "RED"), ("confidentiality", "SECRET"), ("unknown_field", 1), ("code", 7),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_wrong_types_and_values_name_their_field(api: Api, field: str, value: Any) -> None:
    body = json.dumps(seats.hotline(**{field: value}))
    answer = api.call(seats.DESK, "POST", "/v1/hazards", content=body)
    if "Infinity" in body and not isinstance(value, str):  # no JSON at all
        assert answer.status_code == 400
        return
    assert (answer.status_code, answer.json()["code"]) == (422, "report.form"), answer.text
    assert all(entry["field"].startswith(field) for entry in answer.json()["errors"])
    assert all(entry["message"] and entry["message_en"] for entry in answer.json()["errors"])


def test_a_number_of_five_thousand_digits(api: Api) -> None:
    body = json.dumps(seats.hotline()).replace("{", '{"persons_affected": ' + "9" * 5_000 + ", ", 1)
    answer = api.call(seats.DESK, "POST", "/v1/hazards", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.requirement("CLS-02", "ACT-25")
@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"code": "Z99-99"}, "T01.unknown-code"),
        ({"subdistrict": "桃花源"}, "T01.unknown-subdistrict"),
        ({"subdistrict": "区公安分局"}, "T01.unknown-subdistrict"),
    ],
)
def test_unknown_codes(api: Api, form: dict[str, str], code: str) -> None:
    answer = api.report(seats.DESK, **seats.hotline(**form))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.requirement("REG-08")
@pytest.mark.parametrize(
    ("occurred", "status", "code"),
    [
        ("1970-01-01T00:00:00Z", 201, None),
        ("1969-12-31T23:59:59.999999-12:00", 201, None),
        ("2099-01-01T00:00:00+08:00", 422, "T01.in-the-future"),
        ("0001-01-01T00:00:00+14:00", 422, "report.form"),
        ("9999-12-31T23:59:59-12:00", 422, "report.form"),
        ("2026-09-17T08:42:00", 422, "report.form"),
        ("2026-02-30T08:42:00+08:00", 422, "report.form"),
        ("20260917", 422, "report.form"),
        (1_758_069_720, 422, "report.form"),
        ("昨天", 422, "report.form"),
    ],
)
def test_dates_of_all_times(api: Api, occurred: Any, status: int, code: str | None) -> None:
    answer = api.report(seats.DESK, **seats.hotline(occurred_at=occurred))
    assert answer.status_code == status, answer.text
    if code:
        assert answer.json()["code"] == code
    else:
        assert datetime.fromisoformat(answer.json()["occurred_at"]) == datetime.fromisoformat(occurred)


def test_the_finder_s_clock_may_run_a_little_ahead(api: Api) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    assert api.report(seats.DESK, **seats.hotline(occurred_at=soon)).status_code == 201


@pytest.mark.requirement("PLN-01")
@pytest.mark.parametrize(
    "due", ["9999-12-31", "2199-12-31", "2099-01-01", "1970-01-01", "2026-13-01", 0, None, ""]
)
@pytest.mark.parametrize("prefer", ["", "respond-async"])
def test_a_plan_for_a_day_that_cannot_be(api: Api, due: Any, prefer: str) -> None:
    hazard = api.planning()
    form = seats.plan(milestones=[{"what": "拆除", "due": due}])
    answer = api.give(seats.HANDLER, hazard, "submit_plan", {"Prefer": prefer}, **form)
    assert answer.status_code in ((202, 422) if prefer else (422,)), answer.text
    assert api.give(seats.HANDLER, hazard, "submit_plan", **seats.plan()).status_code == 200, (
        "and the hazard lives on"
    )


def test_more_evidence_than_a_hazard_can_carry_is_no_accident(api: Api) -> None:
    hazard = api.remediating()
    heap = [{"kind": "other", "ref": "照片" * 90} for _ in range(3_000)]  # 1.7 MB
    answer = api.give(seats.HANDLER, hazard, "progress", text="全部照片", evidence=heap)
    assert answer.status_code in (200, 413, 422, 503), answer.text
    assert api.give(seats.HANDLER, hazard, "progress", text="少几张").status_code == 200, (
        "and the hazard lives on"
    )


def test_headers_that_are_odd(api: Api) -> None:
    for headers in (
        {"Idempotency-Key": "caf\xe9"},
        {"Prefer": 'return=minimal; foo="bar", , ;'},
        {"Accept-Language": "*" * 2_000},
        {"Accept": "application/xml"},
        {"X-Forwarded-For": "' OR 1=1 --"},
    ):
        sent = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = api.call(seats.DESK, "POST", "/v1/hazards", sent, json=seats.hotline())  # type: ignore[arg-type]
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("text", ["%", "_", "' OR '1'='1", "\\", "🧨", "\x01", "<script>"])
def test_words_to_look_for_are_only_words(api: Api, text: str) -> None:
    api.reported()
    answer = api.get(seats.DESK, "/v1/hazards", params={"text": f"夏阳{text}不存在"})
    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize(
    "path", ["/v1/hazards?text=%00", "/v1/hazards.csv?text=a%00b", "/v1/hazards/QP-2026-000001%00"]
)
def test_a_null_character_reaches_no_database(api: Api, path: str) -> None:
    """PostgreSQL cannot hold one: a sheet would have ended in the middle."""
    answer = api.get(seats.OFFICE, path)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), answer.text
