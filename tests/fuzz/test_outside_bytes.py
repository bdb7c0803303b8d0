"""Bytes from outside, sound and damaged in every way: only the declared errors, one writing, one reading by both.

The same targets as `make fuzz`, which goes on for hours and follows the code's branches; here it is a few examples each
day and many at night.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.fuzzing import Target, examples
from tests.fuzz.targets import TARGETS
from tests.kill import NIGHTLY

from evenhand.ledger.notes import KeyType, VerifierKey

BY_NAME = {target.name: target for target in TARGETS}
SLOW = {target.name for target in TARGETS if target.slow}
QUICK = sorted(set(BY_NAME) - SLOW)


def damaged(draw: st.DrawFn, target: Target) -> bytes:
    """Return one of the sound examples with a few cuts, repeats and insertions."""
    sound = examples(target)
    data = draw(st.sampled_from(sound))
    for _ in range(draw(st.integers(1, 3))):
        first = draw(st.integers(0, len(data)))
        last = draw(st.integers(first, min(len(data), first + 40)))
        other = draw(st.sampled_from(sound))
        put = draw(
            st.sampled_from((b"", *target.pieces))
            | st.binary(max_size=3)
            | st.sampled_from((data[first:last] * 2, other))
        )
        data = data[:first] + put + data[last:]
    return data


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_the_sound_ones_are_taken(name: str) -> None:
    for data in examples(BY_NAME[name]):
        assert BY_NAME[name].check(data), data


def named(name: str, seen_as: str) -> bytes:
    """Return a verifier key whose id is right for another name, with half a letter in its own."""
    good = VerifierKey(seen_as, KeyType.LOG, b"\x07" * 32)
    return str(good).encode().replace(seen_as.encode(), name.encode("utf-8", "surrogateescape"))


def leaf_of(name: str) -> bytes:
    vkey = str(VerifierKey(name, KeyType.LOG, b"\x07" * 32))
    leaf = json.loads(next(data for data in examples(BY_NAME["leaf"]) if b"key.added" in data))
    return json.dumps({**leaf, "vkey": vkey}, sort_keys=True, separators=(",", ":")).encode()


def keyring_with(**other: object) -> bytes:
    lines = json.loads(examples(BY_NAME["keyring"])[1])
    return json.dumps([lines[0], {**lines[1], **other}]).encode()


FOUND: list[tuple[str, Callable[[], bytes]]] = [
    ("manifest", lambda: b""),
    ("manifest", lambda: b"0" * 64 + b"  data/objects/.hidden\n"),
    ("keyring", lambda: b"\xef\xbb\xbf[]"),
    ("keyring", lambda: "[]".encode("utf-16")),
    ("keyring", lambda: keyring_with(added_index=0.5)),
    ("keyring", lambda: keyring_with(last_size=2**60)),
    ("opening", lambda: b"\xef\xbb\xbf" + examples(BY_NAME["opening"])[0]),
    ("trusted_vkey", lambda: named("a\udcff", "a?")),
    ("leaf", lambda: leaf_of("\N{SNOWMAN}")),
    ("leaf", lambda: leaf_of('a"')),
    ("tlog_proof", lambda: examples(BY_NAME["tlog_proof"])[0].replace(b"index 0", b"index 9223372036854775807")),
    ("bundle_zip", lambda: zipped("bagit.txt")),
]
"""What one of two readers once took and the other refused: now neither takes it."""


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"")
    return out.getvalue()


@pytest.mark.parametrize("case", range(len(FOUND)))
def test_what_was_found_once_is_refused_by_both(case: int) -> None:
    name, data = FOUND[case]
    assert not BY_NAME[name].check(data())


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=1_000 if NIGHTLY else 30)
@given(data=st.data())
def test_whatever_is_done_to_it_nothing_breaks(name: str, data: st.DataObject) -> None:
    BY_NAME[name].check(data.draw(st.composite(damaged)(BY_NAME[name])))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SLOW))
@settings(max_examples=300 if NIGHTLY else 12)
@given(data=st.data())
def test_whatever_is_done_to_a_whole_one_nothing_breaks(name: str, data: st.DataObject) -> None:
    BY_NAME[name].check(data.draw(st.composite(damaged)(BY_NAME[name])))


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=300 if NIGHTLY else 10)
@given(data=st.binary(max_size=200))
def test_any_bytes_at_all_break_nothing(name: str, data: bytes) -> None:
    BY_NAME[name].check(data)
