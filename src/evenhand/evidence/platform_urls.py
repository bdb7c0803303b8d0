"""Which post an address on a known platform shows. Hosts are compared whole, never by how they end.

Each rule takes the tidied path and query and returns the platform's own id, or nothing: then the address
stays an address. Platforms' address forms as documented in FORMATS §4.19 and by their permanent links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

Query = tuple[tuple[str, str], ...]
"""Pairs of name and `=value`, tidied and sorted."""

FRONT_ENDS: Final = frozenset({"nitter.net", "nitter.poast.org", "xcancel.com", "fxtwitter.com", "vxtwitter.com"})
"""Hosts that show X's posts under X's own paths (default; an organisation may name others)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A post on a platform. `provisional`: part of the id is a name that may change hands."""

    platform: str
    native_id: str
    is_comment: bool = False
    provisional: bool = False


_Rule = Callable[[str, Mapping[str, str]], Found | None]


def recognise(host: str, path: str, query: Query, front_ends: frozenset[str]) -> Found | None:
    """Return the post an address shows, or None. `host` without `www.` or `m.`; `path` tidied."""
    first = {name: value.removeprefix("=") for name, value in reversed(query)}
    rule = _x if host in front_ends else _RULES.get(host)
    return rule(path, first) if rule is not None else _fediverse(host, path)


def _x(path: str, _query: Mapping[str, str]) -> Found | None:
    match = re.match(r"/(?:i/web|i|\w{1,30})/status(?:es)?/(\d{1,25})(?:/|$)", path)
    return Found("x", match[1]) if match else None


def _bluesky(path: str, _query: Mapping[str, str]) -> Found | None:
    match = re.match(r"/profile/(did(?::|%3A)[a-z]+(?::|%3A)[\w.:%-]+|[\w.-]+)/post/([\w.~-]{1,64})(?:/|$)", path)
    if match is None:
        return None
    owner = match[1].replace("%3A", ":")
    is_did = owner.startswith("did:")
    native = f"at://{owner if is_did else owner.lower()}/app.bsky.feed.post/{match[2]}"
    return Found("bluesky", native, provisional=not is_did)


def _youtube(path: str, query: Mapping[str, str]) -> Found | None:
    match = re.match(r"/(?:shorts|live|embed|v)/([\w-]{6,20})(?:/|$)", path)
    video = match[1] if match else query.get("v", "") if path == "/watch" else ""
    return _video(video, query.get("lc", ""))


def _youtube_short(path: str, query: Mapping[str, str]) -> Found | None:
    return _video(path.removeprefix("/"), query.get("lc", ""))


def _video(video: str, comment: str) -> Found | None:
    if not re.fullmatch(r"[\w-]{6,20}", video):
        return None
    if re.fullmatch(r"[\w.-]{10,120}", comment):
        return Found("youtube", comment, is_comment=True)
    return Found("youtube", video)


def _reddit(path: str, _query: Mapping[str, str]) -> Found | None:
    match = re.match(
        r"/(?:r/\w+/|user/[\w-]+/)?comments/([a-z0-9]{2,12})(?:/[^/]*)?(?:/(?:comment/)?([a-z0-9]{2,12}))?$", path
    )
    if match is None:
        return None
    return Found("reddit", f"t1_{match[2]}", is_comment=True) if match[2] else Found("reddit", f"t3_{match[1]}")


def _reddit_short(path: str, _query: Mapping[str, str]) -> Found | None:
    match = re.fullmatch(r"/([a-z0-9]{2,12})", path)
    return Found("reddit", f"t3_{match[1]}") if match else None


def _facebook(path: str, query: Mapping[str, str]) -> Found | None:
    post = _facebook_post(path, query)
    if post is None:
        return None
    comment = query.get("reply_comment_id") or query.get("comment_id", "")
    if re.fullmatch(r"\d{3,25}", comment):
        return Found("facebook", f"{post}_{comment}", is_comment=True)
    return Found("facebook", post)


def _facebook_post(path: str, query: Mapping[str, str]) -> str | None:
    if path in ("/story.php", "/permalink.php"):
        story = query.get("story_fbid", "")
    elif path in ("/photo", "/photo.php"):
        story = query.get("fbid", "")
    elif path == "/watch":
        story = query.get("v", "")
    else:
        match = re.match(r"/(?:groups/)?[\w.-]+/(?:posts|permalink|videos)/(?:[\w.%-]+/)?(pfbid\w+|\d{3,25})$", path)
        story = match[1] if match else ""
    return story if re.fullmatch(r"pfbid\w{10,100}|\d{3,25}", story) else None


def _instagram(path: str, _query: Mapping[str, str]) -> Found | None:
    match = re.match(r"/(?:[\w.]+/)?(?:p|reel|reels|tv)/([\w-]{5,40})(?:/c/(\d{5,25}))?(?:/|$)", path)
    if match is None:
        return None
    return Found("instagram", f"{match[1]}_{match[2]}", True) if match[2] else Found("instagram", match[1])


def _threads(path: str, _query: Mapping[str, str]) -> Found | None:
    match = re.match(r"/(?:@[\w.]+/post|t)/([\w-]{5,40})(?:/|$)", path)
    return Found("threads", match[1]) if match else None


def _tiktok(path: str, _query: Mapping[str, str]) -> Found | None:
    match = re.match(r"/@[\w.-]+/(?:video|photo)/(\d{5,25})(?:/|$)", path)
    return Found("tiktok", match[1]) if match else None


def _telegram(path: str, query: Mapping[str, str]) -> Found | None:
    match = re.match(r"/(?:s/)?(c/\d+|[A-Za-z]\w{3,31})/(?:\d+/)?(\d{1,12})$", path)
    if match is None:
        return None
    comment = query.get("comment", "")
    post = f"{match[1].lower()}/{match[2]}"
    if comment.isascii() and comment.isdecimal():
        return Found("telegram", f"{post}/{comment}", is_comment=True, provisional=not post.startswith("c/"))
    return Found("telegram", post, provisional=not post.startswith("c/"))


def _fediverse(host: str, path: str) -> Found | None:
    """A Mastodon post: `/@name/<digits>` and `/users/name/statuses/<digits>` are one; ids count per server."""
    match = re.fullmatch(r"/@\w+(?:@[\w.-]+)?/(\d{10,25})|/users/\w+/statuses/(\d{10,25})", path)
    return Found("activitypub", f"{host}/{match[1] or match[2]}") if match else None


_RULES: Final[Mapping[str, _Rule]] = {
    "x.com": _x,
    "twitter.com": _x,
    "bsky.app": _bluesky,
    "youtube.com": _youtube,
    "music.youtube.com": _youtube,
    "youtube-nocookie.com": _youtube,
    "youtu.be": _youtube_short,
    "reddit.com": _reddit,
    "old.reddit.com": _reddit,
    "new.reddit.com": _reddit,
    "np.reddit.com": _reddit,
    "redd.it": _reddit_short,
    "facebook.com": _facebook,
    "mbasic.facebook.com": _facebook,
    "web.facebook.com": _facebook,
    "instagram.com": _instagram,
    "threads.net": _threads,
    "threads.com": _threads,
    "tiktok.com": _tiktok,
    "t.me": _telegram,
    "telegram.me": _telegram,
}
