"""Records golden histories: ``python -m tests.engine.record NAME…`` (without names: those not yet there)."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import WorkflowHandle

from domain.calendar import Calendar, Span
from domain.commands import LoadCalendar, Order
from domain.events import evolve
from domain.hazard import decide, rules_for
from domain.library import LIBRARY, canonical, digest_of
from domain.organisation import SYSTEM
from domain.values import HazardId, local
from storage import ledger, rulebooks
from storage.scope import Principal
from tests import seats
from tests.engine.test_golden import HISTORIES
from tests.engine.test_lifecycle import cleared, registered, remediating
from tests.server import District, district, temporal
from workflows.contract import CATCH_UP


async def cleared_on_spot(at: District) -> HazardId:
    photo = [{"kind": "before", "ref": "photo-1"}]
    form = {"channel": "grid_patrol", "code": "S06-07", "place": "夏阳街道公园路", "evidence": photo}
    hazard = (await at.report(seats.FINDER, **form)).hazard
    after = {"assessor": "assessor-1", "evidence": [{"kind": "after", "ref": "photo-2"}]}
    await at.give(seats.FINDER, hazard, "clear_on_spot", **after)
    await at.forward(hazard, timedelta(days=45))
    await at.give(seats.LIAISON, hazard, "lookback_pass")
    return hazard


async def a_year_of_nobody(at: District) -> HazardId:
    hazard = await remediating(at)
    await at.forward(hazard, timedelta(days=365))
    await at.give(seats.LIAISON, hazard, "state_reason", reason="施工队停工")
    await at.give(seats.OFFICE, hazard, "accept_reason", reason="属实")
    return hazard


async def extended_and_relapsed(at: District) -> HazardId:
    hazard = await remediating(at)
    await at.give(seats.HANDLER, hazard, "request_extension", reason="需协调产权人")
    await at.give(seats.DESK, hazard, "decide_extension", approve=True)
    await at.give(seats.HANDLER, hazard, "report_completion")
    await at.give(seats.ASSESSOR, hazard, "assess_fail", reason="仍有隔断")
    await at.give(seats.HANDLER, hazard, "report_completion", outcome="resolved")
    await at.give(seats.ASSESSOR, hazard, "assess_pass", **seats.ALL_MET)
    await at.forward(hazard, timedelta(days=45))
    await at.give(seats.LIAISON, hazard, "lookback_relapse", findings="隔断恢复")
    return hazard


async def hotline_to_archive(at: District) -> HazardId:
    hazard = await cleared(at)
    await at.forward(hazard, timedelta(days=45))
    await at.give(seats.LIAISON, hazard, "lookback_pass", findings="巩固")
    return hazard


async def left_without_waiting(at: District) -> HazardId:
    hazard = await registered(at)
    await at.door.send(seats.LIAISON, hazard, at.command("sign", handler="handler-1"), "s-1")
    await at.door.send(seats.DESK, hazard, at.command("assign", target=seats.STREET), "s-2")
    while "assign" not in at.events(hazard):  # noqa: ASYNC110 the ledger has no event to wait on
        await asyncio.sleep(0.05)
    await at.give(seats.LIAISON, hazard, "sign", handler="handler-1")
    return hazard


async def calendar_comes_out(at: District) -> HazardId:
    hazard = await cleared(at)
    known = LIBRARY.calendar((await at.live(hazard)).calendar)
    years = [Span(first=f"{year}-01-01", last=f"{year}-12-31") for year in (2026, 2027, 2028)]  # type: ignore[arg-type]
    later = known.joined(Calendar(version="test-years", spans=tuple(years), days_off=(), make_up_days=()))
    LIBRARY.add_calendar(later)
    await at.database.write(rulebooks.publish_calendar, later)
    command = LoadCalendar(calendar=digest_of(later))
    await at.door.give(Principal("qingpu", SYSTEM), hazard, command, "calendar-1")
    return hazard


async def long_life(at: District) -> HazardId:
    hazard = await remediating(at)
    for number in range(30):
        await at.give(seats.HANDLER, hazard, "progress", text=f"第{number + 1}次进展")
    await at.give(seats.HANDLER, hazard, "report_completion")
    return hazard


async def passed_up_and_reworked(at: District) -> HazardId:
    form = {"channel": "daily_patrol", "code": "B02-08", "place": "夏阳街道某桥"}
    hazard = (await at.report(seats.LIAISON, **form)).hazard
    await at.give(seats.LIAISON, hazard, "request_upgrade", **seats.UPGRADE)
    await at.give(seats.OFFICE, hazard, "triage_route", **seats.ROUTE)
    await at.give(seats.BUREAU_LIAISON, hazard, "sign", handler="handler-3")
    await at.give(seats.BUREAU_HANDLER, hazard, "submit_plan", **seats.plan(responsible_unit="区交通委"))
    for verdict in ("recognise_fail", "recognise_pass"):
        await at.give(seats.BUREAU_HANDLER, hazard, "report_completion")
        await at.give(seats.BUREAU_ASSESSOR, hazard, "assess_pass", **seats.ALL_MET)
        more = {"reason": "支座未换完"} if verdict == "recognise_fail" else seats.ALL_MET
        await at.give(seats.OFFICE, hazard, verdict, **more)
    return hazard


async def listed_and_reworked(at: District) -> HazardId:
    """SC-5 in short: one unit urged for its signature and supervised for its part, an extension, a rework."""
    form = {"channel": "daily_patrol", "code": "S03-07", "place": "夏阳街道某仓库"}
    hazard = (await at.report(seats.LIAISON, **form)).hazard
    await at.give(seats.LIAISON, hazard, "request_listing", **seats.LISTING)
    await at.give(seats.OFFICE, hazard, "forward_listing", report_document="专报3号", expert_review=True)
    await at.give(seats.AUTHORITY, hazard, "listing_approve", **seats.APPROVAL)
    await at.give(seats.BUREAU_LIAISON, hazard, "sign", handler="handler-3")
    await at.give(seats.LIAISON, hazard, "sign_subtask", handler="handler-1")
    await at.forward(hazard, timedelta(days=6))  # 区应急局 has not signed
    await at.give(seats.EMERGENCY_LIAISON, hazard, "sign_subtask", handler="handler-4")
    await at.give(seats.BUREAU_HANDLER, hazard, "submit_plan", **seats.shared_plan())
    await at.give(seats.SPONSOR, hazard, "plan_approve")
    await at.forward(hazard, timedelta(days=14))  # nor done its part
    later = {"reason": "设备推迟到货", "nodes": [{"id": "N3", "due": _in(70)}], "until": _in(120)}
    await at.give(seats.BUREAU_LIAISON, hazard, "request_extension", **later)
    await at.give(seats.SPONSOR, hazard, "decide_extension", approve=True)
    for handler in (seats.EMERGENCY_HANDLER, seats.HANDLER, seats.BUREAU_HANDLER):
        await at.give(handler, hazard, "report_subtask", text="已完成")
        unit = handler.actor.unit
        await at.give(seats.BUREAU_LIAISON, hazard, "confirm_subtask", unit=unit)
    for verdict in ("accept_fail", "accept_pass"):
        await at.give(seats.BUREAU_HANDLER, hazard, "report_completion")
        await at.give(seats.BUREAU_ASSESSOR, hazard, "assess_pass", **seats.ALL_MET)
        if verdict == "accept_pass":
            await at.give(seats.OFFICE, hazard, verdict, **seats.ACCEPTANCE, **seats.ALL_MET)
            continue
        failed = {"failed": ["区交通委"], "reason": "两处未达标"}
        await at.give(seats.OFFICE, hazard, verdict, **seats.ACCEPTANCE, **failed)
        await at.give(seats.BUREAU_HANDLER, hazard, "report_subtask", text="已返工")
        await at.give(seats.BUREAU_LIAISON, hazard, "confirm_subtask", unit="区交通委")
    await at.forward(hazard, timedelta(days=45))
    return hazard


async def stood_still_and_caught_up(at: District) -> HazardId:
    """Its ledger has a step that its workflow lost; commands and time wait until an operator mends it."""
    hazard = await remediating(at)
    await at.give(seats.HANDLER, hazard, "progress", text="已进场")
    state = at.recorded(hazard)
    lost = Order(command=at.command("progress", text="已围挡"), actor=seats.HANDLER.actor, key="lost")
    event = decide(rules_for(LIBRARY, state), state, lost, await at.now(hazard))
    at.database.write_now(ledger.append, evolve(state, event), [event])
    waiting = asyncio.create_task(at.give(seats.HANDLER, hazard, "report_completion"))
    await at.forward(hazard, timedelta(days=30))
    await at.client.get_workflow_handle(hazard).execute_update(CATCH_UP)
    await waiting
    await at.give(seats.ASSESSOR, hazard, "assess_pass", **seats.ALL_MET)
    return hazard


def _in(days: int) -> str:
    return (local(datetime.now(UTC)) + timedelta(days=days)).date().isoformat()


STORIES: dict[str, Callable[[District], Awaitable[HazardId]]] = {
    "a-year-of-nobody": a_year_of_nobody,
    "calendar-comes-out": calendar_comes_out,
    "cleared-on-spot": cleared_on_spot,
    "extended-and-relapsed": extended_and_relapsed,
    "hotline-to-archive": hotline_to_archive,
    "left-without-waiting": left_without_waiting,
    "listed-and-reworked": listed_and_reworked,
    "long-life-in-several-runs": long_life,
    "passed-up-and-reworked": passed_up_and_reworked,
    "stood-still-and-caught-up": stood_still_and_caught_up,
}


async def record(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            temporal(limit__historyCount__suggestContinueAsNew="100") as client,
            district(client, Path(folder)) as at,
        ):
            for name in names:
                hazard = await STORIES[name](at)
                await write(at, name, hazard)
                print(name, hazard)


async def write(at: District, name: str, hazard: HazardId) -> None:
    runs = [run async for run in at.client.list_workflows(f"WorkflowId = '{hazard}'")]
    while not runs:
        await asyncio.sleep(0.2)
        runs = [run async for run in at.client.list_workflows(f"WorkflowId = '{hazard}'")]
    runs.sort(key=lambda run: run.start_time)
    histories = []
    for run in runs:
        handle: WorkflowHandle[object, object] = at.client.get_workflow_handle(hazard, run_id=run.run_id)
        histories.append((await handle.fetch_history()).to_json())
    stored = at.database.read_now(ledger.events, hazard)
    lines = [
        json.dumps(
            {"body": entry.body, "prev": entry.event.prev, "hash": entry.event.hash}, ensure_ascii=False
        )
        for entry in stored
    ]
    (HISTORIES / f"{name}.history.json").write_text(
        json.dumps([json.loads(text) for text in histories], ensure_ascii=False, indent=0), encoding="utf-8"
    )
    (HISTORIES / f"{name}.ledger.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for entry in stored:
        event = entry.event
        book = next(book for book in LIBRARY.books if book.digest == event.rules)
        (HISTORIES / f"{event.rules[:12]}.book.json").write_text(canonical(book), encoding="utf-8")
        calendar = LIBRARY.calendar(event.calendar)
        (HISTORIES / f"{event.calendar[:12]}.calendar.json").write_text(canonical(calendar), encoding="utf-8")


if __name__ == "__main__":
    HISTORIES.mkdir(exist_ok=True)
    there = {path.name.removesuffix(".history.json") for path in HISTORIES.glob("*.history.json")}
    asyncio.run(record(sys.argv[1:] or [name for name in STORIES if name not in there]))
