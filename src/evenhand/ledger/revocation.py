"""Revoking a stolen or lost key: a note signed by the recovery key, which was made at the start and kept offline.

It names the key, the last size for which it counts, and the one successor. A thief can sign trees and name a successor
of their own, but not this note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from evenhand.ledger.checkpoint import MAX_SIZE, check_origin
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.keyring import Keyring, Status
from evenhand.ledger.notes import KeyType, Signer, VerifierKey, parse_note, parse_trusted_vkey, sign_note, verify_note

HEADER: Final = "evenhand/key-revocation/v1"
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Revocation:
    """What a revocation says: of the log `origin`, the key `revoked` counts up to `last`; `successor` signs on."""

    origin: str
    revoked: VerifierKey
    last: int
    successor: VerifierKey

    def text(self) -> str:
        """Return the five lines that the recovery key signs."""
        return f"{HEADER}\n{self.origin}\n{self.revoked}\n{self.last}\n{self.successor}\n"


def sign_revocation(revocation: Revocation, recovery: Signer) -> bytes:
    """Return the note."""
    return sign_note(revocation.text(), [recovery]).encode()


def open_revocation(note: bytes, recovery: VerifierKey) -> Revocation:
    """Return what a note says, if the recovery key signed it.

    Raises Malformed, or Contradiction `bad_signature` (a line of it fails), `unknown_log` (it did not sign).
    """
    parsed = parse_note(note)
    verify_note(parsed, [recovery])
    lines = parsed.text.split("\n")
    if len(lines) != 6 or lines[0] != HEADER or lines[5]:
        raise Malformed("not the text of a revocation")
    check_origin(lines[1])
    if not _SIZE.fullmatch(lines[3]) or int(lines[3]) > MAX_SIZE:
        raise Malformed("the last size of a revocation is no size")
    revoked, successor = parse_trusted_vkey(lines[2]), parse_trusted_vkey(lines[4])
    if {revoked.kind, successor.kind} != {KeyType.LOG} or {revoked.name, successor.name} != {lines[1]}:
        raise Malformed("a revocation that names keys of another log")
    return Revocation(lines[1], revoked, int(lines[3]), successor)


def check_revocations(keyring: Keyring, recovery: VerifierKey, notes: Iterable[bytes]) -> None:
    """Return if the recovery key vouches for each revoked key of a keyring, its last size and its successor.

    Raises Contradiction: `bad_signature` or `unknown_log` for a note that it did not sign, `after_revocation` where
    none vouches for a revocation, or where the keyring names another last size or successor.
    """
    said = {found.revoked: found for found in (open_revocation(note, recovery) for note in notes)}
    for key, state in keyring.items():
        if state.status is not Status.REVOKED:
            continue
        found = said.get(key)
        where = f"key {key.key_id.hex()}"
        if found is None:
            raise Contradiction(Reason.AFTER_REVOCATION, "the recovery key did not revoke this key", where=where)
        if found.last != state.last or found.successor not in keyring:
            raise Contradiction(
                Reason.AFTER_REVOCATION, "the recovery key named another last size or successor", where=where
            )
