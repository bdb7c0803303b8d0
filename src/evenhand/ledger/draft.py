"""What a caller hands to `append`: a leaf without its position, time and nonce."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

System = Literal["system"]
SYSTEM: Final[System] = "system"
"""The actor of what no person did: jobs, clocks, the writer itself."""

Actor = bytes | System
"""16 random bytes, the actor's pseudonym, or SYSTEM."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One act, not yet in the log. `encode_leaf` says what is refused and why.

    `actor`, `case`, `obj`: 16 random bytes each. `commitments`: field name -> 32-byte commitment (the value of
    `commit`). `pub`: key -> 32-byte SHA-256 of a public document. `ref`: earlier indexes, ascending.
    `at`: aware time of the event, whole seconds kept; None = the Context's now.
    """

    type: str
    actor: Actor
    commitments: Mapping[str, bytes] = field(default_factory=dict)
    case: bytes | None = None
    obj: bytes | None = None
    pub: Mapping[str, bytes] = field(default_factory=dict)
    ref: tuple[int, ...] = ()
    count: int | None = None
    root: bytes | None = None
    why: str | None = None
    vkey: str | None = None
    last: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a draft came to stand: its index in the log and its leaf hash (32 bytes)."""

    index: int
    leaf_hash: bytes
