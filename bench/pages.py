"""``python -m bench.pages``: how long the pages take beside the bare SQL they need, and what goes over the wire.

The district has a hundred thousand hazards, a fifth of them open (:mod:`bench.population`), in SQLite. A page is
asked of the whole application in this process, without sockets; then the same statements with the same values
are given to the database as the product gives them (one transaction in a thread of :class:`Database`, all rows
fetched, nothing made of them), and to the bare driver. In turn, round after round; medians. One hazard's page is
asked of another hazard each time, once as somebody's who has seen it before and once as nobody's. The first row
is the floor: the least page the same application can answer, which asks the database for nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, unquote

from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, event
from starlette.responses import Response

from api.limits import Limiter, Rate
from api.problems import Problem
from api.server import production
from bench import registers
from bench.figures import Target
from bench.life import PROFILE
from bench.population import NOW, populate
from bench.show import between_marks, grid
from deployment import publish_shipped
from domain.organisation import Actor, Role
from domain.values import Mode, PersonId, UnitId, local
from logs import logging_to
from service.identity import LocalIdentity, signing_key
from settings import Settings, load_settings
from storage.database import Database
from storage.scope import Principal
from web import drawn, session
from web.app import Address, for_somebody, install
from web.visit import Visit

DOCS = Path(__file__).parents[1] / "docs" / "performance.md"
MARKS = ("<!-- bench.pages: begin -->", "<!-- bench.pages: end -->")
TARGETS = (
    Target("over_sql", "一页的服务器时间 / 它所需的裸 SQL", "a page's server time / the bare SQL it needs", 3, False),
    Target("wire_kb", "一页在线路上的字节", "bytes of a page on the wire", 60, False, "KB"),
)  # fmt: skip

Say = Callable[[str], None]
Statements = list[tuple[str, Any]]
_DIFFERENT = 10
"""How many hazards take turns."""
OFFICE = (UnitId("office"), Role.OFFICE)
TOWN = (UnitId("xianghuaqiao"), Role.LIAISON)


@dataclass(frozen=True)
class Asked:
    """A page and who asks for it. ``{open}``, ``{listed}`` and ``{done}`` stand for a hazard's number."""

    zh: str
    path: str
    seat: tuple[UnitId, Role] = OFFICE
    seen: bool = True
    """Whether this process has shown it before, and still has the words of what cannot change."""


LEAST = "/bench/least"
PAGES = (
    Asked("底线：最小的一页 floor", LEAST),
    Asked("总览", "/"),
    Asked("总览（街镇）", "/", TOWN),
    Asked("待办", "/inbox", TOWN),
    Asked("清单", "/hazards"),
    Asked("清单：超期，按期限", "/hazards?overdue=true&order=due"),
    Asked("清单：单位与状态", "/hazards?unit=xianghuaqiao&state=REMEDIATING&order=due"),
    Asked("清单：文字", f"/hazards?text={quote('消防通道')}"),
    Asked("清单（街镇）", "/hazards?open=true&order=due", TOWN),
    Asked("一件（在办）", "/hazards/{open}"),
    Asked("一件（在办，初见 first seen）", "/hazards/{open}", seen=False),
    Asked("一件（挂牌）", "/hazards/{listed}"),
    Asked("一件（已清零）", "/hazards/{done}"),
    Asked("一件（已清零，初见 first seen）", "/hazards/{done}", seen=False),
    Asked("督办事项", "/obligations"),
    Asked("排查计划", "/programme"),
    Asked("风险点", "/risk-points"),
    Asked("挂图作战", "/board"),
    Asked("各单位", "/units"),
    Asked("单位", "/units/xianghuaqiao"),
    Asked("分类条目", "/catalogue/S06-02"),
)


@dataclass(frozen=True)
class Measured:
    """What one page came to: medians in milliseconds, and kilobytes of its body as it was sent."""

    zh: str
    path: str
    ms: float
    sql_ms: float
    driver_ms: float
    """The same statements given to ``sqlite3`` alone, without thread, transaction or SQLAlchemy."""
    statements: int
    wire_kb: float

    @property
    def over_sql(self) -> float:
        return self.ms / self.sql_ms if self.statements else 0.0


# -- the district ------------------------------------------------------------------------------------


def district(settings: Settings, originals: int, copies: int, say: Say) -> None:
    """The district's database, kept from run to run: filling it takes some minutes."""
    publish_shipped(settings)
    url = settings.database_url.get_secret_value()
    database = Database.connect(url)
    try:
        there = database.read_now(lambda connection: connection.exec_driver_sql(_COUNT).scalar_one())
        if there == originals * copies:
            say(f"沿用已有的 {there} 件隐患 | {there} hazards are there already")
        elif there:
            raise SystemExit(
                f"{url} 中是另一批隐患，请删去该文件后重来 | holds other hazards: delete that file and run again"
            )
        else:
            say(f"生成 {originals * copies} 件隐患 | making {originals * copies} hazards")
            populate(database, originals, copies)
        registers.keep(database)
        database.write_now(lambda connection: connection.exec_driver_sql("ANALYZE"))
    finally:
        database.close()


_COUNT = "SELECT count(*) FROM hazards"


# -- asking ------------------------------------------------------------------------------------------


async def measured(settings: Settings, rounds: int, say: Say) -> list[Measured]:
    """Every page of :data:`PAGES`, on a district that is there."""
    # A line of log for each request is part of what a page costs.
    with (settings.var_dir / "pages.log").open("w", encoding="utf-8") as log, logging_to(log, "json"):
        return await _all(settings, rounds, say)


async def _all(settings: Settings, rounds: int, say: Say) -> list[Measured]:
    app = production(settings, install)
    app.router.routes.insert(0, Address(LEAST, for_somebody(_least)))
    signer = LocalIdentity(signing_key(settings))
    file = settings.database_url.get_secret_value().removeprefix("sqlite:///")
    found = []
    database = Database.connect(settings.database_url.get_secret_value())
    async with app.router.lifespan_context(app):
        app.state.rooms = dataclasses.replace(app.state.rooms, limiter=Limiter(Rate(1e9, 1e9)))
        app.state.pages = dataclasses.replace(app.state.pages, clock=lambda: NOW + timedelta(hours=2))
        with _bare(file) as connection:
            numbers = {name: _numbers(connection, which) for name, which in _WHICH.items()}
            for page in PAGES:
                cookie = signer.issue(Principal(PROFILE, _actor(page)))
                paths = [
                    page.path.format(**dict(zip(numbers, turn, strict=True)))
                    for turn in zip(*numbers.values(), strict=False)
                ]
                found.append(await _measure(app, database, connection, page, paths, cookie, rounds))
                one = found[-1]
                say(
                    f"{one.ms:7.1f} ms · SQL {one.sql_ms:6.2f} · {one.over_sql:4.1f}× · {one.wire_kb:5.1f} KB · "
                    f"{unquote(one.path)}"
                )
    database.close()
    return found


async def _least(visit: Visit) -> Response:
    """What every page has: session, rights, name of the district, sections, seat; and a sentence."""
    return visit.page("problem", problem=Problem(200, "least", "最小的一页", "the least page"), request_id="")


def _actor(page: Asked) -> Actor:
    unit, role = page.seat
    return Actor(unit=unit, role=role, person=PersonId("bench"))


async def _measure(
    app: FastAPI,
    database: Database,
    connection: sqlite3.Connection,
    page: Asked,
    paths: Sequence[str],
    cookie: str,
    rounds: int,
) -> Measured:
    needed: dict[str, Statements] = {}
    sizes = []
    for path in dict.fromkeys(paths):  # also warms templates, prepared statements, pages of the database
        await _ask(app, path, cookie)
        with _statements() as needed[path]:
            sizes.append(await _ask(app, path, cookie))
    took: dict[str, list[float]] = {"page": [], "sql": [], "driver": []}

    def note(what: str, begun: float) -> None:
        took[what].append((time.perf_counter() - begun) * 1000)

    for n in range(rounds):
        path = paths[n % len(paths)]
        if not page.seen:
            drawn.forget()
        begun = time.perf_counter()
        await _ask(app, path, cookie)
        note("page", begun)
        begun = time.perf_counter()
        await database.read(_fetch, needed[path])
        note("sql", begun)
        begun = time.perf_counter()
        for statement, values in needed[path]:
            connection.execute(statement, values).fetchall()
        note("driver", begun)
    return Measured(
        page.zh,
        page.path,
        ms=median(took["page"]),
        sql_ms=median(took["sql"]),
        driver_ms=median(took["driver"]),
        statements=len(needed[paths[0]]),
        wire_kb=max(sizes) / 1024,
    )


def _fetch(connection: Connection, needed: Statements) -> None:
    for statement, values in needed:
        connection.exec_driver_sql(statement, values).fetchall()


async def _ask(app: FastAPI, path: str, cookie: str) -> int:
    """The size of a page's body as it was sent. Raises ``RuntimeError`` when it is not the page."""
    address, _, query = path.partition("?")
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": address, "raw_path": address.encode(), "query_string": query.encode(), "root_path": "",
        "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"cookie", f"{session.COOKIE}={cookie}".encode()),
            (b"accept-encoding", b"gzip, deflate, br"),
            (b"accept-language", b"zh-CN"),
        ],
    }  # fmt: skip
    await app(scope, receive, send)
    if sent[0]["status"] != 200:
        raise RuntimeError(f"{path} was answered with {sent[0]['status']}")
    return sum(len(message.get("body", b"")) for message in sent)


@contextmanager
def _statements() -> Iterator[Statements]:
    """What is asked of any database meanwhile: each statement with its values, as the driver gets them."""
    needed: Statements = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        needed.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield needed
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def _bare(file: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA query_only=ON")
    try:
        yield connection
    finally:
        connection.close()


_WHICH = {
    "open": f"open = 1 AND mode != '{Mode.LISTED}'",
    "listed": f"open = 1 AND mode = '{Mode.LISTED}'",
    "done": "open = 0",
}


def _numbers(connection: sqlite3.Connection, which: str) -> list[str]:
    """Some hazards with most entries of those that are open, listed or cleared."""
    query = f"SELECT id FROM hazards WHERE {which} ORDER BY seq DESC, id LIMIT ?"
    return [row[0] for row in connection.execute(query, (_DIFFERENT,))]


# -- telling -----------------------------------------------------------------------------------------


def worst(found: Sequence[Measured]) -> dict[str, float]:
    """The figures of :data:`TARGETS`: those of the page that does worst."""
    return {"over_sql": max(one.over_sql for one in found), "wire_kb": max(one.wire_kb for one in found)}


def rows(found: Sequence[Measured]) -> list[list[str]]:
    return [
        [
            f"{one.zh} `{unquote(one.path)}`",
            f"{one.ms:.1f}",
            f"{one.sql_ms:.2f}",
            f"{one.driver_ms:.2f}",
            str(one.statements),
            f"{one.over_sql:.1f}" if one.statements else "",
            f"{one.wire_kb:.1f}",
        ]
        for one in found
    ]


COLUMNS = ("页面 page", "ms", "SQL ms", "驱动 driver ms", "语句 statements", "ms / SQL", "KB")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="看看能否运行 | to see that it works")
    parser.add_argument(
        "--write-docs", action="store_true", help="把表写入文档 | put the table into the documentation"
    )
    parser.add_argument("--rounds", type=int, help="每页量几次 | how often each page is measured")
    asked, _ = parser.parse_known_args()  # `make bench` hands the same words to both
    var = load_settings().var_dir
    folder = (var / ("bench-pages-quick" if asked.quick else "bench-pages")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    settings = load_settings(var_dir=folder, database_url=f"sqlite:///{folder}/district.db")
    console = Console()

    def say(line: str) -> None:
        console.print(line, highlight=False)

    size = (20, 5) if asked.quick else (500, 200)
    district(settings, *size, say)
    found = asyncio.run(measured(settings, asked.rounds or (5 if asked.quick else 40), say))
    told = {
        "hazards": size[0] * size[1],
        "at": local(datetime.now(UTC)).isoformat(timespec="seconds"),
        **worst(found),
        "pages": [asdict(one) for one in found],
    }
    (var / "bench-pages.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    if asked.quick:
        shutil.rmtree(folder)
    table = Table(title=f"页面 | pages · {told['hazards']} 件 hazards")
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == COLUMNS[0] else "right")
    for cells in rows(found):
        table.add_row(*cells)
    console.print(table)
    for target in TARGETS:
        value = told[target.key]
        met = target.met(value)
        verdict = "达到 met" if met else f"未达到，差 {target.missed_by(value):.0%} missed"
        console.print(f"{target.zh} | {target.en}: {value:.3g} ({target.wanted}) {verdict}", highlight=False)
    if asked.write_docs:
        between_marks(DOCS, MARKS, markdown(told, found))


def markdown(told: dict[str, Any], found: Sequence[Measured]) -> str:
    return "\n\n".join(
        [
            f"`python -m bench.pages --write-docs`，{told['at'][:16].replace('T', ' ')}，{told['hazards']} 件 hazards",
            grid(COLUMNS, rows(found)),
        ]
    )


if __name__ == "__main__":
    main()
