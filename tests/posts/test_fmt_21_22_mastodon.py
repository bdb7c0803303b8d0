"""FMT-T21, T22: an outbox with everything in it, quotes, and reports."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fixtures.make_exports import (
    ANNOUNCE,
    ARCHIVE_OF_NOTES,
    FLAG,
    REPORT,
    as_json,
    as_lines,
    create,
    note,
    outbox,
    status,
    tarred,
    zipped,
)
from tests.posts.written import made


def test_an_announce_is_a_repost_without_words(tmp_path: Path) -> None:
    for pack in (tarred, zipped):
        posts = made(tmp_path, pack(ARCHIVE_OF_NOTES)).posts
        (shared,) = [post for post in posts if post.relation == "repost"]
        assert (shared.text_raw, shared.share_of) == (None, f"activitypub:{ANNOUNCE['object']}")
        assert [post.visibility for post in posts if post.relation == "post"] == [
            "public",
            "followers",
            "unlisted",
            "direct",
        ]
        assert {post.author_basis for post in posts} == {"archive_owner"}
        assert {post.author_handle for post in posts} == {"sample"}


def test_html_becomes_text_and_hidden_parts_leave_the_shown_text_only(tmp_path: Path) -> None:
    link = '<a href="https://example.org/long/address"><span class="invisible">https://</span>example.org/long</a>'
    mention = '<a href="https://b.example/@b" class="u-url mention">@<span>b</span></a>'
    html = f"<p>{mention} a &amp; b<br>c</p><p>see {link}</p>"
    tag = {"type": "Mention", "href": "https://b.example/users/b", "name": "@b@b.example"}
    (post,) = made(tmp_path, as_json(outbox(create(note(1, html, tag=[tag], summary="careful"))))).posts
    assert post.text_norm == "@b a & b\nc\nsee example.org/long"
    assert post.text_raw == html.encode()
    assert post.urls == [
        {"url_full": "https://example.org/long/address", "shown": "example.org/long", "record_key": None}
    ]
    assert post.mentions == [{"id": "https://b.example/users/b", "handle": "b@b.example", "start": None, "end": None}]
    assert (post.norm_map, post.side["content_warning"]) == (None, "careful")


def test_a_script_is_neither_run_nor_shown(tmp_path: Path) -> None:
    html = '<p>a<script>alert("1")</script><style>b{}</style></p><p>c'
    (post,) = made(tmp_path, as_json(outbox(create(note(1, html))))).posts
    assert post.text_norm == "a\nc"


def test_the_line_of_a_quote_is_packaging(tmp_path: Path) -> None:
    html = '<p class="quote-inline">RE: <a href="https://o/1">o/1</a></p><p>not so</p>'
    quoted = {"state": "accepted", "quoted_status": status(9)}
    (post,) = made(tmp_path, as_lines(status(1, html, quote=quoted))).posts
    assert post.text_norm == "not so"
    assert post.text_raw == html.encode()
    assert (post.relation, post.quote_of) == ("quote", "activitypub:https://o.example/users/b/statuses/9")


def test_answers_inside_one_file_find_their_parents(tmp_path: Path) -> None:
    answer = status(2, in_reply_to_id=status(1)["id"])
    stray = status(3, in_reply_to_id="5")
    _, second, third = made(tmp_path, as_lines(status(1), answer, stray)).posts
    assert second.reply_to == "activitypub:https://o.example/users/b/statuses/1"
    assert (third.relation, third.reply_to, third.target_unresolved) == ("reply", None, "status 5 of this server")


def test_a_deletion_in_a_stream_is_an_event_where_the_post_is_known(tmp_path: Path) -> None:
    lines = [{"event": "update", "payload": json.dumps(status(4))}, {"event": "delete", "payload": status(4)["id"]}]
    found = made(tmp_path, as_lines(*lines, {"event": "delete", "payload": "77"}))
    assert [event["record_key"] for event in found.report.events] == [f"activitypub:{status(4)['uri']}"]
    assert (len(found.posts), found.report.control) == (1, 2)


def test_three_reports_are_linked_and_nobody_is_named(tmp_path: Path) -> None:  # FMT-T22
    targets = ["https://o.example/b", "https://o.example/users/b/statuses/1"]
    several = FLAG | {"object": targets}
    single = {**FLAG, "id": "https://o.example/flags/2", "object": targets[0], "summary": "in short"}
    del single["content"]
    found = made(tmp_path, as_lines(status(1), several, single, REPORT))
    _, *reports = found.posts
    assert [post.relation for post in reports] == ["report"] * 3
    assert [post.text_norm for post in reports] == ["look at this", "in short", "against the rules"]
    assert [[link["record_key"] for link in post.urls] for post in reports] == [
        [f"activitypub:{target}" for target in targets],
        [f"activitypub:{targets[0]}"],
        [f"activitypub:{target}" for target in targets],
    ]
    for post in reports:
        assert (post.author_id, post.author_handle, post.author_display, post.author_basis) == (
            None,
            None,
            None,
            "hidden",
        )
