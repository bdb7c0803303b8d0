"""The newest checkpoint of the record, as a letter shows it: a copy outside, in the hands of whoever gets letters."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import segno
from django.utils.safestring import SafeString, mark_safe

from evenhand.web.record.queries import latest_checkpoint

MOST: Final = 500
"""Bytes: what a QR code still holds at a size that a telephone reads from paper."""


def newest_note() -> str:
    """Return the newest checkpoint as the log signed it, or nothing before the first, or where it is too long."""
    newest = latest_checkpoint()
    note = newest.note.decode() if newest else ""
    return note if len(note.encode()) <= MOST else ""


@lru_cache(maxsize=8)
def qr_svg(note: str, title: str) -> SafeString:
    """Return a note as a QR code: an SVG element of fixed form. About 30 ms, once for each checkpoint."""
    code = segno.make_qr(note, error="l", encoding="utf-8")
    drawn = code.svg_inline(scale=3, border=4, svgclass=None, lineclass=None, title=title)
    return mark_safe(drawn)  # noqa: S308 drawn by the library from modules; the title is our own words, escaped by it
