r"""Which cases a random sample takes, so that anybody can repeat it (INV-33, INV-34, T13, the auditor's 5 %).

    number = SHA-256("evenhand/sample/v1\n" + field(purpose) + field(nonce) + field(case id)), as a whole number
    taken  = number < share * 2^256

`field(b)` is the length of b as 4 bytes, big-endian, then b. The nonce is the case keeper's, one per period, committed
before the period begins (`draw_bytes.nonce_commitment`) and revealed after it: nobody can steer a case into or out of
a sample, and afterwards everybody can count. Each case is taken or not whatever the others are; a purpose of its own
makes samples independent of each other.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from fractions import Fraction

from evenhand.errors import UsageError
from evenhand.procedure.draw_bytes import NONCE_SIZE


class SampleOf(StrEnum):
    """What a sample is for."""

    REVIEW = "review"
    SHADOW = "shadow"
    AUDITOR_TEXT = "auditor_text"


def in_sample(purpose: SampleOf, nonce: bytes, case_id: str, share: float) -> bool:
    """Say whether the case is in the sample. `share` from 0 to 1, taken as the decimal it is written as (0.05).

    Raises UsageError if the nonce has not 32 bytes or the share is no share. Cost: one SHA-256.
    """
    if len(nonce) != NONCE_SIZE:
        raise UsageError(f"a nonce of a sample has {NONCE_SIZE} bytes; this one has {len(nonce)}.")
    if not 0 <= share <= 1:
        raise UsageError(f"{share} is not a share between 0 and 1.")
    parts = (purpose.value.encode(), nonce, case_id.encode())
    fields = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    number = int.from_bytes(hashlib.sha256(b"evenhand/sample/v1\n" + fields).digest(), "big")
    # str() gives 1/20 for 0.05 instead of the nearest binary fraction: the same on every machine, checkable by hand.
    return number < Fraction(str(share)) * (1 << 256)
