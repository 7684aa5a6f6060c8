"""What a cell says, as the value a form wants. Blank is ``None``; what cannot be read says why."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from domain.values import SHANGHAI, Urgency
from intake.sheets import Cell, blank
from intake.texts import is_spoilt

EARLIEST = 1970
"""A message older than this is a mistake of the export: 1900 is what spreadsheets make of nothing."""


class Unreadable(ValueError):
    """Why a cell has no value for us."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{zh} | {en}")
        self.code, self.zh, self.en = code, zh, en


def text(cell: Cell) -> str | None:
    """The text, character for character; a number as a spreadsheet shows it (``2554``, not ``2554.0``)."""
    if blank(cell):
        return None
    if isinstance(cell, str):
        if is_spoilt(cell):
            raise Unreadable(
                "spoilt-text",
                "含有无法识别的字节（文字在导出时被截断或编码损坏）",
                "holds bytes that are no text (cut off or damaged when it was exported)",
            )
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e21:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(*([" "] if isinstance(cell, datetime) else []))
    return str(cell)


def line(cell: Cell) -> str | None:
    """The text on one line."""
    said = text(cell)
    return " ".join(said.split()) if said is not None else None


_NOBODY = {"匿名", "无", "不详", "未知", "保密", "不愿透露", "-", "--", "/", "0"}


def writer(cell: Cell) -> str | None:
    """Who wrote, as the source calls him; words for nobody are nobody, not one and the same person."""
    said = line(cell)
    return None if said in _NOBODY else said


# -- numbers that are names --------------------------------------------------------------------------

_EXACT = 2**53
_AS_FLOAT = re.compile(r"(\d+)\.0+")
_ROUNDED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_FORCED_TEXT = re.compile(r'=?"(.*)"|\'(.*)')


def identifier(cell: Cell) -> str | None:
    """A number of another system. Leading zeros stay; digits a spreadsheet has rounded away are an error."""
    said = line(cell)
    if said is None:
        return None
    rounded = isinstance(cell, float) and abs(cell) >= 1e15
    if rounded or (isinstance(cell, int) and abs(cell) > _EXACT) or _ROUNDED.fullmatch(said):
        raise Unreadable(
            "rounded-number",
            f"编号 {said} 被表格软件当作数字存储，15 位以后的尾数已丢失；请将该列设为文本后重新导出",
            f"the spreadsheet kept number {said} with 15 digits only; export the column as text",
        )
    if forced := _FORCED_TEXT.fullmatch(said):
        said = (forced[1] or forced[2] or "").strip()
    if trimmed := _AS_FLOAT.fullmatch(said):
        said = trimmed[1]
    return said or None


def code(cell: Cell) -> str | None:
    """A catalogue code in capitals, however it was typed."""
    said = identifier(cell)
    return unicodedata.normalize("NFKC", said).upper().replace(" ", "") if said else None


# -- numbers -----------------------------------------------------------------------------------------


def number(cell: Cell) -> float | None:
    said = line(cell)
    if said is None:
        return None
    try:
        return float(unicodedata.normalize("NFKC", said))
    except ValueError:
        raise Unreadable("not-a-number", f"“{said[:40]}”不是数字", f"{said[:40]!r} is no number") from None


def whole(cell: Cell) -> int | None:
    value = number(cell)
    if value is None:
        return None
    if not value.is_integer():
        raise Unreadable("not-a-number", f"“{value}”不是整数", f"{value} is no whole number")
    return int(value)


_URGENCY = {
    **{name: urgency for urgency in Urgency for name in (urgency.value, urgency.zh)},
    "普通": Urgency.NORMAL,
    "加急": Urgency.URGENT,
}


def urgency(cell: Cell) -> Urgency | None:
    said = line(cell)
    if said is None:
        return None
    if said.upper() not in _URGENCY:
        raise Unreadable(
            "unknown-urgency",
            f"没有“{said[:20]}”这种紧急程度，应为一般、紧急或特急",
            f"no urgency {said[:20]!r}: NORMAL, URGENT or FLASH",
        )
    return _URGENCY[said.upper()]


# -- moments -----------------------------------------------------------------------------------------

_MOMENT = re.compile(
    r"""
    (?P<year>\d{4}) \s*[-/.年]\s* (?P<month>\d{1,2}) \s*[-/.月]\s* (?P<day>\d{1,2}) \s*日?
    (?: \s* (?:星期|周)[一二三四五六日天] )?
    (?: [T\s]*
        (?P<half>上午|下午|AM|PM)? \s*
        (?P<hour>\d{1,2}) \s*[:时点]\s* (?P<minute>\d{1,2}) \s*分?
        (?: \s*:?\s* (?P<second>\d{1,2}) (?:[.,](?P<fraction>\d{1,9}))? \s*秒? )?
        \s* (?P<half_after>AM|PM)?
        \s* (?P<zone>Z|[+-]\d{2}:?\d{2})?
    )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:[T ]?(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_SERIAL_EPOCH = datetime(1899, 12, 30, tzinfo=SHANGHAI)


def moment(cell: Cell) -> datetime | None:
    """A moment in any of the ways exports write one; without an offset it is Asia/Shanghai.

    A day without a time is its beginning. Dates whose order can be doubted (``03/04/2019``) are refused.
    """
    if blank(cell):
        return None
    try:
        found = _moment(cell)
    except (ValueError, OverflowError):
        found = None
    if found is None or found.year < EARLIEST:
        said = (line(cell) or "")[:40]
        raise Unreadable(
            "unreadable-time",
            f"时间“{said}”认不出，请写成 2019-04-24 16:03:40 的样子",
            f"time {said!r} is not understood; write it like 2019-04-24 16:03:40",
        )
    return found


def _moment(cell: Cell) -> datetime | None:
    if isinstance(cell, datetime):
        return _to_the_second(cell if cell.tzinfo else cell.replace(tzinfo=SHANGHAI))
    if isinstance(cell, date):
        return datetime.combine(cell, time(0), SHANGHAI)
    said = unicodedata.normalize("NFKC", text(cell) or "").strip()
    if _SERIAL.fullmatch(said):  # days since 1899-12-30, as a cell that lost its date format shows them
        return _to_the_second(_SERIAL_EPOCH + timedelta(days=float(said)))
    found = _MOMENT.fullmatch(said) or _COMPACT.fullmatch(said)
    return _assembled(found.groupdict()) if found else None


def _assembled(part: dict[str, str | None]) -> datetime:
    hour = int(part.get("hour") or 0)
    half = (part.get("half") or part.get("half_after") or "").upper()
    if half in ("下午", "PM") and hour < 12:
        hour += 12
    elif half in ("上午", "AM") and hour == 12:
        hour = 0
    naive = datetime(  # noqa: DTZ001
        int(part["year"] or 0),
        int(part["month"] or 0),
        int(part["day"] or 0),
        hour,
        int(part.get("minute") or 0),
        int(part.get("second") or 0),
        int((part.get("fraction") or "0").ljust(6, "0")[:6]),
    )
    zone = (part.get("zone") or "").upper()
    if not zone:
        return naive.replace(tzinfo=SHANGHAI)
    return datetime.fromisoformat(f"{naive.isoformat()}{zone}")


def _to_the_second(found: datetime) -> datetime:
    """Spreadsheets keep moments as fractions of a day, which miss the second by a hair."""
    return (found + timedelta(microseconds=500_000)).replace(microsecond=0)
