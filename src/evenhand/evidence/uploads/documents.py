"""Working copies of PDF, plain text and mail. What structure alone cannot take out is named, never passed over.

A PDF's description is blanked in place, byte for byte, so that its own table of places still fits; what lies in
compressed parts is found by a bounded unpacking and named in `remains`. Specifications: ISO 32000-2 (PDF),
RFC 5322 and RFC 2046 (mail).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from evenhand.evidence.uploads.kinds import MIB, Kind, Stripped, UploadRefused, refused

_INFO_KEY = re.compile(
    rb"/(Author|Creator|Producer|Title|Subject|Keywords|CreationDate|ModDate|Company|LastModified)\s{0,8}(?=[(<])"
)
_INFO_LEFT = re.compile(rb"/(?:Author|Creator|Producer)\s{0,8}(?:\((?![\s)])|<(?![<\s>])|\d{1,9}\s\d{1,5}\sR)")
_MAX_KEYS: Final = 1_000
_MAX_STRING: Final = 8_000
_XMP: Final = ((b"<?xpacket begin=", b"<?xpacket end="), (b"<x:xmpmeta", b"</x:xmpmeta>"))
_STREAM = re.compile(rb"stream\r?\n")
# Programs, other files, and things that call out: they are refused, not disarmed.
_ACTIVE: Final = (
    (re.compile(rb"/JavaScript\b"), "holds a program (JavaScript)"),
    (re.compile(rb"/(?:Launch|GoToR|GoToE|SubmitForm|ImportData)\b"), "starts programs or calls out"),
    (re.compile(rb"/(?:EmbeddedFiles?|RichMedia|Movie|Sound)\b"), "holds other files"),
    (re.compile(rb"/Encrypt\b"), "is locked with a password"),
)
_PRINT_IT: Final = "Print it to a new PDF, or send screenshots of it."
_LOOK_BYTES: Final = MIB
_LOOK_STREAMS: Final = 2_000
_LOOK_TOTAL: Final = 32 * MIB


def strip_pdf(data: bytes) -> Stripped:
    """Return a PDF whose description is blanked, cut after its last end mark.

    UploadRefused for one that is locked, holds programs or other files, or has no end. `remains` names what
    may still say who made it. At most 32 MiB are unpacked to look, and what is packed in another way than Flate
    is not seen: the copy is served as an attachment only. No page is drawn.
    """
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise refused("is a PDF that ends too early", "Save it again and send it once more.")
    body, after = data[: end + 5], data[end + 5 :]
    unpacked = list(_unpacked(body))
    for part in (_plain_names(body), *unpacked):
        for pattern, what in _ACTIVE:
            if pattern.search(part):
                raise refused(f"is a PDF that {what}", _PRINT_IT)
    removed: list[str] = []
    clean = _without_xmp(_without_description(body, removed), removed)
    if after.strip():
        removed.append("bytes after the end")
    return Stripped(Kind.PDF, clean + b"\n", tuple(dict.fromkeys(removed)), _pdf_remains(clean, unpacked))


def _plain_names(body: bytes) -> bytes:
    """Undo `#4A` escapes in names: a hidden `/J#61vaScript` is JavaScript too."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes((int(match[1], 16),)), body)


def _without_description(body: bytes, removed: list[str]) -> bytes:
    """Blank the strings of the description, each to its own length: the table of places at the end still fits."""
    clean = bytearray(body)
    for index, match in enumerate(_INFO_KEY.finditer(body)):
        if index >= _MAX_KEYS:
            raise refused("is a PDF that names its author too often", _PRINT_IT)
        end = _string_end(body, match.end())
        if end is None:
            continue
        inner = body[match.end() + 1 : end - 1]
        if inner.strip():
            removed.append(match[1].decode("ascii"))
        clean[match.end() + 1 : end - 1] = b" " * len(inner)
    return bytes(clean)


def _string_end(body: bytes, at: int) -> int | None:
    """Return where the literal or hex string that begins at a place ends; None for none, or over 8,000 bytes."""
    limit = min(len(body), at + _MAX_STRING)
    if body[at] == ord("<"):
        end = body.find(b">", at, limit)
        return end + 1 if end > 0 and body[at + 1] != ord("<") else None
    depth, skip = 0, False
    for place in range(at, limit):
        byte = body[place]
        if skip:
            skip = False
        elif byte == ord("\\"):
            skip = True
        elif byte in b"()":
            depth += 1 if byte == ord("(") else -1
            if depth == 0:
                return place + 1
    return None


def _without_xmp(body: bytes, removed: list[str]) -> bytes:
    """Blank XMP packets that lie open in the file, each to its own length."""
    for begin, finish in _XMP:
        pieces, done = [], 0
        start = body.find(begin)
        while start >= 0:
            end = body.find(finish, start)
            if end < 0:
                break
            end += len(finish)
            removed.append("XMP")
            pieces += [body[done:start], b" " * (end - start)]
            done = end
            start = body.find(begin, done)
        body = b"".join([*pieces, body[done:]])
    return body


def _unpacked(body: bytes) -> Iterator[bytes]:
    """Yield the beginnings of compressed parts, bounded in number, length and sum."""
    total = 0
    for index, match in enumerate(_STREAM.finditer(body)):
        if index >= _LOOK_STREAMS or total >= _LOOK_TOTAL:
            return
        try:
            part = zlib.decompressobj().decompress(body[match.end() : match.end() + 4 * MIB], _LOOK_BYTES)
        except zlib.error:
            continue
        total += len(part)
        yield _plain_names(part)


def _too_many_streams(body: bytes) -> bool:
    return body.count(b"endstream") > _LOOK_STREAMS


def _pdf_remains(clean: bytes, unpacked: list[bytes]) -> tuple[str, ...]:
    remains = []
    if _INFO_LEFT.search(clean) or any(re.search(rb"/(?:Author|Creator|Producer)\b", part) for part in unpacked):
        remains.append("a description that could not be blanked")
    if _too_many_streams(clean):
        remains.append("more packed parts than were looked into")
    if b"<x:xmpmeta" in clean or any(b"<x:xmpmeta" in part for part in unpacked):
        remains.append("a packed XMP description")
    if b"/DCTDecode" in clean or any(b"/DCTDecode" in part for part in unpacked):
        remains.append("pictures inside may hold their own EXIF")
    return tuple(remains)


def strip_text(data: bytes) -> Stripped:
    """Return plain text in UTF-8 without a byte-order mark; nothing else is changed. Text has no metadata."""
    if data.startswith(b"\xef\xbb\xbf"):
        return Stripped(Kind.TEXT, data[3:], ("byte-order mark",))
    return Stripped(Kind.TEXT, data)


# What a reader of a mail needs. Routes, addresses of machines, programs and lists go; the original keeps them.
_FIELDS_KEPT: Final = frozenset(
    {b"from", b"to", b"cc", b"reply-to", b"date", b"subject", b"message-id", b"in-reply-to", b"references",
     b"mime-version", b"content-type", b"content-transfer-encoding", b"content-language"}
)  # fmt: skip
_FIELDS_NAMED: Final = frozenset(
    {b"received", b"return-path", b"delivered-to", b"dkim-signature", b"x-originating-ip", b"x-mailer", b"user-agent",
     b"bcc", b"authentication-results", b"arc-seal", b"sender", b"x-sender", b"list-id"}
)  # fmt: skip
_MAX_DEPTH: Final = 8
_MAX_HEAD: Final = MIB
_MAX_MAIL_PARTS: Final = 1_000
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"\r\n]{1,70})\"|([^\s;\"]{1,70}))", re.IGNORECASE)
_TYPE = re.compile(rb"\s*([A-Za-z0-9!#$&^_.+-]{1,64})/([A-Za-z0-9!#$&^_.+-]{1,64})")


def strip_mail(data: bytes) -> Stripped:
    """Return a mail with the header fields a reader needs and its text parts; attachments are left out and named.

    Signatures no longer fit the working copy: they are checked on the original. UploadRefused for parts nested
    over 8 deep or more than 1,000.
    """
    removed: list[str] = []
    newline = b"\r\n" if b"\r\n" in data[:4096] else b"\n"
    return Stripped(Kind.MAIL, _Mail(newline, removed).part(data, 0), tuple(dict.fromkeys(removed)))


class _Mail:
    """Copies the parts of one mail; counts them, so that a mail of parts cannot go on for ever."""

    def __init__(self, newline: bytes, removed: list[str]) -> None:
        self._newline = newline
        self._removed = removed
        self._parts = 0

    def part(self, data: bytes, depth: int) -> bytes:
        self._parts += 1
        if depth > _MAX_DEPTH or self._parts > _MAX_MAIL_PARTS:
            raise _too_nested()
        head, body = _halves(data)
        if len(head) > _MAX_HEAD:
            raise refused("is a mail whose header is too long", "Send the text of it, or a PDF.")
        fields = list(_fields(head))
        values = {name: value for name, value, _ in reversed(fields)}
        kept = [raw for name, _, raw in fields if name in _FIELDS_KEPT]
        if depth == 0:
            self._removed += [_name_of(name) for name, _, _ in fields if name not in _FIELDS_KEPT]
        return self._newline.join([*kept, b"", self._body(values, body, depth)])

    def _body(self, values: Mapping[bytes, bytes], body: bytes, depth: int) -> bytes:
        declared = _TYPE.match(values.get(b"content-type", b"text/plain"))
        main = declared[1].lower() if declared else b""
        if main == b"text" and b"attachment" not in values.get(b"content-disposition", b"").lower():
            return body
        boundary = _BOUNDARY.search(values.get(b"content-type", b""))
        if main == b"multipart" and boundary is not None:
            return self._multipart(boundary[1] or boundary[2], body, depth)
        self._removed.append("attachment")
        return b"(An attachment was left out of this copy.)" + self._newline

    def _multipart(self, boundary: bytes, body: bytes, depth: int) -> bytes:
        mark = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$", re.MULTILINE)
        marks = list(islice(mark.finditer(body), _MAX_MAIL_PARTS + 2))
        if len(marks) > _MAX_MAIL_PARTS + 1:
            raise _too_nested()
        out: list[bytes] = []
        for here, following in zip(marks, [*marks[1:], None], strict=True):
            if here[1]:
                break
            end = following.start() if following else len(body)
            raw = body[here.end() : end].removeprefix(b"\r").removeprefix(b"\n")
            out += [b"--" + boundary, self.part(raw.removesuffix(b"\n").removesuffix(b"\r"), depth + 1)]
        if not out:
            self._removed.append("attachment")
            return b"(The parts of this mail could not be told apart.)" + self._newline
        return self._newline.join([*out, b"--" + boundary + b"--", b""])


def _name_of(field: bytes) -> str:
    """The names of common fields are said; a made-up one could say anything."""
    return field.decode("ascii") if field in _FIELDS_NAMED else "other header fields"


def _too_nested() -> UploadRefused:
    return refused("is a mail with too many parts inside each other", "Send the text of it, or a PDF.")


def _halves(data: bytes) -> tuple[bytes, bytes]:
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data[:1] in (b"\n", b"\r"):
        # A part without header fields begins with the empty line.
        return b"", data.removeprefix(b"\r").removeprefix(b"\n")
    match = re.search(rb"\r?\n\r?\n", data)
    return (data[: match.start()], data[match.end() :]) if match else (data, b"")


def _fields(head: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield name, value and raw field; a folded field is one."""
    raw: list[bytes] = []
    for line in [*head.splitlines(), b""]:
        if line[:1] in (b" ", b"\t") and raw:
            raw.append(line)
            continue
        if raw:
            whole = b" ".join(raw)
            name, _, value = whole.partition(b":")
            yield name.strip().lower(), value, b"\n".join(raw)
        raw = [line]
