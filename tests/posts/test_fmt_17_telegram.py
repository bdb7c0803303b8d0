"""FMT-T17, C22: Telegram's texts in runs, its two times, forwards, and accounts that are gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.fixtures.make_exports import TELEGRAM, as_json, tg_message
from tests.posts.written import made

from evenhand.posts import IMPORT, Choices, Report, recognise


def chat(*messages: object, **more: object) -> bytes:
    return as_json({"name": "G", "type": "private_group", "id": 12345, "messages": list(messages)} | more)


def test_runs_are_joined_and_the_unix_time_wins(tmp_path: Path) -> None:
    text = ["a ", {"type": "bold", "text": "b"}, {"type": "text_link", "text": " c", "href": "https://e.org/x"}]
    old = tg_message(3)
    del old["date_unixtime"]
    first, second = made(tmp_path, chat(tg_message(2, text=text), old)).posts
    assert first.text_norm == "a b c"
    assert first.text_raw is not None
    assert first.text_raw.startswith(b'["a ",{')
    assert (first.tz_status, first.claimed_at and first.claimed_at.isoformat()) == (
        "epoch",
        "2024-01-01T09:00:00+00:00",
    )
    assert first.urls == [{"url_full": "https://e.org/x", "shown": " c", "record_key": None}]
    assert (second.tz_status, second.claimed_at) == ("naive_unknown", None)
    assert str(second.claimed_at_local) == "2024-01-01 11:00:00"


def test_ids_count_within_a_chat(tmp_path: Path) -> None:
    first, second = made(tmp_path, chat(tg_message(1), tg_message(2, reply_to_message_id=1))).posts
    assert (first.native_id, second.reply_to) == ("12345/1", "telegram:12345/1")
    (loose,) = made(tmp_path, chat(tg_message(None))).posts
    assert loose.id_is_synthetic


def test_a_forward_is_not_the_word_of_whoever_forwards(tmp_path: Path) -> None:  # FMT-C22
    forwarded = tg_message(1, forwarded_from="Somebody else")
    gone = tg_message(2, **{"from": None})
    first, second = made(tmp_path, chat(forwarded, gone)).posts
    assert (first.relation, first.author_id, first.author_display) == ("forward", None, "Somebody else")
    assert first.side["forwarded_by"] == "user111"
    assert "author_gone" in second.flags


def test_all_chats_in_one_file_and_private_ones_are_direct(tmp_path: Path) -> None:  # FMT-C22
    one = {"name": "B", "type": "personal_chat", "id": 7, "messages": [tg_message(1)]}
    two = {"name": "P", "type": "public_channel", "id": 8, "messages": [tg_message(1)]}
    found = made(
        tmp_path, as_json({"about": "x", "chats": {"about": "y", "list": [one, two]}, "left_chats": {"list": []}})
    )
    assert [(post.record_key, post.visibility) for post in found.posts] == [
        ("telegram:7/1", "direct"),
        ("telegram:8/1", "public"),
    ]


def test_mentions_stand_at_their_place(tmp_path: Path) -> None:
    text = ["😀 ", {"type": "mention", "text": "@sample_b"}, {"type": "mention_name", "text": " B", "user_id": 5}]
    (post,) = made(tmp_path, chat(tg_message(1, text=text))).posts
    assert post.text_norm is not None
    assert [post.text_norm[m["start"] : m["end"]] for m in post.mentions] == ["@sample_b", " B"]
    assert [(m["handle"], m["id"]) for m in post.mentions] == [("sample_b", None), (None, "5")]


def test_a_huge_export_is_streamed_to_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(TELEGRAM)
    recognised = recognise(path)
    small = replace(recognised.source, limits=replace(IMPORT, document_bytes=100))
    rows = recognised.reader.rows
    assert list(rows(small, Report("x"))) == list(rows(recognised.source, Report("x")))


def test_a_chosen_zone_makes_old_times_times(tmp_path: Path) -> None:
    old = tg_message(3)
    del old["date_unixtime"]
    (post,) = made(tmp_path, chat(old), choices=Choices(timezone="Europe/Berlin")).posts
    assert (post.tz_status, post.claimed_at and post.claimed_at.hour) == ("naive_assumed:Europe/Berlin", 10)


def test_what_stands_in_the_place_of_a_list_is_refused_by_name(tmp_path: Path) -> None:
    found = made(tmp_path, as_json({"name": "G", "type": "private_group", "id": 1, "messages": 5}))
    assert (found.posts, found.refused) == ([], [("jp:/messages", "record_malformed")])
    assert made(tmp_path, as_json({"name": "G", "type": "private_group", "id": 1, "messages": None})).refused == []
