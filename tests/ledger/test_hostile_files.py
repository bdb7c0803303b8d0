"""Files from outside: whatever the bytes, only the declared errors; and no Django anywhere in the room."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.ledger.checkpoint import parse_tree_head
from evenhand.ledger.encoding import b64, b64u, unb64, unb64u
from evenhand.ledger.errors import BadPolicy, Malformed
from evenhand.ledger.notes import Signer, parse_note, parse_vkey
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.tiles import TilePath
from evenhand.ledger.tlog_proof import parse_tlog_proof

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GOOD = [
    b"log.example/1\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\xe2\x80\x94 a AAAAAAAA\n",
    b"c2sp.org/tlog-proof@v1\nindex 0\n\n",
    f"log {VKEY}\nwitness A {VKEY}\ngroup g 1 A\nquorum g\n".encode(),
    VKEY.encode(),
    b"tile/0/x001/000.p/9",
]
MUTATED = st.builds(
    lambda good, place, put, cut: good[: place % len(good)] + put + good[place % len(good) + cut :],
    st.sampled_from(GOOD), st.integers(0, 400), st.binary(max_size=4), st.integers(0, 5),
)  # fmt: skip
PARSERS: list[Callable[[bytes], Any]] = [
    parse_note,
    parse_tlog_proof,
    parse_policy,
    lambda data: parse_vkey(data.decode("utf-8", "surrogateescape")),
    lambda data: Signer.parse(data.decode("utf-8", "surrogateescape")),
    lambda data: TilePath.parse(data.decode("utf-8", "surrogateescape")),
    lambda data: parse_tree_head(data.decode("utf-8", "surrogateescape")),
]


@given(st.one_of(st.binary(max_size=200), MUTATED), st.sampled_from(range(len(PARSERS))))
def test_only_the_declared_errors(data: bytes, which: int) -> None:
    try:
        PARSERS[which](data)
    except (Malformed, BadPolicy) as error:
        assert str(error)


@given(st.binary(max_size=64))
def test_both_alphabets_have_one_text_for_each_value(data: bytes) -> None:
    assert unb64(b64(data)) == data
    assert unb64u(b64u(data), len(data)) == data


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "QQ==QQ==", "Q-==", "ä", "QQ==="])
def test_sloppy_base64_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        unb64(text)


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "Q+", "QQ\n", "ä", ""])
def test_sloppy_url_safe_base64_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        unb64u(text, 1)


@pytest.mark.parametrize("size", [(1 << 20) + 1])
def test_large_files_are_refused_before_they_are_read_closely(size: int) -> None:
    for parse in (parse_note, parse_policy):
        with pytest.raises((Malformed, BadPolicy)):
            parse(b"a" * size)


BLOCKED = """
import sys, pkgutil, importlib
sys.modules["django"] = None
import evenhand.ledger
for module in pkgutil.iter_modules(evenhand.ledger.__path__):
    importlib.import_module("evenhand.ledger." + module.name)
assert not [name for name in sys.modules if name.startswith("django.")]
"""


@pytest.mark.slow
def test_the_room_works_with_django_blocked() -> None:
    subprocess.run([sys.executable, "-c", BLOCKED], check=True)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\x01", "a\ud800"])
def test_bad_key_names_are_malformed(name: str) -> None:
    with pytest.raises(Malformed):
        parse_vkey(f"{name}+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
