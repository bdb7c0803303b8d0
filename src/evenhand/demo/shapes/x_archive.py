"""An X archive as its owner downloads it: a zip of scripts that assign JSON. Holds the owner's own posts only."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import IO, Any, Final

import orjson

from evenhand.demo.crowd import Account
from evenhand.demo.kinds import Kind
from evenhand.demo.shapes.common import SHORT, Mention, escaped, iso, long_form, metrics, short_link, spoken
from evenhand.demo.torrent import Act

# A zip stores local times; one fixed time keeps the bytes the same.
_STAMP: Final = (2024, 1, 1, 12, 0, 0)
_RETWEET_CUT: Final = 140


@dataclass(frozen=True, slots=True)
class Timeline:
    """What one owner did, oldest first. Kept short by the caller: an archive is one person's."""

    owner: Account
    acts: tuple[Act, ...]
    likes: tuple[Act, ...]
    deleted: tuple[Act, ...]
    only_header: tuple[Act, ...]


def write_archive(file: IO[bytes], timeline: Timeline, *, made_ms: int) -> int:
    """Write the archive of a timeline and return how many of its entries belong to another one.

    `made_ms` is when its owner asked for it. A long post stands in two members, a deleted one too.
    """
    long = [act for act in timeline.acts if _is_long(act)]
    headers = [*timeline.deleted, *timeline.only_header]
    gone = [_deleted(act, made_ms) for act in timeline.deleted]
    members: list[tuple[str, str, Iterable[dict[str, Any]], int]] = [
        ("account", "account", [_account(timeline.owner)], 1),
        ("tweets", "tweets", map(_tweet, timeline.acts), len(timeline.acts)),
        ("note-tweet", "note_tweet", map(_note, long), len(long)),
        ("like", "like", map(_like, timeline.likes), len(timeline.likes)),
        ("deleted-tweets", "deleted_tweets", gone, len(gone)),
        ("deleted-tweet-headers", "deleted_tweet_headers", (_header(act, made_ms) for act in headers), len(headers)),
    ]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _member(archive, "Your archive.html", iter([b"<!doctype html><title>Your archive</title>\n"]))
        for name, variable, items, _count in members:
            _member(archive, f"data/{name}.js", _script(variable, items))
        _member(archive, "data/manifest.js", iter([_manifest(timeline.owner, members, made_ms)]))
    return len(long) + len(gone)


def _member(archive: zipfile.ZipFile, name: str, parts: Iterator[bytes]) -> None:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w") as member:
        for part in parts:
            member.write(part)


def _script(variable: str, items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    before = f"window.YTD.{variable}.part0 = [".encode()
    for item in items:
        yield before + b"\n  " + orjson.dumps(item, option=orjson.OPT_INDENT_2)
        before = b","
    yield b"\n]" if before == b"," else before + b" ]"


def _manifest(owner: Account, members: Iterable[tuple[str, str, Any, int]], made_ms: int) -> bytes:
    kinds = {
        _camel(variable): {
            "files": [{"fileName": f"data/{name}.js", "globalName": f"YTD.{variable}.part0", "count": str(count)}]
        }
        for name, variable, _items, count in members
    }
    document = {
        "userInfo": {"accountId": owner.id, "userName": owner.handle, "displayName": owner.display},
        "archiveInfo": {
            "sizeBytes": "1048576",
            "generationDate": iso(made_ms),
            "isPartialArchive": False,
            "maxPartSizeBytes": "53687091200",
        },
        "dataTypes": kinds,
    }
    return b"window.__THAR_CONFIG = " + orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _camel(variable: str) -> str:
    first, *rest = variable.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _account(owner: Account) -> dict[str, Any]:
    return {
        "account": {
            "email": f"{owner.handle}@mail.example",
            "createdVia": "web",
            "username": owner.handle,
            "accountId": owner.id,
            "createdAt": iso(owner.created_ms),
            "accountDisplayName": owner.display,
        }
    }


def _is_long(act: Act) -> bool:
    return act.kind is not Kind.SHARE and len(spoken(act)[0]) > SHORT


def _shown(act: Act) -> str:
    text, _mentions = spoken(act)
    if act.kind is Kind.SHARE:
        whole = escaped(text)
        return whole if len(whole) <= _RETWEET_CUT else whole[: _RETWEET_CUT - 1] + "…"
    if len(text) > SHORT:
        link = short_link(act.id)
        return f"{escaped(text[: SHORT - len(link) - 2].rstrip())}… {link}"
    return escaped(text)


def _tweet(act: Act) -> dict[str, Any]:
    return {"tweet": _body(act)}


def _body(act: Act) -> dict[str, Any]:
    _text, mentions = spoken(act)
    found = metrics(act)
    shown = _shown(act)
    body: dict[str, Any] = {
        "edit_info": {"initial": {"editTweetIds": [str(act.id)], "editsRemaining": "5", "isEditEligible": False}},
        "retweeted": False,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Web App</a>',
        "entities": _entities(act, mentions),
        "display_text_range": ["0", str(len(shown))],
        "favorite_count": str(0 if act.kind is Kind.SHARE else found["likes"]),
        "id_str": str(act.id),
        "truncated": False,
        "retweet_count": str(found["reposts"]),
        "id": str(act.id),
        "created_at": long_form(act.at_ms),
        "favorited": False,
        "full_text": shown,
        "lang": "zxx" if act.kind is Kind.IMAGE_ONLY else act.language,
    }
    if act.reply_to is not None:
        body |= {
            "in_reply_to_status_id_str": str(act.reply_to.id),
            "in_reply_to_status_id": str(act.reply_to.id),
            "in_reply_to_user_id_str": act.reply_to.author.id,
            "in_reply_to_user_id": act.reply_to.author.id,
            "in_reply_to_screen_name": act.reply_to.author.handle,
        }
    return body


def _entities(act: Act, mentions: list[Mention]) -> dict[str, Any]:
    links = []
    if act.kind is Kind.COMMENTED_SHARE and act.share_of is not None:
        target = f"https://twitter.com/{act.share_of.author.handle}/status/{act.share_of.id}"
        links = [{"url": short_link(act.id), "expanded_url": target, "display_url": target[8:38] + "…"}]
    return {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [
            {
                "name": each.display,
                "screen_name": each.handle,
                "indices": [str(each.start), str(each.end)],
                "id_str": each.id,
                "id": each.id,
            }
            for each in mentions
        ],
        "urls": links,
    }


def _note(act: Act) -> dict[str, Any]:
    return {
        "noteTweet": {
            "noteTweetId": str(act.id - (1 << 21)),
            "updatedAt": iso(act.at_ms // 1000 * 1000),
            "lifecycle": {"value": "Published", "name": "Published", "originalName": "Published", "annotations": {}},
            "createdAt": iso(act.at_ms // 1000 * 1000),
            "core": {
                "styletags": [],
                "urls": [],
                "text": spoken(act)[0],
                "mentions": [],
                "cashtags": [],
                "hashtags": [],
            },
        }
    }


def _like(act: Act) -> dict[str, Any]:
    like = {"tweetId": str(act.id), "expandedUrl": f"https://twitter.com/i/web/status/{act.id}"}
    # A deleted or protected post leaves a like without its text.
    return {"like": like if act.id % 9 == 0 else like | {"fullText": escaped(spoken(act)[0])}}


def _deleted(act: Act, made_ms: int) -> dict[str, Any]:
    return {"tweet": _body(act) | {"deleted_at": _deleted_at(act, made_ms)}}


def _header(act: Act, made_ms: int) -> dict[str, Any]:
    return {
        "tweet": {
            "tweet_id": str(act.id),
            "user_id": act.author.id,
            "created_at": long_form(act.at_ms),
            "deleted_at": _deleted_at(act, made_ms),
        }
    }


def _deleted_at(act: Act, made_ms: int) -> str:
    return long_form(min(act.at_ms + 5 * 3_600_000, made_ms))


def made_on(made_ms: int) -> str:
    """Return the day of an archive for its file name, as its owner's download is called."""
    return f"{datetime.fromtimestamp(made_ms // 1000, UTC):%Y-%m-%d}"


def keys_of(timeline: Timeline) -> Iterator[tuple[str, Act, Kind]]:
    """Yield (record key, act, kind) for every record a reader finds in the archive. Likes have no id of their own."""
    owner = timeline.owner.id
    for act in chain(timeline.acts, timeline.deleted):
        yield f"x:{act.id}", act, act.kind
    for act in timeline.only_header:
        yield f"x:{act.id}", act, Kind.NEVER_HELD
    for act in timeline.likes:
        yield f"like:{owner}:{act.id}", act, Kind.LIKE
