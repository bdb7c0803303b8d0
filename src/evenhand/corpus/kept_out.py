"""What an erasure keeps out of an import: rows that were erased, and what other rows repeat of their words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from evenhand.posts import Report
from evenhand.posts.record import Row

MOST_BARRED: Final = 100_000
# By which column a row refers to a post, and under which name that post's words stand beside it.
REPEATED: Final = (("quote_of", "target_text"), ("share_of", "target_text"), ("reply_to", "parent_text"))


def not_erased(
    rows: Iterator[Row], report: Report, is_suppressed: Callable[[str], bool], barred: set[str]
) -> Iterator[Row]:
    """Yield the rows that no erasure bars, without what they repeat of erased posts; count the others in the report.

    `barred` takes the record keys of all whose records in the file must not be kept as they came.
    """
    for row in rows:
        if any(map(is_suppressed, _names_of(row))):
            report.suppressed += 1
            _bar(row, barred)
        else:
            if without_repeats(row, is_suppressed):
                _bar(row, barred)  # the row comes in; its record in the sealed copy holds what was erased
            yield row


def _bar(row: Row, barred: set[str]) -> None:
    if len(barred) < MOST_BARRED:
        barred.add(row["record_key"])


def _names_of(row: Row) -> list[str]:
    """Return by what an erasure may have barred a row: its record key, what it shares, its author where one asked.

    A reader leaves out what its file does not say: a post that was hidden from who exported it has no author.
    """
    posts, authors = (row.get("record_key"), row.get("share_of")), (row.get("author_id"), row.get("author_handle"))
    return [*filter(None, posts), *(author_name(row["platform"], name) for name in authors if name)]


def author_name(platform: str, name: str) -> str:
    """Return how an author stands on the list of what was erased, by id or handle; never a record key."""
    return f"author {platform}:{name.removeprefix('@').casefold()}"


def without_repeats(row: Row, is_gone: Callable[[str], bool]) -> bool:
    """Drop from a row what it repeats of posts that are gone (by record key); return whether there was anything."""
    side = row.get("side") or {}
    gone = {name for refers, name in REPEATED if name in side and (post := row.get(refers)) and is_gone(post)}
    if gone:
        row["side"] = {name: value for name, value in side.items() if name not in gone}
    return bool(gone)
