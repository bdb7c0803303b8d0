"""Which column of a table means what: the plain names of INTERFACES §6, and common synonyms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from evenhand.posts.said import Said

PLAIN: Final = (
    "platform",
    "id",
    "author_id",
    "author_handle",
    "author_display",
    "text",
    "created_at",
    "reply_to",
    "quote_of",
    "share_of",
    "mentions",
    "urls",
    "likes",
    "reposts",
    "language",
    "parent_text",
)
"""The columns that need no mapping, in the order of our own exports."""

_COMMON: Final[Mapping[str, tuple[str, ...]]] = {
    "platform": ("network", "source_platform"),
    "id": ("id_str", "tweet_id", "post_id", "status_id", "comment_id", "message_id", "native_id"),
    "author_id": ("user_id", "userid", "from_user_id", "account_id"),
    "author_handle": ("user", "username", "screen_name", "user_screen_name", "handle", "author", "user_username"),
    "author_display": ("display_name", "author_name", "user_name", "name"),
    "text": ("full_text", "message", "body", "content", "comment", "comment_text", "tweet", "post"),
    "created_at": ("timestamp_utc", "timestamp", "datetime", "date", "created", "created_utc", "published_at", "time"),
    "reply_to": ("in_reply_to", "in_reply_to_status_id", "in_reply_to_id", "reply_to_id", "to_tweetid", "parent_id"),
    "quote_of": ("quoted_status_id", "quoted_id", "quoted_tweet_id"),
    "share_of": ("retweeted_status_id", "retweeted_id", "retweet_id"),
    "mentions": ("user_mentions", "mentioned_names"),
    "urls": ("links", "link"),
    "likes": ("like_count", "favorite_count", "favorites", "favourites"),
    "reposts": ("retweet_count", "retweets", "shares", "share_count", "repost_count"),
    "language": ("lang",),
    "parent_text": ("context", "in_reply_to_text"),
}
# Headings follow the language of whoever made the table; a further language is a further table here.
_GERMAN: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("beitrags_id", "kommentar_id"),
    "author_handle": ("benutzer", "benutzername", "nutzername"),
    "author_display": ("autor", "anzeigename"),
    "text": ("nachricht", "beitrag", "kommentar", "inhalt"),
    "created_at": ("datum", "zeitpunkt"),
    "reply_to": ("antwort_auf",),
    "likes": ("gefällt_mir",),
    "language": ("sprache",),
}
SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    field: (*names, *_GERMAN.get(field, ())) for field, names in _COMMON.items()
}
ID_FIELDS: Final = ("id", "author_id", "reply_to", "quote_of", "share_of")

# Headers that only mass collections about third persons have: they need a recorded lawful basis.
_BULK: Final = (frozenset({"created_utc", "subreddit"}), frozenset({"page name", "post created"}))


@lru_cache(maxsize=256)
def mapping_of(columns: tuple[str, ...]) -> dict[str, str]:
    """Return field -> column for a table's columns; plain names win over synonyms, earlier synonyms over later."""
    by_name = {column.strip().lower().replace(" ", "_").replace("-", "_"): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for field in PLAIN:
        for name in (field, *SYNONYMS[field]):
            if name in by_name and by_name[name] not in found.values():
                found[field] = by_name[name]
                break
    return found


def score(columns: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
    """Return how sure these columns are posts (0: not at all), and why."""
    mapping = mapping_of(columns)
    if "text" not in mapping or len(mapping) < 2:
        return (0.4, ("a text column",)) if "text" in mapping else (0.0, ())
    plain = sum(field == column for field, column in mapping.items())
    return 0.5 + 0.25 * plain / len(mapping), (
        Said("the columns %(columns)s", columns=", ".join(sorted(mapping.values()))),
    )


def is_bulk(columns: Iterable[str]) -> bool:
    """Return whether these are the columns of a mass collection about third persons."""
    names = {column.strip().lower() for column in columns}
    return any(sign <= names for sign in _BULK)
