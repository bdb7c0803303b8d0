"""One item, one key, under whatever address; hostile addresses are refused with words (gate 13, FMT-C12)."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.evidence import CanonicalItem, ItemKind, canonical_item

NIGHTLY = bool(os.environ.get("EVENHAND_NIGHTLY"))

SAME = {
    "x:1234567890123456789": [
        "https://x.com/someone/status/1234567890123456789",
        "http://twitter.com/Someone/status/1234567890123456789/",
        "https://mobile.twitter.com/someone/status/1234567890123456789?s=20&t=AbC-_d",
        "https://www.x.com/i/web/status/1234567890123456789#m",
        "x.com/someone/statuses/1234567890123456789/photo/1",
        "HTTPS://X.COM:443/someone/status/1234567890123456789",
        "https://nitter.net/someone/status/1234567890123456789",
    ],
    "bluesky:at://did:plc:abc123/app.bsky.feed.post/3kabc": [
        "at://did:plc:abc123/app.bsky.feed.post/3kabc",
        "https://bsky.app/profile/did:plc:abc123/post/3kabc",
        "https://bsky.app/profile/did%3Aplc%3Aabc123/post/3kabc?ref_src=embed",
    ],
    "youtube:AbCdEfGhIjK": [
        "https://www.youtube.com/watch?v=AbCdEfGhIjK",
        "https://m.youtube.com/watch?feature=share&v=AbCdEfGhIjK&t=10s",
        "https://youtu.be/AbCdEfGhIjK?si=abc",
        "https://www.youtube.com/shorts/AbCdEfGhIjK",
    ],
    "reddit:t1_def34": [
        "https://www.reddit.com/r/harbour/comments/abc12/some_title/def34/",
        "https://old.reddit.com/r/harbour/comments/abc12/comment/def34",
    ],
    "reddit:t3_abc12": ["https://redd.it/abc12", "https://reddit.com/r/harbour/comments/abc12/other_title/"],
    "facebook:1234567": [
        "https://www.facebook.com/story.php?story_fbid=1234567&id=99999",
        "https://m.facebook.com/somebody/posts/1234567?mibextid=x",
        "https://mbasic.facebook.com/groups/harbour/permalink/1234567/",
    ],
    "instagram:AbC_d-123": ["https://instagram.com/p/AbC_d-123/", "https://www.instagram.com/somebody/reel/AbC_d-123"],
    "tiktok:1234567890": ["https://www.tiktok.com/@some.body/video/1234567890?_r=1"],
    "activitypub:social.example/123456789012": [
        "https://social.example/@somebody/123456789012",
        "https://social.example/users/somebody/statuses/123456789012",
    ],
    "url:https://news.example/a/b?a=1&b=2": [
        "https://www.news.example/a/b/?b=2&a=1",
        "http://m.news.example:80/a/./x/../b?a=1&utm_source=z&b=2&fbclid=9#top",
        "https://NEWS.example/a//b?&a=1&b=2",
        "https://news.example/%61/b?b=%32&a=1",
    ],
}


@pytest.mark.parametrize(("key", "url"), [(key, url) for key, urls in SAME.items() for url in urls])
def test_the_same_item_under_every_address(key, url):
    assert canonical_item(url).key == key


def test_a_platform_and_its_id_meet_the_address():
    by_id = canonical_item(platform="x", native_id="1234567890123456789")
    assert by_id == canonical_item("https://x.com/a/status/1234567890123456789")
    assert by_id == CanonicalItem("x:1234567890123456789", ItemKind.POST)


def test_what_differs_stays_apart():
    urls = [
        "https://x.com/a/status/12345678",
        "https://x.com/a/status/12345679",
        "https://x.com.evil.example/a/status/12345678",
        "https://notx.com/a/status/12345678",
        "https://news.example/a?ref=1",
        "https://news.example/a?ref=2",
        "https://news.example/a%2Fb",
        "https://news.example/a/b",
        "https://news.example/a/b#comment-1",
        "https://news.example/a/b#comment-2",
        "https://news.example:8443/a/b",
        "https://news.example/A/b",
    ]
    assert len({canonical_item(url).key for url in urls}) == len(urls)


def test_kinds_and_what_may_change_hands():
    assert canonical_item("https://bsky.app/profile/some.example/post/3kabc").provisional
    assert canonical_item("https://t.me/harbour/12").provisional
    assert canonical_item("https://www.youtube.com/watch?v=AbCdEfGhIjK&lc=UgxAbCdEfGh").kind is ItemKind.COMMENT
    assert canonical_item("https://news.example/a#comment-3").kind is ItemKind.COMMENT
    assert canonical_item("https://news.example/a").kind is ItemKind.PAGE


HOSTILE = [
    "",
    "   ",
    "javascript:alert(1)",
    "data:text/html,hello",
    "file:///etc/passwd",
    "ftp://news.example/a",
    "https://x.com@evil.example/a/status/1",
    "https://user:secret@news.example/",
    "https://localhost/a",
    "https://127.0.0.1/a",
    "https://127.1/a",
    "https://2130706433/",
    "https://[::1]/a",
    "https://printer.local/a",
    "https://news.example\\@evil.example/",
    "https://news.example/a b",
    "https://news.example/\u202egpj.exe",
    "https://news.example/a\x00b",
    "https://news.example/%00",
    "https://news.example/%0d%0aSet-Cookie",
    "https://news\u200b.example/",
    "https:///a",
    "https://.example/a",
    "https://news.example:99999/",
    "https://[news.example/",
    "https://" + "a" * 70 + ".example/",
    "https://news.example/" + "a" * 3_000,
    "at://did:plc:abc/app.bsky.feed.like/3k",
    "news",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_hostile_addresses_are_refused_with_words(url):
    with pytest.raises(UsageError) as refused:
        canonical_item(url)
    assert refused.value.mend


@pytest.mark.parametrize(
    ("platform", "native_id"), [("X!", "1"), ("x", ""), ("x", "1 2"), ("x", "a\u202eb"), ("", "1"), ("x", "1" * 600)]
)
def test_hostile_ids_are_refused(platform, native_id):
    with pytest.raises(UsageError):
        canonical_item(platform=platform, native_id=native_id)


def test_an_address_and_an_id_together_are_refused():
    with pytest.raises(UsageError, match="address"):
        canonical_item("https://x.com/a/status/1", platform="x", native_id="1")


PIECES = st.sampled_from(
    [
        "https://",
        "http://",
        "www.",
        "m.",
        "x.com",
        "news.example",
        "/",
        "status/",
        "123456",
        "?",
        "a=1",
        "&",
        "#",
        "utm_id=2",
        "comment-1",
        "%2F",
        "%41",
        "..",
        "@",
        ":8080",
        ":80",
        "é",
        "+",
        "=",
        ";",
        "%",
        "//",
        "[",
        "\\",
        "watch?v=AbCdEfGhIjK",
    ]
)


@pytest.mark.slow
@settings(max_examples=5_000 if NIGHTLY else 500)
@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60))
def test_any_text_is_a_key_or_a_refusal_and_a_key_is_its_own_key(text):
    try:
        found = canonical_item(text)
    except UsageError:
        return
    platform, _, rest = found.key.partition(":")
    assert rest.isprintable()
    again = canonical_item(rest) if platform == "url" else canonical_item(platform=platform, native_id=rest)
    assert again.key == found.key
