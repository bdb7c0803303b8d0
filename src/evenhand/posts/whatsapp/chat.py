"""One exported chat: which lines are headers is decided on the whole file, then it is read line by line."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Final, NamedTuple

from evenhand.errors import Ambiguous
from evenhand.posts.fields import attachment, flag, put_moment, put_text
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.lines import BOM, TooLong, read_lines
from evenhand.posts.parts import Part
from evenhand.posts.reader import Report
from evenhand.posts.reading_form import read_text, scrub, with_raw
from evenhand.posts.record import Row
from evenhand.posts.times import OUT_OF_RANGE, SECOND, Moment, local_us, zoned
from evenhand.posts.whatsapp.grammar import ATTACHED, DELETED, EDITED, MARKS, OMITTED, Header, header_of

_BACK: Final = 2 * 3600 * SECOND  # a clock set back for winter stays below
_NONE: Final = -(1 << 62)
_MOST_NAMES: Final = 20_000
_PARTS_OF_NAME: Final = 4
_GROUP: Final = 3


class _Plan(NamedTuple):
    """What the whole file says: how its headers look, where the year is, who speaks, and which lines imitate."""

    grammar: tuple[str, ...]
    order: str  # dmy, mdy or ymd
    assumed: bool
    names: frozenset[str]
    people: int


class Chat:
    """Reads a chat four times, one message in memory: twice for its plan, then for lines that imitate, and rows."""

    def __init__(self, part: Part, base: Row, report: Report) -> None:
        self._part = part
        self._report = report
        self._base = base
        self._zone = part.source.choices.timezone
        self._ids = SyntheticIds(base["member_sha256"])

    def rows(self) -> Iterator[Row]:
        """Yield a row per message, in file order."""
        plan = self._plan()
        if plan is None:
            self._report.refuse(self._part.at("ln:1"), "no_message")
            return
        visibility = "group" if plan.people >= _GROUP else "direct"
        dash, bracket = plan.grammar[1], plan.grammar[0]
        base = self._base | {"record_kind": "message", "visibility": visibility}
        if (bracket, dash, plan.order) == ("[", "-", "ymd"):
            base["platform"] = "other"  # Signal's form
        message: list[bytes] = []
        at: tuple[int, Header] | None = None
        imitates = False
        forged = self._imitations(plan)
        next_forged = next(forged, 0)
        for number, line in self._lines():
            if isinstance(line, TooLong):
                self._report.refuse(self._part.at(f"ln:{number}"), "line_too_long")
                continue
            header = self._header(line, plan)
            if number == next_forged:
                header, next_forged = None, next(forged, 0)
            if header is not None:
                if at is not None:
                    yield self._row(base, plan, at, message, forged=imitates)
                at, message, imitates = (number, header), [line], False
            elif at is None:
                if line.strip():
                    self._report.refuse(self._part.at(f"ln:{number}"), "before_first_message")
            else:
                message.append(line)
                imitates = imitates or header_of(_decoded(line)) is not None
        if at is not None:
            yield self._row(base, plan, at, message, forged=imitates)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines with their LF or CRLF, a BOM dropped."""
        with self._part.open() as stream:
            yield from read_lines(stream, self._part.limits.line_bytes, keep_ends=True)

    @staticmethod
    def _header(line: bytes, plan: _Plan) -> Header | None:
        header = header_of(_decoded(line))
        return header if header is not None and header.grammar == plan.grammar else None

    def _plan(self) -> _Plan | None:
        grammars: Counter[tuple[str, ...]] = Counter()
        for _, line in self._lines():
            header = header_of(_decoded(line))
            if header is not None:
                grammars[header.grammar] += 1
        if not grammars:
            return None
        grammar = grammars.most_common(1)[0][0]
        firsts = seconds = 0
        wide = False
        names: Counter[str] = Counter()
        for _, line in self._lines():
            text = _decoded(line)
            header = header_of(text)
            if header is None or header.grammar != grammar:
                continue
            wide = header.wide
            firsts += header.parts[0] > 12
            seconds += header.parts[1] > 12
            if len(names) < _MOST_NAMES:
                names.update(_prefixes(text[header.length :]))
        order, assumed = self._order(wide=wide, firsts=firsts, seconds=seconds)
        known = _names(names)
        return _Plan(grammar, order, assumed, known, len(known))

    def _imitations(self, plan: _Plan) -> Iterator[int]:
        """Yield the numbers of the lines that look like headers but jump out of the order of the file."""
        headers = ((number, self._header(line, plan)) for number, line in self._lines())
        return _imitations((number, _local(header, plan.order)) for number, header in headers if header is not None)

    def _order(self, *, wide: bool, firsts: int, seconds: int) -> tuple[str, bool]:
        """Return (order of day, month and year, whether a person chose it); Ambiguous if the file does not tell."""
        if wide:
            return "ymd", False
        if firsts or seconds:
            return ("dmy" if firsts >= seconds else "mdy"), False
        chosen = self._part.source.choices.date_order
        if chosen is None:
            raise Ambiguous(
                "do the dates begin with the day or with the month? No date in the chat tells",
                where=self._part.name,
                mend="Say --date-order dmy or --date-order mdy; nothing was imported.",
            )
        return chosen, True

    def _row(self, base: Row, plan: _Plan, at: tuple[int, Header], lines: list[bytes], *, forged: bool) -> Row:
        number, header = at
        first = _decoded(lines[0])
        name, skipped = _name_in(first[header.length :], plan.names)
        head = len(first[: header.length + skipped].encode("utf-8", "surrogateescape"))
        whole = b"".join(lines)
        body = whole[head:].removesuffix(b"\n").removesuffix(b"\r")
        end = number + len(lines) - 1
        row = base | {"locator": f"ln:{number}" if end == number else f"ln:{number}-{end}", "flags": []}
        row["raw_record_sha256"] = hashlib.sha256(whole.removesuffix(b"\n").removesuffix(b"\r")).hexdigest()
        put_moment(row, header.raw, self._moment(header, plan.order))
        if plan.assumed:
            flag(row, f"date_order_assumed:{plan.order}")
        row["author_display"] = name and scrub(name)
        row["author_basis"] = "address_book_label" if name else "none"
        if name is None:
            row |= {"record_kind": "system", "relation": "system"}
        put_text(row, with_raw(read_text(body.decode("utf-8", "surrogateescape"), entities=False), body))
        row["text_raw_encoding"] = "utf-8"
        _put_marks(row, row["text_norm"])
        if forged:
            flag(row, "forged_header_suspected")
        row["native_id"], row["id_is_synthetic"] = self._ids.make(row, "chat"), True
        row["record_key"] = f"{row['platform']}:{row['native_id']}"
        return row

    def _moment(self, header: Header, order: str) -> Moment:
        local = _local(header, order)
        if local == _NONE:
            return OUT_OF_RANGE
        moment = zoned(local, None, self._zone)
        return moment._replace(flags=(*moment.flags, "day_period_unknown")) if header.period == "?" else moment


def _decoded(line: bytes) -> str:
    # Bytes that are no UTF-8 stay in text_raw as they are; in the reading form they are replaced and flagged.
    return line.removeprefix(BOM).decode("utf-8", "surrogateescape")


def _local(header: Header, order: str) -> int:
    """Return a header's time as local microseconds, or a number below all times if there is no such day."""
    at = {name: header.parts[place] for place, name in enumerate(order)}
    year = at["y"] if at["y"] > 99 else 2000 + at["y"]
    hour, minute, second = header.clock
    if header.period in {"am", "pm"}:
        hour = hour % 12 + (12 if header.period == "pm" else 0)
    try:
        return local_us((year, at["m"], at["d"]), (hour % 24, minute, second))
    except ValueError:
        return _NONE


def _imitations(times: Iterator[tuple[int, int]]) -> Iterator[int]:
    """Yield the numbers, of (number, time), that jump out of the order of time; it looks one ahead and no further.

    A line that runs back by over two hours imitates; so does one that runs ahead of a next line which goes on
    where the line before had stopped.
    """
    last = _NONE
    for (number, time), (_, following) in pairwise(chain(times, [(0, -_NONE)])):
        back = time < last - _BACK
        ahead = following < time - _BACK and following >= last - _BACK and last != _NONE
        if time == _NONE or back or ahead:
            yield number
        else:
            last = time


def _prefixes(rest: str) -> list[str]:
    """Return the beginnings of a line that may be a name: each up to a colon."""
    found: list[str] = []
    place = -1
    line = rest.rstrip("\r\n")
    for _ in range(_PARTS_OF_NAME):
        place = line.find(":", place + 1)
        if not 0 < place <= 100:
            break
        if place + 1 == len(line) or line[place + 1] == " ":
            found.append(line[:place])
    return found


def _names(counted: Counter[str]) -> frozenset[str]:
    """Return who speaks: of beginnings that always go together the longest, so that names may hold a colon."""
    taken: set[str] = set()
    shorter: dict[str, str] = {}
    for name, count in counted.items():
        start = name.rpartition(": ")[0]
        if start and count > 1 and counted.get(start) == count:
            shorter[start] = name
    for name in counted:
        first = name.partition(": ")[0]
        if name != first:
            continue
        while name in shorter:
            name = shorter[name]  # noqa: PLW2901 - follows the chain to its end
        taken.add(name)
    return frozenset(taken)


def _name_in(rest: str, names: frozenset[str]) -> tuple[str | None, int]:
    """Return (name, letters up to the text) of what follows a header; (None, 0) for a line of the system."""
    for prefix in reversed(_prefixes(rest)):
        if prefix in names:
            skipped = len(prefix) + 1
            return prefix, skipped + (rest[skipped : skipped + 1] == " ")
    return None, 0


def _put_marks(row: Row, text: str) -> None:
    """Note what the phone says of a message: deleted, edited, media left out or attached (in place)."""
    plain = MARKS.sub("", text).strip()
    words = plain.lower().rstrip(".")
    if words in DELETED:
        row["deletion_state"] = "deleted_by_author"
    if plain.lower().endswith(EDITED):
        flag(row, "edited_marker")
    if words in OMITTED:
        flag(row, "media_omitted")
    match = ATTACHED.match(plain)
    if match:
        row["attachments"] = [attachment(None, None, match["boxed"] or match["named"])]
