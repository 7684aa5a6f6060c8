"""The typefaces of official documents (GB/T 9704-2012), each with what stands in for it.

The standard names typefaces that are sold with Chinese office software. A document for editing names
them; a PDF takes the first of each row that this machine has.
"""

from __future__ import annotations

from functools import cache

import typst

SERIF = (
    "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "Songti SC", "SimSun",
)  # fmt: skip
SANS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "PingFang SC", "Microsoft YaHei",
)  # fmt: skip
"""What stands in for a Chinese typeface, by preference; also what papers of no such form are set in."""

_OWN: dict[str, tuple[str, ...]] = {
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong"),
    "heading": ("黑体", "SimHei", "STHeiti"),
    "sub": ("楷体_GB2312", "KaiTi_GB2312", "KaiTi", "STKaiti", "AR PL UKai CN"),
    "body": ("仿宋_GB2312", "FangSong_GB2312", "FangSong", "STFangsong"),
    "number": ("宋体", "SimSun", "STSong"),
    "latin": ("Times New Roman",),
}
"""By use: the name in the standard, and others of the same design."""

ROWS: dict[str, tuple[str, ...]] = {
    use: own
    + (("Liberation Serif", "Libertinus Serif") if use == "latin" else SANS if use == "heading" else SERIF)
    for use, own in _OWN.items()
}
"""By use: the typeface of the standard first, its substitutes after it."""


class NoChineseFont(RuntimeError):
    """This machine can set no Chinese. The sentences say what to install."""

    zh = "没有可用的中文字体，无法打印；请安装 fonts-noto-cjk（apt-get install fonts-noto-cjk）"
    en = "there is no Chinese font to print with; install fonts-noto-cjk (apt-get install fonts-noto-cjk)"

    def __init__(self) -> None:
        super().__init__(f"{self.zh} | {self.en}")


@cache
def installed() -> frozenset[str]:
    """Families that can be set here."""
    return frozenset(typst.Fonts().families())


def available(use: str) -> tuple[str, ...]:
    """The families of a row that are here, the one to be preferred first. Raises :class:`NoChineseFont`."""
    found = tuple(name for name in ROWS[use] if name in installed())
    if not found and use != "latin":
        found = tuple(
            name for row in ROWS.values() for name in row if name in installed() - set(ROWS["latin"])
        )
    if not found and use != "latin":
        raise NoChineseFont
    return found


def substituted() -> dict[str, str]:
    """Which family stands in for one that the standard names and this machine lacks."""
    chosen = {use: available(use)[0] for use in _OWN if use != "latin"}
    return {_OWN[use][0]: family for use, family in chosen.items() if family not in _OWN[use]}


def pair(fonts: typst.Fonts) -> dict[str, list[str]]:
    """One serif and one sans of ``fonts`` for a paper of no official form. Raises :class:`NoChineseFont`."""
    there = {name.lower() for name in fonts.families()}
    serif = [name for name in SERIF if name.lower() in there]
    sans = [name for name in SANS if name.lower() in there]
    if not serif and not sans:
        raise NoChineseFont
    return {"serif": (serif or sans)[:1], "sans": (sans or serif)[:1]}
