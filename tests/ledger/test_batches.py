"""Batches: one leaf for many items, each provable alone."""

from __future__ import annotations

import pytest

from evenhand.context import Context
from evenhand.ledger.commitment import Opening, batch_proof, batch_root, seal_bytes, verify_batch_item
from evenhand.ledger.errors import Contradiction, Malformed


def openings(size: int, ctx: Context) -> list[Opening]:
    return [seal_bytes("item", b"%d" % number, ctx) for number in range(size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 255, 256, 257, 1000])
def test_every_sampled_item_proves_and_no_other_place_does(size: int, ctx: Context) -> None:
    items = openings(size, ctx)
    commitments = [item.commitment() for item in items]
    root = batch_root(commitments)
    for index in {0, size // 2, size - 1}:
        proof = batch_proof(commitments, index)
        verify_batch_item(items[index], index, size, proof, root)
        for wrong in {(index + 1) % size, (index - 1) % size} - {index}:
            with pytest.raises(Contradiction):
                verify_batch_item(items[index], wrong, size, proof, root)
            with pytest.raises(Contradiction):
                verify_batch_item(items[wrong], index, size, proof, root)


def test_only_the_field_item_opens_a_batch(ctx: Context) -> None:
    opening = seal_bytes("content", b"x", ctx)
    with pytest.raises(Malformed):
        verify_batch_item(opening, 0, 1, [], batch_root([opening.commitment()]))


@pytest.mark.parametrize("items", [[], [b"short"]])
def test_no_empty_batch_and_no_short_item(items: list[bytes]) -> None:
    with pytest.raises(Malformed):
        batch_root(items)


@pytest.mark.parametrize("index", [-1, 3])
def test_an_item_outside_the_batch_has_no_proof(index: int) -> None:
    with pytest.raises(Malformed):
        batch_proof([bytes(32)] * 3, index)


@pytest.mark.parametrize("field", ["", "Item", "a b", "a" * 33, "1a", "ä"])
def test_a_bad_field_name_makes_no_commitment(field: str, ctx: Context) -> None:
    with pytest.raises(Malformed):
        seal_bytes(field, b"", ctx).commitment()
