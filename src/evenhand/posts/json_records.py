"""JSON files as a stream of records, whatever their outer shape: lines, one document, or a huge document.

A line is one record (`ln:7`); a value inside it or inside a document is named by a JSON pointer
(`ln:7;jp:/data/0`, `jp:/12`). Documents over 16 MiB are streamed element by element.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple, Protocol

import ijson

from evenhand.errors import UsageError
from evenhand.posts.json_bytes import Malformed, loads, loads_exact, record_sha256
from evenhand.posts.limits import Limits
from evenhand.posts.lines import BOM, TooLong, read_lines
from evenhand.posts.reader import Head, Report
from evenhand.posts.record import Row

_PEEKED: Final = 20
_MOST_INCLUDED: Final = 50_000


class JsonRecord(NamedTuple):
    """One JSON value with where it stood; `raw` holds its own bytes where it was a line of its own.

    A tuple, because one is made per record and a frozen dataclass costs three times as much.
    """

    value: Any
    locator: str
    raw: bytes | None = None
    beside: dict[str, Any] | None = None  # what a huge document says besides, for a record streamed out of it

    def parts(self) -> Iterator[JsonRecord]:
        """Yield the elements of a list as records; nothing if the value is no list."""
        if isinstance(self.value, list):
            for index, element in enumerate(self.value):
                yield JsonRecord(element, self._inner(str(index)))

    def at(self, name: str) -> JsonRecord:
        """Return the value under a key (None if there is none) as a record."""
        return JsonRecord(self.value.get(name), self._inner(name))

    def _inner(self, name: str) -> str:
        name = name.replace("~", "~0").replace("/", "~1")
        if "jp:" in self.locator:
            return f"{self.locator}/{name}"
        return f"{self.locator};jp:/{name}" if self.locator else f"jp:/{name}"

    def locate(self, row: Row) -> None:
        """Fill a row's locator and raw hash (in place)."""
        row["locator"] = self.locator or "jp:"
        if self.raw is not None:
            row["raw_record_sha256"] = hashlib.sha256(self.raw).hexdigest()
            return
        digest, by_stdlib = record_sha256(self.value)
        row["raw_record_sha256"] = digest
        if by_stdlib:
            row.setdefault("flags", []).append("hash_stdlib")


class Damaged(UsageError):
    """A file, or a member of one, that should hold JSON and does not."""


class Readable(Protocol):
    """What records are read from: a source, or a part of one."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def size(self) -> int:
        """Its size in bytes; for a member of an archive as the archive declares it."""

    @property
    def limits(self) -> Limits:
        """How much it may ask of us."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Give its bytes as a stream, from the start."""


def read_json_records(source: Readable, report: Report, *, page_keys: tuple[str, ...]) -> Iterator[JsonRecord]:
    """Yield the records of a JSON or JSONL file.

    `page_keys` name the lists to stream in an object too large to hold. A line that is no JSON is refused
    and reading goes on; a document that is no JSON raises UsageError.
    """
    if is_lines(source):
        yield from _lines(source, report)
    elif source.size <= source.limits.document_bytes:
        yield _document(source)
    else:
        yield from _streamed(source, page_keys)


def is_lines(source: Readable) -> bool:
    """Return whether the first non-blank line of a file is a JSON value of its own, with more to come or not."""
    with source.open() as stream:
        for number, line in read_lines(stream, source.limits.line_bytes):
            if isinstance(line, TooLong):
                return number > 1 or source.size > source.limits.document_bytes
            if line.strip():
                return _is_one_value(line)
    return True


def _is_one_value(line: bytes) -> bool:
    try:
        loads(line)
    except Malformed:
        # Neither does the start of a pretty-printed document parse; a broken line is longer than that.
        return not line.rstrip().endswith((b"{", b"[", b",")) and len(line) > 3
    return True


def _lines(source: Readable, report: Report) -> Iterator[JsonRecord]:
    with source.open() as stream:
        for number, line in read_lines(stream, source.limits.line_bytes):
            locator = f"ln:{number}"
            if isinstance(line, TooLong):
                report.refuse(locator, "line_too_long")
            elif line and not line.isspace():
                try:
                    value, slow = loads(line)
                    if not slow and _has_float_id(value):
                        value = loads_exact(line)
                except Malformed as error:
                    report.refuse(locator, str(error))
                    continue
                yield JsonRecord(value, locator, line)


def _has_float_id(value: Any) -> bool:
    """Return whether the fast parser turned an id into a float, because it passed 64 bits."""
    return isinstance(value, dict) and (type(value.get("id")) is float or type(value.get("author_id")) is float)


def _document(source: Readable) -> JsonRecord:
    with source.open() as stream:
        data = stream.read().removeprefix(BOM)
    try:
        return JsonRecord(loads(data)[0], "")
    except Malformed as error:
        raise damaged(source.name) from error


def damaged(where: str) -> Damaged:
    """Return the refusal of a document that is no JSON."""
    return Damaged("record_malformed: this JSON document is damaged or cut short", where=where, mend="Get it again.")


def _streamed(source: Readable, page_keys: tuple[str, ...]) -> Iterator[JsonRecord]:
    """Yield the elements of a huge document: of the list it is, or of its first list under a page key."""
    try:
        with source.open() as stream:
            first = _first_letter(stream)
        beside = None if first == b"[" else _beside(source)
        for name in ("", *page_keys) if first == b"[" else page_keys:
            prefix = f"{name}.item" if name else "item"
            pointer = f"jp:/{name}/" if name else "jp:/"
            with source.open() as stream:
                skip_bom(stream)
                for index, element in enumerate(ijson.items(stream, prefix, use_float=True)):
                    yield JsonRecord(element, f"{pointer}{index}", beside=beside)
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        raise damaged(source.name) from error


def _beside(source: Readable) -> dict[str, Any]:
    """Return what the `includes` of a huge page name, up to a bound: handles and parents, never whole posts."""
    found: dict[str, Any] = {}
    for name in ("users", "tweets", "media"):
        with source.open() as stream:
            skip_bom(stream)
            items = ijson.items(stream, f"includes.{name}.item", use_float=True)
            found[name] = list(islice(items, _MOST_INCLUDED))
    return {"includes": found}


def _first_letter(stream: BinaryIO) -> bytes:
    return stream.read(4096).removeprefix(BOM).lstrip()[:1]


def skip_bom(stream: BinaryIO) -> None:
    """Step over a byte order mark at the start of a buffered stream, which need not be seekable."""
    if stream.peek(3)[:3] == BOM:  # type: ignore[attr-defined]  # every stream we open is buffered
        stream.read(3)


def peek(head: Head) -> list[Any]:
    """Return up to 20 records from the start of a file, whatever its JSON shape; [] if it holds none."""
    if "" not in head.peeked:
        head.peeked[""] = _peek(head.start, whole=head.is_whole)
    return head.peeked[""]


def peek_members(head: Head) -> Iterator[tuple[str, list[Any]]]:
    """Yield (path, first records) of the members of an archive that hold JSON; of a file by itself under ""."""
    if not head.members:
        yield "", peek(head)
    for path, start in head.member_starts.items():
        if path not in head.peeked:
            head.peeked[path] = _peek(start, whole=False) or _peek(start, whole=True)
        if head.peeked[path]:
            yield path, head.peeked[path]


def _peek(start: bytes, *, whole: bool) -> list[Any]:
    start = start.removeprefix(BOM).lstrip()
    if not start.startswith((b"{", b"[")):
        return []
    return _peek_lines(start, whole=whole) or _peek_document(start, whole=whole)


def _peek_lines(start: bytes, *, whole: bool) -> list[Any]:
    lines = [line for line in start.split(b"\n") if line.strip()]
    if not whole:
        lines = lines[:-1]
    found: list[Any] = []
    for line in lines[:_PEEKED]:
        try:
            value, _ = loads(line)
        except Malformed:
            if not found:
                return []
            continue
        found += value[:_PEEKED] if isinstance(value, list) else [value]
    return found


def _peek_document(start: bytes, *, whole: bool) -> list[Any]:
    if whole:
        try:
            value, _ = loads(start)
        except Malformed:
            return []
        return value[:_PEEKED] if isinstance(value, list) else [value]
    return [{**_peek_keys(start)}] if start.startswith(b"{") else list(_peek_items(start, "item"))


def _peek_keys(start: bytes) -> dict[str, Any]:
    """Return the top-level keys of an object that is cut; lists keep the elements that are whole."""
    keys: dict[str, Any] = {}
    try:
        for prefix, event, value in ijson.parse(io.BytesIO(start), use_float=True):
            if prefix == "" and event == "map_key":
                keys[value] = list(_peek_items(start, f"{value}.item")) or None
    except (ijson.JSONError, UnicodeDecodeError, ValueError):
        pass
    return keys


def _peek_items(start: bytes, prefix: str) -> Iterable[Any]:
    found: list[Any] = []
    try:
        for element in ijson.items(io.BytesIO(start), prefix, use_float=True):
            found.append(element)
            if len(found) == _PEEKED:
                break
    except (ijson.JSONError, UnicodeDecodeError, ValueError):
        pass
    return found
