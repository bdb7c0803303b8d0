"""Which reader a file is for: decided by structure, never by the file name alone."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from evenhand.errors import Ambiguous, UsageError
from evenhand.posts.bluesky import BlueskyAppView, BlueskyCar, BlueskyStream
from evenhand.posts.discord import Discord
from evenhand.posts.limits import IMPORT, Limits
from evenhand.posts.mail import Mail
from evenhand.posts.mapped import mapped_readers
from evenhand.posts.mastodon import MastodonApi, MastodonArchive
from evenhand.posts.meta import Facebook, Instagram, Threads
from evenhand.posts.packed import open_packed, packing_of
from evenhand.posts.parts import BROKEN, archive_in
from evenhand.posts.reader import NO_CHOICES, Choices, Head, Reader, Sign, Source
from evenhand.posts.reddit import RedditApi, RedditDump
from evenhand.posts.rows import Rows
from evenhand.posts.said import Said
from evenhand.posts.slack import Slack
from evenhand.posts.telegram import Telegram
from evenhand.posts.tiktok import TikTok
from evenhand.posts.webarchive import WebArchive
from evenhand.posts.whatsapp import WhatsApp
from evenhand.posts.x_api import XApi
from evenhand.posts.x_archive import XArchive
from evenhand.posts.youtube import YouTubeApi, YouTubeTakeout

READERS: Final[tuple[Reader, ...]] = (
    XArchive(),
    XApi(),
    BlueskyCar(),
    BlueskyStream(),
    BlueskyAppView(),
    MastodonArchive(),
    MastodonApi(),
    Facebook(),
    Instagram(),
    Threads(),
    YouTubeApi(),
    YouTubeTakeout(),
    RedditDump(),
    RedditApi(),
    TikTok(),
    WhatsApp(),
    Telegram(),
    Discord(),
    Slack(),
    Mail(),
    WebArchive(),
    *mapped_readers(),
    Rows(),
)
"""Every reader there is. A new one in code is added here and nowhere else; a new mapping is found by itself."""

CLOSE: Final = 0.1
_MEMBER_START: Final = 1 << 14
_PEEKED_KINDS: Final = (".js", ".json", ".csv", ".txt", ".jsonl", ".eml", ".mbox", ".mbx", ".car")
_PEEKED_MEMBERS: Final = 400
_NAMED: Final = 5
_HASHED_AT_ONCE: Final = 1 << 20
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file, the reader for it and what it was recognised by."""

    source: Source
    head: Head
    reader: Reader
    sign: Sign


def head_of(path: Path, limits: Limits = IMPORT) -> Head:
    """Return what recognition looks at: 1 MiB, and for a zip its safe members and how they start."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(limits.sniff_bytes)
        stream.seek(0)
        archive = archive_in(stream, start[:1024], limits, path.name)
        if archive is not None:
            return Head(path.name, start, size, tuple(archive.members), _starts(archive))
        if packing_of(start):
            with open_packed(stream, limits, path.name) as unpacked:
                return Head(path.name, _start_of(unpacked, limits.sniff_bytes), size, packed=True)
    return Head(path.name, start, size)


def _start_of(unpacked: BinaryIO, most: int) -> bytes:
    """Return how the content of a packed file starts, as far as it can be unpacked; UsageError if nothing can."""
    start = b""
    try:
        while len(start) < most and (piece := cast("io.BufferedReader", unpacked).read1(most - len(start))):
            start += piece
    except UsageError:
        if not start:
            raise
    return start


def _starts(archive: Any) -> dict[str, bytes]:
    """Return how the members start that may hold records."""
    starts: dict[str, bytes] = {}
    likely = [member for member in archive.members.values() if member.name.lower().endswith(_PEEKED_KINDS)]
    for member in likely[:_PEEKED_MEMBERS]:
        try:
            with archive.open(member) as content:
                starts[member.path] = content.read(_MEMBER_START)
        except BROKEN:
            continue
    return starts


def sniff(head: Head, more: tuple[Reader, ...] = ()) -> list[Sign]:
    """Return every reader's sign for a file, surest first; `more` are readers an operator added, and go before ours."""
    named = {_stem(reader) for reader in more}
    ours = (reader for reader in READERS if _stem(reader) not in named)  # one of the same name takes its place
    signs = [sign for reader in (*more, *ours) if (sign := reader.sniff(head))]
    return sorted(signs, key=lambda sign: -sign.score)


def _stem(reader: Reader) -> str:
    return reader.source_format.partition("/")[0]


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file, in 1 MiB of memory."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_HASHED_AT_ONCE):
            digest.update(chunk)
    return digest.hexdigest()


def recognise(
    path: Path,
    *,
    as_format: str | None = None,
    choices: Choices = NO_CHOICES,
    limits: Limits = IMPORT,
    sha256: str | None = None,
    more: tuple[Reader, ...] = (),
) -> Recognised:
    """Return the reader for a file; `more` are readers an operator added.

    `as_format` names one and skips recognition. Raises UsageError for a file that nobody reads (empty, a
    folder, HTML, unknown), and Ambiguous when two formats fit within 0.1: a person must say which.
    """
    _check_plain(path)
    head = head_of(path, limits)
    if head.size == 0:
        raise UsageError("the file is empty", where=str(path), mend="Nothing was imported; export it again.")
    sign = _sign_of(head, path, as_format, more)
    # Hashed once somebody reads it: a file that nobody reads may be any size.
    source = Source(path, sha256 or sha256_of(path), head.size, limits, choices)
    return Recognised(source, head, reader_named(sign.source_format, more), sign)


def recognise_head(
    source: Source, head: Head, *, as_format: str | None = None, more: tuple[Reader, ...] = ()
) -> Recognised:
    """Return the reader for a source by how it starts; raises as `recognise` does."""
    sign = _sign_of(head, source.path, as_format, more)
    return Recognised(source, head, reader_named(sign.source_format, more), sign)


def _sign_of(head: Head, path: Path, as_format: str | None, more: tuple[Reader, ...]) -> Sign:
    if as_format:
        return Sign(as_format, 1.0, ("named by the operator",))
    return _clear_winner(sniff(head, more), head, path)


def _check_plain(path: Path) -> None:
    if not path.exists():
        raise UsageError("there is no such file", where=str(path), mend="Check the path.")
    if not path.is_file():
        raise UsageError("this is not a file", where=str(path), mend="Name the files inside it.")


def _clear_winner(signs: list[Sign], head: Head, path: Path) -> Sign:
    if not signs:
        raise UsageError(*_unknown(head), where=str(path), mend=_how_to_mend(head))
    if len(signs) > 1 and signs[0].score - signs[1].score < CLOSE:
        names = " or ".join(sign.source_format.partition("/")[0] for sign in signs[:2])
        raise Ambiguous(f"is this {names}?", where=str(path), mend="Say which with --as FORMAT; nothing was imported.")
    return signs[0]


def _unknown(head: Head) -> tuple[str]:
    start = head.start.lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return ("this is an HTML page, not data",)
    if head.start.startswith(_OLE):
        return ("this is a message or a document of an office program",)
    if head.members:
        named = ", ".join(head.members[:_NAMED]) + (" …" if len(head.members) > _NAMED else "")
        return (Said("this zip holds no export that a reader knows; it holds: %(members)s", members=named),)
    return ("no reader knows this format",)


def _how_to_mend(head: Head) -> str:
    start = head.start.lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "Please export JSON."
    if head.start.startswith(_OLE):
        return "Save a .msg as .eml, or forward it as an attachment; nothing was imported."
    if any(path.lower().endswith((".html", ".htm")) for path in head.members):
        return "It holds HTML pages: ask the platform for the same export as JSON."
    return Said(
        "Readers: %(readers)s. Name one with --as, or say with --mapping FILE which column is what.", readers=_known()
    )


def _known(more: tuple[Reader, ...] = ()) -> str:
    return ", ".join(dict.fromkeys(map(_stem, (*READERS, *more))))


def reader_named(name: str, more: tuple[Reader, ...] = ()) -> Reader:
    """Return a reader by name, with or without its version; UsageError if there is none."""
    for reader in (*more, *READERS):
        if name in {reader.source_format, _stem(reader)}:
            return reader
    raise UsageError(f"there is no reader '{name}'", mend=f"Readers: {_known(more)}.")
