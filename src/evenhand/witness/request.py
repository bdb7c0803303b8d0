"""The body of add-checkpoint: `old <N>`, the consistency proof, a blank line, the checkpoint note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.ledger.checkpoint import MAX_SIZE, TreeHead, read_tree_head
from evenhand.ledger.encoding import b64, unb64
from evenhand.ledger.errors import Malformed
from evenhand.ledger.notes import Note, parse_note
from evenhand.ledger.store import HASH_SIZE
from evenhand.ledger.tree import MAX_PROOF

MAX_BODY: Final = 256 * 1024
_OLD: Final = re.compile(rb"old (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: cosign `note`, which says `head` and continues the tree of `old` leaves by `proof`."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    head: TreeHead


def write_request(old: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """Return the body that asks to cosign `note`."""
    lines = [f"old {old}", *(b64(node) for node in proof), "", ""]
    return "\n".join(lines).encode("ascii") + note


def parse_request(body: bytes) -> Request:
    """Return the parts of a body; raises Malformed. Nothing is verified; the root of an empty tree may be any."""
    if len(body) > MAX_BODY:
        raise Malformed(f"a body over {MAX_BODY} bytes")
    before, blank, note = body.partition(b"\n\n")
    lines = before.split(b"\n")
    old = _OLD.fullmatch(lines[0])
    if old is None or int(old[1]) > MAX_SIZE:
        raise Malformed("the first line is not: old <size>")
    if not blank:
        raise Malformed("there is no blank line before the checkpoint")
    if len(lines) > 1 + MAX_PROOF:
        raise Malformed(f"a proof of over {MAX_PROOF} hashes")
    parsed = parse_note(note)
    return Request(int(old[1]), tuple(map(_hash, lines[1:])), parsed, read_tree_head(parsed.text))


def _hash(line: bytes) -> bytes:
    try:
        node = unb64(line.decode("ascii"))
    except UnicodeDecodeError:
        raise Malformed("a proof line that is not base64") from None
    if len(node) != HASH_SIZE:
        raise Malformed("a hash that is not 32 bytes long")
    return node
