"""What a person sees of a long check: a bar on a terminal, nothing elsewhere. stdout stays for the result."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Bar:
    """One bar for one step after another. Quiet when asked to be, and where there is no terminal."""

    def __init__(self, quiet: bool = False) -> None:
        console = Console(file=sys.stderr, highlight=False)
        self._task: TaskID | None = None
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, what: str, total: int | None) -> None:
        """The next step, with how much of it there is, if that is known."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(what, total=total)

    def move(self, by: int = 1) -> None:
        if self._task is not None:
            self._progress.advance(self._task, by)
