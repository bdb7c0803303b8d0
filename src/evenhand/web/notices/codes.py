"""The check code printed on each letter: 80 random bits in letters and figures that cannot be misread."""

from __future__ import annotations

import re
from base64 import b32encode
from hashlib import sha256
from typing import Final

from evenhand.context import Context

_BYTES: Final = 10
# Base32 has no 0, 1, 8 or 9; whoever reads them off paper meant these letters.
_MISREAD: Final = str.maketrans("0189", "OLBG")
_CODE: Final = re.compile(r"[A-Z2-7]{16}")


def new_check_code(ctx: Context) -> str:
    """Return a fresh code, in four groups of four."""
    letters = b32encode(ctx.random(_BYTES)).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def check_digest(typed: str) -> str | None:
    """Return the SHA-256 (hex) by which a typed code is looked up; None if it cannot be one.

    Case, spaces and dashes do not matter. The codes are random enough that the digest gives nothing away.
    """
    plain = re.sub(r"[\s\-–—]", "", typed).upper().translate(_MISREAD)
    return sha256(b"evenhand/letter/v1\n" + plain.encode()).hexdigest() if _CODE.fullmatch(plain) else None
