"""The elements of one member: cut at the first `=`, one trailing `;` allowed, strict JSON, never evaluated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

from evenhand.posts.archives import DAMAGED, Archive
from evenhand.posts.json_bytes import Malformed, loads, record_sha256
from evenhand.posts.limits import Limits
from evenhand.posts.reader import Report
from evenhand.posts.record import Row
from evenhand.posts.x_archive.manifest import Part

_READ: Final = 1 << 20
_TAIL: Final = 4096
_HEAD: Final = re.compile(rb"(?:\xef\xbb\xbf)?[^=]{1,200}=\s*")
_END: Final = re.compile(rb"\]\s*;?\s*\Z")
# X prints one element per indented block; raw line feeds cannot occur inside JSON strings.
_FIRST: Final = re.compile(rb"\[\s*\n( {1,8})\{")


class NotJson(Exception):
    """A member that holds something else than one JSON value; the text is the reason code."""


class Element(NamedTuple):
    """One element of a member's list, with what says where it stood.

    A tuple, because one is made per record and a frozen dataclass costs three times as much.
    """

    value: Any
    path: str
    locator: str
    member_sha256: str

    @property
    def full_locator(self) -> str:
        """Member and locator in one text, for the list of refused records."""
        return f"{self.path};{self.locator}"

    @property
    def where(self) -> Row:
        """The row fields about the member."""
        return {"member_path": self.path, "member_sha256": self.member_sha256, "locator": self.locator}

    def inner(self, value: Any, name: str) -> Element:
        """Return a value inside this element."""
        return Element(value, self.path, f"{self.locator}/{name}", self.member_sha256)

    def put_hash(self, row: Row) -> None:
        """Fill a row's raw hash (in place)."""
        digest, by_stdlib = record_sha256(self.value)
        row["raw_record_sha256"] = digest
        if by_stdlib:
            row.setdefault("flags", []).append("hash_stdlib")


def elements(part: Part, archive: Archive, limits: Limits, report: Report) -> Iterator[Element]:
    """Yield the elements of a member's list; a member that is not strict JSON is refused as a whole.

    Up to 16 MiB are parsed at once; a larger member is read twice, first for its hash and its end, then
    element by element in bounded memory.
    """
    path = part.member.path
    number = 0
    try:
        for element in _elements(part, archive, limits, report):
            number += 1
            yield element
    except NotJson as error:
        report.refuse(path, str(error))
        return
    except DAMAGED:
        report.refuse(path, "member_damaged")
        return
    if part.announced is not None and part.announced != number:
        report.note_count(part.announced, number, path)


def _elements(part: Part, archive: Archive, limits: Limits, report: Report) -> Iterator[Element]:
    with archive.open(part.member) as stream:
        data = stream.read(limits.document_bytes + 1)
    if len(data) <= limits.document_bytes:
        digest = hashlib.sha256(data).hexdigest()
        values: Iterator[tuple[int, Any]] = enumerate(_whole(data))
    else:
        digest = _hash_and_check_end(part, archive)
        values = _streamed(part, archive, limits, report)
    for index, value in values:
        yield Element(value, part.member.path, f"jp:/{index}", digest)


def _whole(data: bytes) -> list[Any]:
    match = _HEAD.match(data)
    if match is None:
        raise NotJson("member_malformed")
    body = data[match.end() :].strip()
    try:
        value, _ = loads(body.removesuffix(b";"))
    except Malformed as error:
        raise NotJson(_why_malformed(body)) from error
    if not isinstance(value, list):
        raise NotJson("member_malformed")
    return value


def _why_malformed(body: bytes) -> str:
    """Tell code after the value from a value that is broken."""
    return "member_malformed" if _END.search(body[-_TAIL:]) else "trailing_code"


def _hash_and_check_end(part: Part, archive: Archive) -> str:
    digest = hashlib.sha256()
    tail = b""
    with archive.open(part.member) as stream:
        while chunk := stream.read(_READ):
            digest.update(chunk)
            tail = (tail + chunk)[-_TAIL:]
    if not _END.search(tail):
        raise NotJson("trailing_code")
    return digest.hexdigest()


def _streamed(part: Part, archive: Archive, limits: Limits, report: Report) -> Iterator[tuple[int, Any]]:
    with archive.open(part.member) as stream:
        head = stream.read(_READ)
        match = _HEAD.match(head)
        first = _FIRST.match(head, match.end()) if match else None
        if match is None or first is None:
            raise NotJson("member_too_large")
        indent = first.group(1)
        start = first.end() - 1 - len(indent)
        for index, piece in enumerate(_pieces(head[start:], stream, indent, limits.line_bytes)):
            try:
                yield index, loads(piece)[0]
            except Malformed as error:
                report.refuse(f"{part.member.path};jp:/{index}", str(error))


def _pieces(pending: bytes, stream: BinaryIO, indent: bytes, limit: int) -> Iterator[bytes]:
    """Yield the bytes of each element of a list printed one element per block at this indentation."""
    close = b"\n" + indent + b"}"
    at, more = 0, True
    while True:
        end = pending.find(close, at)
        while end < 0 and more:
            chunk = stream.read(_READ)
            more = bool(chunk)
            searched = max(0, len(pending) - at - len(close))
            pending, at = pending[at:] + chunk, 0
            end = pending.find(close, searched)
            if len(pending) > limit + _READ:
                raise NotJson("record_too_large")
        if end < 0:
            return
        yield pending[at : end + len(close)].lstrip(b",\r\n ")
        at = end + len(close)
