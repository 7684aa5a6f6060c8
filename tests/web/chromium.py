"""The system's own Chromium, driven by Playwright: found on PATH, never downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = (
    "没有找到 Chromium，页面未在真实浏览器中检查；请安装（Debian：apt-get install chromium fonts-noto-cjk）"
    " | no Chromium on PATH: the pages were not looked at in a real browser; install chromium and fonts-noto-cjk"
)


def executable() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless browser. As root it runs without its sandbox, which root cannot have."""
    path = executable()
    assert path is not None, MISSING
    options = [*OPTIONS, "--no-sandbox"] if os.geteuid() == 0 else OPTIONS
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=options, headless=True)
        yield found
        found.close()
