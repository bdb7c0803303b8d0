"""A proof of fork: two checkpoints that one log signed and that cannot both be of one tree. Anybody can check it.

    evenhand/fork/v1
    <size> <root of the first `size` leaves of the second tree, base64>
    <consistency path from there to the second checkpoint, one hash a line>

    <first checkpoint>

    <second checkpoint>

The first checkpoint is over `size` leaves with another root; the path shows what the second says of that size.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.ledger.checkpoint import open_checkpoint
from evenhand.ledger.encoding import b64, unb64
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.notes import VerifierKey
from evenhand.ledger.proofs import consistency_proof, root_from_tiles
from evenhand.ledger.store import HASH_SIZE, Checkpoint, TileReader
from evenhand.ledger.tree import verify_consistency

HEADER: Final = b"evenhand/fork/v1\n"
_FIRST: Final = re.compile(rb"(0|[1-9][0-9]{0,18}) ([A-Za-z0-9+/=]+)", re.ASCII)
_MARK: Final = b"\n\n\n"


@dataclass(frozen=True, slots=True)
class Fork:
    """The parts of a proof of fork: two notes, and what the second tree says of the size of the first."""

    first: bytes
    second: bytes
    size: int
    root: bytes
    path: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Return the bytes of the file."""
        lines = [f"{self.size} {b64(self.root)}", *(b64(node) for node in self.path)]
        return _MARK.join([HEADER + "\n".join(lines).encode(), self.first.removesuffix(b"\n"), self.second])

    def check(self, log_keys: Sequence[VerifierKey]) -> None:
        """Return if it proves that a known key of one log signed two trees; else raise Contradiction or Malformed."""
        first, second = (open_checkpoint(note, log_keys).head for note in (self.first, self.second))
        if first.origin != second.origin or first.size != self.size:
            raise Malformed("the two checkpoints are not of one log, or not of the size that is spoken of")
        verify_consistency(self.size, second.size, self.root, second.root, self.path)
        if first.root == self.root:
            raise Contradiction(Reason.NOT_CHECKED, "the two checkpoints do not contradict each other")


def prove_fork(tiles: TileReader, ours: Checkpoint, theirs: bytes, log_keys: Sequence[VerifierKey]) -> Fork | None:
    """Return the proof that another note of this log contradicts a stored checkpoint of its size or more, else None.

    Raises Contradiction or Malformed where the other note does not verify, or where our own tiles are broken.
    """
    head = open_checkpoint(theirs, log_keys).head
    if not 0 < head.size <= ours.size:
        return None
    root = root_from_tiles(tiles, head.size)
    if root == head.root:
        return None
    path = consistency_proof(tiles, head.size, ours.size) if head.size < ours.size else []
    fork = Fork(theirs, ours.note, head.size, root, tuple(path))
    fork.check(log_keys)
    return fork


def parse_fork(data: bytes) -> Fork:
    """Return the parts of a proof of fork; raises Malformed. Nothing is verified."""
    parts = data.split(_MARK)
    if not data.startswith(HEADER) or len(parts) != 3:
        raise Malformed("not a proof of fork")
    lines = parts[0].removeprefix(HEADER).split(b"\n")
    found = _FIRST.fullmatch(lines[0])
    if found is None:
        raise Malformed("a proof of fork without the size it speaks of")
    nodes = [unb64(node.decode("ascii", "replace")) for node in (found[2], *lines[1:])]
    if any(len(node) != HASH_SIZE for node in nodes):
        raise Malformed("a hash that is not 32 bytes long")
    return Fork(parts[1] + b"\n", parts[2], int(found[1]), nodes[0], tuple(nodes[1:]))
