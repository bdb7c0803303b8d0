"""Sealed files: every published case, any change is noticed at its place, any part can be read alone."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.vault.chunks import CHUNK, Damaged, SealedReader, open_chunks, plain_size, seal_chunks

VECTORS = Path(os.environ.get("EVENHAND_SHARED", "../shared")) / "vectors/evenhand/chunked-encryption.json"
needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason=f"no vectors at {VECTORS}")
KEY, CONTEXT, SALT = bytes(range(32)), bytes(16), bytes(24)


def published() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(VECTORS.read_text())
    return found


def plaintext(length: int) -> bytes:
    return (hashlib.sha256(b"p").digest() * (length // 32 + 1))[:length]


def seal(data: bytes, key: bytes = KEY, context: bytes = CONTEXT, salt: bytes = SALT) -> bytes:
    return b"".join(seal_chunks(io.BytesIO(data), key=key, context=context, salt=salt))


def opened(sealed: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    return b"".join(open_chunks(io.BytesIO(sealed), key=key, context=context))


def reader(sealed: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> SealedReader:
    return SealedReader(io.BytesIO(sealed), key=key, context=context)


def read_whole(sealed: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    return reader(sealed, key, context).readall()


@needs_vectors
def test_every_published_case() -> None:
    vectors = published()
    base = vectors["base"]
    whole = seal(
        plaintext(base["plaintext_len"]),
        key=bytes.fromhex(base["key"]),
        context=bytes.fromhex(base["context"]),
        salt=bytes.fromhex(base["salt"]),
    )
    assert hashlib.sha256(whole).hexdigest() == base["ciphertext_sha256"]
    for case in vectors["vectors"]:
        key, context = bytes.fromhex(case["key"]), bytes.fromhex(case["context"])
        if case["want"] == "accept":
            data = plaintext(case["plaintext_len"])
            sealed = seal(data, key=key, context=context, salt=bytes.fromhex(case["salt"]))
            assert hashlib.sha256(sealed).hexdigest() == case["ciphertext_sha256"], case["id"]
            assert opened(sealed, key, context) == data, case["id"]
            assert read_whole(sealed, key, context) == data, case["id"]
        else:
            for opener in (opened, read_whole):
                with pytest.raises(Damaged):
                    opener(mutated(whole, case["mutation"]), key, context)


def mutated(whole: bytes, mutation: dict[str, Any]) -> bytes:
    data = bytearray(b"".join(whole[start:end] for start, end in mutation["parts"]))
    data += bytes.fromhex(mutation.get("append", ""))
    if "flip_lowest_bit_of_byte" in mutation:
        data[mutation["flip_lowest_bit_of_byte"]] ^= 1
    return bytes(data)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3 * CHUNK), st.data())
def test_any_change_is_noticed(length: int, data: st.DataObject) -> None:
    sealed = bytearray(seal(plaintext(length)))
    assert opened(bytes(sealed)) == plaintext(length)
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Damaged):
        opened(bytes(sealed))
    sealed[at] ^= 0
    with pytest.raises(Damaged):
        opened(bytes(seal(plaintext(length))[: data.draw(st.integers(0, len(sealed) - 1))]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3 * CHUNK), st.data())
def test_any_part_can_be_read_alone(length: int, data: st.DataObject) -> None:
    plain = plaintext(length)
    part = reader(seal(plain))
    assert part.size == length == plain_size(len(seal(plain)))
    for _ in range(4):
        start = data.draw(st.integers(0, length + 10))
        size = data.draw(st.integers(0, length + 10))
        part.seek(start)
        assert io.BufferedReader(part).read(size) == plain[start : start + size]
        part = reader(seal(plain))


@pytest.mark.parametrize("length", [64 * CHUNK + more for more in (-1, 0, 1, CHUNK, 64 * CHUNK, 65 * CHUNK + 1)])
def test_a_file_that_is_read_in_several_goes_is_sealed_as_one(length: int) -> None:
    sealed = seal(plaintext(length))
    assert opened(sealed) == read_whole(sealed) == plaintext(length)
    assert len(sealed) == 56 + length + 16 * (length // CHUNK + 1)


def test_a_cut_file_is_noticed_before_its_first_byte() -> None:
    sealed = seal(plaintext(2 * CHUNK))
    for cut in (len(sealed) - 16, 56 + 16400, 56, 40, 0):
        with pytest.raises(Damaged):
            reader(sealed[:cut])


def test_a_changed_chunk_is_noticed_when_it_is_read_and_not_given_out() -> None:
    sealed = bytearray(seal(plaintext(3 * CHUNK)))
    sealed[56 + 16400 + 5] ^= 1
    part = reader(bytes(sealed))
    assert part.read(CHUNK) == plaintext(CHUNK)
    with pytest.raises(Damaged):
        part.read(1)
