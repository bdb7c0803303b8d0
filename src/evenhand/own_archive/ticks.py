"""The list to tick off: a plain text file beside the report, one line per record, that survives re-runs.

    [ ]   12  x:1742…  wrote  2024-03-03  2.1  https://x.com/i/status/1742…

A person ticks with any editor, `[x]`, or by `evenhand archive tick`. No text of a post stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evenhand.errors import UsageError
from evenhand.files import whole_file
from evenhand.own_archive.findings import Finding

_LINE: Final = re.compile(r"\[([ xX])\]\s+(\d{1,9})\s+(\S+)(?:\s+(.*))?")
_LARGEST: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tick:
    """One line: the number of a record, whether it is done, and where to find it."""

    number: int
    done: bool = False
    about: str = ""


class Ticks:
    """The lines of a list, by record key. A number stays with its record for good."""

    def __init__(self, lines: dict[str, Tick] | None = None) -> None:
        self._lines = lines or {}
        self._seen: set[str] = set()
        self._next = max((tick.number for tick in self._lines.values()), default=0) + 1

    @classmethod
    def read(cls, path: Path) -> Ticks:
        """Return the list in a file, an empty one if there is no file; UsageError with the line that is no tick."""
        if not path.exists():
            return cls()
        if path.stat().st_size > _LARGEST:
            raise UsageError("this is too large for a list of ticks", where=str(path), mend="Name the right file.")
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError("this is no list of ticks", where=str(path), mend="Name another file.") from None
        return cls(dict(_lines(text, path)))

    def of(self, finding: Finding) -> Tick:
        """Return the line of a finding; a record that was not in the list gets the next number."""
        self._seen.add(finding.key)
        tick = self._lines.get(finding.key)
        if tick is None:
            tick, self._next = Tick(self._next), self._next + 1
        about = [finding.act, finding.day or "-", finding.clause.replace(" ", "_"), finding.link or finding.where]
        self._lines[finding.key] = tick = replace(tick, about="  ".join(about))
        return tick

    def mark(self, numbers: Iterable[int], *, done: bool = True) -> int:
        """Tick these numbers (or take the tick back) and return how many; UsageError for one that is not there."""
        wanted = set(numbers)
        keys = {tick.number: key for key, tick in self._lines.items()}
        unknown = sorted(wanted - set(keys))
        if unknown:
            raise UsageError(f"there is no number {unknown[0]} in the list", mend="The report shows the numbers.")
        for number in wanted:
            self._lines[keys[number]] = replace(self._lines[keys[number]], done=done)
        return len(wanted)

    @property
    def done(self) -> int:
        """How many lines are ticked."""
        return sum(tick.done for tick in self._lines.values())

    @property
    def left(self) -> int:
        """How many lines are not ticked."""
        return len(self._lines) - self.done

    @property
    def vanished(self) -> int:
        """How many lines stand in the list that this run did not find again."""
        return len(self._lines.keys() - self._seen)

    def write(self, path: Path, heading: Iterable[str]) -> None:
        """Write the list, whole or not at all, the lines in the order of their numbers below a heading."""
        with whole_file(path) as file:
            for line in heading:
                file.write(f"# {line}\n".encode())
            for key, tick in sorted(self._lines.items(), key=lambda pair: pair[1].number):
                mark = "x" if tick.done else " "
                file.write(f"[{mark}] {tick.number:>5}  {key}  {tick.about}".rstrip().encode() + b"\n")


def heading_of(path: Path) -> list[str]:
    """Return the comment lines at the top of a list, to write it again below the same ones."""
    with path.open(encoding="utf-8-sig") as file:
        return [line[1:].strip() for line in file if line.startswith("#")]


def _lines(text: str, path: Path) -> Iterator[tuple[str, Tick]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise UsageError(
                "this line is no tick", where=f"{path} line {number}", mend="A line looks like: [x] 12 x:1742 …"
            )
        yield match[3], Tick(int(match[2]), match[1] != " ", match[4] or "")
