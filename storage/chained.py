"""What is wrong with an entry of a hash chain, in words: for every record that is one, whatever its entries are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from domain.events import chain_hash

Say = Callable[[int, str, str], str]
"""One sentence about the entry of a number, Chinese and English."""


@dataclass
class Chain:
    """Walks one chain in order. ``step`` (步) and ``entries`` are what its entries are called."""

    say: Say
    step: str
    entries: str
    last: int = 0
    _head: str = ""

    def link(self, number: int, row: Row[Any]) -> Iterator[str]:
        """Whether the entry follows the one before, and its text is what was hashed."""
        if number != self.last + 1:
            yield self.say(
                number,
                f"前面缺第{self.last + 1}{self.step}起的记录",
                f"{self.entries} from {self.last + 1} are missing",
            )
        if row.prev_hash != self._head:
            yield self.say(
                number, f"与前一{self.step}的散列不相衔接", "does not carry the hash of the one before"
            )
        if chain_hash(row.prev_hash, row.body) != row.hash:
            yield self.say(number, "正文与散列不符，已被改动", "the text does not match its hash: altered")
        self._head, self.last = row.hash, number

    def unread(self, number: int) -> str:
        return self.say(number, "正文无法读取", "the text cannot be read")

    def columns(self, number: int, row: Row[Any], said: Mapping[str, Any]) -> Iterator[str]:
        """Where the columns are not what the text says."""
        for name, value in said.items():
            if getattr(row, name) != value:
                yield self.say(number, f"“{name}”列与正文不符", f"column {name} differs from the text")
