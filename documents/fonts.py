"""The typefaces of official documents (GB/T 9704-2012), each with what stands in for it.

The standard names typefaces that are sold with Chinese office software. A document for editing names
them; a PDF takes the first of each row that this machine has.
"""

from __future__ import annotations

from functools import cache

import typst

ROWS: dict[str, tuple[str, ...]] = {
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun"),
    "heading": ("黑体", "SimHei", "STHeiti", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"),
    "sub": ("楷体_GB2312", "KaiTi_GB2312", "KaiTi", "STKaiti", "AR PL UKai CN", "Noto Serif CJK SC", "Source Han Serif SC"),
    "body": ("仿宋_GB2312", "FangSong_GB2312", "FangSong", "STFangsong", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun"),
    "number": ("宋体", "SimSun", "STSong", "Noto Serif CJK SC", "Source Han Serif SC"),
    "latin": ("Times New Roman", "Liberation Serif", "Libertinus Serif"),
}  # fmt: skip
"""By use: the name in the standard first, the substitutes after it."""


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
    return {
        row[0]: available(use)[0]
        for use, row in ROWS.items()
        if use != "latin" and available(use)[0] not in _SAME[use]
    }


_SAME: dict[str, frozenset[str]] = {
    use: frozenset(name for name in row if "Noto" not in name and "Source Han" not in name)
    for use, row in ROWS.items()
}
"""Names of the same design; what is not among them is another typeface."""
