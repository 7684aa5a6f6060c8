"""Every page in a real Chromium: axe, console, foreign requests, three widths, A4, both languages, scripts off.

Which pages there are is asked of the application: one that nobody visits here fails.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from domain.values import local
from settings import load_settings
from tests import seats
from tests.api.conftest import Loop
from tests.conftest import NO_BROWSER, chromium_path
from tests.web.chromium import chromium
from tests.web.conftest import Web, serving
from tests.web.looking import GAS_PIPE, RENTAL, Looking, eight_units, in_every_state, listed, load, looking
from web.app import install
from workflows import programme

pytestmark = pytest.mark.slow

without_browser = pytest.mark.skipif(chromium_path() is None, reason=NO_BROWSER)
NOW = local(datetime.now(UTC))
VISITS: dict[str, tuple[tuple[str, str], ...]] = {
    # route: whose page, and its address; {name} is one of the hazards of `sample`
    "/": (("office", "/"), ("street", "/"), ("quiet", "/")),
    "/inbox": (("street", "/inbox"), ("street", "/inbox?to=unit"), ("office", "/inbox"), ("quiet", "/inbox")),
    "/notices": (("office", "/notices"), ("office", "/notices?show=unread")),
    "/obligations": (("office", "/obligations"), ("office", "/obligations?state=&kind=reason"), ("quiet", "/obligations")),
    "/hazards": (
        ("office", "/hazards"), ("office", "/hazards?overdue=true&order=due&mode=GENERAL"),
        ("office", "/hazards?text=没有这样的"), ("office", "/hazards?unit=没有此单位"), ("quiet", "/hazards"),
    ),
    "/hazards/{number}": (
        ("office", f"/hazards/{GAS_PIPE}"), ("office", f"/hazards/{RENTAL}"), ("office", "/hazards/QP-2026-999999"),
        ("auditor", "/hazards/{long story}"), ("street", "/hazards/{planning}?act=plan"),
        *(("office", f"/hazards/{{{name}}}") for name in (
            "eight", "listed", "reported", "registered", "planning", "triage", "ruling", "key-control",
            "recognition", "cleared", "look-back", "merged", "dismissed", "closed", "overdue", "long story", "long words",
        )),
    ),
    "/hazards/{number}/{command}": (
        ("liaison", f"/hazards/{GAS_PIPE}/sign"), ("office", "/hazards/{triage}/triage_route"),
    ),
    "/report": (("desk", "/report"), ("auditor", "/report")),
    "/programme": (("office", "/programme"), ("office", "/programme?show=all"), ("quiet", "/programme")),
    "/programme/{duty}/{label}": (
        ("office", f"/programme/routine/{NOW:%Y-%m}"), ("street", f"/programme/routine/{NOW:%Y-%m}"),
    ),
    "/risk-points": (("office", "/risk-points"), ("quiet", "/risk-points")),
    "/risk-points/new": (("bureau", "/risk-points/new"),),
    "/risk-points/{number}": (("office", "/risk-points/QP-R-000001"), ("office", "/risk-points/QP-R-999999")),
    "/board": (("office", "/board"), ("quiet", "/board")),
    "/units": (("office", "/units"),),
    "/units/{unit}": (("office", "/units/xianghuaqiao"), ("office", "/units/jinze")),
    "/catalogue": (("office", "/catalogue"),),
    "/catalogue/{code}": (("office", "/catalogue/B01-03"),),
    "/calendar": (("office", "/calendar"),),
    "/calendar/{year}": (("office", f"/calendar/{NOW.year}"), ("office", f"/calendar/{NOW.year + 1}")),
    "/sign-in": (("office", "/sign-in?profile=qingpu"), ("office", "/sign-in?profile=pingdu-town")),
}  # fmt: skip
NO_PAGE = {
    "/live": "a stream",
    "/language": "leads back to where one was",
    "/sign-in/start": "leads to the identity provider",
    "/sign-in/callback": "leads in",
    "/bulletins/{month}/{kind}.{ending}": "a document",
}
ANSWERED = re.compile(r"responded with a status of 4\d\d")
"""What Chromium itself writes when a page refuses something; the page is there all the same."""
SHEETS = (".csv", ".xlsx")
WIDTHS = (1280, 768, 390)
A4 = 688
"""The width that A4 leaves between its margins, in the pixels of a page."""
IN_PIECES = """[...document.querySelectorAll("td .badge")].filter(one => one.offsetHeight > 30).map(one => one.innerText)"""
UNNAMED = (
    """[...document.querySelectorAll("table.hazards td.num:not([data-label])")].map(one => one.innerText)"""
)
CODES = r"""(document.querySelector("main").innerText.match(/\b[A-Z]{3,}_[A-Z_]+\b|<\w+\.\w+:/g) || [])"""
CHINESE = r"""[...document.querySelectorAll("th, nav a, button, label, legend, h1:not(.hazard-title *), .panel:not(.board) > h2")]
    .map(one => one.innerText).filter(text => /[\u4e00-\u9fff]/.test(text) && text !== "中文")"""
NAMED_IN_CHINESE = ("/catalogue", "/sign-in", "/risk-points/", "/hazards/", "/programme/")
"""Pages whose headings are what people wrote, or names that are Chinese only."""


@dataclass(frozen=True)
class Stand:
    web: Web
    hazards: dict[str, str]

    def pages(self) -> dict[str, list[str]]:
        """Addresses by who opens them, so that each signs in once."""
        found: dict[str, list[str]] = defaultdict(list)
        for visits in VISITS.values():
            for who, path in visits:
                found[who].append(path.format_map(self.hazards))
        return found


@pytest.fixture(scope="module")
def stand(loop: Loop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with serving(loop, tmp_path_factory.mktemp("every")) as web:
        load(web)
        loop.run(programme.ensure(web.qingpu.client, "qingpu", web.qingpu.settings.task_queue))
        hazards = {**in_every_state(web), "eight": eight_units(web), "listed": listed(web)}
        for rung, matter in (("L1", "请抓紧"), ("L2", "请说明原因")):
            web.give(seats.OFFICE, hazards["planning"], "issue_notice", rung=rung, matter=matter)
        yield Stand(web, hazards)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_every_page_of_the_application_is_visited_here(tmp_path: Path) -> None:
    app = FastAPI(openapi_url=None)
    install(app, load_settings(var_dir=tmp_path, sign_in="seat"))
    routes = {
        route.path
        for route in app.routes
        if "GET" in (getattr(route, "methods", None) or ()) and not route.path.endswith(SHEETS)  # type: ignore[attr-defined]
    }
    assert routes == {*VISITS, *NO_PAGE}


@without_browser
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_readable_on_every_width_and_on_paper(
    stand: Stand, browser: Browser, language: str
) -> None:
    """axe finds nothing, nothing is asked of anybody else, the console is silent, nothing sticks out."""
    faults: dict[str, Any] = {}
    for who, paths in stand.pages().items():
        with looking(browser, stand.web, language=language) as window:
            window.sign_in(who)
            for path in paths:
                window.open(path)
                faults |= {f"{who} {path} {what}": found for what, found in _faults(window, path, language)}
            faults |= {f"{who} asks elsewhere": one for one in window.foreign}
            faults |= {f"{who} complains": one for one in window.complaints if not ANSWERED.search(one)}
    assert faults == {}


def _faults(window: Looking, path: str, language: str) -> Iterator[tuple[str, Any]]:
    page = window.page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if (by := window.too_wide()) > 0:
            yield f"too wide at {width}", by
        if width == 1280 and language == "zh-CN":  # the English page has the same elements and colours
            if broken := Axe().run(page).response["violations"]:
                yield "axe", [one["id"] for one in broken]
            if torn := page.evaluate(IN_PIECES):
                yield "badges in pieces", torn
    if headings := page.locator("h1").count() - 1:
        yield "headings", headings
    for what, script in (("unnamed on a phone", UNNAMED), ("codes", CODES)):
        if found := page.evaluate(script):
            yield what, found
    if language == "en" and not path.startswith(NAMED_IN_CHINESE) and (found := page.evaluate(CHINESE)):
        yield "Chinese", found
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4, "height": 971})
    if (by := window.too_wide()) > 0:
        yield "too wide for A4", by
    if page.locator(".top nav, .filters, .acts, .urge").locator("visible=true").count():
        yield "prints what only a screen needs", path
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})


@without_browser
def test_no_page_needs_a_script_and_only_the_overview_has_one(stand: Stand, browser: Browser) -> None:
    for who, paths in stand.pages().items():
        with looking(browser, stand.web, java_script_enabled=False) as window:
            window.sign_in(who)
            for path in paths:
                window.open(path)
                expect(window.page.locator("h1")).to_have_count(1)
                assert len(window.page.locator("main").inner_text().split()) > 1, path
                assert ("<script" in window.page.content()) is (path == "/"), path


@without_browser
def test_what_answers_a_form_can_be_read_too(stand: Stand, browser: Browser) -> None:
    with looking(browser, stand.web, width=390) as window:
        page = window.page
        window.sign_in("office")
        window.open("/hazards?open=true")
        page.locator("input[name=hazard]").first.check()
        page.locator("input[name=hazard]").nth(1).check()
        page.locator("#matter").fill("请抓紧办理")
        page.get_by_role("button", name="发出催办").click()
        expect(page.locator("main")).to_contain_text("共选 2 件")
        assert (window.too_wide() <= 0, Axe().run(page).response["violations"]) == (True, [])

    with looking(browser, stand.web, width=390) as window:
        page = window.page
        window.sign_in("street")
        window.open(f"/hazards/{stand.hazards['planning']}?act=plan")
        page.locator("#do-submit_plan button.primary").click()
        expect(page.locator("#do-submit_plan .fault").first).to_contain_text("必填")
        assert (window.too_wide() <= 0, Axe().run(page).response["violations"]) == (True, [])
