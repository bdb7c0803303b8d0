"""What the owner of an archive did with which words, and why a record is not looked at.

Own words are one act; words that were shared, liked or forwarded are another person's and stay so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.codes import ActType
from evenhand.posts import Direction, Row

_RETWEET: Final = re.compile(r"RT @\w{1,30}:\s*")
_PRIVATE: Final = frozenset({"direct", "mail"})
_THERE: Final = frozenset({"present", None})
_NO_POST: Final = frozenset({"system", "report"})
_LIKES: Final = frozenset({"like", "react"})


class NotRead(StrEnum):
    """Why a record of the archive is not looked at."""

    RECEIVED = "received"
    PRIVATE = "private"
    GONE = "gone"
    NO_WORDS = "no_words"
    PASSED_ON_UNSEEN = "passed_on_unseen"
    NO_POST = "no_post"


@dataclass(frozen=True, slots=True)
class Deed:
    """One act with the words it was done with; `is_own`: the owner wrote them."""

    act: ActType
    text: str
    parent: str | None = None

    @property
    def is_own(self) -> bool:
        """Whether the words are the owner's."""
        return self.act is ActType.WROTE


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose archive it is. `name`: id, handle or displayed name, needed where an export holds many people's posts."""

    name: str = ""
    messages: bool = False  # private messages the owner sent are looked at too

    def wrote(self, row: Row, direction: Direction) -> bool:
        """Return whether a record is an act of the owner."""
        if row.get("author_basis") == "archive_owner":
            return True
        if self.name:
            return self._is_named(row)
        # What somebody else sent stands in an owner's export too, but only among the messages.
        return direction is Direction.OWNER_OUTGOING and row.get("record_kind") not in {"message", "mail"}

    def _is_named(self, row: Row) -> bool:
        wanted = self.name.removeprefix("@").casefold()
        names = (row.get("author_id"), row.get("author_handle"), row.get("author_display"))
        return any(name.removeprefix("@").casefold() == wanted for name in names if name)


def deeds_of(row: Row, owner: Owner, direction: Direction) -> tuple[Deed, ...] | NotRead:
    """Return what the owner did in this record, or why it is not looked at."""
    if row.get("relation") in _NO_POST:
        return NotRead.NO_POST
    if not owner.wrote(row, direction):
        return NotRead.RECEIVED
    if row.get("visibility") in _PRIVATE and not owner.messages:
        return NotRead.PRIVATE
    if row.get("deletion_state") not in _THERE:
        return NotRead.GONE
    return _acts(row)


def _acts(row: Row) -> tuple[Deed, ...] | NotRead:
    side = row.get("side") or {}
    own, others = row.get("text_norm") or "", side.get("target_text") or ""
    relation = row.get("relation")
    if relation in _LIKES:
        return _passed_on(ActType.LIKED, others)
    if relation == "repost":
        return _passed_on(ActType.SHARED, others or _RETWEET.sub("", own, count=1))
    if relation == "forward":
        return _passed_on(ActType.SHARED, own)
    deeds = [Deed(ActType.WROTE, own, side.get("parent_text"))] if own.strip() else []
    if relation == "quote" and others.strip():
        deeds.append(Deed(ActType.SHARED_WITH_COMMENT, others))
    return tuple(deeds) or NotRead.NO_WORDS


def _passed_on(act: ActType, text: str) -> tuple[Deed, ...] | NotRead:
    return (Deed(act, text),) if text.strip() else NotRead.PASSED_ON_UNSEEN
