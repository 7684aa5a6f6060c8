"""The key that signs the archive's manifests, and the public keys that an auditor trusts."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.identity import create_key
from settings import Settings, SettingsError


class Signer:
    """Signs with this deployment's key."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @cached_property
    def public(self) -> PublicKey:
        return PublicKey(self._key.public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


class PublicKey:
    """An Ed25519 public key. ``id`` is the first half of its SHA-256, in hex."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.id = hashlib.sha256(raw).hexdigest()[:32]

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """From base64. Raises ``ValueError``."""
        try:
            raw = base64.b64decode(text.strip(), validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        if len(raw) != 32:
            raise ValueError("not 32 bytes")
        return cls(raw)

    @property
    def text(self) -> str:
        return base64.b64encode(self.raw).decode()

    @property
    def pem(self) -> bytes:
        """For ``openssl``."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def holds(self, signature: bytes, data: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            return False
        return True


def signer(settings: Settings) -> Signer:
    """This deployment's signer. A key that is kept in a file is made on first use; its public key joins the trusted.

    Raises :class:`settings.SettingsError`.
    """
    if settings.archive_key is None:
        create_key(settings.archive_key_file, "归档密钥", "archive key", "QINGLING_ARCHIVE_KEY")
    found = Signer(settings.archive_seed())
    if found.public.id not in {key.id for key in trusted(settings)}:
        file = trusted_file(settings)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="ascii") as lines:
                lines.write(found.public.text + "\n")
        except OSError as error:
            raise SettingsError(
                f"无法写入归档公钥文件 {file}（{error.strerror}），请检查文件夹权限"
                f" | cannot write the file of trusted keys {file} ({error.strerror}): check the permissions"
            ) from None
    return found


def trusted_file(settings: Settings) -> Path:
    """One public key a line, in base64: those that signed this archive, old ones too."""
    return settings.archive_key_file.with_suffix(".pub")


def trusted(settings: Settings, more: Sequence[str] = ()) -> list[PublicKey]:
    """Keys whose signatures count: of the deployment's own file, and ``more`` that an auditor brought along.

    Raises :class:`settings.SettingsError` for a line that is no key.
    """
    file = trusted_file(settings)
    try:
        lines = file.read_text("ascii").splitlines()
    except FileNotFoundError:
        lines = []
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"读不到归档公钥文件 {file} | cannot read the file of trusted keys {file} ({error})"
        ) from None
    keys = []
    for line in (*lines, *more):
        if line.strip():
            try:
                keys.append(PublicKey.read(line))
            except ValueError:
                raise SettingsError(
                    f"“{line[:60]}”不是公钥，应为 32 字节的 base64"
                    f" | {line[:60]!r} is no public key: it should be the base64 of 32 bytes"
                ) from None
    return keys
