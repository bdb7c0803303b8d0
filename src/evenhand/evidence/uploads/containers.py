"""Files that hold other files: web archives (WARC, WACZ) and exports as a platform gives them (ZIP).

Their working copy is a list of what is in them, as plain text: nobody needs to open a stranger's archive to see that.
The archive itself stays sealed as it came; a place in an export is named by the member's path and its SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO, Final

from evenhand.errors import UsageError
from evenhand.evidence.uploads.kinds import REASONS, ZIP_STARTS, Kind, Stripped, UploadRefused, refused
from evenhand.posts.archives import DAMAGED, Archive
from evenhand.posts.limits import UPLOAD
from evenhand.posts.packed import open_packed, packing_of
from evenhand.posts.wacz import Signer, Wacz, check_wacz, is_wacz
from evenhand.posts.warc import WarcRecord, WarcReport, is_warc, warc_records

_WHERE: Final = "this file"
_PIECE: Final = 1 << 20
_LISTED: Final = 5_000
_SIGNERS: Final = {
    Signer.NOBODY: "signed by nobody",
    Signer.ANONYMOUS: "signed; the owner of the key is unknown",
    Signer.DOMAIN: "signed in the name of a domain; its certificate was not checked",
}


def strip_container(stream: BinaryIO) -> Stripped:
    """Return what is in a container, as a list. UploadRefused for a bomb, a locked, damaged or edited one."""
    start = stream.read(8)
    stream.seek(0)
    try:
        return _zip(stream) if start.startswith(ZIP_STARTS) else _warc(stream, start)
    except UsageError as error:
        if isinstance(error, UploadRefused):
            raise
        raise UploadRefused(error.what, where=_WHERE, mend=error.mend) from error


def _zip(stream: BinaryIO) -> Stripped:
    archive = Archive(stream, UPLOAD, _WHERE)
    names = set(archive.members)
    if "[Content_Types].xml" in names or ("mimetype" in names and any(name.startswith("META-INF/") for name in names)):
        raise refused("is an office document or a book", "Print it to a PDF, or send screenshots of it.")
    if is_wacz(archive):
        found = check_wacz(archive, UPLOAD, keep=_LISTED)
        if not found.whole:
            code, about = found.problems[0]
            reason = code if code in REASONS else "wacz"
            raise refused(f"{REASONS[reason]} ({code}: {about})", "Download it again, or send the link.", reason=reason)
        facts = {
            "signer": found.signer.value, "key": found.key, "domain": found.domain, "records": str(found.captured)
        }  # fmt: skip
        return Stripped(Kind.WACZ, _text(_told_wacz(found)), facts=facts)
    if not names:
        raise refused("is an archive with nothing in it")
    return Stripped(Kind.EXPORT, _text(_told_export(archive)))


def _warc(stream: BinaryIO, start: bytes) -> Stripped:
    packing = packing_of(start)
    if packing is not None:
        if packing != "gz" or not is_warc(open_packed(stream, UPLOAD, _WHERE).read(8)):
            raise refused("is a packed file, which we do not take here", "Unpack it, and send what is in it.")
        stream.seek(0)
    report = WarcReport()
    records = list(warc_records(stream, UPLOAD, _WHERE, report))
    if report.problems:
        code, place = report.problems[0]
        what = f"{REASONS[code]} ({code}, record {place})"
        raise refused(what, "Make it again, or send the link.", reason=code)
    text = _text(_told_records(records[:_LISTED], len(records)))
    return Stripped(Kind.WARC, text, facts={"signer": Signer.NOBODY.value, "records": str(len(records))})


def _told_export(archive: Archive) -> Iterator[str]:
    yield "bytes\tsha256\tpath"
    for path, member in sorted(archive.members.items()):
        digest, size = sha256(), 0
        try:
            with archive.open(member) as content:
                while piece := content.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
        except DAMAGED as error:
            raise refused(f"is an archive in which {path!a} is damaged", "Download it again.") from error
        yield f"{size}\t{digest.hexdigest()}\t{path}"


def _told_wacz(found: Wacz) -> Iterator[str]:
    yield f"WACZ\t{_plain(found.title)}\t{_plain(found.software)}"
    yield (
        _SIGNERS[found.signer] + (f"\t{found.domain}" if found.domain else "") + (f"\t{found.key}" if found.key else "")
    )
    yield from _told_records(found.records, found.captured)


def _told_records(records: list[WarcRecord], total: int) -> Iterator[str]:
    yield f"{total} records" + (f", the first {len(records)} listed" if total > len(records) else "")
    yield "record\tkind\ttime of capture as written\tbytes\tdigest\taddress"
    for each in records:
        row = (str(each.place), each.kind, each.date, str(each.size), each.digest, each.uri)
        yield "\t".join(map(_plain, row))


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _text(lines: Iterator[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
