"""Commitments: a leaf says "this was so" without saying what; an opening shows it, one field at a time.

C = SHA-256("evenhand/commit/v1\\n" || field || "\\n" || nonce || value), nonce = 32 random bytes (EVIDENCE
§1.2). The opening is erasable, the commitment stays and then says nothing.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from evenhand.context import Context
from evenhand.ledger.encoding import unb64u
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.proofs import naive_inclusion
from evenhand.ledger.store import HASH_SIZE
from evenhand.ledger.tree import leaf_hash, tree_root, verify_inclusion

NONCE_SIZE: Final = 32
MAX_BATCH: Final = 2**20
DEFAULT_BATCH: Final = 1_000
FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_DOMAIN: Final = b"evenhand/commit/v1\n"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a commitment hides: `field` name, `nonce` (32 bytes) and `value` bytes, never normalised."""

    field: str
    nonce: bytes
    value: bytes

    def commitment(self) -> bytes:
        """Return the 32 bytes that go into the leaf. Raises Malformed for a bad name or nonce length."""
        if not FIELD.fullmatch(self.field):
            raise Malformed(f"the field name {self.field!r} is not a-z, 0-9, _")
        if len(self.nonce) != NONCE_SIZE:
            raise Malformed(f"a nonce of {len(self.nonce)} bytes; it must be {NONCE_SIZE}")
        return sha256(_DOMAIN + self.field.encode("ascii") + b"\n" + self.nonce + self.value).digest()


def seal(field: str, value: bytes, ctx: Context) -> Opening:
    """Return an opening with a fresh nonce; its `commitment()` goes into the draft, itself into the vault."""
    return Opening(field, ctx.random(NONCE_SIZE), value)


def seal_bytes(field: str, content: bytes, ctx: Context) -> Opening:
    """Return an opening of a file or document: its value is the SHA-256 of `content`."""
    return seal(field, sha256(content).digest(), ctx)


def verify_opening(opening: Opening, commitment: str | bytes) -> None:
    """Return if the opening is that of `commitment` (32 bytes, or its 43 b64u characters); else raise.

    Raises Malformed or Contradiction with `opening_mismatch`.
    """
    expected = unb64u(commitment, HASH_SIZE) if isinstance(commitment, str) else commitment
    if not hmac.compare_digest(opening.commitment(), expected):
        raise Contradiction(Reason.OPENING_MISMATCH, f"the opening of {opening.field!r} does not fit the leaf")


def batch_root(items: Sequence[bytes]) -> bytes:
    """Return the root over item commitments (32 bytes each), 1 to 2^20 of them."""
    return tree_root(_item_leaves(items))


def batch_proof(items: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path of the item at `index` up to `batch_root(items)`."""
    leaves = _item_leaves(items)
    if not 0 <= index < len(leaves):
        raise Malformed(f"item {index} is not in a batch of {len(leaves)}")
    return naive_inclusion(leaves, index)


def verify_batch_item(opening: Opening, index: int, count: int, proof: Sequence[bytes], root: bytes) -> None:
    """Return if the opened item stands at `index` in the batch of `count` items with `root`; else raise."""
    if opening.field != "item":
        raise Malformed(f"a batch item opens the field 'item', not {opening.field!r}")
    verify_inclusion(index, count, leaf_hash(opening.commitment()), proof, root)


def _item_leaves(items: Sequence[bytes]) -> list[bytes]:
    if not 1 <= len(items) <= MAX_BATCH:
        raise Malformed(f"a batch of {len(items)} items; 1 to {MAX_BATCH} is the range")
    if any(len(item) != HASH_SIZE for item in items):
        raise Malformed("an item commitment that is not 32 bytes long")
    return [leaf_hash(item) for item in items]
