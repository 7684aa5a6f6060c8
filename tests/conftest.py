"""For the whole run: what could not be looked at is said loudly at its end."""

from __future__ import annotations

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "没有找到 Chromium，页面未在真实浏览器中检查；请安装（Debian：apt-get install chromium fonts-noto-cjk）"
    " | no Chromium on PATH: the pages were not looked at in a real browser; install chromium and fonts-noto-cjk"
)


def chromium_path() -> str | None:
    """The system's own browser, if it has one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if chromium_path() is None:
        terminalreporter.write_sep("!", "页面未检查 | pages not looked at", red=True, bold=True)
        terminalreporter.write_line(NO_BROWSER, red=True)
