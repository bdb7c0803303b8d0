"""One message as a row: its own words, whose they say they are, and what of it is odd."""

from __future__ import annotations

import hashlib
import re
from email import policy
from email.message import Message
from email.parser import BytesParser
from functools import cached_property
from typing import Any, Final, NamedTuple

from evenhand.posts.fields import flag, put_moment, put_text, side
from evenhand.posts.html_text import read_html
from evenhand.posts.mail.headers import Headers, date_of, has_bytes, ids_in, readable, reply_of, sender_of
from evenhand.posts.mail.notices import post_in
from evenhand.posts.reading_form import Reading, read_text, scrub
from evenhand.posts.record import Row

_TYPE: Final = re.compile(r"\s*[\w!#$&^.+-]{1,60}/[\w!#$&^.+-]{1,100}\s*(?:;|$)", re.ASCII)
_CHARSET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,60}")
_MULTIPART: Final = ("NoBoundaryInMultipartDefect", "StartBoundaryNotFoundDefect", "CloseBoundaryNotFoundDefect")
_HEADERS: Final = ("MissingHeaderBodySeparatorDefect", "FirstHeaderLineIsContinuationDefect", "InvalidHeaderDefect")
_INTRODUCES: Final = re.compile(r"^.{0,200}(?:wrote|schrieb|a écrit|escribió)[^\n]{0,80}:\s*$", re.IGNORECASE)
_ORIGINAL: Final = re.compile(r"^-{2,}\s?(?:Original Message|Ursprüngliche Nachricht|Message d'origine)\s?-{2,}\s*$")
_MOST_PARTS: Final = 500


class MailReading(NamedTuple):
    """A message: its bytes in the file, as they were sent, and the line before it in a mailbox."""

    raw: bytes
    content: bytes
    from_line: bytes | None


class Piece(NamedTuple):
    """One part of a message, and what its type says; `charset` is None where none is named or it is no name."""

    part: Message
    kind: str
    charset: str | None


class _Read:
    """A message of which each header and each part is looked at once."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.headers = Headers(message)

    @cached_property
    def pieces(self) -> list[Piece]:
        """The parts of a message, not those of messages that lie inside it."""
        found: list[Piece] = []
        waiting = [self.message]
        while waiting and len(found) < _MOST_PARTS:
            part = waiting.pop(0)
            found.append(Piece(part, part.get_content_type(), _charset(part)))
            inner = part.get_payload()
            if found[-1].kind.startswith("multipart/") and isinstance(inner, list):
                waiting[:0] = [item for item in inner if isinstance(item, Message)]
        return found

    def text_of_kind(self, kind: str) -> Piece | None:
        """Return the first part that is text of a kind, and no attachment."""
        return next((piece for piece in self.pieces if piece.kind == kind and _is_shown(piece.part)), None)

    @cached_property
    def body(self) -> Piece | None:
        """The plain text part."""
        return self.text_of_kind("text/plain")

    @cached_property
    def body_bytes(self) -> bytes:
        """The bytes of the plain text part after transfer decoding."""
        return _payload(self.body.part) if self.body is not None else b""

    def plain(self) -> str:
        """Return the plain text part with LF ends, earlier mail in it included; "" if there is none."""
        return decoded(self.body_bytes, self.body.charset)[0].replace("\r\n", "\n") if self.body is not None else ""


def rows_of_mail(mail: MailReading, row: Row) -> list[Row]:
    """Return the row of a message and, for a notification of a known shape, that of the post it tells of."""
    read = _Read(BytesParser(policy=policy.compat32).parsebytes(mail.content))
    headers = read.headers
    digest = hashlib.sha256(mail.raw).hexdigest()
    row["raw_record_sha256"] = digest
    named = ids_in(headers.first("message-id") or "")
    if not named:
        flag(row, "message_id_missing")
        row["id_is_synthetic"] = True
    row["native_id"] = f"{named[0] if named else ''}#{digest[:16]}"
    row["record_key"] = f"email:{row['native_id']}"
    _put_sender(row, headers)
    raw, moment, source, flags = date_of(headers, mail.from_line)
    if raw is not None:
        put_moment(row, raw, moment)
    flag(row, *flags)
    replied, odd = reply_of(headers)
    row["relation"] = "reply" if replied else "post"
    row["target_unresolved"] = replied
    flag(row, *(code for code in (odd,) if code))
    flag(row, *_defects(read))
    subject, broken = readable(headers.first("subject") or "")
    if broken:
        flag(row, "subject_defect")
    side(row, subject=scrub(subject) or None, date_source=source, labels=headers.first("x-gmail-labels"))
    _put_body(row, read)
    _put_attachments(row, read)
    told = [post for inner in (read, *_inside(read)) if (post := post_in(inner.headers, row, inner.plain()))]
    return [row, *told[:1]]


def _inside(read: _Read) -> list[_Read]:
    """Return the messages that lie in a message: how some programs forward."""
    found = [piece.part.get_payload() for piece in read.pieces if piece.kind == "message/rfc822"]
    return [_Read(inner[0]) for inner in found if isinstance(inner, list) and inner and isinstance(inner[0], Message)]


def _put_sender(row: Row, headers: Headers) -> None:
    said = headers.first("from")
    if any(has_bytes(headers.first(name) or "") for name in ("from", "subject")):
        flag(row, "header_8bit")
    if said is None:
        row["author_basis"] = "none"
        return
    address, name, broken = sender_of(said)
    row |= {"author_handle": address, "author_display": name and scrub(name)}
    row["author_basis"] = "claimed" if address or name else "none"
    if broken:
        flag(row, "from_defect")


def _defects(read: _Read) -> list[str]:
    """Return what is wrong with the shape of a message, as reason codes."""
    found: list[str] = []
    names = {type(defect).__name__ for piece in read.pieces for defect in piece.part.defects}
    if not names.isdisjoint(_HEADERS):
        found.append("header_defect")
    said = read.headers.first("content-type")
    if said is not None and _odd_type(said, read.pieces[0].charset):
        found.append("content_type_defect")
    if not names.isdisjoint(_MULTIPART):
        found.append("multipart_defect")
    return found


def _odd_type(said: str, charset: str | None) -> bool:
    if not _TYPE.match(said) or not said.isascii():
        return True
    return "charset" in said.lower() and charset is None


def _charset(part: Message) -> str | None:
    try:
        found = part.get_content_charset()
    except (LookupError, ValueError, TypeError, AttributeError):
        return None
    return found if found and _CHARSET.fullmatch(found) else None


def _payload(part: Message) -> bytes:
    """Return the bytes of a part after transfer decoding."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, TypeError, AttributeError, AssertionError):
        data = None
    return data if isinstance(data, bytes) else b""


def _is_shown(part: Message) -> bool:
    said = Headers(part).first("content-disposition") or ""
    return not part.is_multipart() and not said.lower().lstrip().startswith("attachment")


def _put_body(row: Row, read: _Read) -> None:
    """Fill the text: the plain part, else the HTML one; words quoted from earlier mail stand beside it."""
    body = read.body
    html = None if body is not None else read.text_of_kind("text/html")
    if body is None and html is None and read.pieces[0].kind.startswith("multipart/"):
        # A multipart that cannot be taken apart is read as it stands.
        body = None if read.message.is_multipart() else read.pieces[0]
    chosen = body if body is not None else html
    if chosen is None:
        flag(row, "no_text_body")
        return
    data = read.body_bytes if chosen is read.body else _payload(chosen.part)
    data = data or str(chosen.part.get_payload() or "").encode("ascii", "surrogateescape")
    text, charset, odd = decoded(data, chosen.charset)
    flag(row, *odd)
    if html is not None:
        reading, row["urls"] = read_html(text)
    else:
        reading = read_text(text, entities=False)
    own, quoted = split_quotation(reading.norm)
    if quoted:
        reading = Reading(reading.raw, own, None, (*reading.steps, "quotation_split"), reading.flags)
        side(row, quoted_text=quoted)
    put_text(row, reading._replace(raw=data))
    row["text_raw_encoding"] = charset


def decoded(data: bytes, charset: str | None) -> tuple[str, str, tuple[str, ...]]:
    """Return (text, charset used, flags) of a body; the bytes themselves are kept whatever they are."""
    declared = charset or "us-ascii"
    try:
        return data.decode(declared), declared, ()
    except UnicodeDecodeError:
        odd = "charset_wrong"
    except (LookupError, ValueError):
        odd = "charset_unknown"
    try:
        return data.decode("utf-8"), "utf-8", (odd,)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252", (odd,)


def split_quotation(text: str) -> tuple[str, str]:
    """Return (own words, words quoted from earlier mail): lines that begin with `>`, and what introduces them."""
    own: list[str] = []
    quoted: list[str] = []
    lines = text.split("\n")
    for place, line in enumerate(lines):
        following = next((later for later in lines[place + 1 : place + 4] if later.strip()), "")
        if _ORIGINAL.match(line):
            quoted += lines[place:]
            break
        introduces = following.startswith(">") and _INTRODUCES.match(line)
        (quoted if line.startswith(">") or introduces else own).append(line)
    return "\n".join(own).rstrip("\n") if quoted else text, "\n".join(quoted)


def _put_attachments(row: Row, read: _Read) -> None:
    found: list[dict[str, Any]] = []
    for part, kind, _ in read.pieces:
        if kind == "message/rfc822":
            inner = part.get_payload()
            nested = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Message) else None
            inside = _Read(nested) if nested is not None else None
            if inside is not None and (date_of(inside.headers, None)[3] or _defects(inside)):
                flag(row, "nested_defect")
            found.append({"name": None, "media_type": kind, "sha256": None, "uri": None})
        elif not part.is_multipart() and not kind.startswith(("text/plain", "text/html", "multipart/")):
            digest = hashlib.sha256(_payload(part)).hexdigest()
            name, _ = readable(_file_name(part) or "")
            found.append({"name": scrub(name) or None, "media_type": kind, "sha256": digest, "uri": None})
    row["attachments"] = found


def _file_name(part: Message) -> str | None:
    try:
        found = part.get_filename()
    except (LookupError, ValueError, TypeError, AttributeError):
        return None
    return found if isinstance(found, str) else None
