"""An archive of a few posts, and a detector that finds the one word the tests use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures import make_x

from evenhand.codes import Category, CodeOfConduct, builtin
from evenhand.context import Context
from evenhand.own_archive import Check, Owner, checking
from evenhand.posts import recognise
from evenhand.screening import Abstention, Frame, Span, Target, Verdict

ROUGH = "muppet"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class OneWord:
    """Flags the word `muppet` as an insult and reads no German."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def screen(self, texts: list[str], parents: list[str | None] | None = None) -> list[Verdict]:
        self.asked += texts
        return [self._verdict(text) for text in texts]

    def _verdict(self, text: str) -> Verdict:
        at = text.find(ROUGH)
        german = Abstention.LANGUAGE_NOT_SERVED if "der die das" in text else None
        flags = (Category.INSULT,) if at >= 0 and not german else ()
        spans = (Span(at, at + len(ROUGH), Category.INSULT),) if flags else ()
        reason = f"‘{ROUGH}’ reads as an insult." if flags else ""
        return Verdict(german, {}, flags, Frame.ASSERTED, Target.NONE, (), spans, reason, "m", "c")


@pytest.fixture
def detector() -> OneWord:
    return OneWord()


@pytest.fixture
def check(detector: OneWord) -> Callable[..., Any]:
    """Check a file and give the result while its findings can be read."""

    @contextmanager
    def run(path: Path, code: CodeOfConduct | None = None, owner: Owner | None = None) -> Iterator[Check]:
        ctx = Context.repeatable("archive", NOW)
        with checking(
            recognise(path), code=code or builtin("general"), owner=owner or Owner(), ctx=ctx, screener=detector
        ) as found:
            yield found

    return run


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Eight records of the owner's account, in the shapes of X."""
    message = {"id": "900", "senderId": "7001", "recipientId": "1", "text": f"you {ROUGH}"}
    received = message | {"id": "901", "senderId": "1"}
    created = {"createdAt": "2024-01-01T09:00:00.000Z"}
    conversation = [{"messageCreate": each | created} for each in (message, received)]
    retweet = {"entities": {"user_mentions": [{"screen_name": "sample_b", "id_str": "2"}], "urls": []}}
    recent = {"created_at": "Sun Jun 01 10:00:00 +0000 2025"}
    media = [{"media_url_https": "https://example.org/a.jpg", "type": "photo"}]
    return make_x.archive(
        tmp_path / "archive.zip",
        {
            "tweets.js": make_x.script(
                "tweets",
                [
                    make_x.archive_tweet("101", f"What a {ROUGH} you are & <b>more</b>", **recent),
                    make_x.archive_tweet("102", f"An old {ROUGH}"),
                    make_x.archive_tweet("103", f"RT @sample_b: such a {ROUGH}", **(recent | retweet)),
                    make_x.archive_tweet("104", f"der die das {ROUGH}"),
                    make_x.archive_tweet("105", "A calm post", extended_entities={"media": media}),
                ],
            ),
            "like.js": make_x.script(
                "like", [{"like": {"tweetId": "555", "fullText": f"liked {ROUGH}"}}, {"like": {"tweetId": "556"}}]
            ),
            "deleted-tweets.js": make_x.script(
                "deleted_tweets", [make_x.archive_tweet("106", f"gone {ROUGH}", deleted_at="2025-06-02T00:00:00.000Z")]
            ),
            "direct-messages.js": make_x.script(
                "direct_messages", [{"dmConversation": {"conversationId": "1-7001", "messages": conversation}}]
            ),
        },
    )


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """An archive of X that is a part of several: two posts, two records without an id, one that is no record."""
    files = [{"fileName": f"data/tweets{part}.js", "globalName": "x", "count": "9"} for part in ("", "-part1")]
    manifest = {"archiveInfo": {"isPartialArchive": True}, "dataTypes": {"tweets": {"files": files}}}
    nameless = {"tweet": {"id_str": ""}}
    records = [make_x.archive_tweet("101", f"a {ROUGH}"), nameless, make_x.archive_tweet("102"), [], nameless]
    return make_x.archive(tmp_path / "odd.zip", {"tweets.js": make_x.script("tweets", records)}, manifest=manifest)
