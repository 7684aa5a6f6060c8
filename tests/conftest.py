"""For the whole run: what could not be looked at is said loudly at its end."""

from __future__ import annotations

import shutil

import pytest

from tests import databases

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "没有找到 Chromium，页面未在真实浏览器中检查；请安装（Debian：apt-get install chromium fonts-noto-cjk）"
    " | no Chromium on PATH: the pages were not looked at in a real browser; install chromium and fonts-noto-cjk"
)
NO_OFFICE = (
    "没有找到 LibreOffice，通报和表格未在办公软件中打开；请安装"
    "（Debian：apt-get install --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui）"
    " | no soffice on PATH: bulletins and sheets were not opened in an office software; install LibreOffice"
)


def chromium_path() -> str | None:
    """The system's own browser, if it has one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def office_path() -> str | None:
    """The system's own office software, if it has one."""
    return shutil.which("soffice")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=databases.KINDS,
        default="sqlite",
        help="what the districts of the tests are kept in",
    )


def pytest_configure(config: pytest.Config) -> None:
    databases.Run.kind = config.getoption("--database")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a slow test go first: at the end of a run that has one left, all other processes would wait."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_unconfigure() -> None:
    databases.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if chromium_path() is None:
        terminalreporter.write_sep("!", "页面未检查 | pages not looked at", red=True, bold=True)
        terminalreporter.write_line(NO_BROWSER, red=True)
    if office_path() is None:
        terminalreporter.write_sep(
            "!", "公文和表格未打开 | papers and sheets not opened", red=True, bold=True
        )
        terminalreporter.write_line(NO_OFFICE, red=True)
