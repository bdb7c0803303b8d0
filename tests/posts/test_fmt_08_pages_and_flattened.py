"""FMT-T8: the same tweets as pages, as pages with one tweet, and flattened, are the same posts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.make_x import flattened, jsonl, v2_page, v2_tweet

from evenhand.posts import Report, read

WHERE = ("observation_sha256", "source_sha256", "member_sha256", "locator", "raw_record_sha256", "imported_at")
TWEETS = [v2_tweet(str(10_000 + n), f"text &lt;{n}&gt;", author=str(8000 + n % 5)) for n in range(250)]


def facts(path: Path) -> list[dict[str, Any]]:
    return [{k: v for k, v in asdict(post).items() if k not in WHERE} for post in read(path)]


def test_pages_and_flattened_agree(tmp_path: Path) -> None:
    pages = [v2_page(TWEETS[:100]), v2_page(TWEETS[100]), v2_page(TWEETS[101:])]
    by_page = facts(jsonl(tmp_path / "pages.jsonl", pages))
    assert len(by_page) == 250
    assert by_page == facts(jsonl(tmp_path / "flat.jsonl", [flattened(tweet) for tweet in TWEETS]))
    assert by_page[7]["author_handle"] == "sample_8002"
    assert by_page[7]["text_norm"] == "text <7>"


@pytest.mark.parametrize("indent", [None, 2])
def test_one_document_agrees_too(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps(v2_page(TWEETS), indent=indent))
    assert facts(path) == facts(jsonl(tmp_path / "flat.jsonl", [flattened(tweet) for tweet in TWEETS]))


def test_a_page_without_tweets_is_no_error(tmp_path: Path) -> None:
    report = Report("page")
    path = jsonl(tmp_path / "pages.jsonl", [{"meta": {"result_count": 0}}, v2_page(TWEETS[:1])])
    assert len(list(read(path, report=report))) == 1
    assert report.refused == []


def test_the_parent_of_a_reply_is_context(tmp_path: Path) -> None:
    reply = v2_tweet("5", "no &amp; no", referenced_tweets=[{"type": "replied_to", "id": "4"}])
    page = v2_page([reply])
    page["includes"]["tweets"] = [v2_tweet("4", "shall we &lt;meet&gt;?")]
    (post,) = read(jsonl(tmp_path / "p.jsonl", [page]))
    said = {"parent_text": "shall we <meet>?", "reply_to_author": "8001", "reply_to_handle": "sample_8001"}
    assert (post.relation, post.reply_to, post.side) == ("reply", "x:4", said)
