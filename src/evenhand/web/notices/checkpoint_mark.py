"""The newest checkpoint of the record, as letters and mails show it: a copy outside, with whoever gets them."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Final

import segno
from django.utils.safestring import SafeString, mark_safe

from evenhand.ledger.store import Checkpoint
from evenhand.web.record.queries import latest_checkpoint

MOST: Final = 500
"""Bytes: what a QR code still holds at a size that a telephone reads from paper."""
_BORDER: Final = 4  # modules: the quiet zone of ISO/IEC 18004


def newest_note() -> str:
    """Return the newest checkpoint as the log signed it, or nothing before the first, or where it is too long."""
    return note_of(latest_checkpoint())


def note_of(checkpoint: Checkpoint | None) -> str:
    """Return what the log signed of a checkpoint, without what witnesses added; nothing where it is too long."""
    note = checkpoint.note.decode() if checkpoint else ""
    return note if len(note.encode()) <= MOST else ""


@lru_cache(maxsize=8)
def qr_svg(note: str, title: str) -> SafeString:
    """Return a note as a QR code: an SVG element of fixed form. About 30 ms, once for each checkpoint."""
    drawn = _square(note).svg_inline(scale=3, border=_BORDER, svgclass=None, lineclass=None, title=title)
    return mark_safe(drawn)  # noqa: S308 drawn by the library from modules; the title is our own words, escaped by it


def qr_png(note: str) -> bytes:
    """Return the same square as a picture, for mail: programs that read mail draw no SVG."""
    drawn = BytesIO()
    _square(note).save(drawn, kind="png", scale=4, border=_BORDER)
    return drawn.getvalue()


def _square(note: str) -> segno.QRCode:
    return segno.make_qr(note, error="l", encoding="utf-8")
