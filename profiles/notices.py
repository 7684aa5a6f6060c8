"""Reads the table of notices: the shared one, and before it what a district says of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from domain.delivery import DeliveryPolicy
from profiles.files import read_yaml, shaped
from profiles.mistakes import ProfileError
from profiles.places import HERE, folder_of

NOTICES = "notices.yaml"
_OF_A_DISTRICT = frozenset({"version", "opens", "closes", "never_quiet", "keep_trying", "rows"})


def delivery_policy(profile: str, folder: Path | None = None) -> DeliveryPolicy:
    """The table of ``profile``. Raises :class:`ProfileError` with one line that names file, place and remedy."""
    if folder is not None:
        return notices_in(folder / profile, folder)
    return notices_in(folder_of(profile))


def has_notices(folder: Path) -> bool:
    return (folder / NOTICES).exists()


def notices_in(folder: Path, defaults: Path = HERE) -> DeliveryPolicy:
    """The table of the district in ``folder``. Raises :class:`ProfileError`."""
    shared = read_yaml(defaults / NOTICES, NOTICES)
    if not has_notices(folder):
        return shaped(DeliveryPolicy, NOTICES, shared)
    file = f"{folder.resolve().name}/{NOTICES}"
    said = read_yaml(folder / NOTICES, file)
    return shaped(DeliveryPolicy, file, _joined(file, shared, said))


def _joined(file: str, shared: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(said.keys() - _OF_A_DISTRICT)
    if unknown:
        raise ProfileError(
            file,
            unknown[0],
            f"没有“{unknown[0]}”这一项，请删去或改正",
            f"there is no “{unknown[0]}”; remove or correct it",
        )
    rows = said.get("rows") or []
    if not isinstance(rows, list):
        raise ProfileError(file, "rows", "应是若干行，请改正", "must be a list of rows; correct it")
    return {**shared, **said, "rows": [*rows, *shared.get("rows", [])]}
