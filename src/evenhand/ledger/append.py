"""`append`: drafts become leaves, in the caller's transaction, under the head lock (EVIDENCE §1.5)."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.context import Context
from evenhand.ledger.draft import Appended, Draft
from evenhand.ledger.errors import AppendRefused, Contradiction
from evenhand.ledger.leaf import encode_leaf
from evenhand.ledger.store import Entry, Head, Store
from evenhand.ledger.tiles import grow
from evenhand.ledger.tree import check_head, extend, leaf_hash


def append(store: Store, drafts: Sequence[Draft], ctx: Context) -> list[Appended]:
    """Return where each draft came to stand; all of them, in order, or none.

    Runs in the caller's open transaction, takes the head lock, never commits and keeps nothing in memory
    between calls. A leaf counts as written after the outer commit, not before. Raises AppendRefused (no
    transaction; head and tiles do not fit), LeafRefused (a draft). Cost: about 30 µs a leaf in bulk.
    """
    if not drafts and store.in_transaction():
        return []
    head = _lock(store)
    return _write(store, head, [encode_leaf(draft, head.size + place, ctx) for place, draft in enumerate(drafts)])


def append_encoded(store: Store, leaves: Sequence[bytes]) -> list[Appended]:
    """Return where exact leaf bytes came to stand: for re-importing entries that were checked elsewhere."""
    return _write(store, _lock(store), leaves)


def _lock(store: Store) -> Head:
    """Return the head under its lock, taken once; a torn head stops here, before anything is written."""
    if not store.in_transaction():
        raise AppendRefused(
            "there is no open transaction; nothing was appended", mend="Append inside the unit of work."
        )
    head = store.lock_head()
    try:
        check_head(head)
    except Contradiction as error:
        raise AppendRefused(error.what, where="ledger_head", mend="Run `evenhand ledger verify`.") from None
    return head


def _write(store: Store, head: Head, leaves: Sequence[bytes]) -> list[Appended]:
    hashes = [leaf_hash(data) for data in leaves]
    tiles = grow(store, head.size, hashes)
    store.add_entries([Entry(head.size + place, hashes[place], data) for place, data in enumerate(leaves)])
    store.put_tiles(tiles)
    store.set_head(extend(head, hashes))
    return [Appended(head.size + place, found) for place, found in enumerate(hashes)]
