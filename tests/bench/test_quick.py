"""The benchmark runs and says all it should say; how fast anything is, no test asks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from bench import delivery
from bench.figures import TARGETS
from bench.run import SMALLEST, run
from bench.show import show, write_docs


@pytest.mark.slow
async def test_the_smallest_run_gives_every_figure(tmp_path: Path) -> None:
    found = await run(SMALLEST, tmp_path / "bench", lambda _line: None)
    assert json.loads(json.dumps(found)).keys() >= {target.key for target in TARGETS}
    assert {row["way"] for row in found["rows"]} == {"floor", "client", "http"}
    assert {one["how"] for one in found["starts"]} == {"bare", "import"}
    for row in found["rows"]:
        assert row["cpu_ms"].keys() >= {"server", "worker", "caller"}

    with (tmp_path / "terminal").open("w") as file:
        show(found, Console(file=file, width=200))
    assert TARGETS[0].zh in (tmp_path / "terminal").read_text()

    docs = tmp_path / "performance.md"
    docs.write_text("before\n<!-- bench: begin -->old<!-- bench: end -->\nafter\n")
    write_docs(found, docs)
    text = docs.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "old" not in text and TARGETS[0].zh in text


async def test_the_cost_of_a_delivery_is_measured(tmp_path: Path) -> None:
    found = await delivery.measure(80, tmp_path)
    assert found["delivered_per_s"] > 0 and all(value > 0 for value in found.values())
