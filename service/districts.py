"""The districts of a deployment: those shipped, and those of a folder of its own."""

from __future__ import annotations

from profiles import places
from profiles.mistakes import ProfileError
from settings import Settings, SettingsError


def use(settings: Settings) -> None:
    """Let this process know the deployment's own districts. Raises :class:`settings.SettingsError`."""
    try:
        places.use(settings.profiles_dir)
    except ProfileError as error:
        raise SettingsError(str(error)) from None
