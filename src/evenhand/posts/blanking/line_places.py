"""Where lines, rows of tables, messages of mailboxes and of chats stand, byte by byte."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import BinaryIO, Final

from evenhand.errors import UsageError
from evenhand.posts.blanking.edits import CannotBlank, Edit, Why
from evenhand.posts.blanking.json_places import edits_in, pointers, tree
from evenhand.posts.lines import BOM
from evenhand.posts.parts import Part
from evenhand.posts.rows.encodings import TooLongText, encoding_of, text_lines
from evenhand.posts.rows.tables import PARQUET_MAGIC, delimiter_of
from evenhand.posts.whatsapp.grammar import header_of

Lines = Iterator[tuple[int, int, bytes]]
_HEADER: Final = b"X:"


def lines_of(stream: BinaryIO, limit: int) -> Lines:
    """Yield (number from 1, place, bytes with their ending) of each line; an over-long one comes in pieces of `limit`.

    A byte order mark at the start belongs to no line.
    """
    number, place, goes_on = 0, 0, False
    while line := stream.readline(limit):
        if not place and line.startswith(BOM):
            line, place = line[len(BOM) :], len(BOM)
        number += not goes_on
        goes_on = not line.endswith(b"\n")
        yield number, place, line
        place += len(line)


def json_lines(part: Part, gone: Collection[str], kept: Collection[str], *, names_stay: bool) -> list[Edit]:
    """Return what blanks JSON lines `ln:7`, or values in them `ln:7;jp:/data/0`."""
    asked, stays = _by_line(gone), _by_line(kept)
    edits: list[Edit] = []
    with part.open() as stream:
        for number, place, line in lines_of(stream, part.limits.line_bytes + 2):
            if number in asked:
                root = tree(pointers(asked.pop(number)), pointers(stays.get(number, [])))
                edits += edits_in(io.BytesIO(line), root, start=place, names_stay=names_stay)
    if asked:
        raise CannotBlank(Why.SHAPE)
    return edits


def _by_line(locators: Collection[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for locator in locators:
        line, _, pointer = locator.removeprefix("ln:").partition(";")
        if not line.isdecimal():
            raise CannotBlank(Why.SHAPE)
        found[int(line)].append(pointer or "jp:")
    return found


def chat_lines(part: Part, gone: Collection[str]) -> list[Edit]:
    """Return what blanks messages of a chat `ln:7-9`: date and time of the first line stay, else it were no message."""
    spans = sorted(_span(locator) for locator in gone)
    wanted = {number: number == first for first, last in spans for number in range(first, last + 1)}
    edits = []
    with part.open() as stream:
        for number, place, line in lines_of(stream, part.limits.line_bytes + 2):
            if number in wanted:
                keeps = _header_bytes(line) if wanted[number] else 0
                edits.append(Edit(place + keeps, place + len(line.rstrip(b"\r\n"))))
    return edits


def _span(locator: str) -> tuple[int, int]:
    first, _, last = locator.removeprefix("ln:").partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        raise CannotBlank(Why.SHAPE)
    return int(first), int(last or first)


def _header_bytes(line: bytes) -> int:
    text = line.decode("utf-8", "replace")
    header = header_of(text)
    if header is None or "\ufffd" in text[: header.length]:
        raise CannotBlank(Why.SHAPE)
    return len(text[: header.length].encode())


def table_rows(part: Part, gone: Collection[str]) -> list[Edit]:
    """Return what blanks rows `row:3` of a table of delimited text: as many cells, empty but the last, of spaces."""
    wanted = {locator.removeprefix("row:") for locator in gone}
    with part.open() as stream:
        start = stream.read(len(PARQUET_MAGIC))
    if start == PARQUET_MAGIC or not all(number.isdecimal() for number in wanted):
        raise CannotBlank(Why.SHAPE)
    encoding = _encoding(part)
    edits: list[Edit] = []
    with part.open() as stream:
        for number, place, text, cells, delimiter in _rows(stream, encoding, part.limits.line_bytes):
            if str(number) in wanted:
                wanted.discard(str(number))
                size = len(text.rstrip("\r\n").encode(encoding))
                head = (delimiter * (len(cells) - 1)).encode(encoding)
                edits.append(Edit(place, place + size, head, " ".encode(encoding)))
    if wanted:
        raise CannotBlank(Why.SHAPE)
    return edits


def _encoding(part: Part) -> str:
    if part.path is not None:
        return "utf-8"  # members are read as nothing else
    try:
        return encoding_of(part.source)[0]
    except (UsageError, UnicodeDecodeError) as error:
        raise CannotBlank(Why.SHAPE) from error


def _rows(stream: BinaryIO, encoding: str, limit: int) -> Iterator[tuple[int, int, str, list[str], str]]:
    """Yield (number, place in bytes, text, cells, delimiter) of each row after the head."""
    mark = "\ufeff".encode(encoding) if encoding.startswith("utf") else b""
    has_mark = stream.peek(max(len(mark), 1)).startswith(mark)  # type: ignore[attr-defined] # every stream of ours is buffered
    place = len(mark) if has_mark else 0
    taken: list[str] = []
    lines = text_lines(stream, encoding, limit)
    head = next(lines, "")
    place += len(head.encode(encoding))

    def told() -> Iterator[str]:
        for line in lines:
            if isinstance(line, TooLongText):
                raise CannotBlank(Why.SHAPE)
            taken.append(line)
            yield line

    delimiter, number = delimiter_of(head), 0
    try:
        for cells in csv.reader(told(), delimiter=delimiter):
            text = "".join(taken)
            taken.clear()
            if cells:
                number += 1
                yield number, place, text, cells, delimiter
            place += len(text.encode(encoding))
    except (csv.Error, UnicodeDecodeError) as error:
        raise CannotBlank(Why.SHAPE) from error


def mailbox_messages(part: Part, gone: Collection[str]) -> list[Edit]:
    """Return what blanks messages `msg:2` of a mailbox: a bare `From ` line, one empty header, lines of spaces."""
    wanted = {locator.removeprefix("msg:").partition(";")[0] for locator in gone}
    edits: list[Edit] = []
    number, blank, line_of = 0, True, 0
    with part.open() as stream:
        if not stream.peek(8).removeprefix(BOM).startswith(b"From "):  # type: ignore[attr-defined] # buffered
            raise CannotBlank(Why.ALONE)
        for _, place, line in lines_of(stream, part.limits.line_bytes + 2):
            if blank and line.startswith(b"From "):
                number, line_of = number + 1, 0
            blank = not line.strip()
            if str(number) in wanted:
                edits.append(_mail_line(place, line.rstrip(b"\r\n"), line_of))
            line_of += 1
    return edits


def _mail_line(place: int, line: bytes, number: int) -> Edit:
    end = place + len(line)
    if number == 0:
        return Edit(place + len(b"From "), end)
    return Edit(place, end, _HEADER if number == 1 and len(line) >= len(_HEADER) else b"")
