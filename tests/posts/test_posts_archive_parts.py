"""FMT-C18: likes, messages, split parts and counts of an archive."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.make_x import archive, archive_tweet, manifest_of, script

from evenhand.posts import Report, read


def message(native_id: str, sender: str = "8001") -> dict[str, object]:
    created = {"id": native_id, "senderId": sender, "recipientId": "7001", "text": "psst", "reactions": [], "urls": []}
    return {"messageCreate": created | {"createdAt": "2024-01-01T09:00:00.000Z"}}


def test_likes_and_messages(tmp_path: Path) -> None:
    conversation = {
        "dmConversation": {"conversationId": "7001-8001", "messages": [message("501"), message("502", "7001")]}
    }
    group = {"dmConversation": {"conversationId": "g", "messages": [message("503"), {"joinConversation": {}}]}}
    members: dict[str, str | bytes] = {
        "like.js": script(
            "like", [{"like": {"tweetId": "55", "fullText": "you &amp; me"}}, {"like": {"tweetId": "56"}}]
        ),
        "direct-messages.js": script("direct_messages", [conversation]),
        "direct-messages-group.js": script("direct_messages_group", [group]),
    }
    report = Report("x")
    posts = list(read(archive(tmp_path / "x.zip", members), report=report))
    likes = [post for post in posts if post.relation == "like"]
    assert [(p.share_of, p.text_raw, p.side, p.claimed_at) for p in likes] == [
        ("x:55", None, {"target_text": "you & me"}, None),
        ("x:56", None, {}, None),
    ]
    assert len({p.native_id for p in likes}) == 2
    assert all(p.id_is_synthetic and p.author_handle == "sample_owner" for p in likes)
    direct = [post for post in posts if post.record_kind == "message"]
    assert [(p.native_id, p.visibility, p.author_id, p.author_handle) for p in direct] == [
        ("501", "direct", "8001", None),
        ("502", "direct", "7001", "sample_owner"),
        ("503", "direct", "8001", None),
    ]
    assert report.control == 1


def test_split_parts_and_a_count_that_is_off(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "tweets.js": script("tweets", [archive_tweet("1"), archive_tweet("2")]),
        "tweets-part1.js": script("tweets", [archive_tweet("3")], part=1),
        "community-tweet.js": script("community_tweet", [archive_tweet("4")]),
    }
    report = Report("x")
    posts = list(read(archive(tmp_path / "x.zip", members, manifest=manifest_of(tweets=3, missing=4)), report=report))
    assert sorted(p.native_id for p in posts) == ["1", "2", "3", "4"]
    assert [p.visibility for p in posts if p.native_id == "4"] == ["group"]
    assert "count_mismatch 3/2: data/tweets.js" in report.notes
    assert any(note.startswith("member_missing") for note in report.notes)


def test_quotes_replies_and_edits(tmp_path: Path) -> None:
    url = {"url": "https://t.co/x", "expanded_url": "https://twitter.com/sample_b/status/42", "display_url": "t"}
    tweets = [
        archive_tweet("1", "look", entities={"urls": [url], "user_mentions": []}),
        archive_tweet("2", "no", in_reply_to_status_id_str="41", in_reply_to_user_id_str="8"),
        archive_tweet("3", "second", edit_info={"edit": {"initialTweetId": "2", "editTweetIds": ["2", "3"]}}),
    ]
    quote, reply, edit = read(archive(tmp_path / "x.zip", {"tweets.js": script("tweets", tweets)}))
    assert (quote.relation, quote.quote_of) == ("quote", "x:42")
    assert (reply.relation, reply.reply_to, reply.side) == ("reply", "x:41", {"reply_to_author": "8"})
    assert edit.edit_of == "x:2"
    assert quote.counts is not None
    assert quote.counts["likes"] == 3
