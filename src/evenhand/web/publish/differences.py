"""What is different between two versions of a text, part by part and word by word. Pure: parts in, changes out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"\S+\s*")


class Kind(StrEnum):
    """How a part, or a few words, stand to the version before."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a version: a clause, a definition, an example. `facts`: what else it says, as (what, value)."""

    section: str
    number: str
    title: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A few words that are the same, were added or were removed."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact that is different; "" where a version says nothing of it."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """How one part stands to the version before. `before` is None where it is new, `after` where it is gone."""

    kind: Kind
    before: Part | None
    after: Part | None
    before_pieces: tuple[Piece, ...] = ()
    after_pieces: tuple[Piece, ...] = ()
    facts: tuple[FactChange, ...] = ()

    @property
    def part(self) -> Part:
        """The part as it is now, or as it was where it is gone."""
        found = self.after or self.before
        assert found is not None
        return found


def compare(before: Sequence[Part], after: Sequence[Part]) -> tuple[Change, ...]:
    """Return one change per part: in the order of `after`, then what is gone. Quadratic in the words of one part."""
    was = {(part.section, part.number): part for part in before}
    now = {(part.section, part.number) for part in after}
    kept = [_change(was.get((part.section, part.number)), part) for part in after]
    gone = [Change(Kind.REMOVED, part, None) for key, part in was.items() if key not in now]
    return (*kept, *gone)


def _change(before: Part | None, after: Part) -> Change:
    if before is None:
        return Change(Kind.ADDED, None, after)
    if before == after:
        return Change(Kind.SAME, before, after)
    before_pieces, after_pieces = pieces(before.text, after.text)
    return Change(Kind.CHANGED, before, after, before_pieces, after_pieces, _facts(before, after))


def pieces(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts cut where they differ: the first without what was added, the second without what went."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    matcher = SequenceMatcher(None, [word.strip() for word in old], [word.strip() for word in new], autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            left.append(Piece(Kind.SAME, "".join(old[old_from:old_to])))
            right.append(Piece(Kind.SAME, "".join(new[new_from:new_to])))
            continue
        if old_from < old_to:
            left.append(Piece(Kind.REMOVED, "".join(old[old_from:old_to])))
        if new_from < new_to:
            right.append(Piece(Kind.ADDED, "".join(new[new_from:new_to])))
    return tuple(left), tuple(right)


def _facts(before: Part, after: Part) -> tuple[FactChange, ...]:
    was, now = dict(before.facts), dict(after.facts)
    titles = [FactChange("", before.title, after.title)] if before.title != after.title else []
    names = dict.fromkeys([*was, *now])
    changed = [FactChange(name, was.get(name, ""), now.get(name, "")) for name in names]
    return (*titles, *(change for change in changed if change.before != change.after))
