"""Manifests: what the archive took in, each chained to the one before it and signed.

A manifest is a file of two lines. The first is canonical JSON: number, day, digest of the manifest before,
the entries, the Merkle root over them. The second is the Ed25519 signature over the first, with the key's id.
``docs/auditing.md`` tells how to check one with ``openssl`` alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence

from pydantic import ValidationError

from audit import merkle
from audit.keys import PublicKey, Signer
from domain.library import canonical
from domain.values import Value
from storage.archive import Kept

FOLDER = "manifests"


class Manifest(Value):
    """The first line of a manifest's file."""

    number: int
    day: str
    """Asia/Shanghai."""
    previous: str = ""
    """SHA-256 of the file of the manifest before; of the first one, nothing."""
    root: str
    key: str
    """Id of the key that signed it."""
    entries: tuple[Kept, ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.number)


class BadManifest(ValueError):
    """What is wrong with a manifest's file, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


def name_of(number: int) -> str:
    return f"{FOLDER}/{number:06d}.jsonl"


def digest_of(file: bytes) -> str:
    return hashlib.sha256(file).hexdigest()


def root_of(entries: Sequence[Kept]) -> str:
    """The Merkle root over the entries' lines, in their order."""
    return merkle.root([entry.line.encode() for entry in entries]).hex()


def sealed(number: int, day: str, previous: str, entries: Sequence[Kept], signer: Signer) -> bytes:
    """The file of a manifest."""
    manifest = Manifest(
        number=number,
        day=day,
        previous=previous,
        root=root_of(entries),
        key=signer.public.id,
        entries=tuple(entries),
    )
    first = canonical(manifest).encode()
    signature = base64.b64encode(signer.sign(first)).decode()
    return first + b"\n" + json.dumps({"key": signer.public.id, "signature": signature}).encode() + b"\n"


def opened(file: bytes, keys: Sequence[PublicKey]) -> Manifest:
    """The manifest of a file, once its signature and its root hold. Raises :class:`BadManifest`."""
    try:
        first, second = file.splitlines()
        signed = json.loads(second)
        key_id, signature = str(signed["key"]), base64.b64decode(signed["signature"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise BadManifest("不是一份签名清单", "is not a signed manifest") from None
    key = next((key for key in keys if key.id == key_id), None)
    if key is None:
        raise BadManifest(
            f"由不受信任的密钥 {key_id[:16]} 签名", f"is signed with key {key_id[:16]}, which is not trusted"
        )
    if not key.holds(signature, first):
        raise BadManifest("签名不符，已被改动", "does not match its signature: altered")
    try:
        manifest = Manifest.model_validate_json(first)
    except ValidationError:
        raise BadManifest("内容无法读取", "cannot be read") from None
    if root_of(manifest.entries) != manifest.root:
        raise BadManifest("默克尔根与所列条目不符", "has a Merkle root that is not of its entries")
    return manifest
