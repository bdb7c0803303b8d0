"""What a phone shares becomes a row each: the link under its one key, the words, the fact of each picture."""

from __future__ import annotations

from typing import Any

import pytest

from evenhand.errors import UsageError
from evenhand.live.held import handed_in, recognise_bytes
from evenhand.live.shared import Picture, Share, Shared, record_of
from evenhand.posts import Report, rows_of

PICTURE = Picture("0" * 32, "a" * 64, "image/png")


def rows(shared: Shared, pictures: list[Picture], draft: str = "d1") -> list[dict[str, Any]]:
    read = recognise_bytes(record_of(shared, pictures, draft=draft), "shared.json", as_format="share", more=(Share(),))
    return list(rows_of(handed_in(read, "ana"), Report("shared.json"), imported_at=1))


@pytest.mark.parametrize(
    ("given", "url", "text"),
    [
        ({"url": "https://x.com/a/status/5"}, "https://x.com/a/status/5", ""),
        ({"text": "look https://x.com/a/status/5 at this"}, "https://x.com/a/status/5", "look  at this"),
        ({"title": "A post", "text": "https://x.com/a/status/5"}, "https://x.com/a/status/5", "A post"),
        ({"title": "same", "text": "same"}, "", "same"),
        ({"text": "go away https://x.com/a", "url": "https://x.com/a"}, "https://x.com/a", "go away"),
        ({"text": " "}, "", ""),
    ],
)
def test_a_link_is_found_wherever_a_phone_puts_it(given: dict[str, str], url: str, text: str) -> None:
    assert Shared.of(**given) == Shared(url, text)


def test_each_part_is_a_row_of_the_person_who_handed_it_in() -> None:  # FMT-C28
    found = rows(Shared("https://twitter.com/somebody/status/5001?s=20", "we will come for you"), [PICTURE])
    post, words, picture = found
    assert {row["side"]["shield"] for row in found} == {"ana"}
    assert {row["provenance_class"] for row in found} == {"user_statement"}
    assert (post["record_key"], post.get("text_norm"), post["flags"]) == ("x:5001", None, ["text_not_held"])
    assert (words["platform"], words["record_kind"], words["author_basis"]) == ("other", "message", "claimed")
    assert words["text_norm"] == "we will come for you"
    assert (picture["platform"], picture["record_kind"], picture.get("text_raw")) == ("screenshot", "capture", None)
    assert (picture.get("text_norm"), picture["side"].keys() & {"ocr_transcript"}) == (None, set())  # FMT-C13
    assert picture["attachments"][0]["sha256"] == "a" * 64
    assert picture["flags"] == ["picture_not_read"]


def test_the_same_words_twice_are_two_acts_and_the_same_draft_one() -> None:
    words = Shared("", "go away")
    keys = [rows(words, [], draft)[0]["record_key"] for draft in ("d1", "d2", "d1")]
    assert keys[0] != keys[1] and keys[0] == keys[2]


def test_other_pages_keep_their_address() -> None:
    assert rows(Shared("https://forum.example/t/5", ""), [])[0]["record_key"] == "web:https://forum.example/t/5"


def test_too_long_is_said() -> None:
    with pytest.raises(UsageError, match="10,000"):
        Shared.of(text="x" * 10_001)
