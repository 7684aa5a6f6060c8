"""Opaque references to the people who write: the same writer gives the same one, and none gives the writer.

A reference is a keyed hash. Its key stays with this deployment and is never part of an export, so a
reference cannot be turned back by trying out every telephone number.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import unicodedata
from pathlib import Path

from service.identity import create_key
from settings import SettingsError

KEY_FILE = "reference.key"


class References:
    """References to the writers of one source; two sources that use the same id mean two people."""

    def __init__(self, key: bytes, source: str) -> None:
        self._key = key
        self._source = source

    def of(self, writer: str) -> str:
        """The reference to whom ``source`` calls ``writer`` (an id, a telephone number, a name)."""
        said = "".join(unicodedata.normalize("NFKC", writer).split())
        digest = hmac.new(self._key, f"{self._source}\n{said}".encode(), hashlib.sha256).hexdigest()
        return f"writer-{digest[:24]}"


def reference_key(folder: Path) -> bytes:
    """The deployment's key for references, kept in ``folder`` and made on first use.

    Raises :class:`settings.SettingsError`. Without the old key, writers seen before get new references.
    """
    path = folder / KEY_FILE
    try:
        create_key(path)
        return base64.b64decode(path.read_text("ascii").strip(), validate=True)
    except (SettingsError, OSError):
        raise SettingsError(
            f"无法读写 {path}（反映人代号的密钥），请检查文件夹权限"
            f" | {path}, the key of references to writers, cannot be read or made: check the folder's permissions"
        ) from None
    except (UnicodeDecodeError, binascii.Error):
        raise SettingsError(
            f"{path} 已损坏，请从备份恢复 | {path} is damaged; restore it from a backup"
        ) from None
