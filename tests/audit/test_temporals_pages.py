"""Temporal's own pages: a hazard's workflow reads there in words, and an archived history opens at its import."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from audit import objects
from domain.values import HazardId
from tests import seats
from tests.conftest import NO_BROWSER, chromium_path
from tests.engine.test_lifecycle import registered
from tests.notices.conftest import free_port
from tests.server import District, district
from tests.web.chromium import OPTIONS
from workflows import namespace

pytestmark = pytest.mark.skipif(chromium_path() is None, reason=NO_BROWSER)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, District, HazardId]]:
    """The address of a server's pages, and a hazard on it that has been signed for."""
    port = free_port()
    async with await WorkflowEnvironment.start_local(
        ip="127.0.0.1",
        ui=True,
        ui_port=port,
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        dev_server_log_level="error",
    ) as environment:
        await namespace.prepare(environment.client)
        async with district(environment.client, tmp_path_factory.mktemp("pages")) as at:
            hazard = await registered(at)
            await at.give(seats.DESK, hazard, "assign", target=seats.STREET)
            await at.give(seats.LIAISON, hazard, "sign", handler={"person": "handler-1"})
            yield f"http://127.0.0.1:{port}", at, hazard


@pytest_asyncio.fixture(loop_scope="session")
async def page() -> AsyncIterator[Page]:
    options = [*OPTIONS, "--no-sandbox"] if os.geteuid() == 0 else OPTIONS
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=options)
        yield await browser.new_page(viewport={"width": 1400, "height": 1500})
        await browser.close()


@pytest.mark.requirement("REG-08")
async def test_operators_read_what_was_done_and_what_is_waited_for(
    pages: tuple[str, District, HazardId], page: Page
) -> None:
    address, at, hazard = pages
    run = (await at.client.get_workflow_handle(hazard).describe()).run_id
    about = f"{address}/namespaces/{at.client.namespace}/workflows/{hazard}/{run}"
    await page.goto(f"{about}/history")
    for said in ("第1步 登记隐患", "第2步 核实属实", "第4步 签收", "签收期限届满", "方案期限届满"):
        await expect(page.get_by_text(said, exact=False).first).to_be_visible(timeout=15_000)
    await page.goto(f"{about}/user-metadata")
    details = page.frame_locator("iframe").last.locator("body")
    await expect(details).to_contain_text("方案", timeout=15_000)
    await expect(details).to_contain_text("夏阳街道")


async def test_an_archived_history_opens_at_the_import(
    pages: tuple[str, District, HazardId], page: Page, tmp_path: Path
) -> None:
    """The very object that the archive holds, unpacked."""
    address, at, hazard = pages
    history = await at.client.get_workflow_handle(hazard).fetch_history()
    file = tmp_path / "history.json"
    file.write_text(objects.unpacked(objects.history_body(history)), encoding="utf-8")

    await page.goto(f"{address}/import/events")
    await page.set_input_files("input[type=file]", file)
    await page.get_by_role("button", name="Import", exact=True).last.click()
    await expect(page.get_by_text("Workflow Execution Started").first).to_be_visible(timeout=15_000)
    await expect(page.get_by_text("第4步 签收").first).to_be_visible()
    await expect(page.get_by_text("Workflow Execution Update Accepted")).to_have_count(3)
