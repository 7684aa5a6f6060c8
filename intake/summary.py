"""What became of a file, for people and for machines. Holds no text and no writer of any message."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from intake.forms import PLACE_IN_TEXT
from intake.mapping import ANSWERS, Columns
from intake.watch import Tally

REASONS_SHOWN = 10


@dataclass
class Summary:
    """Filled in while the import goes, so that it is right wherever that ends."""

    file: str
    rows: int = 0
    source: str = ""
    columns: Columns | None = None
    tally: Tally = field(default_factory=Tally)
    leftovers: Path | None = None
    seconds: float = 0.0
    error: str | None = None

    def as_json(self, status: int) -> str:
        columns = self.columns
        return json.dumps(
            {
                "file": self.file,
                "source": self.source,
                "status": status,
                "error": self.error,
                "rows": self.rows,
                "taken": self.tally.taken,
                "already": self.tally.already,
                "refused": len(self.tally.refused),
                "recorded": self.tally.recorded,
                "unrecorded": self.tally.unrecorded,
                "seconds": round(self.seconds, 3),
                "columns": {name: field.name for name, field in columns.taken()} if columns else {},
                "not_imported": list(columns.left()) if columns else [],
                "leftovers": str(self.leftovers) if self.leftovers else None,
                "problems": [
                    {"row": problem.row, "code": problem.code, "zh": problem.zh, "en": problem.en}
                    for problem in self.tally.refused
                ],
            },
            ensure_ascii=False,
        )

    def as_text(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        tally = self.tally
        if self.error:
            yield self.error
            if not tally.done:
                return
        if self.columns:
            yield from self._about_columns(self.columns)
        yield (
            f"{self.rows} 行：登记 {tally.taken}，已有 {tally.already}，未导入 {len(tally.refused)}"
            f" | {self.rows} rows: {tally.taken} reported, {tally.already} already there, {len(tally.refused)} refused"
            + (f" · {self.seconds:.1f} s" if self.seconds else "")
        )
        if tally.unrecorded and not self.error:
            yield (
                f"{tally.unrecorded} 件已受理但尚未记入台账，工作进程恢复后会自动补记"
                f" | {tally.unrecorded} are safe but not in the ledger yet; a worker will write them"
            )
        elif tally.taken and not self.error:
            yield "全部记入台账 | all of them are in the ledger"
        yield from self._about_refused()

    def _about_columns(self, columns: Columns) -> Iterator[str]:
        taken = "、".join(f"{name}→{field.zh}" for name, field in columns.taken())
        yield f"列 columns：{taken}"
        left = list(columns.left())
        answers = [name for name in left if name in ANSWERS]
        others = [name for name in left if name not in ANSWERS]
        if answers:
            yield f"不导入（其他系统的答复） | answers of another system, not imported：{'、'.join(answers)}"
        if others:
            yield f"未用到的列，可用 --map 指明 | columns not used, see --map：{'、'.join(others)}"
        if "place" not in columns.of:
            yield f"没有地点列，地点记作“标题{PLACE_IN_TEXT}” | no column of places: each points to the text"

    def _about_refused(self) -> Iterator[str]:
        for code, count in Counter(problem.code for problem in self.tally.refused).most_common(REASONS_SHOWN):
            first = next(problem for problem in self.tally.refused if problem.code == code)
            yield f"  {code} ×{count}：第 {first.row} 行 {first.zh} | row {first.row}: {first.en}"
        if self.leftovers:
            yield f"未导入的行和原因 | the rows refused, with reasons：{self.leftovers}"
