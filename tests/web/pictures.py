"""``make pictures``: the pages as docs/pages.md shows them, taken in a real Chromium on the sample.

Small files: a palette of 128 colours, nothing of the camera in them.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pdfplumber
from PIL import Image

from domain.values import local
from tests import seats
from tests.api.conftest import Loop
from tests.conftest import NO_BROWSER, chromium_path
from tests.web.chromium import chromium
from tests.web.conftest import Web, serving
from tests.web.looking import GAS_PIPE, MARKET, RENTAL, eight_units, listed, load, looking
from workflows import programme

MANHOLE = "QP-2026-000004"
TALLEST = 1700
"""Where a picture ends: what is below repeats what is above."""
LISTS = (
    ("香花桥未清零", "unit=xianghuaqiao&open=true&order=due"),
    ("热线来件", "channel=hotline&order=reported"),
)
"""Lists that the office keeps under names of its own."""
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
TAKEN = (
    # name, seat, address, width of the window, language
    ("overview", "office", "/", 1280, "zh-CN"),
    ("overview-en", "office", "/", 1280, "en"),
    ("list", "office", "/hazards?open=true&order=due", 1280, "zh-CN"),
    ("hazard", "liaison", f"/hazards/{GAS_PIPE}/sign", 1280, "zh-CN"),
    ("hazard-phone", "handler", f"/hazards/{RENTAL}", 390, "zh-CN"),
    ("list-phone", "office", "/hazards?open=true&order=due", 390, "zh-CN"),
    ("inbox", "liaison", "/inbox", 1280, "zh-CN"),
    ("obligations", "office", "/obligations", 1280, "zh-CN"),
    ("programme", "office", "/programme", 1280, "zh-CN"),
    ("risk-points", "office", "/risk-points", 1280, "zh-CN"),
    ("risk-point", "office", "/risk-points/QP-R-000001", 1280, "zh-CN"),
    ("board", "office", "/board", 1280, "zh-CN"),
    ("unit", "office", "/units/xianghuaqiao", 1280, "zh-CN"),
    ("calendar", "office", "/calendar/2026", 1280, "zh-CN"),
)


def main() -> None:
    if chromium_path() is None:
        sys.exit(NO_BROWSER)
    FOLDER.mkdir(parents=True, exist_ok=True)
    loop = Loop()
    with tempfile.TemporaryDirectory() as folder, serving(loop, Path(folder)) as web:
        load(web)
        for hazard, colour in ((GAS_PIPE, "RED"), (RENTAL, "ORANGE"), (MARKET, "YELLOW")):
            web.give(
                seats.OFFICE,
                hazard,
                "classify",
                grade={"method": "MANUAL", "colour": colour, "grounds": "样例"},
            )
        listed(web)
        eight_units(web)
        loop.run(programme.ensure(web.qingpu.client, "qingpu", web.qingpu.settings.task_queue))
        for hazard, matter in ((GAS_PIPE, "请说明未按时签收的原因"), (MANHOLE, "请说明进展")):
            web.give(seats.OFFICE, hazard, "issue_notice", rung="L2", matter=matter)
        web.see(seats.OFFICE, "/hazards")
        for name, query in LISTS:
            web._browsers[seats.OFFICE].post("/views", data={"name": name, "query": query})
        _take(web)
        _first_page(web)
    loop.stop()


def _first_page(web: Web) -> None:
    """The circular of the sample's month, as it comes out of the printer."""
    month = f"{local(datetime.now(UTC)):%Y-%m}"
    made = web.see(seats.OFFICE, f"/bulletins/{month}/circular.pdf")
    with pdfplumber.open(BytesIO(made.content)) as paper:
        _keep("bulletin", paper.pages[0].to_image(resolution=96, antialias=True).original)


def _keep(name: str, picture: Image.Image) -> None:
    small = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(FOLDER / f"{name}.png", optimize=True)
    print(f"docs/pictures/{name}.png {(FOLDER / f'{name}.png').stat().st_size // 1024} KB")


def _take(web: Web) -> None:
    with chromium() as browser:
        for name, seat, address, width, language in TAKEN:
            with looking(browser, web, width=width, language=language) as window:
                window.sign_in(seat)
                window.open(address)
                shot = window.page.screenshot(full_page=True)
            picture = Image.open(BytesIO(shot))
            _keep(name, picture.crop((0, 0, picture.width, min(picture.height, TALLEST))))


if __name__ == "__main__":
    main()
