"""Reader of X's own account export: a zip of scripts that assign JSON; nothing in it is ever run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evenhand.posts.archives import Archive
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.reader import ODD, Direction, Head, Report, Sign, Source
from evenhand.posts.record import Row
from evenhand.posts.x_archive.account import owner_of
from evenhand.posts.x_archive.manifest import Part, parts_of
from evenhand.posts.x_archive.members import elements
from evenhand.posts.x_archive.notes import Notes
from evenhand.posts.x_archive.others import Deletions, row_of_like, rows_of_conversation
from evenhand.posts.x_archive.tweets import row_of_tweet

_THAR: Final = b"window.__THAR_CONFIG ="
_YTD: Final = b"window.YTD."
_TWEETS: Final = {"tweet": "public", "tweets": "public", "communitytweet": "group", "twittercircletweet": "group"}
_MESSAGES: Final = ("directmessages", "directmessagesgroup")


class XArchive:
    """The archive that X gives to the owner of an account: what the owner wrote, not what was received."""

    source_format: Final = "x_archive/1"
    direction: Final = Direction.OWNER_OUTGOING

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if a member is X's manifest or assigns one of X's tables."""
        starts = head.member_starts.items()
        if any(path.endswith("manifest.js") and start.startswith(_THAR) for path, start in starts):
            return Sign(self.source_format, 1.0, ("manifest.js of an X archive",))
        if any(start.startswith(_YTD) for _, start in starts):
            return Sign(self.source_format, 0.9, ("a member that assigns window.YTD",))
        return None

    def needs_basis(self, head: Head) -> bool:
        """Return False: a person hands in the export of an account."""
        return False

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        """Yield a row per tweet, like and message; members that hold no posts are not read."""
        with source.open() as stream:
            archive = Archive(stream, source.limits, source.name)
            for path, reason in archive.unsafe:
                report.refuse(path, reason)
            yield from _Reading(archive, source, report).rows()


class _Reading:
    """One reading of one archive: the owner, the long texts, and what has been deleted."""

    def __init__(self, archive: Archive, source: Source, report: Report) -> None:
        self._archive = archive
        self._limits = source.limits
        self._report = report
        self._parts = parts_of(archive, report)
        self._base: Row = {
            "platform": "x",
            "source_format": XArchive.source_format,
            "record_kind": "post",
            "source_sha256": source.sha256,
            "provenance_class": "owner_export",
            **owner_of(self._of("account"), archive, source.limits),
        }

    def _of(self, *kinds: str) -> list[Part]:
        return [part for part in self._parts if part.kind in kinds]

    def rows(self) -> Iterator[Row]:
        notes = Notes()
        for part in self._of("notetweet", "deletednotetweet"):
            for element in elements(part, self._archive, self._limits, self._report):
                notes.add(element, self._report)
        deletions = Deletions()
        for part in self._of(*_TWEETS):
            yield from self._tweets(part, notes, deletions, _TWEETS[part.kind])
        for part in self._of("deletedtweets"):
            yield from self._tweets(part, notes, deletions, "public")
        for part in self._of("deletedtweetheaders"):
            for element in elements(part, self._archive, self._limits, self._report):
                yield from deletions.rows_of_header(element, self._base | element.where, self._report)
        notes.report_unjoined(self._report)
        yield from self._likes_and_messages()

    def _tweets(self, part: Part, notes: Notes, deletions: Deletions, visibility: str) -> Iterator[Row]:
        gone = part.kind == "deletedtweets"
        for element in elements(part, self._archive, self._limits, self._report):
            try:
                row = row_of_tweet(element, self._base | element.where, notes, gone=gone)
            except ODD:
                row = "record_malformed"
            if isinstance(row, str):
                self._report.refuse(element.full_locator, row)
                continue
            row["visibility"] = visibility
            deletions.note(row)
            yield row

    def _likes_and_messages(self) -> Iterator[Row]:
        for part in self._of("like"):
            ids: SyntheticIds | None = None
            for element in elements(part, self._archive, self._limits, self._report):
                ids = ids or SyntheticIds(element.member_sha256)
                yield from row_of_like(element, self._base | element.where, ids, self._report)
        for part in self._of(*_MESSAGES):
            for element in elements(part, self._archive, self._limits, self._report):
                yield from rows_of_conversation(element, self._base | element.where, self._report)
