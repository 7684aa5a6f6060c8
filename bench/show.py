"""The figures for people: on the terminal, and as a part of the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import TARGETS, Line, lines
from bench.load import Row

_BEGIN, _END = "<!-- bench: begin -->", "<!-- bench: end -->"
_WAYS = {"floor": "底线 floor", "client": "产品·客户端 client", "http": "产品·HTTP http"}
_COLUMNS = ("并发 callers", "方式 way", "lifecycles/s", "commands/s", "/ floor", "p50 ms", "p99 ms")
_PROCESSES = ("server", "worker", "api", "caller")


def show(found: dict[str, Any], console: Console) -> None:
    table = Table(title="生命周期 | lifecycles")
    header, body = _lives(found)
    for name in header:
        table.add_column(name, justify="left" if name == _COLUMNS[1] else "right")
    for cells in body:
        table.add_row(*cells)
    console.print(table)
    table = Table(title="目标 | targets")
    for name in ("", "", "目标 target", "实测 figure", ""):
        table.add_column(name)
    for target in TARGETS:
        value = found[target.key]
        met = target.met(value)
        verdict = "达到 met" if met else f"未达到，差 {target.missed_by(value):.0%} missed"
        table.add_row(
            target.zh, target.en, target.wanted, _number(value), verdict, style=None if met else "bold red"
        )
    console.print(table)
    console.print(
        f"events/command {found['events_per_command_by_way']} · forecast {found['core']['forecast_ms']:.2f} ms"
        f" · load before {found['machine']['load_before']} · cpus {found['machine']['cpus']}"
    )


def write_docs(found: dict[str, Any], path: Path) -> None:
    """Put the tables between the two marks of ``path``."""
    between_marks(path, (_BEGIN, _END), _markdown(found))


def between_marks(path: Path, marks: tuple[str, str], markdown: str) -> None:
    """Replace what stands between two marks of a page; what stands round them is written by hand."""
    begin, end = marks
    text = path.read_text(encoding="utf-8") if path.exists() else f"{begin}\n{end}\n"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before}{begin}\n{markdown}\n{end}{after}", encoding="utf-8")


def _markdown(found: dict[str, Any]) -> str:
    machine = found["machine"]
    targets = [
        [
            f"{target.zh}<br>{target.en}",
            target.wanted,
            _number(found[target.key]),
            "达到 met"
            if target.met(found[target.key])
            else f"**差 {target.missed_by(found[target.key]):.0%} missed**",
        ]
        for target in TARGETS
    ]
    by_way = found["events_per_command_by_way"]
    core = found["core"]
    commands = sorted(core["decide_ms_by_command"].items(), key=lambda item: -item[1])
    starts = {
        how: [one["starts_per_s"] for one in found["starts"] if one["how"] == how]
        for how in ("import", "bare")
    }
    return "\n\n".join(
        [
            f"`make bench ARGS=--write-docs`，{found['at'][:16].replace('T', ' ')}："
            f"{machine['cpus']} CPU，{machine['memory_gb']} GB，{machine['system']}，Python {machine['python']}，"
            f"temporalio {machine['temporalio']}，{machine['server']}；此前负载 load before {machine['load_before']}；"
            f"每次测量约 {found['size']['seconds']:g} 秒 about {found['size']['seconds']:g} s each",
            grid(("", "目标 target", "实测 figure", ""), targets),
            grid(*_lives(found)),
            "每条命令的历史事件 history events per command: "
            + ", ".join(f"{_WAYS[way]} {value:.2f}" for way, value in by_way.items())
            + "。导入 import "
            + "、".join(f"{value:.0f}" for value in starts["import"])
            + " starts/s，裸启动 bare "
            + "、".join(f"{value:.0f}" for value in starts["bare"])
            + " starts/s。",
            f"内存 memory: {_WAYS['floor']} {found['kb_per_open_hazard_by_way']['floor']:.0f} KB, "
            f"产品 product {found['kb_per_open_hazard_by_way']['client']:.0f} KB。"
            f"一年 a year of {found['year']['commands']} commands in {found['year']['runs']} runs: "
            f"p50 {found['year']['late_p50_ms']:.1f} ms (fresh {found['year']['fresh_p50_ms']:.1f}), "
            f"p99 {found['year']['late_p99_ms']:.1f} ms (fresh {found['year']['fresh_p99_ms']:.1f}).",
            "核心 the core (ms, median): "
            + ", ".join(f"`{name}` {value:.3f}" for name, value in commands)
            + f"; forecast {core['forecast_ms']:.2f}, of a listed hazard with eight units "
            f"{core['forecast_listed_ms']:.2f} (its next_wakeup {core['next_wakeup_listed_ms']:.3f}); drill SC-2 {core['drill_sc2_ms']:.1f}, "
            f"the first of a process {core['drill_sc2_first_ms']:.0f}.",
        ]
    )


def _lives(found: dict[str, Any]) -> tuple[Sequence[str], list[list[str]]]:
    body = [_cells(line) for line in lines([Row(**row) for row in found["rows"]])]
    return (*_COLUMNS, *(f"CPU {name} ms" for name in _PROCESSES)), body


def _cells(line: Line) -> list[str]:
    return [
        str(line.callers),
        _WAYS[line.way],
        f"{line.lifecycles_per_s:.1f}",
        f"{line.commands_per_s:.0f}",
        "" if line.over_floor is None else f"{line.over_floor:.2f}",
        f"{line.p50_ms:.1f}",
        f"{line.p99_ms:.1f}",
        *(f"{line.cpu_ms[name]:.0f}" if name in line.cpu_ms else "" for name in _PROCESSES),
    ]


def grid(header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    rows = [header, ["---"] * len(header), *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _number(value: float) -> str:
    return f"{value:.3g}"
