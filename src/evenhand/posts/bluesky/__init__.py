"""Readers of Bluesky and the AT Protocol: repositories (CAR), Jetstream, and the AppView's answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evenhand.posts.bluesky.appview import AppView
from evenhand.posts.bluesky.jetstream import Jetstream, is_event
from evenhand.posts.bluesky.repository import is_car, repository_rows
from evenhand.posts.json_records import read_json_records
from evenhand.posts.part_reader import PartReader
from evenhand.posts.parts import Part
from evenhand.posts.reader import Direction, Head, Report, Sign
from evenhand.posts.record import Row
from evenhand.posts.said import by_keys, sign_at

_LISTS: Final = ("feed", "posts", "notifications", "likes", "repostedBy", "events")


class BlueskyCar(PartReader):
    """The repository of an account: what its owner wrote. Ids exist only by walking its tree."""

    source_format = "bluesky_car/1"
    direction = Direction.OWNER_OUTGOING
    platform = "bluesky"
    provenance = "signed_container"
    kinds = (".car",)
    note = "A repository holds no handles of others, no replies received and no time of a deletion."

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if the file, or a member, begins as a CAR does."""
        starts = head.member_starts if head.members else {"": head.start}
        for path, start in starts.items():
            if is_car(start):
                return Sign(self.source_format, 1.0, (sign_at("a repository (CAR)", path),))
        return None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per post, repost and like; the file is refused if a block is not what its name says."""
        return repository_rows(part, self.base(part), report)


class BlueskyStream(PartReader):
    """Jetstream and Tap, one event a line."""

    source_format = "bluesky_jetstream/1"
    platform = "bluesky"
    provenance = "platform_api"
    kinds = (".json", ".jsonl")

    def known(self, value: Any) -> str | None:
        """Return by what this is an event."""
        return by_keys("did", "time_us", "kind") if is_event(value) else None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per post, repost and like; deletions are events, everything else counts as control."""
        return Jetstream(self.base(part), part, report).rows()


class BlueskyAppView(PartReader):
    """Answers of the AppView: feeds, threads, searches, notifications, and moderation events."""

    source_format = "bluesky_appview/1"
    platform = "bluesky"
    provenance = "platform_api"
    kinds = (".json", ".jsonl")

    def known(self, value: Any) -> str | None:
        """Return by what this is an answer."""
        return AppView.known(value)

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per post, in the order of the answer."""
        view = AppView(self.base(part), part, report)
        for record in read_json_records(part, report, page_keys=_LISTS):
            yield from view.rows(record)
