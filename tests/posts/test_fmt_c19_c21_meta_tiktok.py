"""FMT-C19, C20, C21: Meta's three apps, YouTube's API and TikTok, each in its older and newer shapes."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.make_exports import (
    FACEBOOK,
    INSTAGRAM,
    THREADS,
    TIKTOK,
    YOUTUBE,
    as_json,
    yt_comment,
    zipped,
)
from tests.posts.written import made


def test_facebook_in_all_its_lists(tmp_path: Path) -> None:  # FMT-C19
    posts = made(tmp_path, zipped(FACEBOOK)).posts
    by_kind = {(post.record_kind, post.relation): post for post in posts}
    comment, post = by_kind["comment", "reply"], by_kind["post", "post"]
    assert comment.author_basis == post.author_basis == "archive_owner"
    assert (post.text_norm, post.edited_at and post.edited_at.timestamp()) == ("late", 1_600_000_200)
    assert by_kind["reaction", "react"].side["reaction"] == "LIKE"
    sent, taken_back = [post for post in posts if post.record_kind == "message"]
    assert (sent.author_display, sent.author_basis, sent.visibility) == ("B", "display_name_only", "direct")
    assert sent.claimed_at is not None
    assert sent.claimed_at.microsecond == 123_000
    assert (taken_back.deletion_state, taken_back.text_raw) == ("deleted_by_author", None)


def test_the_newest_likes_have_localised_labels(tmp_path: Path) -> None:  # FMT-C19
    labels = [
        {"label": "Name", "value": "B"},
        {"label": "URL", "href": "https://f/1"},
        {"label": "Zeit", "timestamp_value": 9},
    ]
    (like,) = made(tmp_path, as_json([{"timestamp": 1_600_000_000, "label_values": labels}])).posts
    assert (like.relation, like.target_unresolved, like.flags) == ("react", "B", ["key_guessed"])
    assert like.urls[0]["url_full"] == "https://f/1"
    assert like.side["outer_timestamp"] == "9"


def test_a_facebook_comment_without_data_is_kept(tmp_path: Path) -> None:  # FMT-C19
    bare = {"timestamp": 1_600_000_000, "title": "Owner replied to B's comment."}
    (post,) = made(tmp_path, as_json({"comments_v2": [bare]})).posts
    assert (post.text_raw, post.target_unresolved) == (None, "Owner replied to B's comment.")
    assert post.claimed_at is not None


def test_instagram_in_three_generations(tmp_path: Path) -> None:  # FMT-C19
    found = {post.text_norm: post for post in made(tmp_path, zipped(INSTAGRAM)).posts}
    assert found.keys() == {"schön und lang", "b", "old", "r", "single", "many"}
    guessed = found["schön und lang"]
    assert (guessed.flags, guessed.target_unresolved) == (["key_guessed"], "b")
    assert guessed.claimed_at is not None
    assert (found["b"].flags, found["b"].target_unresolved) == ([], "c")
    assert (found["old"].target_unresolved, found["old"].urls[0]["url_full"]) == ("b", "https://i/1")
    assert [item["uri"] for item in found["many"].attachments] == ["a.jpg", "b.jpg"]


def test_threads_says_that_it_is_a_reply_not_to_what(tmp_path: Path) -> None:  # FMT-C19
    first, second = made(tmp_path, THREADS).posts
    assert (first.relation, second.relation, second.reply_to) == ("post", "reply", None)


def test_an_answer_of_youtube_is_incomplete_and_says_so(tmp_path: Path) -> None:  # FMT-C20
    top, first, _ = made(tmp_path, YOUTUBE).posts
    assert top.flags == ["thread_incomplete"]
    assert top.counts is not None
    assert (top.text_norm, top.counts["replies"], first.reply_to) == ("a\nb & x…", 5, "youtube:UgxA")
    assert top.urls == [{"url_full": "https://example.org/x", "shown": "x…", "record_key": None}]
    assert (top.side["video"], top.author_handle) == ("-dQx_7aB2cE", "sample-a")


def test_the_text_as_typed_goes_before_the_one_shown(tmp_path: Path) -> None:  # FMT-C20
    comment = yt_comment(textOriginal="a & b", updatedAt="2024-01-02T09:00:00Z")
    (post,) = made(tmp_path, as_json({"kind": "youtube#commentListResponse", "items": [comment]})).posts
    assert (post.text_norm, post.text_raw) == ("a & b", b"a & b")
    assert post.edited_at is not None


def test_tiktok_old_and_new_keys_and_lists_that_are_null(tmp_path: Path) -> None:  # FMT-C21
    found = made(tmp_path, TIKTOK)
    assert found.refused == []
    assert [(post.record_kind, post.relation) for post in found.posts] == [
        ("comment", "reply"),
        ("comment", "reply"),
        ("message", "post"),
        ("reaction", "like"),
        ("reaction", "repost"),
        ("post", "post"),
    ]
    assert {post.tz_status for post in found.posts} == {"naive_unknown"}
    assert (found.posts[1].text_norm, str(found.posts[1].claimed_at_local)) == ("old", "2020-01-01 09:00:00")
    assert (found.posts[2].author_handle, found.posts[2].visibility) == ("b", "direct")
    assert found.posts[5].deletion_state == "deleted_by_author"
    newer: dict[str, object] = {
        "Your Activity": {"Like List": None},
        "Direct Message": {"Direct Messages": {"ChatHistory": None}},
    }
    again = made(
        tmp_path, as_json(newer | {"Comment": {"Comments": {"CommentsList": [{"date": "x", "comment": "a"}]}}})
    )
    assert [(post.text_norm, post.flags) for post in again.posts] == [("a", ["date_unparsable"])]
