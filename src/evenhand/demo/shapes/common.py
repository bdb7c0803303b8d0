"""What the shapes of X have in common: texts with mentions, times, ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from evenhand.demo.kinds import Kind
from evenhand.demo.torrent import Act

SHORT: Final = 280
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Mention:
    """Where in an (unescaped) text a handle stands, in code points, `@` included."""

    id: str
    handle: str
    display: str
    start: int
    end: int


def spoken(act: Act) -> tuple[str, list[Mention]]:
    """Return the text as it stands on X, not escaped, and the mentions in it."""
    text = act.text
    if act.share_of is not None and act.kind is Kind.SHARE:
        author = act.share_of.author
        text = f"RT @{author.handle}: {act.share_of.text}"
        return text, [Mention(author.id, author.handle, author.display, 3, 4 + len(author.handle))]
    if act.kind is Kind.IMAGE_ONLY:
        text = short_link(act.id)
    elif act.kind is Kind.COMMENTED_SHARE:
        text = f"{text} {short_link(act.id)}"
    if not act.mentions_target:
        return text, []
    account = act.target.account
    behind = act.reply_to is None and act.id % 3 == 0
    start = len(text) + 1 if behind else 0
    text = f"{text} @{account.handle}" if behind else f"@{account.handle} {text}"
    return text, [Mention(account.id, account.handle, account.display, start, start + 1 + len(account.handle))]


def escaped(text: str) -> str:
    """Return the text with the three entities X writes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short_link(number: int) -> str:
    """Return a link of the shortener's form; it leads nowhere."""
    letters = ""
    for _ in range(10):
        number, rest = divmod(number * 48_271 % (1 << 61), len(_LETTERS))
        letters += _LETTERS[rest]
    return f"https://t.co/{letters}"


def iso(at_ms: int) -> str:
    """Return a time as API v2 writes it."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"


def long_form(at_ms: int) -> str:
    """Return a time as v1.1 and archives write it; day and month are English whatever the locale."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day} {month} {moment:%d %H:%M:%S} +0000 {moment.year}"


def metrics(act: Act) -> dict[str, int]:
    """Return likes, reposts, replies, quotes and views: small numbers that follow from the id."""
    seed = act.id * 2_654_435_761 % (1 << 32)
    reach = 1 + act.author.followers
    likes = seed % 7 + (seed >> 8) % (1 + reach // 200)
    return {
        "likes": likes,
        "reposts": likes // 5,
        "replies": (seed >> 16) % 4,
        "quotes": (seed >> 20) % 2,
        "views": likes * 37 + reach // 3,
    }


def user_of(act: Act) -> dict[str, Any]:
    """Return the author as API v2 includes it."""
    author = act.author
    return {
        "id": author.id,
        "username": author.handle,
        "name": author.display,
        "created_at": iso(author.created_ms),
        "verified": False,
        "protected": False,
        "public_metrics": {
            "followers_count": author.followers,
            "following_count": author.followers // 2 + 3,
            "tweet_count": author.followers * 3 + 1,
            "listed_count": 0,
        },
    }
