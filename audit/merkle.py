"""Merkle trees as RFC 6962 has them: one hash that stands for a list, and proofs that an item is in it.

A leaf is hashed after a byte 0, a node after a byte 1, so that no node passes for a leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash of the whole list; of an empty one, the hash of nothing."""
    if not leaves:
        return hashlib.sha256().digest()
    hashes = [_leaf(leaf) for leaf in leaves]
    while len(hashes) > 1:
        hashes = _joined(hashes)
    return hashes[0]


def proof(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """What joins one leaf to the root: ``("left" | "right", hash)`` of its neighbour, from the leaf up."""
    hashes = [_leaf(leaf) for leaf in leaves]
    path = []
    while len(hashes) > 1:
        neighbour = index ^ 1
        if neighbour < len(hashes):
            path.append(("left" if neighbour < index else "right", hashes[neighbour]))
        hashes = _joined(hashes)
        index //= 2
    return path


def proven(leaf: bytes, path: Sequence[tuple[str, bytes]]) -> bytes:
    """The root that a leaf and its proof lead to."""
    found = _leaf(leaf)
    for side, neighbour in path:
        found = _node(neighbour, found) if side == "left" else _node(found, neighbour)
    return found


def _joined(hashes: Sequence[bytes]) -> list[bytes]:
    """One level up. Pairing from the left, an odd one going up alone, gives RFC 6962's very tree."""
    pairs = [_node(hashes[at], hashes[at + 1]) for at in range(0, len(hashes) - 1, 2)]
    return pairs + list(hashes[-1:]) if len(hashes) % 2 else pairs


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
