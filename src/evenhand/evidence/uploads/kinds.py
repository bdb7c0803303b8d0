"""What an uploaded file is, by its content alone; a name or a declared type is never believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError

MIB: Final = 1 << 20
MAX_BYTES: Final = 64 * MIB
"""A file handed to `strip` is held in memory; larger uploads are refused with words (EVIDENCE §2.3, §2.8)."""
MAX_PIXELS: Final = 50_000_000
MAX_PARTS: Final = 200_000


class Kind(StrEnum):
    """The kinds a stranger may upload."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    PDF = "pdf"
    TEXT = "text"
    MAIL = "mail"
    WACZ = "wacz"
    WARC = "warc"
    EXPORT = "export"
    LINK = "link"  # an address as it was given, never a file that somebody sent

    @property
    def ending(self) -> str:
        """How the name of its working copy ends; that of an archive is a list in plain text."""
        return _ENDINGS.get(self, self.value)

    @property
    def media_type(self) -> str:
        """The type under which the working copy is served, as an attachment."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES: Final = {
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.WEBP: "image/webp",
    Kind.PDF: "application/pdf",
    Kind.TEXT: "text/plain; charset=utf-8",
    Kind.MAIL: "message/rfc822",
    Kind.WACZ: "text/plain; charset=utf-8",
    Kind.WARC: "text/plain; charset=utf-8",
    Kind.EXPORT: "text/plain; charset=utf-8",
    Kind.LINK: "text/plain; charset=utf-8",
}
_ENDINGS: Final = {
    Kind.JPEG: "jpg", Kind.TEXT: "txt", Kind.MAIL: "eml", Kind.WACZ: "txt", Kind.WARC: "txt", Kind.EXPORT: "txt",
    Kind.LINK: "txt",
}  # fmt: skip


REASONS: Final[Mapping[str, str]] = {
    "wacz": "is a web archive that is not as its own list says",
    "warc_truncated": "is a web archive that ends too early",
    "warc_not_chunked": "is a web archive packed as one piece; pack it record by record (warcio recompress)",
    "warc_length_wrong": "is a web archive in which a record is longer or shorter than it says",
    "warc_digest_differs": "is a web archive in which a page is not the one its digest names",
    "warc_damaged": "is a web archive that is damaged",
}
"""Reasons that a sender is told in their own language: whole sentences of ours, with no word of the file in them."""


class UploadRefused(UsageError):
    """An upload we do not take, with the reason and what the sender can do instead.

    `reason`: which of `REASONS` it is; "" for every other one and for a name that is not there.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "", reason: str = "") -> None:
        super().__init__(what, where=where, mend=mend)
        self.reason = reason if reason in REASONS else ""


@dataclass(frozen=True, slots=True)
class Stripped:
    """The working copy: what staff see. `removed` names what was taken out, `remains` what could not be.

    The original bytes are kept elsewhere, sealed and unchanged. `facts`: of a web archive who signed its list
    (`signer`, `key`, `domain`) and how many records it holds.
    """

    kind: Kind
    data: bytes
    removed: tuple[str, ...] = ()
    remains: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


def refused(
    what: str, mend: str = "Send a screenshot (PNG or JPEG), a PDF or the link instead.", *, reason: str = ""
) -> UploadRefused:
    """Return the refusal of an upload."""
    return UploadRefused(what, where="this file", mend=mend, reason=reason)


def check_pixels(width: int, height: int) -> None:
    """Refuse an image without area or of more than 50 million pixels; nothing is decoded to find out."""
    if width < 1 or height < 1:
        raise refused("says that it has no width or no height")
    if width * height > MAX_PIXELS:
        raise refused(
            f"is a picture of {width:,} by {height:,} points, over 50 million", "Send a smaller picture of it."
        )


ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_CONTAINER = re.compile(
    rb"PK\x03\x04|PK\x05\x06|\x1f\x8b|BZh[1-9]1AY&|\xfd7zXZ\0|\x28\xb5\x2f\xfd|WARC/[01]\.", re.DOTALL
)


def is_container(start: bytes) -> bool:
    """Return whether a file begins (8 bytes) like an archive or a packed file: `containers` says what it is."""
    return _CONTAINER.match(start) is not None


_HEADER = re.compile(rb"[!-9;-~]{1,76}:[ \t]")
_MAIL_FIELDS: Final = frozenset(
    {b"from", b"to", b"date", b"subject", b"message-id", b"received", b"mime-version", b"return-path", b"delivered-to"}
)
_MARKUP = re.compile(rb"\s*(?:<!doctype\s|<html|<head|<body|<svg|<\?xml|<script|\{\\rtf)", re.IGNORECASE)
# What people send most and we do not take, with what to do instead; offset, magic, name.
_KNOWN_OTHERS: Final = (
    (0, b"GIF8", "a GIF"),
    (4, b"ftypheic", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyp", "a video"),
    (0, b"\x1a\x45\xdf\xa3", "a video"),
    (0, b"OggS", "a sound recording"),
    (0, b"ID3", "a sound recording"),
    (0, b"BM", "a BMP picture"),
    (0, b"II*\x00", "a TIFF picture"),
    (0, b"MM\x00*", "a TIFF picture"),
    (0, b"\xd0\xcf\x11\xe0", "an office document or an Outlook message"),
    (0, b"7z\xbc\xaf\x27\x1c", "a packed file"),
    (0, b"Rar!", "a packed file"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
)


def kind_of(data: bytes) -> Kind:
    """Return what a file is; UploadRefused for an empty, too large or unknown one, and for web pages."""
    if not data:
        raise refused("is empty", "Choose the file again.")
    if len(data) > MAX_BYTES:
        raise refused(f"is larger than {MAX_BYTES // MIB} MiB", "Send a smaller part of it, or the link.")
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data.startswith(b"%PDF-"):
        return Kind.PDF
    return _worded(data)


def _worded(data: bytes) -> Kind:
    body = data.removeprefix(b"\xef\xbb\xbf")
    if _MARKUP.match(body[:512]):
        raise refused("is a web page or a drawing that can run programs", "Send the link, a screenshot or a PDF of it.")
    text = _is_text(body)
    for offset, magic, name in _KNOWN_OTHERS:
        if not text and data[offset : offset + len(magic)] == magic:
            raise refused(f"is {name}, which we do not take here")
    if not text and not _looks_like_mail(body):
        raise refused("is of a kind we do not know")
    return Kind.MAIL if _looks_like_mail(body) else Kind.TEXT


def _is_text(body: bytes) -> bool:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(char < " " and char not in "\t\n\r\f" for char in set(text)) and "\x7f" not in text


def _looks_like_mail(body: bytes) -> bool:
    """Whether it begins with a block of mail header fields, two of them well known; a NUL is in no mail."""
    if b"\0" in body:
        return False
    known: set[bytes] = set()
    for line in body[: 64 * 1024].splitlines():
        if not line:
            break
        if line[:1] in b" \t":
            continue
        if not _HEADER.match(line) and not line.endswith(b":"):
            return False
        name = line.split(b":", 1)[0].lower()
        known |= {name} & _MAIL_FIELDS
    return b"from" in known and len(known) >= 2
