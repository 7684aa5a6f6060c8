"""What bulletins say round their figures, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from domain.figures import Figure, Figures, Period, Share
from domain.values import Value


class Late(Protocol):
    """A unit that is named."""

    @property
    def late(self) -> int: ...
    @property
    def l2(self) -> int: ...
    @property
    def l3(self) -> int: ...


class Month(Protocol):
    """A month of the chart."""

    @property
    def period(self) -> Period: ...
    @property
    def found(self) -> int: ...
    @property
    def cleared(self) -> int: ...
    @property
    def open(self) -> int: ...


class Words(Value):
    """Sentences with places for what was counted. Templates hold the headings themselves."""

    letterhead: dict[str, str]
    number: str
    title: dict[str, str]
    """A line of the heading a line; words are not broken (GB/T 9704, 7.3.1)."""
    between: str
    """Between the lines where the title stands in one."""
    addressee: dict[str, str]
    introduction: dict[str, str]
    summary: str
    nobody: str
    compared: str
    as_of: str
    printed: str
    chart_title: str
    chart_told: Callable[[str, Sequence[Month]], str]
    series: tuple[str, str, str]
    change: Callable[[int], str]
    rates: Callable[[Figures], str]
    moment: str
    """The form of a date with its time."""
    supervision: Callable[[Sequence[Late]], str]


def words(lang: str) -> Words:
    return _EN if lang == "en" else _ZH


def _change_zh(n: int) -> str:
    return "与上月持平" if not n else f"比上月{'增加' if n > 0 else '减少'}{abs(n)}件"


def _change_en(n: int) -> str:
    return (
        "as many as the month before"
        if not n
        else f"{abs(n)} {'more' if n > 0 else 'fewer'} than the month before"
    )


def _rates_zh(figures: Figures) -> str:
    told = [f"{figure.zh}{figures.text(figure)}" for figure in _told(figures)]
    return "，".join(told) + "。" if told else ""


def _rates_en(figures: Figures) -> str:
    told = [f"{figure.en}: {figures.text(figure)}" for figure in _told(figures)]
    return "; ".join(told).capitalize() + "." if told else ""


def _told(figures: Figures) -> list[Figure]:
    """Rates that have something to be counted of; the others stand as a dash in the table alone."""
    shares = ((figure, figures.of(figure)) for figure in Figure)
    return [figure for figure, value in shares if isinstance(value, Share) and value.whole]


def _supervision_zh(named: Sequence[Late]) -> str:
    if not named:
        return "本月没有单位因超期被督办，期末没有超期未清零的隐患。"
    late, l2, l3 = (sum(getattr(one, name) for one in named) for name in ("late", "l2", "l3"))
    return (
        f"期末超期未清零{late}件；本月发出督办单{l2}份、通报批评{l3}份。"
        f"有关单位情况见表3，请对照“不清零绝不放过”的要求抓紧整治，并按时说明原因。"
    )


def _supervision_en(named: Sequence[Late]) -> str:
    if not named:
        return "No unit was supervised for being late this month, and nothing is late at its end."
    late, l2, l3 = (sum(getattr(one, name) for one in named) for name in ("late", "l2", "l3"))
    return (
        f"Late and not cleared at the end of the month: {late}. Supervision notices issued: {l2}; circulars of "
        f"criticism: {l3}. Table 3 names the units, which are asked to finish their work and to state their reasons."
    )


def _told_zh(title: str, months: Sequence[Month]) -> str:
    return f"{title}。" + "；".join(
        f"{one.period.zh}：发现{one.found}件，清零{one.cleared}件，期末未清零{one.open}件" for one in months
    )


def _told_en(title: str, months: Sequence[Month]) -> str:
    return f"{title}. " + "; ".join(
        f"{one.period.en}: {one.found} found, {one.cleared} cleared, {one.open} open at the end"
        for one in months
    )


_ZH = Words(
    letterhead={"summary": "", "circular": "{office}文件"},
    number="　　　〔{year}〕　　号",
    title={
        "summary": "{where}{when}\n动态隐患清零工作情况汇总",
        "circular": "关于{when}{where}\n动态隐患清零工作情况的通报",
    },
    between="",
    addressee={"summary": "", "circular": "各街镇，各委办局，各区属企业："},
    introduction={
        "summary": "现将{when}动态隐患清零工作情况汇总如下。",
        "circular": "按照“每月一汇总、每月一通报”的要求，现将{when}动态隐患清零工作情况通报如下。",
    },
    summary=(
        "{when}，全区共发现隐患{found}件，{change}；清零{cleared}件。"
        "期内发生超期{overdue}件；期末未清零{open}件，其中超期未清零{late}件。{rates}"
    ),
    nobody="本月各单位均未发现、清零隐患，期末也没有未清零的隐患。",
    compared="上月",
    as_of="数据截至{at}。",
    printed="{day}印发",
    chart_title="{where}隐患发现、清零与期末未清零情况",
    series=("发现", "清零", "期末未清零"),
    chart_told=_told_zh,
    change=_change_zh,
    rates=_rates_zh,
    moment="{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute:02}分",
    supervision=_supervision_zh,
)

_EN = Words(
    letterhead={"summary": "", "circular": "{office}"},
    number="〔{year}〕 No. ____",
    title={
        "summary": "{where}:\nClearing of Hazards in {when}, Monthly Summary",
        "circular": "{where}:\nCircular on the Clearing of Hazards in {when}",
    },
    between=" ",
    addressee={
        "summary": "",
        "circular": "To all sub-districts and towns, bureaus and district-owned enterprises:",
    },
    introduction={
        "summary": "This is the summary of the work of clearing hazards in {when}.",
        "circular": "As every month is to be summed up and circulated, this is how the work of clearing hazards "
        "went in {when}.",
    },
    summary=(
        "In {when} the district found {found} hazards, {change}, and cleared {cleared}. {overdue} ran late in the "
        "month; {open} were open at its end, {late} of them late. {rates}"
    ),
    nobody="No unit found or cleared a hazard this month, and none has any open at its end.",
    compared="month before",
    as_of="Figures as of {at}.",
    printed="Issued on {day}",
    chart_title="{where}: hazards found, cleared, and open at the end of the month",
    series=("found", "cleared", "open at the end"),
    chart_told=_told_en,
    change=_change_en,
    rates=_rates_en,
    moment="{at:%Y-%m-%d %H:%M}",
    supervision=_supervision_en,
)
