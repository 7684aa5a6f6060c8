"""How far an import has come, and who is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from intake.forms import Problem


@dataclass
class Tally:
    """Where an import stands. Every row that was read is taken, was already there, or is refused."""

    read: int = 0
    taken: int = 0
    already: int = 0
    recorded: int = 0
    """Of those taken, how many the ledger is known to hold."""
    refused: list[Problem] = field(default_factory=list)

    @property
    def done(self) -> int:
        return self.taken + self.already + len(self.refused)

    @property
    def unrecorded(self) -> int:
        """Taken and durable, but not seen in the ledger yet."""
        return self.taken - self.recorded


class Watch:
    """Is told how an import goes. This one looks away."""

    def moved(self, tally: Tally) -> None:
        """Some rows more are done."""

    def waiting(self, why: str) -> None:
        """The database or Temporal is away; the import tries again by itself."""

    def going_on(self) -> None:
        """It is back."""

    def settling(self, tally: Tally) -> None:
        """All rows are done; their record is being written."""
