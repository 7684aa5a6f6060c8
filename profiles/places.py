"""Where districts' folders are: those shipped with the project, and those of one folder that a deployment names.

A process names that folder once, at its start (``QINGLING_PROFILES_DIR``); a district of it goes before a shipped
one of the same key.
"""

from __future__ import annotations

from pathlib import Path

from profiles.mistakes import ProfileError

HERE = Path(__file__).parent
PROFILE = "profile.yaml"

_own: Path | None = None


def use(folder: Path | None) -> None:
    """Know the districts in ``folder`` besides the shipped ones. Raises :class:`ProfileError` when it has none."""
    global _own
    if folder is not None and not any(folder.glob(f"*/{PROFILE}")):
        raise ProfileError(
            str(folder),
            "",
            f"里面没有任何区的文件夹（<区>/{PROFILE}），请核对 QINGLING_PROFILES_DIR 或 --profiles",
            f"holds no district (<key>/{PROFILE}); check QINGLING_PROFILES_DIR or --profiles",
        )
    _own = folder


def folders() -> dict[str, Path]:
    """The folder of each district that this process knows, by key."""
    found = {file.parent.name: file.parent for file in sorted(HERE.glob(f"*/{PROFILE}"))}
    if _own is not None:
        found |= {file.parent.name: file.parent for file in sorted(_own.glob(f"*/{PROFILE}"))}
    return found


def folder_of(profile: str) -> Path:
    """Where the files of a district are; for one this process does not know, where they would be shipped."""
    return folders().get(profile, HERE / profile)
