"""The system's own Chromium, driven by Playwright: found on PATH, never downloaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import NO_BROWSER, chromium_path

OPTIONS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser. As root it runs without its sandbox, which root cannot have."""
    path = chromium_path()
    assert path is not None, NO_BROWSER
    options = [*OPTIONS, "--no-sandbox"] if os.geteuid() == 0 else OPTIONS
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=options, headless=True)
        yield found
        found.close()
