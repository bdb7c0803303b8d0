"""The story of an import: every reason code has words, every count is told, and private messages are counted only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fixtures import make_exports, make_x

from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.corpus.tally import tallied
from evenhand.corpus.telling import Facts, facts_of, reason_words, story
from evenhand.posts import recognise
from evenhand.posts.warc import DAMAGED, DIGEST_DIFFERS, LENGTH_WRONG, TRUNCATED

POSTS = Path(__file__).resolve().parents[2] / "src" / "evenhand" / "posts"
RAISED = {"Unusable", "NotJson", "Malformed", "refuse"}


def constants(node: ast.expr) -> Iterator[str]:
    """A text, or both texts of `a if … else b`."""
    if isinstance(node, ast.IfExp):
        yield from (*constants(node.body), *constants(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def codes(source: str) -> Iterator[str]:
    """The reason codes in a module: what is refused, or raised to be refused."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield from constants(node.args[-1]) if name in RAISED and node.args else ()
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            yield from [node.value.value] if "reason" in names and isinstance(node.value.value, str) else []


def test_every_reason_code_of_a_reader_has_words() -> None:
    used = {code for path in POSTS.rglob("*.py") for code in codes(path.read_text())}
    used |= {TRUNCATED, LENGTH_WRONG, DIGEST_DIFFERS, DAMAGED}
    assert {"id_destroyed", "member_damaged", "trailing_code", "line_truncated", "row_too_wide"} <= used
    assert sorted(code for code in used if reason_words(code, str)[0] == code) == []


def test_a_code_without_words_is_still_told() -> None:
    assert reason_words("never_seen", str) == ("never_seen", "Look at the place named, or export again.")


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
        "What it is", "What was found", "What was not taken", "What this kind of file cannot show", "What to do next",
    ]  # fmt: skip
    assert "Read as x_archive/1" in chapters["What it is"]
    assert "The export of the account sample_owner." in chapters["What it is"]
    for line in ("New posts: 6.", "Posts: 4", "Replies: 1", "Likes: 1", "From 2024-01-01 to 2025-06-01.",
                 "By so many accounts: 1.", "Private messages: 2. They are locked away"):  # fmt: skip
        assert line in chapters["What was found"], line
    assert "At data/tweets.js;jp:/3. Expected: An id for the record." in chapters["What was not taken"]
    assert "What others wrote to them is hardly in it" in chapters["What this kind of file cannot show"]
    assert "evenhand archive check" in chapters["What to do next"]
    assert "bring the same file in again" in chapters["What to do next"]


def test_a_count_that_a_file_states_and_does_not_keep_is_told(tmp_path: Path) -> None:  # FMT-T19, the page
    path = tmp_path / "channel.json"
    path.write_bytes(make_exports.discord(6, 40))
    recognised, tally = tallied(recognise(path))
    ingested = ingest(Corpus(tmp_path / "corpus", MemoryManifest()), recognised, Context.system())
    told = [line for chapter in story(facts_of(recognised, ingested, tally), str) for line in chapter.lines]
    assert "count_mismatch 40/6" in told and "New posts: 6. Held before, or the same twice: 0." in told


def test_what_is_told_adds_up(facts: Facts) -> None:
    assert sum(facts.relations.values()) == facts.posts + facts.merged + facts.suppressed
