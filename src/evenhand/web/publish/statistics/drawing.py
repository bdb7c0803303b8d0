"""The drawing of the four units: one bar each, in one scale. Text and table beside it say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDE: Final = 280
_ROW: Final = 54
_BAR: Final = 18


@dataclass(frozen=True, slots=True)
class Bar:
    """One unit: its name, its number in words, and the number itself; None where it is not shown."""

    name: str
    words: str
    number: int | None


def drawing(bars: Sequence[Bar], title: str, description: str) -> str:
    """Return the SVG: bars under each other, narrow enough for the smallest screen; a hidden number is dashed."""
    most = max((bar.number or 0 for bar in bars), default=0)
    rows = "".join(_row(place, bar, most) for place, bar in enumerate(bars))
    height = _ROW * len(bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" width="{WIDE}" height="{height}" '
        f'role="img" aria-labelledby="units-title units-text" fill="currentColor" font-size="13">'
        f'<title id="units-title">{escape(title)}</title><desc id="units-text">{escape(description)}</desc>{rows}</svg>'
    )


def _row(place: int, bar: Bar, most: int) -> str:
    top = place * _ROW
    text = (
        f'<text x="1" y="{top + 16}" font-weight="bold">{escape(bar.name)}</text>'
        f'<text x="{WIDE - 1}" y="{top + 16}" text-anchor="end">{escape(bar.words)}</text>'
    )
    if bar.number is None:
        return text + (
            f'<rect x="1" y="{top + 23}" width="{WIDE - 2}" height="{_BAR}" fill="none" stroke="currentColor" '
            f'stroke-dasharray="4 4"/>'
        )
    width = max(round((WIDE - 2) * bar.number / most), 1) if bar.number else 0
    frame = f'<rect x="1" y="{top + 23}" width="{WIDE - 2}" height="{_BAR}" fill="none" stroke="currentColor"/>'
    return text + frame + f'<rect x="1" y="{top + 23}" width="{width}" height="{_BAR}"/>'
