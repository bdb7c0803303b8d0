"""A v1.1 stream: one tweet per line in the stream's own form, with control lines and keep-alives between."""

from __future__ import annotations

from collections import deque
from typing import IO, Any, Final

import orjson

from evenhand.demo.kinds import Kind
from evenhand.demo.shapes.common import Mention, escaped, long_form, metrics, short_link, spoken
from evenhand.demo.torrent import Act

_STREAM_CUT: Final = 140
_EVERY: Final = 97  # a control line, or a keep-alive, after so many tweets


class V1Stream:
    """Writes acts as a stream. Deletions are always of a tweet written before."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._written: deque[int] = deque(maxlen=50)
        self.posts = 0
        self.control = 0

    def add(self, act: Act) -> str:
        """Write one act and return its record key."""
        self._line(_tweet(act))
        self._written.append(act.id)
        self.posts += 1
        if self.posts % _EVERY == 0:
            self._interrupt(act)
        return f"x:{act.id}"

    def close(self) -> None:
        """Nothing is held back."""

    def _interrupt(self, act: Act) -> None:
        turn = (self.posts // _EVERY) % 6
        if turn == 0:
            self._file.write(b"\r\n")
            return
        line = _control(turn, act, self._written[0])
        self.control += 1
        self._line(line)

    def _line(self, value: dict[str, Any]) -> None:
        self._file.write(orjson.dumps(value) + b"\r\n")


def _control(turn: int, act: Act, earlier: int) -> dict[str, Any]:
    if turn in (1, 2):
        status = {"id": earlier, "id_str": str(earlier), "user_id_str": act.author.id}
        return {"delete": {"status": status, "timestamp_ms": str(act.at_ms)}}
    if turn == 3:
        return {"scrub_geo": {"user_id_str": act.author.id, "up_to_status_id_str": str(earlier)}}
    if turn == 4:
        return {"limit": {"track": 12, "timestamp_ms": str(act.at_ms)}}
    return {"warning": {"code": "FALLING_BEHIND", "message": "Your connection is falling behind", "percent_full": 61}}


def _tweet(act: Act) -> dict[str, Any]:
    text, mentions = spoken(act)
    found = metrics(act)
    reply = act.reply_to
    tweet: dict[str, Any] = {
        "created_at": long_form(act.at_ms),
        "id": act.id,
        "id_str": str(act.id),
        "text": escaped(text),
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Web App</a>',
        "truncated": False,
        "in_reply_to_status_id_str": str(reply.id) if reply else None,
        "in_reply_to_user_id_str": reply.author.id if reply else None,
        "in_reply_to_screen_name": reply.author.handle if reply else None,
        "user": _user(act),
        "is_quote_status": act.kind is Kind.COMMENTED_SHARE,
        "quote_count": found["quotes"],
        "reply_count": found["replies"],
        "retweet_count": found["reposts"],
        "favorite_count": found["likes"],
        "entities": _entities(mentions, text),
        "favorited": False,
        "retweeted": False,
        "filter_level": "low",
        "lang": "und" if act.kind is Kind.IMAGE_ONLY else act.language,
        "timestamp_ms": str(act.at_ms),
    }
    if act.kind is Kind.IMAGE_ONLY:
        tweet["entities"]["media"] = [_media(act)]
        tweet["extended_entities"] = {"media": [_media(act)]}
    return tweet | _other(act) | _long(act, text, mentions)


def _long(act: Act, text: str, mentions: list[Mention]) -> dict[str, Any]:
    """Return what a stream adds when it cuts: `text` ends after 140, the whole stands in `extended_tweet`."""
    if len(text) <= _STREAM_CUT:
        return {}
    if act.kind is Kind.SHARE:
        return {"text": escaped(text[: _STREAM_CUT - 1]) + "…"}
    link = short_link(act.id)
    cut = text[: _STREAM_CUT - len(link) - 2].rstrip()
    return {
        "text": f"{escaped(cut)}… {link}",
        "truncated": True,
        "extended_tweet": {
            "full_text": escaped(text),
            "display_text_range": [0, len(text)],
            "entities": _entities(mentions, text),
        },
    }


def _other(act: Act) -> dict[str, Any]:
    if act.share_of is None:
        return {}
    seen = act.share_of
    status = {
        "created_at": long_form(seen.at_ms),
        "id": seen.id,
        "id_str": str(seen.id),
        "text": escaped(seen.text),
        "user": {"id_str": seen.author.id, "screen_name": seen.author.handle, "name": seen.author.display},
    }
    if act.kind is Kind.SHARE:
        return {"retweeted_status": status}
    return {"quoted_status": status, "quoted_status_id_str": str(seen.id)}


def _user(act: Act) -> dict[str, Any]:
    author = act.author
    return {
        "id": int(author.id),
        "id_str": author.id,
        "name": author.display,
        "screen_name": author.handle,
        "protected": False,
        "verified": False,
        "followers_count": author.followers,
        "friends_count": author.followers // 2 + 3,
        "statuses_count": author.followers * 3 + 1,
        "created_at": long_form(author.created_ms),
    }


def _entities(mentions: list[Mention], text: str) -> dict[str, Any]:
    return {
        "hashtags": [
            {"text": word[1:].rstrip(".!")} for word in text.split() if word.startswith("#") and len(word) > 1
        ],
        "urls": [],
        "user_mentions": [
            {
                "screen_name": each.handle,
                "name": each.display,
                "id": int(each.id),
                "id_str": each.id,
                "indices": [each.start, each.end],
            }
            for each in mentions
        ],
        "symbols": [],
    }


def _media(act: Act) -> dict[str, Any]:
    return {
        "id_str": str(act.id + 1),
        "media_url_https": f"https://pbs.twimg.com/media/{act.id:x}.jpg",
        "url": short_link(act.id),
        "type": "photo",
    }
