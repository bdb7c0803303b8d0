"""Whether a bundle is complete: each listed file with its bytes, no other file, the form of BagIt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Final

from evenhand.bundle.bag import DECLARATION, MANIFEST, TAGMANIFEST
from evenhand.bundle.opened import OpenedBundle
from evenhand.ledger.checking import Finding, failed, from_error, unverifiable
from evenhand.ledger.errors import Malformed, Reason

PAYLOAD: Final = ("data/items.jsonl", "data/ro-crate-metadata.json", "data/custody.html", "data/custody.jsonl")
SEAL: Final = ("proofs/bundle.entry.json", "proofs/bundle.opening.json", "proofs/bundle.tlog-proof")
TAGS: Final = (
    "bagit.txt", "bag-info.txt", MANIFEST, "verify.py", "log/checkpoint", "log/policy", "log/keyring.json", *SEAL,
)  # fmt: skip
_BY_ITSELF: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""Files that a computer may write into a folder when somebody opens it, or into a ZIP file that it makes."""
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)", re.ASCII)


@dataclass
class Listing:
    """What the lists of files say and what is there: digests of sound files, paths of damaged ones."""

    digests: dict[str, str] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    oxum: str | None = None
    """Size and number of the payload's files as bag-info.txt gives them; None where a file is missing or damaged."""


def check_listing(bundle: OpenedBundle) -> Listing:
    """Return what the files of a bundle are against its two lists."""
    listing = Listing()
    words = "a link, a device, a folder that holds nothing, or a file that is there twice"
    listing.findings += [failed(Reason.MALFORMED, name, words) for name in bundle.odd]
    declared = bundle.measure("bagit.txt") if "bagit.txt" in bundle else None
    if declared is not None and declared[0] != sha256(DECLARATION).hexdigest():
        listing.findings.append(failed(Reason.MALFORMED, "bagit.txt", "it does not say BagIt 1.0 in UTF-8"))
    lists = [_read_list(bundle, name, listing) for name in (TAGMANIFEST, MANIFEST)]
    sizes: list[int] = []
    for paths in lists:
        for path, digest in (paths or {}).items():
            listing.findings += _compare(bundle, path, digest, listing, sizes)
    if all(paths is not None for paths in lists):
        listing.findings += _strangers(bundle, {TAGMANIFEST, *(path for paths in lists for path in paths or {})})
    if not any(finding.place.startswith(("data/", MANIFEST)) for finding in listing.findings):
        listing.oxum = f"{sum(sizes)}.{len(sizes)}"
    return listing


def reason_of(path: str) -> Reason:
    """Return why a file with other bytes is wrong, by what it is for."""
    kinds = {"data/entries": Reason.ENTRY_MISMATCH, "data/openings": Reason.OPENING_MISMATCH}
    return kinds.get("/".join(path.split("/")[:2]), Reason.CONTENT_MISMATCH)


def absent(path: str) -> Finding:
    """Return what it means that a file which belongs here is not there."""
    if path == "log/checkpoint":
        return unverifiable(Reason.NO_CHECKPOINT, path, "the checkpoint is missing")
    if path in ("log/policy", "log/keyring.json"):
        return unverifiable(Reason.NO_KEY, path, "the list of keys is missing")
    if path.startswith("proofs/"):
        return unverifiable(Reason.NOT_CHECKED, path, "the proof is missing")
    return failed(Reason.ITEM_REMOVED, path, "the file is missing")


def _read_list(bundle: OpenedBundle, name: str, listing: Listing) -> dict[str, str] | None:
    if name not in bundle:
        listing.findings.append(failed(Reason.ITEM_REMOVED, name, "the list of files is missing"))
        return None
    try:
        return parse_list(bundle.read(name), payload=name == MANIFEST)
    except Malformed as error:
        listing.findings.append(from_error(error, name))
        return None


def parse_list(data: bytes, *, payload: bool) -> dict[str, str]:
    """Return path -> SHA-256 (hex) of a list of files, the payload's or that of the rest; raises Malformed."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("a list of files that is not ASCII") from None
    lines = text.split("\n")
    if lines.pop() != "" or not lines:
        raise Malformed("a list of files that does not end with a line end")
    found = [_LINE.fullmatch(line) for line in lines]
    pairs = [(match[2], match[1]) for match in found if match is not None]
    if len(pairs) != len(lines) or any(path.startswith("data/") != payload for path, _ in pairs):
        raise Malformed("a line that is not a digest and a path of this part of the bundle")
    if any(one >= other for (one, _), (other, _) in pairwise(pairs)):
        raise Malformed("lines that are not in the order of their paths")
    return dict(pairs)


def _compare(bundle: OpenedBundle, path: str, digest: str, listing: Listing, sizes: list[int]) -> Iterator[Finding]:
    if path not in bundle:
        yield absent(path)
        return
    measured = bundle.measure(path)
    if path.startswith("data/"):
        sizes.append(measured[1] if measured else 0)
    if measured is None or measured[0] != digest:
        listing.damaged.add(path)
        yield failed(reason_of(path), path, "its bytes are not those that the list of files names")
    else:
        listing.digests[path] = digest


def _strangers(bundle: OpenedBundle, listed: set[str]) -> Iterator[Finding]:
    for path in sorted(bundle.files.keys() - listed):
        yield failed(Reason.ITEM_ADDED, path, f"no list of this bundle names the file{_advice(path)}")
    for path in (*TAGS, *PAYLOAD):
        if path not in listed and path not in bundle:
            yield absent(path)


def _advice(path: str) -> str:
    """Return what to do about a file that may be nobody's doing. It fails all the same: it could say anything."""
    if path.rpartition("/")[2] not in _BY_ITSELF:
        return ""
    return "; a computer may have put it there by itself: delete it (unpack a ZIP file first), then check again"
