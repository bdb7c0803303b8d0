"""The kinds of id the record knows. All but SYSTEM and ORGANISATION are 32 random lower-case hex digits."""

from __future__ import annotations

import re
from typing import Final, NewType

from evenhand.errors import UsageError

ActorId = NewType("ActorId", str)
KeyId = NewType("KeyId", str)
DocumentId = NewType("DocumentId", str)
SealedId = NewType("SealedId", str)

SYSTEM: Final = ActorId("system")
"""The actor of what no person did: jobs, clocks, commands run by the operator."""

ORGANISATION: Final = KeyId("0" * 32)
"""The key of what belongs to no case and no subject."""

BLOB_NAMES: Final = KeyId("0" * 31 + "1")
"""The key that names the files of the vault; it seals nothing and is never destroyed."""

_HEX = re.compile(r"[0-9a-f]{32}")


def hex_id(value: str, name: str) -> str:
    """Return the id if it is 32 lower-case hex digits; UsageError, naming the field, if not."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise UsageError(f"{name} must be 32 lower-case hex digits")
    return value
