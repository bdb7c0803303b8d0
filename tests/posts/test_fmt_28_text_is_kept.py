"""FMT-T28: the bytes of a text are kept, its reading form is valid, and the way back is known."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fixtures.make_x import archive, archive_tweet, jsonl, script, v1_tweet, v2_page, v2_tweet

from evenhand.posts import Report, find, read
from evenhand.posts.reading_form import read_text, runs_of, to_norm, to_raw

PIECES = [
    "&amp;",
    "&lt;",
    "&gt;",
    "&amp;lt;",
    "&copy",
    "\r\n",
    "\r",
    "\n",
    "\0",
    "\ud800",
    "\udc00",
    "\u202e",
    "é",
    "😀",
]
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=12).map("".join)


@given(TEXTS, st.booleans())
def test_raw_is_exact_norm_is_valid_and_the_map_leads_back(text: str, entities: bool) -> None:
    reading = read_text(text, entities=entities)
    assert reading.raw.decode("utf-8", "surrogatepass") == text
    reading.norm.encode("utf-8")
    assert ("surrogate_replaced" in reading.flags) == any("\ud800" <= c <= "\udfff" for c in text)
    assert ("nul_replaced" in reading.flags) == ("\0" in text)
    at_norm = at_raw = 0
    back, forth = to_raw(reading.map), to_norm(reading.map)
    for same, norm, raw in runs_of(reading.map):
        assert reading.norm[at_norm : at_norm + same] == text[at_raw : at_raw + same]
        for step in range(same):
            assert back(at_norm + step) == at_raw + step
            assert forth(at_raw + step) == at_norm + step
        at_norm, at_raw = at_norm + same + norm, at_raw + same + raw
    assert reading.norm[at_norm:] == text[at_raw:]
    assert back(len(reading.norm)) == len(text)


def test_entities_are_undone_once_and_only_three() -> None:  # FMT-C9
    assert read_text("a &amp;lt; b &copy &notit; &gt;", entities=True).norm == "a &lt; b &copy &notit; >"
    assert read_text("a &amp; b", entities=False).norm == "a &amp; b"


def test_obfuscation_is_kept() -> None:
    text = "i\u200bd\u0456ot \u202eclown ’ “"
    assert read_text(text, entities=True).norm == text


@settings(max_examples=30, deadline=None)
@given(TEXTS)
def test_a_tweet_holds_its_text_whatever_it_is(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    # JSON joins a pair of escaped halves into the one letter they are.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    path = tmp_path_factory.getbasetemp() / "tweet.jsonl"
    jsonl(path, [v1_tweet("1", text)])
    (post,) = read(path)
    assert post.text_raw is not None
    assert post.text_raw.decode("utf-8", "surrogatepass") == text
    assert find(path, post.locator).text_raw == post.text_raw


def sources(tmp_path: Path) -> list[Path]:
    odd = v1_tweet("3", "x")
    odd["user"]["name"] = "half \ud800 name"
    members: dict[str, str | bytes] = {
        "tweets.js": script("tweets", [archive_tweet("1", "a &amp; b"), archive_tweet("2")]),
        "like.js": script("like", [{"like": {"tweetId": "5"}}, {"like": {"tweetId": "6"}}]),
    }
    page = tmp_path / "page.json"
    page.write_text(json.dumps(v2_page([v2_tweet("1"), v2_tweet("2")]), indent=1))
    table = tmp_path / "t.csv"
    table.write_text('id,text\r\n1,"two\r\nlines"\r\n2,b\r\n')
    return [
        archive(tmp_path / "x.zip", members),
        jsonl(tmp_path / "a.jsonl", [v1_tweet("1", "é\0"), odd]),
        jsonl(tmp_path / "p.jsonl", [v2_page([v2_tweet("1"), v2_tweet("2")])]),
        page,
        table,
    ]


def test_each_post_is_found_again_at_its_place(tmp_path: Path) -> None:
    for path in sources(tmp_path):
        before = hashlib.sha256(path.read_bytes()).hexdigest()
        posts = list(read(path))
        assert posts
        assert len({(post.member_path, post.locator) for post in posts}) == len(posts)
        for post in posts:
            again = find(path, post.locator, member_path=post.member_path)
            assert (again.text_raw, again.raw_record_sha256) == (post.text_raw, post.raw_record_sha256)
            assert post.source_sha256 == before


def test_names_with_half_letters_are_stored_as_text(tmp_path: Path) -> None:
    tweet = v1_tweet("3", "x")
    tweet["user"]["name"] = "half \ud800 name"
    (post,) = read(jsonl(tmp_path / "a.jsonl", [tweet]))
    assert post.author_display == "half \ufffd name"


def test_the_hash_of_a_line_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [v1_tweet("1"), v1_tweet("2")])
    lines = path.read_bytes().splitlines()
    assert [p.raw_record_sha256 for p in read(path)] == [hashlib.sha256(line).hexdigest() for line in lines]


def test_a_remark_that_quotes_half_a_letter_can_be_printed(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "rows.jsonl", [{"id": "1", "text": "a", "half \ud800": "x"}])
    report = Report("rows")
    list(read(path, report=report))
    assert report.notes == ["columns not used: half \ufffd"]
