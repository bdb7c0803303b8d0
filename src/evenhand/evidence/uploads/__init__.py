"""Uploads by strangers: what they may send, and the working copy that staff see (EVIDENCE §2.8, D39).

The type is what the content says. The copy is made by structure, without a picture library and without
decoding a pixel; the original is sealed elsewhere, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from evenhand.evidence.uploads.documents import strip_mail, strip_pdf, strip_text
from evenhand.evidence.uploads.images import strip_jpeg, strip_png, strip_webp
from evenhand.evidence.uploads.kinds import MAX_BYTES, MAX_PIXELS, Kind, Stripped, UploadRefused, kind_of

__all__ = ["MAX_BYTES", "MAX_PIXELS", "Kind", "Stripped", "UploadRefused", "kind_of", "strip"]

_BY_KIND: Final[Mapping[Kind, Callable[[bytes], Stripped]]] = {
    Kind.PNG: strip_png,
    Kind.JPEG: strip_jpeg,
    Kind.WEBP: strip_webp,
    Kind.PDF: strip_pdf,
    Kind.TEXT: strip_text,
    Kind.MAIL: strip_mail,
}


def strip(data: bytes) -> Stripped:
    """Return the working copy of an upload: PNG, JPEG, WebP, PDF, plain text or a mail file.

    Raises UploadRefused, with the reason and what to send instead, for every other kind, for damage, for over
    64 MiB or 50 million pixels, and for PDFs that hold programs or are locked. Never raises anything else.
    The copy of a picture's or a PDF's copy is itself. Linear in the size; about three times the file in memory.
    """
    return _BY_KIND[kind_of(data)](data)
