"""The story of an import: every count is told, and private messages are counted only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.fixtures import make_exports, make_x

from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.corpus.tally import tallied
from evenhand.corpus.telling import Facts, facts_of, story
from evenhand.posts import recognise


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    messages = [
        {"messageCreate": {"id": str(900 + at), "senderId": "7001", "text": "x", "createdAt": "2024-01-01T09:00:00Z"}}
        for at in range(2)
    ]
    path = make_x.archive(
        tmp_path / "archive.zip",
        {
            "tweets.js": make_x.script(
                "tweets",
                [
                    make_x.archive_tweet("101"),
                    make_x.archive_tweet("102", in_reply_to_status_id_str="5"),
                    make_x.archive_tweet("103", created_at="Sun Jun 01 10:00:00 +0000 2025"),
                    {"tweet": {"id_str": ""}},
                ],
            ),
            "like.js": make_x.script("like", [{"like": {"tweetId": "555"}}]),
            "direct-messages.js": make_x.script(
                "direct_messages", [{"dmConversation": {"conversationId": "1", "messages": messages}}]
            ),
        },
    )
    recognised, tally = tallied(recognise(path))
    corpus = Corpus(tmp_path / "corpus", MemoryManifest())
    return facts_of(recognised, ingest(corpus, recognised, Context.system()), tally)


def test_the_chapters_tell_what_a_newcomer_asks(facts: Facts) -> None:
    chapters = {chapter.heading: "\n".join(chapter.lines) for chapter in story(facts, str)}
    assert list(chapters) == [
        "What it is", "What was found", "What was not taken", "How it was read", "What this kind of file cannot show",
        "What to do next",
    ]  # fmt: skip
    assert "The archive of an account on X (Twitter).\nRead as x_archive/1" in chapters["What it is"]
    assert "The export of the account sample_owner." in chapters["What it is"]
    for line in ("New posts: 6.", "Posts: 4", "Replies: 1", "Likes: 1", "From 2024-01-01 to 2025-06-01.",
                 "Accounts that wrote them: 1.", "Private messages: 2. They are locked away"):  # fmt: skip
        assert line in chapters["What was found"], line
    assert "At data/tweets.js, record 4. Expected: An id for the record." in chapters["What was not taken"]
    assert "What others wrote to them is hardly in it" in chapters["What this kind of file cannot show"]
    assert "evenhand archive check" in chapters["What to do next"]
    assert "bring the same file in again" in chapters["What to do next"]


def test_a_count_that_a_file_states_and_does_not_keep_is_told(tmp_path: Path) -> None:  # FMT-T19, the page
    path = tmp_path / "channel.json"
    path.write_bytes(make_exports.discord(6, 40))
    recognised, tally = tallied(recognise(path))
    ingested = ingest(Corpus(tmp_path / "corpus", MemoryManifest()), recognised, Context.system())
    told = [line for chapter in story(facts_of(recognised, ingested, tally), str) for line in chapter.lines]
    assert "The file says that it holds 40 records; 6 were found (count_mismatch 40/6)." in told
    assert "New posts: 6. Held before, or the same twice: 0." in told


def test_what_a_file_lacks_stands_apart_with_what_to_do(tmp_path: Path) -> None:
    files = [{"fileName": f"data/tweets{part}.js", "globalName": "x", "count": "1"} for part in ("", "-part1")]
    manifest = {"archiveInfo": {"isPartialArchive": True}, "dataTypes": {"tweets": {"files": files}}}
    tweets = make_x.script("tweets", [make_x.archive_tweet("101"), make_x.archive_tweet("102")])
    path = make_x.archive(tmp_path / "a.zip", {"tweets.js": tweets}, manifest=manifest)
    recognised, tally = tallied(recognise(path))
    ingested = ingest(Corpus(tmp_path / "corpus", MemoryManifest()), recognised, Context.system())
    told = story(facts_of(recognised, ingested, tally), str)
    chapters = {chapter.heading: "\n".join(chapter.lines) for chapter in told}
    missing = chapters["What is missing in this file"]
    assert "data/tweets-part1.js is not in this file, although its own list names it with 1 records." in missing
    assert "data/tweets.js says that it holds 1 records; 2 were found" in missing
    assert "only a part of the whole" in missing
    assert "other files of the same download" in chapters["What to do next"]


def test_what_is_told_adds_up(facts: Facts) -> None:
    assert sum(facts.relations.values()) == facts.posts + facts.merged + facts.suppressed


def test_what_came_in_without_words_of_an_erased_post_is_counted(facts: Facts) -> None:
    said = [line for chapter in story(replace(facts, cleared=2, suppressed=1), str) for line in chapter.lines]
    assert "Left out because somebody had them erased: 1." in said
    assert "Taken without the words of erased posts that stood in them: 2." in said
