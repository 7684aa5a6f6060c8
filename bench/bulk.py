"""``python -m bench.bulk``: what takes the whole district at once, the read model made again and lists as sheets.

The district is that of :mod:`bench.pages`. Beside the rebuild stands a bare loop in the same run: the same rows
of the read model, ready made, into the same tables and indexes of an empty database, one ``executemany`` a table
and one transaction for as many hazards as the rebuild takes at a time. It reads no ledger, folds nothing and
indexes no words. Sheets are written each in a process of its own, whose memory is looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.figures import Target
from bench.life import PROFILE
from bench.pages import DOCS, OFFICE, Say, district
from bench.show import between_marks, grid
from documents import sheets
from domain.library import Library
from domain.organisation import Actor
from domain.values import PersonId, local
from service.reading import Reading
from service.rulebooks import Current
from settings import load_settings
from storage import migrate, rebuild
from storage.database import Database
from storage.readmodel import Filters
from storage.scope import Principal

MARKS = ("<!-- bench.bulk: begin -->", "<!-- bench.bulk: end -->")
WANTED = 20_000
"""Events/s of a rebuild, or half of the bare loop's where that is less."""

_TABLES = ("hazards", "deadlines", "listings", "subtasks", "obligations", "involved", "facts")
"""What a rebuild replaces, and the bare loop fills."""


@dataclass(frozen=True)
class Rebuilt:
    """Both in events of the ledger a second."""

    hazards: int
    events: int
    events_per_s: float
    bare_per_s: float

    @property
    def target(self) -> Target:
        least = min(WANTED, self.bare_per_s / 2)
        return Target("rebuild", "重建读模型", "read model made again", round(least), True, "events/s")


@dataclass(frozen=True)
class Sheet:
    """A list written as a file. ``grown_mb`` is how far the memory of its process grew at the most."""

    kind: str
    rows: int
    seconds: float
    grown_mb: float
    file_mb: float


# -- the read model ----------------------------------------------------------------------------------


def rebuilt(url: str, empty: Path, rounds: int, say: Say) -> list[Rebuilt]:
    """Raises ``RuntimeError`` where the two do not come to the same number of rows."""
    found = []
    database = Database.connect(url)
    try:
        for _ in range(rounds):
            begun = time.perf_counter()
            done = rebuild.rebuild(database)
            took = time.perf_counter() - begun
            bare = _bare_loop(url.removeprefix("sqlite:///"), empty)
            found.append(Rebuilt(done.done, done.events, done.events / took, done.events / bare))
            say(
                f"重建 rebuild {found[-1].events_per_s:,.0f} · 裸插入 bare {found[-1].bare_per_s:,.0f} events/s"
            )
    finally:
        database.close()
    return found


def _bare_loop(full: str, empty: Path) -> float:
    """Seconds that inserting takes, without those in which the rows are fetched."""
    _remove(empty)
    migrate.upgrade(f"sqlite:///{empty}")
    source = sqlite3.connect(full)
    target = sqlite3.connect(empty, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):  # as the product has them
        target.execute(f"PRAGMA {pragma}")
    took = 0.0
    try:
        ids = [row[0] for row in source.execute("SELECT id FROM hazards ORDER BY id")]
        for first in range(0, len(ids), rebuild.BATCH):
            some = ids[first : first + rebuild.BATCH]
            rows = {name: _rows(source, name, some) for name in _TABLES}
            begun = time.perf_counter()
            target.execute("BEGIN IMMEDIATE")
            for name, values in rows.items():
                if values:
                    target.executemany(
                        f"INSERT INTO {name} VALUES ({', '.join('?' * len(values[0]))})", values
                    )
            target.execute("COMMIT")
            took += time.perf_counter() - begun
        for name in _TABLES:
            count = f"SELECT count(*) FROM {name}"
            if source.execute(count).fetchone() != target.execute(count).fetchone():
                raise RuntimeError(f"the bare loop has other rows in {name}")
    finally:
        source.close()
        target.close()
        _remove(empty)
    return took


def _rows(connection: sqlite3.Connection, table: str, ids: Sequence[str]) -> list[Any]:
    key = "id" if table == "hazards" else "hazard_id"
    places = ", ".join("?" * len(ids))
    return connection.execute(f"SELECT * FROM {table} WHERE {key} IN ({places})", ids).fetchall()


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{file}{ending}").unlink(missing_ok=True)


# -- sheets ------------------------------------------------------------------------------------------


def written(url: str, folder: Path, numbers: Sequence[int], say: Say) -> list[Sheet]:
    found = []
    for kind in ("csv", "xlsx"):
        for rows in numbers:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
                found.append(apart.submit(_written, url, folder / f"sheet.{kind}", rows).result())
            say(f"{kind} {found[-1].rows:,} rows · {found[-1].seconds:.1f} s · +{found[-1].grown_mb:.0f} MB")
    return found


def _written(url: str, path: Path, most: int) -> Sheet:
    asyncio.run(_write(url, path, 1))  # what a process fetches once is not a sheet's
    begun = time.perf_counter()
    with _memory() as seen:
        rows = asyncio.run(_write(url, path, most))
    took = time.perf_counter() - begun
    size = path.stat().st_size / 2**20
    path.unlink()
    return Sheet(path.suffix[1:], rows, took, (max(seen) - seen[0]) / 2**20, size)


@contextmanager
def _memory() -> Iterator[list[int]]:
    """The bytes this process holds, looked at every few milliseconds from now on."""
    own, done = psutil.Process(), Event()
    seen = [own.memory_info().rss]

    def look() -> None:
        while not done.wait(0.005):
            seen.append(own.memory_info().rss)

    looking = Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        done.set()
        looking.join()


async def _write(url: str, path: Path, most: int) -> int:
    library = Library()
    database = Database.connect(url)
    try:
        reading = Reading(database, library, Current(database, library))
        unit, role = OFFICE
        principal = Principal(PROFILE, Actor(unit=unit, role=role, person=PersonId("bench")))
        book = (await reading.rules(principal)).book
        rows = _first(sheets.rows(reading, principal, book, Filters()), most)
        if path.suffix == ".xlsx":
            return await sheets.write_xlsx(path, rows)
        with path.open("wb") as file:
            async for some in sheets.as_csv(rows):
                file.write(some)
        with path.open("rb") as file:
            return sum(1 for _ in file) - 1
    finally:
        database.close()


async def _first(rows: sheets.Rows, most: int) -> sheets.Rows:
    n = 0
    async for row in rows:
        yield row
        n += 1
        if n == most:
            return


# -- telling -----------------------------------------------------------------------------------------


SHEET_COLUMNS = ("表 sheet", "行 rows", "s", "rows/s", "内存增加 memory grown MB", "文件 file MB")


def cells(found: Sequence[Sheet]) -> list[list[str]]:
    return [
        [
            one.kind,
            f"{one.rows:,}",
            f"{one.seconds:.1f}",
            f"{one.rows / one.seconds:,.0f}",
            f"{one.grown_mb:.0f}",
            f"{one.file_mb:.1f}",
        ]
        for one in found
    ]


def middle(found: Sequence[Rebuilt]) -> Rebuilt:
    """The round with the middle rate, so that what stands beside each other was measured together."""
    return sorted(found, key=lambda one: one.events_per_s)[len(found) // 2]


def verdict(one: Rebuilt) -> str:
    target = one.target
    if target.met(one.events_per_s):
        return "达到 met"
    return f"差 {target.missed_by(one.events_per_s):.0%} missed"


def markdown(at: str, one: Rebuilt, of: int, papers: Sequence[Sheet]) -> str:
    return "\n\n".join(
        [
            f"`python -m bench.bulk --write-docs`，{at[:16].replace('T', ' ')}，{one.hazards:,} 件 hazards，"
            f"{one.events:,} 步 events",
            grid(
                ("", "events/s", "目标 target", ""),
                [
                    [
                        "重建读模型 read model made again"
                        + (f"（{of} 轮居中 middle of {of}）" if of > 1 else ""),
                        f"{one.events_per_s:,.0f}",
                        f"≥ {one.target.limit:,.0f}",
                        verdict(one),
                    ],
                    ["裸插入 bare insert loop", f"{one.bare_per_s:,.0f}", "", ""],
                ],
            ),
            grid(SHEET_COLUMNS, cells(papers)),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bulk", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="看看能否运行 | to see that it works")
    parser.add_argument(
        "--write-docs", action="store_true", help="把表写入文档 | put the tables into the documentation"
    )
    parser.add_argument(
        "--rounds", type=int, default=1, help="重建量几次 | how often the rebuild is measured"
    )
    asked, _ = parser.parse_known_args()  # `make bench` hands the same words to all
    var = load_settings().var_dir
    folder = (var / ("bench-bulk-quick" if asked.quick else "bench-pages")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    settings = load_settings(var_dir=folder, database_url=f"sqlite:///{folder}/district.db")
    url = settings.database_url.get_secret_value()
    console = Console()

    def say(line: str) -> None:
        console.print(line, highlight=False)

    district(settings, *((20, 5) if asked.quick else (500, 200)), say)
    rebuilds = rebuilt(url, folder / "bare.db", asked.rounds, say)
    papers = written(url, folder, (10, 100) if asked.quick else (10_000, 100_000), say)
    at = local(datetime.now(UTC)).isoformat(timespec="seconds")
    told = {"at": at, "rebuild": [asdict(one) for one in rebuilds], "sheets": [asdict(one) for one in papers]}
    (var / "bench-bulk.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    if asked.quick:
        shutil.rmtree(folder)
    one = middle(rebuilds)
    say(f"{one.target.zh} {one.target.en} {one.events_per_s:,.0f}（{one.target.wanted}）{verdict(one)}")
    table = Table(title="整表 | sheets")
    for name in SHEET_COLUMNS:
        table.add_column(name, justify="left" if name == SHEET_COLUMNS[0] else "right")
    for row in cells(papers):
        table.add_row(*row)
    console.print(table)
    if asked.write_docs:
        between_marks(DOCS, MARKS, markdown(at, one, len(rebuilds), papers))


if __name__ == "__main__":
    main()
