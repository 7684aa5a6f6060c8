"""The auditors' benchmark runs and says all it should say; how fast anything is, no test asks."""

from __future__ import annotations

from pathlib import Path

from bench.audit import TARGETS, measured


def test_the_smallest_run_gives_every_figure(tmp_path: Path) -> None:
    said: list[str] = []
    found = measured(tmp_path / "bench", times=1, hazards=10, rounds=1, say=said.append)
    assert found.keys() >= {target.key for target in TARGETS}
    assert all(found[target.key] > 0 for target in TARGETS) and len(said) == 2
