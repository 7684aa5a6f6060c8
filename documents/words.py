"""What bulletins say round their figures, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from domain.values import Value


class Late(Protocol):
    """A unit that is named."""

    @property
    def late(self) -> int: ...
    @property
    def l2(self) -> int: ...
    @property
    def l3(self) -> int: ...


class Words(Value):
    """Sentences with places for what was counted. Templates hold the headings themselves."""

    title: dict[str, str]
    addressee: dict[str, str]
    introduction: dict[str, str]
    summary: str
    compared: str
    as_of: str
    chart_title: str
    series: tuple[str, str, str]
    month: str
    change: Callable[[int], str]
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


_ZH = Words(
    title={
        "summary": "{where}{when}动态隐患清零工作情况汇总",
        "circular": "关于{when}{where}动态隐患清零工作情况的通报",
    },
    addressee={"summary": "", "circular": "各街镇，各委办局，各区属企业："},
    introduction={
        "summary": "现将{when}动态隐患清零工作情况汇总如下。",
        "circular": "按照“每月一汇总、每月一通报”的要求，现将{when}动态隐患清零工作情况通报如下。",
    },
    summary=(
        "{when}，全区共发现隐患{found}件，{change}；清零{cleared}件，即查即改率{on_spot}，按期清零率{on_time}。"
        "期内发生超期{overdue}件；期末未清零{open}件，其中超期未清零{late}件。"
        "清零认定一次通过率{first_time}，回潮率{relapse}，退单率{return}，先行发现率{found_first}。"
    ),
    compared="上月",
    as_of="数据截至{at}。",
    chart_title="{where}隐患发现、清零与期末未清零情况",
    series=("发现", "清零", "期末未清零"),
    month="{n}月",
    change=_change_zh,
    supervision=_supervision_zh,
)

_EN = Words(
    title={
        "summary": "{where}: Clearing of Hazards in {when}, Monthly Summary",
        "circular": "{where}: Circular on the Clearing of Hazards in {when}",
    },
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
        "In {when} the district found {found} hazards, {change}, and cleared {cleared}. Fixed on the spot: "
        "{on_spot}; cleared on time: {on_time}. {overdue} ran late in the month; {open} were open at its end, "
        "{late} of them late. Recognised at the first attempt: {first_time}; relapses: {relapse}; transfers "
        "sent back: {return}; found before anybody complained: {found_first}."
    ),
    compared="month before",
    as_of="Figures as of {at}.",
    chart_title="{where}: hazards found, cleared, and open at the end of the month",
    series=("found", "cleared", "open at the end"),
    month="{n}",
    change=_change_en,
    supervision=_supervision_en,
)
