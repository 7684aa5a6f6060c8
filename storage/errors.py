"""How the record says no: a sentence in Chinese and English that a duty officer can act on."""

from __future__ import annotations


class StorageError(Exception):
    """Carries the same sentence twice; ``str()`` gives both."""

    def __init__(self, zh: str, en: str = "") -> None:
        super().__init__(f"{zh} / {en}" if en else zh)
        self.zh = zh
        self.en = en or zh


class StorageUnavailable(StorageError):
    """The database cannot be used now: away, busy, full, not migrated. The same call may succeed later."""


class LedgerConflict(StorageError):
    """What was to be written contradicts what is recorded. Trying again cannot mend it."""


class LedgerGap(LedgerConflict):
    """Events are missing between what is recorded and what was to be written."""

    def __init__(self, zh: str, en: str, recorded: int) -> None:
        super().__init__(zh, en)
        self.recorded = recorded
        """The last ``seq`` the ledger holds."""


class RulebookDamaged(StorageError):
    """The stored text of a rulebook or a calendar is not the one its digest names."""
