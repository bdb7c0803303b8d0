"""Control lines, broken records and hostile JSON: counted or refused by name, never a crash."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fixtures.make_x import jsonl, v1_tweet, v2_page, v2_tweet

from evenhand.errors import UsageError
from evenhand.posts import IMPORT, Report, Source, read, recognise


def test_each_control_line_once(tmp_path: Path) -> None:  # FMT-C11
    lines = [
        {"delete": {"status": {"id_str": "5", "user_id_str": "1"}, "timestamp_ms": "1704099600000"}},
        {"scrub_geo": {"user_id": 1, "up_to_status_id": 2}},
        {"status_withheld": {"id": 6, "user_id": 1, "withheld_in_countries": ["XY"]}},
        {"user_withheld": {"id": 1}},
        {"limit": {"track": 1234}},
        {"warning": {"code": "FALLING_BEHIND"}},
    ]
    path = tmp_path / "stream.jsonl"
    path.write_text("\r\n\r\n".join(json.dumps(line) for line in [v1_tweet("1"), *lines]) + "\r\n\r\n")
    report = Report("stream")
    assert [post.native_id for post in read(path, report=report)] == ["1"]
    assert (report.control, report.refused) == (6, [])
    assert [(e["record_key"], e["event"]) for e in report.events] == [
        ("x:5", "deleted_by_author"),
        ("x:6", "withheld"),
    ]


HOSTILE = {
    "not a number": '{"id_str":"1","text":"a","user":{},"favorite_count":NaN}',
    "nested": '{"id_str":"1","text":"a","user":{},"x":' + "[" * 100_000 + "]" * 100_000 + "}",
    "nested a little": '{"id_str":"1","text":"a","user":{},"x":' + "[" * 300 + "]" * 300 + "}",
    "open brackets": "[" * 100_000,
    "long integer": '{"id_str":"1","text":"a","user":{},"x":' + "9" * 5000 + "}",
    "no JSON": '{"id_str":"1"',
    "bytes": '{"id_str":"1","text":"\\udcff\\udcfe"}',
    "another thing": '{"weather":"fine"}',
    "a text": '"hello"',
    "id as a list": '{"id_str":["1"],"text":"a"}',
    "id as a float": '{"id_str":1.5,"text":"a"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_refused_by_name_and_the_rest_is_read(tmp_path: Path, name: str) -> None:  # FMT-C6
    path = tmp_path / "a.jsonl"
    good = json.dumps(v1_tweet("7"))
    path.write_bytes(f"{good}\n{HOSTILE[name]}\n{good}\n".encode("utf-8", "surrogateescape"))
    report = Report("a")
    posts = list(read(path, report=report))
    assert [post.native_id for post in posts if post.native_id == "7"] == ["7", "7"]
    assert len(posts) + len(report.refused) == 3
    if len(posts) == 2:
        assert report.refused[0].locator == "ln:2"


WEIRD = [None, 5, "x", [], {}, [1], {"a": 1}, True, 1.5, "9" * 400]


@pytest.mark.parametrize("weird", WEIRD, ids=repr)
@pytest.mark.parametrize(
    "field",
    [
        *("user", "entities", "created_at", "full_text", "retweeted_status", "quoted_status", "extended_tweet", "lang"),
        *("in_reply_to_status_id_str", "in_reply_to_user_id_str", "favorite_count", "extended_entities", "truncated"),
    ],
)
def test_no_field_of_v1_can_stop_an_import(tmp_path: Path, field: str, weird: object) -> None:
    path = jsonl(tmp_path / "a.jsonl", [v1_tweet("1"), v1_tweet("2", **{field: weird})])
    assert "1" in [post.native_id for post in read(path)]


@pytest.mark.parametrize("weird", WEIRD, ids=repr)
@pytest.mark.parametrize(
    "field",
    [
        *("text", "author_id", "created_at", "entities", "referenced_tweets", "public_metrics", "attachments", "lang"),
        *("note_tweet", "author", "conversation_id", "in_reply_to_user_id", "__twarc"),
    ],
)
def test_no_field_of_v2_can_stop_an_import(tmp_path: Path, field: str, weird: object) -> None:
    path = jsonl(tmp_path / "a.jsonl", [v2_page([v2_tweet("1")]), v2_tweet("2") | {field: weird}])
    assert "1" in [post.native_id for post in read(path)]


@pytest.mark.parametrize("weird", WEIRD, ids=repr)
@pytest.mark.parametrize("field", ["includes", "errors", "meta", "data", "__twarc"])
def test_no_part_of_a_page_can_stop_an_import(tmp_path: Path, field: str, weird: object) -> None:
    path = jsonl(tmp_path / "a.jsonl", [v2_page([v2_tweet("1")]), v2_page([v2_tweet("2")]) | {field: weird}])
    assert "1" in [post.native_id for post in read(path)]


def test_a_line_over_the_limit_is_skipped_in_bounded_memory(tmp_path: Path) -> None:  # FMT-C15
    path = tmp_path / "a.jsonl"
    good = json.dumps(v1_tweet("7")).encode()
    path.write_bytes(good + b"\n" + b'{"id_str":"' + b"9" * (17 << 20) + b'"}\n' + good + b"\n")
    report = Report("a")
    assert len(list(read(path, report=report))) == 2
    assert [(r.locator, r.reason) for r in report.refused] == [("ln:2", "line_too_long")]


def test_a_file_of_nothing_but_broken_lines_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [v1_tweet("1"), *[{"weather": n} for n in range(30)]])
    with pytest.raises(UsageError, match="over 9 records cannot be read"):
        list(read(path, report=Report("a", limit=9)))


@pytest.mark.parametrize("shape", ["list", "page", "search"])
def test_documents_too_large_to_hold_are_streamed_to_the_same_posts(tmp_path: Path, shape: str) -> None:
    v1, v2 = [v1_tweet(str(n)) for n in range(1, 40)], [v2_tweet(str(n)) for n in range(1, 40)]
    values = {"list": v1, "page": v2_page(v2), "search": {"statuses": v1, "search_metadata": {}}}
    path = tmp_path / "file.bin"
    path.write_text(json.dumps(values[shape], indent=1))
    recognised = recognise(path)
    small = replace(recognised.source, limits=replace(IMPORT, document_bytes=100))

    def facts(source: Source) -> list[tuple[object, ...]]:
        names = ("record_key", "text_raw", "locator", "raw_record_sha256", "author_handle")
        return [tuple(row.get(name) for name in names) for row in recognised.reader.rows(source, Report("x"))]

    assert facts(small) == facts(recognised.source)
    path.write_text(json.dumps(values[shape], indent=1)[:-20])
    with pytest.raises(UsageError, match="damaged or cut short"):
        facts(small)
