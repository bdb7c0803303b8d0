"""The membership register from a CSV file: intervals and declared accounts, with every fault named by its row.

The file is hostile until read. Rows that cannot be used are listed, never guessed; because a refused row could
turn a member into somebody unknown, `Register.whole` is what a loader asks for.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from evenhand.errors import UsageError
from evenhand.membership.intervals import Interval, MemberRef
from evenhand.membership.matching import Declared, parse_declared

MAX_BYTES: Final = 1 << 30
MAX_REFUSALS: Final = 1_000
_NEEDED: Final = ("member_id", "joined")
_KNOWN: Final = (*_NEEDED, "left", "deceased", "handles", "email", "name")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BETWEEN_HANDLES = re.compile(r"[\s;|]+")
_REF = re.compile(r"[\w./:@-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RowRefused:
    """A row that was not used: its line's number in the file (the header is 1), what is wrong, how to mend it."""

    row: int
    what: str
    mend: str

    def __str__(self) -> str:
        """Return one line a person can act on."""
        return f"row {self.row}: {self.what}. {self.mend}"


@dataclass(frozen=True, slots=True)
class Contact:
    """What a look-up may compare exactly, in memory only; stored encrypted by whoever stores it."""

    email: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """What a file said. `intervals` are sorted by day of joining and do not overlap."""

    intervals: Mapping[MemberRef, tuple[Interval, ...]]
    declared: tuple[Declared, ...] = ()
    contacts: Mapping[MemberRef, Contact] = field(default_factory=dict)
    rows: int = 0
    refused: tuple[RowRefused, ...] = ()

    def whole(self) -> Register:
        """Return this register if every row was used; else raise UsageError naming the first faults.

        A register with holes would call members strangers, so loading is all or nothing.
        """
        if not self.refused:
            return self
        shown = "; ".join(str(each) for each in self.refused[:3])
        more = f" And {len(self.refused) - 3} more." if len(self.refused) > 3 else ""
        raise UsageError(
            f"{len(self.refused)} of {self.rows} rows cannot be used: {shown}{more}",
            where="register",
            mend="Nothing was loaded. Correct these rows and load the file again.",
        )


def read_register(source: Path | str) -> Register:
    """Return the register in a CSV file (a Path) or in CSV text (a str).

    Columns `member_id`, `joined`, then optionally `left`, `deceased`, `handles` (`platform:handle`, several
    with spaces between), `email`, `name`; separated by comma, semicolon or tab; UTF-8. One row per stretch of
    membership. Dates are ISO (2024-02-29) and nothing else: 03/04 is two days. Raises UsageError for a file
    that is no such table. About 1 GB per million rows at most; linear.
    """
    where, text = _text_of(source)
    return _Reading().read(_rows(where, text))


def _text_of(source: Path | str) -> tuple[str, str]:
    if isinstance(source, str):
        return "the text", source.removeprefix("\ufeff")
    where = str(source)
    try:
        with source.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"cannot be read: {getattr(error, 'strerror', None) or error}", where=where, mend="Name a CSV file."
        ) from None
    if len(raw) > MAX_BYTES:
        raise UsageError("is larger than 1 GiB", where=where, mend="Export the named columns only.")
    try:
        return where, raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"is not UTF-8 text (byte {error.start})", where=where, mend="Save it as “CSV UTF-8” and try again."
        ) from None


def _rows(where: str, text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield line number and values by column; refuse a table without the needed columns."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = _header(where, next(reader, []))
        for values in reader:
            if any(value.strip() for value in values):
                yield reader.line_num, _by_column(header, values)
    except csv.Error as error:
        raise UsageError(
            f"is no table: {error}", where=f"{where}, row {reader.line_num}", mend="Export it as CSV again."
        ) from None


def _header(where: str, names: Sequence[str]) -> list[str]:
    header = [name.strip().lower() for name in names]
    lacking = [name for name in _NEEDED if name not in header]
    if lacking:
        raise UsageError(
            f"has no column {' and '.join(lacking)}", where=where, mend=f"The columns are: {', '.join(_KNOWN)}."
        )
    unknown = [name for name in header if name not in _KNOWN]
    if unknown:
        # Whatever else a register holds is not ours to see.
        raise UsageError(
            f"has a column we do not read: {unknown[0][:40]!r}",
            where=where,
            mend=f"Export only these columns: {', '.join(_KNOWN)}.",
        )
    if len(set(header)) != len(header):
        raise UsageError("has a column twice", where=where, mend="Keep one of each.")
    return header


def _by_column(header: Sequence[str], values: Sequence[str]) -> Mapping[str, str]:
    if len(values) > len(header) and any(value.strip() for value in values[len(header) :]):
        return {"": "more values than columns"}
    return {name: value.strip() for name, value in zip(header, values, strict=False)}


class _Reading:
    """Reads row by row; keeps what was accepted, with the row it came from."""

    def __init__(self) -> None:
        self._intervals: dict[MemberRef, list[tuple[Interval, int]]] = defaultdict(list)
        self._declared: dict[Declared, None] = {}
        self._contacts: dict[MemberRef, Contact] = {}
        self._refused: list[RowRefused] = []
        self._rows = 0

    def read(self, rows: Iterator[tuple[int, Mapping[str, str]]]) -> Register:
        for number, row in rows:
            self._rows += 1
            try:
                self._row(number, row)
            except UsageError as error:
                what = f"{error.where} {error.what}".strip()
                self._refused.append(RowRefused(number, what, error.mend or "Correct it."))
            if len(self._refused) >= MAX_REFUSALS:
                break
        return Register(
            intervals={ref: tuple(each for each, _ in found) for ref, found in self._intervals.items()},
            declared=tuple(self._declared),
            contacts=self._contacts,
            rows=self._rows,
            refused=tuple(self._refused),
        )

    def _row(self, number: int, row: Mapping[str, str]) -> None:
        if "" in row:
            raise UsageError("holds more values than there are columns", mend="Quote values that hold the separator.")
        ref = _ref(row.get("member_id", ""))
        joined = _day("joined", row.get("joined", ""))
        if joined is None:
            raise UsageError("joined is empty", mend="Give the first day of this membership.")
        interval = Interval(ref, joined, _day("left", row.get("left", "")), _day("deceased", row.get("deceased", "")))
        declared = [parse_declared(ref, each) for each in _BETWEEN_HANDLES.split(row.get("handles", "")) if each]
        self._place(interval, number)
        self._declared.update(dict.fromkeys(declared))
        contact = Contact(row.get("email", ""), row.get("name", ""))
        if contact != Contact():
            self._contacts[ref] = contact

    def _place(self, interval: Interval, number: int) -> None:
        placed = self._intervals[interval.member_ref]
        for other, row in placed:
            if interval.overlaps(other):
                raise UsageError(
                    f"this membership overlaps the one in row {row} of the same member",
                    mend="Correct the dates, or join the two rows into one.",
                )
        placed.append((interval, number))
        placed.sort(key=lambda pair: pair[0].joined)


def _ref(text: str) -> MemberRef:
    if not _REF.fullmatch(text):
        raise UsageError("member_id is empty or is no id", mend="Use letters, digits and . / : @ - only.")
    return MemberRef(text)


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise UsageError(f"{name} {text[:20]!r} is no day", mend="Write days as year-month-day, such as 2024-02-29.")
