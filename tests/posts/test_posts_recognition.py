"""Recognition by structure: names never decide, and two close answers are a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.fixtures.make_exports import zipped
from tests.fixtures.make_x import (
    archive,
    archive_tweet,
    flattened,
    jsonl,
    manifest_of,
    script,
    v1_tweet,
    v2_page,
    v2_tweet,
)

from evenhand.errors import Ambiguous, UsageError
from evenhand.posts import Sign, read
from evenhand.posts import recognise as recognise_file
from evenhand.posts.recognition import READERS, reader_named

TWEETS = script("tweets", [archive_tweet("1")])


def fixtures(folder: Path) -> dict[str, Path]:
    """Every shape we read, each under a name that says nothing."""

    def at(name: str) -> Path:
        (folder / name).mkdir()
        return folder / name / "file.bin"

    pretty = at("page")
    pretty.write_text(json.dumps(v2_page([v2_tweet("1")]), indent=2))
    search = at("search")
    search.write_text(json.dumps({"statuses": [v1_tweet("1")], "search_metadata": {}}))
    large = at("large")
    large.write_text(json.dumps([v1_tweet(str(n)) for n in range(1, 4000)], indent=1))
    table = at("table")
    table.write_text("id,text,created_at\n1,hello,2024-01-01T00:00:00Z\n")
    plain = {"platform": "x", "id": "1", "author_id": "5", "text": "hello", "created_at": "2024-01-01T00:00:00Z"}
    return {
        "x_archive/1 with manifest": archive(at("a"), {"tweets.js": TWEETS}, manifest=manifest_of(tweets=1)),
        "x_archive/1 without": archive(at("b"), {"tweets.js": TWEETS}),
        "x_api/1 v1": jsonl(at("c"), [v1_tweet("1")]),
        "x_api/1 stream": jsonl(at("c2"), [{"delete": {"status": {"id_str": "1"}}}, v1_tweet("1")]),
        "x_api/1 pages": jsonl(at("d"), [v2_page([v2_tweet("1")])]),
        "x_api/1 flattened": jsonl(at("e"), [flattened(v2_tweet("1"))]),
        "x_api/1 document": pretty,
        "x_api/1 search": search,
        "x_api/1 large document": large,
        "rows/1 csv": table,
        "rows/1 jsonl": jsonl(at("f"), [plain]),
    }


def test_each_shape_is_known_under_any_name(tmp_path: Path) -> None:  # FMT-C10
    for name, path in fixtures(tmp_path).items():
        recognised = recognise_file(path)
        assert recognised.sign.source_format == name.partition(" ")[0], name
        assert recognised.sign.reasons
        assert list(read(path)), name


def test_html_says_what_to_export(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_text("<!DOCTYPE html><html><body>your posts</body></html>")
    with pytest.raises(UsageError, match="Please export JSON"):
        recognise_file(path)


def test_a_zip_of_pages_and_an_outlook_message_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(zipped({"your_posts.html": b"<html>", "photo.jpg": b"x"}))
    with pytest.raises(UsageError, match="ask the platform for the same export as JSON"):
        recognise_file(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500)
    with pytest.raises(UsageError, match=r"Save a \.msg as \.eml"):
        recognise_file(path)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n", b"hello world", b"{}", b"[]", b"\0" * 100, b"PK\x03\x04"])
def test_what_nobody_reads_is_said_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    with pytest.raises(UsageError) as refusal:
        recognise_file(path)
    assert str(path) in str(refusal.value) or "file.bin" in str(refusal.value)


def test_two_close_answers_are_a_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text\n1,a\n")
    rows = reader_named("rows").sniff
    score = recognise_file(path).sign.score
    monkeypatch.setattr(type(READERS[0]), "sniff", lambda *_: Sign("x_archive/1", score - 0.05, ("close",)))
    with pytest.raises(Ambiguous, match="is this rows or x_archive"):
        recognise_file(path)
    assert recognise_file(path, as_format="rows").reader.sniff.__func__ is rows.__func__


def test_an_unknown_reader_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text\n1,a\n")
    with pytest.raises(UsageError, match="there is no reader 'myspace'"):
        recognise_file(path, as_format="myspace")


def test_no_personal_data_of_the_owner_is_taken(tmp_path: Path) -> None:  # FMT-C5
    account = {
        "account": {"accountId": "7", "username": "u", "email": "planted@example.org", "phoneNumber": "555-0199"}
    }
    members: dict[str, str | bytes] = {
        "tweets.js": script("tweets", [archive_tweet("1", coordinates={"coordinates": ["12.345678", "1"]})]),
        "ip-audit.js": script("ip_audit", [{"ipAudit": {"loginIp": "192.0.2.77"}}]),
    }
    path = archive(tmp_path / "x.zip", members)
    import zipfile

    with zipfile.ZipFile(tmp_path / "y.zip", "w") as file:
        file.writestr("data/account.js", script("account", [account]))
        for name, content in members.items():
            file.writestr(f"data/{name}", content)
    for source in (path, tmp_path / "y.zip"):
        stored = repr(list(read(source)))
        for planted in ("planted@", "555-0199", "192.0.2.77", "12.345678"):
            assert planted not in stored
