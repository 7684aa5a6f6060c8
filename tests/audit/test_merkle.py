"""Merkle roots by the published examples of RFC 6962, and proofs by property."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import merkle

# The tree of Certificate Transparency's own reference tests.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", ROOTS)
def test_a_root_is_what_the_reference_says(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_a_proof_leads_from_its_leaf_to_the_root_and_from_no_other(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.proof(leaves, index)
    assert merkle.proven(leaves[index], path) == merkle.root(leaves)
    assert merkle.proven(leaves[index] + b"x", path) != merkle.root(leaves)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40))
def test_pairing_from_the_left_is_the_split_of_the_rfc(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == by_definition(leaves)


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=12, unique=True), st.data())
def test_another_order_is_another_root(leaves: list[bytes], data: st.DataObject) -> None:
    other = data.draw(st.permutations(leaves))
    assert (merkle.root(leaves) == merkle.root(other)) == (list(other) == leaves)


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1: the left part is the largest power of two that leaves something on the right."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = by_definition(leaves[:split]), by_definition(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()
