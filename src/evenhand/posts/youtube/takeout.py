"""Comments of a Takeout: tables whose headers are localised and whose columns vary, so what is in them decides."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from evenhand.posts.fields import Unusable, dict_of, flag, key, link, mention, put_moment, put_text, side, text_of
from evenhand.posts.json_bytes import Malformed, loads
from evenhand.posts.lines import BOM
from evenhand.posts.part_reader import PartReader
from evenhand.posts.parts import Part
from evenhand.posts.reader import ODD, Direction, Head, Report, Sign
from evenhand.posts.reading_form import Reading, encode, read_text
from evenhand.posts.record import Row
from evenhand.posts.rows.encodings import TooLongText, text_lines
from evenhand.posts.times import iso_time

_COMMENT: Final = re.compile(r"Ug[\w-]{10,60}(?:\.[\w-]{5,60})?")
_CHANNEL: Final = re.compile(r"UC[\w-]{22}")
_POST: Final = re.compile(r"Ugkx[\w-]{10,60}")
_VIDEO: Final = re.compile(r"[\w-]{11}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_LOOKED_AT: Final = 200


class YouTubeTakeout(PartReader):
    """The owner's own comments; no names, no likes, no answers received."""

    source_format = "youtube_takeout/1"
    direction = Direction.OWNER_OUTGOING
    platform = "youtube"
    kinds = (".csv",)
    note = "A Takeout holds the owner's comments alone: no names, no likes, no answers received."

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if a table has ids of comments and of one channel in it."""
        starts = {"": head.start} if not head.members else head.member_starts
        for path, start in starts.items():
            if (not path or path.lower().endswith(self.kinds)) and not start.startswith((b"{", b"[", b"PK")):
                text = start.removeprefix(BOM).decode("utf-8", "replace")
                if {"id", "channel", "text"} <= columns_by_content(_cells(text)[1:]).keys():
                    return Sign(self.source_format, 0.95, ("comment ids, one channel id, texts as JSON",))
        return None

    def known(self, value: Any) -> str | None:
        """Return None: a Takeout is no JSON."""
        return None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per comment of a table."""
        base = self.base(part) | {"record_kind": "comment", "author_basis": "archive_owner"}
        with part.open() as stream:
            lines = text_lines(stream, "utf-8", part.limits.line_bytes)
            sample, rest = _sampled(_records(lines))
            columns = columns_by_content([cells for _, cells, _ in sample[1:]])
            if "id" not in columns or "text" not in columns:
                if part.path is None:  # else it is another table of the Takeout
                    _refuse_all(_chained(sample[1:], rest), report)
                return
            width = len(sample[0][1])
            for number, (raw, cells, whole) in enumerate(_chained(sample[1:], rest), 1):
                locator = f"row:{number}"
                if not whole or len(cells) > width:
                    report.refuse(part.at(locator), "row_too_wide" if whole else "line_too_long")
                    continue
                row = base | {"locator": locator, "flags": []}
                row["raw_record_sha256"] = hashlib.sha256(raw.rstrip("\r\n").encode()).hexdigest()
                try:
                    yield _row(row, cells, columns)
                except Unusable as error:
                    report.refuse(part.at(locator), str(error))
                except ODD:
                    report.refuse(part.at(locator), "record_malformed")


def _refuse_all(records: Iterator[Taken], report: Report) -> None:
    for number, _ in enumerate(records, 1):
        report.refuse(f"row:{number}", "record_not_recognised")


def _cells(text: str) -> list[list[str]]:
    try:
        return [cells for cells in csv.reader(io.StringIO(text[:200_000], newline="")) if cells]
    except csv.Error:
        return []


Taken = tuple[str, list[str], bool]


def _records(lines: Iterator[str]) -> Iterator[Taken]:
    """Yield (text, cells, whether it is whole) of each record of a table."""
    taken: list[str] = []
    broken = False

    def told() -> Iterator[str]:
        nonlocal broken
        for line in lines:
            broken = broken or isinstance(line, TooLongText)
            taken.append(line)
            yield line or "\n"

    reader = csv.reader(told())
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            cells, broken = [], True
        if cells is None:
            return
        if cells or broken:
            yield "".join(taken), cells, not broken
        taken.clear()
        broken = False


def _sampled(records: Iterator[Taken]) -> tuple[list[Taken], Iterator[Taken]]:
    first = [taken for taken, _ in zip(records, range(_LOOKED_AT), strict=False)]
    return first or [("", [], True)], records


def _chained(first: list[Taken], rest: Iterator[Taken]) -> Iterator[Taken]:
    yield from first
    yield from rest


def columns_by_content(rows: list[list[str]]) -> dict[str, int]:
    """Return which column is which, told by what stands in most of its cells: ids by their form, the text as JSON."""
    rows = [cells for cells in rows if len(cells) > 2]
    found: dict[str, int] = {}
    comments = []
    for place in range(max(map(len, rows), default=0)):
        values = [cells[place] for cells in rows if place < len(cells) and cells[place]]
        named = _kind_of(values)
        if named == "comment":
            # Each row has an id of its own; a parent may stand in several, and in the first of a thread in none.
            comments.append((len(set(values)), len(values), -place))
        elif named:
            found.setdefault(named, place)
    if comments:
        own, *others = sorted(comments, reverse=True)
        found["id"] = -own[2]
        if others:
            found["parent"] = -others[0][2]
    return found


def _kind_of(values: list[str]) -> str | None:
    """Return what a column holds by most of its cells that are not empty: a damaged cell hides no column."""
    commonest = Counter(values).most_common(1)
    if commonest and commonest[0][1] * 2 > len(values) and _CHANNEL.fullmatch(commonest[0][0]):
        return "channel"
    for name, fits in _FORMS.items():
        if sum(1 for value in values if fits(value)) * 2 > len(values):
            return name
    return None


_FORMS: Final[dict[str, Callable[[str], object]]] = {
    "post": _POST.fullmatch,
    "comment": _COMMENT.fullmatch,
    "time": _TIME.match,
    "text": lambda value: value.lstrip().startswith('{"'),
    "video": _VIDEO.fullmatch,
}


_SHAPES: Final = {"channel": _CHANNEL, "parent": _COMMENT, "video": _VIDEO, "post": _POST}


def _row(row: Row, cells: list[str], columns: dict[str, int]) -> Row:
    said = {name: cells[place] for name, place in columns.items() if place < len(cells) and cells[place]}
    identity = said.get("id")
    if identity is None or not _COMMENT.fullmatch(identity):
        raise Unusable("id_missing")
    for name, form in _SHAPES.items():
        if name in said and not form.fullmatch(said[name]):
            del said[name]  # a damaged cell is no id
            flag(row, "cell_malformed")
    row |= {"native_id": identity, "record_key": f"youtube:{identity}", "author_id": said.get("channel")}
    if "time" in said:
        put_moment(row, said["time"], iso_time(said["time"]))
    row["relation"] = "reply"
    row["reply_to"] = row["thread_root"] = key("youtube", said.get("parent"))
    row["target_unresolved"] = None if row["reply_to"] else said.get("video") or said.get("post")
    side(row, video=said.get("video"), post=said.get("post"))
    _put_words(row, said.get("text", ""))
    return row


def _put_words(row: Row, cell: str) -> None:
    """Fill the text of a cell: JSON objects joined by commas without brackets; `text_raw` is the cell."""
    try:
        runs, _ = loads(b"[" + encode(cell) + b"]")
    except Malformed:
        put_text(row, read_text(cell, entities=False))
        flag(row, "text_not_parsed")
        return
    words, mentions, links = [], [], []
    at = 0
    for run in runs:
        text = text_of(dict_of(run).get("text")) or ""
        target = dict_of(dict_of(run).get("mention")).get("externalChannelId")
        if text_of(target):
            mentions.append(mention(identity=target, handle=text.removeprefix("@"), at=(at, at + len(text))))
        address = dict_of(dict_of(run).get("videoLink")).get("externalVideoId")
        if text_of(address):
            links.append(link(f"https://www.youtube.com/watch?v={address}", text or None))
        words.append(text)
        at += len(text)
    joined = read_text("".join(words), entities=False)
    put_text(row, Reading(encode(cell), joined.norm, None, ("joined_runs", *joined.steps), joined.flags))
    row["mentions"], row["urls"] = mentions, links
