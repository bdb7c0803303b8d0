"""Readers of e-mail: one message (.eml) and mailboxes (mbox)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Final

from evenhand.posts.mail.mbox import Taken, messages_of
from evenhand.posts.mail.message import MailReading, rows_of_mail
from evenhand.posts.part_reader import PartReader
from evenhand.posts.parts import Part
from evenhand.posts.reader import ODD, Direction, Head, Report, Sign
from evenhand.posts.record import Row
from evenhand.posts.seen import Seen

_FROM_LINE: Final = re.compile(rb"From [^\n]{0,500}\n(?:>?[A-Za-z][A-Za-z0-9-]{0,60}:|From )")
_HEADER: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}:[ \t\r\n]?")
_ASKED_FOR: Final = (b"from:", b"received:", b"date:", b"message-id:", b"mime-version:", b"subject:", b"resent-date:")


class Mail(PartReader):
    """Messages as they came; whom they are from is what they say of themselves."""

    source_format = "mail/1"
    direction = Direction.INCOMING
    platform = "email"
    provenance = "user_statement"
    kinds = (".eml", ".mbox", ".mbx")
    note = "The sender of a mail is what the mail says; only a signature that was checked says more."

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if the file, or a member, begins with a block of mail headers or the line of a mailbox."""
        starts = {"": head.start} if not head.members else head.member_starts
        for path, start in starts.items():
            if not path or path.lower().endswith(self.kinds):
                reason = _known(start)
                if reason:
                    return Sign(self.source_format, 0.95, (reason,))
        return None

    def known(self, value: Any) -> str | None:
        """Return None: mail is no JSON."""
        return None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per message."""
        base = self.base(part) | {"record_kind": "mail", "visibility": "mail"}
        seen = Seen()
        for taken in messages_of(part):
            rows = _rows(taken, base, report, part)
            if rows:
                _mark_twins(rows[0], seen)
            yield from rows


def _rows(taken: Taken, base: Row, report: Report, part: Part) -> list[Row]:
    locator = f"msg:{taken.number}"
    if taken.raw is None:
        report.refuse(part.at(locator), "message_too_large")
        return []
    row = base | {"locator": locator, "flags": []}
    try:
        return rows_of_mail(MailReading(taken.raw, taken.content, taken.from_line), row)
    except (RecursionError, *ODD):
        report.refuse(part.at(locator), "record_malformed")
        return []


def _mark_twins(row: Row, seen: Seen) -> None:
    """Flag a message that shares its Message-ID with one of other bytes before it (in place)."""
    name, _, digest = row["native_id"].rpartition("#")
    if name and seen.count(_short("name", name)) > seen.count(_short("mail", name, digest)):
        row["flags"].append("message_id_duplicate")


def _short(*words: str) -> bytes:
    return hashlib.sha1("\0".join(words).encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()


def _known(start: bytes) -> str | None:
    start = start.removeprefix(b"\xef\xbb\xbf")
    if start.startswith(b"From ") and _FROM_LINE.match(start):
        return "a From line, then headers"
    lines = start[:65_536].replace(b"\r\n", b"\n").split(b"\n\n", 1)[0].split(b"\n")
    if not _HEADER.match(lines[0]):
        return None
    headers = sum(1 for line in lines if _HEADER.match(line))
    named = {word for line in lines for word in _ASKED_FOR if line.lower().startswith(word)}
    return "a block of mail headers" if len(named) >= 2 and headers * 3 >= len(lines) else None
