"""FMT-T7: search, show and stream shapes of one tweet are one post with three observations."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fixtures.make_exports import status
from tests.fixtures.make_x import v1_tweet

from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.posts import recognise

TEXT = ("the hall is late again " * 20)[:260]


def test_one_post_three_observations(tmp_path: Path, ctx: Context) -> None:
    search = v1_tweet("1001", TEXT)
    show = v1_tweet("1001", TEXT, favorite_count=9)
    stream = v1_tweet("1001", text=TEXT[:139] + "…", truncated=True, timestamp_ms="1704099600000")
    del stream["full_text"]
    stream |= {"text": TEXT[:139] + "…", "extended_tweet": {"full_text": TEXT, "entities": {}}}
    path = tmp_path / "tweets.jsonl"
    path.write_text("\n".join(json.dumps(tweet) for tweet in (search, show, stream)))
    manifest = MemoryManifest()
    corpus = Corpus(tmp_path / "corpus", manifest)
    ingested = ingest(corpus, recognise(path), ctx)
    manifest.swap(add=ingested.files)
    assert (ingested.posts, ingested.merged, ingested.report.refused) == (1, 2, [])
    (post,) = corpus.query("SELECT * FROM posts").to_pylist()
    assert post["text_norm"] == TEXT
    assert post["truncated"] is False
    assert len(post["raw_refs"]) == 2
    assert corpus.query("SELECT count(*) AS n FROM observations").to_pylist() == [{"n": 3}]


def test_an_edit_beats_the_longer_text_before_it_whichever_comes_in_first(tmp_path: Path, ctx: Context) -> None:
    first = status(1, "<p>you are all muppets, every one of you</p>")
    edited = status(1, "<p>sorry</p>", edited_at="2024-01-01T10:00:00.000Z")
    later = status(1, "<p>sorry, all</p>", edited_at="2024-01-01T11:00:00.000Z")
    for number, order in enumerate([(first, edited, later), (later, edited, first), (edited, first, later)]):
        manifest = MemoryManifest()
        corpus = Corpus(tmp_path / f"corpus{number}", manifest)
        path = tmp_path / "statuses.jsonl"
        path.write_text("\n".join(json.dumps(each) for each in order))
        manifest.swap(add=ingest(corpus, recognise(path), ctx).files)
        (post,) = corpus.query("SELECT text_norm, len(raw_refs) AS older FROM posts").to_pylist()
        assert post == {"text_norm": "sorry, all", "older": 2}


def test_a_stream_text_without_its_extension_is_cut(tmp_path: Path, ctx: Context) -> None:
    stream = v1_tweet("1001", truncated=True)
    stream["text"] = stream.pop("full_text") + "…"
    path = tmp_path / "tweets.jsonl"
    path.write_text("\n".join(json.dumps(tweet) for tweet in (stream, v1_tweet("1001", "hello, all of it"))))
    manifest = MemoryManifest()
    corpus = Corpus(tmp_path / "corpus", manifest)
    manifest.swap(add=ingest(corpus, recognise(path), ctx).files)
    (post,) = corpus.query("SELECT text_norm, truncated FROM posts").to_pylist()
    assert post == {"text_norm": "hello, all of it", "truncated": False}
