"""FMT-C31, C17: what leaves comes back the same; nothing is left half-written."""

from __future__ import annotations

import csv
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fixtures.make_x import archive, archive_tweet, jsonl, script, v1_tweet

from evenhand.context import Context
from evenhand.corpus import Corpus, CorpusFile, FileKind, MemoryManifest, ingest
from evenhand.corpus.export import ESCAPED_STARTS, Profile, export
from evenhand.corpus.store import publish
from evenhand.errors import UsageError
from evenhand.posts import recognise
from evenhand.posts.columns import complete, to_rows, to_table

CTX = Context.repeatable("export", datetime(2026, 3, 2, tzinfo=UTC))
WORDS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.sampled_from([*ESCAPED_STARTS, "=1+1", "'=1", "''", '"', "a,b\r\nc", "\x00", "_nulls", "null", "[]", "true"]),
)
MAYBE = st.none() | WORDS
US = st.none() | st.integers(-(10**15), 10**17)
COUNTS = st.fixed_dictionaries(
    {name: st.none() | st.integers(0, 2**53) for name in ("likes", "reposts", "replies", "quotes", "views")}
    | {"reactions": st.none() | st.dictionaries(WORDS, st.integers(0, 9), max_size=2)}
)
MENTION = st.fixed_dictionaries(
    {"id": MAYBE, "handle": MAYBE, "start": st.none() | st.integers(0, 99), "end": st.none() | st.integers(0, 99)}
)
LINK = st.fixed_dictionaries({"url_full": MAYBE, "shown": MAYBE, "record_key": MAYBE})
REF = st.fixed_dictionaries(
    {"source_sha256": MAYBE, "member_path": MAYBE, "locator": MAYBE, "raw_record_sha256": MAYBE}
)
ROW = st.fixed_dictionaries(
    {
        "native_id": st.integers(1, 10**6).map(str),
        "locator": st.uuids().map(str),
        "raw_record_sha256": st.uuids().map(str),
    },
    optional={
        "author_handle": MAYBE, "author_display": MAYBE, "id_is_synthetic": st.booleans(),
        "text_raw": st.none() | st.binary(max_size=8), "norm_map": st.none() | st.binary(max_size=4),
        "text_norm": MAYBE,
        "text_norm_steps": st.lists(WORDS, max_size=2), "claimed_at": US, "claimed_at_local": US, "edited_at": US,
        "mentions": st.lists(MENTION, max_size=2), "urls": st.lists(LINK, max_size=2), "counts": st.none() | COUNTS,
        "raw_refs": st.lists(REF, max_size=1), "side": st.dictionaries(WORDS, WORDS, max_size=2),
        "flags": st.lists(WORDS, max_size=2), "visibility": st.sampled_from(["public", "group"]),
    },
)  # fmt: skip


def corpus_of(folder: Path, rows: list[dict[str, Any]]) -> Corpus:
    corpus = Corpus(folder, MemoryManifest())
    corpus.work.mkdir(parents=True)
    for row in rows:
        row |= {"record_key": f"x:{row['native_id']}", "platform": "x", "source_format": "x_api/1"}
        complete(row, imported_at=1_700_000_000_000_000)
    pq.write_table(to_table(rows), corpus.work / "rows.parquet")
    file = publish(corpus, corpus.work / "rows.parquet", FileKind.OBSERVATIONS, name="a" * 32, rows=len(rows), oldest=1)
    return Corpus(folder, MemoryManifest([file]))


def stored(corpus: Corpus) -> list[dict[str, Any]]:
    return list(to_rows(corpus.query("SELECT * FROM posts ORDER BY record_key")))


def read_back(folder: Path, path: Path) -> Corpus:
    manifest = MemoryManifest()
    corpus = Corpus(folder, manifest)
    ingested = ingest(corpus, recognise(path), CTX)
    assert ingested.report.refused == []
    manifest.swap(add=ingested.files)
    return corpus


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@settings(max_examples=8, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=4, unique_by=lambda row: row["native_id"]))
def test_records_come_back_the_same(ending: str, rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = corpus_of(folder / "one", rows)
        exported = export(corpus, folder / f"out.{ending}")
        assert exported.rows == len(rows)
        again = read_back(folder / "two", exported.path)
        assert stored(again) == stored(corpus)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_plain_comes_back_the_same_in_its_columns(tmp_path: Path, ending: str) -> None:
    tweet = v1_tweet("1001", "=SUM(A1) you &amp; me", in_reply_to_status_id_str="5", lang="en")
    tweet["entities"]["user_mentions"] = [{"screen_name": "sample_b", "id_str": "9", "indices": [0, 3]}]
    corpus = read_back(tmp_path / "one", jsonl(tmp_path / "a.jsonl", [tweet, v1_tweet("1002", "-1 +1 @x")]))
    first = export(corpus, tmp_path / f"one.{ending}", profile=Profile.PLAIN)
    assert "dropped: visibility (2 rows filled)" in first.notes
    again = read_back(tmp_path / "two", first.path)
    second = export(again, tmp_path / f"two.{ending}", profile=Profile.PLAIN)
    if ending == "parquet":
        assert pq.read_table(first.path).equals(pq.read_table(second.path))
    else:
        assert first.path.read_bytes() == second.path.read_bytes()


def test_a_spreadsheet_finds_no_formula(tmp_path: Path) -> None:  # FMT-C17
    texts = [start + "cmd" for start in ESCAPED_STARTS]
    tweets = [v1_tweet(str(1001 + n), text) for n, text in enumerate(texts)]
    corpus = read_back(tmp_path / "one", jsonl(tmp_path / "a.jsonl", tweets))
    for profile in Profile:
        path = export(corpus, tmp_path / f"{profile}.csv", profile=profile).path
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        assert b"\r\n" in path.read_bytes()
        with path.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert [cell for cell in cells if cell.startswith(ESCAPED_STARTS) and not cell.startswith("'")] == []
        again = read_back(tmp_path / str(profile), path)
        assert [row["text_norm"] for row in stored(again)] == texts


def test_direct_messages_never_leave(tmp_path: Path) -> None:
    created = {"id": "501", "senderId": "8", "text": "sealed words", "createdAt": "2024-01-01T09:00:00.000Z"}
    conversation = {"dmConversation": {"conversationId": "c", "messages": [{"messageCreate": created}]}}
    members: dict[str, str | bytes] = {
        "tweets.js": script("tweets", [archive_tweet("1")]),
        "direct-messages.js": script("direct_messages", [conversation]),
    }
    corpus = read_back(tmp_path / "one", archive(tmp_path / "x.zip", members))
    assert corpus.query("SELECT count(*) AS n FROM observations").to_pylist() == [{"n": 2}]
    for profile in Profile:
        path = export(corpus, tmp_path / f"{profile}.jsonl", profile=profile).path
        assert b"sealed words" not in path.read_bytes()
        assert len(path.read_bytes().splitlines()) == 1


def test_an_export_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = read_back(tmp_path / "one", jsonl(tmp_path / "a.jsonl", [v1_tweet("1")]))
    target = tmp_path / "out.jsonl"
    target.write_text("older")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evenhand.corpus.export._write_lines", full)
    with pytest.raises(OSError, match="No space"):
        export(corpus, target)
    assert target.read_text() == "older"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "one", "out.jsonl"]


def test_an_ending_we_do_not_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.xlsx"):
        export(Corpus(tmp_path, MemoryManifest()), tmp_path / "out.xlsx")


def test_a_file_of_the_manifest_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = CorpusFile("observations/gone.parquet", FileKind.OBSERVATIONS, 1, 1, "0" * 64, 1)
    with pytest.raises(UsageError, match="missing or damaged"):
        Corpus(tmp_path, MemoryManifest([gone])).query("SELECT * FROM posts")
