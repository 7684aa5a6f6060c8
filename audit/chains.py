"""Hash chains of ledgers, as fast as they can be hashed: nothing is parsed here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from audit.findings import Finding, Part
from storage.ledger import Link


class Chains:
    """Walks through links by hazard and ``seq``. Counts them, and remembers whose chain is broken."""

    def __init__(self) -> None:
        self.rows = 0
        self.hazards = 0
        self.broken: set[str] = set()

    def check(self, links: Iterable[Link]) -> Iterator[Finding]:
        """A finding for each link that does not hold."""
        sha256 = hashlib.sha256
        current, head, last, rows, hazards = "", "", 0, 0, 0
        for hazard, seq, prev, own, body in links:
            rows += 1
            if hazard != current:
                current, head, last = hazard, "", 0
                hazards += 1
            # chain_hash(prev, body), written out: a call for each row would cost as much as the hashing
            sound = sha256(f"{prev}\n{body}".encode()).hexdigest() == own
            if not sound or prev != head or seq != last + 1:
                self.broken.add(hazard)
                yield from _broken(hazard, seq, last, follows=prev == head, sound=sound)
            head, last = own, seq
        self.rows += rows
        self.hazards += hazards


def _broken(hazard: str, seq: int, last: int, *, follows: bool, sound: bool) -> Iterator[Finding]:
    def finding(zh: str, en: str) -> Finding:
        return Finding(part=Part.LEDGER, where=f"{hazard} 第{seq}步", zh=zh, en=f"{hazard} seq {seq}: {en}")

    if seq != last + 1:
        gone = f"{last + 1}" if seq == last + 2 else f"{last + 1}–{seq - 1}"
        yield finding(f"之前缺第{gone}步", f"entries {gone} before it are missing")
    if not follows:
        yield finding("与前一步的散列不相衔接", "does not carry the hash of the one before")
    if not sound:
        yield finding("正文与散列不符，已被改动", "the text does not match its hash: altered")
