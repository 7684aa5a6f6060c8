"""Which code this is: the released version, and a digest of what decides."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_DECIDES = ("domain", "workflows")


@cache
def code_version() -> str:
    """E.g. ``0.1.0+3f2a91c07b1d``: two installations that say the same decide the same."""
    try:
        released = version("qingling")
    except PackageNotFoundError:
        released = "0"
    digest = hashlib.sha256()
    for room in _DECIDES:
        for file in sorted((_ROOT / room).rglob("*.py")):
            digest.update(file.relative_to(_ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{released}+{digest.hexdigest()[:12]}"
