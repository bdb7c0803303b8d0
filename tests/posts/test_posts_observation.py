"""The hash of an observation is about what was seen: worked out here a second time, by the standard library."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from evenhand.posts.columns import observation_sha256
from evenhand.posts.schema import SILENT

ROW: dict[str, Any] = {"record_key": "x:1", "text_raw": b"caf\xc3\xa9", "text_norm": "café", "claimed_at": 0}


def test_the_canonical_form() -> None:
    said = SILENT | ROW | {"text_raw": base64.b64encode(ROW["text_raw"]).decode()}
    dump = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert observation_sha256(ROW) == hashlib.sha256(dump).hexdigest()


@pytest.mark.parametrize(
    "silent",
    [
        {"mentions": []},
        {"truncated": False},
        {"reply_to": None},
        {"side": {}},
        {"imported_at": 7},
        {"relation": "post"},
    ],
)
def test_saying_nothing_changes_nothing(silent: dict[str, Any]) -> None:
    assert observation_sha256(ROW | silent) == observation_sha256(ROW)


@pytest.mark.parametrize("said", [{"author_handle": ""}, {"norm_map": b""}, {"observed_at": 0}, {"truncated": True}])
def test_even_an_empty_text_and_a_zero_say_something(said: dict[str, Any]) -> None:
    assert observation_sha256(ROW | said) != observation_sha256(ROW)
