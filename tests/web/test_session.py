"""Who looks at a page, and that a form comes from our own pages."""

from __future__ import annotations

import httpx2
import pytest
import structlog

from api.server import production
from tests import seats
from tests.api.conftest import Loop, Served
from tests.api.test_problems import noted
from tests.web.conftest import Web, text_of
from web.app import install
from web.session import COOKIE
from web.signin import safe_path


def test_whoever_has_no_session_is_led_to_the_sign_in_and_back(web: Web) -> None:
    answer = web.browser().get("/hazards?overdue=true")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?back=%2Fhazards%3Foverdue%3Dtrue"


@pytest.mark.requirement("SEC-03")
def test_a_session_is_out_of_reach_of_scripts_and_foreign_pages(web: Web) -> None:
    browser = web.browser()
    answer = browser.post(
        "/sign-in", data={"profile": "qingpu", "unit": "desk", "role": "desk", "back": "/hazards"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/hazards")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(COOKIE) and "httponly" in cookie and "samesite=lax" in cookie
    assert "; secure" not in cookie, "this one came without TLS"
    assert browser.get("/hazards").status_code == 200


@pytest.mark.requirement("SEC-03")
@pytest.mark.parametrize(
    ("public", "forwarded", "kept"),
    [
        ("https://qingling.example", {}, True),
        (None, {"X-Forwarded-Proto": "https"}, True),
        ("http://qingling.example", {}, False),
        (None, {}, False),
    ],
)
def test_a_session_is_kept_to_tls_where_browsers_come_by_it(
    web: Web, loop: Loop, public: str | None, forwarded: dict[str, str], kept: bool
) -> None:
    """Whether the setting says so or a proxy on this machine: else anybody on the way could read the cookie."""
    settings = web.qingpu.settings.model_copy(update={"public_url": public, "sign_in": "seat"})
    served = Served(production(settings, install), loop)
    answer = httpx2.post(
        f"{served.url}/sign-in",
        data={"profile": "qingpu", "unit": "desk", "role": "desk"},
        headers={"Sec-Fetch-Site": "same-origin", **forwarded},
        trust_env=False,
    )
    served.stop()
    assert answer.status_code == 303
    assert ("; secure" in answer.headers["set-cookie"].lower()) is kept


@pytest.mark.requirement("SEC-03")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_form_from_elsewhere_does_nothing(web: Web, headers: dict[str, str]) -> None:
    hazard = web.assigned()
    web.see(seats.LIAISON, "/")
    browser = web._browsers[seats.LIAISON]
    client = web.anonymous(**headers, Cookie=f"{COOKIE}={browser.cookies[COOKIE]}")
    answer = client.post(f"/hazards/{hazard}/sign", data={"handler.person": "handler-1"})
    assert answer.status_code == 403
    assert "foreign-form" in answer.text
    assert web.get(seats.LIAISON, f"/v1/hazards/{hazard}").json()["state"] == "AWAITING_SIGNOFF"


def test_a_browser_that_says_only_its_origin_is_believed(web: Web) -> None:
    client = web.anonymous(Origin=web.url)
    answer = client.post("/sign-in", data={"profile": "qingpu", "unit": "desk", "role": "desk"})
    assert answer.status_code == 303


def test_signing_out_ends_the_session(web: Web) -> None:
    browser = web.browser(seats.DESK)
    assert browser.post("/sign-out").status_code == 303
    assert browser.get("/").status_code == 303


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize(
    ("unit", "role", "status"),
    [("xiayang", "desk", 403), ("nowhere", "liaison", 403), ("desk", "system", 403), ("desk", "boss", 401)],
)
def test_a_seat_that_does_not_exist_cannot_be_taken(web: Web, unit: str, role: str, status: int) -> None:
    answer = web.browser().post("/sign-in", data={"profile": "qingpu", "unit": unit, "role": role})
    assert answer.status_code == status
    assert COOKIE not in answer.cookies


def test_a_forged_session_is_no_session(web: Web) -> None:
    client = web.anonymous(Cookie=f"{COOKIE}=eyJhbGciOiJub25lIn0.e30.")
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "path", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "elsewhere", "", "/a\nb"]
)
def test_nobody_is_led_elsewhere_after_signing_in(path: str) -> None:
    assert safe_path(path) == "/"
    assert safe_path("/hazards?overdue=true") == "/hazards?overdue=true"


def test_the_language_is_kept_and_leads_back(web: Web) -> None:
    browser = web.browser(seats.DESK)
    answer = browser.get("/language?to=en&back=/hazards")
    assert (answer.status_code, answer.headers["location"]) == (303, "/hazards")
    page = browser.get("/hazards").text
    assert '<html lang="en">' in page and "Overdue" in text_of(page)
    browser.get("/language?to=zh&back=/")
    assert '<html lang="zh-CN">' in browser.get("/").text


@pytest.mark.parametrize("path", ["/no-such-page", "/hazards/QP-2026-999999", "/programme/routine/1999-01"])
def test_an_address_that_leads_nowhere_keeps_the_reader_s_seat_and_his_way_on(web: Web, path: str) -> None:
    answer = web.see(seats.LIAISON, path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 404
    text = text_of(answer.text)
    assert "夏阳街道 · 联络员" in text and "回到清单" in text and 'href="/inbox"' in answer.text
    assert "“routine”" not in text, "a duty is named as people name it"


def test_an_address_that_leads_nowhere_is_told_to_programs_as_before(web: Web) -> None:
    answer = web.see(seats.LIAISON, "/no-such-page", headers={"Accept": "application/json"})
    assert answer.status_code == 404 and answer.json()["code"] == "no-such-path"
    nobody = web.browser().get("/no-such-page", headers={"Accept": "text/html"})
    assert nobody.status_code == 404 and "回到总览" in nobody.text


@pytest.mark.requirement("SEC-01")
def test_the_log_of_a_page_names_its_address_and_no_hazard(web: Web) -> None:
    hazard = web.assigned()
    web.see(seats.LIAISON, "/inbox")  # signed in, and logged as such
    with structlog.testing.capture_logs() as logs:
        web.see(seats.LIAISON, f"/hazards/{hazard}")
        entries = noted(logs, 1, besides="/inbox")
    assert [one["route"] for one in entries] == ["/hazards/{number}"]
    assert hazard not in str(entries)
