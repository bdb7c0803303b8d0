"""Bundles: their lists and lines by both verifiers, whole bundles with one file exchanged, and ZIP files of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from tests.bundle.bundle_room import contents, in_memory, in_process, packaged, relisted, small_bundle
from tests.fuzz.fuzz_ledger import JSON, LINES, NUMBERS, ODD
from tests.fuzz.fuzzing import Target, agree, alone

from evenhand.bundle import write_zip
from evenhand.bundle.bag import MANIFEST, TAGMANIFEST
from evenhand.bundle.lines import parse_lines, parse_opening
from evenhand.bundle.listing import parse_list
from evenhand.ledger.encoding import read_json

CAREFUL = 0x80
"""In the first byte of a changed bundle: the lists of files follow the change, so that the file is read."""


@cache
def files() -> dict[str, bytes]:
    """Return path -> bytes of a small bundle."""
    with TemporaryDirectory() as folder:
        return contents(small_bundle(Path(folder)))


@cache
def names() -> list[str]:
    """Return the paths whose bytes are exchanged; nobody reads a byte of verify.py, whose digest is another test's."""
    return [name for name in files() if name != "verify.py"]


def our_lines(data: bytes) -> Any:
    return [
        (line.index, line.leaf_hash, line.type, line.at, list(line.opened), list(line.withheld), line.erased,
         [(each.file, each.field, each.digest) for each in line.objects])
        for line in parse_lines(data)
    ]  # fmt: skip


def their_lines(data: bytes) -> Any:
    if not data.endswith(b"\n"):
        raise alone().Wrong("malformed", "it does not end with a line end")
    return [
        (*(line[name] for name in ("index", "leaf_hash", "type", "at", "opened", "withheld", "erased")),
         [(each["file"], each["field"], each["digest"]) for each in line["objects"]])
        for line in map(alone().Check._line, data[:-1].split(b"\n"))
    ]  # fmt: skip


def our_opening(data: bytes) -> Any:
    found = parse_opening(read_json(data))
    return found.field, found.nonce, found.value


def their_opening(data: bytes) -> Any:
    found = alone().exactly(alone().read_json(data), "field nonce value")
    if not isinstance(found["field"], str):
        raise alone().Wrong("malformed", "a field that is no text")
    return found["field"], alone().unbase64(found["nonce"], 32, url=True), alone().unbase64(found["value"], url=True)


def changed(data: bytes) -> dict[str, bytes]:
    """Return the bundle in which the file that the first byte names has the bytes that follow."""
    which = data[0] if data else 0
    name = names()[which % CAREFUL % len(names())]
    made = {**files(), name: data[1:]}
    return relisted(made) if which & CAREFUL and name not in (MANIFEST, TAGMANIFEST) else made


def check_changed(data: bytes) -> bool:
    """Both verifiers give one verdict, and no changed payload is ever called verified."""
    made = changed(data)
    theirs, ours = in_memory(alone(), made)
    assert (theirs.verdict, theirs.exit) == (ours.verdict, ours.exit)
    payload = {name for name in made if name.startswith("data/") and made[name] != files().get(name)}
    assert not payload or ours.verdict == "failed", payload
    return made == files()


def whole() -> list[bytes]:
    return [bytes([place | care]) + files()[name] for care in (0, CAREFUL) for place, name in enumerate(names())]


@cache
def room() -> Path:
    return Path(mkdtemp(prefix="fuzz-"))


def archives() -> list[bytes]:
    with TemporaryDirectory() as folder:
        write_zip(small_bundle(Path(folder)), Path(folder, "zip"), "bundle")
        return [Path(folder, "zip").read_bytes()]


def check_archive(data: bytes) -> bool:
    """Whatever the ZIP file, both verifiers read it alike or both refuse it; verified means the very same files."""
    path = room() / "bundle.zip"
    path.write_bytes(data)
    one, other = in_process(alone(), path), packaged(path)
    assert (one.verdict, one.exit) == (other.verdict, other.exit)
    if one.verdict == "verified":
        bag = alone().open_bag(path)
        assert {bag.read(name) for name in bag.names if name.startswith("data/")} == {
            content for name, content in files().items() if name.startswith("data/")
        }
    return one.verdict == "verified"


FILES = [
    Target("manifest", lambda: [files()[MANIFEST]], agree(
        lambda data: parse_list(data, payload=True), lambda data: alone().read_manifest(data, payload=True),
    ), (*LINES, b"data/", b"/", b"..", b".", b"  ")),
    Target("items", lambda: [files()["data/items.jsonl"]], agree(our_lines, their_lines), JSON + NUMBERS + ODD),
    Target(
        "opening", lambda: [files()["proofs/bundle.opening.json"]], agree(our_opening, their_opening),
        JSON + NUMBERS + ODD,
    ),
]  # fmt: skip
TARGETS = [
    *FILES,
    Target("bundle", whole, check_changed, LINES + JSON + NUMBERS + ODD, slow=True),
    Target(
        "bundle_zip",
        archives,
        check_archive,
        (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"\x00\x00", b"\xff\xff"),
        slow=True,
    ),
]
