"""The pages' benchmark runs and says all it should say; how fast anything is, no test asks."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.pages import COLUMNS, PAGES, TARGETS, district, markdown, measured, rows, worst
from settings import load_settings


def test_the_smallest_run_asks_every_page_and_gives_every_figure(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/district.db")
    said: list[str] = []
    district(settings, 12, 2, said.append)
    found = asyncio.run(measured(settings, 1, said.append))
    assert [one.path for one in found] == [page.path for page in PAGES]
    assert all(one.ms > 0 and one.sql_ms > 0 and one.wire_kb > 0 for one in found if one.statements)
    assert all(worst(found)[target.key] > 0 for target in TARGETS)
    told = {"at": "2026-11-24T09:00:00+08:00", "hazards": 24}
    assert len(markdown(told, found).splitlines()) == len(found) + 4
    assert all(len(row) == len(COLUMNS) for row in rows(found))


def test_a_district_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/district.db")
    said: list[str] = []
    for _ in range(2):
        district(settings, 2, 2, said.append)
    assert "沿用已有的 4 件隐患" in said[-1]
