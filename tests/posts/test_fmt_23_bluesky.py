"""FMT-T23: facets in bytes, clocks that lie, streams with deletions, and repositories that are trees."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cbor2
import pytest
from tests.fixtures.make_bluesky import DID, TIDS, block, car, event, node, post, repository, thread, to, varint, view
from tests.fixtures.make_exports import as_lines
from tests.posts.written import made

from evenhand.errors import UsageError


def test_facets_are_bytes_and_become_letters(tmp_path: Path) -> None:  # (a)
    text = "😀😀 see e.org/lo… @b"
    start = text.encode().index(b"e.org")
    stop = start + len("e.org/lo…".encode())
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://e.org/long/way"}
    mention = {"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:b"}
    facets = [
        {"index": {"byteStart": start, "byteEnd": stop}, "features": [link]},
        {"index": {"byteStart": stop + 1, "byteEnd": stop + 3}, "features": [mention]},
        {"index": {"byteStart": 5_000, "byteEnd": -1}, "features": [link]},
    ]
    (found,) = made(tmp_path, as_lines(event("create", record=post(text, facets=facets)))).posts
    assert found.urls[0] == {"url_full": "https://e.org/long/way", "shown": "e.org/lo…", "record_key": None}
    assert found.text_norm is not None
    assert [found.text_norm[m["start"] : m["end"]] for m in found.mentions] == ["@b"]
    assert found.urls[1]["shown"] is None


CLOCKS = {
    "0000-01-01T00:00:00Z": (None, "none", ["date_out_of_range"]),
    "2023-07-01T09:00:00.123456789012Z": ("2023-07-01T09:00:00.123456+00:00", "utc", []),
    "2023-07-01T02:00:00-07:00": ("2023-07-01T09:00:00+00:00", "offset", []),
    "0001-01-01T00:00:00+01:00": (None, "none", ["date_out_of_range"]),
    "2031-07-01T09:00:00Z": ("2031-07-01T09:00:00+00:00", "server_vs_claimed_conflict", ["utc"]),
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_clocks_that_clients_set(tmp_path: Path, clock: str) -> None:  # (b)
    (found,) = made(tmp_path, as_lines(event("create", record=post(createdAt=clock)))).posts
    claimed, status, flags = CLOCKS[clock]
    assert (found.claimed_at and found.claimed_at.isoformat(), found.tz_status, found.flags) == (claimed, status, flags)
    assert found.claimed_at_raw == clock


def test_a_stream_creates_renames_and_deletes(tmp_path: Path) -> None:  # (c)
    renamed = {"did": DID, "time_us": 1, "kind": "identity", "identity": {"did": DID, "handle": "new.example"}}
    lines = [event("create"), renamed, event("create", TIDS[1]), event("delete"), event("delete", TIDS[5])]
    follow = event("create", TIDS[2], collection="app.bsky.graph.follow", record={"subject": "did:plc:b"})
    found = made(tmp_path, as_lines(*lines, follow, {"id": 1, "type": "record", "record": {"action": "create"}}))
    assert [item.author_handle for item in found.posts] == [None, "new.example"]
    keys = [f"bluesky:at://{DID}/app.bsky.feed.post/{tid}" for tid in (TIDS[0], TIDS[5])]
    assert [(made_event["record_key"], made_event["event"]) for made_event in found.report.events] == [
        (key, "deleted_by_author") for key in keys
    ]
    assert found.report.control == 4
    assert found.refused == [("ln:7", "record_not_recognised")]


def test_tap_says_the_same(tmp_path: Path) -> None:
    tap = {"live": True, "did": DID, "rev": "r", "collection": "app.bsky.feed.post", "rkey": TIDS[0], "cid": "bafy"}
    (found,) = made(
        tmp_path, as_lines({"id": 1, "type": "record", "record": tap | {"action": "create", "record": post()}})
    ).posts
    assert found.native_id == f"at://{DID}/app.bsky.feed.post/{TIDS[0]}"


def test_a_repository_is_walked(tmp_path: Path) -> None:  # (d)
    found = made(tmp_path, repository())
    live = [item for item in found.posts if item.deletion_state == "present"]
    assert [item.native_id for item in live if item.relation == "post"] == [
        f"at://{DID}/app.bsky.feed.post/{tid}" for tid in TIDS[:5]
    ]
    assert sorted(item.relation for item in live if item.relation != "post") == ["like", "repost"]
    loose = [item for item in found.posts if item.deletion_state == "not_in_current_repo"]
    assert [(item.text_norm, item.id_is_synthetic) for item in loose] == [("gone", True), ("gone too", True)]
    assert {item.author_id for item in found.posts} == {DID}


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_one_flipped_byte_refuses_the_file(tmp_path: Path, place: float) -> None:  # (d)
    content = bytearray(repository())
    content[100 + int((len(content) - 200) * place)] ^= 1
    with pytest.raises(UsageError, match="damaged or was changed"):
        made(tmp_path, bytes(content), as_format="bluesky_car")


def test_a_cut_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="car_cut_short"):
        made(tmp_path, repository()[:-20])


def tree(*values: object) -> bytes:
    """A CAR whose first value is its commit."""
    named = [block(value) for value in values]
    header = cbor2.dumps({"roots": [to(named[0][0])], "version": 1})
    return varint(len(header)) + header + b"".join(varint(len(n) + len(d)) + n + d for n, d in named)


def test_keys_that_do_not_rise_are_refused(tmp_path: Path) -> None:
    record = block(post())
    bad = node([("app.bsky.feed.post/b", record[0], None), ("app.bsky.feed.post/a", record[0], None)])
    commit = {"did": DID, "version": 3, "data": to(block(bad)[0]), "rev": "r"}
    with pytest.raises(UsageError, match="tree_out_of_order"):
        made(tmp_path, tree(commit, bad, post()))


def test_a_tree_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    values: list[object] = [node([])]
    for _ in range(70):
        values.append(node([], block(values[-1])[0]))
    commit = {"did": DID, "version": 3, "data": to(block(values[-1])[0]), "rev": "r"}
    with pytest.raises(UsageError, match="tree_too_deep"):
        made(tmp_path, tree(commit, *values))


def test_an_empty_repository_holds_nothing(tmp_path: Path) -> None:
    assert made(tmp_path, car({"app.bsky.graph.follow/a": {"subject": "x"}})).posts == []


def test_threads_show_their_gaps(tmp_path: Path) -> None:
    found = made(tmp_path, thread()).posts
    assert [item.deletion_state for item in found] == ["never_held", "present", "present", "withheld"]
    assert found[1].counts is not None
    assert (found[1].counts["likes"], found[1].author_handle) == (3, "sample.example")


def test_quotes_answers_reposts_and_reports_of_the_appview(tmp_path: Path) -> None:
    target = {"uri": f"at://{DID}/app.bsky.feed.post/{TIDS[3]}", "cid": "bafy"}
    quote = view(record=post(embed={"$type": "app.bsky.embed.record", "record": target}))
    media = {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": target}, "media": {"images": []}}
    reply = post(reply={"root": target, "parent": target}, embed=media)
    reason = {
        "$type": "app.bsky.feed.defs#reasonRepost",
        "by": {"did": "did:plc:c"},
        "indexedAt": "2023-07-02T09:00:00Z",
    }
    feed = {"feed": [{"post": quote}, {"post": view(rkey=TIDS[1], record=reply), "reason": reason}]}
    posts = made(tmp_path, json.dumps(feed).encode()).posts
    assert [item.relation for item in posts] == ["quote", "quote", "repost"]
    assert posts[1].reply_to == posts[1].quote_of == f"bluesky:{target['uri']}"
    assert (posts[2].author_id, posts[2].text_raw) == ("did:plc:c", None)
    report = {
        "id": 5,
        "event": {"comment": "see", "reportType": "com.atproto.moderation.defs#reasonRude"},
        "subject": target | {"x": "did:"},
        "createdBy": "did:plc:r",
        "createdAt": "2023-07-01T09:00:00Z",
    }
    (found,) = made(tmp_path, json.dumps({"events": [report]}).encode(), as_format="bluesky_appview").posts
    assert (found.relation, found.author_basis, found.author_id) == ("report", "hidden", None)
    assert found.urls[0]["record_key"] == f"bluesky:{target['uri']}"


def test_blocks_are_their_hash(tmp_path: Path) -> None:
    found = made(tmp_path, repository()).by_id[f"at://{DID}/app.bsky.feed.post/{TIDS[0]}"]
    _, data = block(post(f"post {TIDS[0]}"))
    assert found.raw_record_sha256 == hashlib.sha256(data).hexdigest()
