"""Readers of what Facebook, Instagram and Threads give to the owner of an account.

All three write UTF-8 as if it were Latin-1, name no post, no person and no comment by an id, and localise keys.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from evenhand.posts.documents import document, elements_by_list
from evenhand.posts.fields import listed
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.meta import facebook, instagram
from evenhand.posts.meta.mojibake import Mending, mending_of
from evenhand.posts.part_reader import PartReader, built
from evenhand.posts.parts import Part
from evenhand.posts.reader import Direction, Report
from evenhand.posts.record import Row
from evenhand.posts.said import by_keys

Rows = Callable[[JsonRecord, Row, Mending], Row]


class _Owner(PartReader, ABC):
    """What the readers of the family share: lists under known keys, mended texts, ids that are made."""

    direction = Direction.OWNER_OUTGOING
    lists: ClassVar[dict[str, Rows]]

    def known(self, value: Any) -> str | None:
        """Return the key, or the keys of the first item, by which this is such a list."""
        if not isinstance(value, dict):
            return None
        found = next((name for name in self.lists if name and "." not in name and name in value), None)
        return by_keys(found) if found else self.known_item(value)

    @abstractmethod
    def known_item(self, item: dict[str, Any]) -> str | None:
        """Return by what an object is an item of a list without a key."""

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per post, comment, reaction and message of a part; a part of other lists holds none."""
        mending = mending_of(part)
        whole = document(part)
        base = self.base(part) | {"author_basis": "archive_owner", "id_is_synthetic": True}
        ids = SyntheticIds(base["member_sha256"])
        names = [name for name in self.lists if name or whole is None or self._is_own_list(whole.value)]
        for name, record in elements_by_list(part, report, *names):
            make = partial(_made, build=self.lists[name], mending=mending, ids=ids, container=name)
            yield from built(make, record, base, report, part)

    def _is_own_list(self, value: Any) -> bool:
        first = next((item for item in listed(value) if isinstance(item, dict)), None)
        return first is not None and self.known_item(first) is not None


def _made(record: JsonRecord, row: Row, *, build: Rows, mending: Mending, ids: SyntheticIds, container: str) -> Row:
    row = build(record, row, mending)
    row["flags"] += [code for code in mending.flags if code not in row["flags"]]
    row["native_id"] = ids.make(row, str(row.pop("container", container)))
    row["record_key"] = f"{row['platform']}:{row['native_id']}"
    return row


class Facebook(_Owner):
    """Comments, posts, reactions and messages of one person."""

    source_format = "facebook/1"
    platform = "facebook"
    note = "An export names no id of a post, a comment or a person: what was answered stands only in a sentence."
    lists: ClassVar[dict[str, Rows]] = {
        "comments_v2": facebook.row_of_comment,
        "comments": facebook.row_of_comment,
        "group_comments_v2": facebook.row_of_comment,
        "group_posts_v2": facebook.row_of_post,
        "reactions_v2": facebook.row_of_reaction,
        "messages": facebook.row_of_message,
        "": facebook.row_of_post_or_like,
    }

    def known(self, value: Any) -> str | None:
        """Return the key by which this is a list of Facebook's; messages need their participants beside."""
        if isinstance(value, dict) and "messages" in value:
            return by_keys("messages", "participants") if "participants" in value else None
        if isinstance(value, dict) and "comments" in value and "comments_v2" not in value:
            # Others have comments too: here each has a time and data.
            return next(
                (n for i in listed(value["comments"]) if isinstance(i, dict) and (n := self.known_item(i))), None
            )
        return super().known(value)

    def known_item(self, item: dict[str, Any]) -> str | None:
        """Return by what an object is a post: a time, and data or attachments; or label_values."""
        if "timestamp" in item and ("data" in item or "attachments" in item):
            return by_keys("timestamp", "data")
        return by_keys("label_values") if "label_values" in item else None


class Instagram(_Owner):
    """Comments in three generations of shapes, and posts."""

    source_format = "instagram/1"
    platform = "instagram"
    note = "An export names no id of a comment or a medium, and no target beside the name of its owner."
    lists: ClassVar[dict[str, Rows]] = {
        "comments_media_comments": instagram.row_of_comment,
        "comments_reels_comments": instagram.row_of_comment,
        "likes_media_likes": instagram.row_of_like,
        "likes_comment_likes": instagram.row_of_like,
        "": instagram.row_of_post_or_comment,
    }

    def known_item(self, item: dict[str, Any]) -> str | None:
        """Return by what an object is a comment or a post."""
        if "string_map_data" in item:
            return by_keys("string_map_data")
        media = listed(item.get("media"))
        first = media[0] if media and isinstance(media[0], dict) else {}
        return by_keys("media", "creation_timestamp") if "creation_timestamp" in first and "uri" in first else None


class Threads(_Owner):
    """Posts and replies on Threads."""

    source_format = "threads/1"
    platform = "threads"
    note = "An export says that something was a reply, never to what."
    lists: ClassVar[dict[str, Rows]] = {"text_post_app_text_posts": instagram.row_of_thread}

    def known_item(self, item: dict[str, Any]) -> str | None:
        """Return None: Threads' lists have a key."""
        return None
