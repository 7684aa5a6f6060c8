"""A worker that is killed once it has recorded an event of a kind, before it can tell the server.

``python -m tests.survival.dying_worker KIND``; everything else is as in ``qingling worker``.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from cli import main
from storage import ledger
from storage.database import Database


def die_after(kind: str) -> None:
    write = Database.write

    async def and_die(self: Database, fn: Any, *args: Any, **kwargs: Any) -> Any:
        answer = await write(self, fn, *args, **kwargs)
        if fn is ledger.append and kind in {event.type for event in args[1]}:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    Database.write = and_die  # type: ignore[method-assign]


if __name__ == "__main__":
    die_after(sys.argv.pop())
    sys.argv.append("worker")
    main()
