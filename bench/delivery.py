"""``python -m bench.delivery``: what delivering a notice costs, over a bare insert and a bare POST in the same run.

The recipient is a server in this process that answers at once, so the figures are ours: handing on, the
marks before and after each attempt, and the message.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import uvicorn
import yaml
from sqlalchemy import Connection, func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from activities.notices import Deliverer
from bench.life import PROFILE, principal, steps
from channels.settings import ChannelsFile
from deployment import publish_shipped
from domain import hazard as core
from domain.commands import Report, parse
from domain.events import Event, Notice, evolve
from domain.library import LIBRARY, digest_of
from domain.state import Hazard
from domain.values import SHANGHAI, ClockKey, HazardId, UnitId
from profiles.loader import shipped_calendar, shipped_profiles
from profiles.notices import delivery_policy
from settings import load_settings
from storage import ledger
from storage.database import Database
from storage.prepared import inserting
from storage.tables import outbox

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)
LATER = MONDAY + timedelta(hours=1)
_UNITS = 40
_NOTIFY = inserting(outbox, without=("id", "about", "delivered_at"))


class Silent:
    """A meter that keeps nothing."""

    def count(self, outcome: str, channel: str, number: int) -> None: ...
    def stand(self, channel: str, waiting: int, failed: int) -> None: ...


async def measure(notices: int, folder: Path) -> dict[str, float]:
    """Notices a second and milliseconds a notice: into the inbox only, and out by webhook with digests."""
    settings = load_settings(var_dir=folder, database_url=f"sqlite:///{folder}/bench.db")
    publish_shipped(settings)
    database = Database.connect(f"sqlite:///{folder}/bench.db")
    server, running, url = await _recipient()
    try:
        hazard, events = _hazard()
        database.write_now(ledger.append, hazard, events)
        file = ChannelsFile(folder / "channels.yaml")
        bare_insert = _write(database, hazard, notices)
        inbox = await _deliver(database, file, lambda: MONDAY)
        file.path.write_text(yaml.safe_dump(_channels(url)), "utf-8")
        _write(database, hazard, notices)
        handing_on = await _deliver(database, file, lambda: MONDAY)
        sending = await _deliver(database, file, lambda: LATER)
        bare_post = await _posts(url, notices // 20)
    finally:
        database.close()
        server.should_exit = True
        await running
    per_notice = 1000 / notices
    return {
        "inbox_ms": inbox * per_notice,
        "bare_insert_ms": bare_insert * per_notice,
        "handed_on_ms": handing_on * per_notice,
        "sent_ms": sending * per_notice,
        "bare_post_ms": 1000 * bare_post / (notices // 20),
        "delivered_per_s": notices / (handing_on + sending),
    }


async def _deliver(database: Database, file: ChannelsFile, clock: Callable[[], datetime]) -> float:
    deliverer = Deliverer(database, LIBRARY, file, delivery_policy, clock)
    begun = time.perf_counter()
    while (await deliverer.round(PROFILE, Silent())).busy:
        pass
    taken = time.perf_counter() - begun
    await deliverer.close()
    return taken


def _hazard() -> tuple[Hazard, list[Event]]:
    book = shipped_profiles()[PROFILE]
    rules = LIBRARY.rules(LIBRARY.add_book(book), LIBRARY.add_calendar(shipped_calendar()))
    assert rules.calendar_digest == digest_of(shipped_calendar())
    first = steps(MONDAY)[0]
    form = parse(first.name, first.form)
    assert isinstance(form, Report)
    event = core.report(
        rules, HazardId("QP-2026-000001"), book.digest, form, principal(first).actor, MONDAY, "k"
    )
    return evolve(None, event), [event]


def _write(database: Database, hazard: Hazard, notices: int) -> float:
    """Notices of one event to the liaisons of forty units; returns what a bare insert of them takes."""

    def rows(connection: Connection) -> None:
        known = connection.scalar(select(func.count()).select_from(outbox)) or 0
        _NOTIFY.run(
            connection,
            [
                {
                    **Notice(
                        unit=UnitId(f"unit-{n % _UNITS}"),
                        role="liaison",
                        kind="to",
                        document=f"文书{known + n}",
                        clock=ClockKey.SIGN,
                        due=LATER,
                    ).model_dump(),
                    "profile": PROFILE,
                    "hazard_id": hazard.id,
                    "seq": 1,
                    "n": known + n,
                    "created_at": MONDAY,
                }
                for n in range(notices)
            ],
        )

    begun = time.perf_counter()
    database.write_now(rows)
    return time.perf_counter() - begun


def _channels(url: str) -> dict[str, object]:
    secret = "whsec_" + base64.b64encode(bytes(32)).decode()
    hooks = {
        f"hook-{n}": {
            "kind": "webhook",
            "url": url,
            "secret": secret,
            "allow_http": True,
            "per_minute": 6000,
        }
        for n in range(_UNITS)
    }
    seats = [{"unit": f"unit-{n}", "to": [f"hook-{n}"]} for n in range(_UNITS)]
    return {"endpoints": hooks, "recipients": {PROFILE: seats}}


async def _recipient() -> tuple[uvicorn.Server, asyncio.Task[None], str]:
    async def taken(request: Request) -> Response:
        await request.body()
        return Response("{}", media_type="application/json")

    app = Starlette(routes=[Route("/", taken, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done()
        await asyncio.sleep(0.01)
    return server, running, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"


async def _posts(url: str, number: int) -> float:
    async with httpx2.AsyncClient(trust_env=False) as client:
        begun = time.perf_counter()
        for _ in range(number):
            await client.post(url, content=b"{}")
        return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.delivery", description=__doc__)
    parser.add_argument("--notices", type=int, default=4000, help="通知数 | number of notices")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qingling-bench-") as folder:
        found = asyncio.run(measure(asked.notices, Path(folder)))
    print(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=1))


if __name__ == "__main__":
    main()
