"""Reader of TikTok's export as JSON; its keys have been renamed over the years, and any list may be null."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from evenhand.posts.documents import elements_by_list
from evenhand.posts.fields import Unusable, attachment, dict_of, link, put_moment, put_text, text_of
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.part_reader import PartReader, built
from evenhand.posts.parts import Part
from evenhand.posts.reader import Direction, Report
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.said import by_keys
from evenhand.posts.times import iso_time

_TOPS: Final = frozenset({"Activity", "Your Activity", "App Settings", "Direct Messages", "Direct Message", "Post"})
_ACTIVITIES: Final = ("Activity", "Your Activity", "Likes and Favorites")
_CHATS: Final = tuple(
    f"{top}.{middle}.ChatHistory.*"
    for top in ("Direct Messages", "Direct Message")
    for middle in ("Chat History", "Direct Messages")
)
_LISTS: Final[dict[str, str]] = {
    "Comment.Comments.CommentsList": "comment",
    "Your Activity.Comment.Comments.CommentsList": "comment",
    "Comments.Comments.CommentsList": "comment",
    **dict.fromkeys(_CHATS, "message"),
    **{f"{top}.Like List.ItemFavoriteList": "like" for top in _ACTIVITIES},
    **{f"{top}.Share History.ShareHistoryList": "share" for top in _ACTIVITIES},
    "Video.Videos.VideoList": "post",
    "Post.Posts.VideoList": "post",
    "Post.Recently Deleted Posts.PostList": "gone",
    "Video.Recently Deleted Posts.PostList": "gone",
}


class TikTok(PartReader):
    """What the owner wrote, liked and shared; the times are naive and of no known zone."""

    source_format = "tiktok/1"
    direction = Direction.OWNER_OUTGOING
    platform = "tiktok"
    note = "An export names neither the comment nor the video or person it was for; choose JSON, not TXT."

    def known(self, value: Any) -> str | None:
        """Return by what this is an export of TikTok."""
        if not isinstance(value, dict) or not {"Activity", "Your Activity"} & value.keys():
            return None
        more = len(_TOPS & value.keys()) > 1 or {"Comment", "Profile", "Video"} & value.keys()
        return by_keys("Activity") if more else None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per comment, message, like, share and post."""
        base = self.base(part) | {"author_basis": "archive_owner", "id_is_synthetic": True}
        ids = SyntheticIds(base["member_sha256"])
        zone = part.source.choices.timezone
        for name, record in elements_by_list(part, report, *_LISTS):
            make = partial(_row, kind=_LISTS[name], ids=ids, zone=zone)
            yield from built(make, record, base, report, part)


def _row(record: JsonRecord, row: Row, *, kind: str, ids: SyntheticIds, zone: str | None) -> Row:
    if not isinstance(record.value, dict) or not record.value:
        raise Unusable("record_malformed")
    # Older exports write Date and Comment, newer ones date and comment.
    item = {str(name).lower(): value for name, value in record.value.items()}
    if isinstance(item.get("date"), str):
        raw = item["date"].removesuffix(" UTC")
        put_moment(row, item["date"], iso_time(raw, zone="UTC" if raw != item["date"] else zone))
    _PUT[kind](row, item)
    address = text_of(item.get("link")) or text_of(item.get("url"))
    row["urls"] = [link(address)] if address else []
    container = kind if kind != "message" else record.locator.rpartition("/")[0]
    row["native_id"] = ids.make(row, f"{container} {address or ''}".strip())
    row["record_key"] = f"tiktok:{row['native_id']}"
    return row


def _comment(row: Row, item: dict[str, Any]) -> None:
    row |= {"record_kind": "comment", "relation": "reply"}
    if isinstance(item.get("comment"), str):
        put_text(row, read_text(item["comment"], entities=False))
    if text_of(item.get("photo")):
        row["attachments"] = [attachment(item["photo"])]


def _message(row: Row, item: dict[str, Any]) -> None:
    row |= {"record_kind": "message", "relation": "post", "visibility": "direct", "author_basis": "handle_only"}
    row["author_handle"] = text_of(item.get("from"))
    if isinstance(item.get("content"), str):
        put_text(row, read_text(item["content"], entities=False))


def _like(row: Row, item: dict[str, Any]) -> None:
    row |= {"record_kind": "reaction", "relation": "like"}


def _share(row: Row, item: dict[str, Any]) -> None:
    row |= {"record_kind": "reaction", "relation": "repost"}


def _post(row: Row, item: dict[str, Any]) -> None:
    row["relation"] = "post"
    words = next((item[name] for name in ("title", "description", "alttext") if text_of(item.get(name))), None)
    if words:
        put_text(row, read_text(words, entities=False))
    who = dict_of({"friends": "followers", "everyone": "public", "only me": "direct"})
    row["visibility"] = who.get(str(item.get("whocanview") or "").lower(), "unknown")


def _gone(row: Row, item: dict[str, Any]) -> None:
    _post(row, item)
    row["deletion_state"] = "deleted_by_author"
    deleted = item.get("datedeleted")
    row["deleted_at"] = iso_time(deleted).us if isinstance(deleted, str) else None


_PUT: Final = {"comment": _comment, "message": _message, "like": _like, "share": _share, "post": _post, "gone": _gone}
