"""A browser that is watched: what it asks for, what it complains of, and who signs in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, Page

from deployment import load_sample
from domain.values import local
from storage.scope import Principal
from tests import seats
from tests.api.conftest import AFTER
from tests.web.conftest import Web

SAMPLE_SEATS = {
    "desk": ("desk", "desk"),
    "office": ("office", "office"),
    "liaison": ("xianghuaqiao", "liaison"),
    "handler": ("huaxin", "handler"),
    "street": ("xiayang", "liaison"),
    "bureau": ("yingjiju", "liaison"),
    "quiet": ("jinze", "liaison"),
    "auditor": ("office", "auditor"),
}
"""``quiet`` has nothing to do and sees nothing."""
AT_A_PRESS = ("desk", "office", "auditor")
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
        if who in AT_A_PRESS:
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


def in_every_state(web: Web) -> dict[str, str]:
    """Hazards by what is particular about them."""
    found = {
        "reported": web.reported(), "registered": web.registered(), "planning": web.planning(),
        "triage": web.in_triage(), "ruling": web.to_be_ruled_on(), "key-control": web.under_key_control(),
        "recognition": web.to_be_recognised(), "cleared": web.cleared(), "look-back": web.looked_back_at(),
    }  # fmt: skip
    found["merged"] = web.reported()
    _done(web, seats.OFFICE, found["merged"], "merge", into=found["planning"], reason="同一件")
    found["dismissed"] = web.reported()
    ground = [{"kind": "document", "ref": "document-1"}]
    _done(web, seats.LIAISON, found["dismissed"], "verify_dismiss", reason="不属实", evidence=ground)
    found["closed"] = web.cleared()
    while web.get(seats.AUDITOR, f"/v1/hazards/{found['closed']}").json()["state"] != "CLOSED":
        web.forward_past_next(found["closed"])
        _done(web, seats.FINDER, found["closed"], "lookback_pass", evidence=[AFTER])
    found["overdue"] = web.assigned()
    for _ in range(8):  # up to a circular of criticism
        web.forward_past_next(found["overdue"])
    found["long story"] = web.remediating()
    for n in range(60):
        _done(web, seats.HANDLER, found["long story"], "progress", text=f"第{n}次进展", percent=n)
    wordy = seats.hotline(
        title="很长的标题" * 20, place="夏阳街道" + "某路某弄" * 40,
        description="居民反映房屋隔断出租。" * 90 + "\n" + "https://example.org/" + "a" * 180,
    )  # fmt: skip
    found["long words"] = str(web.report(seats.DESK, **wordy).json()["id"])
    return found


def eight_units(web: Web) -> str:
    """A hazard under listing with eight units, whose parts stand differently."""
    joining = ["夏阳街道", "区应急局", "盈浦街道", "香花桥街道", "赵巷镇", "徐泾镇", "华新镇"]
    title = "物流园区多栋仓库消防设施瘫痪、违规储存危险化学品"
    form = {"channel": "daily_patrol", "code": "S03-07", "place": "夏阳街道某物流园区", "title": title}
    hazard = str(web.report(seats.LIAISON, **form).json()["id"])
    work = [
        "统筹验收",
        "清退租户",
        "转移危化品",
        "拆除违建",
        "恢复消防设施",
        "改造用电",
        "疏通道路",
        "监测预警",
    ]
    nodes = [
        {"what": what, "due": (local(datetime.now(UTC)) + timedelta(days=20 + 5 * n)).date(), "unit": unit}
        for n, (unit, what) in enumerate(zip(["区交通委", *joining], work, strict=True))
    ]
    for who, command, filled in (
        (seats.LIAISON, "request_listing", {**seats.LISTING, "suggested_units": ["区交通委", *joining]}),
        (seats.OFFICE, "forward_listing", {"report_document": "专报8号"}),
        (seats.AUTHORITY, "listing_approve", {**seats.APPROVAL, "cooperating": joining}),
        (seats.BUREAU_LIAISON, "sign", {"handler": "handler-3"}),
        (seats.LIAISON, "sign_subtask", {"handler": "handler-1"}),
        (seats.EMERGENCY_LIAISON, "sign_subtask", {"handler": "handler-4"}),
        (seats.OTHER_STREET, "sign_subtask", {"handler": "handler-5"}),
        (seats.BUREAU_HANDLER, "submit_plan", {**seats.shared_plan(), "milestones": nodes}),
        (seats.SPONSOR, "plan_approve", {}),
        (seats.HANDLER, "report_subtask", {"text": "已完成"}),
        (seats.EMERGENCY_HANDLER, "report_subtask", {"text": "已完成"}),
        (seats.BUREAU_LIAISON, "confirm_subtask", {"unit": "区应急局"}),
    ):
        _done(web, who, hazard, command, **filled)
    return hazard


def _done(web: Web, who: Principal, hazard: str, command: str, **filled: Any) -> None:
    answer = web.give(who, hazard, command, **filled)
    assert answer.status_code == 200, answer.text


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
        _done(web, who, hazard, command, **filled)
    return hazard
