"""The address of a record on its platform: made from its id where that is enough, and read back by our own reader."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from evenhand.evidence.platform_urls import FRONT_ENDS, recognise
from evenhand.own_archive.addresses import address_of, address_of_row

DID = "did:plc:abc234"


@pytest.mark.parametrize(
    ("key", "row", "address"),
    [
        ("x:1742", {}, "https://x.com/i/status/1742"),
        (f"bluesky:at://{DID}/app.bsky.feed.post/3kabc", {}, f"https://bsky.app/profile/{DID}/post/3kabc"),
        ("activitypub:https://social.example/users/a/statuses/112233445566", {}, "https://social.example/users/a/statuses/112233445566"),
        ("reddit:t3_abc12", {}, "https://www.reddit.com/comments/abc12"),
        ("reddit:t1_def34", {"thread_root": "reddit:t3_abc12"}, "https://www.reddit.com/comments/abc12/_/def34"),
        (
            "youtube:UgxAbCdEfGhIjKl", {"record_kind": "comment", "side": {"video": "dQx_7aB2cE0"}},
            "https://www.youtube.com/watch?v=dQx_7aB2cE0&lc=UgxAbCdEfGhIjKl",
        ),
    ],
)  # fmt: skip
def test_the_address_leads_back_to_the_record(key: str, row: dict[str, Any], address: str) -> None:
    assert address_of(key, row) == address
    parts = urlsplit(address)
    query = tuple((name, f"={value}") for name, _, value in (pair.partition("=") for pair in parts.query.split("&")))
    found = recognise((parts.hostname or "").removeprefix("www."), parts.path, query, FRONT_ENDS)
    assert found is not None
    assert found.platform == key.partition(":")[0]


@pytest.mark.parametrize(
    "key",
    [
        None, "", "x:", "x:12 34", 'x:1"><script>', "facebook:syn1-ab", "activitypub:javascript:alert(1)",
        "reddit:t1_def",
        "bluesky:at://did:plc:a/app.bsky.feed.like/3k", 'activitypub:https://a.example/"x', "youtube:Ugx",
    ],
)  # fmt: skip
def test_no_address_is_made_up(key: str | None) -> None:
    assert address_of(key, {}) is None


def test_a_like_leads_to_what_was_liked() -> None:
    like = {"record_key": "x:syn1-ab", "id_is_synthetic": True, "share_of": "x:555", "relation": "like"}
    assert address_of_row(like) == "https://x.com/i/status/555"
    link = {"url_full": "https://www.tiktok.com/@a/video/1234567", "shown": None, "record_key": None}
    assert address_of_row(like | {"share_of": None, "urls": [link]}) == "https://www.tiktok.com/@a/video/1234567"
