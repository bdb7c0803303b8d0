"""Words that must stand nowhere are looked for in one pass, however many they are."""

from __future__ import annotations

import io
import json
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from tests.posts.test_blanking import held, rows, without

from evenhand.posts.blanking import check, find
from evenhand.posts.blanking.check import _count
from evenhand.posts.blanking.needles import Needles

WORDS = st.text("ab", min_size=8, max_size=12)


@given(st.sets(WORDS, min_size=1, max_size=6), st.lists(WORDS, max_size=12))
def test_each_place_is_counted_once(wanted: set[str], said: list[str]) -> None:
    data = "-".join(said).encode()
    needles = Needles({text: {text.encode()} for text in wanted})
    at_each = Counter(text for text in wanted for place in range(len(data)) if data.startswith(text.encode(), place))
    assert needles.count(data) == at_each
    # In pieces of one read each: what stands across two is counted with the second.
    pieces, found = Pieces(data), Counter[str]()
    _count(pieces, needles, found)
    assert found == at_each


class Pieces(io.BytesIO):
    """A stream that gives five bytes at a time, whatever is asked for."""

    def read(self, _size: int | None = -1) -> bytes:
        return super().read(5)


def test_several_forms_of_one_text_and_texts_of_one_start() -> None:
    needles = Needles({"one": {b"12345678one", b"12345678-one"}, "two": {b"12345678two"}, "none": set()})
    assert needles.count(b"x12345678one 12345678-one 12345678two 12345678") == {"one": 2, "two": 1}
    assert needles.longest == len(b"12345678-one")
    nothing = Needles({})
    assert not nothing.longest
    assert not nothing.count(b"whatever stands here")


def test_thousands_of_records_go_from_one_file() -> None:
    lines = [{"id": str(nr), "text": f"these are the words of post number {nr} of many"} for nr in range(2_400)]
    recognised = held("\n".join(map(json.dumps, lines)).encode(), "rows/1")
    gone = [row["record_key"] for row in rows(recognised)][::2]
    copy = without(recognised, *gone)
    assert check(recognised, copy, find(recognised, gone)) == 1_200
    kept = [bytes(row.get("text_raw") or b"").strip() for row in rows(copy)]
    assert [line for line in kept if line] == [line["text"].encode() for line in lines[1::2]]
