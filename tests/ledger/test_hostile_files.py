"""Files from outside: sloppy text is refused, large files early; no Django anywhere in the room. More: tests/fuzz."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.ledger.encoding import b64, b64u, unb64, unb64u
from evenhand.ledger.errors import BadPolicy, Malformed
from evenhand.ledger.notes import parse_note, parse_vkey
from evenhand.ledger.policy import parse_policy


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
