"""Every error has the same shape, in two languages, and says nothing it should not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI, Request

from api import wire
from api.app import bare_app, create_app
from api.limits import Limiter, Rate
from api.problems import language_of
from profiles.loader import shipped_profiles
from tests import seats
from tests.api.conftest import Api, Served

MEMBERS = {"type", "title", "status", "detail", "detail_zh", "detail_en", "code", "requirement", "request_id"}


def assert_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), body
    assert MEMBERS <= set(body) <= MEMBERS | {"errors"}
    assert body["type"] == f"urn:problem-type:qingling:{code}"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["detail_zh"] and body["detail_en"].isascii()
    assert answer.headers["vary"] == "Accept-Language"
    return body


# -- the shape ---------------------------------------------------------------------------------------


def test_a_choice_is_told_by_the_values_that_are_sent(api: Api) -> None:
    hazard = api.remediating()
    wrong = api.give(seats.OFFICE, hazard, "issue_notice", rung="L3", matter="请说明").json()["errors"][0]
    assert wrong["message"] == "须为其中之一：'L0', 'L1' or 'L2'"
    assert "Rung" not in wrong["message_en"]


def test_an_error_of_every_kind_has_the_shape(api: Api) -> None:
    hazard = api.registered()
    here = f"/v1/hazards/{hazard}"
    call = api.call
    assert_problem(call(seats.DESK, "POST", f"{here}/commands/assign", content="{"), 400, "malformed")
    with api.anonymous() as nobody:
        assert_problem(nobody.get(here), 401, "token-missing")
    assert_problem(call(seats.LIAISON, "POST", f"{here}/commands/assign", json={}), 403, "T06.not-your-right")
    assert_problem(api.get(seats.OTHER_STREET, here), 404, "no-such-hazard")
    assert_problem(api.get(seats.DESK, "/v2/hazards"), 404, "no-such-path")
    assert_problem(api.get(seats.DESK, "/v1/hazards/"), 404, "no-such-path")
    assert_problem(api.give(seats.LIAISON, hazard, "verify_confirm"), 409, "T02.wrong-state")
    assert_problem(
        api.give(seats.DESK, hazard, "assign", {"If-Match": '"1"'}, target=seats.STREET), 412, "stale"
    )
    wrong = assert_problem(api.give(seats.DESK, hazard, "assign", target=""), 422, "assign.form")
    assert wrong["errors"] == [
        {"field": "target", "message": "至少1个字", "message_en": "String should have at least 1 character"}
    ]


def test_a_method_that_an_address_does_not_answer_to(api: Api) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = api.call(seats.DESK, method, "/v1/hazards")
        assert_problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == "GET, POST"
    assert api.call(seats.DESK, "BREW", "/v1/units").headers["allow"] == "GET"


def test_a_body_beyond_two_megabytes(api: Api) -> None:
    announced = api.call(seats.DESK, "POST", "/v1/hazards", content=b" " * (wire.LARGEST_BODY + 1))
    assert_problem(announced, 413, "too-large")

    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 64 * 1024

    unannounced = api.call(seats.DESK, "POST", "/v1/hazards", content=pieces())
    assert_problem(unannounced, 413, "too-large")
    almost = api.call(seats.DESK, "POST", "/v1/hazards", content=b" " * wire.LARGEST_BODY)
    assert_problem(almost, 422, "report.form")


def test_too_many_at_once(api: Api) -> None:
    limiter = Limiter(Rate(per_second=1, burst=3))
    assert [limiter.wait("a") for _ in range(3)] == [0, 0, 0]
    assert 0 < limiter.wait("a") <= 1
    assert limiter.wait("b") == 0, "others are not held up"

    strict = own_app(api, rate=Rate(per_second=0.01, burst=2))
    served = Served(strict, api.loop)
    with httpx2.Client(base_url=served.url, headers=bearer(api), trust_env=False) as client:
        answers = [client.get("/v1/calendar") for _ in range(3)]
    served.stop()
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert_problem(answers[2], 429, "too-many-requests")
    assert 0 < int(answers[2].headers["retry-after"]) <= 100


def own_app(api: Api, **more: Any) -> FastAPI:
    district = api.qingpu
    from domain.library import LIBRARY
    from service.rulebooks import Current

    current = Current(district.database, LIBRARY)
    return create_app(district.door, district.database, LIBRARY, current, api.identity, **more)


def bearer(api: Api) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.identity.issue(seats.DESK)}"}


# -- what we did not foresee -------------------------------------------------------------------------


def test_an_unforeseen_error_says_nothing_of_itself(api: Api) -> None:
    app = own_app(api)

    async def fail(_request: Request) -> None:
        raise RuntimeError("手机 13800000000 in the message")

    app.add_api_route("/fail", fail)
    served = Served(app, api.loop)
    with (
        structlog.testing.capture_logs() as logs,
        httpx2.Client(base_url=served.url, headers=bearer(api), trust_env=False) as client,
    ):
        answer = client.get("/fail")
    served.stop()
    body = assert_problem(answer, 500, "internal")
    assert "13800000000" not in answer.text
    (entry,) = [log for log in logs if log["event"] == "unforeseen"]
    assert entry["request_id"] == body["request_id"] and entry["error"] == "RuntimeError"
    assert entry["frames"][-1].endswith("fail")
    assert "13800000000" not in str(logs)


# -- languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh"),
        ("*", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.5,zh;q=0.4", "en"),
        ("en,zh", "zh"),
        ("fr, de", "zh"),
        ("en;q=0", "zh"),
        ("en;q=often", "zh"),
        (";;;,,,q", "zh"),
    ],
)
def test_the_language_one_asks_for(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def test_title_and_detail_follow_the_language_and_both_are_there(api: Api) -> None:
    hazard = api.reported()
    chinese = api.give(seats.DESK, hazard, "assign", target="x").json()
    english = api.give(seats.DESK, hazard, "assign", {"Accept-Language": "en"}, target="x")
    assert english.headers["content-language"] == "en"
    body = english.json()
    assert (chinese["title"], body["title"]) == ("当前不能办理", "Not possible in this state")
    assert chinese["detail"] == chinese["detail_zh"] == body["detail_zh"]
    assert body["detail"] == body["detail_en"] == chinese["detail_en"]


CHINESE = re.compile("[\u4e00-\u9fff]")
ODD_BODIES = {
    "not JSON": (b"{", "application/json"),
    "not UTF-8": (b"\xff\xfe{", "application/json"),
    "no number": (b'{"percent": NaN}', "application/json"),
    "no object": (b"[1]", "application/json"),
    "unknown field": (b'{"nonsense": 1}', "application/json"),
    "all wrong": (
        b'{"text": 1, "due": "9/30", "results": "x", "target": [], "reason": " "}',
        "application/json",
    ),
    "other type": (b"a=1", "application/x-www-form-urlencoded"),
}


def assert_both_languages(answer: httpx2.Response) -> None:
    assert answer.headers["content-type"] == "application/problem+json", answer.url
    body = answer.json()
    said = [(body["detail_zh"], body["detail_en"])]
    said += [(one["message"], one["message_en"]) for one in body.get("errors", ())]
    for zh, en in said:
        assert CHINESE.search(zh) and en and not CHINESE.search(en), (str(answer.url), zh, en)


@pytest.mark.requirement("INT-01")
def test_whatever_is_wrong_is_said_in_chinese_first_and_in_english(api: Api) -> None:
    """Every address of the document, asked for with what it does not know and given what it cannot read."""
    hazard = api.remediating()
    known = {"hazard_id": hazard, "month": "2026-11", "kind": "summary", "ending": "pdf", "unit": "xiayang"}
    for path, operations in bare_app().openapi()["paths"].items():
        here = re.sub(r"{(\w+)}", lambda name: known.get(name[1], "1"), path)
        for method, operation in operations.items():
            if method != "get":
                bodies = ODD_BODIES.items() if "requestBody" in operation else ()
                for odd, (content, kind) in bodies:
                    answer = api.call(
                        seats.HANDLER, method.upper(), here, {"Content-Type": kind}, content=content
                    )
                    assert 400 <= answer.status_code < 500, (here, odd)
                    assert_both_languages(answer)
            elif "security" in operation:
                answer = api.get(seats.OFFICE, here, params={"nonsense": "1"})
                assert_problem(answer, answer.status_code, "bad-parameter")
                assert_both_languages(answer)
                names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
                for name, value in ((name, value) for name in names for value in ("???", "\0", "9" * 600)):
                    answer = api.get(seats.OFFICE, here, params={name: value})
                    assert answer.status_code < 500, (here, name, value)
                    if answer.status_code >= 400:
                        assert_both_languages(answer)
    for method, path in (
        ("GET", "/v1/nothing"),
        ("POST", "/v1/units"),
        ("BREW", "/v1/hazards"),
        ("POST", "/"),
    ):
        assert_both_languages(api.call(seats.DESK, method, path))
    assert_both_languages(api.give(seats.HANDLER, hazard, "progress", {"If-Match": "x"}, text="x"))
    assert_both_languages(
        api.give(seats.HANDLER, hazard, "progress", {"Idempotency-Key": "k" * 129}, text="x")
    )


# -- headers, log and figures ------------------------------------------------------------------------


def test_every_answer_is_safe_to_show(api: Api) -> None:
    for path, policy in (
        ("/v1/calendar", "default-src 'none'"),
        ("/docs", "script-src 'self'"),
        ("/x", "default-src 'none'"),
    ):
        headers = api.get(seats.DESK, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert policy in headers["content-security-policy"]
        assert "server" not in headers and "strict-transport-security" not in headers
    assert "max-age" in api.get(seats.DESK, "/docs/static/swagger-ui.css").headers["cache-control"]


def test_a_request_keeps_the_id_it_came_with(api: Api) -> None:
    given = api.call(seats.DESK, "GET", "/v1/calendar", {"X-Request-Id": "abc-123"})
    assert given.headers["x-request-id"] == "abc-123"
    for bad in ("a b", "x" * 65, "<script>"):
        made = api.call(seats.DESK, "GET", "/v1/calendar", {"X-Request-Id": bad}).headers["x-request-id"]
        assert made != bad and len(made) == 32


def noted(logs: list[Any], number: int, besides: str = "") -> list[Any]:
    """The lines of the access log, the last of which is written just after its answer is out.

    ``besides`` is a route asked for just before, whose line may still be coming.
    """
    until = time.monotonic() + 10
    while (
        len(found := [log for log in logs if log["event"] == "request" and log["route"] != besides]) < number
    ):
        assert time.monotonic() < until, found
        time.sleep(0.01)
    return found


@pytest.mark.requirement("SEC-01", "SEC-02")
def test_the_log_knows_routes_and_seats_and_no_persons(api: Api) -> None:
    secret = seats.who(seats.STREET, "discoverer", "person-zhang-san")
    with structlog.testing.capture_logs() as logs:
        opened = api.report(
            secret, channel="grid_patrol", code="S06-07", place="张三家门口", description="电话 13800000000"
        )
        api.get(secret, f"/v1/hazards/{opened.json()['id']}")
        api.get(secret, "/v1/hazards?text=13800000000")
        api.give(secret, opened.json()["id"], "clear_on_spot", evidence="13800000000")
        entries = noted(logs, 4)
    assert [entry["route"] for entry in entries] == [
        "/v1/hazards",
        "/v1/hazards/{hazard_id}",
        "/v1/hazards",
        "/v1/hazards/{hazard_id}/commands/clear_on_spot",
    ]
    assert [entry["status"] for entry in entries] == [201, 200, 200, 422]
    assert {(entry["unit"], entry["role"]) for entry in entries} == {("xiayang", "discoverer")}
    for text in ("zhang", "张三", "13800000000", "Bearer", "eyJ"):
        assert text not in str(logs)


def test_figures_count_routes_and_not_addresses(api: Api) -> None:
    hazard = api.reported()
    api.get(seats.DESK, f"/v1/hazards/{hazard}")
    api.get(seats.DESK, "/nowhere/13800000000")
    with api.anonymous() as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (
        'qingling_http_requests_total{method="GET",route="/v1/hazards/{hazard_id}",status="200"}'
        in answer.text
    )
    assert 'qingling_http_requests_total{method="GET",route="unmatched",status="404"}' in answer.text
    assert "qingling_http_request_seconds_bucket" in answer.text
    assert hazard not in answer.text and "13800000000" not in answer.text


@pytest.mark.parametrize(
    ("profile", "unit", "office"),
    [
        ("pingdu-town", "派出所", "镇综治办"),
        ("jingan", "彭浦镇", "区安委办"),
        ("putuo", "曹杨新村街道", "专班办公室"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/notices?state=failed"),
        ("POST", "/v1/notices/retry"),
        ("GET", "/v1/programme/registers"),
        ("GET", "/v1/bulletins/2026-10/summary.pdf"),
        ("GET", "/v1/contacts/{other}"),
    ],
)
def test_a_refusal_calls_the_office_by_the_district_s_own_name(
    api: Api, profile: str, unit: str, office: str, method: str, path: str
) -> None:
    clerk = seats.who(unit, "handler", "handler-1", profile)
    book = shipped_profiles()[profile]
    other = next(one.id for one in book.organisation.units if one.handles and one.id != clerk.actor.unit)
    answer = api.call(clerk, method, path.format(other=other))
    assert answer.status_code == 403
    assert office in answer.json()["detail_zh"], answer.text
    assert "清零办" not in answer.text
