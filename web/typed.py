"""What a form of a page brings: names and texts, as browsers send them (``application/x-www-form-urlencoded``)."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import Request

from api.problems import Problem

MOST_FIELDS = 3000


async def typed_in(request: Request) -> dict[str, list[str]]:
    """The fields in order, each with its values. Raises :class:`Problem` 400 or 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Problem(415, "not-a-form", "请用页面上的表单提交", "send the form of the page")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Problem(400, "malformed", "表单内容无法读取", "the form cannot be read") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def one(typed: dict[str, list[str]], name: str) -> str:
    return next(iter(typed.get(name, ())), "")
