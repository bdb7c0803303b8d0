r"""The exact bytes behind a draw, so that anybody can repeat it with a SHA-256 and nothing else (INV-18).

    field(b)    = length of b as 4 bytes, big-endian, then b
    person      = SHA-256("evenhand/draw/person/v1\n" + salt + person id)                        lower-case hex
    commitment  = SHA-256("evenhand/draw/commitment/v1\n" + canonical JSON of everything but the nonce)
    nonce       = 32 bytes of the case keeper, committed before as SHA-256("evenhand/draw/nonce/v1\n" + nonce)
    seed        = SHA-256("evenhand/draw/seed/v1\n" + field(case id) + field(commitment, 32 bytes) + field(nonce)
                          + field(draw number, decimal))
    rank        = SHA-256("evenhand/draw/rank/v1\n" + seed + person), compared as bytes: the smallest is best

Text is UTF-8. Canonical JSON: sorted keys, no spaces, non-ASCII as it is; all our values are text, numbers and lists.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from evenhand.errors import UsageError

NONCE_SIZE: Final = 32
SALT_SIZE: Final = 32
_PREFIX: Final = b"evenhand/draw/"


def opaque_id(salt: bytes, person: str) -> str:
    """Return the salted id under which a person stands in a pool: 64 hex digits.

    The salt is 32 fresh random bytes of one pool and stays sealed; without it the id tells nobody who it is.
    """
    _sized(salt, SALT_SIZE, "salt")
    return _hash("person", salt + person.encode()).hex()


def nonce_commitment(nonce: bytes) -> str:
    """Return what the case keeper commits to before a pool is known: 64 hex digits. 32 random bytes hide it."""
    _sized(nonce, NONCE_SIZE, "nonce")
    return _hash("nonce", nonce).hex()


def canonical(document: object) -> bytes:
    """Return canonical JSON of plain text, numbers, lists and mappings."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def commitment_of(document: object) -> str:
    """Return the digest of everything that is fixed before the nonce is known: 64 hex digits."""
    return _hash("commitment", canonical(document)).hex()


def seed_of(case_id: str, commitment: str, nonce: bytes, draw_no: int) -> bytes:
    """Return the 32 bytes from which every rank of one draw follows."""
    _sized(nonce, NONCE_SIZE, "nonce")
    parts = (case_id.encode(), bytes.fromhex(commitment), nonce, str(draw_no).encode())
    return _hash("seed", b"".join(len(part).to_bytes(4, "big") + part for part in parts))


def rank_of(seed: bytes, person: str) -> bytes:
    """Return a person's rank in one draw: 32 bytes, the smallest is best."""
    return _hash("rank", seed + person.encode())


def _hash(what: str, value: bytes) -> bytes:
    return hashlib.sha256(_PREFIX + what.encode() + b"/v1\n" + value).digest()


def _sized(value: bytes, size: int, name: str) -> None:
    if len(value) != size:
        raise UsageError(f"a {name} of a draw has {size} bytes; this one has {len(value)}.")
