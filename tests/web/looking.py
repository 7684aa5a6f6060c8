"""A browser that is watched: what it asks for, what it complains of, and who signs in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from deployment import load_sample
from tests import seats
from tests.web.conftest import Web

SAMPLE_SEATS = {
    "desk": ("desk", "desk"),
    "office": ("office", "office"),
    "liaison": ("xianghuaqiao", "liaison"),
    "handler": ("huaxin", "handler"),
}
GAS_PIPE, RENTAL, MARKET = "QP-2026-000003", "QP-2026-000005", "QP-2026-000006"


@dataclass
class Looking:
    """One window, and what was noticed while it was open."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path, wait_until="load")

    def sign_in(self, who: str) -> None:
        unit, role = SAMPLE_SEATS[who]
        self.open("/sign-in?profile=qingpu")
        if who in ("desk", "office"):
            self.page.locator(f"form:has(input[name=role][value={role}]) button").click()
        else:
            self.page.select_option("#unit", unit)
            self.page.select_option("#role", role)
            self.page.locator("form.panel button.primary").click()
        self.page.wait_for_load_state()

    def too_wide(self) -> int:
        """By how many pixels the page is wider than its window, or a table than its place."""
        return int(
            self.page.evaluate(
                """Math.max(
                  document.documentElement.scrollWidth - document.documentElement.clientWidth,
                  ...[...document.querySelectorAll("main table, main svg")].map(
                    one => Math.floor(one.getBoundingClientRect().width - one.parentElement.clientWidth)))"""
            )
        )


@contextmanager
def looking(
    browser: Browser, web: Web, *, width: int = 1280, language: str = "zh-CN", **more: Any
) -> Iterator[Looking]:
    context = browser.new_context(locale=language, viewport={"width": width, "height": 900}, **more)
    context.set_default_timeout(15_000)
    found = Looking(context.new_page(), web.url)
    found.page.on(
        "console",
        lambda said: found.complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    context.on(
        "request",
        lambda asked: found.foreign.append(asked.url) if not asked.url.startswith(web.url) else None,
    )
    yield found
    context.close()


def load(web: Web) -> None:
    """The sample as ``make run`` loads it."""
    client = web.qingpu.client
    settings = web.qingpu.settings.model_copy(
        update={
            "temporal_address": client.service_client.config.target_host,
            "temporal_namespace": client.namespace,
        }
    )
    web.loop.run(load_sample(settings))


def listed(web: Web) -> str:
    """A hazard under listing whose plan is approved: three units at work."""
    form = {
        "channel": "daily_patrol",
        "code": "S03-07",
        "place": "夏阳街道某仓库",
        "title": "仓库消防设施瘫痪",
    }
    hazard = str(web.report(seats.LIAISON, **form).json()["id"])
    for who, command, filled in (
        (seats.LIAISON, "request_listing", seats.LISTING),
        (seats.OFFICE, "forward_listing", {"report_document": "专报3号"}),
        (seats.AUTHORITY, "listing_approve", seats.APPROVAL),
        (seats.BUREAU_LIAISON, "sign", {"handler": "handler-3"}),
        (seats.LIAISON, "sign_subtask", {"handler": "handler-1"}),
        (seats.BUREAU_HANDLER, "submit_plan", seats.shared_plan()),
        (seats.SPONSOR, "plan_approve", {}),
        (seats.HANDLER, "report_subtask", {"text": "已完成"}),
    ):
        answer = web.give(who, hazard, command, **filled)
        assert answer.status_code == 200, answer.text
    return hazard
