"""Headers of hostile mail: every access is guarded, what is odd becomes a flag, nothing raises."""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_tz
from typing import Final

from evenhand.posts.times import Moment, to_us

_WORD: Final = re.compile(r"=\?[^?\s]{1,60}\?[bqBQ]\?[^?\s]{0,1000}\?=")
_ADDRESS: Final = re.compile(r"<?([^\s<>@\"(),:;]{1,64}@[^\s<>@\"(),:;]{1,255})>?")
_ID: Final = re.compile(r"<[^\s<>]{1,500}@[^\s<>]{1,255}>")
_FOLD: Final = re.compile(r"\r?\n[ \t]*")
_MOST_OFFSET: Final = 24 * 3600
_LONGEST: Final = 20_000
_FAILS: Final = (ValueError, TypeError, LookupError, HeaderParseError, binascii.Error, OverflowError)


class Headers:
    """The headers of a message as they stand, gone through once; bytes that are no ASCII are lone surrogates."""

    def __init__(self, message: Message) -> None:
        self._found: dict[str, list[str]] = {}
        for key, value in message.raw_items():
            self._found.setdefault(key.lower(), []).append(str(value))

    def first(self, name: str) -> str | None:
        """Return the first header of a name, unfolded; None if there is none."""
        said = self._found.get(name)
        return _FOLD.sub(" ", said[0])[:_LONGEST] if said else None

    def all(self, name: str) -> list[str]:
        """Return all headers of a name as they stand, topmost first."""
        return [value[:_LONGEST] for value in self._found.get(name, ())]


def has_bytes(value: str) -> bool:
    """Return whether a header holds raw 8-bit bytes."""
    return not value.isascii() and any("\udc80" <= letter <= "\udcff" for letter in value)


def readable(value: str) -> tuple[str, bool]:
    """Return (text of a header, whether something in it is broken): encoded words become letters."""
    if has_bytes(value):
        data = value.encode("ascii", "surrogateescape")
        try:
            value = data.decode("utf-8")
        except UnicodeDecodeError:
            value = data.decode("cp1252", "replace")
    if "=?" not in value:
        return value.strip(), False
    broken = "=?" in _WORD.sub("", value)
    try:
        pieces = [
            piece if isinstance(piece, str) else piece.decode(charset or "ascii")
            for piece, charset in decode_header(value)
        ]
    except _FAILS:
        return value.strip(), True
    return "".join(pieces).strip(), broken


def sender_of(value: str) -> tuple[str | None, str | None, bool]:
    """Return (address, name, whether the header is broken) of a From header."""
    text, broken = readable(value)
    match = _ADDRESS.search(text)
    if match is None:
        return None, text.strip() or None, True
    name = (text[: match.start()] + text[match.end() :]).strip(' "<>()\t')
    if name and not any(letter.isalnum() for letter in name):
        return match.group(1), None, True
    return match.group(1), name or None, broken


def ids_in(value: str) -> list[str]:
    """Return the message ids of a header."""
    return _ID.findall(value)


def reply_of(headers: Headers) -> tuple[str | None, str | None]:
    """Return (the id answered, flag) of In-Reply-To, else of the last of References."""
    said = headers.first("in-reply-to")
    if said and said.strip():
        found = ids_in(said)
        if not found:
            return None, "reply_defect" if "<" in said or "@" in said else None
        return found[-1], None if said.strip() == found[-1] else "reply_id_extracted"
    found = ids_in(headers.first("references") or "")
    return (found[-1] if found else None), None


def date_of(headers: Headers, from_line: bytes | None) -> tuple[str | None, Moment, str | None, tuple[str, ...]]:
    """Return (as written, as read, which header it is from, flags): Date, else what else says when."""
    flags: list[str] = []
    said = headers.first("date")
    if said is not None:
        moment = moment_of(said)
        if moment is not None:
            return _plain(said), moment, "Date", ()
        flags.append("date_unparsable")
    received = headers.all("received")
    others = [
        ("Resent-Date", headers.first("resent-date")),
        ("Received", received[0].rpartition(";")[2] if received else None),
        ("From line", _after_sender(from_line)),
    ]
    for source, value in others:
        moment = moment_of(value) if value else None
        if value and moment is not None:
            return _plain(value), moment, source, (*flags, "date_fallback")
    return (None if said is None else _plain(said)), Moment(), None, tuple(flags)


def _plain(value: str) -> str:
    return value.strip().encode("utf-8", "replace").decode()


def _after_sender(from_line: bytes | None) -> str | None:
    return from_line.decode("ascii", "replace")[5:].partition(" ")[2] if from_line else None


def moment_of(value: str) -> Moment | None:
    """Return the moment a date header names, None if it names none."""
    if not value.isascii():
        return None
    try:
        parts = parsedate_tz(value)
        if parts is None:
            return None
        offset = parts[9]
        if offset is not None and abs(offset) >= _MOST_OFFSET:
            return None
        local = datetime(*parts[:5], min(parts[5], 59))  # noqa: DTZ001 - the zone is applied below
        if offset is None:
            return Moment(None, to_us(local), "naive_unknown")
        us = to_us((local - timedelta(seconds=offset)).replace(tzinfo=UTC))
        return Moment(us, None, "offset" if offset else "utc")
    except _FAILS:
        return None
