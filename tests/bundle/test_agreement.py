"""The two verifiers read alike: whatever is done to a file of each format, both take it or both refuse it."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bundle.bundle_room import ORIGIN, Room, both, cosigner, key_line, loaded, packaged, stand_alone
from tests.bundle.test_trust import set_policy

from evenhand.bundle.lines import parse_lines, parse_opening, read_json
from evenhand.errors import UsageError
from evenhand.ledger.checkpoint import parse_tree_head
from evenhand.ledger.errors import Contradiction, Missing
from evenhand.ledger.keyring import parse_keyring
from evenhand.ledger.leaf import strict_parse
from evenhand.ledger.notes import Signer, parse_note
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.tlog_proof import parse_tlog_proof

PIECES = [
    b"", b"\n", b"\n\n", b" ", b"0", b"-1", b"\x00", b"\xff", b"=", b"none", b"+", b"\t", b"#", b'"', b"{}", b"[]",
    b"\r", b"null", b"1e9", b"\\ud800", b"\xc2\xa0", b"index 18446744073709551616", "\N{EM DASH} ".encode(),
]  # fmt: skip


@cache
def good() -> dict[str, bytes]:
    """Return one sound file of each format, from a log with three witnesses and two keys."""
    with TemporaryDirectory() as folder:
        room = Room(Path(folder))
        witnesses = [cosigner(name, room.ctx) for name in ("north", "south", "east")]
        room.keyring.append(key_line(Signer.generate(ORIGIN, room.ctx), "retired", 7))
        room.act("case.reply_received", reply=b"I wrote it once.")
        room.file(b"\x89PNG not really")
        bundle = room.bundle(cosigners=witnesses)
        names = [f"witness {w.name} {w.verifier}" for w in witnesses]
        policy = "\n".join([f"log {room.signer.verifier}", *names, "group g 2 north south", "group h any g east"])
        found = {
            "entry": "data/entries/1.json", "note": "log/checkpoint", "proof": "proofs/1.tlog-proof",
            "keyring": "log/keyring.json", "lines": "data/items.jsonl", "opening": "proofs/bundle.opening.json",
        }  # fmt: skip
        return {name: (bundle / path).read_bytes() for name, path in found.items()} | {
            "policy": policy.encode() + b"\nquorum h\n"
        }


def alone_reads(alone: Any, name: str, data: bytes) -> object:
    """Read one format with verify.py."""
    if name == "note":
        return alone.Head(alone.Note(data).text)
    if name == "lines":
        if not data.endswith(b"\n"):
            raise alone.Wrong("malformed", "no end")
        return [alone.Check._line(line) for line in data[:-1].split(b"\n")]
    if name == "opening":
        found = alone.exactly(alone.read_json(data), "field nonce value")
        if not isinstance(found["field"], str):
            raise alone.Wrong("malformed", "a field")
        return [alone.unbase64(found["nonce"], 32, url=True), alone.unbase64(found["value"], url=True)]
    readers: dict[str, Callable[[bytes], object]] = {
        "entry": lambda data: alone.read_entry(data, 1), "proof": alone.Proof, "policy": alone.Policy,
        "keyring": alone.read_keyring,
    }  # fmt: skip
    return readers[name](data)


def packaged_reads(name: str, data: bytes) -> object:
    """Read the same with the package."""
    readers: dict[str, Callable[[bytes], object]] = {
        "entry": lambda data: strict_parse(data, 1, known_types=False), "proof": parse_tlog_proof,
        "policy": parse_policy, "keyring": parse_keyring, "lines": parse_lines,
        "note": lambda data: parse_tree_head(parse_note(data).text),
        "opening": lambda data: parse_opening(read_json(data)),
    }  # fmt: skip
    return readers[name](data)


@pytest.mark.parametrize("name", sorted(good()))
def test_both_take_the_sound_one(name: str) -> None:
    assert alone_reads(loaded(), name, good()[name]) and packaged_reads(name, good()[name])


@pytest.mark.parametrize("name", sorted(good()))
@settings(max_examples=1_000 if os.environ.get("EVENHAND_NIGHTLY") else 40)
@given(data=st.data())
def test_whatever_is_done_to_it_both_say_the_same(name: str, data: st.DataObject) -> None:
    alone, text = loaded_once(), good()[name]
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(st.integers(0, len(text)))
        last = data.draw(st.integers(first, min(len(text), first + 40)))
        put = data.draw(st.sampled_from(PIECES) | st.binary(max_size=3) | st.just(text[first:last] * 2))
        text = text[:first] + put + text[last:]
    one = takes(lambda: alone_reads(alone, name, text), (alone.Wrong, alone.Lacking, ValueError, TypeError, KeyError))
    other = takes(lambda: packaged_reads(name, text), (Contradiction, Missing, UsageError))
    assert one == other, text


@cache
def loaded_once() -> Any:
    return loaded()


def takes(read: Callable[[], object], refusals: tuple[type[Exception], ...]) -> bool:
    try:
        read()
    except refusals:
        return False
    return True


def test_who_cosigned_is_said_by_both(tmp_path: Path) -> None:
    room = Room(tmp_path)
    witness, other = cosigner("north", room.ctx), cosigner("south", room.ctx)
    room.act()
    bundle = room.bundle(cosigners=[witness, other])
    set_policy(bundle, f"log {room.signer.verifier}\nwitness north {witness.verifier}\nquorum none\n")
    assert both(bundle).verdict == "verified"
    said = [{"witness": "north", "at": "2026-03-04T05:06:07Z"}]
    assert stand_alone(bundle).all["cosigned"] == packaged(bundle).all["cosigned"] == said


def test_the_library_of_congress_finds_the_bag_sound(tmp_path: Path) -> None:
    bagit = pytest.importorskip("bagit", reason="the reader of the Library of Congress: a development dependency")
    room = Room(tmp_path)
    room.act()
    room.file(b"\x89PNG not really")
    bundle = room.bundle()
    assert bagit.Bag(str(bundle)).validate()
    (bundle / "data/custody.html").write_text("other")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(bundle)).validate()
