"""What is wrong with a field, said in Chinese and English, from what pydantic found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """One bad field and what it should have been."""

    field: str
    zh: str
    en: str


def faults_of(details: Iterable[Mapping[str, Any]], data: Any = None) -> tuple[Fault, ...]:
    """One entry per field. ``data`` is what was sent: by it the names of union branches are left out."""
    found: dict[str, list[tuple[str, str]]] = {}
    for detail in details:
        said = found.setdefault(_path(detail, data), [])
        sentence = _sentence(detail)
        if sentence not in said:
            said.append(sentence)
    return tuple(
        Fault(field, "，或".join(zh for zh, _ in said[:3]), " / ".join(en for _, en in said[:3]))
        for field, said in found.items()
    )


def _path(detail: Mapping[str, Any], data: Any) -> str:
    """``milestones.0.due``: only steps that lead somewhere in the data, and the last of a field that is missing."""
    steps = [step for step in detail["loc"] if step not in ("body", "query", "path", "header")]
    if data is None:
        return ".".join(str(step) for step in steps)
    kept: list[str] = []
    for number, step in enumerate(steps, start=1):
        ends = number == len(steps) and detail["type"] in ("missing", "extra_forbidden")
        inner = _inner(data, step)
        if inner is not _NOTHING or ends:
            kept.append(str(step))
            data = inner if inner is not _NOTHING else data
    return ".".join(kept)


_NOTHING = object()
_CHINESE = re.compile("[\u4e00-\u9fff]")


def _inner(data: Any, step: int | str) -> Any:
    if isinstance(data, dict) and isinstance(step, str):
        return data.get(step, _NOTHING)
    if isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
        return data[step]
    return _NOTHING


def _sentence(detail: Mapping[str, Any]) -> tuple[str, str]:
    """A choice among members of an enumeration is told by their values, as they are sent."""
    zh, en = _said(detail)
    return _MEMBER.sub(r"\1", zh), _MEMBER.sub(r"\1", en)


_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")


def _said(detail: Mapping[str, Any]) -> tuple[str, str]:
    kind, message = str(detail["type"]), str(detail["msg"])
    if kind in ("value_error", "assertion_error"):
        return _both(message.partition(", ")[2])
    if kind in _SAYINGS:
        return _SAYINGS[kind](detail.get("ctx") or {}), message
    for beginning, text in _BEGINNINGS:
        if kind.startswith(beginning):
            return text, message
    return f"不符合要求（{message}）", message


def _both(message: str) -> tuple[str, str]:
    """Our own validators say it in English, then in Chinese: ``only blanks 只有空格``."""
    chinese = _CHINESE.search(message)
    english = message[: chinese.start()].strip() if chinese else message
    return (f"{message[chinese.start() :]}（{english}）" if chinese else message), english


_SAYINGS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "必填",
    "extra_forbidden": lambda _: "没有这个字段，请核对名称",
    "string_too_short": lambda c: f"至少{c['min_length']}个字",
    "string_too_long": lambda c: f"最多{c['max_length']}个字",
    "string_pattern_mismatch": lambda _: "格式不对",
    "too_short": lambda c: f"至少{c['min_length']}项",
    "too_long": lambda c: f"最多{c['max_length']}项",
    "greater_than_equal": lambda c: f"不得小于{c['ge']}",
    "less_than_equal": lambda c: f"不得大于{c['le']}",
    "greater_than": lambda c: f"须大于{c['gt']}",
    "less_than": lambda c: f"须小于{c['lt']}",
    "enum": lambda c: f"须为其中之一：{c['expected']}",
    "literal_error": lambda c: f"须为其中之一：{c['expected']}",
    "union_tag_invalid": lambda c: f"须为其中之一：{c['expected_tags']}",
    "union_tag_not_found": lambda c: f"须注明{c['discriminator']}",
    "timezone_aware": lambda _: "时间须带时区，如 2026-11-22T09:00:00+08:00",
}
_BEGINNINGS = (
    ("string", "应为文字"),
    ("int", "应为整数"),
    ("float", "应为数字"),
    ("finite", "应为数字"),
    ("bool", "应为 true 或 false"),
    ("datetime", "应为时间，如 2026-11-22T09:00:00+08:00"),
    ("date", "应为日期，如 2026-11-22"),
    ("timezone", "时间须带时区"),
    ("list", "应为列表"),
    ("tuple", "应为列表"),
    ("model", "应为对象"),
    ("dict", "应为对象"),
)
