"""FMT-T5: deletion is data: what we have, what we only know of, and nothing twice."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.make_x import archive, archive_tweet, script, x_date

from evenhand.posts import Report, read


def test_two_deleted_one_never_held(tmp_path: Path) -> None:
    deleted = [archive_tweet(i, "gone", deleted_at="2024-01-05T10:00:00.000Z") for i in ("11", "12")]
    headers = [
        {"tweet": {"tweet_id": i, "user_id": "7001", "created_at": x_date(), "deleted_at": x_date(day=6)}}
        for i in ("11", "12", "13")
    ]
    members: dict[str, str | bytes] = {
        "deleted-tweets.js": script("deleted_tweets", deleted),
        "deleted-tweet-headers.js": script("deleted_tweet_headers", headers),
    }
    report = Report("archive")
    posts = list(read(archive(tmp_path / "x.zip", members), report=report))
    assert [(p.native_id, p.deletion_state, p.text_norm) for p in posts] == [
        ("11", "deleted_by_author", "gone"),
        ("12", "deleted_by_author", "gone"),
        ("13", "never_held", None),
    ]
    assert [p.deleted_at.day if p.deleted_at else None for p in posts] == [5, 5, 6]
    assert report.merged == 2
    assert [event["record_key"] for event in report.events] == ["x:11", "x:12"]
