"""The public stream: nobody's post but those that name a declared account, from a cursor on, whatever breaks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.live.fake_streams import JetstreamFake, JetstreamHandler
from tests.live.fakes import served
from tests.live.live_room import DECLARED, none_held

from evenhand.live import Unreachable, sift
from evenhand.live import jetstream as module
from evenhand.live.jetstream import Jetstream

pytestmark = pytest.mark.usefixtures("loopback")
ANA = "did:plc:ana"


def created(number: int, *, to: str | None = ANA) -> dict[str, Any]:
    record: dict[str, Any] = {"text": f"a word {number}", "createdAt": "2026-03-02T08:00:00Z"}
    if to:
        parent = {"uri": f"at://{to}/app.bsky.feed.post/3kaaaaaaaaaaa", "cid": "b"}
        record["reply"] = {"root": parent, "parent": parent}
    return event(number, {"operation": "create", "record": record, "cid": "bafy"})


def deleted(number: int, rkey: str = "3k1") -> dict[str, Any]:
    return event(number, {"operation": "delete"}, rkey=rkey)


def event(number: int, commit: dict[str, Any], *, rkey: str | None = None) -> dict[str, Any]:
    named = {"rev": "3l", "collection": "app.bsky.feed.post", "rkey": rkey or f"3k{number}"}
    return {"did": "did:plc:someone", "time_us": number * 10_000_000, "kind": "commit", "commit": named | commit}


@pytest.fixture
def fake() -> JetstreamFake:
    return JetstreamFake()


@pytest.fixture
def stream(fake: JetstreamFake, loopback: None) -> Iterator[Jetstream]:
    with served(JetstreamHandler, fake) as port:
        yield Jetstream(f"ws://127.0.0.1:{port}/subscribe", frozenset({ANA.encode()}), secrets.token_bytes, 5.0)


def test_ten_of_a_hundred_are_taken(stream: Jetstream, fake: JetstreamFake) -> None:  # FMT-C25
    fake.events = [created(n, to=ANA if n % 10 == 0 else "did:plc:ana2" if n % 2 else None) for n in range(1, 101)]
    polled = stream.poll("")
    assert (len(polled.records), polled.dropped, polled.cursor) == (10, 90, "1000000000")
    sifted = sift(polled.records, DECLARED, none_held, name="bluesky", reads_as=stream.reads_as)
    assert (sifted.kept, sifted.not_aimed) == (10, 0)
    assert fake.asked == ["/subscribe?wantedCollections=app.bsky.feed.post"]


def test_a_deletion_is_kept_only_of_what_is_held(stream: Jetstream, fake: JetstreamFake) -> None:
    fake.events = [deleted(1, "3k7"), deleted(2, "3k8")]
    records = stream.poll("").records
    held = {"bluesky:at://did:plc:someone/app.bsky.feed.post/3k8"}
    sifted = sift(records, DECLARED, lambda keys: held & set(keys), name="bluesky", reads_as=stream.reads_as)
    assert (sifted.kept, sifted.not_aimed) == (1, 1)


def test_a_broken_connection_goes_on_from_its_cursor(stream: Jetstream, fake: JetstreamFake) -> None:
    fake.events = [created(n) for n in range(1, 6)]
    fake.cut_after = 2
    first = stream.poll("")
    assert (len(first.records), first.cursor) == (2, "20000000")
    fake.cut_after = None
    second = stream.poll(first.cursor)
    assert fake.asked[-1].endswith("&cursor=15000000")
    # The last one is heard again; the import drops what it holds.
    assert [record for record in second.records if record not in first.records] == list(second.records[1:])
    assert len(set(first.records) | set(second.records)) == 5


def test_messages_in_pieces_and_pings(stream: Jetstream, fake: JetstreamFake) -> None:
    fake.events, fake.fragments, fake.pings = [created(1)], True, True
    assert len(stream.poll("").records) == 1
    assert fake.pongs == [b"are you there"]


def test_a_silent_stream_ends_with_the_time(stream: Jetstream, fake: JetstreamFake) -> None:
    fake.events, fake.closes = [created(1)], False
    polled = replace(stream, seconds=0.2).poll("")
    assert (len(polled.records), polled.more) == (1, True)


def test_a_look_is_bounded(stream: Jetstream, fake: JetstreamFake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RECORDS", 3)
    fake.events = [created(n) for n in range(1, 6)]
    polled = stream.poll("")
    assert (len(polled.records), polled.cursor) == (3, "30000000")


def test_with_nobody_declared_nobody_is_asked(stream: Jetstream, fake: JetstreamFake) -> None:
    polled = replace(stream, wanted=frozenset()).poll("17")
    assert (polled.records, polled.cursor, fake.asked) == ((), "17", [])


def test_what_is_no_stream_is_said(stream: Jetstream, fake: JetstreamFake) -> None:
    fake.accept = False
    with pytest.raises(Unreachable, match="did not open"):
        stream.poll("")
    with pytest.raises(Unreachable, match="cannot be reached"):
        replace(stream, server="ws://127.0.0.1:9").poll("")
