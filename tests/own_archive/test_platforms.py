"""Every kind of export the public page names, checked as its owner would: own words found, others' words left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures import make_bluesky as bluesky
from tests.fixtures import make_exports as made
from tests.own_archive.conftest import ROUGH

from evenhand.own_archive import Owner

SAID = f"a {ROUGH}"
NOTES = made.ARCHIVE_OF_NOTES | {
    "outbox.json": made.as_json(
        made.outbox(
            made.create(made.note(1, f"<p>{SAID}</p>")),
            made.create(made.note(2, f"<p>{SAID}</p>", to=["https://other.example/users/b"], cc=[])),
            made.ANNOUNCE,
        )
    )
}
MESSAGES = "messages/inbox/b_1/message_1.json"
FACEBOOK = made.FACEBOOK | {
    "comments_and_reactions/comments.json": made.as_json({"comments_v2": [made.comment(SAID), made.comment("calm")]}),
    "messages/inbox/b_1/message_1.json": made.FACEBOOK["messages/inbox/b_1/message_1.json"].replace(
        b"hi", SAID.encode()
    ),
}
CAR = bluesky.car({f"app.bsky.feed.post/{bluesky.TIDS[0]}": bluesky.post(SAID)})
CHAT = made.CHAT.replace(b"hello", SAID.encode()).replace(b"late again", SAID.encode())
TELEGRAM = made.TELEGRAM.replace(b'"hello"', f'"{SAID}"'.encode())
TIKTOK = made.TIKTOK.replace(b'"late"', f'"{SAID}"'.encode()).replace(b'"hi"', f'"{SAID}"'.encode())
INSTAGRAM = {name: data.replace(b'"old"', f'"{SAID}"'.encode()) for name, data in made.INSTAGRAM.items()}
THREADS = made.THREADS.replace(b'"hello"', f'"{SAID}"'.encode())
TAKEOUT = made.takeout(made.TAKEOUT_EN, 7).replace(b"hello", SAID.encode())
ALL = Owner(messages=True)


@pytest.mark.parametrize(
    ("name", "data", "owner", "links"),
    [
        ("mastodon.zip", made.zipped(NOTES), Owner(), [f"{made.ACTOR}/statuses/1"]),
        ("mastodon.tar.gz", made.tarred(NOTES), ALL, [f"{made.ACTOR}/statuses/1", f"{made.ACTOR}/statuses/2"]),
        ("facebook.zip", made.zipped(FACEBOOK), ALL, [None]),
        ("instagram.zip", made.zipped(INSTAGRAM), Owner(), [None]),
        ("threads.json", THREADS, Owner(), [None]),
        ("repo.car", CAR, Owner(), [f"https://bsky.app/profile/{bluesky.DID}/post/{bluesky.TIDS[0]}"]),
        ("comments.csv", TAKEOUT, Owner(), ["https://www.youtube.com/watch?v=-dQx_7aB2cE&lc=UgxAAAAAAAAAAAAAA0"]),
        ("tiktok.json", TIKTOK, ALL, [None]),
        ("chat.txt", CHAT, Owner("sam", messages=True), [None]),
        ("result.json", TELEGRAM, Owner("Sample A", messages=True), [None]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_owner_finds_their_own_words_and_no_others(
    check: Callable[..., Any], tmp_path: Path, name: str, data: bytes, owner: Owner, links: list[str | None]
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with check(path, owner=owner) as result:
        found = list(result.of("2.1"))
    assert [each.link for each in found] == links
    assert {each.act for each in found} == {"wrote"}
    assert len({each.key for each in found}) == len(found)
    assert not any(ROUGH in each.key for each in found)
