"""What an erasure keeps out of an import: rows that were erased, and what other rows repeat of their words.

A post is known to be erased by its record key, or by its author where that one asked. A file may say the author in one
record and repeat the words in another, before or after it, and a later file may not say the author at all: so the keys
of what is left out because of its author are kept (`KeptOut.posts`). The rows read before them in the same file are
gone through once more (`second_look`), and whoever imports puts the keys on the list for all files to come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from evenhand.errors import UsageError
from evenhand.posts import Report
from evenhand.posts.record import Row
from evenhand.posts.said import Said
from evenhand.posts.x_common import RETWEET

MOST_BARRED: Final = 100_000
MOST_POSTS: Final = 500_000
"""So many posts of authors who asked for an erasure one file may hold: their keys are held in memory, about 60 MB."""
REFERS: Final = ("reply_to", "quote_of", "share_of")
"""The columns by which a row refers to another post."""
REPEATED: Final = ("target_text", "parent_text", "quoted_text")
"""The names under which words of such a post stand beside a row; a table does not say of which one they are."""
WRITTEN_BY: Final = {
    "reply_to": ("reply_to_author", "reply_to_handle"),
    "quote_of": ("target_author", "target_handle"),
    "share_of": ("target_author", "target_handle"),
}
"""Under which names beside a row stands who wrote the post that a column refers to: by id, by handle."""
_AT_URI: Final = "bluesky:at://"
Bars = Callable[[str], bool]


@dataclass(slots=True)
class KeptOut:
    """What an erasure kept out of one file."""

    barred: set[str] = field(default_factory=set)
    """Record keys of all whose records in the file must not be kept as they came, and of what those repeat; grows up
    to MOST_BARRED."""
    posts: set[str] = field(default_factory=set)
    """Record keys of what was left out because of who wrote it."""
    cleared: int = 0  # rows that came in without what they repeated

    def bar(self, row: Row) -> None:
        """Note that the record of a row must not be kept as it came."""
        if len(self.barred) < MOST_BARRED:
            self.barred.add(row["record_key"])

    def bar_too(self, posts: Iterable[str]) -> None:
        """Note what a row repeats: a format may list it apart from the row's own record."""
        self.barred.update(posts)

    def note(self, post: str | None) -> None:
        """Note a post of an author who asked; UsageError where a file holds more of them than can be held."""
        if post:
            self.posts.add(post)
        if len(self.posts) > MOST_POSTS:
            raise UsageError(
                Said("over %(count)s posts in this file were written by people who had them erased", count=MOST_POSTS),
                mend="Bring it in in parts, or without those accounts. Nothing was imported.",
            )


def not_erased(rows: Iterator[Row], report: Report, is_suppressed: Bars, out: KeptOut) -> Iterator[Row]:
    """Yield the rows that no erasure bars, without what they repeat of erased posts; count the others in the report."""
    for row in rows:
        if _is_barred(row, is_suppressed, out):
            report.suppressed += 1
            out.bar(row)
            continue
        if _clear(row, is_suppressed, out):
            out.cleared += 1
            out.bar(row)  # the row comes in; its record in the sealed copy holds what was erased
        yield row


def _is_barred(row: Row, is_suppressed: Bars, out: KeptOut) -> bool:
    """Return whether an erasure keeps a row out: by its key or what it shares, or by the author of either."""
    platform = row["platform"]
    authors = (author_name(platform, name) for name in (row.get("author_id"), row.get("author_handle")) if name)
    if any(map(is_suppressed, authors)):
        out.note(row["record_key"])
        return True
    if is_suppressed(row["record_key"]):
        return True
    if (shared := row.get("share_of")) and is_suppressed(shared):
        out.bar_too([shared])
        return True
    if any(is_suppressed(name) for name in _shared_authors(row)):
        out.note(row.get("share_of"))
        out.bar_too(filter(None, [row.get("share_of")]))
        return True
    return False


def _shared_authors(row: Row) -> list[str]:
    """Return who wrote what a row shares without a word of its own, as far as the row says."""
    if row.get("share_of"):
        return _authors(row, "share_of")
    if row["platform"] != "x" or row.get("relation") != "repost":
        return []
    said = RETWEET.match(row.get("text_norm") or "")
    return [author_name("x", said[1])] if said else []


def _authors(row: Row, refers: str) -> list[str]:
    """Return who wrote the post that a row refers to, as far as the row says."""
    said, platform, post = row.get("side") or {}, row["platform"], row.get(refers) or ""
    names = [said.get(name) for name in WRITTEN_BY[refers]]
    if refers == "reply_to":
        names.append(row.get("target_unresolved"))
    if post.startswith(_AT_URI):
        names.append(post.removeprefix(_AT_URI).partition("/")[0])
    return [author_name(platform, name) for name in names if name]


def author_name(platform: str, name: str) -> str:
    """Return how an author stands on the list of what was erased, by id or handle; never a record key."""
    return f"author {platform}:{name.removeprefix('@').casefold()}"


def _clear(row: Row, is_suppressed: Bars, out: KeptOut) -> bool:
    """Drop from a row what it repeats of erased posts, known by key or by author; return whether there was anything."""
    if not _repeats(row):
        return False
    by_author = [refers for refers in REFERS if any(map(is_suppressed, _authors(row, refers)))]
    for refers in by_author:
        out.note(row.get(refers))
    gone = {post for refers in by_author if (post := row.get(refers))} | {*filter(is_suppressed, references(row))}
    if not without_repeats(row, gone.__contains__, whole=bool(by_author)):
        return False
    out.bar_too(gone)
    return True


def _repeats(row: Row) -> bool:
    said = row.get("side") or {}
    return any(name in said for name in REPEATED)


def without_repeats(row: Row, is_gone: Bars, *, whole: bool = False) -> bool:
    """Drop from a row what it repeats, if it refers to a post that is gone; return whether there was anything.

    Whichever way it refers to it: a table has one column for words of another post, and does not say of which. `whole`:
    it is known already that they are of such a post.
    """
    if not _repeats(row) or not (whole or any(map(is_gone, references(row)))):
        return False
    row["side"] = {name: value for name, value in row["side"].items() if name not in REPEATED}
    return True


def references(row: Row) -> list[str]:
    """Return the posts (by record key) that a row refers to."""
    return [post for refers in REFERS if (post := row.get(refers))]
