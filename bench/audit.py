"""``python -m bench.audit``: what replaying and verifying cost beside the least they could cost.

Side by side in each round: the golden histories through Temporal's bare Replayer and through ``qingling
replay``'s own path (ledger and read model compared), both from the same JSON texts; and the ledger through a
loop that only reads and hashes it and through the chains of ``qingling verify``.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from audit.chains import Chains
from audit.findings import Finding
from audit.replays import Replays
from audit.sources import Source, Told
from audit.store import Folder
from audit.verify import verify
from bench.figures import Target
from bench.pages import DOCS
from bench.show import between_marks, grid
from domain.library import LIBRARY
from domain.values import HazardId, local
from settings import load_settings
from storage import ledger, migrate, rulebooks
from storage.database import Database
from storage.parallel import spread
from tests.audit.golden import Golden
from tests.audit.lives import fill
from tests.engine.test_golden import HISTORIES
from tests.storage.stories import BOOKS, CALENDAR
from workflows.hazard import HazardWorkflow

MARKS = ("<!-- bench.audit: begin -->", "<!-- bench.audit: end -->")
HISTORIES_OF_ALL = sorted(HISTORIES.glob("*.history.json"))
TARGETS = (
    Target("replay_over_bare", "复演 / 裸 Replayer，一个进程", "replay / bare Replayer, one process", 0.8, True),
    Target("replay_2_over_bare", "复演 / 裸 Replayer，两个进程", "replay / bare Replayer, two processes", 1.5, True),
    Target("verify_over_hashing", "核验台账 / 只读取并散列", "verifying chains / reading and hashing", 0.5, True),
)  # fmt: skip


@cache
def _texts(name: str) -> tuple[str, ...]:
    runs = json.loads((HISTORIES / f"{name}.history.json").read_text(encoding="utf-8"))
    return tuple(json.dumps(run, ensure_ascii=False) for run in runs)


class _Texts:
    """Where the product finds histories: the very texts that the bare Replayer is given."""

    def __init__(self, names: dict[HazardId, str]) -> None:
        self._names = names

    async def of(self, hazard: HazardId) -> Told:
        runs = [WorkflowHistory.from_json(hazard, text) for text in _texts(self._names[hazard])]
        return Told(tuple(runs), (Source.ARCHIVE,) * len(runs))


def product(url: str, names: dict[HazardId, str], asked: Sequence[HazardId]) -> int:
    """Replay and compare; returns how many events of histories that were. For a process of its own too."""
    database = Database.connect(url, size=1)

    async def replayed() -> int:
        found = [outcome async for outcome in Replays(database, _Texts(names)).all(asked)]  # type: ignore[arg-type]
        if not all(outcome.identical for outcome in found):
            raise RuntimeError("a golden history differs from its ledger")
        return sum(outcome.events for outcome in found)

    try:
        return asyncio.run(replayed())
    finally:
        database.close()


def bare(names: dict[HazardId, str], asked: Sequence[HazardId]) -> int:
    events = 0

    async def histories() -> AsyncIterator[WorkflowHistory]:
        nonlocal events
        for hazard in asked:
            for text in _texts(names[hazard]):
                history = WorkflowHistory.from_json(hazard, text)
                events += len(history.events)
                yield history

    async def replay() -> None:
        replayer = Replayer(
            workflows=[HazardWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
            data_converter=pydantic_data_converter,
        )
        await replayer.replay_workflows(histories())

    asyncio.run(replay())
    return events


def replays(url: str, times: int, rounds: int, say: Any) -> list[dict[str, float]]:
    database = Database.connect(url)
    names = Golden(database).names
    database.read_now(rulebooks.load_into, LIBRARY)
    database.close()
    asked = list(names) * times
    product(url, names, list(names))  # warm
    found = []
    for _ in range(rounds):
        one: dict[str, float] = {}
        for how in ("bare", "one", "two"):
            begun = time.perf_counter()
            if how == "bare":
                events = bare(names, asked)
            else:
                jobs = 1 if how == "one" else 2
                parts = spread(
                    partial(product, url, names), asked, jobs=jobs, together=-(-len(asked) // jobs)
                )
                events = sum(count for _, count in parts)
            one[how] = events / (time.perf_counter() - begun)
        say(f"bare {one['bare']:.0f} · one process {one['one']:.0f} · two {one['two']:.0f} events/s")
        found.append(one)
    return found


def chains(url: str, rounds: int, say: Any) -> list[dict[str, float]]:
    database = Database.connect(url)
    file = url.removeprefix("sqlite:///")
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        with sqlite3.connect(file) as connection:
            rows = 0
            for prev, own, body in connection.execute(
                "SELECT prev_hash, hash, body FROM ledger ORDER BY hazard_id, seq"
            ):
                if hashlib.sha256(f"{prev}\n{body}".encode()).hexdigest() != own:
                    raise RuntimeError("a hash does not hold")
                rows += 1
        hashing = rows / (time.perf_counter() - begun)
        connection.close()
        checking = Chains()
        begun = time.perf_counter()

        def check(connection: Connection, checking: Chains = checking) -> list[Finding]:
            return list(checking.check(ledger.links(connection)))

        wrong = database.read_now(check)
        if wrong or checking.rows != rows:
            raise RuntimeError("the ledger does not verify")
        found.append({"hashing": hashing, "chains": rows / (time.perf_counter() - begun), "rows": rows})
        say(f"hashing {hashing:.0f} · chains {found[-1]['chains']:.0f} rows/s of {rows}")
    database.close()
    return found


def measured(folder: Path, *, times: int, hazards: int, rounds: int, say: Any) -> dict[str, Any]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    golden, full = f"sqlite:///{folder / 'golden.db'}", f"sqlite:///{folder / 'full.db'}"
    for url in (golden, full):
        migrate.upgrade(url)
    database = Database.connect(full)
    for book in BOOKS.values():
        database.write_now(rulebooks.publish, book)
    database.write_now(rulebooks.publish_calendar, CALENDAR)
    fill(database, hazards)
    database.close()
    replayed = replays(golden, times, rounds, say)
    hashed = chains(full, rounds, say)
    begun = time.perf_counter()
    whole = verify(full, Folder(folder / "none"), [], jobs=2)
    return {
        "replay_over_bare": median(one["one"] / one["bare"] for one in replayed),
        "replay_2_over_bare": median(one["two"] / one["bare"] for one in replayed),
        "verify_over_hashing": median(one["chains"] / one["hashing"] for one in hashed),
        "whole_verify_rows_per_s": whole.rows / (time.perf_counter() - begun),
        "replayed": times * len(HISTORIES_OF_ALL),
        "replays": replayed,
        "chains": hashed,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="看看能否运行 | to see that it works")
    parser.add_argument(
        "--write-docs", action="store_true", help="把表写入文档 | put the table into the documentation"
    )
    asked = parser.parse_args()
    var = load_settings().var_dir
    console = Console()
    size = (
        {"times": 2, "hazards": 200, "rounds": 1}
        if asked.quick
        else {"times": 100, "hazards": 18_000, "rounds": 2}
    )
    found = measured(
        (var / "bench-audit").resolve(), say=lambda line: console.print(line, highlight=False), **size
    )
    shutil.rmtree(var / "bench-audit", ignore_errors=True)
    (var / "bench-audit.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    table = Table(title="审计 | auditing")
    for name in ("", "", "目标 target", "实测 figure", ""):
        table.add_column(name)
    for target in TARGETS:
        met = target.met(found[target.key])
        verdict = "达到 met" if met else f"未达到，差 {target.missed_by(found[target.key]):.0%} missed"
        table.add_row(target.zh, target.en, target.wanted, f"{found[target.key]:.2f}", verdict)
    console.print(table)
    console.print(
        f"verify 全部 whole: {found['whole_verify_rows_per_s']:.0f} rows/s · {var / 'bench-audit.json'}"
    )
    if asked.write_docs:
        between_marks(DOCS, MARKS, markdown(found))


def markdown(found: dict[str, Any]) -> str:
    """The table of docs/performance.md."""
    rows = [
        (
            f"{target.zh}<br>{target.en}",
            target.wanted,
            f"{found[target.key]:.2f}",
            "达到 met" if target.met(found[target.key]) else "**未达到 missed**",
        )
        for target in TARGETS
    ]
    at = local(datetime.now(UTC)).isoformat(timespec="minutes")[:16].replace("T", " ")
    replayed, chained = found["replays"], found["chains"]
    return "\n".join(
        (
            f"`python -m bench.audit --write-docs`，{at}，{found['replayed']:,} 件 hazards，{chained[0]['rows']:,} 行 rows",
            "",
            grid(("", "目标 target", "实测 figure", ""), rows),
            "",
            f"裸 bare Replayer {median(one['bare'] for one in replayed):,.0f} events/s，"
            f"两个进程 two processes {median(one['two'] for one in replayed):,.0f}；"
            f"只读取并散列 reading and hashing {median(one['hashing'] for one in chained):,.0f} rows/s；"
            f"整个 the whole of `verify` {found['whole_verify_rows_per_s']:,.0f} rows/s。",
        )
    )


if __name__ == "__main__":
    main()
