"""The canonical id of an item (gate 13): the same post under any of its addresses has one key.

A post on a platform we know becomes `platform:native_id`, everything else a tidied address `url:https://…`.
Nothing is fetched and nothing is resolved: a short link or a handle that may change hands stays what it is
and is marked provisional. The address is hostile until read (FORMATS §4.19).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from evenhand.errors import UsageError
from evenhand.evidence.platform_urls import FRONT_ENDS, Found, Query, recognise

MAX_LENGTH: Final = 2_048
MAX_ID: Final = 512
_PLATFORM = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SPACES = re.compile(r"\s")
# Only names that never choose a page: dropping `ref` or `si` would make two pages of some site look like one.
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|mibextid"
    r"|ref_src|ref_url|__twitter_impression|_ga|_gl|_hsenc|_hsmi|oly_anon_id|oly_enc_id|vero_id",
    re.IGNORECASE,
)
_MOBILE_HOSTS: Final = frozenset({"www", "m", "mobile", "amp"})
# A page's comments often have no address of their own but the anchor; other anchors only scroll.
_COMMENT_ANCHOR = re.compile(r"(?:comment|reply|post|message|msg|c|p)[-_]?\d+", re.IGNORECASE)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_ALSO: Final = frozenset(b"!$&'()*+,;=:@/")
_QUERY_ALSO: Final = frozenset(b"!$'()*,;:@/?")


class ItemKind(StrEnum):
    """What the key is of."""

    POST = "post"
    COMMENT = "comment"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class CanonicalItem:
    """An item's key. `provisional`: a handle or short link stands in it that a later look-up may replace."""

    key: str
    kind: ItemKind
    provisional: bool = False


def canonical_item(
    url: str = "", *, platform: str = "", native_id: str = "", front_ends: frozenset[str] = FRONT_ENDS
) -> CanonicalItem:
    """Return the canonical item of an address, or of a platform and its own id.

    Idempotent: the address inside a `url:` key gives that key again. `front_ends`: hosts that show X's posts
    under X's paths. Raises UsageError for what is no public address (other schemes, user names in it, bare
    machine addresses, control or direction characters, over 2,048 characters). Linear in its length.
    """
    if bool(url) == bool(platform or native_id):
        raise UsageError("give an address, or a platform and its id", mend="Give the one or the other.")
    if not url:
        return _by_id(platform, native_id)
    text = _plain(url)
    if text.startswith("at://"):
        return _of(_at_uri(text))
    parts = _split(text)
    host, path = _host(parts), _path(parts.path)
    query = _pairs(parts.query)
    found = recognise(_bare(host), path, query, front_ends) if parts.port is None else None
    if found is not None:
        return _of(found)
    return _page(parts, host, path, query)


def _by_id(platform: str, native_id: str) -> CanonicalItem:
    if not _PLATFORM.fullmatch(platform):
        raise UsageError("is no platform name", where=repr(platform[:40]), mend="Use one such as x, bluesky or email.")
    value = native_id.strip()
    if not value or len(value) > MAX_ID or not _is_clean(value) or _SPACES.search(value):
        raise UsageError("is no id of a post", where=repr(native_id[:40]), mend="Copy the id as the platform gives it.")
    return CanonicalItem(f"{platform}:{value}", ItemKind.POST)


def _of(found: Found) -> CanonicalItem:
    kind = ItemKind.COMMENT if found.is_comment else ItemKind.POST
    return CanonicalItem(f"{found.platform}:{found.native_id}", kind, found.provisional)


def _is_clean(text: str) -> bool:
    """No control, direction, invisible, unassigned or surrogate character: they make one address look like another."""
    return not any(unicodedata.category(char) in ("Cc", "Cf", "Cn", "Cs", "Co") for char in text)


def _refused(what: str, mend: str = "Copy the address from the browser's address bar.") -> UsageError:
    return UsageError(what, where="address", mend=mend)


def _plain(url: str) -> str:
    text = url.strip(" \t\r\n")
    if len(text) > MAX_LENGTH:
        raise _refused(f"is longer than {MAX_LENGTH:,} characters")
    if not text or not _is_clean(text) or _SPACES.search(text):
        raise _refused("holds spaces, control characters or characters that do not show")
    if "\\" in text:
        raise _refused("holds a backslash, which programs read in different ways")
    if "://" not in text and "." in text.split("/", 1)[0]:
        text = "https://" + text
    return unicodedata.normalize("NFC", text)


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _refused("is no address we can read") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise _refused("is no web address (https://…)")
    if "@" in parts.netloc:
        raise _refused("holds a user name before the host, which hides where it leads")
    if port == _DEFAULT_PORTS[parts.scheme]:
        return parts._replace(netloc=parts.netloc.rsplit(":", 1)[0])
    return parts._replace(netloc=parts.netloc.removesuffix(":"))


def _host(parts: SplitResult) -> str:
    """Return the host in lower-case ASCII; refuse machines' own addresses and names without a dot."""
    name = (parts.hostname or "").rstrip(".")
    try:
        host = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _refused("has a host name that cannot exist") from None
    if not re.fullmatch(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}", host) or len(host) > 253:
        raise _refused("has no host that the public can reach")
    if _is_machine_address(host) or host.endswith((".localhost", ".local", ".internal")):
        raise _refused("is the address of a machine, not of a publication")
    return host


def _is_machine_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # 10.1, 0x7f.1 and the like: browsers read them as machines too.
        return bool(re.fullmatch(r"\d+|0x[0-9a-f]*", host.rsplit(".", 1)[-1]))
    return True


def _bare(host: str) -> str:
    first, _, rest = host.partition(".")
    # Only while a dotted name is left: `m.example` is a host of its own.
    while first in _MOBILE_HOSTS and "." in rest:
        host = rest
        first, _, rest = host.partition(".")
    return host


def _escaped(text: str, also: frozenset[int]) -> str:
    raw = unquote_to_bytes(text)
    if any(byte < 0x20 or byte == 0x7F for byte in raw):
        raise _refused("holds an escaped control character")
    plain = _UNRESERVED | also
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in raw)


def _path(path: str) -> str:
    """Return the path with plain escapes, without dot segments, empty segments and the last slash."""
    # An escaped slash stays inside its segment: `%2F` and `/` are different addresses.
    segments: list[str] = []
    for segment in path.split("/"):
        tidy = _escaped(segment, _PATH_ALSO - {0x2F})
        if tidy == "..":
            segments = segments[:-1]
        elif tidy not in ("", "."):
            segments.append(tidy)
    return "/" + "/".join(segments)


def _pairs(query: str) -> Query:
    """Return the query's pairs, tidied and sorted, without those that only follow the reader about."""
    pairs: list[tuple[str, str]] = []
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        name = _escaped(name.replace("+", " "), _QUERY_ALSO)
        if name and not _TRACKING.fullmatch(name):
            pairs.append((name, equals + _escaped(value.replace("+", " "), _QUERY_ALSO | {0x3D})))
    return tuple(sorted(pairs))


def _page(parts: SplitResult, host: str, path: str, query: Query) -> CanonicalItem:
    # Another port may be another publication, and with it the scheme counts.
    start = "https://" if parts.port is None else f"{parts.scheme}://"
    port = f":{parts.port}" if parts.port is not None else ""
    asked = "&".join(name + value for name, value in query)
    anchor = parts.fragment if _COMMENT_ANCHOR.fullmatch(parts.fragment) else ""
    key = f"url:{start}{_bare(host)}{port}{path}" + (f"?{asked}" if asked else "") + (f"#{anchor}" if anchor else "")
    return CanonicalItem(key, ItemKind.COMMENT if anchor else ItemKind.PAGE)


def _at_uri(text: str) -> Found:
    match = re.fullmatch(r"at://([^/]+)/app\.bsky\.feed\.post/([A-Za-z0-9._~-]{1,64})", text)
    if match is None:
        raise _refused("is no at:// address of a post")
    found = recognise("bsky.app", f"/profile/{match[1]}/post/{match[2]}", (), frozenset())
    if found is None:
        raise _refused("is no at:// address of a post")
    return found
