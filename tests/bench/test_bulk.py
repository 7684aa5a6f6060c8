"""The benchmark of what takes a whole district runs and says all it should say; how fast anything is, no test asks."""

from __future__ import annotations

from pathlib import Path

from bench.bulk import SHEET_COLUMNS, WANTED, Rebuilt, cells, markdown, middle, rebuilt, verdict, written
from bench.pages import district
from settings import load_settings


def test_the_smallest_run_makes_all_rows_twice_and_writes_every_sheet(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/district.db")
    url = settings.database_url.get_secret_value()
    said: list[str] = []
    district(settings, 6, 2, said.append)

    (one,) = rebuilt(url, tmp_path / "bare.db", 1, said.append)  # raises where rows are missing
    papers = written(url, tmp_path, [5], said.append)

    assert one.hazards == 12 and one.events > 12 and one.events_per_s > 0 and one.bare_per_s > 0
    assert [(paper.kind, paper.rows) for paper in papers] == [("csv", 5), ("xlsx", 5)]
    assert not (tmp_path / "bare.db").exists()
    assert all(len(row) == len(SHEET_COLUMNS) for row in cells(papers))
    assert "| csv | 5 |" in markdown("2026-11-24T09:00:00+08:00", one, 1, papers)


def test_the_target_is_half_of_the_bare_loop_where_that_is_less() -> None:
    slow, fast = Rebuilt(1, 1, 9_000, 20_000), Rebuilt(1, 1, 21_000, 90_000)
    assert slow.target.limit == 10_000 and verdict(slow) == "差 10% missed"
    assert fast.target.limit == WANTED and verdict(fast) == "达到 met"
    assert middle([slow, fast, fast]) == fast
