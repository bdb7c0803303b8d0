"""FMT-T3: in an archive a repost is only a prefix; its words are never the owner's."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.make_x import archive, archive_tweet, script

from evenhand.posts import read

MENTION = {"user_mentions": [{"screen_name": "sample_a", "id_str": "5", "indices": ["3", "12"]}], "urls": []}


def test_a_cut_repost(tmp_path: Path) -> None:
    text = ("RT @sample_a: " + "you muppet " * 20)[:139] + "…"
    tweets = [archive_tweet("1", text, entities=MENTION), archive_tweet("2", "RT @sample_b: typed by hand")]
    cut, typed = read(archive(tmp_path / "x.zip", {"tweets.js": script("tweets", tweets)}))
    assert (cut.relation, cut.truncated, cut.truncated_reason) == ("repost", True, "rt_prefix_140")
    assert cut.share_of is None
    assert cut.text_raw == text.encode()
    assert cut.mentions == [{"id": "5", "handle": "sample_a", "start": 3, "end": 12}]
    assert (typed.relation, typed.truncated) == ("post", False)
    assert typed.author_handle == "sample_owner"
    assert typed.author_basis == "archive_owner"
