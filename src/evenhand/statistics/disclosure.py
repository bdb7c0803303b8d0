"""Disclosure control: what of an exact table may be printed (PROCEDURE §10.2, D1, D2, D4, D6, D7).

Whoever reads the public copy is assumed to know every shown cell and the total exactly, by whatever means, and
to know whether anybody was under 16. Even then each cell that is not shown can still be any of at least four
numbers. Rounding comes on top; no noise is added (D5). Because all tables of one total share nothing but that
total, the union of all tables ever published hides as much as each table alone. A year beside its quarters hides
each cell that any of them hid, and its total where that, as it is printed, would narrow a quarter's hidden total.
tests/statistics checks it with a linear programme over all printed tables (D3).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.errors import UsageError
from evenhand.statistics.figures import Figure, Statistic, Unit
from evenhand.statistics.tables import Breakdown

BASE: Final = 5
SMALL: Final = 10
WIDTH: Final = 3
BELOW: Final = "<10"
NOT_SHOWN: Final = "not shown"
DOES_NOT_ADD_UP: Final = (
    "Numbers are rounded to 5 and numbers below 10 are not shown, so rows need not add up to their total."
)
UNDER_16: Final = "People under 16 are counted in the total and in no row."

_MOST: Final = 10**12


@dataclass(frozen=True, slots=True)
class Shown:
    """A printed number: its text, and between what the exact number lies."""

    text: str
    low: int
    high: int

    @property
    def is_hidden(self) -> bool:
        """Whether the text says less than a rounded number."""
        return self.text in (BELOW, NOT_SHOWN)

    @property
    def number(self) -> int | None:
        """The printed number; None where it is hidden."""
        return None if self.is_hidden else int(self.text)


_BELOW: Final = Shown(BELOW, 1, SMALL - 1)
_HIDDEN: Final = Shown(NOT_SHOWN, 0, _MOST)


def rounded(count: int) -> Shown:
    """Return a count as it is printed (D1): zero, `<10`, or the nearest multiple of 5; UsageError below zero."""
    if count < 0:
        raise UsageError(f"{count} is no count", mend="Count from 0.")
    if count == 0:
        return Shown("0", 0, 0)
    if count < SMALL:
        return _BELOW
    near = BASE * round(count / BASE)
    half = BASE // 2
    return Shown(str(near), max(near - half, SMALL), near + half)


@dataclass(frozen=True, slots=True)
class PublicTable:
    """A table as everybody may see it. `notes` belong to it wherever it is printed."""

    source: Breakdown
    cells: Mapping[str, Shown]
    total: Shown
    notes: tuple[str, ...] = (DOES_NOT_ADD_UP,)

    @property
    def hidden(self) -> frozenset[str]:
        """The labels whose numbers are not shown."""
        return frozenset(label for label, cell in self.cells.items() if cell.is_hidden)


def protect(table: Breakdown, quarters: Sequence[PublicTable] = ()) -> PublicTable:
    """Return the public form of a table: rounded, small cells hidden, and more cells where those could be solved.

    `quarters`: for a year, the same table of its quarters as they were printed. In a table in which everybody is
    in one cell all cells are hidden, as the zeros would say where each person stands. O(cells²).
    """
    check_labels(table.cells)
    cells = {label: rounded(count) for label, count in table.cells.items()}
    cells |= dict.fromkeys((label for label in cells if any(label in each.hidden for each in quarters)), _HIDDEN)
    if _zeros_reveal(table):
        cells = dict.fromkeys(cells, _HIDDEN)
    total = _HIDDEN if _narrows_a_quarter(rounded(table.total), quarters) else rounded(table.total)
    while _solvable(table, cells, total):
        victim = _next_to_hide(table.cells, cells)
        if victim is None:
            break
        cells[victim] = _HIDDEN
    notes = (DOES_NOT_ADD_UP, UNDER_16) if table.unit.counts_people or table.apart else (DOES_NOT_ADD_UP,)
    return PublicTable(table, cells, total, notes)


def _narrows_a_quarter(total: Shown, quarters: Sequence[PublicTable]) -> bool:
    """Whether the year's total, minus the other quarters', would say more about a quarter's hidden total."""
    parts = [each.total for each in quarters]
    for index, part in enumerate(parts):
        others = parts[:index] + parts[index + 1 :]
        least = total.low - sum(each.high for each in others)
        most = total.high - sum(each.low for each in others)
        if part.is_hidden and (least > part.low or most < part.high):
            return True
    return False


def _zeros_reveal(table: Breakdown) -> bool:
    """Whether everybody is in one cell of several, so that a zero elsewhere says where a known person stands."""
    filled = sum(count > 0 for count in table.cells.values())
    # A case is one person; that all submissions came by one channel says nothing about anybody.
    return filled == 1 and len(table.cells) > 1 and (table.unit.counts_people or table.unit is Unit.CASE)


def _solvable(table: Breakdown, cells: Mapping[str, Shown], total: Shown) -> bool:
    """Whether some hidden number, or how many were set apart, has fewer than four possible values."""
    hidden = [label for label, cell in cells.items() if cell.is_hidden]
    known = sum(count for label, count in table.cells.items() if label not in hidden)
    # A total below 10 is printed as `<10`: then even the assumed reader knows no more than that.
    low, high = (total.low, total.high) if total.is_hidden else (table.total, table.total)
    ranges = [(cells[label].low, cells[label].high) for label in hidden]
    if _narrow(ranges, max(low - known - table.apart, 0), high - known - table.apart):
        return True
    if not table.apart:
        return False
    return _narrow([(0, _MOST), *ranges], max(low - known, 0), high - known)


def _narrow(ranges: list[tuple[int, int]], low: int, high: int) -> bool:
    """Whether a number among several, whose sum lies in low..high, is confined to less than WIDTH."""
    lows, highs = sum(each for each, _ in ranges), sum(each for _, each in ranges)
    return any(min(most, high - (lows - least)) - max(least, low - (highs - most)) < WIDTH for least, most in ranges)


def _next_to_hide(counts: Mapping[str, int], cells: Mapping[str, Shown]) -> str | None:
    """Return the smallest shown cell that holds anybody, then a `<10` to blank further, then a zero; None if done."""
    shown = [label for label, cell in cells.items() if not cell.is_hidden]
    filled = [label for label in shown if counts[label]]
    below = [label for label, cell in cells.items() if cell.text == BELOW]
    order = filled or below or shown
    return min(order, key=lambda label: (counts[label], label)) if order else None


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """A single figure as it is printed; `value` None: too few stand behind it."""

    source: Figure
    value: float | None
    low: float | None = None
    high: float | None = None


def protect_figure(figure: Figure) -> PublicFigure:
    """Return a figure as it may be printed (D2): no rate, share or median with fewer than 10 behind it.

    Rates are taken from the rounded count and shares printed in whole per cent, neither when the part or the
    rest is 1 to 9, so that the exact count cannot be worked out from them.
    """
    if figure.statistic is Statistic.COUNT:
        number = rounded(int(figure.value)).number
        return PublicFigure(figure, number, number, number)
    if figure.behind < SMALL or _part_is_small(figure):
        return PublicFigure(figure, None)
    if figure.statistic is Statistic.RATE:
        factor = BASE * round(figure.behind / BASE) / figure.behind
        return _printed(figure, factor, 2)
    return _printed(figure, 1, 2 if figure.statistic is Statistic.SHARE else 0)


def _printed(figure: Figure, factor: float, places: int) -> PublicFigure:
    low, high = figure.interval.low, figure.interval.high
    return PublicFigure(figure, *(round(each * factor, places) for each in (figure.value, low, high)))


def _part_is_small(figure: Figure) -> bool:
    if figure.statistic is not Statistic.SHARE:
        return False
    part = round(figure.value * figure.behind)
    return 0 < part < SMALL or 0 < figure.behind - part < SMALL


# D6: what no label of a public table may hold, whoever made it.
_NEVER: Final = (
    (re.compile(r"@\w"), "a handle or an address"),
    (re.compile(r"https?://|www\.", re.IGNORECASE), "a link"),
    (re.compile(r"\d{4}-\d{2}-\d{2}|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"), "an exact date"),
    (re.compile(r"\d{7,}"), "an id"),
    (re.compile(r"\s\S+\s\S+\s\S+\s\S+\s\S+\s\S+\s\S+\s\S+"), "running text"),
)


def check_labels(labels: Collection[str]) -> None:
    """Raise UsageError for a label that looks like a name, handle, link, date, id or text of a post (D6)."""
    for label in labels:
        for pattern, what in _NEVER:
            if pattern.search(label):
                raise UsageError(f"a label holds {what}", where=repr(label[:40]), mend="Publish coded labels only.")


def check_branch_table(counts: Collection[int]) -> None:
    """Raise UsageError for outcomes by branch with any cell from 1 to 9: such a table is not published at all (D6)."""
    if any(0 < count < SMALL for count in counts):
        raise UsageError(
            "a branch has outcomes of fewer than 10 cases", where="branch by outcome", mend="Publish the whole body."
        )


def protect_flow(opened: int, carried_in: int, closed: int, carried_out: int) -> Mapping[str, Shown]:
    """Return the four numbers of the cases' identity as printed.

    If any of them is 1 to 9, opened and closed are both hidden: what is carried out of one period is carried
    into the next, so one hidden number alone could be solved from the neighbours.
    """
    exact = {"opened": opened, "carried_in": carried_in, "closed": closed, "carried_out": carried_out}
    printed = {label: rounded(count) for label, count in exact.items()}
    if any(cell.is_hidden for cell in printed.values()):
        printed |= {"opened": _HIDDEN, "closed": _HIDDEN}
    return printed
