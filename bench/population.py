"""A district with many hazards: real lives told by the core, and each of them copied many times.

Copies differ in their number alone; ledger and read model are those of the original under another number,
each chain sealed anew. So a hundred thousand hazards take a minute or two, and every one can be verified.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from bench.life import PROFILE, principal, steps
from bench.listed import listed_life
from domain import hazard as core
from domain.commands import Order, Report, parse
from domain.events import Event, chain_hash, evolve
from domain.ladder import next_wakeup, tick
from domain.library import Library, Rules
from domain.organisation import UnitType
from domain.state import Hazard
from domain.values import SHANGHAI, HazardId, Rung
from profiles.loader import shipped_calendar, shipped_profiles
from storage import ledger, rulebooks, texts
from storage.database import Database
from storage.tables import METADATA, hazards

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
_BESIDE = ("deadlines", "involved", "facts", "outbox", "obligations", "listings", "subtasks")
_NUMBERED = frozenset({"facts", "outbox"})
"""Whose rows get a number of their own from the database."""
_COPIED = ("hazards", "ledger", *_BESIDE)
_OPEN_SHARE = 0.2
_LISTED = 100
"""One in so many is listed: under remediation by a lead and two or three others."""
_ITEMS = ("S06-02", "S06-07", "S03-07", "S01-01", "B01-02", "B02-08")
_SAID = (
    "楼道堆放电瓶车，夜间充电",
    "消防通道被占用",
    "井盖缺失，行人绊倒",
    "违法搭建彩钢板房",
    "桥梁支座脱空",
)


def populate(database: Database, originals: int, copies: int, seed: int = 1) -> int:
    """Fill a migrated, empty database with ``originals`` × ``copies`` hazards; how many there are."""
    chance = random.Random(seed)
    library = Library()
    book = shipped_profiles()[PROFILE]
    database.write_now(rulebooks.publish, book)
    database.write_now(rulebooks.publish_calendar, shipped_calendar())
    rules = library.rules(library.add_book(book), library.add_calendar(shipped_calendar()))
    for n in range(originals):
        lived = _listed if n % _LISTED == _LISTED // 10 else _life
        state, events = _until_now(rules, *lived(rules, n, chance))
        database.write_now(ledger.append, state, events)
    for first in range(0, originals, 50):
        database.write_now(_copy, [_number(n) for n in range(first, min(first + 50, originals))], copies)
    return originals * copies


def _number(n: int) -> HazardId:
    return HazardId(f"QP-2026-{n + 1:06d}")


def _life(rules: Rules, n: int, chance: random.Random) -> tuple[Hazard, list[Event]]:
    """A hazard that is open with the chance wanted, found some time in the last two years."""
    streets = [unit for unit in rules.book.organisation.units if unit.type is UnitType.SUBDISTRICT]
    open = chance.random() < _OPEN_SHARE
    now = NOW - timedelta(hours=chance.uniform(1, 24 * 60) if open else chance.uniform(24 * 90, 24 * 700))
    told = steps(now)
    street = chance.choice(streets)
    events: list[Event] = []
    state: Hazard | None = None
    for step in told[: chance.randint(1, 6) if open else len(told)]:
        form = dict(step.form)
        if step.name == "report":
            form |= {
                "code": chance.choice(_ITEMS),
                "channel": "hotline",
                "place": f"{street.name}某路{n % 300}号",
                "description": f"居民反映{chance.choice(_SAID)}，已有{n % 40}天无人处理。",
                "urgency": chance.choice(("NORMAL", "NORMAL", "NORMAL", "URGENT")),
            }
        if step.name == "assign":
            form["target"] = street.name
        if step.name == "submit_plan":
            soon = (now + timedelta(minutes=90)).isoformat()  # an urgent hazard has six hours
            form |= {"responsible_unit": street.name, "milestones": [{"what": "整改", "due": soon}]}
        actor = principal(step).actor
        if step.unit != "区城运中心":
            actor = actor.model_copy(update={"unit": street.id})
        order = Order(command=parse(step.name, form), actor=actor, key=step.name)
        if state is None:
            assert isinstance(order.command, Report)
            event = core.report(rules, _number(n), rules.book.digest, order.command, actor, now, order.key)
        else:
            event = core.decide(rules, state, order, now)
        state = evolve(state, event)
        events.append(event)
        now += timedelta(minutes=chance.randint(2, 30))
    assert state is not None
    return state, events


def _listed(rules: Rules, n: int, chance: random.Random) -> tuple[Hazard, list[Event]]:
    units = [unit.id for unit in rules.book.organisation.units if unit.handles]
    taken = chance.sample(units, chance.randint(3, 4))
    return listed_life(rules, _number(n), taken, NOW - timedelta(hours=chance.uniform(24, 24 * 60)))


def _until_now(rules: Rules, state: Hazard, events: list[Event]) -> tuple[Hazard, list[Event]]:
    """With all that time has brought since."""
    while (wake := next_wakeup(state)) and wake <= NOW and state.level is not Rung.L5:
        for event in tick(rules, state, wake):
            state = evolve(state, event)
            events.append(event)
    return state, events


# -- copies ------------------------------------------------------------------------------------------


def _copy(connection: Connection, originals: list[HazardId], copies: int) -> None:
    rows = {name: _rows(connection, name, originals) for name in _COPIED}
    chains = [entry for copy in range(1, copies) for entry in _chained(rows["ledger"], copy)]
    heads = {entry["hazard_id"]: entry["hash"] for entry in chains}
    registered = [_renamed(row, copy, heads) for copy in range(1, copies) for row in rows["hazards"]]
    if not registered:
        return
    connection.execute(insert(hazards), registered)
    connection.execute(insert(METADATA.tables["ledger"]), chains)
    texts.record(connection, registered)
    for name in _BESIDE:
        copied = [
            {key: value for key, value in row.items() if key != "id" or name not in _NUMBERED}
            | {"hazard_id": _new(row["hazard_id"], copy)}
            for copy in range(1, copies)
            for row in rows[name]
        ]
        if copied:
            connection.execute(insert(METADATA.tables[name]), copied)


def _rows(connection: Connection, name: str, originals: list[HazardId]) -> list[dict[str, Any]]:
    table = METADATA.tables[name]
    key = table.c.id if table is hazards else table.c.hazard_id
    query = (
        select(table).where(key.in_(originals)).order_by(key, *([table.c.seq] if name == "ledger" else []))
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _new(id: str, copy: int) -> str:
    return f"{id[:-6]}{copy:03d}{id[-6:]}"


def _chained(rows: list[dict[str, Any]], copy: int) -> Iterator[dict[str, Any]]:
    head = ""
    for row in rows:
        id, new = row["hazard_id"], _new(row["hazard_id"], copy)
        head = "" if row["seq"] == 1 else head
        body = row["body"].replace(id, new)
        hash = chain_hash(head, body)
        yield {**row, "hazard_id": new, "body": body, "prev_hash": head, "hash": hash}
        head = hash


def _renamed(row: dict[str, Any], copy: int, heads: dict[str, str]) -> dict[str, Any]:
    id, new = row["id"], _new(row["id"], copy)
    struck = row["strike_off"]
    return {
        **row,
        "id": new,
        "head": heads[new],
        "snapshot": row["snapshot"].replace(id, new).replace(row["head"], heads[new]),
        "strike_off": struck.replace(id, new) if struck else None,
    }
