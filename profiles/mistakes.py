"""How the loader says what is wrong with a file: one line, Chinese then English, with file, place and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError


class ProfileError(ValueError):
    """A district's file, or a calendar, that cannot be used as it stands. ``str()`` is one line."""

    def __init__(self, file: str, place: str, zh: str, en: str) -> None:
        where = f"{file}{place}" if place.startswith(":") else f"{file} {place}".strip()
        super().__init__(" ".join(f"{where}：{zh} / {en}".split()))
        self.file = file
        self.place = place
        self.zh = zh
        self.en = en


def first_mistake(file: str, data: object, invalid: ValidationError, under: str = "") -> ProfileError:
    """The first thing that pydantic found, told in terms of the file."""
    error = invalid.errors()[0]
    location = error["loc"]
    place = ".".join(part for part in (under, _place(data, location)) if part)
    say = _SAYINGS.get(error["type"], _anything_else)
    zh, en = say(str(location[-1]) if location else "", _quoted(error["input"]), error)
    return ProfileError(file, place, zh, en)


def _place(data: object, location: Sequence[int | str]) -> str:
    """``units[xiayang].type``: rows are named by their id where they have one, else counted from 1."""
    text = ""
    for step in location:
        inner = _inner(data, step)
        if isinstance(step, int):
            names = (
                [inner[key] for key in ("id", "rung", "code", "key") if key in inner]
                if isinstance(inner, dict)
                else []
            )
            text += f"[{names[0] if names else step + 1}]"
        elif step != "[key]":
            text += f".{step}" if text else str(step)
        data = inner
    return text


def _inner(data: object, step: int | str) -> object:
    try:
        return data[step]  # type: ignore[index]
    except (TypeError, LookupError):
        return None


def _quoted(value: object) -> str:
    text = str(value)
    return f"“{text if len(text) <= 40 else text[:40] + '…'}”"


Saying = Callable[[str, str, Any], tuple[str, str]]


def _anything_else(_key: str, value: str, error: Any) -> tuple[str, str]:
    return f"{value} 不能用（{error['msg']}），请改正", f"{value} cannot be used: {error['msg']}"


def _choice(_key: str, value: str, error: Any) -> tuple[str, str]:
    choices = re.findall(r"'([^']+)'", error["ctx"]["expected"])
    return (
        f"{value} 不在可选之列，请改用 {'、'.join(choices)}",
        f"{value} is no choice here; use {', '.join(choices)}",
    )


def _list_wanted(_key: str, value: str, _error: Any) -> tuple[str, str]:
    return f"{value} 应是列表，请写成 [甲, 乙]", f"{value} must be a list; write [a, b]"


def _mapping_wanted(_key: str, value: str, _error: Any) -> tuple[str, str]:
    return f"{value} 应是“键: 值”，请改", f"{value} must be “key: value”; change it"


def _reason(_key: str, value: str, error: Any) -> tuple[str, str]:
    reason = str(error["msg"]).removeprefix("Value error, ")
    if reason.startswith("not a limit"):
        return (
            f"{value} 不是期限，请写成 WD 5、CD 30 或 H 24",
            f"{value} is no limit; write WD 5, CD 30 or H 24",
        )
    if same := re.search(r"(\S+) and (\S+) claim the same case", reason):
        return (
            f"{same[1]} 与 {same[2]} 两行适用于同一情形，请留一行",
            f"rows {same[1]} and {same[2]} claim the same case; keep one",
        )
    return f"{value} 不合要求（{reason}），请改正", f"{value} will not do: {reason}; correct it"


_SAYINGS: dict[str, Saying] = {
    "missing": lambda key, _value, _error: (f"缺少“{key}”，请补上", f"“{key}” is missing; add it"),
    "extra_forbidden": lambda key, _value, _error: (
        f"不认识“{key}”，请删去或改正拼写",
        f"“{key}” is not known here; remove it or correct its spelling",
    ),
    "string_type": lambda _key, value, _error: (
        f"{value} 应是文字，请加引号",
        f"{value} must be text; put it in quotes",
    ),
    "string_too_short": lambda key, _value, _error: (
        f"“{key}”不能空着，请填写",
        f"“{key}” is empty; fill it in",
    ),
    "string_pattern_mismatch": lambda key, value, error: (
        f"“{key}”写作 {value}，不合格式 {error['ctx']['pattern']}，请改",
        f"{value} does not have the form {error['ctx']['pattern']}; change it",
    ),
    "enum": _choice,
    "literal_error": _choice,
    "tuple_type": _list_wanted,
    "dict_type": _mapping_wanted,
    "model_type": _mapping_wanted,
    "value_error": _reason,
}
