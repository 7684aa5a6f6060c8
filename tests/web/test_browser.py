"""The pages in a real Chromium, on the sample that ``make run`` loads: read, filter, act, be refused, print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from domain.values import local
from tests import seats
from tests.api.conftest import Loop
from tests.conftest import NO_BROWSER, chromium_path
from tests.web.chromium import chromium
from tests.web.conftest import Web, serving
from tests.web.looking import GAS_PIPE, MARKET, RENTAL, load, looking

pytestmark = pytest.mark.skipif(chromium_path() is None, reason=NO_BROWSER)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def sample(loop: Loop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving(loop, tmp_path_factory.mktemp("sample")) as found:
        load(found)
        yield found


def test_a_phone_can_act(sample: Web, browser: Browser) -> None:
    with looking(browser, sample, width=390) as window:
        window.sign_in("handler")
        window.open(f"/hazards/{RENTAL}")
        window.page.locator("#do-progress summary").click()
        assert window.too_wide() <= 0
        assert Axe().run(window.page).response["violations"] == []


@pytest.mark.requirement("SUP-01", "ACT-19", "PLN-01")
def test_a_new_user_finds_the_overdue_hazard_signs_it_files_the_plan_and_sees_the_change(
    sample: Web, browser: Browser
) -> None:
    """All of it without a script: what needs one would fail here."""
    with looking(browser, sample, java_script_enabled=False) as window:
        page = window.page
        window.sign_in("desk")
        late = page.locator("section", has_text="已经超期").locator("tbody tr").first
        expect(late).to_contain_text("燃气管线破裂")
        expect(late).to_contain_text("超期 1 小时")
        late.locator("a").click()
        expect(page.locator(".now")).to_contain_text("等待香花桥街道办理“签收”")
        expect(page.locator(".next")).to_contain_text("L2 督办（签收）")
        expect(page.locator(".next")).to_contain_text("香花桥街道一把手")
        expect(page.locator("#do-sign")).to_have_count(0)  # not the desk's to sign
        expect(page.locator(".cannot")).to_contain_text("“签收”只能由管辖（责任）单位的联络员办理")

        page.get_by_role("button", name="退出").click()
        window.sign_in("liaison")
        page.get_by_role("link", name="待办").click()
        page.locator("tr", has_text="签收").get_by_role("link", name="去办理").first.click()
        page.locator("#do-sign button.primary").click()
        expect(page.locator("#do-sign .fault")).to_contain_text("必填")  # refused: no handler named
        page.locator("#sign-handler\\.person").fill("trial-h1")
        page.locator("#sign-handler\\.post").fill("安监队队长")
        page.locator("#do-sign button.primary").click()
        expect(page.get_by_role("status")).to_contain_text("“签收”已办理")
        expect(page.locator(".now .big")).to_have_text("方案制定中")

        node = local(sample.clock() + timedelta(hours=2))
        page.locator("#do-submit_plan summary").click()
        form = page.locator("#do-submit_plan")
        form.locator("[name='responsible_leader.person']").fill("trial-l1")
        form.locator("[name=measures]").fill("警戒疏散，关阀抢修")
        form.locator("[name='milestones.0.what']").fill("恢复供气并检测")
        form.locator("[name='goals.0.text']").fill("无泄漏")
        form.locator("button.primary").click()
        expect(form.locator(".fault").first).to_contain_text("必填")  # refused: no date; the rest is kept
        expect(form.locator("[name=measures]")).to_have_value("警戒疏散，关阀抢修")
        form.locator("[name='milestones.0.due.day']").fill(node.date().isoformat())
        form.locator("[name='milestones.0.due.time']").fill(f"{node:%H:%M}")
        form.locator("button.primary").click()
        expect(page.get_by_role("status")).to_contain_text("“提交一患一方案”已办理")
        expect(page.locator(".milestones")).to_contain_text("恢复供气并检测")

        page.get_by_role("link", name="待办").click()
        expect(page.locator("main")).to_contain_text("整治")
        page.get_by_role("link", name="总览").click()
        expect(page.locator("section", has_text="已经超期")).not_to_contain_text("燃气管线破裂")
        page.goto(f"{sample.url}/hazards?state=REMEDIATING&text=燃气")
        expect(page.locator("tbody tr")).to_have_count(1)
    assert sample.get(seats.AUDITOR, f"/v1/hazards/{GAS_PIPE}").json()["state"] == "REMEDIATING"


def test_a_list_is_narrowed_and_ordered_by_hand(sample: Web, browser: Browser) -> None:
    with looking(browser, sample, java_script_enabled=False) as window:
        page = window.page
        window.sign_in("office")
        page.get_by_role("link", name="清单").click()
        page.get_by_label("状态").select_option("SELF_ASSESSMENT")
        page.get_by_role("button", name="查询").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody")).to_contain_text(MARKET)
        assert "state=SELF_ASSESSMENT" in page.url
        page.get_by_role("link", name="按期限").click()
        assert "state=SELF_ASSESSMENT" in page.url and "order=due" in page.url
        page.get_by_role("link", name="清除条件").click()
        expect(page.locator("tbody tr").nth(5)).to_be_visible()


def test_the_language_is_changed_by_one_link_on_the_same_page(sample: Web, browser: Browser) -> None:
    with looking(browser, sample, java_script_enabled=False) as window:
        window.sign_in("office")
        window.open("/hazards?order=due")
        window.page.get_by_role("link", name="English").click()
        assert window.page.url.endswith("/hazards?order=due")
        expect(window.page.get_by_role("heading", level=1)).to_have_text("Hazards")
        window.page.get_by_role("link", name="中文").click()
        expect(window.page.get_by_role("heading", level=1)).to_have_text("清单")


@pytest.mark.parametrize("path", ["/", "/hazards", f"/hazards/{RENTAL}", "/calendar/2026"])
def test_a_page_prints_on_a4_without_what_only_a_screen_needs(
    sample: Web, browser: Browser, path: str
) -> None:
    with looking(browser, sample) as window:
        window.sign_in("office")
        window.open(path)
        window.page.emulate_media(media="print")
        expect(window.page.locator(".top nav")).to_be_hidden()
        expect(window.page.locator("footer")).to_contain_text("区清零办")  # who printed it, and when
        document = window.page.pdf(prefer_css_page_size=True)
        sizes = {
            tuple(map(float, box)) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", document)
        }
        assert sizes and all(abs(w - 595) < 2 and abs(h - 842) < 2 for w, h in sizes)


def test_a_wall_display_renews_itself_when_something_changes(sample: Web, browser: Browser) -> None:
    with looking(browser, sample) as window:
        with window.page.expect_request("**/live"):
            window.sign_in("desk")
        cell = window.page.locator(".map a[href*=xianghuaqiao]")
        expect(cell).to_contain_text("未评级")
        sample.give(
            seats.OFFICE, GAS_PIPE, "classify", grade={"method": "MANUAL", "colour": "RED", "grounds": "在燃"}
        )
        expect(cell).to_contain_text("红", timeout=10_000)
        assert window.complaints == []
