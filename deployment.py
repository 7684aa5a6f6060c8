"""Steps that set a deployment up: schema, published rules, namespace, sample, and what to try first."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import rich.progress
import yaml
from rich.console import Console
from sqlalchemy import Connection

from domain.calendar import Calendar
from domain.commands import LoadCalendar, Report, parse
from domain.forecast import Foreseen, forecast
from domain.hazard import rules_for
from domain.library import LIBRARY, digest_of
from domain.organisation import SYSTEM, Actor, Organisation, Role
from domain.riskpoints import Registration
from domain.values import HazardId, PersonId, local
from profiles.loader import known_profiles, read_calendar, shipped_calendar
from service.contacts import file_examples
from service.door import Door, Doorway
from service.identity import LocalIdentity, NoSuchSeat, signing_key
from service.riskpoints import RiskRegister
from service.rulebooks import Current
from service.temporal import connect
from settings import Settings
from storage import migrate, readmodel, rebuild, rulebooks
from storage.database import Database
from storage.riskpoints import Sought
from storage.scope import Principal
from workflows import namespace, programme

SAMPLE = Path(__file__).parent / "profiles" / "qingpu" / "sample.yaml"


def publish_shipped(settings: Settings) -> None:
    """Migrate the database and publish the profiles that this process knows, and the shipped calendars. Idempotent.

    Where an older version of the code has made the read model, it is made again from the ledger.
    """
    url = settings.database_url.get_secret_value()
    migrate.upgrade(url)
    database = Database.connect(url)
    try:
        for book in known_profiles().values():
            database.write_now(rulebooks.publish, book)
        database.write_now(_publish_missing_years, shipped_calendar())
        rebuild.rebuild_if_needed(database)
    finally:
        database.close()


def rebuild_read_model(settings: Settings, *, quiet: bool = False) -> rebuild.Progress:
    """Make the read model again from the ledger, with a bar on the terminal. Exits with 1 where it cannot be."""
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        with rich.progress.Progress(
            "重建读模型 | read model", rich.progress.BarColumn(), "{task.completed}/{task.total}",
            rich.progress.TimeRemainingColumn(), console=Console(stderr=True), disable=quiet,
        ) as bar:  # fmt: skip
            task = bar.add_task("", total=None)
            return rebuild.rebuild(
                database, lambda done: bar.update(task, completed=done.done, total=done.hazards)
            )
    except ValueError as error:
        raise SystemExit(str(error)) from error
    finally:
        database.close()


def file_example_contacts(settings: Settings) -> None:
    """Invented contacts for trials: without any, no task could be given to a unit (ACT-04). Idempotent."""
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        for book in known_profiles().values():
            file_examples(database, book)
    finally:
        database.close()


def _publish_missing_years(connection: Connection, shipped: Calendar) -> None:
    """Years loaded since stay; only what the present calendar does not cover is added."""
    known = rulebooks.current_calendar(connection)
    if known is None:
        rulebooks.publish_calendar(connection, shipped)
        return
    rulebooks.load_into(connection, LIBRARY)
    present = LIBRARY.calendar(known)
    if not all(present.publishes(span.first) and present.publishes(span.last) for span in shipped.spans):
        rulebooks.publish_calendar(connection, present.joined(shipped))


def identity(settings: Settings) -> LocalIdentity:
    """The deployment's own signer: its key from the environment, else from the key file, made when missing."""
    return LocalIdentity(signing_key(settings))


async def prepare_namespace(settings: Settings) -> None:
    await namespace.prepare(await connect(settings))


@asynccontextmanager
async def open_door(settings: Settings) -> AsyncIterator[tuple[Door, Database]]:
    """A door of our own, for commands that are given from this process."""
    database = Database.connect(settings.database_url.get_secret_value())
    current = Current(database, LIBRARY)
    try:
        client = await connect(settings)
        yield Door(client, database, LIBRARY, current, Doorway(settings.task_queue)), database
    finally:
        database.close()


async def load_sample(settings: Settings) -> None:
    """Give the sample's commands. Each has a key of its own, so that a second time changes nothing."""
    sample = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    file_example_contacts(settings)
    profile: str = sample["profile"]
    async with open_door(settings) as (door, database):
        register = RiskRegister(database, LIBRARY, Current(database, LIBRARY))
        points = {
            f"point:{name}": await _load_point(register, profile, f"sample-{name}", step)
            for name, step in sample["risk_points"].items()
        }
        for name, steps in sample["hazards"].items():
            await _load_hazard(door, database, profile, f"sample-{name}", _linked(steps, points))


async def _load_point(register: RiskRegister, profile: str, key: str, step: dict[str, Any]) -> str:
    """The number of a risk point; one of its name is left as it is, as hazards are."""
    principal = _principal(profile, step["actor"])
    name = step["with"]["name"]
    known, _ = await register.find(principal, Sought(open=None, text=name))
    found = next((seen.point.number for seen in known if seen.point.described.name == name), None)
    if found is not None:
        return found
    form = Registration.model_validate(_dated(step["with"], datetime.now(UTC)))
    return await register.give(principal, None, form, key)


def _linked(value: Any, points: dict[str, str]) -> Any:
    """A part of the sample with the numbers of the risk points that it names."""
    if isinstance(value, dict):
        return {key: _linked(item, points) for key, item in value.items()}
    if isinstance(value, list):
        return [_linked(item, points) for item in value]
    return points.get(value, value) if isinstance(value, str) else value


async def _load_hazard(
    door: Door, database: Database, profile: str, key: str, steps: Sequence[dict[str, Any]]
) -> None:
    """What is already in the ledger is left as it is: on another day its dates would be other ones."""
    opener, first = _principal(profile, steps[0]["actor"]), f"{key}-0"
    known = (await door.known(opener, [first])).get(first)
    state = await database.read(readmodel.state_of, known) if known else None
    if state is None:
        form = parse("report", _dated(steps[0]["with"], local(datetime.now(UTC))))
        assert isinstance(form, Report)
        opened = await door.report(opener, form, first)
        state = await database.read(readmodel.state_of, opened.hazard)
    assert state is not None  # a report is answered after its record
    for number, step in enumerate(steps[1:], start=1):
        if f"{key}-{number}" not in state.done:
            command = parse(step["do"], _dated(step.get("with", {}), state.reported_at))
            await door.give(_principal(profile, step["actor"]), state.id, command, f"{key}-{number}")


def seat(profile: str, unit: str, role: str, person: str, post: str = "") -> Principal:
    """A principal by the words a person would use. Raises :class:`NoSuchSeat`."""
    books = known_profiles()
    if profile not in books:
        raise NoSuchSeat(
            f"没有区级配置“{profile}”，可用：{'、'.join(books)}", f"there is no profile {profile!r}"
        )
    organisation = books[profile].organisation
    found = organisation.find(unit)
    if found is None:
        raise NoSuchSeat(f"{books[profile].name}没有单位“{unit}”", f"this district has no unit {unit!r}")
    if role not in {item.value for item in Role}:
        raise NoSuchSeat(f"没有角色“{role}”，可用：{'、'.join(Role)}", f"there is no role {role!r}")
    actor = Actor(unit=found.id, role=Role(role), person=PersonId(person), post=post)
    problem = organisation.seat_problem(actor)
    if problem:
        raise NoSuchSeat(problem, "there is no such seat in this district")
    return Principal(profile=profile, actor=actor)


def office_of(profile: str) -> str:
    """The coordinating office of a profile, by its id. Raises :class:`NoSuchSeat` for no such profile."""
    books = known_profiles()
    if profile not in books:
        raise NoSuchSeat(
            f"没有区级配置“{profile}”，可用：{'、'.join(books)}", f"there is no profile {profile!r}"
        )
    return books[profile].organisation.office


def stored_forecast(
    settings: Settings, hazard: str, now: datetime
) -> tuple[Organisation, tuple[Foreseen, ...]] | None:
    """The forecast of a recorded hazard and whom it names, or ``None`` when the record has no such number."""
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        database.read_now(rulebooks.load_into, LIBRARY)
        state = database.read_now(readmodel.state_of, HazardId(hazard))
        if state is None:
            return None
        rules = rules_for(LIBRARY, state)
        return rules.book.organisation, forecast(rules, state, now)
    finally:
        database.close()


async def publish_calendar(settings: Settings, files: Sequence[Path]) -> int:
    """Publish the years of ``files`` beside those known, and tell every hazard with provisional dates.

    Returns how many hazards were told; each recomputes as an event of its own (N94).
    """
    async with open_door(settings) as (door, database):
        await database.read(rulebooks.load_into, LIBRARY)
        known = await database.read(rulebooks.current_calendar)
        calendar = (LIBRARY.calendar(known) if known else shipped_calendar()).joined(read_calendar(*files))
        await database.write(rulebooks.publish_calendar, calendar)
        command = LoadCalendar(calendar=digest_of(calendar))
        for profile in await database.read(rulebooks.current_books):
            await programme.look_again(door.client, profile)
        waiting = await database.read(readmodel.provisional_hazards)
        for hazard in waiting:
            await door.send(Principal("", SYSTEM), hazard, command, f"calendar-{command.calendar[:16]}")
        return len(waiting)


def healthy(settings: Settings, part: str) -> bool:
    """Whether a part of ours answers as it should, asked the way a container's health check asks."""
    if part == "api":
        url = f"http://127.0.0.1:{settings.api_port}/v1/readyz"
    elif settings.metrics_address:
        url = f"http://127.0.0.1:{settings.metrics_address.rpartition(':')[2]}/metrics"
    else:
        return False
    try:
        return httpx2.get(url, timeout=3, trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


def _dated(value: Any, since: datetime) -> Any:
    """In the sample ``+2d`` is two days after the report, ``-90m`` an hour and a half before it (Asia/Shanghai)."""
    if isinstance(value, dict):
        return {key: _dated(item, since) for key, item in value.items()}
    if isinstance(value, list):
        return [_dated(item, since) for item in value]
    if isinstance(value, str) and (days := re.fullmatch(r"\+(\d+)d", value)):
        return local(since).date() + timedelta(days=int(days[1]))
    if isinstance(value, str) and (minutes := re.fullmatch(r"-(\d+)m", value)):
        return (local(since) - timedelta(minutes=int(minutes[1]))).isoformat(timespec="seconds")
    return value


def _principal(profile: str, actor: dict[str, Any]) -> Principal:
    return seat(profile, actor["unit"], actor["role"], actor["person"], actor.get("post", ""))


SEATS = (
    ("街镇联络员", "liaison of a town", "xujing", "liaison"),
    ("城运中心值班", "duty officer of the desk", "desk", "desk"),
    ("清零办", "the office", "office", "office"),
    ("审计员", "auditor", "office", "auditor"),
)
"""One seat of each kind of user, for trying things out."""


def welcome(settings: Settings, ports: Any) -> str:
    """What to open and what to try: addresses, a token for each kind of user, three commands."""
    api = f"http://{settings.api_host}:{ports.api}"
    book = known_profiles()["qingpu"]
    lines = [
        "",
        f"清零已启动 | Qingling is running ({book.name} {book.en})",
        f"  页面 pages            {api}/sign-in?profile={book.profile}&unit=xianghuaqiao",
        "                        选一个席位进入；【样例】燃气管线破裂已电话交办，香花桥街道逾期未签收"
        " | choose a seat; the sample's broken gas pipe is overdue: Xianghuaqiao has not signed for it",
        f"  接口文档 API          {api}/docs",
        f"  Temporal 页面         http://127.0.0.1:{ports.temporal_ui}",
        "",
        "令牌（12 小时有效） | tokens (valid 12 hours)",
    ]
    signer = identity(settings)
    for zh, en, unit, role in SEATS:
        principal = seat(book.profile, unit, role, f"trial-{role}")
        lines += [
            f"  {zh} · {book.organisation.name(principal.actor.unit)} | {en}",
            f"    {signer.issue(principal)}",
        ]
    lines += [
        "",
        "接着试试（另开一个终端） | try next (in another terminal)",
        "  TOKEN=$(.venv/bin/qingling token --unit 区城运中心 --role desk --person trial-desk)",
        f"  curl -s -H \"Authorization: Bearer $TOKEN\" '{api}/v1/hazards?limit=3'",
        "  .venv/bin/qingling forecast " + f"{book.prefix}-{local(datetime.now(UTC)).year}-000005",
        "  .venv/bin/qingling drill scenarios/sc-2.yaml",
        "",
        "Ctrl-C 停止 | Ctrl-C stops everything",
    ]
    return "\n".join(lines)
