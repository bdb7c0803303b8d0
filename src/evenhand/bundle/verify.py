#!/usr/bin/env python3
"""Checks a case bundle of Evenhand by itself: one file, Python 3.9 or later, no network, nothing to install.

    python3 verify.py [BUNDLE] [--policy FILE] [--keyring FILE] [--json]

BUNDLE is a folder or a ZIP file (default: the folder in which this file lies). It answers, in plain words, whether
the contents of the bundle are those that were sealed, and ends with 0 verified, 1 failed, 2 unreadable, 4 unverifiable.
It never writes into the bundle; signatures are checked by the Python package `cryptography` where it is there, else
by the program `openssl` (3.0 or later), for which a temporary folder is made and removed again.

This file shares no code with the system that wrote the bundle, so that each can be held against the other. It is one
long file on purpose: it runs where nothing of ours is installed, and has one digest to compare with a copy elsewhere.
Formats: BagIt 1.0 (RFC 8493), Merkle trees of RFC 6962, C2SP signed-note, tlog-checkpoint, tlog-proof, tlog-policy.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timezone
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

VERIFIED, UNVERIFIABLE, FAILED, UNREADABLE = "verified", "unverifiable", "failed", 2
EXIT = {VERIFIED: 0, FAILED: 1, UNVERIFIABLE: 4}
RANK = {VERIFIED: 0, UNVERIFIABLE: 1, FAILED: 2}

# What reading a damaged file or ZIP can raise.
READ_ERRORS = (OSError, ValueError, EOFError, RuntimeError, OverflowError, struct.error, zlib.error, zipfile.BadZipFile)

MAX_TEXT, MAX_ENTRY, MAX_NUMBER, MAX_PATH, MAX_DEPTH = 64 << 20, 4096, 2**53 - 1, 63, 100
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAGMANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
ITEMS, CHECKPOINT, POLICY, KEYRING = "data/items.jsonl", "log/checkpoint", "log/policy", "log/keyring.json"
HISTORY, INFO, COPY = "data/custody.jsonl", "bag-info.txt", "verify.py"
SEAL_ENTRY, SEAL_OPENING = "proofs/bundle.entry.json", "proofs/bundle.opening.json"
SEAL_PROOF = "proofs/bundle.tlog-proof"
ALWAYS_THERE = (ITEMS, "data/ro-crate-metadata.json", "data/custody.html", HISTORY)
TAGS = ("bagit.txt", INFO, MANIFEST, COPY, CHECKPOINT, POLICY, KEYRING)
SEAL = (SEAL_ENTRY, SEAL_OPENING, SEAL_PROOF)
STRAYS = (".DS_Store", "Thumbs.db", "desktop.ini")  # Finder and Explorer may write them by merely showing a folder
NO_LIST = "no list of this bundle names the file"
STRAY = f"{NO_LIST}; a computer may have put it there by itself: delete it (unpack a ZIP file first), then check again"
COMMON = (TAGMANIFEST, MANIFEST, ITEMS, CHECKPOINT, POLICY, KEYRING, *SEAL)  # what is said of any item stands on these
# What it means that a file is not there whose absence leaves something open.
LACKING, NO_KEYS = ("not_checked", "the file is missing"), ("no_key", "the list of keys is missing")
LACK = {CHECKPOINT: ("no_checkpoint", "the checkpoint is missing"), POLICY: NO_KEYS, KEYRING: NO_KEYS}
EXTRA = re.compile(  # what may stand beside an entry of a ZIP file: times, owners, large sizes; no second name
    rb"(?s)(UT(\x05\0.{5}|\x09\0.{9}|\x0d\0.{13})|ux\x0b\0.{11}|UX(\x08\0.{8}|\x0c\0.{12})|\xfe\xca\0\0|"
    rb"\x0a\0\x20\0.{32}|\x01\0(\x08\0.{8}|\x10\0.{16}|\x18\0.{24}))*"
)
INFO_FORM = re.compile(
    r"Bagging-Date: ([0-9]{4}-[0-9]{2}-[0-9]{2})\nExternal-Identifier: ([0-9a-f]{32})\nPayload-Oxum: ([0-9]+\.[0-9]+)\n"
)
POLICY_FORM = re.compile(
    rb"# Whom to trust about this log\. Compare with a copy from another source\.\n"
    rb"(?:log \S+\n)+(?:witness (\S+) \1\+[0-9a-f]{8}\+\S+ https?://[!-~]+\n)*quorum none\n"
)

# What each type of entry is, in plain words. A type that is missing here is newer than this program.
CALLED_AS = """\
submission.received: a report came in; submission.acknowledged: its receipt was confirmed; submission.triaged: a first
look was taken at a report; submission.merged: a report was joined to another; danger.recorded: a danger to somebody was
noted; welfare.called: somebody was asked how they are; lookup.made: a register was asked; case.opened: a case was
opened; case.scope_recorded: whether it is one for the organisation was written down; case.assessment_recorded: what is
alleged was assessed; case.info_asked: more information was asked for; case.info_received: more information came in;
case.informal_recorded: a step without formal proceedings; case.notice_sent: a letter went to a party;
case.charge_assessed: whether there is a case to answer was assessed; case.allegations_set: the allegations were put in
writing; case.reply_received: the reply of the person complained about; case.panel_assigned: a seat on the panel was
filled; case.recused: somebody stepped back from the case; case.hearing_recorded: a step of the hearing;
case.deliberation_recorded: a step of the panel's deliberation; case.review_recorded: a step of the independent review;
case.decided: the panel decided; case.appealed: an appeal was made; case.appeal_decided: the appeal was decided;
case.term_recorded: a measure that was decided began or ended its term; case.closed: the case was closed; case.frozen:
the case was frozen; case.withdrawn: the report was withdrawn; case.resumed: the case was taken up again;
blind.recorded: a judgement without knowing who it is about; open.recorded: a judgement knowing who it is about;
vote.recorded: a vote was cast; notice.served: what became of a letter; dialogue.recorded: words between a party and the
unit; message.sent: a message was sent; interim.recorded: a step about a temporary measure; pause.set: a pause began;
pause.ended: a pause ended; clock.recorded: a time limit was extended, ran out or was passed on; pool.appointed: people
were appointed who may be drawn; pool.frozen: who may be drawn was fixed; draw.nonce_committed: a number for later draws
was fixed unseen; draw.committed: a draw by lot was announced; draw.made: a draw by lot was made; seat.declared:
somebody declared whether they are free to judge; seat.changed: who holds a task in the case changed; contact.flagged: a
contact about the case was reported; contact.filed: a contact about the case was filed; disclosure.recorded: what a
party may learn was decided; reopening.recorded: a step towards opening the case again; conduct.review_recorded: how
somebody acted in the case was reviewed; matter.linked: the case was linked to another; party.recorded: a companion,
representative or witness was named; statement.recorded: a statement was taken; referral.recorded: it was referred to
police, a hotline or a platform; rights.recorded: a step about somebody's rights to their data; breach.recorded: a
breach of data protection was noted; lead.disposed: a person dealt with what the screening showed them; wave.filed: a
file on a wave of posts was made; evidence.sealed: a piece of evidence was taken in; evidence.batch_sealed: many pieces
of evidence were taken in; evidence.derived: a copy was made of a piece of evidence; evidence.redacted: a copy with
parts covered was made; evidence.accessed: somebody looked at evidence; evidence.exported: a bundle was made;
evidence.integrity_failed: stored evidence no longer matched; evidence.assessed: evidence was tested; evidence.graded:
how evidence came here was graded; evidence.asked: somebody was asked about evidence; evidence.quarantined: a file came
in and was set apart unseen; evidence.cleared: a file that was set apart was released; evidence.restricted: who may see
evidence was narrowed; evidence.erasure_started: an erasure began; evidence.erased: an erasure was carried out;
hold.placed: an order not to erase was made; hold.reviewed: an order not to erase was reviewed; hold.released: an order
not to erase was lifted; retention.locked: what has reached its term was locked; retention.purged: what has passed its
term was erased; corpus.imported: posts were read in; corpus.rewritten: stored posts were written anew; register.loaded:
a register of members was read in; record.read: somebody read the record; breakglass.used: a step of emergency access;
role.changed: somebody's role changed; mandate.changed: somebody's mandate changed; owner.changed: who has to act next
changed; training.recorded: a training was noted; sample.drawn: a sample was drawn for checking; shadow.recorded: a
second judgement for comparison; invariants.run: the promises of independence were tested; code.adopted: a code of
conduct was adopted; procedure.adopted: a procedure was adopted; policy.changed: a setting changed; stats.published:
figures were published; stats.corrected: published figures were corrected; key.added: a key of the log was added;
key.retired: a key of the log was replaced; key.revoked: a key of the log was declared unsafe; log.started: the log
began; log.restored: the log was restored from a copy; log.audited: the log was checked"""
CALLED = dict(each.split(": ") for each in CALLED_AS.replace("\n", " ").split("; "))

# What each reason word means, for somebody who does not know how this works inside.
MEANING = {
    "entry_mismatch": "An entry of the log is not the one that was recorded.",
    "document_mismatch": "A document is not the one that the log's entry speaks of.",
    "path_mismatch": "An entry does not stand at the place in the log that the bundle gives for it.",
    "bad_signature": "A signature does not fit what it is said to sign: one of the two was changed.",
    "unknown_log": "No key that this check trusts has signed. The bundle may be of another log than you think.",
    "quorum_not_met": "Fewer outside witnesses have signed than the policy asks for.",
    "fork_detected": "The log has shown two histories that cannot both be so. Keep this bundle and tell the auditor.",
    "after_retirement": "A key has signed that had been put out of use before that.",
    "after_revocation": "A key has signed that had been declared stolen or lost before that.",
    "superseded": "The key that signed has been replaced since. It still counts for this size of the log.",
    "revoked_key_alone": "Only a key that was later declared stolen or lost has signed: that is not enough alone.",
    "erased_lawfully": "Content was erased, and the log says so. That the entry existed can still be checked.",
    "opening_missing": "Content that the entry commits to is not here, and nothing says why.",
    "opening_mismatch": "What the bundle says an entry holds is not what was recorded.",
    "content_mismatch": "The content of a file is not the content that was recorded.",
    "item_added": "Something is here that was not in the bundle when it was sealed.",
    "item_removed": "Something is gone that was in the bundle when it was sealed.",
    "item_reordered": "The entries do not stand in the order in which they were recorded.",
    "no_checkpoint": "The log's signed statement, the checkpoint, is not here: a rewritten log would not show.",
    "no_key": "There is no key to check the signature with.",
    "no_ed25519": "This computer cannot check the signatures. Install the Python package cryptography, or OpenSSL 3.",
    "not_checked": "Something needed for a part of the check is not here, so that part was not checked.",
    "malformed": "Something is not of the form it must have: it was damaged, or made by another program.",
}

HEADLINE = {
    VERIFIED: "VERIFIED. The contents of this bundle, its folder data, are those that were sealed.",
    FAILED: "FAILED. Something in this bundle does not hold. Do not rely on it; ask its sender for another copy.",
    STRAY: "FAILED. All that does not hold is what a computer may have put there by itself: delete it and check again.",
    UNVERIFIABLE: "UNVERIFIABLE. Nothing was found that contradicts, but something needed for the check is missing.",
}

NOT_SEALED = (
    "Only the folder data is sealed. Elsewhere anybody could have written since: in bag-info.txt, in the copy of",
    "verify.py, in log and proofs beside what a signature covers. Believe nothing because it stands there.",
)
NOBODY_OUTSIDE = (
    "No signature from outside the organisation counts here. Whoever holds the log's key and all files of its machine",
    "could have rewritten everything before this was signed; only a checkpoint kept elsewhere shows that.",
)
CLOCK = (
    "Times are the organisation's own clock: nothing here checks them. A checkpoint with a witness's time proves that",
    "what it covers was there no later than that.",
)
LIMITS = (
    "This shows that what is here is what the log held when it was signed, at the places and in the order given.",
    "It does not show that nothing was left out, that what was written down is true, when, or who wrote it.",
)


class Said(Exception):
    """What a check found: the reason word, and what exactly."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason, self.words = reason, words


class Wrong(Said):
    """A check contradicts."""


class Lacking(Said):
    """Something a check needs is not there."""


def refuse(broken: object, words: str, reason: str = "malformed") -> None:
    """Raise Wrong where a rule is broken."""
    if broken:
        raise Wrong(reason, words)


class Report:
    """What was found. Each thing is said once, in the order in which it was found."""

    def __init__(self) -> None:
        self.findings: list[dict[str, Any]] = []
        self._seen: set[tuple[str, str, str]] = set()

    def add(self, verdict: str, reason: str, place: str, words: str) -> None:
        """Note one thing."""
        if (verdict, reason, place) not in self._seen:
            self._seen.add((verdict, reason, place))
            self.findings.append({"verdict": verdict, "reason": reason, "place": place, "words": words})

    def run(self, place: str, check: Callable[..., Any], *about: Any) -> Any:
        """Run one check and note what it says; return its result, or None where it did not hold."""
        try:
            return check(*about)
        except Wrong as wrong:
            self.add(FAILED, wrong.reason, place, wrong.words)
        except Lacking as lacking:
            self.add(UNVERIFIABLE, lacking.reason, place, lacking.words)
        except Exception:  # noqa: BLE001 nothing that somebody wrote into a bundle may end this program
            self.add(FAILED, "malformed", place, "it is of a form that no rule knows")
        return None

    def verdict(self, places: Iterable[str] | None = None) -> str:
        """Return the worst verdict, of these places or of all."""
        wanted = None if places is None else set(places)
        found = (each["verdict"] for each in self.findings if wanted is None or each["place"] in wanted)
        return max(found, key=lambda verdict: RANK[verdict], default=VERIFIED)


# Strict reading -------------------------------------------------------------------------------------------------


def unbase64(text: Any, size: int | None = None, *, url: bool = False) -> bytes:
    """Return the bytes of base64 that is written in the one right way; `url`: the alphabet of URLs, no padding."""
    refuse(not isinstance(text, str), "base64 that is not text")
    try:
        padded = text + "=" * (-len(text) % 4) if url else text
        data = base64.b64decode(padded.encode("ascii"), altchars=b"-_" if url else None, validate=True)
    except ValueError:
        raise Wrong("malformed", "text that is not base64") from None
    refuse(to_base64(data, url=url) != text or (size is not None and len(data) != size), "base64 of wrong form or size")
    return data


def to_base64(data: bytes, *, url: bool = False) -> str:
    """Return base64; `url`: the alphabet of URLs, no padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=") if url else base64.b64encode(data).decode()


def read_json(data: bytes) -> Any:
    """Return a JSON value; a key that occurs twice, a float, NaN and deep nesting are refused."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        refuse(len(dict(found)) != len(found), "a key occurs twice")
        return dict(found)

    no_number = partial(refuse, words="a number that is not whole")
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=pairs, parse_float=no_number, parse_constant=no_number)
        text.encode("utf-8")
    except (ValueError, RecursionError):
        raise Wrong("malformed", "it is not JSON") from None
    brackets = re.sub(r'"(?:[^"\\]+|\\.)*"|[^][{}"]+', "", text)
    depth = max(accumulate(1 if each in "[{" else -1 for each in brackets), default=0)
    refuse(depth > MAX_DEPTH, "it is nested deeper than anything in a bundle")
    return value


def one_way(data: bytes) -> Any:
    """Return JSON that is written in the one way in which bundles write it: nothing can hide between its signs."""
    value = read_json(data)
    if json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" != data:
        raise Wrong("malformed", "it is not written in the one way in which bundles write it")
    return value


def whole(value: Any, least: int = 0, most: int = MAX_NUMBER) -> int:
    """Return a whole number inside its bounds."""
    refuse(type(value) is not int or not least <= value <= most, "a number that is missing or out of bounds")
    return int(value)


def words_of(value: Any) -> list[str]:
    """Return a list of different texts, in order."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value) or sorted(set(value)) != value:
        raise Wrong("malformed", "a list of names that is none, or out of order")
    return value


def exactly(value: Any, keys: str) -> dict[str, Any]:
    """Return an object that has these keys and no other."""
    refuse(not isinstance(value, dict) or set(value) != set(keys.split()), "an object with other keys than its own")
    return dict(value)


def plain(text: Any) -> str:
    """Return text that is safe to print: no control characters, nothing endless."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(text))
    return shown if len(shown) <= 300 else shown[:299] + "\N{HORIZONTAL ELLIPSIS}"


# The files of a bundle ------------------------------------------------------------------------------------------


class Bag:
    """The files of a bundle by their paths, whether they lie in a folder or in a ZIP file."""

    def __init__(self, open_file: dict[str, Callable[[], Any]], odd: list[str]) -> None:
        self._open, self.odd, self.names = open_file, odd, sorted(open_file)

    def __contains__(self, name: str) -> bool:
        return name in self._open

    def read(self, name: str) -> bytes:
        """Return the bytes of a small file. Raises Lacking where there is none, Wrong where it cannot be read."""
        if name not in self._open:
            raise Lacking(*LACK.get(name, LACKING))
        try:
            with self._open[name]() as file:
                data: bytes = file.read(MAX_TEXT + 1)
        except READ_ERRORS:
            raise Wrong(kind_of(name), "the file cannot be read") from None
        refuse(len(data) > MAX_TEXT, "the file is far too large")
        return data

    def digest(self, name: str) -> tuple[str, int]:
        """Return the SHA-256 (hex) and the size of a file of any size."""
        found, size = hashlib.sha256(), 0
        try:
            with self._open[name]() as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    found.update(block)
                    size += len(block)
        except READ_ERRORS:
            raise Wrong(kind_of(name), "the file cannot be read") from None
        return found.hexdigest(), size


def open_bag(path: Path) -> Bag:
    """Return the bundle at a path. Raises Wrong for what cannot be read or is something else."""
    try:
        bag = folder_bag(path) if path.is_dir() else zip_bag(path)
    except READ_ERRORS:
        raise Wrong("malformed", "this is neither a folder nor a ZIP file that can be read") from None
    known = any(name in bag for name in ("bagit.txt", MANIFEST, TAGMANIFEST))
    mend = ("" if path.is_dir() else "unpack it, then ") + "check the folder that holds bagit.txt, if there is one"
    refuse(not known, f"this is no case bundle as it stands: there is no {MANIFEST} at its top; {mend}")
    return bag


def folder_bag(root: Path) -> Bag:
    """Return the bundle that lies in a folder; a link or device in it is odd and never followed."""
    files: dict[str, Callable[[], Any]] = {}
    odd, unread = list[str](), list[OSError]()
    for folder, folders, names in os.walk(root, onerror=unread.append):
        for name in sorted(folders + names) or [""]:
            found = Path(folder, name)
            path = found.relative_to(root).as_posix()
            mode = found.lstat().st_mode
            if stat.S_ISREG(mode):
                files[path] = partial(found.open, "rb")
            elif not (name and stat.S_ISDIR(mode)):  # without a name: the folder itself, which holds nothing
                odd.append(path)
    if unread:
        raise unread[0]
    return Bag(files, sorted(odd))


def zip_bag(path: Path) -> Bag:
    """Return the bundle in a ZIP file, at its top or in the one folder that it holds."""
    with path.open("rb") as file:
        refuse(file.read(19) == b"age-encryption.org/", "this is encrypted with age: decrypt it first (age -d)")
    archive = zipfile.ZipFile(path)
    check_zip(path, archive)
    names = sorted(archive.namelist())
    tops = {name.partition("/")[0] for name in names if name[-1:] != "/"}
    strip = f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name in names) else ""
    files: dict[str, Callable[[], Any]] = {}
    following = zip(names, [*names[1:], ""])  # a folder that holds nothing: its name could speak
    odd = [one[:-1].removeprefix(strip) for one, other in following if one[-1:] == "/" and not other.startswith(one)]
    for entry in archive.infolist():
        name = entry.filename.removeprefix(strip)
        if name in files or stat.S_ISLNK(entry.external_attr >> 16) or entry.filename != entry.orig_filename:
            odd.append(name)
        if entry.filename[-1:] != "/":
            files[name] = partial(archive.open, entry)
    return Bag(files, sorted(odd))


def check_zip(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse a ZIP file that is not just what it lists, in order: unpacked in another way it could be another."""
    words = "this ZIP file is not just the files it lists, or packed unusually: unpack it, then check the folder"
    strict = partial(refuse, words=words)
    listed, end, full = archive.infolist(), 0, 2**32 - 1
    with path.open("rb") as file:
        for each in listed:
            flags, kind, true = each.flag_bits, each.compress_type, (each.CRC, each.compress_size, each.file_size)
            name = each.orig_filename.encode("utf-8" if flags & 0x800 else "cp437")
            refuse(flags & 1, "this ZIP file is encrypted: unpack it with its password, then check the folder")
            strict(file.tell() != each.header_offset or flags & ~0x80E or each.comment or b"\\" in name)
            strict((kind != 8 and (kind or flags & 8 or true[1] != true[2])) or (name[-1:] == b"/" and true[2]))
            head = file.read(30)
            told = (0, 0, true[2] * any(head[22:26])) if flags & 8 else true  # 8: it is told after the file
            said = struct.pack("<4s2H3IH", b"PK\3\4", flags, kind, *told, len(name)) + name
            strict(head[:4] + head[6:10] + head[14:28] + file.read(len(name)) != said)
            extra = file.read(int.from_bytes(head[28:], "little"))
            strict(not EXTRA.fullmatch(extra) or not EXTRA.fullmatch(each.extra))
            strict(kind and not inflates(file, *true[1:]))
            file.seek(0 if kind else true[1], os.SEEK_CUR)
            strict(flags & 8 and file.read(16) != struct.pack("<4s3I", b"PK\7\x08", *true))
            end += 46 + len(name) + len(each.extra)
        start, count, few = file.tell(), len(listed), min(len(listed), 0xFFFF)
        last = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, few, few, min(end, full), min(start, full), 0)
        large = struct.pack("<4sQ4x2I4Q", b"PK\6\6", 44, 0, 0, count, count, end, start)
        large += struct.pack("<4sIQI", b"PK\6\7", 0, start + end, 1)
        file.seek(end, os.SEEK_CUR)
        rest = file.read(200)
        strict(start != archive.start_dir or (rest != last and rest[:12] + bytes(4) + rest[16:] != large + last))


def inflates(file: Any, packed: int, size: int) -> bool:
    """Return whether what follows is one stream of deflate of that length, and has that size when unpacked."""
    stream = zlib.decompressobj(-15)
    for begin in range(0, packed, 1 << 16):
        data = file.read(min(1 << 16, packed - begin))
        while data and size >= 0:
            size -= len(stream.decompress(data, 1 << 20))
            data = stream.unconsumed_tail
    return size == len(stream.flush()) and stream.eof and not stream.unused_data


def kind_of(name: str) -> str:
    """Return the reason word for a file whose bytes are not the right ones."""
    kinds = {"data/entries": "entry_mismatch", "data/openings": "opening_mismatch"}
    return kinds.get("/".join(name.split("/")[:2]), "content_mismatch")


def read_manifest(data: bytes, *, payload: bool) -> dict[str, str]:
    """Return path -> SHA-256 (hex) of a manifest: one line each, in order, no path outside its part of the bag."""
    found, last = dict[str, str](), ""
    refuse(not data.endswith(b"\n"), "a manifest that does not end with a line end")
    for line in data[:-1].split(b"\n"):
        match = re.fullmatch(rb"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)", line)
        path = "" if match is None else match.group(2).decode("ascii")
        if match is None or path.startswith("data/") != payload or path <= last:
            raise Wrong("malformed", "a manifest with a line that is no digest and path of its part, in order")
        found[path], last = match.group(1).decode("ascii"), path
    return found


class Files:
    """The completeness of a bundle: every listed file is there with its bytes, and there is no other."""

    def __init__(self, bag: Bag, report: Report) -> None:
        self.bag, self.report = bag, report
        self.digests, self.damaged = dict[str, tuple[str, int]](), set[str]()

    def check(self) -> None:
        """Check the form of the bag, both manifests, and each file against them."""
        for name in self.bag.odd:
            words = "a link, a device, a folder that holds nothing, or a file that is there twice"
            self.report.add(FAILED, "malformed", plain(name), words)
        if "bagit.txt" in self.bag and self.report.run("bagit.txt", self.bag.read, "bagit.txt") not in (BAGIT, None):
            self.report.add(FAILED, "malformed", "bagit.txt", "it does not say BagIt 1.0 in UTF-8")
        listed, complete = {TAGMANIFEST}, True
        for name, payload in ((TAGMANIFEST, False), (MANIFEST, True)):
            found = self.report.run(name, self._listed, name, payload)
            complete = complete and found is not None
            for path, digest in (found or {}).items():
                listed.add(path)
                self._compare(path, digest)
        for name in self.bag.names if complete else ():
            if name not in listed:
                stray = name.rpartition("/")[2] in STRAYS
                self.report.add(FAILED, "item_added", plain(name), STRAY if stray else NO_LIST)
        for name in TAGS + ALWAYS_THERE + SEAL if complete else ():
            if name not in listed and name not in self.bag:
                self._missing(name)

    def _listed(self, name: str, payload: bool) -> dict[str, str]:
        refuse(name not in self.bag, "the list of files is missing", "item_removed")
        return read_manifest(self.bag.read(name), payload=payload)

    def _compare(self, path: str, digest: str) -> None:
        if path not in self.bag:
            self._missing(path)
            return
        found = self.report.run(path, self.bag.digest, path)
        if found is None:
            self.damaged.add(path)
            return
        self.digests[path] = found
        if found[0] != digest:
            self.damaged.add(path)
            self.report.add(FAILED, kind_of(path), path, "these are not the bytes that the list of files names")

    def _missing(self, path: str) -> None:
        if path.startswith("proofs/") or path in LACK:
            reason, words = LACK.get(path, LACKING)
            self.report.add(UNVERIFIABLE, reason, path, words)
        else:
            self.report.add(FAILED, "item_removed", path, "the file is missing")


# The log: hashes, entries, proofs -------------------------------------------------------------------------------


def sha256(data: bytes) -> bytes:
    """Return the SHA-256."""
    return hashlib.sha256(data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node of the tree."""
    return sha256(b"\x01" + left + right)


def included(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """Return the root to which a path leads from a leaf hash (RFC 6962 §2.1.1, read backwards from the top)."""
    refuse(not 0 <= index < size, "an index that lies outside the tree")
    turns = []
    while size > 1:
        half = 1 << ((size - 1).bit_length() - 1)  # the largest power of two below the size
        right = index >= half
        turns.append(right)
        index, size = (index - half, size - half) if right else (index, half)
    refuse(len(turns) != len(path), "the proof has another length than the tree asks for", "path_mismatch")
    found = leaf
    for right, sibling in zip(reversed(turns), path):
        found = node(sibling, found) if right else node(found, sibling)
    return found


def check_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> None:
    """Return if the tree (old, old_root) is the beginning of (new, new_root); RFC 6962 §2.1.2, rebuilt from the top."""
    refuse(not 0 < old <= new, "sizes between which nothing can be shown")
    left = list(path)

    def take() -> bytes:
        refuse(not left, "the proof is too short", "fork_detected")
        return left.pop(0)

    def rebuild(old: int, new: int, known: bool) -> tuple[bytes, bytes]:
        """Return the hashes of the old and the new part of one subtree."""
        if old == new:
            whole = old_root if known else take()
            return whole, whole
        half = 1 << ((new - 1).bit_length() - 1)
        if old <= half:
            one, other = rebuild(old, half, known)
            return one, node(other, take())
        one, other = rebuild(old - half, new - half, False)
        sibling = take()
        return node(sibling, one), node(sibling, other)

    refuse(rebuild(old, new, True) != (old_root, new_root) or left, "one does not continue the other", "fork_detected")


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash under which an entry stands in the tree."""
    return sha256(b"\x00" + entry)


def commitment(field: str, nonce: bytes, value: bytes) -> bytes:
    """Return what an entry holds in the place of a value."""
    return sha256(b"evenhand/commit/v1\n" + field.encode("ascii") + b"\n" + nonce + value)


FIELD = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
TYPE = re.compile(r"[a-z][a-z0-9_]{0,31}\.[a-z][a-z0-9_]{0,31}", re.ASCII)
AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
ENTRY_KEYS = {"v", "t", "at", "n", "act", "case", "obj", "c", "pub", "ref", "cnt", "root", "why", "vkey", "last"}
PLAIN = re.compile(rb"[ -\[\]-~]*")  # no backslash: one way to write it
PUBLIC = {"code", "procedure", "policy", "schedule", "software", "oldlog", "document"}
WHY = re.compile(r"[a-z][a-z0-9_]{0,47}", re.ASCII)


def read_entry(data: bytes, index: int) -> dict[str, Any]:
    """Return an entry of the log whose bytes have the one right form; types it does not know are let pass."""
    refuse(len(data) > MAX_ENTRY, "an entry that is too long")
    entry = read_json(data)
    if not isinstance(entry, dict) or not {"v", "t", "at", "n", "act"} <= set(entry) <= ENTRY_KEYS:
        raise Wrong("malformed", "an entry with other keys than it may have")
    if json.dumps(entry, sort_keys=True, separators=(",", ":")).encode("ascii") != data or not PLAIN.fullmatch(data):
        raise Wrong("malformed", "an entry that is not written in the one right way")
    refuse(type(entry["v"]) is not int or entry["v"] != 1, "an entry of an unknown version")
    for name, form in (("t", TYPE), ("at", AT)):
        refuse(not isinstance(entry[name], str) or not form.fullmatch(entry[name]), f"an entry with a wrong {name}")
    for name in ("n", "act", "case", "obj"):
        if name in entry and (name, entry[name]) != ("act", "system"):
            unbase64(entry[name], 16, url=True)
    check_maps(entry)
    refs = entry.get("ref", [0])
    refuse(not isinstance(refs, list) or not 1 <= len(refs) <= 16 or sorted(set(refs)) != refs, "wrong references")
    for ref in entry.get("ref", []):
        whole(ref, 0, index - 1)
    check_kinds(entry)
    return entry


def check_maps(entry: dict[str, Any]) -> None:
    """Refuse commitments and public digests that are not of their form."""
    for name, most in (("c", 16), ("pub", 16)):
        if name in entry and not (isinstance(entry[name], dict) and 1 <= len(entry[name]) <= most):
            raise Wrong("malformed", "an entry whose commitments or digests are none")
    for name, value in entry.get("c", {}).items():
        refuse(not FIELD.fullmatch(name), "a commitment with a name it may not have")
        unbase64(value, 32, url=True)
    for name, value in entry.get("pub", {}).items():
        if name not in PUBLIC or not isinstance(value, str) or not re.fullmatch(r"sha256:[0-9a-f]{64}", value):
            raise Wrong("malformed", "a public digest that is none")


def check_kinds(entry: dict[str, Any]) -> None:
    """Refuse fields that belong to another kind of entry, and a time that does not exist."""
    kind = entry["t"]
    wanted = {"vkey"} if kind.startswith("key.") else set()
    wanted |= {"last"} if kind in ("key.retired", "key.revoked") else set()
    wanted |= {"cnt", "root"} if kind == "evidence.batch_sealed" else set()
    refuse(wanted != {"vkey", "last", "cnt", "root"} & set(entry), "an entry that lacks a field, or has another's")
    if "vkey" in entry:
        Key(entry["vkey"] if isinstance(entry["vkey"], str) else "")
    if "last" in entry:
        whole(entry["last"])
    if "cnt" in entry:
        whole(entry["cnt"], 1, 2**20)
        unbase64(entry["root"], 32, url=True)
    try:
        datetime.strptime(entry["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise Wrong("malformed", "a time that does not exist") from None
    refuse("why" in entry and not (isinstance(entry["why"], str) and WHY.fullmatch(entry["why"])), "a wrong reason")


class Proof:
    """The place of one entry: index, path from the sibling upwards, and the checkpoint it leads to."""

    def __init__(self, data: bytes) -> None:
        head, blank, self.note = data.partition(b"\n\n")
        lines = head.decode("ascii", "replace").split("\n")  # what was replaced fits no rule below
        refuse(not blank or lines.pop(0) != "c2sp.org/tlog-proof@v1" or len(data) > 2 << 20, "a proof of another kind")
        self.extra = bool(lines) and lines[0].startswith("extra ")
        if self.extra:
            unbase64(lines.pop(0)[len("extra ") :])
        match = re.fullmatch(r"index (0|[1-9][0-9]{0,18})", lines.pop(0) if lines else "", re.ASCII)
        if match is None or int(match.group(1)) >= 2**63 - 1 or len(lines) > MAX_PATH:
            raise Wrong("malformed", "a proof without a plain index, or too long")
        self.index = int(match.group(1))
        self.path = [unbase64(line, 32) for line in lines]


# Signed notes, keys, policy -------------------------------------------------------------------------------------

LOG_KEY, COSIGNER, LATER = 1, 4, 6
# Points of low order: with such a "public key" nearly any signature can be made to fit.
LOW_ORDER = {
    bytes.fromhex(low) + bytes([high | sign])
    for sign in (0, 0x80)
    for low, high in (
        ("00" * 31, 0), ("01" + "00" * 30, 0), *((low + "ff" * 30, 0x7F) for low in ("ec", "ed", "ee")),
        ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc", 5),
        ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03", 0x7A),
    )
}  # fmt: skip


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a key."""
    refuse(not name or "+" in name or re.search("[\\s\x00-\x1f\ud800-\udfff]", name), "a key with an impossible name")


class Key:
    """A public key with its name and its use: `name+id+base64(type || key)`."""

    def __init__(self, text: str) -> None:
        parts = text.split("+", 2)
        refuse(len(parts) != 3, "a key that is not name, id and key")
        data = unbase64(parts[2])
        self.text, self.name, self.kind, self.public = text, parts[0], data[0] if data else 0, data[1:]
        check_name(self.name)
        refuse(len(self.public) != {LOG_KEY: 32, COSIGNER: 32, LATER: 1312}.get(self.kind), "a key of no known form")
        self.id = sha256(self.name.encode("utf-8") + b"\n" + data)[:4]
        refuse(self.id.hex() != parts[1], "a key whose id is not its own")


def trusted_key(text: str) -> Key:
    """Return a key of a policy or a list of keys, where one that no honest log has is refused."""
    key = Key(text)
    refuse(key.public in LOW_ORDER, "a key that no honest log has")
    return key


class Note:
    """A signed note: its text, and its signature lines (name, key id, signature)."""

    def __init__(self, data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        if len(data) > 1 << 20 or re.search("[\x00-\x09\x0b-\x1f\ud800-\udfff]", text):
            raise Wrong("malformed", "a note that is too long, not UTF-8, or holds control characters")
        head, blank, tail = text.rpartition("\n\n")
        refuse(not blank or not tail.endswith("\n") or tail.count("\n") > 64, "a note without its signature lines")
        self.text = head + "\n"
        self.lines = [self._line(line) for line in tail[:-1].split("\n")]

    @staticmethod
    def _line(line: str) -> tuple[str, bytes, bytes]:
        mark, name, encoded = [*line.split(" "), "", "", ""][:3]
        data = unbase64(encoded)
        check_name(name)
        refuse(mark != "\N{EM DASH}" or line.count(" ") != 2 or len(data) < 5, "a signature line that is none")
        return name, data[:4], data[4:]


class Head:
    """What a checkpoint says: which log, how many entries, which root."""

    def __init__(self, text: str) -> None:
        lines = text.split("\n")
        refuse(len(lines) != 4 or lines[3], "a checkpoint that has not three lines")
        self.origin = lines[0]
        check_name(self.origin)
        plain_size = re.fullmatch(r"[1-9][0-9]{0,18}", lines[1], re.ASCII) and int(lines[1]) < 2**63
        if not plain_size or not self.origin.isascii() or not self.origin.isprintable() or len(self.origin) > 255:
            raise Wrong("malformed", "a checkpoint whose size is no plain number, or whose log has no plain name")
        self.size, self.root = int(lines[1]), unbase64(lines[2], 32)
        self.all = self.origin, self.size, self.root


class Policy:
    """Whom to trust: the log's keys, the witnesses, and how many of these must have signed."""

    def __init__(self, data: bytes) -> None:
        self.logs: list[Key] = []
        self.witnesses: dict[bytes, Key] = {}
        self.groups: dict[bytes, tuple[int, list[bytes]]] = {}
        self.quorum: bytes | None = None
        self._members: set[bytes] = set()
        if len(data) > 1 << 20 or not re.fullmatch(rb"[\t\n\x20-\x7e\x80-\xff]*", data):
            raise Wrong("malformed", "a policy with a character that has no place in it")
        for line in data.split(b"\n"):
            words = [] if line.lstrip().startswith(b"#") else line.split()
            refuse(words and not self._take(words[0], words[1:]), "a policy with a line that breaks its rules")
        refuse(self.quorum is None, "a policy that does not say who must have signed")

    def _take(self, word: bytes, rest: list[bytes]) -> bool:
        known = bool(rest) and (rest[0] in self.witnesses or rest[0] in self.groups)
        new = not known and rest[:1] != [b"none"]
        if word == b"log" and 1 <= len(rest) <= 2:
            key = self._key(rest[0], LOG_KEY)
            fits = key.text not in [other.text for other in self.logs]
            self.logs.append(key)
            return fits
        if word == b"witness" and 2 <= len(rest) <= 3 and new:
            key = self._key(rest[1], COSIGNER)
            fits = key.text not in [other.text for other in self.witnesses.values()]
            self.witnesses[rest[0]] = key
            return fits
        if word == b"group" and len(rest) >= 3 and new:
            return self._group(rest[0], rest[1], rest[2:])
        if word == b"quorum" and len(rest) == 1 and self.quorum is None:
            self.quorum = rest[0]
            return known or rest[0] == b"none"
        return False

    def _group(self, name: bytes, count: bytes, members: list[bytes]) -> bool:
        known = all(member in self.witnesses or member in self.groups for member in members)
        single = len(set(members)) == len(members) and not self._members & set(members)
        self._members |= set(members)
        count = {b"all": str(len(members)).encode(), b"any": b"1"}.get(count, count)
        if not re.fullmatch(rb"[1-9][0-9]{0,8}", count) or int(count) > len(members):
            return False
        self.groups[name] = (int(count), members)
        return known and single

    @staticmethod
    def _key(word: bytes, kind: int) -> Key:
        key = trusted_key(word.decode("utf-8", "surrogateescape"))  # no name may hold what that leaves
        refuse(key.kind not in (kind, LATER), "a key of another use than its line gives")
        return key

    def met(self, signed: set[str]) -> bool:
        """Return whether the witnesses whose keys these are make the quorum."""

        def holds(name: bytes) -> bool:
            if name in self.groups:
                count, members = self.groups[name]
                return sum(holds(member) for member in members) >= count
            return name in self.witnesses and self.witnesses[name].text in signed

        return self.quorum == b"none" or (self.quorum is not None and holds(self.quorum))


def read_keyring(data: bytes) -> dict[str, tuple[str, int | None]]:
    """Return key -> (status, last size for which it counts) of the log's list of its own keys."""
    found: dict[str, tuple[str, int | None]] = {}
    listed = read_json(data)
    refuse(not isinstance(listed, list), "a list of keys that is none")
    for each in listed:
        entry = exactly(each, "vkey status added_index status_index last_size")
        status, last = entry["status"], entry["last_size"]
        refuse(status not in ("active", "retired", "revoked") or not isinstance(entry["vkey"], str), "no known status")
        if (status == "active") != (last is None) or entry["vkey"] in found:
            raise Wrong("malformed", "a key whose last size does not fit its status, or that is listed twice")
        found[trusted_key(entry["vkey"]).text] = (status, None if last is None else whole(last))
    return found


# Ed25519 --------------------------------------------------------------------------------------------------------

PROBE = (  # RFC 8032 §7.1, test 2
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    "72",
)
Checker = Callable[[bytes, bytes, bytes], bool]


def by_cryptography(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether a signature fits, by the Python package `cryptography`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def by_openssl(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether a signature fits, by the program `openssl`; its files lie in a folder that is removed."""
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        files = {"key": bytes.fromhex("302a300506032b6570032100") + public, "sig": signature, "in": message}
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        asked = [
            shutil.which("openssl") or "openssl", "pkeyutl", "-verify", "-pubin", "-rawin", "-keyform", "DER",
            "-inkey", str(Path(folder, "key")), "-sigfile", str(Path(folder, "sig")), "-in", str(Path(folder, "in")),
        ]  # fmt: skip
        # No shell, a program found on the path, and only files that were just written.
        done = subprocess.run(asked, capture_output=True, check=False, timeout=60)  # noqa: S603 no shell, our own words
    return done.returncode == 0


def find_checker() -> Checker | None:
    """Return a way to check Ed25519 that gives the right answers to a known question, or None."""
    public, signature, message = (bytes.fromhex(part) for part in PROBE)
    for checker in (by_cryptography, by_openssl):
        try:
            if checker(public, signature, message) and not checker(public, signature, message + b"."):
                return checker
        except (ImportError, OSError, subprocess.SubprocessError):
            continue
    return None


# Checkpoints ----------------------------------------------------------------------------------------------------


class Trust:
    """Whether a checkpoint counts: by policy, keyring, signatures and quorum. Each is checked once.

    `given`: the policy came from elsewhere. Witnesses that the bundle alone names count for nothing: whoever holds it
    can add one of their own.
    """

    def __init__(
        self, policy: Policy, keyring: dict[str, tuple[str, int | None]], checker: Checker | None, given: bool = True
    ) -> None:
        self.policy, self.keyring, self.checker, self.given = policy, keyring, checker, given
        self.signers: set[str] = set()  # the log's keys, as they are written
        self.cosigned: dict[tuple[str, int, bytes], dict[str, int]] = {}  # of a head: witness's key -> when, in seconds
        self._opened: dict[bytes, Head | Wrong | Lacking] = {}
        self.short: set[bytes] = set()  # checkpoints without the quorum: they cover no item
        self.covering: set[tuple[str, int, bytes]] = set()  # the heads of which a quorum was asked
        self.weak: set[tuple[str, int, bytes]] = set()  # signed by a revoked key alone, while it still counted
        self.strong: set[tuple[str, int, bytes]] = set()  # signed by another key as well, or by the quorum
        self.superseded = self.unchecked = False

    def open(self, data: bytes, earlier: bool = False) -> Head:
        """Return what a checkpoint says, if it counts. One that is only shown to be `earlier` needs no quorum."""
        if data not in self._opened:
            try:
                self._opened[data] = self._check(Note(data), data)
            except (Wrong, Lacking) as error:
                self._opened[data] = error
        found = self._opened[data]
        if not isinstance(found, Head):
            raise found
        refuse(not earlier and data in self.short, "too few of the policy's witnesses signed it", "quorum_not_met")
        self.covering.update(() if earlier else {found.all})
        return found

    def _check(self, note: Note, data: bytes) -> Head:
        head = Head(note.text)
        known = {(key.name, key.id): key for key in [*self.policy.logs, *self.policy.witnesses.values()]}
        lines = [(known[name, key_id], signature) for name, key_id, signature in note.lines if (name, key_id) in known]
        usable = [(key, signature) for key, signature in lines if key.kind != LATER]
        own = [key for key, _ in usable if key.kind == LOG_KEY and key.name == head.origin]
        moments: dict[str, int] = {}
        for key, signature in usable:
            moment = self._verify(key, signature, note.text)
            if key.kind == COSIGNER and moment <= time.time() + 300:
                moments[key.text] = min(moment, moments.get(key.text, moment))
        refuse(not own, f"no known key of the log {plain(head.origin)} signed the checkpoint", "unknown_log")
        met = self.policy.met(set(moments) if self.given else set())
        self.short.update(() if met else {data})
        self._status(own, head, met and self.policy.quorum != b"none")
        self.signers.update(key.text for key in own)
        if self.checker is not None:
            seen = self.cosigned.setdefault(head.all, {})  # notes of one head may bear different ones
            seen.update({text: min(moment, seen.get(text, moment)) for text, moment in moments.items()})
        return head

    def _verify(self, key: Key, signature: bytes, text: str) -> int:
        """Return the time of a cosignature (0 for a log key's), if the signature fits."""
        message, moment = text.encode("utf-8"), 0
        wrong = Wrong("bad_signature", f"the signature of {plain(key.name)} does not fit the checkpoint")
        if len(signature) != (72 if key.kind == COSIGNER else 64):
            raise wrong
        if key.kind == COSIGNER:
            moment, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = b"cosignature/v1\ntime %d\n" % moment + message
            if not 1 <= moment <= 2**63 - 1:
                raise wrong
        if self.checker is None:
            self.unchecked = True
        elif not self.checker(key.public, signature, message):
            raise wrong
        return moment

    def _status(self, own: list[Key], head: Head, witnessed: bool) -> None:
        """Refuse keys that were out of use at this size; note where only a revoked key signed."""
        found = set()
        for key in own:
            status, last = self.keyring.get(key.text, ("unlisted", None))
            found.add(f"{status}, late" if last is not None and head.size > last else status)
        if "active" in found or "retired" in found:
            self.superseded |= "active" not in found
            self.strong.add(head.all)
        elif "revoked" in found:
            (self.strong if witnessed else self.weak).add(head.all)
        elif "revoked, late" in found:
            raise Wrong("after_revocation", "it was signed after its key was declared stolen or lost")
        elif "retired, late" in found:
            raise Wrong("after_retirement", "it was signed after its key was put out of use")
        else:
            raise Lacking("no_key", "the key that signed is not in the list of the log's keys")


# The check of a whole bundle ------------------------------------------------------------------------------------

LINE_KEYS = "index leaf_hash type at wording objects opened withheld erased"
OBJECT_KEYS = "file field digest kind name grade wording"


class Check:
    """One check of one bundle; `report` holds what was found, `items` what can be said of each."""

    def __init__(self, bag: Bag, policy: bytes | None, keyring: bytes | None, checker: Checker | None) -> None:
        self.bag, self.report, self.checker = bag, Report(), checker
        self.given_policy, self.given_keyring = policy, keyring
        self.trust: Trust | None = None
        self.items, self.heads = list[dict[str, Any]](), dict[bytes, Head]()
        self.newest: Head | None = None
        self.sealed: dict[str, Any] = {}
        self.seal_index: int | None = None
        self.times: dict[int, str] = {}  # of each entry that is the listed one: when it says it was recorded
        self.early: list[tuple[str, int]] = []  # cosignatures older than what they cover
        self.continues: list[int] = []
        self.title, self.left_out = "", list[str]()
        self.files = Files(bag, self.report)
        self.expected: set[str] = set(ALWAYS_THERE + TAGS + SEAL) | {TAGMANIFEST}

    def run(self) -> None:
        """Check everything that can be checked."""
        self.files.check()
        self.trust = self.report.run(POLICY, self._trust)
        if self.trust is not None and CHECKPOINT in self.bag:
            self.newest = self.report.run(CHECKPOINT, lambda trust: trust.open(self.bag.read(CHECKPOINT)), self.trust)
        for path, form in ((POLICY, self._policy_form), (KEYRING, self._keyring_form)):
            if path in self.bag:
                self.report.run(path, form)
        self._seal()
        self._items()
        self._other_checkpoints()
        self._leftovers()
        self._signatures()
        self.report.run(HISTORY, self._history)

    def _trust(self) -> Trust | None:
        policy = self.given_policy if self.given_policy is not None else self.bag.read(POLICY)
        keyring = self.given_keyring if self.given_keyring is not None else self.bag.read(KEYRING)
        return Trust(Policy(policy), read_keyring(keyring), self.checker, self.given_policy is not None)

    def _policy_form(self) -> None:
        """Refuse what no bundle writes into its policy: comments, groups, a quorum, names that are not the key's."""
        refuse(not POLICY_FORM.fullmatch(self.bag.read(POLICY)), "a line that no bundle has: believe nothing in it")
        Policy(self.bag.read(POLICY))

    def _keyring_form(self) -> None:
        """Refuse what cannot be so: keys that the bundle's policy does not name, places that the log did not have."""
        read_keyring(self.bag.read(KEYRING))
        known = [key.text for key in Policy(self.bag.read(POLICY)).logs] if POLICY in self.bag else None
        most = MAX_NUMBER if self.newest is None else self.newest.size - 1
        for each in one_way(self.bag.read(KEYRING)):
            added, changed = whole(each["added_index"], 0, most), each["status_index"]
            if (changed is None) != (each["status"] == "active") or each["vkey"] not in (known or [each["vkey"]]):
                raise Wrong("malformed", "it lists a key that the policy does not name, or in a state that cannot be")
            if changed is not None:
                whole(changed, added, most)

    # The seal: the entry by which the export itself stands in the log.
    def _seal(self) -> None:
        proof = self._proof(SEAL_PROOF) if SEAL_PROOF in self.bag else None
        entry = self.report.run(SEAL_ENTRY, self._seal_entry, proof) if SEAL_ENTRY in self.bag else None
        if INFO in self.bag:
            self.report.run(INFO, self._info, entry)
        if proof is not None and SEAL_ENTRY in self.bag:
            self.report.run(SEAL_PROOF, self._place, proof, SEAL_ENTRY, proof.index)
        if entry is not None and SEAL_OPENING in self.bag:
            self.report.run(SEAL_OPENING, self._seal_opening, entry)

    def _seal_entry(self, proof: Proof | None) -> dict[str, Any]:
        entry = read_entry(self.bag.read(SEAL_ENTRY), MAX_NUMBER if proof is None else proof.index)
        refuse(entry["t"] != "evidence.exported", "this is not the entry of an export", "entry_mismatch")
        self.sealed, self.seal_index = entry, None if proof is None else proof.index
        if proof is not None:
            self.times[proof.index] = entry["at"]
        return entry

    def _info(self, entry: dict[str, Any] | None) -> None:
        """bag-info.txt has its three lines, and says the same as the files and the sealed entry."""
        match = INFO_FORM.fullmatch(self.bag.read(INFO).decode("utf-8", "replace"))
        if match is None:
            raise Wrong("malformed", "it holds other lines than its three: believe none of them")
        sizes = [size for path, (_, size) in self.files.digests.items() if path.startswith("data/")]
        known = not any(each["place"].startswith(("data/", MANIFEST)) for each in self.report.findings)
        refuse(known and match.group(3) != f"{sum(sizes)}.{len(sizes)}", "it gives another number or size of files")
        if entry is not None:
            day = date.fromisoformat(entry["at"][:10]).toordinal()
            days = {date.fromordinal(max(1, day - before)).isoformat() for before in (0, 1)}  # files precede midnight
            name = unbase64(entry["obj"], 16, url=True).hex() if "obj" in entry else ""
            refuse(match.group(1) not in days or match.group(2) != name, "the sealed entry has another day or name")

    def _seal_opening(self, entry: dict[str, Any]) -> None:
        opening = exactly(one_way(self.bag.read(SEAL_OPENING)), "field nonce value")
        value = self._opened(opening, entry)
        refuse(opening["field"] != "manifest", "it opens another field than the list of files", "opening_mismatch")
        if MANIFEST in self.bag and value != sha256(self.bag.read(MANIFEST)):
            raise Wrong("content_mismatch", "the list of files is not the one that was sealed")

    # The items: entries of the log with what opens them.
    def _items(self) -> None:
        if ITEMS not in self.bag:
            return
        data = self.report.run(ITEMS, self.bag.read, ITEMS)
        if data is None:
            return
        if not data.endswith(b"\n"):
            self.report.add(FAILED, "malformed", ITEMS, "it does not end with a line end")
            return
        last = -1
        for raw in data[:-1].split(b"\n"):
            line = self.report.run(ITEMS, self._line, raw)
            if line is None:
                return
            if line["index"] <= last:
                self.report.add(FAILED, "item_reordered", ITEMS, f"entry {line['index']} stands after entry {last}")
            last = max(last, line["index"])
            self._item(line)
        if self.seal_index is not None and last >= self.seal_index:
            self.report.add(FAILED, "item_reordered", ITEMS, "an entry that came after the bundle was sealed")

    @staticmethod
    def _line(raw: bytes) -> dict[str, Any]:
        line = exactly(read_json(raw), LINE_KEYS)
        whole(line["index"], 0, 2**53 - 1)
        words_of(line["opened"])
        words_of(line["withheld"])
        if line["erased"] is not None:
            whole(line["erased"])
        if not isinstance(line["objects"], list) or not all(
            isinstance(line[name], str) for name in ("leaf_hash", "type", "at", "wording")
        ):
            raise Wrong("malformed", "a line that is not of its form")
        for each in line["objects"]:
            exactly(each, OBJECT_KEYS)
            texts = all(isinstance(each[name], str) for name in OBJECT_KEYS.split() if name != "grade")
            if not texts or not re.fullmatch(r"data/objects/[A-Za-z0-9][A-Za-z0-9._-]*", each["file"], re.ASCII):
                raise Wrong("malformed", "an object that is not of its form, or with a path that it cannot have")
        return line

    def _item(self, line: dict[str, Any]) -> None:
        index = line["index"]
        entry_path, opening_path = f"data/entries/{index}.json", f"data/openings/{index}.json"
        proof_path = f"proofs/{index}.tlog-proof"
        places = [entry_path, opening_path, proof_path, *(each["file"] for each in line["objects"])]
        self.expected.update(places if line["opened"] else [entry_path, proof_path])
        entry = self._entry(line, entry_path)
        fields = dict.fromkeys(line["withheld"], UNVERIFIABLE)
        values: dict[str, bytes] = {}
        if entry is not None:
            self.report.run(entry_path, self._fields, line, entry)
            if line["opened"]:
                values = self.report.run(opening_path, self._openings, line, entry, opening_path) or {}
            for each in line["objects"]:
                self.report.run(each["file"], self._object, each, line, entry, values)
        fields.update({name: VERIFIED if name in values else FAILED for name in line["opened"]})
        proof = self._proof(proof_path)
        if proof is not None and entry is not None:
            self.report.run(proof_path, self._place, proof, entry_path, index)
        self.items.append({
            "index": index, "type": plain(line["type"]), "at": plain(line["at"]), "places": places,
            "wording": plain(line["wording"]), "fields": dict(sorted(fields.items())),
            "objects": [
                {name: None if each[name] is None else plain(each[name]) for name in ("file", "grade", "wording")}
                for each in line["objects"]
            ],
        })  # fmt: skip

    def _entry(self, line: dict[str, Any], path: str) -> dict[str, Any] | None:
        if path not in self.bag:
            self.report.add(FAILED, "item_removed", path, "the entry is missing")
        sound = path in self.bag and path not in self.files.damaged
        return self.report.run(path, self._read_entry, line, path) if sound else None

    def _read_entry(self, line: dict[str, Any], path: str) -> dict[str, Any]:
        data = self.bag.read(path)
        refuse(leaf_hash(data).hex() != line["leaf_hash"], "its hash is not the listed one", "entry_mismatch")
        entry = read_entry(data, line["index"])
        if (entry["t"], entry["at"]) != (line["type"], line["at"]):
            raise Wrong("entry_mismatch", "the list of items gives it another type or time")
        self.times[line["index"]] = entry["at"]
        return entry

    def _fields(self, line: dict[str, Any], entry: dict[str, Any]) -> None:
        """Every field that the entry commits to is opened, or said to be withheld or erased."""
        committed, shown = set(entry.get("c", {})), set(line["opened"]) | set(line["withheld"])
        if line["erased"] is not None:
            self._erased(line)
        if shown - committed or set(line["opened"]) & set(line["withheld"]):
            raise Wrong("opening_mismatch", "fields are listed to which the entry does not commit")
        if committed - shown and line["erased"] is None:
            raise Wrong("opening_missing", f"nothing is said of {', '.join(sorted(committed - shown))}")
        if {each["field"] for each in line["objects"]} - set(line["opened"]):
            raise Wrong("opening_missing", "an object without the opening that ties it to the entry")
        if committed - shown:
            raise Lacking("erased_lawfully", f"erased, as entry {line['erased']} says")

    def _erased(self, line: dict[str, Any]) -> None:
        path = f"data/entries/{line['erased']}.json"
        entry = read_entry(self.bag.read(path), line["erased"]) if path in self.bag else {}
        if entry.get("t") not in ("evidence.erased", "retention.purged") or line["index"] not in entry.get("ref", []):
            raise Wrong("opening_missing", "the entry that should say that it was erased does not")

    def _openings(self, line: dict[str, Any], entry: dict[str, Any], path: str) -> dict[str, bytes]:
        refuse(path not in self.bag, "the opening is missing", "opening_missing")
        if path in self.files.damaged:
            return {}
        listed = read_json(self.bag.read(path))
        refuse(not isinstance(listed, list), "openings that are no list")
        values = {}
        for each in listed:
            opening = exactly(each, "field nonce value")
            values[opening["field"]] = self._opened(opening, entry)
        if sorted(values) != line["opened"] or len(values) != len(listed):
            raise Wrong("opening_mismatch", "other fields are opened than the list of items says")
        return values

    @staticmethod
    def _opened(opening: dict[str, Any], entry: dict[str, Any]) -> bytes:
        """Return the value of an opening that fits the entry's commitment."""
        field, committed = opening["field"], entry.get("c", {})
        nonce, value = unbase64(opening["nonce"], 32, url=True), unbase64(opening["value"], url=True)
        if not isinstance(field, str) or field not in committed:
            raise Wrong("opening_mismatch", "a field is opened to which the entry does not commit")
        if to_base64(commitment(field, nonce, value), url=True) != committed[field]:
            raise Wrong("opening_mismatch", f"{field} is not what the entry commits to")
        return value

    def _object(
        self, each: dict[str, Any], line: dict[str, Any], entry: dict[str, Any], values: dict[str, bytes]
    ) -> None:
        path, field = each["file"], each["field"]
        if path in self.files.damaged or path not in self.files.digests or field not in values:
            refuse(path not in self.bag, "the file is missing", "item_removed")
            return  # said before, at the file itself or at its opening
        digest = self.files.digests[path][0]
        reason = "document_mismatch" if field == "doc" else "content_mismatch"
        if digest != each["digest"] or values[field].hex() != digest:
            raise Wrong(reason, "these bytes are not those that the entry commits to")
        if field == "doc":
            self._document(self.bag.read(path), line, entry)

    @staticmethod
    def _document(data: bytes, line: dict[str, Any], entry: dict[str, Any]) -> None:
        """A document says the same as its entry, where both say it."""
        said = read_json(data)
        refuse(not isinstance(said, dict), "a document that is none")
        pairs = {"type": entry["t"], "at": entry["at"], "why": entry.get("why"), "ref": entry.get("ref", [])}
        for name in ("case", "obj"):
            pairs[name] = unbase64(entry[name], 16, url=True).hex() if name in entry else None
        wrong = sorted(name for name, value in pairs.items() if said.get(name) != value)
        refuse(wrong, f"document and entry differ in: {', '.join(wrong)}", "document_mismatch")

    # The places in the log, and the checkpoints that speak of them.
    def _proof(self, path: str) -> Proof | None:
        if path not in self.bag:
            self.report.add(UNVERIFIABLE, "not_checked", path, "the proof is missing")
            return None
        proof: Proof | None = self.report.run(path, self._read_proof, path)
        return proof

    def _read_proof(self, path: str) -> Proof:
        proof = Proof(self.bag.read(path))
        refuse(proof.extra, "it holds a line that is no part of a proof: believe nothing in it")
        return proof

    def _place(self, proof: Proof, path: str, index: int) -> None:
        refuse(proof.index != index, f"it is the proof of entry {proof.index}", "path_mismatch")
        if self.trust is None:
            raise Lacking("no_key", "there is no key to check the checkpoint with")
        head = self.trust.open(proof.note)
        self.heads[proof.note] = head
        if included(index, head.size, leaf_hash(self.bag.read(path)), proof.path) != head.root:
            raise Wrong("path_mismatch", "the proof leads to another log than the one that was signed")

    def _other_checkpoints(self) -> None:
        shown = self._consistency_files()
        if self.newest is None or self.trust is None:
            return
        newest, held = self.newest, {**shown, self.newest.size: self.newest.root}
        for _, head in sorted(self.heads.items()):
            if head.origin != newest.origin:
                self.report.add(FAILED, "unknown_log", CHECKPOINT, "the proofs are of another log")
            elif head.size < newest.size and head.size not in shown:
                words = f"nothing shows that the log of {newest.size} entries continues that of {head.size}"
                self.report.add(UNVERIFIABLE, "not_checked", CHECKPOINT, words)
            elif held.get(head.size) != head.root:
                self.report.add(FAILED, "fork_detected", CHECKPOINT, "a proof has another history than the checkpoint")
        if newest.all in self.trust.strong:  # then it vouches for what it is shown to continue
            self.trust.strong.update((newest.origin, size, root) for size, root in held.items())

    def _consistency_files(self) -> dict[int, bytes]:
        """Return size -> root of the earlier checkpoints that the newest one is shown to continue."""
        shown: dict[int, bytes] = {}
        for name in self.bag.names:
            if re.fullmatch(r"proofs/consistency/[0-9]+-[0-9]+\.json", name, re.ASCII):
                self.expected.add(name)
                old = self.report.run(name, self._consistency, name)
                if old is not None:
                    shown[old.size] = old.root
        self.continues = sorted(shown)
        return shown

    def _consistency(self, name: str) -> Head | None:
        found = exactly(one_way(self.bag.read(name)), "from to path checkpoint")
        second = whole(found["to"], 1, 2**63 - 1)
        first = whole(found["from"], 1, second)
        if name != f"proofs/consistency/{first}-{second}.json" or not isinstance(found["checkpoint"], str):
            raise Wrong("malformed", "its name says other sizes than it holds")
        refuse(not isinstance(found["path"], list) or len(found["path"]) > MAX_PATH, "a path that is none")
        path = [unbase64(each, 32) for each in found["path"]]
        if self.trust is None or self.newest is None:
            return None  # said before
        old = self.trust.open(found["checkpoint"].encode("utf-8", "replace"), earlier=True)
        refuse((old.origin, old.size, self.newest.size) != (self.newest.origin, first, second), "another checkpoint")
        check_consistent(first, second, old.root, self.newest.root, path)
        return old

    def _leftovers(self) -> None:
        if ITEMS not in self.bag or any(each["place"] == ITEMS for each in self.report.findings):
            return  # what belongs here is not known
        for name in self.bag.names:
            if name not in self.expected:
                self.report.add(FAILED, "item_added", plain(name), "no item speaks of this file")

    def _signatures(self) -> None:
        if self.trust is None:
            return
        if self.trust.unchecked:
            self.report.add(UNVERIFIABLE, "no_ed25519", CHECKPOINT, "no signature could be checked")
        if self.trust.weak - self.trust.strong:
            self.report.add(UNVERIFIABLE, "revoked_key_alone", CHECKPOINT, "only a revoked key signed")
        if self.trust.superseded:
            self.report.add(VERIFIED, "superseded", CHECKPOINT, "the key that signed was replaced later")
        for head, moments in self.trust.cosigned.items():
            latest = max((at for index, at in self.times.items() if index < head[1]), default="")
            early = {text for text, moment in moments.items() if time_of(moment + 300) < latest}
            if self.newest is not None and head == self.newest.all:
                self.early += [(text, moments[text]) for text in sorted(early) if self.trust.given]
            for text in early:
                del moments[text]
            met = self.trust.policy.met(set(moments) if self.trust.given else set())
            if early and head in self.trust.covering and not met:
                self.report.add(FAILED, "quorum_not_met", CHECKPOINT, "a cosignature is older than what it covers")

    def _history(self) -> None:
        """Take from the sealed history what the bundle is called, and what its maker says was left out."""
        if self.report.verdict() == FAILED:
            return
        lines = [read_json(raw) for raw in self.bag.read(HISTORY).splitlines()] if HISTORY in self.bag else []
        found = [(line.get("kind"), line) for line in lines if isinstance(line, dict)]
        self.title = "".join(plain(line.get("title", "")) for kind, line in found if kind == "bundle")
        self.left_out = [plain(line.get("words", "")) for kind, line in found if kind == "left_out"]


# What is said ---------------------------------------------------------------------------------------------------


def item_of(item: dict[str, Any], report: Report) -> dict[str, Any]:
    """Return what can be said of one item: no more than of what all items stand on; words only where all holds."""
    places = {*item.pop("places"), *COMMON}
    verdict = report.verdict(places)
    reasons = [each["reason"] for each in report.findings if each["place"] in places and each["verdict"] == verdict]
    if verdict != VERIFIED:
        item["wording"] = None
        item["objects"] = [{**each, "grade": None, "wording": None} for each in item["objects"]]
    return {**item, "verdict": verdict, "reason": reasons[0] if reasons else None}


def result_of(check: Check, here: Path) -> dict[str, Any]:
    """Return everything that was found as plain JSON; the same bundle gives the same."""
    trust, newest, verdict = check.trust, check.newest, check.report.verdict()
    signers = [] if trust is None else sorted(trust.signers)
    given, case, carried = check.given_policy is not None, check.sealed.get("case"), check.files.digests.get(COPY)
    cosigned = [] if trust is None or newest is None else trust.cosigned.get(newest.all, {}).items()
    return {
        "verdict": verdict, "exit": EXIT[verdict],
        "sealed": {"at": plain(check.sealed.get("at", "")), "index": check.seal_index},
        "title": check.title, "case": "" if case is None else unbase64(case, 16, url=True).hex(),
        "log": None if newest is None else {"origin": newest.origin, "size": newest.size},
        "continues": check.continues, "keys": "given" if given else "bundle",
        "signatures": "not checked" if check.checker is None else "checked" if signers else "none counts",
        "fingerprints": [sha256(key.encode()).hex() for key in signers],
        "cosigned": cosigners(cosigned) if given else [], "early": cosigners(check.early),
        "named_only_here": [] if given else [each["witness"] for each in cosigners(cosigned)],
        "script": sha256(here.read_bytes()).hex(), "copy": None if carried is None else carried[0],
        "items": [item_of(dict(item), check.report) for item in check.items],
        "left_out": check.left_out, "findings": check.report.findings,
    }  # fmt: skip


def cosigners(found: Iterable[tuple[str, int]]) -> list[dict[str, str]]:
    """Return of (key, seconds) which witnesses cosigned, and when."""
    return [{"witness": plain(text.partition("+")[0]), "at": time_of(moment)} for text, moment in sorted(found)]


def time_of(seconds: int) -> str:
    """Return a moment as the entries write it."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def lines_of(result: dict[str, Any]) -> Iterator[str]:
    """Yield the result for people, line by line."""
    wrong = {each["words"] for each in result["findings"] if each["verdict"] == FAILED}
    yield HEADLINE[STRAY if wrong == {STRAY} else result["verdict"]]
    yield from about_lines(result)
    yield from NOT_SEALED
    yield ""
    if result["findings"]:
        yield "What was found:"
        for each in result["findings"]:
            yield f"- {each['verdict']} ({each['reason']}): {each['place']}: {each['words']}."
            yield f"  {MEANING.get(each['reason'], '')}"
        yield ""
    yield from item_lines(result)
    yield from LIMITS
    yield ""
    yield from key_lines(result)


def about_lines(result: dict[str, Any]) -> Iterator[str]:
    """Yield what the bundle says it is, whose word that is, and who outside signed."""
    log, sealed, signed = result["log"], result["sealed"], result["signatures"] == "checked"
    if log:
        case = result["title"] or (f"the case {result['case']}" if result["case"] else "a case without a name")
        yield f"It says that it is of: {case}, in the log {plain(log['origin'])}."
        yield f"It holds {len(result['items'])} of the {log['size']} entries of that log, and nothing of the others."
    if log and sealed["at"] and sealed["index"] is not None:
        yield f"Sealed at {sealed['at']} as entry {sealed['index']} of the log."
    given = "The keys are those that you gave."
    if result["keys"] == "bundle":
        given = "The keys came with the bundle, from its sender: compare the fingerprint below, or give --policy."
    unsigned = "was checked" if result["signatures"] == "not checked" else "here counts"
    yield given if signed else f"No signature {unsigned}: nothing shows who made this."
    for each in result["cosigned"]:
        yield f"Cosigned by {each['witness']} at {each['at']}."
    for each in result["early"]:
        yield f"Wrong: cosigned by {each['witness']} at {each['at']}, before what it covers was recorded. Not counted."
    for name in result["named_only_here"]:
        yield f"Named only by this bundle, proves nothing by itself; compare its key with its own page: witness {name}."
    if not result["cosigned"]:
        yield from NOBODY_OUTSIDE
    if log and signed and result["verdict"] != FAILED:
        sizes = " and ".join(map(str, result["continues"]))
        yield f"It continues the log of {sizes} entries." if sizes else "No earlier checkpoint is here to compare with."


def item_lines(result: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each item, and how much of it was left closed on purpose."""
    items, closed = result["items"], 0
    yield f"Entries of the log in this bundle: {len(items)}"
    yield from CLOCK
    for item in items:
        withheld = sum(value == UNVERIFIABLE for value in item["fields"].values())
        closed += withheld
        said = item["verdict"] + (f" ({item['reason']})" if item["reason"] else "")
        said += f", but for {withheld} of its {len(item['fields'])} fields, withheld" if withheld else ""
        said += f": {item['wording']}" if item["wording"] else ""
        called = CALLED.get(item["type"], "a kind of entry that this program does not know")
        yield f"  {item['index']:>6}  {item['at']}  {called} ({item['type']})"
        yield f"          {said}"
        for each in item["objects"]:
            if each["grade"]:
                yield f"          {each['file']}: grade {each['grade']}: {each['wording']}"
    if closed:
        yield f"Withheld by whoever made this bundle: {closed} field(s). Nothing can be said of what they hold."
    if result["left_out"]:
        yield f"Left out, as whoever made this bundle says: {len(result['left_out'])}"
        yield from (f"- {words}" for words in result["left_out"])
    yield ""


def key_lines(result: dict[str, Any]) -> Iterator[str]:
    """Yield what the signatures were checked against, and where to find both digests once more."""
    for fingerprint in result["fingerprints"]:
        if result["signatures"] != "checked":
            yield f"No signature was checked; the key that is said to have signed has the fingerprint {fingerprint}."
        elif result["keys"] == "bundle":
            yield f"Checked against keys supplied in this bundle; compare fingerprint {fingerprint}"
            yield "with a copy from another source: the organisation's page /ledger shows it."
        else:
            yield f"Checked against the policy you gave; the key that signed has the fingerprint {fingerprint}."
    yield f"This program has the SHA-256 {result['script']};"
    yield "the right one is published in the documentation of Evenhand, docs/how-to/check-a-bundle.md."
    yield "If it came with the bundle, whoever changed the one could have changed the other: take it from elsewhere."
    if result["copy"] not in (None, result["script"]):
        yield "The copy of verify.py in this bundle is another: of another version, or changed. Do not run it."


def options(arguments: list[str]) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Check a case bundle of Evenhand, offline.")
    parser.add_argument("bundle", nargs="?", help="a folder or a ZIP file (default: where this file lies)")
    parser.add_argument("--policy", metavar="FILE", help="trust the keys in this policy, not those in the bundle")
    parser.add_argument("--keyring", metavar="FILE", help="the log's list of its keys, from another source")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Check a bundle, print the result and return the exit code."""
    asked, here = options(arguments), Path(__file__).resolve()
    given: list[bytes | None] = []
    try:
        for path, form in ((asked.policy, Policy), (asked.keyring, read_keyring)):
            data = None if path is None else Path(path).read_bytes()
            given.append(data)
            _ = data is None or form(data)
        path = asked.bundle or here.parent
        bag = open_bag(Path(path))
    except (Wrong, OSError) as error:
        words = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else f"{path}: {error}"
        print(f"verify.py: {words}.", file=sys.stderr)
        return UNREADABLE
    check = Check(bag, given[0], given[1], find_checker())
    try:
        check.run()
        result = result_of(check, here)
        lines = list(lines_of(result))
    except Exception as error:  # noqa: BLE001 the last resort: no bundle may end this program without an answer
        result = {"verdict": FAILED, "exit": EXIT[FAILED], "findings": check.report.findings}
        lines = [HEADLINE[FAILED], f"It is of a form that no rule knows ({type(error).__name__})."]
    text = json.dumps(result, indent=2) if asked.json else "\n".join(lines)
    if say(text + "\n"):
        return int(result["exit"])
    print("verify.py: the result could not be written.", file=sys.stderr)
    return UNREADABLE


def say(text: str) -> bool:
    """Print the result; return whether that could be done, or nobody wanted to read on."""
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except AttributeError:  # there is no output at all
        return False
    except OSError as error:  # what still waits must not be tried again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return isinstance(error, BrokenPipeError)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
