"""What the AppView answers: posts with authors and counts, threads with gaps, notifications, reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evenhand.posts.bluesky.records import is_act, put_record, put_uri
from evenhand.posts.fields import Unusable, dict_of, key, link, listed, put_counts, put_moment, put_text, side, text_of
from evenhand.posts.id_times import tid_time
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.part_reader import Build, built
from evenhand.posts.parts import Part
from evenhand.posts.reader import Report
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.said import by_keys
from evenhand.posts.times import check_clock, iso_time

_LISTS: Final = ("feed", "posts", "notifications", "events")
_GONE: Final = {"#notFoundPost": "never_held", "#blockedPost": "withheld"}


def _is_post(value: dict[str, Any]) -> bool:
    return "uri" in value and "record" in value and "author" in value


def _is_report(value: dict[str, Any]) -> bool:
    return "createdBy" in value and "subject" in value and ("reportType" in value or "event" in value)


def _gone(value: dict[str, Any]) -> str | None:
    kind = str(value.get("$type") or "")
    return next((state for name, state in _GONE.items() if kind.endswith(name)), None)


class AppView:
    """Goes through answers of any shape and gives a row per post."""

    def __init__(self, base: Row, part: Part, report: Report) -> None:
        self._base = base
        self._part = part
        self._report = report
        self._ids = SyntheticIds(base["member_sha256"])

    @staticmethod
    def known(value: Any) -> str | None:
        """Return by what a value is an answer of the AppView."""
        if not isinstance(value, dict):
            return None
        if _is_post(value) and ("cid" in value or str(value["uri"]).startswith("at://")):
            return by_keys("uri", "cid", "author", "record")
        if _is_report(value) and "did:" in str(value["subject"]):
            return "a report of moderation"
        if isinstance(value.get("thread"), dict) and ("post" in value["thread"] or _gone(value["thread"])):
            return "a thread"
        items = [item for name in _LISTS for item in listed(value.get(name))[:1]]
        inner = [dict_of(dict_of(item).get("post") or item) for item in items]
        return "posts of a feed" if any(_is_post(item) for item in inner) else None

    def rows(self, record: JsonRecord) -> Iterator[Row]:
        """Yield the rows of one value, however deep its posts lie."""
        value = record.value
        if isinstance(value, list):
            for part in record.parts():
                yield from self.rows(part)
        elif not isinstance(value, dict):
            self._report.refuse(self._part.at(record.locator), "record_malformed")
        elif _gone(value):
            yield from self._built(self._row_of_gap, record)
        elif _is_post(value):
            yield from self._post(record)
        elif _is_report(value):
            yield from self._built(self._row_of_report, record)
        elif isinstance(value.get("thread"), dict):
            yield from self.rows(record.at("thread"))
        elif isinstance(value.get("post"), dict):
            yield from self._node(record)
        elif any(isinstance(value.get(name), list) for name in _LISTS):
            for name in _LISTS:
                if isinstance(value.get(name), list):
                    yield from self.rows(record.at(name))
        else:
            self._report.refuse(self._part.at(record.locator), "record_not_recognised")

    def _built(self, build: Build, record: JsonRecord) -> Iterator[Row]:
        return built(build, record, self._base, self._report, self._part)

    def _post(self, record: JsonRecord) -> Iterator[Row]:
        """Yield a post; what follows somebody or says so in another way is no post."""
        collection = str(dict_of(record.value["record"]).get("$type") or "app.bsky.feed.post")
        if is_act(collection, record.value["record"]):
            yield from self._built(self._row_of_post, record)
        else:
            self._report.control += 1

    def _node(self, record: JsonRecord) -> Iterator[Row]:
        """Yield the parts of a feed item or of a thread: the parent first, then the post, then its replies."""
        value = record.value
        if isinstance(value.get("parent"), dict):
            yield from self.rows(record.at("parent"))
        yield from self.rows(record.at("post"))
        reason = dict_of(value.get("reason"))
        if str(reason.get("$type") or "").endswith("#reasonRepost"):
            yield from self._built(self._row_of_repost, record)
        if isinstance(value.get("replies"), list):
            yield from self.rows(record.at("replies"))

    def _row_of_post(self, record: JsonRecord, row: Row) -> Row:
        post = record.value
        inner = dict_of(post["record"])
        put_uri(row, post.get("uri"))
        _put_author(row, dict_of(post.get("author")))
        row["observed_at"] = _us(post.get("indexedAt"))
        put_record(row, str(inner.get("$type") or "app.bsky.feed.post"), inner)
        check_clock(row, row["observed_at"], tid_time(row["native_id"].rpartition("/")[2]))
        put_counts(
            row,
            likes=post.get("likeCount"),
            reposts=post.get("repostCount"),
            replies=post.get("replyCount"),
            quotes=post.get("quoteCount"),
        )
        labels = [text_of(dict_of(label).get("val")) for label in listed(post.get("labels"))]
        side(row, platform_labels=", ".join(label for label in labels if label) or None)
        return row

    def _row_of_repost(self, record: JsonRecord, row: Row) -> Row:
        reason = record.value["reason"]
        _put_author(row, dict_of(reason.get("by")))
        indexed = reason.get("indexedAt")
        row |= {"relation": "repost", "observed_at": _us(indexed), "visibility": "public"}
        row["share_of"] = key("bluesky", text_of(record.value["post"].get("uri")))
        row["locator"] += "/reason" if "jp:" in row["locator"] else ";jp:/reason"
        if text_of(reason.get("uri")):
            put_uri(row, reason["uri"])
            return row
        row |= {"id_is_synthetic": True, "claimed_at_raw": text_of(indexed)}
        row["native_id"] = self._ids.make(row, f"repost of {row['share_of']}")
        row["record_key"] = f"bluesky:{row['native_id']}"
        return row

    def _row_of_gap(self, record: JsonRecord, row: Row) -> Row:
        put_uri(row, record.value.get("uri"))
        author = text_of(dict_of(record.value.get("author")).get("did"))
        basis = "platform_id" if author else "hidden"
        return row | {"deletion_state": _gone(record.value), "author_id": author, "author_basis": basis}

    def _row_of_report(self, record: JsonRecord, row: Row) -> Row:
        value = record.value
        inner = dict_of(value.get("event")) or value
        subject = dict_of(value.get("subject"))
        target = text_of(subject.get("uri")) or text_of(subject.get("did"))
        if target is None:
            raise Unusable("record_malformed")
        row |= {"record_kind": "report", "relation": "report", "author_basis": "hidden"}
        row["urls"] = [link(target, None, key("bluesky", target))]
        if isinstance(inner.get("comment"), str):
            put_text(row, read_text(inner["comment"], entities=False))
        if isinstance(value.get("createdAt"), str):
            put_moment(row, value["createdAt"], iso_time(value["createdAt"]))
        side(row, report_type=text_of(inner.get("reportType")), targets=target)
        number = value.get("id")
        row["id_is_synthetic"] = number is None
        row["native_id"] = f"report/{number}" if number is not None else self._ids.make(row, f"report of {target}")
        row["record_key"] = f"bluesky:{row['native_id']}"
        return row


def _put_author(row: Row, author: dict[str, Any]) -> None:
    did, handle = text_of(author.get("did")), text_of(author.get("handle"))
    row |= {"author_id": did, "author_handle": handle, "author_display": text_of(author.get("displayName"))}
    row["author_basis"] = "platform_id" if did else "handle_only" if handle else "none"


def _us(value: object) -> int | None:
    return iso_time(value).us if isinstance(value, str) else None
