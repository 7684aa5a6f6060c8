"""A year of a town's programme on a real server: windows, reminders, misses, filings, restarts, replay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from domain import filing, timetable
from domain.cadence import Filing
from domain.library import LIBRARY
from domain.organisation import Actor, Role
from domain.programme import File, Happening, Kind, Note, Order, Programme, evolve, key_of
from domain.values import SHANGHAI, PersonId, UnitId, local
from drill.replay import RUNNERS
from storage import programme as record
from storage import rulebooks
from tests.server import District, district, temporal
from workflows import programme
from workflows.contract import refusal_in
from workflows.programme import GIVE, Answer, ProgrammeWorkflow

pytestmark = pytest.mark.slow

TOWN = "pingdu-town"
PUNCTUAL = timedelta(seconds=60)


def next_month(now: datetime) -> datetime:
    return datetime.combine(
        (now.replace(day=28) + timedelta(days=4)).replace(day=1).date(), datetime.min.time(), SHANGHAI
    )


def note() -> Order:
    office = Actor(unit=UnitId("zongzhiban"), role=Role.OFFICE, person=PersonId("p-2"))
    command = Note(book="meeting", on="2026-11-24", subject="领导小组会议")
    return Order(command=command, actor=office, key=uuid4().hex)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(client: Client, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[District]:
    folder: Path = tmp_path_factory.mktemp("programme")
    async with district(client, folder) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def short_runs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[District]:
    folder: Path = tmp_path_factory.mktemp("programme-short-runs")
    async with (
        temporal(limit__historyCount__suggestContinueAsNew="60") as client,
        district(client, folder) as running,
    ):
        yield running


class Year:
    """The town's programme, its clock and its record."""

    def __init__(self, town: District) -> None:
        self.town = town

    @property
    def handle(self) -> WorkflowHandle[object, object]:
        return self.town.client.get_workflow_handle(programme.id_of(TOWN))

    async def start(self) -> None:
        await programme.ensure(self.town.client, TOWN, self.town.settings.task_queue)

    async def now(self) -> datetime:
        return local(await self.town.skipper.get_current_time(self.handle))

    async def forward_to(self, moment: datetime) -> None:
        await self.town.skipper.fast_forward(self.handle, moment - await self.now())

    def happened(self) -> list[Happening]:
        return [one.happening for one in self.town.database.read_now(record.record, TOWN)]

    def state(self) -> Programme:
        return self.town.database.read_now(record.state, TOWN)

    async def give(self, unit: str, role: Role, duty: str, label: str, key: str = "", **form: object) -> int:
        actor = Actor(unit=UnitId(unit), role=role, person=PersonId("p-1"))
        command = File(duty=duty, label=label, filing=Filing.model_validate(form))
        order = Order(command=command, actor=actor, key=key or uuid4().hex)
        answer = await self.handle.execute_update(GIVE, order, result_type=Answer)
        return answer.seq


def decided_again(happenings: list[Happening]) -> list[str]:
    """The hashes that the core alone comes to, for the moments that the engine decided at."""
    state, hashes = Programme(profile=TOWN), []
    for one in happenings:
        rules = LIBRARY.rules(one.rules, one.calendar)
        again: Happening | None
        if one.key:
            command = File(duty=one.duty, label=one.label, filing=one.filing)
            order = Order(command=command, actor=one.actor, key=one.key)
            again = filing.decide(rules, state, order, one.at)
        else:
            again = timetable.coming(rules, state, one.at)
        assert again is not None
        hashes.append(again.hash)
        state = evolve(state, again)
    return hashes


@pytest.fixture
def everything(town: District) -> tuple[str, ...]:
    book = LIBRARY.book(town.database.read_now(rulebooks.current, TOWN))
    return book.cadence.scope


@pytest.mark.requirement("CAD-01", "CAD-02", "CAD-03", "CAD-08", "REG-11", "REM-03", "SC-7")
async def test_a_year_of_a_town(town: District, everything: tuple[str, ...]) -> None:
    """Each window on its day, each reminder and miss once, and what the core alone would have decided."""
    year = Year(town)
    await year.start()
    start = await year.now()
    # The first half month that begins entirely before us, in the manner of SC-7.
    first = next_month(start)
    await year.forward_to(first + timedelta(days=2))
    half = f"{first:%Y-%m}上"
    record_of_it = {
        "inspected_on": first.date(),
        "covered": everything,
        "found": 0,
        "participants": ("派出所", "司法所", "市场监管所", "安监所"),
    }
    seq = await year.give("guanqu-1", Role.LIAISON, "concentrated", half, "once", **record_of_it)
    assert await year.give("guanqu-1", Role.LIAISON, "concentrated", half, "once", **record_of_it) == seq
    with pytest.raises(WorkflowUpdateFailedError) as error:
        await year.give("guanqu-2", Role.LIAISON, "concentrated", half, found=0)
    refusal = refusal_in(error.value.cause)
    assert refusal is not None and refusal.refused.code == "F18.incomplete"

    await year.forward_to(start + timedelta(days=366))

    happened = year.happened()
    opened = [one for entry in happened for one in entry.opened]
    by_key = {(one.window.duty, one.window.label): one.window for one in opened}
    assert len(by_key) == len(opened)
    assert sum(duty == "concentrated" for duty, _ in by_key) in (24, 25)
    window = by_key["concentrated", half]
    assert (window.opens, window.due) == (first, first + timedelta(days=15))
    (miss,) = (one for one in happened if one.kind is Kind.MISSED and key_of(one) == ("concentrated", half))
    assert miss.units == ("guanqu-2", "guanqu-3", "guanqu-4")
    for entry in happened[1:]:
        told_at = {
            Kind.REMINDED: lambda one: one.remind_at,
            Kind.MISSED: lambda one: one.due,
        }
        if entry.kind in told_at:
            # Of a window that was open when the programme began, what was due by then is told at once: on the last
            # working day of a month that is its reminder.
            moment = max(told_at[entry.kind](by_key[key_of(entry)]), start)
            assert abs(entry.at - moment) < PUNCTUAL
        assert all(abs(entry.at - one.window.opens) < PUNCTUAL for one in entry.opened)
    assert decided_again(happened) == [one.hash for one in happened]
    assert town.database.read_now(record.verify, TOWN) == []


@pytest.mark.requirement("CAD-01", "REM-03")
async def test_a_programme_that_was_ended_from_outside_goes_on_from_its_record(town: District) -> None:
    year = Year(town)
    await year.start()
    before = year.state()
    await year.handle.terminate("an operator's mistake")
    await year.start()
    await year.handle.signal(programme.LOOK_AGAIN)

    # A new run begins at the real time, before the last entry: nothing is decided twice.
    await year.handle.execute_update(GIVE, note(), result_type=Answer)

    happened = year.happened()
    assert happened[: before.seq] == happened[: len(happened) - 1]
    assert happened[-1].kind is Kind.NOTED and happened[-1].seq == before.seq + 1


@pytest.mark.requirement("CAD-01")
async def test_it_goes_on_over_several_runs_which_all_replay(short_runs: District) -> None:
    year = Year(short_runs)
    await year.start()
    orders = [note() for _ in range(20)]
    seqs = [(await year.handle.execute_update(GIVE, order, result_type=Answer)).seq for order in orders]
    assert seqs == list(range(seqs[0], seqs[0] + 20))
    again = await year.handle.execute_update(GIVE, orders[0], result_type=Answer)
    assert again.seq == seqs[0], "the key was used some runs ago"

    assert await runs_that_replay(year) > 1


@pytest.mark.requirement("CAD-01", "CAD-08", "REM-03")
async def test_a_year_passes_over_several_runs_and_no_window_is_lost_between_two(
    short_runs: District,
) -> None:
    """Nobody gives a command: time alone fills the history, and each run hands over what is open."""
    year = Year(short_runs)
    await year.start()
    before, start = await runs_that_replay(year), await year.now()
    already = year.state().seq

    await year.forward_to(start + timedelta(days=366))

    happened = year.happened()[already:]
    opened = [one.window for entry in happened for one in entry.opened if one.window.opens > start]
    for duty, least in (("concentrated", 24), ("key", 12), ("summary", 12)):
        windows = sorted((one for one in opened if one.duty == duty), key=lambda one: one.opens)
        assert least <= len(windows) <= least + 1, duty
        assert len({one.label for one in windows}) == len(windows)
        for one, following in pairwise(windows):
            assert one.opens < following.opens <= one.opens + timedelta(days=31)
    due = {(one.duty, one.label) for one in opened if one.due < start + timedelta(days=365)}
    missed = [key_of(entry) for entry in happened if entry.kind is Kind.MISSED]
    assert due <= set(missed) and len(missed) == len(set(missed)), "each miss is said, and said once"
    moments = [entry.at for entry in happened]
    assert moments == sorted(moments)
    assert await runs_that_replay(year) >= before + 3
    assert short_runs.database.read_now(record.verify, TOWN) == []


async def runs_that_replay(year: Year) -> int:
    """How many runs there were; each is replayed in both ways."""
    client = year.town.client
    runs = [run async for run in client.list_workflows(f"WorkflowId = '{year.handle.id}'")]
    for run in runs:
        handle = client.get_workflow_handle(year.handle.id, run_id=run.run_id)
        history = await handle.fetch_history()
        for runner in RUNNERS.values():
            replayer = Replayer(
                workflows=[ProgrammeWorkflow], workflow_runner=runner, data_converter=pydantic_data_converter
            )
            await replayer.replay_workflow(history)
    return len(runs)
