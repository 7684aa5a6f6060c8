"""What the printed pages share: tables, and bringing a page up to date or saying that it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

Tell = Callable[[str], object]


def table(head: str, rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; ``head`` has its columns with a bar between them."""
    columns = head.split("|")
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def bring_up_to_date(text: str, file: Path, *, check: bool, command: str, tell: Tell) -> int:
    """Exit status: 0 when the page is (or has been brought) up to date, 1 when ``check`` finds it is not."""
    if not check:
        file.write_text(text, encoding="utf-8")
        return 0
    if file.exists() and file.read_text("utf-8") == text:
        return 0
    tell(f"{file.name} 已过时，请运行 {command} | is out of date; run {command}")
    return 1
