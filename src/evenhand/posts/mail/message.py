"""One message as a row: its own words, whose they say they are, and what of it is odd."""

from __future__ import annotations

import hashlib
import re
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Any, Final, NamedTuple

from evenhand.posts.fields import flag, put_moment, put_text, side
from evenhand.posts.html_text import read_html
from evenhand.posts.mail.headers import date_of, has_bytes, ids_in, raw_header, readable, reply_of, sender_of
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


def rows_of_mail(mail: MailReading, row: Row) -> list[Row]:
    """Return the row of a message and, for a notification of a known shape, that of the post it tells of."""
    message = _parsed(mail.content)
    digest = hashlib.sha256(mail.raw).hexdigest()
    row["raw_record_sha256"] = digest
    named = ids_in(raw_header(message, "message-id") or "")
    if not named:
        flag(row, "message_id_missing")
        row["id_is_synthetic"] = True
    row["native_id"] = f"{named[0] if named else ''}#{digest[:16]}"
    row["record_key"] = f"email:{row['native_id']}"
    _put_sender(row, message)
    raw, moment, source, flags = date_of(message, mail.from_line)
    if raw is not None:
        put_moment(row, raw, moment)
    flag(row, *flags)
    replied, odd = reply_of(message)
    row["relation"] = "reply" if replied else "post"
    row["target_unresolved"] = replied
    flag(row, *(code for code in (odd,) if code))
    flag(row, *_defects(message))
    subject, broken = readable(raw_header(message, "subject") or "")
    if broken:
        flag(row, "subject_defect")
    side(row, subject=scrub(subject) or None, date_source=source, labels=raw_header(message, "x-gmail-labels"))
    parts = _parts(message)
    _put_body(row, parts, message)
    _put_attachments(row, parts)
    told = [post for inner in (message, *_inside(parts)) if (post := post_in(inner, row, plain_text(inner)))]
    return [row, *told[:1]]


def _inside(parts: list[Message]) -> list[Message]:
    """Return the messages that lie in a message: how some programs forward."""
    found = [part.get_payload() for part in parts if part.get_content_type() == "message/rfc822"]
    return [inner[0] for inner in found if isinstance(inner, list) and inner and isinstance(inner[0], Message)]


def plain_text(message: Message) -> str:
    """Return the plain text part of a message with LF ends, earlier mail in it included; "" if there is none."""
    body = next((part for part in _parts(message) if _is_text(part, "text/plain")), None)
    return decoded(_payload(body), _charset(body))[0].replace("\r\n", "\n") if body is not None else ""


def _parsed(content: bytes) -> Message:
    return BytesParser(policy=policy.compat32).parsebytes(content)


def _put_sender(row: Row, message: Message) -> None:
    said = raw_header(message, "from")
    if any(has_bytes(raw_header(message, name) or "") for name in ("from", "subject")):
        flag(row, "header_8bit")
    if said is None:
        row["author_basis"] = "none"
        return
    address, name, broken = sender_of(said)
    row |= {"author_handle": address, "author_display": name and scrub(name)}
    row["author_basis"] = "claimed" if address or name else "none"
    if broken:
        flag(row, "from_defect")


def _defects(message: Message) -> list[str]:
    """Return what is wrong with the shape of a message, as reason codes."""
    found: list[str] = []
    names = {type(defect).__name__ for part in _parts(message) for defect in part.defects}
    if not names.isdisjoint(_HEADERS):
        found.append("header_defect")
    said = raw_header(message, "content-type")
    if said is not None and _odd_type(message, said):
        found.append("content_type_defect")
    if not names.isdisjoint(_MULTIPART):
        found.append("multipart_defect")
    return found


def _odd_type(message: Message, said: str) -> bool:
    if not _TYPE.match(said) or not said.isascii():
        return True
    return "charset" in said.lower() and _charset(message) is None


def _charset(part: Message) -> str | None:
    try:
        found = part.get_content_charset()
    except (LookupError, ValueError, TypeError, AttributeError):
        return None
    return found if found and _CHARSET.fullmatch(found) else None


def _parts(message: Message) -> list[Message]:
    """Return the parts of a message, not those of messages that lie inside it."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < _MOST_PARTS:
        part = waiting.pop(0)
        found.append(part)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [item for item in inner if isinstance(item, Message)]
    return found


def _payload(part: Message) -> bytes:
    """Return the bytes of a part after transfer decoding."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, TypeError, AttributeError, AssertionError):
        data = None
    return data if isinstance(data, bytes) else b""


def _is_text(part: Message, kind: str) -> bool:
    attached = str(raw_header(part, "content-disposition") or "").lower().lstrip().startswith("attachment")
    return part.get_content_type() == kind and not part.is_multipart() and not attached


def _put_body(row: Row, parts: list[Message], message: Message) -> None:
    """Fill the text: the plain part, else the HTML one; words quoted from earlier mail stand beside it."""
    body = next((part for part in parts if _is_text(part, "text/plain")), None)
    html = None if body is not None else next((part for part in parts if _is_text(part, "text/html")), None)
    if body is None and html is None and message.get_content_maintype() == "multipart" and not message.is_multipart():
        body = message  # a multipart that cannot be taken apart is read as it stands
    chosen = body if body is not None else html
    if chosen is None:
        flag(row, "no_text_body")
        return
    data = _payload(chosen) or str(chosen.get_payload() or "").encode("ascii", "surrogateescape")
    text, charset, odd = decoded(data, _charset(chosen))
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


def _put_attachments(row: Row, parts: list[Message]) -> None:
    found: list[dict[str, Any]] = []
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload()
            nested = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Message) else None
            if nested is not None and (date_of(nested, None)[3] or _defects(nested)):
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
