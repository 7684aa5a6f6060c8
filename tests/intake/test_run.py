"""The import on a door of paper: each row once, whatever is interrupted, repeated or away."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.service import RPCError, RPCStatusCode

from domain.refusal import refuse
from domain.values import Channel
from intake import patience
from intake.forms import Reader
from intake.mapping import columns
from intake.patience import Stopped
from intake.record import Recorded
from intake.run import run_import
from intake.sheets import Row
from intake.watch import Tally, Watch
from service.door import NotRecorded
from storage.errors import StorageUnavailable

HEADER = ("编号", "标题", "内容", "时间")


class Numbered:
    def __init__(self, hazard, form):
        self.hazard, self.form = hazard, form


class PaperDoor:
    """Numbers and starts as the real one, in memory; ``trouble`` is raised by the next calls, one each."""

    def __init__(self):
        self.numbers = {}
        self.started = {}
        self.starts = Counter()
        self.trouble = []
        self.slow = 0.0
        self.at_once = self.most_at_once = 0

    def _meet_trouble(self):
        if self.trouble and (error := self.trouble.pop(0)):
            raise error

    async def known(self, _principal, keys):
        self._meet_trouble()
        return {key: self.numbers[key] for key in keys if key in self.numbers}

    async def number(self, _principal, reports):
        self._meet_trouble()
        answers = []
        for form, key in reports:
            if form.code == "X99-99":
                answers.append(refuse(422, "T01.unknown-code", "CLS-02", "没有这个编号", "no such code"))
            else:
                number = self.numbers.setdefault(key, f"PT-2026-{len(self.numbers) + 1:06d}")
                answers.append(Numbered(number, form))
        return answers

    async def launch(self, numbered):
        self._meet_trouble()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.slow)
        finally:
            self.at_once -= 1
        self.starts[numbered.hazard] += 1
        self.started.setdefault(numbered.hazard, numbered.form)

    async def reports(self, ids):
        self._meet_trouble()
        return {
            id: Recorded(self.started[id].title, self.started[id].description)
            for id in ids
            if id in self.started
        }

    async def which(self, ids):
        self._meet_trouble()
        return {id for id in ids if id in self.started}


class Notes(Watch):
    def __init__(self):
        self.heard = []

    def waiting(self, why):
        self.heard.append(f"waiting: {why}")

    def going_on(self):
        self.heard.append("going on")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(patience.asyncio, "sleep", _short_sleep)


_sleep = asyncio.sleep


async def _short_sleep(seconds):
    await _sleep(min(seconds, 0.002))


def sheet(*rows):
    return [Row(number, tuple(cells)) for number, cells in enumerate(rows, start=2)]


async def run(door, rows, header=HEADER, **more):
    reader = Reader(columns(header), Channel.HOTLINE, "市民热线", lambda writer: "writer")
    return await run_import(rows, reader.read, door=door, record=door, principal=None, **more)


def messages(n):
    return sheet(*((number, f"标题{number}", f"内容{number}") for number in range(n)))


async def test_every_row_becomes_a_hazard_and_a_second_run_adds_none():
    door = PaperDoor()
    first = await run(door, messages(250))
    assert (first.read, first.taken, first.already, first.refused) == (250, 250, 0, [])
    assert first.unrecorded == 0
    second = await run(door, messages(250))
    assert (second.taken, second.already, second.refused) == (0, 250, [])
    assert set(door.starts.values()) == {1}


async def test_bad_rows_are_refused_in_the_order_of_the_sheet_and_stop_nothing():
    door = PaperDoor()
    header = (*HEADER, "部件编号")
    rows = sheet(
        (1, "甲", "内容"),
        (2, "", ""),
        (3, "丙", "内容", "昨天"),
        (4, "丁", "内容", "", "X99-99"),
        (5, "戊", "内容\x00"),
        (6, "己", "内容"),
    )
    tally = await run(door, rows, header)
    assert tally.taken == 2
    assert [(problem.row, problem.code) for problem in tally.refused] == [
        (3, "import.nothing-said"),
        (4, "import.unreadable-time"),
        (5, "T01.unknown-code"),
        (6, "import.control-character"),
    ]


async def test_a_number_used_twice_in_one_file_is_one_hazard():
    door = PaperDoor()
    tally = await run(door, sheet((1, "甲", "内容"), (1.0, "甲", "内容"), ("1", "甲", "另一内容")))
    assert (tally.taken, tally.already) == (1, 1)
    (problem,) = tally.refused
    assert (problem.row, problem.code) == (4, "import.repeated-number")
    assert "第 2 行" in problem.zh


async def test_of_rows_without_a_number_only_different_ones_are_told_apart():
    tally = await run(PaperDoor(), sheet(("", "甲", "内容"), ("", "乙", "内容"), ("", "甲", "内容")))
    assert tally.taken == 2
    assert [problem.code for problem in tally.refused] == ["import.repeated-row"]


async def test_a_number_that_comes_back_with_another_text_is_reported_and_changes_nothing():
    door = PaperDoor()
    await run(door, sheet((1, "甲", "内容")))
    tally = await run(door, sheet((1, "甲", "改过的内容")))
    assert [problem.code for problem in tally.refused] == ["import.changed"]
    assert "PT-2026-000001" in tally.refused[0].zh
    assert door.started["PT-2026-000001"].description == "内容"


async def test_what_was_numbered_but_never_started_is_started_under_its_number():
    door = PaperDoor()
    door.numbers = {f"import:市民热线:{number}": f"PT-2026-9{number:05d}" for number in range(3)}
    tally = await run(door, messages(5))
    assert tally.taken == 5
    assert {f"PT-2026-9{number:05d}" for number in range(3)} <= door.started.keys()


@given(stop_after=st.integers(0, 120), rows=st.integers(1, 120))
@settings(max_examples=25, deadline=None)
def test_cut_off_anywhere_and_run_again_nothing_is_lost_or_doubled(stop_after, rows):
    async def story():
        door = PaperDoor()
        launch, launched = door.launch, 0

        async def launch_some(numbered):
            nonlocal launched
            launched += 1
            if launched > stop_after:
                task.cancel()
            await launch(numbered)

        door.launch = launch_some
        task = asyncio.create_task(run(door, messages(rows), batch=20, in_flight=4))
        await asyncio.wait([task])
        door.launch = launch
        tally = await run(door, messages(rows), batch=20)
        assert tally.taken + tally.already == rows
        assert len(door.started) == len(door.numbers) == rows

    asyncio.run(story())


async def test_an_outage_is_waited_out_and_told_once():
    door, notes = PaperDoor(), Notes()
    door.trouble = [
        StorageUnavailable("数据库暂时无法使用", "the database is away"),
        StorageUnavailable("数据库暂时无法使用", "the database is away"),
    ]
    tally = await run(door, messages(10), watch=notes)
    assert tally.taken == 10
    assert notes.heard == ["waiting: 数据库暂时无法使用 / the database is away", "going on"]


async def test_an_outage_of_temporal_is_told_in_both_languages():
    away = NotRecorded("Temporal: tcp connect error")
    away.__cause__ = RPCError("tcp connect error", RPCStatusCode.UNAVAILABLE, b"")
    door, notes = PaperDoor(), Notes()
    door.trouble = [None, None, None, away]
    assert (await run(door, messages(3), watch=notes)).taken == 3
    assert notes.heard[0].startswith("waiting: Temporal 暂时无法使用（tcp connect error） | Temporal is away")


async def test_starts_that_fail_one_after_another_are_all_tried_again():
    door, notes = PaperDoor(), Notes()
    door.trouble = [None, None, None, *(NotRecorded("Temporal: away") for _ in range(60))]
    tally = await run(door, messages(40), watch=notes, in_flight=8)
    assert tally.taken == 40
    assert set(door.starts.values()) == {1}


async def test_what_waiting_cannot_mend_stops_the_import_with_one_line():
    refused = NotRecorded("Temporal: no")
    refused.__cause__ = RPCError("Namespace nowhere is not found.", RPCStatusCode.NOT_FOUND, b"")
    door, tally = PaperDoor(), Tally()
    door.trouble = [None, None, None, refused]
    with pytest.raises(Stopped, match="Namespace nowhere"):
        await run(door, messages(40), tally=tally, in_flight=1)
    door.trouble = []
    assert (await run(door, messages(40))).taken == 40


async def test_only_so_many_starts_are_under_way_at_once():
    door = PaperDoor()
    door.slow = 0.001
    await run(door, messages(60), in_flight=7, batch=50)
    assert door.most_at_once == 7


async def test_the_wait_for_the_record_has_an_end():
    door = PaperDoor()

    async def none(_ids):
        return set()

    door.which = none
    tally = await run(door, messages(5), settle=timedelta(seconds=0.05))
    assert (tally.taken, tally.recorded, tally.unrecorded) == (5, 0, 5)


async def test_a_database_that_goes_away_at_the_end_is_not_waited_for_for_ever():
    door = PaperDoor()

    async def away(_ids):
        raise StorageUnavailable("数据库暂时无法使用")

    door.which = away
    tally = await run(door, messages(5), settle=timedelta(seconds=0.05))
    assert (tally.taken, tally.unrecorded) == (5, 5)
