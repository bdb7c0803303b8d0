"""What welfare is told, and what can come of a call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """They were reached, they want none, or nobody could reach them: there is no address."""

    REACHED = "reached"
    NOT_WANTED = "not_wanted"
    NO_WAY = "no_way"


@dataclass(frozen=True, slots=True)
class Note:
    """What welfare reads: whose side of which case, how to reach them, and whether they asked or only wrote so."""

    number: str
    side: str
    reach: str
    asked: bool
