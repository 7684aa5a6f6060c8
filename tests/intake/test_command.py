"""What a person and a machine are told of an import."""

import asyncio
import io
import json
import threading

import pytest
from rich.console import Console

from domain.refusal import refuse
from intake import command, opening, patience, screen
from intake.command import BAD_INPUT, INTERRUPTED, import_file
from intake.forms import Problem
from intake.mapping import columns
from intake.patience import Patience, Stopped
from intake.screen import Screen
from intake.summary import Summary
from intake.watch import Tally, Watch
from service.door import NotRecorded
from settings import load_settings

HEADER = ("留言编号", "留言用户", "留言主题", "留言详情", "答复意见", "备注")


def tally(taken=3, already=2, recorded=3, refused=1):
    problem = Problem(7, "import.nothing-said", "标题和内容都是空的", "nothing is said", ())
    return Tally(read=6, taken=taken, already=already, recorded=recorded, refused=[problem] * refused)


def summary(**more):
    return Summary(
        "热线.xlsx", rows=6, source="市民热线", columns=columns(HEADER), **{"tally": tally(), **more}
    )


def test_a_summary_says_which_columns_were_taken_and_what_became_of_the_rows():
    text = summary().as_text()
    assert "留言编号→编号" in text
    assert "不导入（其他系统的答复） | answers of another system, not imported：答复意见" in text
    assert "备注" in text
    assert "没有地点列" in text
    assert "6 行：登记 3，已有 2，未导入 1" in text
    assert "全部记入台账" in text
    assert "import.nothing-said ×1：第 7 行" in text


def test_what_is_not_in_the_ledger_yet_is_said():
    assert "1 件已受理但尚未记入台账" in summary(tally=tally(recorded=2)).as_text()
    assert "全部记入台账" not in summary(tally=tally(recorded=2)).as_text()


def test_machines_get_every_figure():
    answer = json.loads(summary().as_json(1))
    assert answer["columns"]["留言主题"] == "title"
    assert answer["not_imported"] == ["答复意见", "备注"]
    figures = ("status", "rows", "taken", "already", "refused", "recorded", "unrecorded")
    assert [answer[figure] for figure in figures] == [1, 6, 3, 2, 1, 3, 0]


# -- interruptions and outages -----------------------------------------------------------------------


async def _ctrl_c(*_args):
    raise KeyboardInterrupt


def test_ctrl_c_is_status_130_and_says_how_to_go_on(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "_import", _ctrl_c)
    settings = load_settings(var_dir=tmp_path)
    assert import_file(tmp_path / "a.xlsx", profile="putuo", settings=settings) == INTERRUPTED
    assert "再次运行即可接着导入" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [Stopped("停", "stop"), refuse(404, "no-such-profile", "INT-01", "停", "stop")]
)
def test_what_stops_an_import_is_one_line_and_status_two(monkeypatch, tmp_path, capsys, error):
    async def stopped(*_args):
        raise error

    monkeypatch.setattr(command, "_import", stopped)
    settings = load_settings(var_dir=tmp_path)
    assert import_file(tmp_path / "a.xlsx", profile="putuo", settings=settings) == BAD_INPUT
    assert capsys.readouterr().err == "停 | stop\n"


async def test_a_server_that_is_not_up_yet_is_waited_for(monkeypatch, tmp_path):
    heard = []

    class Notes(Watch):
        def waiting(self, why):
            heard.append(why)

        def going_on(self):
            heard.append("going on")

    tries = iter((RuntimeError("Failed client connect"), RuntimeError("Failed client connect"), "client"))

    async def connect(*_args, **_more):
        answer = next(tries)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(opening.Client, "connect", connect)
    settings = load_settings(var_dir=tmp_path, temporal_address="127.0.0.1:7999")
    connected = Patience(Notes(), first=0.001).until(lambda: opening._connected(settings))
    assert str(await asyncio.wait_for(connected, 5)) == "client"
    assert len(heard) == 2
    assert "127.0.0.1:7999" in heard[0] and "qingling up" in heard[0]


# -- the screen --------------------------------------------------------------------------------------


def written(monkeypatch, terminal, quiet=False, every=0.0):
    out = io.StringIO()
    monkeypatch.setattr(screen, "EVERY_SECONDS", every)
    monkeypatch.setattr(
        screen, "Console", lambda **_more: Console(file=out, force_terminal=terminal, width=100)
    )
    with Screen(6, quiet) as shown:
        shown.moved(tally())
        shown.waiting("数据库暂时无法使用 / the database is away")
        shown.going_on()
        shown.settling(tally())
    return out.getvalue()


def test_a_terminal_shows_a_bar(monkeypatch):
    shown = written(monkeypatch, terminal=True)
    assert "━" in shown
    assert "未导入 1" in shown


def test_without_a_terminal_there_are_plain_lines(monkeypatch):
    shown = written(monkeypatch, terminal=False)
    assert "导入 import 6/6 登记 3 已有 2 未导入 1" in shown
    assert "\x1b" not in shown


def test_machines_hear_of_outages_only(monkeypatch):
    shown = written(monkeypatch, terminal=False, quiet=True)
    assert "导入 import" not in shown
    assert "数据库暂时无法使用" in shown and "已恢复" in shown


def test_pauses_grow_and_have_an_end(monkeypatch):
    pauses = []
    really, here = asyncio.sleep, threading.get_ident()

    async def sleep(seconds):
        if threading.get_ident() != here:  # the servers of other tests sleep too
            return await really(seconds)
        pauses.append(seconds)

    async def story():
        away = iter([NotRecorded("away")] * 12)

        async def attempt():
            if error := next(away, None):
                raise error
            return "done"

        return await Patience(Watch()).until(attempt)

    monkeypatch.setattr(patience.asyncio, "sleep", sleep)
    assert asyncio.run(story()) == "done"
    assert pauses[0] < 1
    assert max(pauses) <= patience.LONGEST_PAUSE * 1.25
    assert pauses[-1] >= patience.LONGEST_PAUSE * 0.75
