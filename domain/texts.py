"""What people write into forms: lines, texts, references, days and instants.

Texts are kept as written. Refused is what neither a database nor a printed document can hold (control
characters), what says nothing (blanks alone), and what could be read as another date than was meant.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(_DAY.pattern + r"[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def printable(text: str) -> str:
    found = _UNPRINTABLE.search(text)
    if found:
        raise ValueError(f"control character U+{ord(found[0]):04X} at position {found.start()} 含控制字符")
    return text


def says_something(text: str) -> str:
    if not text.strip():
        raise ValueError("only blanks 只有空格")
    return printable(text)


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(says_something)]
Text = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(says_something)]
OptionalLine = Annotated[str, Field(max_length=200), AfterValidator(printable)]
OptionalText = Annotated[str, Field(max_length=10_000), AfterValidator(printable)]
LongText = Annotated[str, Field(max_length=100_000), AfterValidator(printable)]


def _written_out(value: Any) -> Any:
    """A number would be read as seconds since 1970: a day typed without hyphens became another day."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and (_DAY.fullmatch(value) or _INSTANT.fullmatch(value)):
        return value
    raise ValueError("write a day as 2026-09-30, an instant as 2026-09-30T14:00+08:00 日期请按此格式填写")


def _day_or_instant(value: Any) -> Any:
    """A day alone is a day; anything longer is an instant, which needs its offset."""
    value = _written_out(value)
    if isinstance(value, str):
        try:
            value = (date if _DAY.fullmatch(value) else datetime).fromisoformat(value)
        except ValueError:
            raise ValueError("there is no such day or time 没有这个日期或时间") from None
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a time needs its offset, such as +08:00 时间须注明时区")
    return value


def _of_our_time(value: date) -> date:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"the year must lie in {_FIRST_YEAR}–{_LAST_YEAR} 年份不在此范围")
    return value


Day = Annotated[date, BeforeValidator(_written_out), AfterValidator(_of_our_time)]
Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_of_our_time)]
DayOrInstant = Annotated[AwareDatetime | date, BeforeValidator(_day_or_instant), AfterValidator(_of_our_time)]
"""A day, meaning its 24:00, or an instant with its offset."""
