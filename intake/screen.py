"""What a person sees of an import while it runs: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from intake.watch import Tally, Watch

EVERY_SECONDS = 5.0
"""Between lines where there is no terminal."""


class Screen(Watch):
    """Writes to stderr, so that what goes to stdout can be read by a machine."""

    def __init__(self, rows: int, quiet: bool = False) -> None:
        self._rows = rows
        self._console = Console(file=sys.stderr, highlight=False)
        self._quiet = quiet
        self._said_at = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)
        if self._console.is_terminal and not quiet:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("[dim]{task.fields[counts]}[/]"),
                TimeRemainingColumn(),
                console=self._console,
            )

    def __enter__(self) -> Screen:
        if self._bar:
            self._task = self._bar.add_task("导入 import", total=self._rows, counts="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def moved(self, tally: Tally) -> None:
        self._show("导入 import", tally.done, self._rows, _counts(tally))

    def settling(self, tally: Tally) -> None:
        self._show("记入台账 record", tally.recorded, tally.taken, _counts(tally))

    def waiting(self, why: str) -> None:
        self._console.print(
            f"{why}\n等待恢复，自动重试；Ctrl-C 可随时中断 | waiting for it and trying again; Ctrl-C stops at any time",
            markup=False,
            soft_wrap=True,
        )

    def going_on(self) -> None:
        self._console.print("已恢复，继续导入 | back again, going on", markup=False, soft_wrap=True)

    def _show(self, what: str, done: int, total: int, counts: str) -> None:
        if self._bar:
            self._bar.update(self._task, description=what, completed=done, total=total, counts=counts)
        elif not self._quiet and time.monotonic() - self._said_at >= EVERY_SECONDS:
            self._said_at = time.monotonic()
            self._console.print(f"{what} {done}/{total} {counts}".rstrip(), markup=False, soft_wrap=True)


def _counts(tally: Tally) -> str:
    return f"登记 {tally.taken} 已有 {tally.already} 未导入 {len(tally.refused)}"
