"""What a bundle says of itself: what it is called, of which case, and what its maker says was left out."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.bundle.lines import read_json

_MOST = 300


@dataclass(frozen=True, slots=True)
class Told:
    """`title`: what its maker calls it. `case`: the id (hex) in the entry that seals it. `withheld`: closed fields.

    `left_out`: what is not in it, in its maker's words. `copy`: SHA-256 (hex) of the verify.py that it carries.
    """

    title: str = ""
    case: str = ""
    withheld: int = 0
    left_out: tuple[str, ...] = ()
    copy: str | None = None


def read_history(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the title and what was left out of a custody.jsonl; raises Malformed. Older ones have no title."""
    lines = [line for line in map(read_json, data.splitlines()) if isinstance(line, dict)]
    titles = [printable(line.get("title", "")) for line in lines if line.get("kind") == "bundle"]
    left_out = tuple(printable(line.get("words", "")) for line in lines if line.get("kind") == "left_out")
    return "".join(titles), left_out


def printable(text: object) -> str:
    """Return text that cannot steer a terminal: no control characters, nothing endless."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(text))
    return shown if len(shown) <= _MOST else shown[: _MOST - 1] + "\N{HORIZONTAL ELLIPSIS}"
