"""FMT-C1, T3, T21: nobody is scored for words they only passed on, nor anybody for a private message; and such a
message is in no answer and no export."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fixtures.make_exports import EXPORTS, TELEGRAM, as_json, tg_message
from tests.fixtures.make_x import archive, archive_tweet, script

from evenhand.cli.screen import OWN_WORDS
from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.corpus.export import Profile, export
from evenhand.posts import recognise

OTHERS = {"repost", "like", "react", "forward", "system"}
NAMED = {"urls": [], "user_mentions": [{"screen_name": "sample_a", "id_str": "5", "indices": ["3", "12"], "name": "A"}]}
SHARED = "RT @sample_a: " + "you muppet " * 9


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Everything that people do with the words of others, in the shapes of eight platforms."""
    folder = tmp_path_factory.mktemp("whose")
    forward = {"name": "F", "type": "private_group", "id": 9, "messages": [tg_message(1, forwarded_from="B")]}
    names = ("mastodon_archive/1", "bluesky_car/1", "slack/1", "tiktok/1", "facebook/1")
    files = [EXPORTS[name].content for name in names] + [TELEGRAM, as_json(forward)]
    files.append(
        archive(
            folder / "x.zip", {"tweets.js": script("tweets", [archive_tweet("1", SHARED, entities=NAMED)])}
        ).read_bytes()
    )
    manifest = MemoryManifest()
    corpus = Corpus(folder / "corpus", manifest)
    for content in files:
        (folder / "file.bin").write_bytes(content)
        with corpus.writing():
            manifest.swap(add=ingest(corpus, recognise(folder / "file.bin"), Context.system()).files)
    return corpus


def test_only_ones_own_words_are_scored(corpus: Corpus) -> None:
    held = corpus.query("SELECT record_key, relation, visibility, text_raw FROM observations").to_pylist()
    assert {row["relation"] for row in held} > OTHERS, "each kind of passing on is in the fixture"
    scored = {row["record_key"]: row["text"] for row in corpus.query(OWN_WORDS).to_pylist()}
    own = {row["record_key"] for row in held if row["relation"] not in OTHERS and row["visibility"] != "direct"}
    assert scored.keys() == own
    assert SHARED.strip() not in {text.strip() for text in scored.values()}


def test_a_private_message_is_in_no_answer_and_no_export(corpus: Corpus, tmp_path: Path) -> None:
    private = corpus.query("SELECT record_key FROM observations WHERE visibility = 'direct'")["record_key"].to_pylist()
    assert len(private) >= 4, "of Mastodon, Facebook and TikTok"
    assert not {*private} & {*corpus.query("SELECT record_key FROM posts")["record_key"].to_pylist()}
    for profile in Profile:
        written = export(corpus, tmp_path / f"{profile}.jsonl", profile=profile).path.read_text()
        assert not [key for key in private if key.partition(":")[2] in written]
