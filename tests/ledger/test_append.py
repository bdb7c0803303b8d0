"""`append` over a store: any batching gives the same log, and nothing is written where something is wrong."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.context import Context
from evenhand.ledger import Draft, Head, MemoryStore, append
from evenhand.ledger.append import append_encoded
from evenhand.ledger.errors import AppendRefused, LeafRefused
from evenhand.ledger.proofs import root_from_tiles
from evenhand.ledger.store import AlreadyThere, Tile
from evenhand.ledger.tiles import grow
from evenhand.ledger.tree import root_of, tree_root


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=6))
def test_any_batching_gives_the_same_log(sizes: list[int]) -> None:
    leaves = [b"%d" % number for number in range(sum(sizes))]
    cut, whole, start = MemoryStore(), MemoryStore(), 0
    for size in sizes:
        append_encoded(cut, leaves[start : start + size])
        start += size
    append_encoded(whole, leaves)
    assert cut.head() == whole.head()
    assert cut.tile_rows == whole.tile_rows
    assert cut.rows == whole.rows
    assert root_of(cut.head()) == root_from_tiles(cut, start)


def test_indexes_and_hashes_come_back_in_order(log: Any) -> None:
    first = append(log.store, [log.draft(), log.draft()], log.ctx)
    second = append(log.store, [log.draft()], log.ctx)
    assert [one.index for one in (*first, *second)] == [0, 1, 2]
    assert [log.store.rows[one.index].leaf_hash for one in first] == [one.leaf_hash for one in first]
    assert root_of(log.store.head()) == tree_root([log.store.rows[seq].leaf_hash for seq in range(3)])


def test_two_equal_drafts_make_two_different_leaves(log: Any) -> None:
    draft = log.draft()
    one, two = append(log.store, [draft, draft], log.ctx)
    assert one.leaf_hash != two.leaf_hash


def test_no_drafts_change_nothing(log: Any) -> None:
    log.fill(3)
    before = log.store.head()
    assert append(log.store, [], log.ctx) == []
    assert log.store.head() == before


def test_without_a_transaction_nothing_is_appended(log: Any) -> None:
    log.store.commit()
    for drafts in ([log.draft()], []):
        with pytest.raises(AppendRefused):
            append(log.store, drafts, log.ctx)
    assert log.store.head() == Head()


def test_one_refused_draft_leaves_nothing_of_the_others(log: Any) -> None:
    with pytest.raises(LeafRefused):
        append(log.store, [log.draft(), Draft("no.such", b"\xaa" * 16)], log.ctx)
    assert (log.store.rows, log.store.tile_rows, log.store.head()) == ({}, {}, Head())


def test_a_rolled_back_append_leaves_no_trace(log: Any) -> None:
    log.fill(300)
    before = (dict(log.store.rows), dict(log.store.tile_rows), log.store.head())
    log.store.begin()
    log.fill(300)
    log.store.rollback()
    assert (log.store.rows, log.store.tile_rows, log.store.head()) == before
    log.store.begin()
    assert append(log.store, [log.draft()], log.ctx)[0].index == 300


@pytest.mark.parametrize("damage", ["short", "long", "missing"])
def test_a_tile_of_another_length_stops_the_append(log: Any, damage: str) -> None:
    log.fill(5)
    tile = log.store.tile_rows[0, 0]
    changed = {"short": tile[:-32], "long": tile + bytes(32), "missing": b""}[damage]
    log.store.tile_rows[0, 0] = changed
    with pytest.raises(AppendRefused, match="tile level 0 idx 0"):
        log.fill(1)
    assert len(log.store.rows) == 5


def test_a_torn_head_stops_the_append(log: Any) -> None:
    log.fill(5)
    log.store.head_row = Head(5, log.store.head_row.frontier[:1])
    with pytest.raises(AppendRefused, match="ledger_head"):
        log.fill(1)


def test_the_head_lock_is_taken_once_and_before_anything_is_read(log: Any) -> None:
    calls: list[str] = []

    class Watched(MemoryStore):
        def lock_head(self) -> Head:
            calls.append("lock")
            return super().lock_head()

        def tile(self, level: int, idx: int) -> bytes | None:
            calls.append("tile")
            return super().tile(level, idx)

        def set_head(self, head: Head) -> None:
            calls.append("head")
            super().set_head(head)

    log.store = Watched()
    log.fill(1)
    assert calls == ["lock", "tile", "head"]


def test_a_row_is_never_overwritten(log: Any) -> None:
    log.fill(2)
    with pytest.raises(AlreadyThere):
        log.store.add_entries([log.store.rows[1]])


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536])
def test_growing_by_one_touches_the_right_tiles(size: int) -> None:
    store = MemoryStore()
    append_encoded(store, [b"%d" % number for number in range(size)])
    changed = grow(store, size, [bytes(32)])
    assert {(tile.level, tile.idx) for tile in changed} >= {(0, size // 256)}
    assert all(isinstance(tile, Tile) and 32 <= len(tile.hashes) <= 8192 for tile in changed)
    assert len(changed) == 1 + (size % 256 == 255) + (size % 65_536 == 65_535)


def test_a_context_is_used_by_one_append_at_a_time(log: Any, ctx: Context) -> None:
    """Appends through one memory store from several threads, one after another, keep one order."""
    guard = threading.Lock()

    def work() -> None:
        for _ in range(10):
            with guard:
                append(log.store, [log.draft()], ctx)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(log.store.rows) == list(range(40))
