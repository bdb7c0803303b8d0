"""The blanked copy of a file as a stream of bytes: its container written anew where that is packed."""

from __future__ import annotations

import bz2
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

from evenhand.posts.archives import Archive, Member
from evenhand.posts.blanking.edits import CannotBlank, Edit, Why, overlaid
from evenhand.posts.blanking.finding import Found
from evenhand.posts.blanking.json_places import edits_in, pointers, tree
from evenhand.posts.blanking.line_places import chat_lines, json_lines, mailbox_messages, table_rows
from evenhand.posts.packed import open_packed, packing_of
from evenhand.posts.parts import BROKEN, Part, archive_in, opened
from evenhand.posts.reader import Report, Source
from evenhand.posts.recognition import Recognised
from evenhand.posts.tars import GZIP_MAGIC, Tar

_READ: Final = 1 << 20
_WIDE: Final = 1 << 31
_CHATS: Final = "whatsapp/"
_RECORDS: Final = (".json", ".js", ".jsonl", ".csv", ".txt", ".html")
Edits = dict[str | None, list[Edit]]


class Packer(Protocol):
    """What packs a stream."""

    def compress(self, data: bytes, /) -> bytes:
        """Take bytes and return what is ready."""

    def flush(self) -> bytes:
        """Return the rest."""


def blanked(recognised: Recognised, found: Found, *, names_stay: bool = False) -> Iterator[bytes]:
    """Yield the bytes of a file without what was found. Memory: some MiB and the edits.

    `names_stay`: of JSON records the names stay, for readers that tell by them what the others are.

    Raises CannotBlank, as a rule before the first byte.
    """
    source = recognised.source
    try:
        edits = _edits(recognised, found, names_stay)
        with source.open() as stream:
            start = stream.read(1024)
            stream.seek(0)
            archive = archive_in(stream, start, source.limits, source.name)
            if archive is None:
                yield from _single(source, start, edits)
            elif archive.unsafe:
                raise CannotBlank(Why.SHAPE)
            elif isinstance(archive, Archive):
                yield from _zip(archive, edits, found)
            else:
                yield from _tar(source, archive, edits, found, gzipped=start.startswith(GZIP_MAGIC))
    except (*BROKEN, OSError) as error:
        raise CannotBlank(Why.UNREAD) from error


def _edits(recognised: Recognised, found: Found, names_stay: bool) -> Edits:
    """Return what to blank in each member; under None in a file by itself."""
    with opened(recognised.source, Report(recognised.source.name)) as parts:
        edits: Edits = {}
        for member in {place.member for place in found.places}:
            part = parts.get(member or "")
            if part is None:
                raise CannotBlank(Why.SHAPE)
            locators = {place.locator for place in found.places if place.member == member}
            if recognised.reader.source_format.startswith(_CHATS):
                edits[member] = chat_lines(part, locators)
            else:
                edits[member] = _of_part(part, locators, found.inside[member], names_stay)
        return edits


def _of_part(part: Part, gone: set[str], kept: set[str], names_stay: bool) -> list[Edit]:
    kinds = {locator.partition(":")[0] for locator in gone}
    if kinds == {"jp"}:
        with part.open() as stream:
            return edits_in(stream, tree(pointers(gone), pointers(kept)), names_stay=names_stay)
    if kinds == {"ln"}:
        return json_lines(part, gone, kept, names_stay=names_stay)
    if kinds == {"row"}:
        return table_rows(part, gone)
    if kinds == {"msg"}:
        return mailbox_messages(part, gone)
    raise CannotBlank(Why.SHAPE)  # blocks of a repository, records of a web archive: their own digests bind them


def _single(source: Source, start: bytes, edits: Edits) -> Iterator[bytes]:
    packing = packing_of(start)
    with source.open() as stream:
        if packing is None:
            yield from overlaid(stream, edits.get(None, ()))
            return
        with open_packed(stream, source.limits, source.name) as unpacked:
            yield from _packed(overlaid(unpacked, edits.get(None, ())), _packer(packing))


def _packer(packing: str) -> Packer:
    if packing == "gz":
        return zlib.compressobj(wbits=31)
    if packing == "bz2":
        return bz2.BZ2Compressor()
    if packing == "xz":
        return lzma.LZMACompressor()
    import zstandard

    packer: Packer = zstandard.ZstdCompressor().compressobj()
    return packer


def _packed(chunks: Iterable[bytes], packer: Packer) -> Iterator[bytes]:
    for chunk in chunks:
        if ready := packer.compress(chunk):
            yield ready
    yield packer.flush()


def _tar(source: Source, archive: Tar, edits: Edits, found: Found, *, gzipped: bool) -> Iterator[bytes]:
    """Yield a tar: members lie in it as they are, so its bytes are blanked in place."""
    moved: list[Edit] = []
    for path, member in archive.members.items():
        at = member.info.offset_data
        if _is_media(path, found):
            moved.append(Edit(at, at + member.size_declared, pad=b"\0"))
        moved += [edit._replace(start=at + edit.start, end=at + edit.end) for edit in edits.get(path, ())]
    with source.open() as stream:
        if not gzipped:
            yield from overlaid(stream, moved)
            return
        with open_packed(stream, source.limits, source.name) as unpacked:
            yield from _packed(overlaid(unpacked, moved), _packer("gz"))


def _is_media(path: str, found: Found) -> bool:
    """Return whether a member is a picture or the like of a record that goes."""
    name = path.rpartition("/")[2]
    if name.lower().endswith(_RECORDS):
        return False
    return name in found.media or name.partition("-")[0] in found.ids


class _Sink:
    """What a zip is written to: bytes are taken from it as they come. It cannot go back."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: it is in memory."""

    def take(self) -> bytes:
        """Return what was written since."""
        data = bytes(self._held)
        self._held.clear()
        return data


def _zip(archive: Archive, edits: Edits, found: Found) -> Iterator[bytes]:
    """Yield a zip of the same members, each packed as it was; a picture that goes becomes zeros of its length."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as file:  # type: ignore[call-overload] # it writes, and cannot go back
        for path, member in archive.members.items():
            media = _is_media(path, found)
            with (
                archive.open(member) as content,
                file.open(_like(member, stored=media), "w", force_zip64=member.size_declared >= _WIDE) as packed,
            ):
                cover = [Edit(0, member.size_declared, pad=b"\0")] if media else edits.get(path, ())
                for chunk in overlaid(content, cover):
                    packed.write(chunk)
                    if ready := sink.take():
                        yield ready
    yield sink.take()


def _like(member: Member, *, stored: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member.info.filename, member.info.date_time)
    # Zeros would pack to a thousandth, and be taken for a bomb.
    info.compress_type = zipfile.ZIP_STORED if stored else member.info.compress_type
    info.external_attr, info.create_system = member.info.external_attr, member.info.create_system
    return info
