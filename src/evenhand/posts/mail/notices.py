"""Notification mails of a platform whose shape is known: the post they tell of, as a record of its own.

Known is Mastodon's: its mails name their kind in the address to unsubscribe at (header or foot), quote the post with
`>` and give its address below. Words differ by language and are not looked at. A kind that shows the reader's own post
(somebody liked or shared it) tells of nobody else's words and stays a mail, and so does every shape that is not known.
"""

from __future__ import annotations

import re
from typing import Final

from evenhand.posts.fields import flag, link, put_text, side
from evenhand.posts.mail.headers import Headers, readable
from evenhand.posts.reading_form import encode, read_text
from evenhand.posts.record import Row

_OTHERS_WORDS: Final = {"mention": "post", "quote": "quote"}
_HOST: Final = r"https://(?P<host>[a-z0-9][a-z0-9.-]{2,252}(?::\d{1,5})?)"
_UNSUBSCRIBE: Final = re.compile(_HOST + r"/unsubscribe\?(?P<query>[^\s<>\"]{1,2000})", re.IGNORECASE)
_KIND: Final = re.compile(r"(?:^|&)type=([a-z_]{1,40})(?:&|$)")
_POST: Final = re.compile(
    _HOST + r"/(?:web/)?(?:statuses/(?P<id>\d{10,25})|@(?P<acct>\w{1,64}(?:@[\w.-]{3,253})?)/(?P<of>\d{10,25}))\s*$",
    re.IGNORECASE,
)
_ACCOUNT: Final = re.compile(r"\w{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_WARNED: Final = "----"
# What a mail's row says that is not true of a post in it.
_OF_THE_MAIL: Final = (
    "author_handle",
    "author_display",
    "urls",
    "attachments",
    "target_unresolved",
    "native_id",
    "side",
)


def post_in(headers: Headers, mail: Row, text: str) -> Row | None:
    """Return the row of the post a notification tells of, or None; `mail`: its row, `text`: its plain text.

    The post is what the platform put into the mail: cut short at its will, its key that of the server that sent it.
    """
    known = _kind_of((headers.first("list-unsubscribe") or "") + "\n" + text)
    if known is None:
        return None
    host, kind = known
    lines = text.split("\n")
    found = [(at, match) for at, line in enumerate(lines) if (match := _POST.search(line))]
    if len(found) != 1 or found[0][1]["host"].lower() != host:
        return None
    at, match = found[0]
    block = _block_above(lines, at)
    if not block:
        return None
    row = {name: value for name, value in mail.items() if name not in _OF_THE_MAIL and not name.startswith("text_")}
    number = match["id"] or match["of"]
    row |= {"platform": "activitypub", "record_kind": "post", "relation": _OTHERS_WORDS[kind], "flags": []}
    row |= {"native_id": f"{host}/{number}", "record_key": f"activitypub:{host}/{number}", "id_is_synthetic": False}
    row |= {"locator": f"{mail['locator']};post", "truncated": True, "truncated_reason": "platform_ellipsis"}
    row["urls"] = [link(match.group().strip())]
    flag(row, "from_notification", "key_provisional", *(["time_of_mail"] if row.get("claimed_at") else []))
    _put_author(row, match["acct"], readable(headers.first("subject") or "")[0], "\n".join(lines[:at]), host)
    _put_words(row, block)
    return row


def _kind_of(text: str) -> tuple[str, str] | None:
    """Return (host, kind) of a notification about somebody else's words; None for any other mail."""
    kinds = {
        (match["host"].lower(), kind[1])
        for match in _UNSUBSCRIBE.finditer(text)
        if (kind := _KIND.search(match["query"]))
    }
    (only,) = kinds if len(kinds) == 1 else (None,)
    return only if only and only[1] in _OTHERS_WORDS else None


def _block_above(lines: list[str], at: int) -> list[str]:
    """Return the quoted lines above a place, with nothing but blank lines between; [] if there are others too."""
    end = at
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and lines[start - 1].startswith(">"):
        start -= 1
    others = any(line.startswith(">") for line in (*lines[:start], *lines[at:]))
    return [] if others else lines[start:end]


def _put_author(row: Row, acct: str | None, subject: str, above: str, host: str) -> None:
    if acct is None:
        named = set(_ACCOUNT.findall(subject)) & set(_ACCOUNT.findall(above))
        acct = named.pop() if len(named) == 1 else None
    row["author_basis"] = "claimed" if acct else "none"
    if acct:
        row["author_handle"] = acct if "@" in acct else f"{acct}@{host}"


def _put_words(row: Row, block: list[str]) -> None:
    """Fill the text: as it stands in the mail, and without the marks of quotation; a warning before it stands apart."""
    words = [line[1:].removeprefix(" ") for line in block]
    if _WARNED in words[:-1]:
        ends = words.index(_WARNED)
        side(row, content_warning="\n".join(words[:ends]))
        words = words[ends + 1 :]
    reading = read_text("\n".join(words).strip("\n"), entities=False)
    raw = encode("\n".join(block))
    put_text(row, reading._replace(raw=raw, map=None, steps=("quotation_marks_removed", *reading.steps)))
