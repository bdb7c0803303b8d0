"""Depth is bounded exactly, whatever brackets stand inside strings; times in the fast forms are strict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.posts import json_bytes
from evenhand.posts.json_bytes import MOST_NESTED, Malformed, loads
from evenhand.posts.times import iso_time, x_time

TEXT = st.text(st.sampled_from('[]{}"\\\\a\n'), max_size=12)


def nested(depth: int, inner: Any) -> Any:
    for level in range(depth):
        inner = [[], inner, "]"] if level % 2 else {'[{"': inner}
    return inner


@given(depth=st.integers(MOST_NESTED - 2, MOST_NESTED + 2), texts=st.lists(TEXT, max_size=4), width=st.integers(0, 260))
def test_depth_is_counted_outside_strings(depth: int, texts: list[str], width: int) -> None:
    value = nested(depth - 2, [*texts, *([[]] * width), []])
    data = json.dumps(value).encode()
    if depth <= MOST_NESTED:
        assert loads(data)[0] == value
    else:
        with pytest.raises(Malformed):
            loads(data)


@given(texts=st.lists(TEXT, max_size=6), at_once=st.integers(1, 9))
def test_strings_are_left_out_wherever_a_piece_ends(texts: list[str], at_once: int) -> None:
    data = json.dumps([*texts, [{}]]).encode()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_bytes, "_AT_ONCE", at_once)
        assert json_bytes._brackets(data) == b"[[[]]]"


@pytest.mark.parametrize("data", [b"[" * 100_000, b"[[]" * 100_000, b'"' * 100_001 + b"[" * 300, b"]" * 300])
def test_what_does_not_balance_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        loads(data)


@pytest.mark.parametrize("text", ["2024-01-01T99:00:00.000Z", "2024-01-01T09:00:00.0x0Z", "2024-13-01T09:00:00Z"])
def test_an_impossible_iso_time_is_no_time(text: str) -> None:
    assert iso_time(text).us is None


@pytest.mark.parametrize(
    "text", ["Mon Jan 01 29:00:00 +0000 2024", "Mon Jab 01 09:00:00 +0000 2024", "Mon Jan 01 09:00:00 +0100 2024", ""]
)
def test_an_impossible_x_time_is_no_time(text: str) -> None:
    assert x_time(text) is None


def test_the_fast_forms_say_what_the_others_say() -> None:
    us = 1_704_099_600_000_000
    assert x_time("Mon Jan 01 09:00:00 +0000 2024") == us
    for text in ("2024-01-01T09:00:00Z", "2024-01-01T09:00:00.000Z", "2024-01-01T10:00:00+01:00", "2024-01-01 09:00Z"):
        assert iso_time(text).us == us
    assert iso_time("2024-01-01T09:00:60Z").us == us + 59_000_000
