"""`*.tlog-proof` files (C2SP tlog-proof): one entry's place in the log, checkable with the entry and a policy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.ledger.checkpoint import MAX_SIZE, OpenedCheckpoint, counting_cosigners, open_checkpoint, parse_tree_head
from evenhand.ledger.encoding import b64, unb64
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.notes import MAX_NOTE, parse_note
from evenhand.ledger.policy import Policy
from evenhand.ledger.proofs import inclusion_proof
from evenhand.ledger.store import HASH_SIZE, Checkpoint, Entry, Store
from evenhand.ledger.tree import MAX_PROOF, leaf_hash, verify_inclusion

HEADER: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The place of one entry: index, path from the sibling upwards, and the checkpoint note, verbatim."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Return the bytes of the file."""
        lines = [HEADER, f"index {self.index}", *(b64(node) for node in self.path), "", ""]
        return "\n".join(lines).encode("ascii") + self.checkpoint


def prove(store: Store, index: int, checkpoint: Checkpoint) -> tuple[TlogProof, Entry]:
    """Return the proof that leaf `index` is in the tree of a stored checkpoint, and the leaf; checked before.

    Raises Contradiction where the leaf's row is missing or the proof would not lead to the signed root.
    """
    path = inclusion_proof(store, index, checkpoint.size)
    entry = next(iter(store.entries(index, index + 1)), None)
    if entry is None:
        raise Contradiction(Reason.ENTRY_MISMATCH, "the row is missing", where=f"ledger_entry seq {index}")
    said = parse_tree_head(parse_note(checkpoint.note).text)
    verify_inclusion(index, said.size, leaf_hash(entry.data), path, said.root)
    return TlogProof(index, tuple(path), checkpoint.published), entry


def parse_tlog_proof(data: bytes) -> TlogProof:
    """Return the parts of a proof file; raises Malformed. An `extra` line is read over: never trusted."""
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank or len(data) > 2 * MAX_NOTE:
        raise Malformed("a tlog-proof has a blank line before its checkpoint")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("a tlog-proof with bytes that are not ASCII") from None
    if lines.pop(0) != HEADER:
        raise Malformed(f"a tlog-proof begins with {HEADER}")
    if lines and lines[0].startswith("extra "):
        unb64(lines.pop(0).removeprefix("extra "))
    return TlogProof(_index(lines), _path(lines[1:]), checkpoint)


def _index(lines: Sequence[str]) -> int:
    match = _INDEX.fullmatch(lines[0]) if lines else None
    if match is None or int(match[1]) >= MAX_SIZE:
        raise Malformed("a tlog-proof without a plain index line")
    return int(match[1])


def _path(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_PROOF:
        raise Malformed(f"a path of over {MAX_PROOF} hashes")
    path = tuple(unb64(line) for line in lines)
    if any(len(node) != HASH_SIZE for node in path):
        raise Malformed("a hash that is not 32 bytes long")
    return path


def verify_tlog_proof(proof: TlogProof, entry: bytes, policy: Policy, *, now: int) -> OpenedCheckpoint:
    """Return the checkpoint that covers `entry`, if all holds; `now` is POSIX seconds.

    Raises Malformed, or Contradiction: `unknown_log`, `bad_signature`, `quorum_not_met`, `path_mismatch`.
    """
    opened = open_checkpoint(proof.checkpoint, policy.logs, list(policy.witnesses.values()))
    if not policy.is_met_by(counting_cosigners(opened, now)):
        raise Contradiction(Reason.QUORUM_NOT_MET, "too few of the policy's witnesses cosigned")
    head = opened.head
    verify_inclusion(proof.index, head.size, leaf_hash(entry), proof.path, head.root)
    return opened
