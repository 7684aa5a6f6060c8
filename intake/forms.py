"""From a row to a report: the form, the key that makes it idempotent, or the reason why it cannot be taken."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from domain.commands import Report
from domain.refusal import Refusal
from domain.values import Channel
from intake.mapping import BY_NAME, CellUnreadable, Columns
from intake.sheets import Cells, Row
from intake.texts import is_spoilt

PLACE_IN_TEXT = "（地点见内容）"
"""Stands where a sheet names no place: the place is in the text, and nobody has read it yet."""

LONGEST_KEY = 120


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one row was not taken: a stable code and a sentence in each language."""

    row: int
    code: str
    zh: str
    en: str
    cells: Cells


class RowRefused(Exception):
    """Raised for a row that cannot be taken; the rows after it can."""

    def __init__(self, row: Row, code: str, zh: str, en: str) -> None:
        super().__init__(f"row {row.number}: {zh} | {en}")
        self.problem = Problem(row.number, code, zh, en, row.cells)

    @classmethod
    def by(cls, row: Row, refusal: Refusal) -> RowRefused:
        refused = refusal.refused
        return cls(row, refused.code, refused.zh, refused.en)


@dataclass(frozen=True, slots=True)
class Message:
    """A row as the report it becomes."""

    row: Row
    form: Report
    key: str


@dataclass(frozen=True)
class Reader:
    """Reads the rows of one sheet as messages of one source."""

    columns: Columns
    channel: Channel
    source: str
    reference: Callable[[str], str]

    def read(self, row: Row) -> Message:
        """Raises :class:`RowRefused`."""
        if row.swallowed:
            raise RowRefused(
                row,
                "import.open-quote",
                "该行有一个引号没有闭合，此后到文件末尾都被读进了一格，请补上引号后重新导入",
                "a quotation mark is never closed, and the rest of the file is in one cell; close it",
            )
        try:
            values = self.columns.values(row.cells)
        except CellUnreadable as unreadable:
            why = unreadable.why
            raise RowRefused(
                row,
                f"import.{why.code}",
                f"“{unreadable.column}”：{why.zh}",
                f"{unreadable.column}: {why.en}",
            ) from None
        if not ("title" in values or values.get("description", "").strip()):
            raise RowRefused(
                row, "import.nothing-said", "标题和内容都是空的", "neither a title nor a text is given"
            )
        form = self._form(row, values)
        return Message(row, form, self._key(form))

    def _form(self, row: Row, values: dict[str, Any]) -> Report:
        if "reporter_ref" in values:
            values["reporter_ref"] = self.reference(values["reporter_ref"])
        values.setdefault("place", f"{values.get('title', '')[:400]}{PLACE_IN_TEXT}")
        try:
            return Report.model_validate({**values, "channel": self.channel, "external_source": self.source})
        except ValidationError as error:
            raise self._refused(row, error) from None

    def _key(self, form: Report) -> str:
        """The source's own number; without one, what the message says, which is the same next time."""
        number = form.external_number
        if number is None:
            said = form.model_dump_json(exclude={"external_source"}).encode()
            return f"import:{self.source}:sha256-{hashlib.sha256(said).hexdigest()[:32]}"
        key = f"import:{self.source}:{number}"
        if len(key) <= LONGEST_KEY and key.isprintable():
            return key
        return f"import:{self.source}:number-{hashlib.sha256(number.encode()).hexdigest()[:32]}"

    def _refused(self, row: Row, error: ValidationError) -> RowRefused:
        wrong = error.errors(include_url=False)[0]
        field = BY_NAME.get(str(wrong["loc"][0])) if wrong["loc"] else None
        zh, name = (field.zh, field.name) if field else ("表单", "form")
        limits = wrong.get("ctx", {})
        said = wrong.get("input")
        if wrong["type"] == "string_too_long":
            most = limits["max_length"]
            return RowRefused(
                row,
                "import.too-long",
                f"“{zh}”有 {len(str(said))} 字，最多 {most} 字",
                f"{name} has {len(str(said))} characters, {most} at most",
            )
        if isinstance(said, str) and is_spoilt(said):
            return RowRefused(
                row,
                "import.spoilt-text",
                f"“{zh}”含有无法识别的字符",
                f"{name} holds characters that are none",
            )
        if wrong["type"] == "value_error":
            return RowRefused(
                row,
                "import.control-character",
                f"“{zh}”含有控制字符，请删去（{wrong['msg']}）",
                f"{name} holds a control character: {wrong['msg']}",
            )
        return RowRefused(
            row,
            "import.bad-value",
            f"“{zh}”的值“{str(said)[:40]}”无效",
            f"{name} {str(said)[:40]!r}: {wrong['msg']}",
        )
