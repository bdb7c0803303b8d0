"""Only what is addressed to a declared protected account counts as aimed at its owner."""

from __future__ import annotations

from typing import Any

import pytest

from evenhand.corpus.aim import Account, Accounts, aimed_at

ACCOUNTS = Accounts.of(
    {
        "ana": [Account("x", "1001", "Ana_Ward3"), Account("rows", None, "ana")],
        "ben": [Account("x", "1002", "ben"), Account("bluesky", "did:plc:ben")],
    }
)


def post(**known: Any) -> dict[str, Any]:
    return {
        "platform": "x",
        "author_id": "77",
        "author_handle": "somebody",
        "side": [],
        "target_unresolved": None,
        "answered_id": None,
        "answered_handle": None,
        "quoted_id": None,
        "quoted_handle": None,
        "mentions": [],
    } | known


@pytest.mark.parametrize(
    ("known", "person"),
    [
        ({}, None),
        ({"side": [("reply_to_author", "1001")]}, "ana"),
        ({"side": {"reply_to_author": "1001"}}, "ana"),
        ({"answered_id": "1002"}, "ben"),
        ({"quoted_id": "1002"}, "ben"),
        ({"mentions": [{"id": "5", "handle": "other"}, {"id": "1002", "handle": "ben"}]}, "ben"),
        ({"mentions": [{"id": None, "handle": "ANA_ward3"}]}, "ana"),
        # the same handle under another id is somebody else
        ({"mentions": [{"id": "5", "handle": "Ana_Ward3"}]}, None),
        ({"platform": "rows", "mentions": [{"id": "5", "handle": "ana"}]}, "ana"),
        ({"target_unresolved": "ana_Ward3"}, "ana"),
        ({"platform": "rows", "mentions": [{"id": None, "handle": "@Ana"}]}, "ana"),
        ({"platform": "rows", "mentions": [{"id": "1001", "handle": None}]}, None),
        # the one answered comes before the ones mentioned
        ({"answered_id": "1002", "mentions": [{"id": "1001", "handle": None}]}, "ben"),
        # a Bluesky key names whose post it is
        ({"platform": "bluesky", "reply_to": "bluesky:at://did:plc:ben/app.bsky.feed.post/3k"}, "ben"),
        ({"platform": "bluesky", "quote_of": "bluesky:at://did:plc:ben/app.bsky.feed.post/3k"}, "ben"),
        ({"platform": "bluesky", "reply_to": "bluesky:at://did:plc:benny/app.bsky.feed.post/3k"}, None),
        # what somebody handed in is aimed at them, whoever is mentioned, even where they wrote it themselves
        ({"side": {"shield": "ana"}, "mentions": [{"id": "1002", "handle": None}]}, "ana"),
        ({"side": {"shield": "ana"}, "author_id": "1001"}, "ana"),
        ({"side": {"shield": "nobody"}}, None),
        # nobody is protected from themselves, but a colleague in the same post is
        ({"author_id": "1001", "answered_id": "1001"}, None),
        ({"author_id": "1001", "answered_id": "1001", "mentions": [{"id": "1002", "handle": None}]}, "ben"),
    ],
)
def test_whom_a_post_is_aimed_at(known: dict[str, Any], person: str | None) -> None:
    assert aimed_at(post(**known), ACCOUNTS) == person


def test_a_post_about_somebody_without_addressing_them_is_not_looked_for() -> None:
    assert aimed_at(post(text_norm="Ana Ward3 is an idiot"), ACCOUNTS) is None
