"""Uploads by strangers: what they may send, and the working copy that staff see (EVIDENCE §2.8, D39).

The type is what the content says. The copy is made by structure, without a picture library and without
decoding a pixel; the original is sealed elsewhere, unchanged.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

from evenhand.evidence.uploads.documents import strip_mail, strip_pdf, strip_text
from evenhand.evidence.uploads.images import strip_jpeg, strip_png, strip_webp
from evenhand.evidence.uploads.kinds import (
    MAX_BYTES,
    MAX_PIXELS,
    REASONS,
    Kind,
    Stripped,
    UploadRefused,
    is_container,
    kind_of,
)

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "REASONS",
    "Kind",
    "Stripped",
    "UploadRefused",
    "kind_of",
    "strip",
    "strip_stream",
]

_BY_KIND: Final[Mapping[Kind, Callable[[bytes], Stripped]]] = {
    Kind.PNG: strip_png,
    Kind.JPEG: strip_jpeg,
    Kind.WEBP: strip_webp,
    Kind.PDF: strip_pdf,
    Kind.TEXT: strip_text,
    Kind.MAIL: strip_mail,
}


def strip(data: bytes) -> Stripped:
    """Return the working copy of an upload: PNG, JPEG, WebP, PDF, text, mail, a web archive or an export.

    Raises UploadRefused, with the reason and what to send instead, for every other kind, for damage, for over
    64 MiB or 50 million pixels, for PDFs that hold programs or are locked, and for archives that are bombs, lead out of
    their folder or were edited. Never raises anything else. The copy of a picture's or a PDF's copy is itself. Linear
    in the size; about three times the file in memory, for an archive a few MiB.
    """
    return strip_stream(io.BytesIO(data))


def strip_stream(stream: BinaryIO) -> Stripped:
    """Return the working copy of an upload that comes as a seekable stream; `strip` says what is refused."""
    start = stream.read(8)
    stream.seek(0)
    if is_container(start):
        # Only now: it brings all of the archive rooms along, and most files are pictures.
        from evenhand.evidence.uploads.containers import strip_container

        return strip_container(stream)
    data = stream.read(MAX_BYTES + 1)
    return _BY_KIND[kind_of(data)](data)
