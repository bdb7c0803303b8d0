"""Which members of an X archive hold which table: by its manifest, and by how the members start."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from evenhand.posts.archives import DAMAGED, Archive, Member
from evenhand.posts.json_bytes import Malformed, loads
from evenhand.posts.limits import MIB
from evenhand.posts.reader import Report
from evenhand.posts.said import Said

_ASSIGNS: Final = re.compile(rb"\s*window\.YTD\.([A-Za-z0-9_]{1,80})\.part\d{1,6}\s*=")
_MANIFEST_BYTES: Final = 16 * MIB


@dataclass(frozen=True, slots=True)
class Part:
    """One member of an archive: which table it holds, and how many records the manifest says it has."""

    member: Member
    kind: str
    announced: int | None


def plain_kind(name: str) -> str:
    """Return a table's name without the differences between the years: `deleted_tweets` -> `deletedtweets`."""
    return name.replace("_", "").replace("-", "").lower()


def parts_of(archive: Archive, report: Report) -> list[Part]:
    """Return the tables of an archive, as its members say themselves; the manifest gives the counts.

    A file that the manifest names and the archive lacks is noted: the archive may be split or partial.
    """
    announced = _announced(archive, report)
    found = []
    for path, member in sorted(archive.members.items(), key=lambda item: (len(item[0]), item[0])):
        if not path.endswith(".js"):
            continue
        kind = _kind_of(archive, member, report)
        if kind is not None:
            found.append(Part(member, kind, announced.pop(path, None)))
    for path, count in announced.items():
        if count and path not in archive.members:
            report.note(
                Said(
                    "member_missing: the manifest names %(place)s with %(count)s records; is the archive split?",
                    place=path,
                    count=count,
                )
            )
    return found


def _kind_of(archive: Archive, member: Member, report: Report) -> str | None:
    try:
        with archive.open(member) as stream:
            match = _ASSIGNS.match(stream.read(256).removeprefix(b"\xef\xbb\xbf"))
    except DAMAGED:
        report.refuse(member.path, "member_damaged")
        return None
    return plain_kind(match.group(1).decode()) if match else None


def _announced(archive: Archive, report: Report) -> dict[str, int | None]:
    """Return path -> number of records, as the manifest says; {} without one."""
    manifest = _manifest(archive)
    if manifest is None:
        report.note("no manifest: the tables were found by how the members start")
        return {}
    info = manifest.get("archiveInfo")
    if isinstance(info, dict) and info.get("isPartialArchive") is True:
        report.note("the archive says of itself that it is partial")
    counts: dict[str, int | None] = {}
    types = manifest.get("dataTypes")
    for described in types.values() if isinstance(types, dict) else ():
        files = described.get("files") if isinstance(described, dict) else None
        for file in files if isinstance(files, list) else ():
            if isinstance(file, dict) and isinstance(file.get("fileName"), str):
                counts[file["fileName"]] = _number(file.get("count"))
    return counts


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, (str, int)) and str(value).isdecimal() and len(str(value)) < 12 else None


def _manifest(archive: Archive) -> dict[str, Any] | None:
    for path, member in archive.members.items():
        if path.endswith("manifest.js"):
            try:
                with archive.open(member) as stream:
                    data = stream.read(_MANIFEST_BYTES)
                value, _ = loads(data.partition(b"=")[2].strip().removesuffix(b";"))
            except (*DAMAGED, Malformed):
                return None
            return value if isinstance(value, dict) else None
    return None
