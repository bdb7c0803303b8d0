"""Checkpoints: the signed statement "my tree of N leaves has this root" (C2SP tlog-checkpoint, -cosignature)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.ledger.encoding import b64, unb64
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.notes import KeyType, Note, Signer, VerifierKey, check_name, parse_note, sign_note, verify_note
from evenhand.ledger.store import HASH_SIZE
from evenhand.ledger.tree import EMPTY_ROOT, verify_consistency

MAX_SIZE: Final = 2**63 - 1
MAX_ORIGIN: Final = 255
CLOCK_TOLERANCE: Final = 300
"""Seconds by which a cosignature may lie in the future and still count."""
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: which log, how many leaves, which root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"


def check_origin(origin: str) -> None:
    """Raise Malformed unless `origin` may name a log: ASCII, 1-255 characters, no space, no plus."""
    check_name(origin)
    if not origin.isascii() or not origin.isprintable() or len(origin) > MAX_ORIGIN:
        raise Malformed("an origin is printable ASCII of at most 255 characters")


def parse_tree_head(text: str) -> TreeHead:
    """Return what a checkpoint text says; raises Malformed. Exactly three lines, no extension, no false empty root."""
    head = read_tree_head(text)
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise Malformed("an empty tree has another root")
    return head


def read_tree_head(text: str) -> TreeHead:
    """Return what a checkpoint text says, whatever its root: for a witness, which judges the root later."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise Malformed("a checkpoint has exactly three lines")
    origin, number, encoded = lines[:3]
    check_origin(origin)
    if not _SIZE.fullmatch(number) or int(number) > MAX_SIZE:
        raise Malformed("the size of a checkpoint is not a plain number below 2^63")
    root = unb64(encoded)
    if len(root) != HASH_SIZE:
        raise Malformed("the root of a checkpoint is not 32 bytes")
    return TreeHead(origin, int(number), root)


@dataclass(frozen=True, slots=True)
class OpenedCheckpoint:
    """A checkpoint whose log signature verified: what it says, by which keys, and the cosigners' times.

    `cosigners`: the key that cosigned -> POSIX seconds (the earliest, if it did so more than once).
    """

    head: TreeHead
    note: Note
    log_keys: tuple[VerifierKey, ...]
    cosigners: dict[VerifierKey, int]


def open_checkpoint(
    data: bytes, log_keys: Sequence[VerifierKey], witness_keys: Sequence[VerifierKey] = ()
) -> OpenedCheckpoint:
    """Return what a checkpoint says, if a log key of its own origin signed it; else raise.

    Raises Malformed, or Contradiction `bad_signature` (a line of a known key fails) or `unknown_log` (no
    known key of this origin signed). ML-DSA-44 keys count for nothing.
    """
    note = parse_note(data)
    head = parse_tree_head(note.text)
    verified = verify_note(note, [*log_keys, *witness_keys])
    own = tuple(key for key, _ in verified if key.kind is KeyType.LOG and key.name == head.origin)
    if not own:
        raise Contradiction(Reason.UNKNOWN_LOG, "no known key of this log signed", where=f"origin {head.origin}")
    cosigners: dict[VerifierKey, int] = {}
    for key, line in verified:
        if key.kind is KeyType.COSIGNER:
            cosigners[key] = min(line.time, cosigners.get(key, line.time))
    return OpenedCheckpoint(head, note, own, cosigners)


def counting_cosigners(opened: OpenedCheckpoint, now: int) -> frozenset[VerifierKey]:
    """Return the cosigners whose time is not more than 5 minutes after `now` (POSIX seconds)."""
    return frozenset(key for key, time in opened.cosigners.items() if time <= now + CLOCK_TOLERANCE)


def sign_checkpoint(head: TreeHead, signers: Sequence[Signer]) -> bytes:
    """Return the signed note; every signer is a log key named like the origin."""
    if not signers or any(signer.kind is not KeyType.LOG or signer.name != head.origin for signer in signers):
        raise Malformed("a checkpoint is signed by keys of its own log")
    return sign_note(parse_tree_head(head.text()).text(), signers).encode()


def check_extends(old: TreeHead, new: TreeHead, proof: Iterable[bytes]) -> None:
    """Return if `new` continues `old` by a consistency proof; else raise Contradiction `fork_detected`."""
    if old.origin != new.origin:
        raise Contradiction(Reason.UNKNOWN_LOG, "the two checkpoints are of different logs")
    if old.size == 0:
        return
    try:
        verify_consistency(old.size, new.size, old.root, new.root, list(proof))
    except Contradiction as error:
        raise Contradiction(
            Reason.FORK_DETECTED, f"the tree of {new.size} does not continue the tree of {old.size}: {error.what}"
        ) from None
