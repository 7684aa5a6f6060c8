"""Which encoding a text file is in: UTF-8 or, as most older systems export, GB18030 (GBK)."""

from __future__ import annotations

import codecs
from pathlib import Path

CHUNK = 1 << 20

TOLERATED = 1000
"""A file may hold one spoilt byte in this many: systems that cut texts by bytes leave halves of characters."""


def encoding_of(path: Path) -> str | None:
    """The encoding, or ``None`` when the file is text in none we read."""
    with path.open("rb") as file:
        begin = file.read(2)
    if begin in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):  # Excel's "Unicode text"
        return "utf-16" if _is_clean(path, "utf-16") else None
    candidates = ("utf-8-sig", "gb18030")
    for encoding in candidates:
        if _is_clean(path, encoding):
            return encoding
    limit = path.stat().st_size // TOLERATED
    spoilt = {encoding: _spoilt(path, encoding, limit) for encoding in candidates}
    best = min(candidates, key=lambda encoding: spoilt[encoding])
    return best if spoilt[best] <= limit else None


def is_spoilt(text: str) -> bool:
    """Whether bytes that are no text came through in ``text`` (as lone surrogates)."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _is_clean(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _spoilt(path: Path, encoding: str, at_most: int) -> int:
    """How many bytes are no text in this encoding; counting stops past ``at_most``."""
    spoilt = 0
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        while spoilt <= at_most and (text := file.read(CHUNK)):
            if is_spoilt(text):
                spoilt += sum("\ud800" <= character <= "\udfff" for character in text)
    return spoilt
