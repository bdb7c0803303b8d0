"""Posts: the Post record, and one reader per platform format.

`read(path)` recognises a file by structure and yields its posts. Bulk work takes `rows_of`, which fills
columns and builds no Post. The corpus keeps what is read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evenhand.context import Context
from evenhand.posts.columns import complete
from evenhand.posts.limits import IMPORT, UPLOAD, Limits
from evenhand.posts.reader import NO_CHOICES, ODD, Choices, Direction, Reader, Refused, Report, Sign, Source
from evenhand.posts.recognition import Recognised, reader_named, recognise, sniff
from evenhand.posts.record import Post, Row
from evenhand.posts.schema import EVENT_SCHEMA, POST_SCHEMA
from evenhand.posts.times import to_us

__all__ = [
    "EVENT_SCHEMA",
    "IMPORT",
    "POST_SCHEMA",
    "UPLOAD",
    "Choices",
    "Direction",
    "Limits",
    "Post",
    "Reader",
    "Recognised",
    "Refused",
    "Report",
    "Row",
    "Sign",
    "Source",
    "find",
    "read",
    "reader_named",
    "recognise",
    "rows_of",
    "sniff",
]


def rows_of(recognised: Recognised, report: Report, *, imported_at: int) -> Iterator[Row]:
    """Yield the complete rows of a recognised file; `imported_at` is in UTC microseconds."""
    for row in recognised.reader.rows(recognised.source, report):
        try:
            whole = complete(row, imported_at=imported_at)
        except ODD:
            report.refuse(row.get("locator", ""), "record_malformed")
            continue
        yield whole


def read(
    path: str | Path,
    *,
    as_format: str | None = None,
    choices: Choices = NO_CHOICES,
    report: Report | None = None,
    ctx: Context | None = None,
) -> Iterator[Post]:
    """Yield the posts of an export file, in file order.

    One observation per record: the same tweet twice gives two posts with one `record_key`; the corpus folds
    them. Give a `report` to see what was refused, merged or control. Raises UsageError for a file that
    nobody can read and Ambiguous when two formats fit. Memory does not grow with the file (about 300 MB at
    most); about 60 µs per post, of which the JSON parser takes a third. Specification: FORMATS §1-5.
    """
    recognised = recognise(Path(path), as_format=as_format, choices=choices)
    report = report or Report(str(path), limit=recognised.source.limits.refused_records)
    imported_at = to_us((ctx or Context.system()).now()) or 0
    for row in rows_of(recognised, report, imported_at=imported_at):
        yield Post.of(row)


def find(path: str | Path, locator: str, *, member_path: str | None = None, as_format: str | None = None) -> Post:
    """Return the post at a locator of a file, read again from its bytes; KeyError if there is none.

    The proof behind a stored row: text and raw hash must be the same. Reads the file from its start.
    """
    for post in read(path, as_format=as_format):
        if post.locator == locator and post.member_path == member_path:
            return post
    raise KeyError(locator)
