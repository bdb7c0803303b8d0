"""X API v2 as a collector keeps it: one page of up to 100 tweets per line, with includes and errors."""

from __future__ import annotations

from typing import IO, Any, Final

import orjson

from evenhand.demo.crowd import snowflake
from evenhand.demo.kinds import Kind
from evenhand.demo.shapes.common import SHORT, escaped, iso, metrics, spoken, user_of
from evenhand.demo.torrent import Act, Seen

PAGE: Final = 100


class V2Pages:
    """Writes acts as pages. `withheld` tweets are named in errors, one a page, as not available."""

    def __init__(self, file: IO[bytes], withheld: int) -> None:
        self._file = file
        self._withheld = withheld
        self._acts: list[Act] = []
        self.posts = 0
        self.withheld_keys: list[str] = []

    def add(self, act: Act) -> str:
        """Take one act and return its record key."""
        self._acts.append(act)
        self.posts += 1
        if len(self._acts) == PAGE:
            self._write(errors=min(1, self._withheld))
        return f"x:{act.id}"

    def close(self) -> None:
        """Write what is left."""
        if self._acts:
            self._write(errors=self._withheld)

    def _write(self, *, errors: int) -> None:
        page = _page(self._acts)
        if errors:
            page["errors"] = [self._error(place) for place in range(errors)]
        self._file.write(orjson.dumps(page, option=orjson.OPT_APPEND_NEWLINE))
        self._acts = []

    def _error(self, place: int) -> dict[str, Any]:
        """Return one error about a tweet that nobody may read: protected, or its author suspended."""
        self._withheld -= 1
        self.posts += 1
        act = self._acts[-1]
        number = str(snowflake(act.at_ms - 3_600_000, 7_000_000 + self.posts + place))
        self.withheld_keys.append(f"x:{number}")
        suspended = self.posts % 2 == 0
        word = "User has been suspended" if suspended else "Sorry, you are not authorized to see the Tweet"
        return {
            "value": number,
            "detail": f"{word} with referenced_tweets.id: [{number}].",
            "title": "Forbidden" if suspended else "Authorization Error",
            "resource_type": "tweet",
            "parameter": "referenced_tweets.id",
            "resource_id": number,
            "type": "https://api.twitter.com/2/problems/not-authorized-for-resource",
        }


def _page(acts: list[Act]) -> dict[str, Any]:
    users = {act.author.id: user_of(act) for act in acts}
    originals = {act.share_of.id: _original(act.share_of) for act in acts if act.share_of}
    images = [_image(act) for act in acts if act.kind is Kind.IMAGE_ONLY]
    includes: dict[str, Any] = {"users": list(users.values())}
    if originals:
        includes["tweets"] = list(originals.values())
    if images:
        includes["media"] = images
    return {
        "data": [_tweet(act) for act in acts],
        "includes": includes,
        "meta": {"result_count": len(acts), "oldest_id": str(acts[0].id), "newest_id": str(acts[-1].id)},
    }


def _tweet(act: Act) -> dict[str, Any]:
    text, mentions = spoken(act)
    found = metrics(act)
    tweet: dict[str, Any] = {
        "id": str(act.id),
        "text": _cut(text, share=act.kind is Kind.SHARE),
        "author_id": act.author.id,
        "created_at": iso(act.at_ms),
        "edit_history_tweet_ids": [str(act.id)],
        "conversation_id": str(act.reply_to.id if act.reply_to else act.id),
        "lang": "zxx" if act.kind is Kind.IMAGE_ONLY else act.language,
        "possibly_sensitive": False,
        "public_metrics": {
            "retweet_count": found["reposts"],
            "reply_count": found["replies"],
            "like_count": found["likes"],
            "quote_count": found["quotes"],
            "bookmark_count": 0,
            "impression_count": found["views"],
        },
    }
    if mentions:
        tweet["entities"] = {
            "mentions": [{"start": m.start, "end": m.end, "username": m.handle, "id": m.id} for m in mentions]
        }
    if act.kind is Kind.IMAGE_ONLY:
        tweet["attachments"] = {"media_keys": [f"3_{act.id}"]}
    if len(text) > SHORT and act.kind is not Kind.SHARE:
        tweet["note_tweet"] = {"text": escaped(text)}
    return tweet | _references(act)


def _references(act: Act) -> dict[str, Any]:
    if act.share_of is not None:
        kind = "retweeted" if act.kind is Kind.SHARE else "quoted"
        return {"referenced_tweets": [{"type": kind, "id": str(act.share_of.id)}]}
    if act.reply_to is not None:
        return {
            "referenced_tweets": [{"type": "replied_to", "id": str(act.reply_to.id)}],
            "in_reply_to_user_id": act.reply_to.author.id,
        }
    return {}


def _cut(text: str, *, share: bool) -> str:
    most = 140 if share else SHORT
    return escaped(text) if len(text) <= most else escaped(text[: most - 1]) + "…"


def _original(seen: Seen) -> dict[str, Any]:
    return {
        "id": str(seen.id),
        "text": _cut(seen.text, share=False),
        "author_id": seen.author.id,
        "created_at": iso(seen.at_ms),
        "edit_history_tweet_ids": [str(seen.id)],
    }


def _image(act: Act) -> dict[str, Any]:
    return {
        "media_key": f"3_{act.id}",
        "type": "photo",
        "url": f"https://pbs.twimg.com/media/{act.id:x}.jpg",
        "width": 1200,
        "height": 900,
    }
