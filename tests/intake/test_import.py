"""The import on a real server and a real database: bad rows among good ones, twice, and cut off midway."""

import asyncio
import json
from datetime import datetime, timedelta

import pytest
import python_calamine
from sqlalchemy import select

from domain.organisation import Actor, Role
from domain.values import SHANGHAI, Channel, PersonId, State, UnitId
from intake.command import BAD_INPUT, FINDING, GOOD, import_file
from intake.forms import PLACE_IN_TEXT, Reader
from intake.mapping import columns, is_header
from intake.record import Record
from intake.references import References, reference_key
from intake.run import run_import
from intake.sheets import open_sheet
from intake.watch import Watch
from storage import ledger
from storage.scope import Principal
from storage.tables import hazards
from storage.tables import numbers as numbers_table
from tests.server import district, temporal

HEADER = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")
ANSWER = "已收悉，谢谢反映"
TEXT = "\n\t\t\t您好！这里的路灯不亮已经{}天。\n\t\t\t请派人来看。 "


def message(n, **changed):
    row = {
        "留言编号": 2554.0 + n,
        "留言用户": f"A000{n % 7:05d}",
        "留言主题": f"反映曹杨新村街道第{n}盏路灯不亮",
        "留言时间": f"2019/4/{n % 28 + 1} 16:03:40",
        "留言详情": TEXT.format(n),
        "答复意见": ANSWER,
        "答复时间": "2019/5/9 9:49:10",
    }
    return tuple({**row, **changed}.values())


GOOD_ROWS = [message(n) for n in range(36)]
BAD_ROWS = [
    (message(90, 留言时间="不久以前"), "import.unreadable-time"),
    (message(91, 留言时间="2099/1/1 0:00:00"), "T01.in-the-future"),
    (message(92, 留言主题="", 留言详情=" "), "import.nothing-said"),
    (message(3, 留言详情="同一编号，另一内容"), "import.repeated-number"),
    (message(93, 留言编号=2.01904241603401e17), "import.rounded-number"),
]
ROWS = [HEADER, *GOOD_ROWS[:20], *(row for row, _ in BAD_ROWS), *GOOD_ROWS[20:]]


@pytest.fixture(scope="module")
async def putuo(tmp_path_factory):
    async with temporal() as client, district(client, tmp_path_factory.mktemp("putuo")) as running:
        yield running


def settings_of(running):
    client = running.client
    where = {
        "temporal_address": client.service_client.config.target_host,
        "temporal_namespace": client.namespace,
    }
    return running.settings.model_copy(update=where)


async def imported(running, path, **more):
    """Run the command as its own process would: with a loop of its own."""
    given = {"profile": "putuo", "settings": settings_of(running), **more}
    return await asyncio.to_thread(import_file, path, **given)


def recorded(running, source):
    query = select(hazards).where(hazards.c.external_source == source)
    rows = running.database.read_now(lambda connection: connection.execute(query).mappings().all())
    return {row["external_number"]: row for row in rows}


def numbered(running):
    return running.database.read_now(lambda connection: len(connection.execute(select(numbers_table)).all()))


@pytest.mark.requirement("REG-01", "REG-05", "REG-08")
async def test_messages_become_hazards_once_and_bad_rows_come_back_with_a_reason(putuo, xlsx, capsys):
    path = xlsx(ROWS, name="热线.xlsx")
    assert await imported(putuo, path, as_json=True) == FINDING
    summary = json.loads(capsys.readouterr().out)
    assert (summary["rows"], summary["taken"], summary["already"], summary["refused"]) == (41, 36, 0, 5)
    assert summary["unrecorded"] == 0
    assert [problem["code"] for problem in summary["problems"]] == [code for _, code in BAD_ROWS]

    found = recorded(putuo, "市民热线")
    assert found.keys() == {str(2554 + n) for n in range(36)}
    for n in range(36):
        row = found[str(2554 + n)]
        assert row["description"] == TEXT.format(n)
        assert row["title"] == f"反映曹杨新村街道第{n}盏路灯不亮"
        assert row["place"] == row["title"] + PLACE_IN_TEXT
        assert row["occurred_at"] == datetime(2019, 4, n % 28 + 1, 16, 3, 40, tzinfo=SHANGHAI)
        assert row["state"] == State.REPORTED
        assert row["channel"] == Channel.HOTLINE
        assert row["subdistrict"] == "caoyang"
        assert row["code"] is None, "a suggestion is never set"
    assert len({row["reporter_ref"] for row in found.values()}) == 7

    leftovers = (
        python_calamine.CalamineWorkbook.from_path(summary["leftovers"]).get_sheet_by_index(0).to_python()
    )
    assert leftovers[0] == ["行号", "原因", "代码", *HEADER]
    assert [(row[0], row[2]) for row in leftovers[1:]] == [
        (22.0 + n, code) for n, (_, code) in enumerate(BAD_ROWS)
    ]

    before = numbered(putuo)
    assert await imported(putuo, path, as_json=True) == FINDING
    again = json.loads(capsys.readouterr().out)
    assert (again["taken"], again["already"], again["refused"]) == (0, 36, 5)
    assert len(recorded(putuo, "市民热线")) == 36
    assert numbered(putuo) == before


@pytest.mark.requirement("REG-01")
async def test_clocks_start_at_the_report_to_us_not_at_the_message(putuo, xlsx):
    assert await imported(putuo, xlsx([HEADER, message(500)]), source="时钟") == GOOD
    (row,) = recorded(putuo, "时钟").values()
    hazard = putuo.recorded(row["id"])
    (clock,) = hazard.clocks.values()
    assert clock.started == hazard.reported_at
    assert datetime.now(SHANGHAI) - clock.started < timedelta(minutes=5)
    assert clock.due > datetime.now(SHANGHAI)


async def test_the_writer_stands_nowhere(putuo, xlsx, capsys):
    writer = "A00098765"
    path = xlsx([HEADER, message(600, 留言用户=writer), message(601, 留言用户=writer, 留言时间="昨天")])
    assert await imported(putuo, path, source="保密") == FINDING
    said = capsys.readouterr()
    (row,) = recorded(putuo, "保密").values()
    history = await putuo.client.get_workflow_handle(row["id"]).fetch_history()
    bodies = [stored.body for stored in putuo.database.read_now(ledger.events, row["id"])]
    assert writer not in said.out + said.err + history.to_json() + "".join(bodies) + row["id"]
    assert row["reporter_ref"].startswith("writer-")


async def test_cut_off_midway_it_is_mended_by_running_it_again(putuo, xlsx, capsys):
    path = xlsx([HEADER, *GOOD_ROWS])
    sheet = open_sheet(path, None, is_header)
    references = References(reference_key(putuo.settings.var_dir), "中断")
    reader = Reader(columns(sheet.header), Channel.HOTLINE, "中断", references.of)
    desk = Actor(unit=UnitId("desk"), role=Role.DESK, person=PersonId("import"))

    class CutOff(Watch):
        def moved(self, tally):
            if tally.taken >= 10:
                task.cancel()

    task = asyncio.create_task(
        run_import(
            sheet.rows(),
            reader.read,
            door=putuo.door,
            record=Record(putuo.database),
            principal=Principal(profile="putuo", actor=desk),
            watch=CutOff(),
            in_flight=4,
        )
    )
    with pytest.raises(asyncio.CancelledError):
        await task
    before = numbered(putuo)
    assert len(recorded(putuo, "中断")) < 36

    assert await imported(putuo, path, source="中断", as_json=True) == GOOD
    summary = json.loads(capsys.readouterr().out)
    assert summary["taken"] + summary["already"] == 36
    assert summary["taken"] > 0
    found = recorded(putuo, "中断")
    assert len(found) == 36
    assert numbered(putuo) == before, "all had their numbers, and none got a second one"
    for row in found.values():
        assert putuo.events(row["id"]) == ["report"]


async def test_two_imports_at_once_are_one(putuo, xlsx):
    path = xlsx([HEADER, *GOOD_ROWS])
    statuses = await asyncio.gather(*(imported(putuo, path, source="同时") for _ in range(2)))
    assert statuses == [GOOD, GOOD]
    assert len(recorded(putuo, "同时")) == 36


async def test_a_csv_of_the_old_encoding_with_columns_named_by_hand(putuo, csv):
    path = csv("序,事由,何处\n1,井盖缺失,长征镇某路\n2,路灯不亮,桃浦镇某路\n", "gb18030")
    mapping = ["事由=内容", "何处=地点"]
    assert await imported(putuo, path, source="手工", mapping=mapping, channel="群众来信来访") == GOOD
    assert await imported(putuo, path, source="手工", mapping=mapping, channel="群众来信来访") == GOOD
    query = select(hazards).where(hazards.c.external_source == "手工").order_by(hazards.c.description)
    rows = putuo.database.read_now(lambda connection: connection.execute(query).mappings().all())
    assert [(row["description"], row["subdistrict"], row["channel"]) for row in rows] == [
        ("井盖缺失", "changzheng", "petition"),
        ("路灯不亮", "taopu", "petition"),
    ]


# -- what cannot be imported -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"profile": "nowhere"}, "没有已发布的区级配置“nowhere”"),
        ({"channel": "smoke"}, "没有发现渠道“smoke”"),
        ({"source": "a:b"}, "来源名称须为"),
        ({"source": " "}, "来源名称须为"),
        ({"mapping": ["无此列=内容"]}, "没有“无此列”这一列"),
        ({"sheet": "无此表"}, "没有工作表“无此表”"),
    ],
)
async def test_what_is_asked_wrongly_is_one_line_and_status_two(putuo, xlsx, capsys, given, said):
    assert await imported(putuo, xlsx(ROWS), **given) == BAD_INPUT
    out, err = capsys.readouterr()
    assert said in err.splitlines()[0]
    assert out == ""


async def test_machines_get_the_reason_as_json(putuo, tmp_path, capsys):
    assert await imported(putuo, tmp_path / "没有.xlsx", as_json=True) == BAD_INPUT
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == BAD_INPUT
    assert "没有文件" in answer["error"]


async def test_without_a_database_it_says_which_command_makes_one(putuo, xlsx, capsys, tmp_path):
    from pydantic import SecretStr

    elsewhere = settings_of(putuo).model_copy(
        update={"database_url": SecretStr(f"sqlite:///{tmp_path}/no.db")}
    )
    assert await imported(putuo, xlsx(ROWS), settings=elsewhere) == BAD_INPUT
    assert "qingling migrate" in capsys.readouterr().err
    assert not (tmp_path / "no.db").exists()
