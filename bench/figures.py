"""The few figures a run comes down to, each with what it should reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.load import Row

AT = 16
"""The number of callers at which the product is compared with the floor."""


@dataclass(frozen=True)
class Target:
    """A figure and its limit: ``at_least`` or at most ``limit``."""

    key: str
    zh: str
    en: str
    limit: float
    at_least: bool
    unit: str = ""

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def missed_by(self, value: float) -> float:
        """How far from the limit, as a share of it."""
        return abs(value - self.limit) / self.limit

    @property
    def wanted(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}{f' {self.unit}' if self.unit else ''}"


TARGETS = (
    Target("client_over_floor_16", "产品（客户端）/ 底线，16 个并发", "product through the client / floor, 16 callers", 0.80, True),
    Target("http_over_floor_16", "产品（HTTP）/ 底线，16 个并发", "product through HTTP / floor, 16 callers", 0.70, True),
    Target("events_per_command", "每条命令的历史事件", "history events per command", 9, False),
    Target("kb_per_open_hazard", "每件在办隐患占工作进程内存", "worker memory per cached open hazard", 120, False, "KB"),
    Target("year_over_fresh_p99", "一年后的命令 / 新隐患的命令（p99）", "a command after a year / of a fresh hazard, p99", 1.5, False),
    Target("import_over_start", "导入 / 裸 start_workflow", "import / bare start_workflow", 0.7, True),
    Target("decide_ms", "一条命令的 decide + evolve", "decide + evolve for one command", 0.2, False, "ms"),
    Target("forecast_listed_ms", "预测挂牌隐患（八个单位）", "foreseeing a listed hazard of eight units", 2, False, "ms"),
    Target("drill_sc2_ms", "演练 SC-2", "drilling SC-2", 50, False, "ms"),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """What the rounds of one way at one number of callers come to: the median of each figure."""

    way: str
    callers: int
    lifecycles_per_s: float
    commands_per_s: float
    p50_ms: float
    p99_ms: float
    over_floor: float | None
    cpu_ms: dict[str, float]


def lines(rows: Sequence[Row]) -> list[Line]:
    return [
        _line(rows, way, callers)
        for callers in sorted({row.callers for row in rows})
        for way in dict.fromkeys(row.way for row in rows)
    ]


def over_floor(rows: Sequence[Row], way: str, callers: int) -> float:
    """Lifecycles/s beside the floor's of the same round, median over the rounds.

    Round by round, so that what else the machine was doing in that minute weighs on both.
    """
    floor = {row.round: row for row in rows if (row.way, row.callers) == ("floor", callers)}
    return median(
        row.lifecycles_per_s / floor[row.round].lifecycles_per_s
        for row in rows
        if (row.way, row.callers) == (way, callers)
    )


def _line(rows: Sequence[Row], way: str, callers: int) -> Line:
    some = [row for row in rows if (row.way, row.callers) == (way, callers)]
    return Line(
        way=way,
        callers=callers,
        lifecycles_per_s=median(row.lifecycles_per_s for row in some),
        commands_per_s=median(row.commands_per_s for row in some),
        p50_ms=median(row.p50_ms for row in some),
        p99_ms=median(row.p99_ms for row in some),
        over_floor=None if way == "floor" else over_floor(rows, way, callers),
        cpu_ms={name: median(row.cpu_ms[name] for row in some) for name in some[0].cpu_ms},
    )
