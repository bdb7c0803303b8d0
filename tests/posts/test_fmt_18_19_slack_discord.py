"""FMT-T18, T19, C22: Slack's times are its ids; Discord counts other than it holds."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fixtures.make_exports import dc_message, discord, sl_message, slack
from tests.posts.written import made


def test_times_that_are_ids_stay_exact(tmp_path: Path) -> None:  # FMT-T18
    found = made(tmp_path, slack(sl_message("1600000000.000002"), sl_message("1600000000.000003")))
    assert [post.native_id for post in found.posts] == ["T1/C1/1600000000.000002", "T1/C1/1600000000.000003"]
    assert [post.claimed_at and post.claimed_at.microsecond for post in found.posts] == [2, 3]
    (lost,) = made(tmp_path, slack(sl_message() | {"ts": 1600000000.000002})).refused
    assert lost[1] == "id_destroyed"


def test_markup_is_resolved_before_entities(tmp_path: Path) -> None:  # FMT-C22
    text = "<@U2> see <https://e.org/a?b=1&amp;c=2|this> in <#C1|general>: a typed &lt;@U1&gt; &amp;amp;"
    (post,) = made(tmp_path, slack(sl_message(text=text))).posts
    assert post.text_norm == "@U2 see this in #general: a typed <@U1> &amp;"
    assert post.text_raw == text.encode()
    assert [(m["id"], m["start"], m["end"]) for m in post.mentions] == [("U2", 0, 3)]
    assert post.urls == [{"url_full": "https://e.org/a?b=1&c=2", "shown": "this", "record_key": None}]


def test_bots_joins_gravestones_answers_and_reactions(tmp_path: Path) -> None:  # FMT-C22
    bot = {"type": "message", "subtype": "bot_message", "text": "beep", "ts": "1600000001.000000", "username": "Robot"}
    join = sl_message("1600000002.000000", subtype="channel_join")
    grave = sl_message("1600000003.000000", subtype="tombstone", text="This message was deleted.")
    answer = sl_message("1600000004.000000", thread_ts="1600000001.000000", reactions=[{"name": "x", "users": ["U2"]}])
    posts = made(tmp_path, slack(bot, join, grave, answer)).posts
    assert [post.relation for post in posts] == ["post", "system", "post", "reply", "react"]
    assert (posts[0].author_id, posts[0].author_display, posts[0].author_basis) == (None, "Robot", "display_name_only")
    assert posts[2].deletion_state == "deleted_unknown"
    assert posts[3].reply_to == "slack:T1/C1/1600000001.000000"
    assert (posts[4].author_display, posts[4].share_of, posts[4].text_raw) == ("Alex", posts[3].record_key, None)


def test_a_count_that_disagrees_is_said(tmp_path: Path) -> None:  # FMT-T19
    found = made(tmp_path, discord(6, 40))
    assert len(found.posts) == 6
    assert "count_mismatch 40/6" in found.report.notes


def test_answers_and_system_lines_of_discord(tmp_path: Path) -> None:
    whole = json.loads(discord(1, 3))
    whole["messages"] += [
        dc_message(2, type="Reply", reference={"messageId": "1190000000000000001"}),
        dc_message(3, type="ChannelPinnedMessage"),
    ]
    first, second, third = made(tmp_path, json.dumps(whole).encode()).posts
    assert (second.relation, second.reply_to) == ("reply", f"discord:{first.native_id}")
    assert (third.relation, third.record_kind) == ("system", "system")
    assert first.counts is not None
    assert dict(first.counts["reactions"]) == {"👍": 2}
